/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway to send packets through. Law: what zw_testbed_probe() reports is
 * all that the packet caused, and it is complete when the call returns; no test
 * sleeps.
 *
 *	static const struct zw_testbed_interface interfaces[] = {
 *		{ .name = "wan0", .own = { "203.0.113.1/24" },
 *		  .routes = { "0.0.0.0/0", "::/0" } },
 *		{ .name = "dmz0", .own = { "10.1.0.1/16", "fd00:1::1/48" } },
 *		{ .name = "lan0", .own = { "10.2.0.1/16", "fd00:2::1/48" } },
 *	};
 *	struct zw_testbed *bed = zw_testbed_new(
 *		&(struct zw_testbed_spec){ .interfaces = interfaces,
 *					   .count = 3 });
 *	struct zw_probe probe;
 *
 *	ZW_CHECK(zw_testbed_nft(bed, ruleset), "%s", zw_testbed_error(bed));
 *	zw_testbed_send(bed, 1, &(struct zw_frame_spec){ ... }, &probe);
 *	ZW_CHECK(probe.out == 2, "%s", zw_probe_format(bed, &probe, text));
 *	zw_testbed_free(bed);
 *
 * How it is made: the gateway is one network namespace, all its neighbours are
 * raw ends of veth pairs in a second one, which has no addresses and answers
 * nothing. Any address behind an interface can be reached and can send: the
 * gateway has a route for each prefix to a next hop with a fixed hardware
 * address, no reverse-path filter, no ICMP rate limits, and forwards both
 * families. What the gateway itself makes (ICMP errors, resets, echo replies)
 * leaves it with TTL ZW_GATEWAY_TTL, so it can be told from forwarded packets;
 * probes must have another TTL. Ethernet carries no checksum offload, so sums
 * of what comes out can be checked.
 *
 * A packet dies in the gateway's routing, whatever the rules say, if its TTL
 * is 1, its source is 0/8, 127/8, 224/4, 240/4, :: or multicast or one of the
 * gateway's own addresses, or its IPv6 source or destination is link-local.
 * Broadcast and multicast are not forwarded. Wrong checksums are "invalid" for
 * conntrack (and right ones of UDP-Lite, for many kernels). Destinations among
 *.own are delivered to the gateway; so is the IPv6 subnet's anycast address
 *(fd00:1::).
 *
 * Everything dies with the process, see netns.h. One bed per thread at a
 * time is the usual; several are possible. */
#ifndef ZW_TESTS_TESTBED_H
#define ZW_TESTS_TESTBED_H

#include <libmnl/libmnl.h>

#include "tests/harness/packet.h"

enum {
	ZW_GATEWAY_TTL = 199,
	ZW_NOWHERE = -1,
	ZW_TESTBED_PREFIXES = 16,
	ZW_PROBE_FRAMES = 16,
};

struct zw_testbed_interface {
	const char *name; /* as the policy names it */
	/* The gateway's own addresses with the length of the prefix that lies
	 * behind the interface; up to the first NULL. */
	const char *own[ZW_TESTBED_PREFIXES];
	/* Further prefixes behind it; no prefix may be behind two interfaces.
	 */
	const char *routes[ZW_TESTBED_PREFIXES];
};

struct zw_testbed_spec {
	const struct zw_testbed_interface *interfaces;
	unsigned count;
	/* "net/ipv4/conf/all/accept_source_route=1", ..., up to NULL; set in
	 * the gateway when its interfaces exist. NULL: none. */
	const char *const *sysctls;
};

struct zw_testbed;

/* A bed that is ready, without any rule. If something fails the reason is
 * printed, a check of the running test fails, and NULL is returned. */
struct zw_testbed *zw_testbed_new(const struct zw_testbed_spec *spec);
/* NULL is fine. */
void zw_testbed_free(struct zw_testbed *bed);

/* The gateway's namespace (owned by the bed); and a name for it under
 * /run/netns, as programs started by the test see it: "--netns NAME". */
int zw_testbed_netns(const struct zw_testbed *bed);
const char *zw_testbed_name(struct zw_testbed *bed);

/* The number of the interface NAME in the spec; an unknown one ends the
 * process. */
unsigned zw_testbed_index(const struct zw_testbed *bed, const char *name);

/* Why the last call that returned false failed. */
const char *zw_testbed_error(const struct zw_testbed *bed);

/* ---- Probes --------------------------------------------------------------*/

/* One frame that came out of the gateway. */
struct zw_probe_frame {
	unsigned interface; /* on which of the gateway's interfaces */
	bool own;	    /* made by the gateway itself, not forwarded */
	u16 length;
	const u8 *bytes; /* valid until the next probe of the bed */
};

struct zw_probe {
	/* Interface by which the first forwarded frame left, or ZW_NOWHERE. */
	int out;
	unsigned forwarded; /* how many forwarded frames left, on all */
	unsigned answers;   /* how many frames of its own the gateway sent */
	/* The packet passed the input hook to the gateway's own sockets. */
	bool local;
	/* Only zw_testbed_emit(): the kernel took the packet. False after a
	 * drop in the output hook, and where there is no route. */
	bool sent;
	/* The first frames in the order in which they came, forwarded and own;
	 * MORE came beyond those. */
	unsigned count, more;
	struct zw_probe_frame frames[ZW_PROBE_FRAMES];
};

