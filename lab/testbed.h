/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway to send packets through. Law: what zw_testbed_probe() reports is
 * all that the packet caused, and it is complete when the call returns; nobody
 * sleeps.
 *
 *	static const struct zw_testbed_interface interfaces[] = {
 *		{ .name = "wan0", .own = { "203.0.113.1/24" },
 *		  .routes = { "0.0.0.0/0", "::/0" } },
 *		{ .name = "dmz0", .own = { "10.1.0.1/16", "fd00:1::1/48" } },
 *		{ .name = "lan0", .own = { "10.2.0.1/16", "fd00:2::1/48" } },
 *	};
 *	struct zw_testbed *bed = zw_testbed_make(
 *		&(struct zw_testbed_spec){ .interfaces = interfaces,
 *					   .count = 3 }, &error);
 *	struct zw_probe probe;
 *
 *	zw_testbed_send(bed, 1, &(struct zw_frame_spec){ ... }, &probe);
 *	... probe.out == 2: it left by lan0 ...
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
#ifndef ZW_LAB_TESTBED_H
#define ZW_LAB_TESTBED_H

#include "lab/frame.h"

enum {
	/* The gateway's interface I and its neighbour's end have the number
	 * ZW_TESTBED_INDEX + I, each in its namespace. */
	ZW_TESTBED_INDEX = 10,
	ZW_GATEWAY_TTL = 199,
	ZW_NOWHERE = -1,
	ZW_TESTBED_PREFIXES = 16,
	ZW_PROBE_FRAMES = 16,
};

/* An address of the gateway with the length of its prefix, or a prefix that is
 * only routed. The prefix lies behind the interface, unless it is ALONE. */
struct zw_testbed_prefix {
	struct zw_ip ip;
	unsigned length;
	bool own, alone;
};

struct zw_testbed_interface {
	const char *name; /* as the policy names it */
	/* The gateway's own addresses with the length of the prefix that lies
	 * behind the interface; up to the first NULL. */
	const char *own[ZW_TESTBED_PREFIXES];
	/* Further prefixes behind it; no prefix may be behind two interfaces.
	 */
	const char *routes[ZW_TESTBED_PREFIXES];
	/* The same for whoever has more of them. */
	const struct zw_testbed_prefix *further;
	size_t further_count;
};

struct zw_testbed_spec {
	const struct zw_testbed_interface *interfaces;
	unsigned count;
	/* "net/ipv4/conf/all/accept_source_route=1", ..., up to NULL; set in
	 * the gateway when its interfaces exist. NULL: none. */
	const char *const *sysctls;
};

struct zw_testbed;

/* A bed that is ready, without any rule; NULL with the reason in ERROR. */
struct zw_testbed *zw_testbed_make(const struct zw_testbed_spec *spec,
				   struct zw_buf *error);
/* NULL is fine. */
void zw_testbed_free(struct zw_testbed *bed);

/* The gateway's namespace (owned by the bed). */
int zw_testbed_netns(const struct zw_testbed *bed);

/* Hardware address of end SIDE (1: gateway, 2: neighbour, 3: nobody's) of
 * interface I. */
void zw_testbed_mac(u8 mac[6], u8 side, unsigned i);

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
	/* Negative errno where the bed itself failed; then nothing else
	 * counts. */
	int error;
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

/* Send FRAME on IN (ZW_NOWHERE: as _emit() does) and append to OUT which rules
 * the packet met, in order, with their text as `nft` prints it, as the kernel's
 * own tracer tells. Slow, and adds a table for the moment. False, with the
 * reason in OUT, where nft cannot be run; PROBE is what came of it. */
bool zw_testbed_trace_into(struct zw_testbed *bed, int in,
			   const struct zw_frame *frame, struct zw_probe *probe,
			   struct zw_buf *out);

/* ---- Connections ---------------------------------------------------------*/

/* Forget all conntrack entries of the gateway. 0 or negative errno. */
int zw_testbed_flush(struct zw_testbed *bed);
/* How many there are, or negative errno (conntrack not in use). */
long zw_testbed_tracked(struct zw_testbed *bed);

#endif
