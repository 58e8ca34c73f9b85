/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bed of lab/testbed.h in tests: made or failed with a message, with rules
 * from text, connections, and what came out read and printed.
 *
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
 * One bed per thread at a time is the usual; several are possible. */
#ifndef ZW_TESTS_TESTBED_H
#define ZW_TESTS_TESTBED_H

#include <libmnl/libmnl.h>

#include "lab/testbed.h"
#include "tests/harness/packet.h"

/* A bed that is ready, without any rule. If something fails the reason is
 * printed, a check of the running test fails, and NULL is returned. */
struct zw_testbed *zw_testbed_new(const struct zw_testbed_spec *spec);
/* A name for the gateway's namespace under
 * /run/netns, as programs started by the test see it: "--netns NAME". */
const char *zw_testbed_name(struct zw_testbed *bed);

/* The first forwarded frame, or the first of the gateway's own, parsed; false
 * if there is none. */
bool zw_probe_forwarded(const struct zw_probe *probe, struct zw_packet *packet);
bool zw_probe_answer(const struct zw_probe *probe, struct zw_packet *packet);

/* All that came, for failure messages; returns OUT. */
#define ZW_PROBE_TEXT 1024
char *zw_probe_format(const struct zw_testbed *bed,
		      const struct zw_probe *probe, char out[ZW_PROBE_TEXT]);

/* What zw_testbed_trace_into() appends, and what came of it. The caller frees
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
