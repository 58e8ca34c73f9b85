/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test bed itself, against rules written by hand: if a probe's report were
 * wrong, every packet test that relies on it would be worthless. Each kind of
 * report (came out, dropped, answered, delivered) is shown to occur and not to
 * occur. Rates are printed, not judged. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/links.h"
#include "tests/harness/netns.h"
#include "tests/harness/testbed.h"

void suite_bench(void);

enum { WAN, DMZ, LAN };

static const struct zw_testbed_interface interfaces[] = {
	[WAN] = { .name = "wan0",
		  .own = { "203.0.113.1/24", "2001:db8::1/64" },
		  .routes = { "0.0.0.0/0", "::/0" } },
	[DMZ] = { .name = "dmz0", .own = { "10.1.0.1/16", "fd00:1::1/48" } },
	[LAN] = { .name = "lan0", .own = { "10.2.0.1/16", "fd00:2::1/48" } },
};

static struct zw_testbed *make_bed(void)
{
	if (!zw_netns_usable())
		return NULL;
	return zw_testbed_new(&(struct zw_testbed_spec){
		.interfaces = interfaces, .count = 3 });
}

static void rules(struct zw_testbed *bed, const char *text)
{
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset"), "%s",
		 zw_testbed_error(bed));
	ZW_CHECK(zw_testbed_nft(bed, text), "%s", zw_testbed_error(bed));
	zw_testbed_flush(bed);
}

static struct zw_frame_spec syn(const char *src, const char *dst, u16 dport)
{
	return (struct zw_frame_spec){
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.protocol = IPPROTO_TCP,
		.sport = 40000,
		.dport = dport,
		.tcp_flags = ZW_TCP_SYN,
	};
}

static struct zw_frame_spec udp(const char *src, const char *dst, u16 dport)
{
	struct zw_frame_spec spec = syn(src, dst, dport);

	spec.protocol = IPPROTO_UDP;
	return spec;
}

struct expected {
	int out;
	bool answered, local;
};

/* Send and compare; a difference is reported with the trace. */
static void expect(struct zw_testbed *bed, const char *name, unsigned in,
		   const struct zw_frame_spec *spec, struct expected expected)
{
	char text[ZW_PROBE_TEXT];
	struct zw_frame frame;
	struct zw_probe probe;
	char *trace = NULL;
	bool ok;

	zw_testbed_send(bed, in, spec, &probe);
	ok = probe.out == expected.out && probe.local == expected.local &&
	     (probe.answers > 0) == expected.answered &&
	     probe.forwarded == (expected.out != ZW_NOWHERE);
	zw_probe_format(bed, &probe, text);
	if (!ok) {
		zw_frame_build(spec, &frame);
		trace = zw_testbed_trace(bed, (int)in, &frame);
	}
	ZW_CHECK(ok, "%s: expected out %d, answered %d, local %d: %s\n%s", name,
		 expected.out, expected.answered, expected.local, text, trace);
	free(trace);
}

static const struct expected dropped = { ZW_NOWHERE, false, false };

/* ---- forward --------------------------------------------------------------*/

