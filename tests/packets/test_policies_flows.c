/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to connections when the world around them changes: a route or
 * an address moves to another zone, a packet's time runs out, a packet comes in
 * pieces. */
#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/packets/bed.h"
#include "tests/packets/policy_gateway.h"

void suite_policies_flows(void);

/* Run TEXT with `sh` in the gateway. */
static void shell(struct zw_testbed *bed, const char *text)
{
	const char *argv[] = { "sh", "-ec", text, NULL };
	struct zw_ran ran = zw_netns_run(zw_testbed_netns(bed), argv, NULL);

	ZW_CHECK(!ran.status, "%s: %s", text, ran.err);
	zw_ran_free(&ran);
}

static struct zw_flow flow_of(struct zw_testbed *bed, const char *from,
			      const char *src, const char *to, const char *dst,
			      u8 protocol, u16 dport)
{
	return (struct zw_flow){
		.from = zw_testbed_index(bed, from),
		.to = zw_testbed_index(bed, to),
		.protocol = protocol,
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.sport = 40000,
		.dport = dport,
	};
}

static void expect(struct zw_testbed *bed, const char *name, unsigned in,
		   struct zw_frame_spec spec, int out)
{
	zw_bed_expect(bed, name, in, &spec,
		      (struct zw_bed_expected){ out, false, false });
}

/* A connection that is open, whose far end is routed elsewhere afterwards. */
struct move {
	const char *policy;
	const char *from, *src, *to, *dst;
	u8 protocol;
	u16 dport;
	const char *moved_to; /* an interface of another zone */
	const char *command;
};

static void moves(const struct move *move)
{
	struct zw_policy_gateway gateway;
	struct zw_testbed *bed;
	struct zw_flow flow;
	unsigned moved;

	if (!zw_policy_open(&gateway, zw_policy_case_named(move->policy)))
		return;
	bed = gateway.bed;
	flow = flow_of(bed, move->from, move->src, move->to, move->dst,
		       move->protocol, move->dport);
	ZW_CHECK(zw_testbed_connect(bed, &flow), "%s", zw_testbed_error(bed));
	moved = zw_testbed_index(bed, move->moved_to);
	expect(bed, "before", flow.from, zw_flow_request(&flow), (int)flow.to);
	shell(bed, move->command);
	expect(bed, "request after the move", flow.from, zw_flow_request(&flow),
	       ZW_NOWHERE);
	expect(bed, "reply from where it moved", moved, zw_flow_reply(&flow),
	       ZW_NOWHERE);
	zw_policy_close(&gateway);
}

