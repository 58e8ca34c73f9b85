/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets to ask a policy about: described by what the language speaks of, and
 * drawn at random near the borders of what a policy names. Law: a sample says
 * everything that a verdict can depend on; zw_sample_packet() writes it down as
 * bytes that say the same. Drawing reads the syntax tree alone. */
#ifndef ZW_TESTS_SAMPLE_H
#define ZW_TESTS_SAMPLE_H

#include "base/str.h"
#include "grammar/ast.h"
#include "tests/harness/harness.h"
#include "verifier/packet.h"

/* Headers beside the usual ones. */
#define ZW_SAMPLE_LSRR 0x001 /* IPv4 options */
#define ZW_SAMPLE_SSRR 0x002
#define ZW_SAMPLE_RECORD 0x004
#define ZW_SAMPLE_ALERT 0x008
#define ZW_SAMPLE_HOPOPTS 0x010 /* IPv6 extension headers */
#define ZW_SAMPLE_ROUTING 0x020
#define ZW_SAMPLE_DSTOPTS 0x040
#define ZW_SAMPLE_FRAGMENT 0x080
#define ZW_SAMPLE_MORE 0x100  /* more fragments follow */
#define ZW_SAMPLE_LATER 0x200 /* not the first fragment */

struct zw_sample {
	enum zw_path path;
	char in[ZW_NAME_MAX], out[ZW_NAME_MAX]; /* empty: self */
	bool in_ipsec, out_ipsec;
	u32 in_reqid, out_reqid; /* where it came or goes by IPsec */
	enum zw_family family;
	u128 src, dst;
	u8 proto;
	u16 first, second; /* source and destination port, or type and code */
	u8 tcp_flags;
	u8 hops;     /* time to live, hop limit */
	u32 headers; /* ZW_SAMPLE_... */
	bool cut;    /* the transport header ends after two bytes */
	enum zw_ct_state state;
	u8 direction;
	/* Of state new: not its flow's first packet, which was seen and let
	 * through before. */
	bool confirmed;
	u128 original_source, reply_source; /* of conntrack's tuples */
	/* The entry translates the flow's destination, or its source. Then the
	 * tuples differ in more than direction: these are the original's
	 * destination and the reply's, and the port in the tuple of the other
	 * direction that stands where the packet's own has its destination
	 * (DNAT of the original direction, SNAT of the reply) or its source. */
	bool dnat, snat;
	u128 original_destination, reply_destination;
	u16 dnat_port, snat_port;
	u8 day;	    /* 0: Sunday */
	u32 time;   /* second of the day, UTC */
	u32 luck;   /* which limits are reached: 0 none, else some */
};

/* A limit by all that it is about. */
struct zw_sample_limit {
	bool connections; /* AMOUNT of them; else AMOUNT each SECONDS */
	u64 amount, seconds, burst;
	bool per_source;
};

/* Does the limit let the sample pass? The same for equal limits. */
bool zw_sample_within(const struct zw_sample *sample,
		      const struct zw_sample_limit *limit);

/* More follows, or it is not the first. A fragment header around a whole packet
 * makes none: defragmentation takes the header away before any rule looks. */
bool zw_sample_is_fragment(const struct zw_sample *sample);
bool zw_sample_is_source_routed(const struct zw_sample *sample);

/* What a policy names, ready to be drawn from. Lives in ARENA, borrows AST. */
struct zw_sampler;
struct zw_sampler *zw_sampler_new(struct zw_arena *arena,
				  const struct zw_ast *ast);
/* Further things worth trying: an address, a port. */
void zw_sampler_add_address(struct zw_sampler *sampler, struct zw_ip ip);
void zw_sampler_add_port(struct zw_sampler *sampler, u16 port);
void zw_sampler_next(const struct zw_sampler *sampler, struct zw_random *random,
		     struct zw_sample *sample);

/* The sample as bytes and conntrack entry. */
void zw_sample_packet(const struct zw_sample *sample, struct zw_packet *packet);
/* The sample as one line of text. */
void zw_sample_print(struct zw_buf *out, const struct zw_sample *sample);

#endif