static const char forward_rules[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  tcp dport 80 accept\n"
	"  tcp dport 81 drop\n"
	"  tcp dport 82 reject with tcp reset\n"
	"  udp dport 83 reject\n"
	"  meta l4proto sctp accept\n"
	"  meta l4proto { icmp, icmpv6 } accept\n"
	" }\n"
	"}\n";

static void test_forward(void)
{
	struct zw_testbed *bed = make_bed();
	struct expected reached = { LAN, false, false };
	struct expected refused = { ZW_NOWHERE, true, false };
	static const char *const hosts[][2] = {
		{ "10.1.0.7", "10.2.0.9" },
		{ "fd00:1::7", "fd00:2::9" },
	};
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_probe probe;
	size_t i;

	if (!bed)
		return;
	rules(bed, forward_rules);
	for (i = 0; i < 2; i++) {
		spec = syn(hosts[i][0], hosts[i][1], 80);
		expect(bed, "accept", DMZ, &spec, reached);
		spec = syn(hosts[i][0], hosts[i][1], 81);
		expect(bed, "drop", DMZ, &spec, dropped);
		spec = syn(hosts[i][0], hosts[i][1], 90);
		expect(bed, "policy", DMZ, &spec, dropped);
		spec = syn(hosts[i][0], hosts[i][1], 82);
		expect(bed, "reset", DMZ, &spec, refused);
		spec = udp(hosts[i][0], hosts[i][1], 83);
		expect(bed, "reject", DMZ, &spec, refused);
		spec = udp(hosts[i][0], hosts[i][1], 80);
		spec.protocol = IPPROTO_SCTP;
		expect(bed, "sctp", DMZ, &spec, reached);
	}
	/* From any address behind the default route to anywhere and back. */
	spec = syn("198.51.100.77", "10.1.200.9", 80);
	expect(bed, "from wan", WAN, &spec,
	       (struct expected){ DMZ, false, false });
	spec = syn("10.1.200.9", "198.51.100.77", 80);
	expect(bed, "to wan", DMZ, &spec,
	       (struct expected){ WAN, false, false });

	spec = syn("10.1.0.7", "10.2.0.9", 80);
	zw_testbed_send(bed, DMZ, &spec, &probe);
	ZW_CHECK(zw_probe_forwarded(&probe, &packet), "not forwarded");
	ZW_CHECK(packet.src.value == spec.src.value &&
			 packet.dst.value == spec.dst.value &&
			 packet.sport == 40000 && packet.dport == 80 &&
			 packet.ttl == 63 && packet.tcp_flags == ZW_TCP_SYN &&
			 packet.checksums_right,
		 "what came out");
	zw_testbed_free(bed);
}

static void test_answers(void)
{
	struct zw_testbed *bed = make_bed();
	struct zw_packet packet, quoted;
	struct zw_frame_spec spec;
	struct zw_probe probe;

	if (!bed)
		return;
	rules(bed, forward_rules);
	spec = syn("10.1.0.7", "10.2.0.9", 82);
	zw_testbed_send(bed, DMZ, &spec, &probe);
	ZW_CHECK(zw_probe_answer(&probe, &packet), "no reset");
	ZW_CHECK(probe.frames[0].interface == DMZ && probe.frames[0].own &&
			 packet.tcp_flags == (ZW_TCP_RST | ZW_TCP_ACK) &&
			 packet.src.value == spec.dst.value &&
			 packet.sport == 82 && packet.checksums_right,
		 "reset");
	spec = udp("10.1.0.7", "10.2.0.9", 83);
	zw_testbed_send(bed, DMZ, &spec, &probe);
	ZW_CHECK(zw_probe_answer(&probe, &packet), "no error");
	ZW_CHECK(zw_packet_is_error(&packet) && packet.type == 3 &&
			 packet.code == 3 && packet.checksums_right,
		 "port unreachable");
	ZW_CHECK(zw_packet_parse_ip(packet.payload, packet.payload_length,
				    &quoted) &&
			 quoted.dport == 83 &&
			 quoted.dst.value == spec.dst.value,
		 "quoted packet");
	/* A reply that is refused again and again is never rationed. */
	for (int i = 0; i < 5000; i++) {
		zw_testbed_send(bed, DMZ, &spec, &probe);
		if (!probe.answers)
			break;
	}
	ZW_CHECK(probe.answers == 1, "rationed answers");
	zw_testbed_free(bed);
}

/* ---- input and output -----------------------------------------------------*/

static void test_input(void)
{
	struct zw_testbed *bed = make_bed();
	struct expected local = { ZW_NOWHERE, false, true };
	struct expected answered = { ZW_NOWHERE, true, true };
	struct zw_frame_spec spec;

	if (!bed)
		return;
	rules(bed,
	      "table inet t {\n"
	      " chain i { type filter hook input priority 0; policy drop;\n"
	      "  tcp dport 22 accept\n"
	      "  udp dport 53 counter drop\n"
	      "  meta l4proto { icmp, icmpv6, sctp, 99 } accept\n"
	      " }\n"
	      " chain o { type filter hook output priority 0; policy accept;\n"
	      "  meta l4proto tcp drop\n"
	      " }\n"
	      "}\n");
	spec = syn("10.1.0.7", "10.1.0.1", 22);
	expect(bed, "input accept, answer dropped", DMZ, &spec, local);
	spec = syn("10.1.0.7", "10.2.0.1", 22);
	expect(bed, "other own address", DMZ, &spec, local);
	spec = syn("fd00:1::7", "fd00:1::1", 22);
	expect(bed, "input accept, IPv6", DMZ, &spec, local);
	spec = syn("10.1.0.7", "10.1.0.1", 23);
	expect(bed, "input policy", DMZ, &spec, dropped);
	spec = udp("10.1.0.7", "10.1.0.1", 53);
	expect(bed, "input drop", DMZ, &spec, dropped);
	spec = udp("fd00:1::7", "fd00:1::1", 53);
	expect(bed, "input drop, IPv6", DMZ, &spec, dropped);
	spec = syn("10.1.0.7", "10.1.0.1", 0);
	spec.protocol = IPPROTO_ICMP;
	spec.type = 8;
	expect(bed, "echo", DMZ, &spec, answered);
	spec = syn("fd00:1::7", "fd00:1::1", 0);
	spec.protocol = IPPROTO_ICMPV6;
	spec.type = 128;
	expect(bed, "echo, IPv6", DMZ, &spec, answered);
	spec.protocol = IPPROTO_SCTP;
	expect(bed, "sctp, IPv6", DMZ, &spec, local);
	spec = udp("10.1.0.7", "10.1.0.1", 0);
	spec.protocol = 99;
	expect(bed, "protocol 99", DMZ, &spec, local);
	zw_testbed_free(bed);
}

static void test_output(void)
{
	static const struct {
		const char *src, *dst;
		u16 dport;
		int out;
	} cases[] = {
		{ "10.2.0.1", "10.1.0.7", 53, DMZ },
		{ "192.0.2.99", "10.2.0.7", 53, LAN }, /* not an own address */
		{ "10.2.0.1", "10.1.0.7", 54, ZW_NOWHERE },
		{ "fd00:2::1", "fd00:1::7", 53, DMZ },
		{ "fd00:9::1", "2001:db8:5::7", 53, WAN },
		{ "fd00:2::1", "fd00:1::7", 54, ZW_NOWHERE },
	};
	struct zw_testbed *bed = make_bed();
	char text[ZW_PROBE_TEXT];
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_frame frame;
	struct zw_probe probe;
	size_t i;

	if (!bed)
		return;
	rules(bed,
	      "table inet t {\n"
	      " chain o { type filter hook output priority 0; policy drop;\n"
	      "  udp dport 53 accept\n"
	      " }\n"
	      "}\n");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spec = udp(cases[i].src, cases[i].dst, cases[i].dport);
		zw_frame_build(&spec, &frame);
		zw_testbed_emit(bed, &frame, &probe);
		ZW_CHECK(probe.out == cases[i].out && !probe.answers &&
				 probe.sent == (cases[i].out != ZW_NOWHERE),
			 "case %zu: %s", i, zw_probe_format(bed, &probe, text));
		if (probe.out == ZW_NOWHERE)
			continue;
		ZW_CHECK(zw_probe_forwarded(&probe, &packet) &&
				 packet.src.value == spec.src.value &&
				 packet.checksums_right,
			 "case %zu: the packet", i);
	}
	zw_testbed_free(bed);
}

