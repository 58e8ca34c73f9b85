/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test bed's connections: by packets, and put straight into conntrack. */
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"

void suite_bench_flows(void);

static const char from_dmz_only[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct state established,related accept\n"
	"  iifname dmz0 oifname lan0 ct state new accept\n"
	" }\n"
	" chain n { type nat hook prerouting priority -100;\n"
	"  iifname dmz0 ip daddr 10.2.0.80 tcp dport 8080"
	" dnat ip to 10.2.0.9:80\n"
	" }\n"
	" chain s { type nat hook postrouting priority 100;\n"
	"  ip daddr 10.2.0.9 tcp dport 80 snat ip to 10.2.0.1\n"
	" }\n"
	"}\n";

static void flow_works(struct zw_testbed *bed, const char *name,
		       struct zw_flow *flow)
{
	struct zw_frame_spec spec;

	spec = zw_flow_request(flow);
	zw_bed_expect(bed, name, flow->from, &spec,
		      (struct zw_bed_expected){ (int)flow->to, false, false });
	spec = zw_flow_reply(flow);
	zw_bed_expect(
		bed, name, flow->to, &spec,
		(struct zw_bed_expected){ (int)flow->from, false, false });
}

static void test_connections(void)
{
	static const struct {
		const char *src, *dst;
		u8 protocol;
		u16 dport;
	} cases[] = {
		{ "10.1.0.7", "10.2.0.9", IPPROTO_TCP, 443 },
		{ "10.1.0.7", "10.2.0.9", IPPROTO_UDP, 53 },
		{ "10.1.0.7", "10.2.0.9", IPPROTO_ICMP, 0 },
		{ "fd00:1::7", "fd00:2::9", IPPROTO_TCP, 443 },
		{ "fd00:1::7", "fd00:2::9", IPPROTO_UDP, 53 },
		{ "fd00:1::7", "fd00:2::9", IPPROTO_ICMPV6, 0 },
		{ "10.1.0.7", "10.2.0.80", IPPROTO_TCP, 8080 },
	};
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_frame_spec spec;
	struct zw_flow flow;
	char name[32];
	size_t i;

	if (!bed)
		return;
	zw_bed_rules(bed, from_dmz_only);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		flow = (struct zw_flow){ .from = DMZ,
					 .to = LAN,
					 .protocol = cases[i].protocol,
					 .src = zw_test_ip(cases[i].src),
					 .dst = zw_test_ip(cases[i].dst),
					 .sport = 3333,
					 .dport = cases[i].dport };
		snprintf(name, sizeof(name), "connection %zu", i);
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s: %s", name,
			 zw_testbed_error(bed));
		flow_works(bed, name, &flow);
		if (cases[i].dport == 8080)
			ZW_CHECK(flow.seen_dst.value ==
						 zw_test_ip("10.2.0.9").value &&
					 flow.seen_dport == 80 &&
					 flow.seen_src.value ==
						 zw_test_ip("10.2.0.1").value,
				 "translated addresses");
		zw_testbed_flush(bed);
		spec = zw_flow_reply(&flow);
		zw_testbed_flush(bed);
		if (cases[i].dport != 8080)
			zw_bed_expect(bed, "reply without entry", LAN, &spec,
				      zw_bed_dropped);
	}
	flow.from = LAN;
	flow.to = DMZ;
	ZW_CHECK(!zw_testbed_connect(bed, &flow), "wrong way");
	zw_testbed_free(bed);
}

static void test_tracked_entries(void)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
					IPPROTO_ICMP };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_frame_spec spec, error;
	struct zw_flow flow;
	size_t i;

	if (!bed)
		return;
	zw_bed_rules(bed, from_dmz_only);
	for (i = 0; i < sizeof(protocols); i++) {
		/* A direction that the rules would not let begin. */
		flow = (struct zw_flow){ .from = LAN,
					 .to = DMZ,
					 .protocol = protocols[i],
					 .src = zw_test_ip("10.2.0.9"),
					 .dst = zw_test_ip("10.1.0.7"),
					 .sport = 4444,
					 .dport = 25 };
		spec = zw_flow_request(&flow);
		zw_bed_expect(bed, "no entry", LAN, &spec, zw_bed_dropped);
		ZW_CHECK(zw_testbed_track(bed, &flow, false), "protocol %u: %s",
			 protocols[i], zw_testbed_error(bed));
		ZW_CHECK(zw_testbed_tracked(bed) == 1, "entries: %ld",
			 zw_testbed_tracked(bed));
		if (protocols[i] != IPPROTO_SCTP)
			flow_works(bed, "entry", &flow);
		/* An error about the flow, from a host on its way. */
		spec = zw_flow_request(&flow);
		error = (struct zw_frame_spec){ .src = zw_test_ip("10.1.0.7"),
						.dst = flow.src,
						.protocol = IPPROTO_ICMP,
						.type = 3,
						.code = 1,
						.quoted = &spec };
		zw_bed_expect(bed, "related", DMZ, &error,
			      (struct zw_bed_expected){ LAN, false, false });
		zw_testbed_flush(bed);
		ZW_CHECK(zw_testbed_tracked(bed) == 0, "entries left");
	}
	zw_testbed_free(bed);
}

void suite_bench_flows(void)
{
	static CU_TestInfo tests[] = {
		{ "connections", test_connections },
		{ "tracked entries", test_tracked_entries },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/bench flows", tests);
}
