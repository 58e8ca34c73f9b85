/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry of conntrack, or an expectation, as a plain value. Law: numbers are
 * in host order; what of an entry the kernel did not tell is zero. */
#ifndef ZW_STATEMENT_CONNECTION_H
#define ZW_STATEMENT_CONNECTION_H

#include "base/inet.h"
#include "base/vec.h"

/* One direction's addresses, as that direction's sender has them. */
struct zw_endpoints {
	struct zw_ip src, dst;
	/* Ports, where the protocol has such. Of ICMP and ICMPv6: DPORT is
	 * type << 8 | code, SPORT the identifier. */
	u16 sport, dport;
};

struct zw_connection {
	u8 proto;
	struct zw_endpoints original, reply;
	/* Not an entry, but the permission that a helper gave one to come:
	 * REPLY is the mirror of ORIGINAL. */
	bool expected;
	bool any_source, any_destination; /* of it: the address may be any */
	/* What the kernel knows it by, for deleting it: attributes of its own,
	 * as they came. */
	struct zw_str key;
};

typedef ZW_VEC(struct zw_connection) zw_connections;

/* What became of those that were under way when another policy was loaded. */
struct zw_connections_found {
	size_t seen;	 /* entries and expectations */
	size_t unjudged; /* stay */
	ZW_VEC(const struct zw_connection *) forbidden;
	bool kept;    /* they were not to be ended */
	size_t ended; /* of the forbidden ones, by us */
	double ms;    /* that all of this took */
};

/* "tcp 10.2.0.7:40000 -> 203.0.113.5:80 (to 10.1.0.9:8080)", the brackets where
 * its destination is translated. */
void zw_connection_print(struct zw_buf *out, const struct zw_connection *c);

#endif