/* ---- fragments and headers ------------------------------------------------*/

static const char port_80[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  tcp dport 80 accept\n"
	" }\n"
	"}\n";
static const char port_80_tracked[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct state new,established tcp dport 80 accept\n"
	" }\n"
	"}\n";

/* Without defragmentation a port rule reads what an attacker chose. */
static void test_lone_fragment(void)
{
	static const u8 bytes[16] = { 0, 9, 0, 80 };
	struct zw_testbed *bed = make_bed();
	struct expected reached = { LAN, false, false };
	struct zw_frame_spec v4, v6;

	if (!bed)
		return;
	v4 = syn("10.1.0.7", "10.2.0.9", 0);
	v4.fragment_offset = 100;
	v4.payload = bytes;
	v4.payload_length = sizeof(bytes);
	v6 = v4;
	v6.src = zw_test_ip("fd00:1::7");
	v6.dst = zw_test_ip("fd00:2::9");
	v6.flow_label = 80;
	rules(bed, port_80);
	expect(bed, "IPv4 fragment", DMZ, &v4, reached);
	expect(bed, "IPv6 fragment", DMZ, &v6, reached);
	v6.flow_label = 0;
	expect(bed, "IPv6 fragment, other label", DMZ, &v6, dropped);
	rules(bed, port_80_tracked);
	v6.flow_label = 80;
	expect(bed, "IPv4 fragment, tracked", DMZ, &v4, dropped);
	expect(bed, "IPv6 fragment, tracked", DMZ, &v6, dropped);
	zw_testbed_free(bed);
}

/* Both halves of a packet, put together by conntrack, go out again as two. */
static void test_two_fragments(void)
{
	static const char *const hosts[][2] = {
		{ "10.1.0.7", "10.2.0.9" },
		{ "fd00:1::7", "fd00:2::9" },
	};
	static const char payload[200] = "two halves";
	struct zw_testbed *bed = make_bed();
	struct zw_frame whole, half[2];
	char text[ZW_PROBE_TEXT];
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_probe probe;
	u32 i;

	if (!bed)
		return;
	rules(bed, port_80_tracked);
	for (i = 0; i < 2; i++) {
		spec = syn(hosts[i][0], hosts[i][1], 80);
		spec.payload = payload;
		spec.payload_length = sizeof(payload);
		zw_frame_build(&spec, &whole);
		zw_frame_split(&whole, 64, 7 + i, half);
		zw_testbed_probe(bed, DMZ, &half[0], &probe);
		ZW_CHECK(!probe.count, "first half alone: %s",
			 zw_probe_format(bed, &probe, text));
		zw_testbed_probe(bed, DMZ, &half[1], &probe);
		ZW_CHECK(probe.out == LAN && probe.forwarded >= 1,
			 "both halves: %s", zw_probe_format(bed, &probe, text));
		ZW_CHECK(zw_probe_forwarded(&probe, &packet) &&
				 packet.dport == 80,
			 "first that came out");
	}
	zw_testbed_free(bed);
}

static void test_extension_headers(void)
{
	static const u8 router[] = { 5, 2, 0, 0 }; /* router alert, MLD */
	struct zw_extension hop = { IPPROTO_HOPOPTS, 0, NULL };
	struct zw_extension options = { IPPROTO_DSTOPTS, 0, NULL };
	struct zw_extension alert = { IPPROTO_HOPOPTS, 4, router };
	struct zw_extension atomic = { IPPROTO_FRAGMENT, 0, NULL };
	struct zw_extension chains[][3] = {
		{ hop, options, atomic },
		{ options, atomic, options },
		{ alert, options, options },
	};
	struct zw_testbed *bed = make_bed();
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_probe probe;
	size_t i;

	if (!bed)
		return;
	rules(bed, port_80_tracked);
	for (i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		spec = syn("fd00:1::7", "fd00:2::9", 80);
		spec.sport = (u16)(50000 + i);
		spec.fragment_header = i < 2;
		spec.extensions = chains[i];
		spec.extension_count = 3;
		zw_testbed_send(bed, DMZ, &spec, &probe);
		ZW_CHECK(probe.out == LAN, "chain %zu", i);
		ZW_CHECK(zw_probe_forwarded(&probe, &packet) &&
				 packet.dport == 80 && packet.extensions >= 2 &&
				 packet.checksums_right,
			 "chain %zu: what came out", i);
		spec.dport = 81;
		expect(bed, "other port", DMZ, &spec, dropped);
	}
	zw_testbed_free(bed);
}

/* The gateway is a hop of the source route: the packet is for it by its
 * destination, and leaves to the next hop only if the kernel may. */
static void test_source_route(void)
{
	static const char *const allow[] = {
		"net/ipv4/conf/all/accept_source_route=1",
		"net/ipv4/conf/dmz0/accept_source_route=1",
		NULL,
	};
	struct zw_ip hop = zw_test_ip("10.2.0.9");
	struct zw_frame_spec spec = udp("10.1.0.7", "10.1.0.1", 9);
	struct zw_testbed *bed;
	struct zw_packet packet;
	struct zw_probe probe;
	u8 options[40];
	int allowed;

	if (!zw_netns_usable())
		return;
	spec.final_dst = hop;
	spec.options = options;
	spec.options_length =
		zw_option_route(options, ZW_OPTION_LOOSE, &hop, 1);
	for (allowed = 0; allowed < 2; allowed++) {
		bed = zw_testbed_new(&(struct zw_testbed_spec){
			.interfaces = interfaces,
			.count = 3,
			.sysctls = allowed ? allow : NULL });
		if (!bed)
			return;
		zw_testbed_send(bed, DMZ, &spec, &probe);
		ZW_CHECK(probe.out == (allowed ? LAN : ZW_NOWHERE),
			 "source route, allowed %d: out %d", allowed,
			 probe.out);
		if (allowed)
			ZW_CHECK(zw_probe_forwarded(&probe, &packet) &&
					 packet.dst.value == hop.value &&
					 packet.options == 8 &&
					 packet.checksums_right,
				 "what came out");
		zw_testbed_free(bed);
	}
}

/* ---- connections ----------------------------------------------------------*/

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
	expect(bed, name, flow->from, &spec,
	       (struct expected){ (int)flow->to, false, false });
	spec = zw_flow_reply(flow);
	expect(bed, name, flow->to, &spec,
	       (struct expected){ (int)flow->from, false, false });
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
	struct zw_testbed *bed = make_bed();
	struct zw_frame_spec spec;
	struct zw_flow flow;
	char name[32];
	size_t i;

	if (!bed)
		return;
	rules(bed, from_dmz_only);
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
			expect(bed, "reply without entry", LAN, &spec, dropped);
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
	struct zw_testbed *bed = make_bed();
	struct zw_frame_spec spec, error;
	struct zw_flow flow;
	size_t i;

	if (!bed)
		return;
	rules(bed, from_dmz_only);
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
		expect(bed, "no entry", LAN, &spec, dropped);
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
		expect(bed, "related", DMZ, &error,
		       (struct expected){ LAN, false, false });
		zw_testbed_flush(bed);
		ZW_CHECK(zw_testbed_tracked(bed) == 0, "entries left");
	}
	zw_testbed_free(bed);
}