/* A neighbour on IN sends FRAME (its hardware addresses are ignored). Any bytes
 * are allowed after the first 14. */
void zw_testbed_probe(struct zw_testbed *bed, unsigned in,
		      const struct zw_frame *frame, struct zw_probe *probe);
/* The same for a description. */
void zw_testbed_send(struct zw_testbed *bed, unsigned in,
		     const struct zw_frame_spec *spec, struct zw_probe *probe);

/* A program on the gateway sends FRAME's packet through a raw socket, with any
 * source address; it meets the output hook and leaves by the route. The kernel
 * writes IPv4's length and checksum, and the identification if it is 0. */
void zw_testbed_emit(struct zw_testbed *bed, const struct zw_frame *frame,
		     struct zw_probe *probe);

/* The first forwarded frame, or the first of the gateway's own, parsed; false
 * if there is none. */
bool zw_probe_forwarded(const struct zw_probe *probe, struct zw_packet *packet);
bool zw_probe_answer(const struct zw_probe *probe, struct zw_packet *packet);

/* All that came, for failure messages; returns OUT. */
#define ZW_PROBE_TEXT 1024
char *zw_probe_format(const struct zw_testbed *bed,
		      const struct zw_probe *probe, char out[ZW_PROBE_TEXT]);

/* Which rules the packet met, in order, with their text as `nft` prints it;
 * sent like zw_testbed_probe(), or like _emit() if IN is ZW_NOWHERE. Slow, and
 * adds a table for the moment, so for failure messages only. The caller frees
 * the text. */
char *zw_testbed_trace(struct zw_testbed *bed, int in,
		       const struct zw_frame *frame);

/* ---- Connections ---------------------------------------------------------*/

/* A connection from a host behind FROM to one behind TO, in the addresses that
 * the first packet carries. For ICMP sport is the echo identifier. */
struct zw_flow {
	unsigned from, to;
	u8 protocol;
	struct zw_ip src, dst;
	u16 sport, dport;

	/* Filled in by zw_testbed_connect(): the first packet as it left (after
	 * address translation), which the other end answers. */
	struct zw_ip seen_src, seen_dst;
	u16 seen_sport, seen_dport;
	/* The next sequence numbers of either end (TCP). */
	u32 seq, answer_seq;
};

/* Make the connection by packets: TCP by SYN, SYN/ACK, ACK; ICMP by echo and
 * reply; others by one packet each way. True if each came out where it should;
 * else zw_testbed_error() tells which did not. */
bool zw_testbed_connect(struct zw_testbed *bed, struct zw_flow *flow);

/* Describe a packet of the connected flow: of its original direction, to be
 * sent on flow->from, or of the reply direction, to be sent on flow->to. */
struct zw_frame_spec zw_flow_request(const struct zw_flow *flow);
struct zw_frame_spec zw_flow_reply(const struct zw_flow *flow);

/* Put an entry for the flow into conntrack without packets: established, seen
 * reply and assured, or with NEW as after its first packet. The seen_ fields
 * are filled in as without address translation, so that zw_flow_request() and
 * _reply() work. */
bool zw_testbed_track(struct zw_testbed *bed, struct zw_flow *flow,
		      bool only_new);

/* Forget all conntrack entries of the gateway. */
void zw_testbed_flush(struct zw_testbed *bed);
/* How many there are, or negative errno (conntrack not in use). */
long zw_testbed_tracked(struct zw_testbed *bed);

/* Hardware address of end SIDE (1: gateway, 2: neighbour, 3: nobody's) of
 * interface I. */
void zw_testbed_mac(u8 mac[6], u8 side, unsigned i);

/* ---- Rules ---------------------------------------------------------------*/

/* Give TEXT to `nft -f -` in the gateway. False: zw_testbed_error() is what
 * nft said. */
bool zw_testbed_nft(struct zw_testbed *bed, const char *text);
/* The same for what iptables-save (or ip6tables-save) writes. */
bool zw_testbed_iptables(struct zw_testbed *bed, bool v6, const char *text);

/* Text of `nft -s list ruleset`, or as JSON of `nft -j list ruleset`; the
 * caller frees it. NULL: see zw_testbed_error(). */
char *zw_testbed_ruleset(struct zw_testbed *bed, bool json);

/* One message that the kernel refused: its sequence number and errno > 0. */
struct zw_refusal {
	u32 sequence;
	int error;
};

/* Send the bytes of one whole netlink batch (BEGIN to END) to nf_tables.
 * Returns how many messages were refused (0: committed), of which the first
 * MOST are in REFUSALS; or negative errno if it could not be sent. */
int zw_testbed_batch(struct zw_testbed *bed, const void *bytes, size_t length,
		     struct zw_refusal *refusals, unsigned most);

/* The generation of nf_tables in the gateway. */
u32 zw_testbed_generation(struct zw_testbed *bed);

#endif