static void test_moved(void)
{
	static const struct move list[] = {
		{ "tiers", "web0", "198.51.100.6", "wan0", "192.0.2.80",
		  IPPROTO_TCP, 443, "adm0",
		  "ip route add 192.0.2.80/32 via 169.254.0.2 dev adm0 onlink" },
		{ "tiers", "app0", "2001:db8:20::9", "wan0", "2001:db8:cafe::1",
		  IPPROTO_UDP, 53, "adm0",
		  "ip route add 2001:db8:cafe::1/128 via fe80::2 dev adm0 onlink" },
		{ "campus", "trunk0", "10.32.1.1", "up0", "192.88.99.7",
		  IPPROTO_TCP, 443, "par0",
		  "ip route add 192.88.99.7/32 via 169.254.0.2 dev par0 onlink" },
		{ "campus", "trunk0", "2001:db8:57::9", "up0", "2001:db8:77::1",
		  IPPROTO_UDP, 443, "par0",
		  "ip route add 2001:db8:77::1/128 via fe80::2 dev par0 onlink" },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		moves(&list[i]);
}

/* A DMZ host speaks to the gateway at its inner address, which an internal
 * host then takes over: the entry must not lead there. */
static void takes_over(const char *src, const char *own, const char *command)
{
	struct zw_policy_gateway gateway;
	struct zw_testbed *bed;
	struct zw_frame_spec spec;
	struct zw_flow flow;

	if (!zw_policy_open(&gateway, zw_policy_case_named("tiers")))
		return;
	bed = gateway.bed;
	flow = flow_of(bed, "web0", src, "adm0", own, IPPROTO_UDP, 123);
	ZW_CHECK(zw_testbed_track(bed, &flow, false), "%s",
		 zw_testbed_error(bed));
	spec = zw_flow_request(&flow);
	/* Nobody listens on the gateway's port, and it says so. */
	zw_bed_expect(bed, "to the gateway", flow.from, &spec,
		      (struct zw_bed_expected){ ZW_NOWHERE, true, true });
	shell(bed, command);
	expect(bed, "to who took the address over", flow.from, spec,
	       ZW_NOWHERE);
	zw_policy_close(&gateway);
}

static void test_taken_over(void)
{
	takes_over("198.51.100.6", "10.5.0.1",
		   "ip addr del 10.5.0.1/16 dev adm0");
	takes_over("2001:db8:10::9", "fd00:5::1",
		   "ip addr del fd00:5::1/56 dev adm0");
}

/* The gateway's own error about a permitted connection reaches the sender. */
static void test_time_exceeded(void)
{
	static const char *const ends[][2] = {
		{ "192.168.7.7", "198.51.100.7" },
		{ "fd07::7", "2001:db8:1::7" },
	};
	struct zw_policy_gateway gateway;
	struct zw_frame_spec spec;
	struct zw_packet seen;
	struct zw_probe probe;
	struct zw_flow flow;
	unsigned i;

	if (!zw_policy_open(&gateway, zw_policy_case_named("small")))
		return;
	for (i = 0; i < 2; i++) {
		flow = flow_of(gateway.bed, "down0", ends[i][0], "up0",
			       ends[i][1], IPPROTO_TCP, 443);
		ZW_CHECK(zw_testbed_connect(gateway.bed, &flow), "%s",
			 zw_testbed_error(gateway.bed));
		spec = zw_flow_request(&flow);
		spec.ttl = 1;
		zw_testbed_send(gateway.bed, flow.from, &spec, &probe);
		ZW_CHECK(!probe.forwarded && probe.answers == 1 &&
				 zw_probe_answer(&probe, &seen) &&
				 probe.frames[0].interface == flow.from &&
				 seen.type == (i ? 3 : 11),
			 "%s: no time exceeded", ends[i][0]);
	}
	zw_policy_close(&gateway);
}

/* Two pieces that make a whole permitted packet pass; of a forbidden one
 * neither does. Each in both orders. */
static void pieces(struct zw_policy_gateway *gateway, const char *src,
		   const char *dst, u16 dport, bool passes)
{
	static const u8 payload[600];
	unsigned in = zw_testbed_index(gateway->bed, "down0");
	int out = (int)zw_testbed_index(gateway->bed, "up0");
	struct zw_frame_spec spec = zw_bed_udp(src, dst, dport);
	struct zw_frame whole, part[2];
	struct zw_probe probe;
	unsigned turned;

	spec.payload = payload;
	spec.payload_length = sizeof(payload);
	for (turned = 0; turned < 2; turned++) {
		spec.sport = (u16)(41000 + turned);
		zw_frame_build(&spec, &whole);
		zw_frame_split(&whole, 304, 77u + turned + dport, part);
		zw_testbed_probe(gateway->bed, in, &part[turned], &probe);
		ZW_CHECK(!probe.forwarded, "a lone piece of %s passed", src);
		zw_testbed_probe(gateway->bed, in, &part[!turned], &probe);
		ZW_CHECK(passes ? probe.out == out : probe.out == ZW_NOWHERE,
			 "%s to port %u in pieces: out %d", src, dport,
			 probe.out);
	}
}

static void test_pieces(void)
{
	struct zw_policy_gateway gateway;

	if (!zw_policy_open(&gateway, zw_policy_case_named("small")))
		return;
	pieces(&gateway, "192.168.7.7", "198.51.100.7", 5353, true);
	pieces(&gateway, "192.168.7.7", "198.51.100.7", 6005, false);
	pieces(&gateway, "192.168.7.66", "198.51.100.7", 5353, false);
	pieces(&gateway, "fd07::7", "2001:db8:1::7", 5353, true);
	pieces(&gateway, "fd07::7", "2001:db8:1::7", 6005, false);
	pieces(&gateway, "fd07::bad", "2001:db8:1::7", 5353, false);
	zw_policy_close(&gateway);
}

void suite_policies_flows(void)
{
	static CU_TestInfo tests[] = {
		{ "the far end moves to another zone", test_moved },
		{ "the gateway's address is taken over", test_taken_over },
		{ "time exceeded", test_time_exceeded },
		{ "packets in pieces", test_pieces },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/policies flows", tests);
}