/* ---- rules ----------------------------------------------------------------*/

static void test_rules_and_trace(void)
{
	struct zw_testbed *bed = make_bed();
	struct zw_frame_spec spec = syn("10.1.0.7", "10.2.0.9", 81);
	struct zw_frame frame;
	char *text, *again;
	u32 generation;

	if (!bed)
		return;
	ZW_CHECK(!zw_testbed_nft(bed, "nonsense"), "nonsense was taken");
	ZW_CHECK(strstr(zw_testbed_error(bed), "syntax error") != NULL, "%s",
		 zw_testbed_error(bed));
	generation = zw_testbed_generation(bed);
	rules(bed, forward_rules);
	ZW_CHECK(zw_testbed_generation(bed) != generation, "generation");
	text = zw_testbed_ruleset(bed, false);
	ZW_CHECK(text && strstr(text, "tcp dport 81 drop"), "%s", text);
	zw_frame_build(&spec, &frame);
	again = zw_testbed_trace(bed, DMZ, &frame);
	ZW_CHECK(strstr(again, "t f: tcp dport 81 drop # handle") &&
			 strstr(again, "(drop)"),
		 "trace: %s", again);
	free(again);
	again = zw_testbed_ruleset(bed, false);
	ZW_CHECK(again && !strcmp(text, again), "tracing left traces: %s",
		 again);
	free(again);
	free(text);
	text = zw_testbed_ruleset(bed, true);
	ZW_CHECK(text && text[0] == '{', "json: %s", text);
	free(text);
	zw_testbed_free(bed);
}

