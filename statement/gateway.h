/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a Linux gateway is beside its nf_tables: links, addresses, settings, and
 * whatever else may carry packets. Law: a plain value; its text (one fact a
 * line) is its form in dump files, and reading that text gives an equal value.
 * A proof on a gateway's ruleset takes these facts as given. */
#ifndef ZW_STATEMENT_GATEWAY_H
#define ZW_STATEMENT_GATEWAY_H

#include "base/inet.h"
#include "base/vec.h"

/* What is attached to a link and sees, or moves, packets before nf_tables. */
enum {
	ZW_LINK_XDP = 1, /* a program on arrival */
	ZW_LINK_TC = 2,	 /* filters at clsact or ingress */
	ZW_LINK_UP = 4,
};

struct zw_link {
	u32 index;
	struct zw_str name;
	struct zw_str kind; /* "bridge", "vrf", "veth", ...; "-": none */
	u32 master;	    /* index of its bridge, VRF or bond; 0: none */
	u32 flags;	    /* ZW_LINK_* */
};

struct zw_link_address {
	u32 link; /* index */
	struct zw_ip ip;
	u32 prefix;
};

/* /proc/sys/net/PATH, with '/' between the words. */
struct zw_setting {
	struct zw_str path;
	s64 value;
};

/* Something else that acts on packets, or that could not be read. */
enum zw_beside_kind {
	ZW_BESIDE_LEGACY, /* a table of legacy iptables; name "ip filter" */
	ZW_BESIDE_IPVS,	  /* its services; name "TCP 10.0.0.1:80" */
	ZW_BESIDE_BPF,	  /* netfilter programs of BPF; name "program 17" */
	ZW_BESIDE_UNREAD, /* name says what could not be read */
	ZW_BESIDE_COUNT,
};

struct zw_beside {
	enum zw_beside_kind kind;
	struct zw_str name;
};

struct zw_gateway {
	/* LINKS are all that there are; else (a private namespace that a text
	 * was loaded into) they only tell numbers and names. */
	bool whole;
	/* Rules are loaded before interfaces come up, so one that is not there
	 * yet is no reason for doubt. Of a load alone, in no file. */
	bool early;
	ZW_VEC(struct zw_link) links;
	ZW_VEC(struct zw_link_address) addresses;
	ZW_VEC(struct zw_setting) settings;
	ZW_VEC(struct zw_beside) beside;
};

void zw_gateway_print(struct zw_buf *out, const struct zw_gateway *gateway);
/* Read what zw_gateway_print() wrote. False, and the number of the line (from
 * 1) in *LINE, if TEXT is none. */
bool zw_gateway_parse(struct zw_arena *arena, struct zw_str text,
		      struct zw_gateway *gateway, u32 *line);

const struct zw_link *zw_gateway_link(const struct zw_gateway *gateway,
				      u32 index);
const struct zw_link *zw_gateway_named(const struct zw_gateway *gateway,
				       struct zw_str name);
/* Does ADDRESS stand in the table of the gateway's own addresses? Its link must
 * be up and in no VRF, which has a table of its own. Of a gateway that is not
 * known as a whole nothing is. */
bool zw_gateway_is_own(const struct zw_gateway *gateway,
		       const struct zw_link_address *address);
/* The value of a setting, or 0 where it was not read. */
s64 zw_gateway_setting(const struct zw_gateway *gateway, struct zw_str path);

#endif