/* A batch of two messages, made by hand: a new table, and a chain in TABLE. */
static size_t batch(char *room, const char *table)
{
	struct nlmsghdr *message;
	struct nfgenmsg *header;
	static const u16 types[] = { 16, 0x0a00, 0x0a03, 17 };
	size_t used = 0, i;

	for (i = 0; i < 4; i++) {
		message = mnl_nlmsg_put_header(room + used);
		message->nlmsg_type = types[i];
		message->nlmsg_flags = NLM_F_REQUEST;
		if (i == 1 || i == 2)
			message->nlmsg_flags |= NLM_F_CREATE;
		message->nlmsg_seq = (u32)(100 + i);
		header = mnl_nlmsg_put_extra_header(message, 4);
		memset(header, 0, 4);
		if (i == 0 || i == 3)
			memcpy(header, &(u32){ htonl(10) }, 4);
		else
			*(u8 *)header = 1;
		if (i == 1)
			mnl_attr_put_strz(message, 1, "made");
		if (i == 2) {
			mnl_attr_put_strz(message, 1, table);
			mnl_attr_put_strz(message, 3, "chain");
		}
		used += message->nlmsg_len;
	}
	return used;
}

static void test_batch(void)
{
	struct zw_testbed *bed = make_bed();
	struct zw_refusal refusals[4];
	_Alignas(8) char room[4096];
	u32 generation;
	char *text;
	size_t n;
	int got;

	if (!bed)
		return;
	generation = zw_testbed_generation(bed);
	n = batch(room, "other");
	got = zw_testbed_batch(bed, room, n, refusals, 4);
	ZW_CHECK(got == 1 && refusals[0].sequence == 102 &&
			 refusals[0].error == ENOENT,
		 "refusals: %d", got);
	ZW_CHECK(zw_testbed_generation(bed) == generation, "half a batch");
	n = batch(room, "made");
	got = zw_testbed_batch(bed, room, n, refusals, 4);
	ZW_CHECK(!got && zw_testbed_generation(bed) == generation + 1,
		 "whole batch: %d", got);
	text = zw_testbed_ruleset(bed, false);
	ZW_CHECK(text && strstr(text, "table inet made") &&
			 strstr(text, "chain"),
		 "%s", text);
	free(text);
	zw_testbed_free(bed);
}

/* ---- making and ending ----------------------------------------------------*/

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_forty_interfaces(void)
{
	struct zw_testbed_interface many[40];
	char names[40][16], v4[40][20], v6[40][20], dst[16];
	struct zw_testbed *bed;
	struct zw_frame_spec spec;
	double begin = seconds();
	unsigned i;

	if (!zw_netns_usable())
		return;
	memset(many, 0, sizeof(many));
	for (i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "if%u", i);
		snprintf(v4[i], sizeof(v4[i]), "10.%u.0.1/16", i);
		snprintf(v6[i], sizeof(v6[i]), "fd00:%x::1/48", i);
		many[i].name = names[i];
		many[i].own[0] = v4[i];
		many[i].own[1] = v6[i];
	}
	bed = zw_testbed_new(
		&(struct zw_testbed_spec){ .interfaces = many, .count = 40 });
	if (!bed)
		return;
	printf("forty interfaces: %.2f s\n", seconds() - begin);
	ZW_CHECK(zw_testbed_index(bed, "if39") == 39, "index");
	for (i = 1; i < 40; i++) {
		snprintf(dst, sizeof(dst), "10.%u.3.4", i);
		spec = syn("10.0.0.7", dst, 80);
		expect(bed, names[i], 0, &spec,
		       (struct expected){ (int)i, false, false });
	}
	zw_testbed_free(bed);
}

static void test_name(void)
{
	struct zw_testbed *bed = make_bed();
	const char *argv[] = { "ip", "-n", NULL, "link", "show", "dmz0", NULL };
	struct zw_ran ran;

	if (!bed)
		return;
	argv[2] = zw_testbed_name(bed);
	ran = zw_netns_run(-1, argv, NULL);
	ZW_CHECK(!ran.status && strstr(ran.out, "dmz0"), "ip -n %s: %s",
		 argv[2], ran.err);
	zw_ran_free(&ran);
	zw_testbed_free(bed);
}

/* The child makes a bed with a name, ties its gateway to the parent's namespace
 * by a veth pair, and is killed while it stands. */
__attribute__((noreturn)) static void to_be_killed(int watched, int ready)
{
	static const u8 mac[6] = { 2, 9 };
	struct zw_testbed *bed = make_bed();
	struct zw_links *links;
	int error;

	if (!bed || !zw_testbed_name(bed)[0])
		_exit(1);
	links = zw_links_new(watched);
	zw_links_veth(links, (struct zw_veth){ "canary", 77, mac },
		      zw_testbed_netns(bed),
		      (struct zw_veth){ "cage", 77, mac });
	error = zw_links_send(links, NULL);
	if (error || write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static bool canary_lives(int watched)
{
	int former = zw_netns_enter(watched);
	bool lives = if_nametoindex("canary") != 0;

	zw_netns_leave(former);
	return lives;
}

static unsigned named_namespaces(void)
{
	DIR *folder = opendir("/run/netns");
	const struct dirent *entry;
	unsigned n = 0;

	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

static void test_killed(void)
{
	unsigned before = named_namespaces();
	double limit;
	int watched, ready[2];
	char byte;
	pid_t pid;

	if (!zw_netns_usable())
		return;
	watched = zw_netns_new();
	ZW_ASSERT(watched >= 0 && !pipe(ready));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		to_be_killed(watched, ready[1]);
	}
	close(ready[1]);
	ZW_CHECK(read(ready[0], &byte, 1) == 1, "the child made no bed");
	ZW_CHECK(canary_lives(watched), "no canary");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The kernel tears namespaces down in its own thread; the end of the
	 * gateway's takes the pair with it. */
	limit = seconds() + 10;
	while (canary_lives(watched) && seconds() < limit)
		poll(NULL, 0, 5);
	ZW_CHECK(!canary_lives(watched), "the gateway outlived its process");
	ZW_CHECK(named_namespaces() == before, "a name is left");
	close(ready[0]);
	close(watched);
}

/* ---- rates ----------------------------------------------------------------*/

static void rate(struct zw_testbed *bed, const char *name, u16 dport, int out)
{
	enum { ROUNDS = 50000 };
	struct zw_frame_spec spec = syn("10.1.0.7", "10.2.0.9", dport);
	struct zw_frame frame;
	struct zw_probe probe;
	unsigned wrong = 0;
	double begin;
	int i;

	zw_frame_build(&spec, &frame);
	begin = seconds();
	for (i = 0; i < ROUNDS; i++) {
		zw_testbed_probe(bed, DMZ, &frame, &probe);
		wrong += probe.out != out || probe.forwarded > 1;
	}
	printf("%s: %.0f probes/s\n", name, ROUNDS / (seconds() - begin));
	ZW_CHECK(!wrong, "%s: %u of %d reports are wrong", name, wrong, ROUNDS);
}

static void test_rates(void)
{
	struct zw_testbed *bed = make_bed();

	if (!bed)
		return;
	rules(bed, port_80);
	rate(bed, "forwarded", 80, LAN);
	rate(bed, "dropped", 81, ZW_NOWHERE);
	rules(bed, port_80_tracked);
	rate(bed, "forwarded, tracked", 80, LAN);
	zw_testbed_free(bed);
}

void suite_bench(void)
{
	static CU_TestInfo tests[] = {
		{ "forward", test_forward },
		{ "answers", test_answers },
		{ "input", test_input },
		{ "output", test_output },
		{ "lone fragment", test_lone_fragment },
		{ "two fragments", test_two_fragments },
		{ "extension headers", test_extension_headers },
		{ "source route", test_source_route },
		{ "connections", test_connections },
		{ "tracked entries", test_tracked_entries },
		{ "rules and trace", test_rules_and_trace },
		{ "batch", test_batch },
		{ "forty interfaces", test_forty_interfaces },
		{ "name", test_name },
		{ "killed", test_killed },
		{ "rates", test_rates },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/bench", tests);
}
