/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test bed's unusual packets: fragments, extension headers, source routes,
 * wrong checksums. */
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"

void suite_bench_headers(void);

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

static const char only_new[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct state new accept\n"
	" }\n"
	"}\n";

/* Without defragmentation a port rule reads what an attacker chose. */
static void test_lone_fragment(void)
{
	static const u8 bytes[16] = { 0, 9, 0, 80 };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_bed_expected reached = { LAN, false, false };
	struct zw_frame_spec v4, v6;

	if (!bed)
		return;
	v4 = zw_bed_syn("10.1.0.7", "10.2.0.9", 0);
	v4.fragment_offset = 100;
	v4.payload = bytes;
	v4.payload_length = sizeof(bytes);
	v6 = v4;
	v6.src = zw_test_ip("fd00:1::7");
	v6.dst = zw_test_ip("fd00:2::9");
	v6.flow_label = 80;
	zw_bed_rules(bed, port_80);
	zw_bed_expect(bed, "IPv4 fragment", DMZ, &v4, reached);
	zw_bed_expect(bed, "IPv6 fragment", DMZ, &v6, reached);
	v6.flow_label = 0;
	zw_bed_expect(bed, "IPv6 fragment, other label", DMZ, &v6,
		      zw_bed_dropped);
	zw_bed_rules(bed, port_80_tracked);
	v6.flow_label = 80;
	zw_bed_expect(bed, "IPv4 fragment, tracked", DMZ, &v4, zw_bed_dropped);
	zw_bed_expect(bed, "IPv6 fragment, tracked", DMZ, &v6, zw_bed_dropped);
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
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_frame whole, half[2];
	char text[ZW_PROBE_TEXT];
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_probe probe;
	u32 i;

	if (!bed)
		return;
	zw_bed_rules(bed, port_80_tracked);
	for (i = 0; i < 2; i++) {
		spec = zw_bed_syn(hosts[i][0], hosts[i][1], 80);
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
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_probe probe;
	size_t i;

	if (!bed)
		return;
	zw_bed_rules(bed, port_80_tracked);
	for (i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		spec = zw_bed_syn("fd00:1::7", "fd00:2::9", 80);
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
		zw_bed_expect(bed, "other port", DMZ, &spec, zw_bed_dropped);
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
	struct zw_frame_spec spec = zw_bed_udp("10.1.0.7", "10.1.0.1", 9);
	struct zw_testbed *bed;
	struct zw_packet packet;
	struct zw_probe probe;
	u8 options[40];
	int allowed;

	spec.final_dst = hop;
	spec.options = options;
	spec.options_length =
		zw_option_route(options, ZW_OPTION_LOOSE, &hop, 1);
	for (allowed = 0; allowed < 2; allowed++) {
		bed = zw_bed_new(allowed ? allow : NULL);
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

/* Wrong sums reach the rules, as invalid; right ones of every protocol that
 * conntrack sums up are new. So the frames' sums are the kernel's. (UDP-Lite is
 * missing because conntrack, where it knows it at all, sums it with the number
 * of UDP, udplite_error(), and finds right ones invalid.) */
static void test_checksums(void)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
					IPPROTO_ICMP, IPPROTO_ICMPV6 };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_bed_expected reached = { LAN, false, false };
	struct zw_frame_spec spec;
	char name[32];
	size_t i;
	bool v6;

	if (!bed)
		return;
	zw_bed_rules(bed, only_new);
	for (i = 0; i < 2 * sizeof(protocols); i++) {
		v6 = i >= sizeof(protocols);
		spec = zw_bed_udp(v6 ? "fd00:1::7" : "10.1.0.7",
				  v6 ? "fd00:2::9" : "10.2.0.9", 9);
		spec.protocol = protocols[i % sizeof(protocols)];
		if (spec.protocol == (v6 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			continue;
		spec.type = v6 ? 128 : 8;
		snprintf(name, sizeof(name), "protocol %u, IPv%c",
			 spec.protocol, v6 ? '6' : '4');
		zw_bed_expect(bed, name, DMZ, &spec, reached);
		zw_testbed_flush(bed);
		spec.bad_checksum = true;
		zw_bed_expect(bed, name, DMZ, &spec, zw_bed_dropped);
	}
	spec = zw_bed_syn("10.1.0.7", "10.2.0.9", 80);
	spec.bad_ip_checksum = true;
	zw_bed_expect(bed, "IP header", DMZ, &spec, zw_bed_dropped);
	zw_testbed_free(bed);
}

/* A segment routing header names the gateway and then a host behind it: without
 * the setting the kernel does not follow it, as a transit packet it passes. */
static void test_routing_header(void)
{
	static const char *const follow[] = {
		"net/ipv6/conf/all/seg6_enabled=1",
		"net/ipv6/conf/dmz0/seg6_enabled=1",
		NULL,
	};
	struct zw_ip hops[2] = { zw_test_ip("fd00:2::9"),
				 zw_test_ip("fd00:1::1") };
	u8 data[6 + 32];
	struct zw_extension routing = { IPPROTO_ROUTING, 0, data };
	struct zw_frame_spec spec = zw_bed_udp("fd00:1::7", "fd00:1::1", 9);
	struct zw_testbed *bed;
	struct zw_probe probe;
	char text[ZW_PROBE_TEXT];
	int followed;

	routing.length = zw_routing_data(data, 4, 1, hops, 2);
	spec.final_dst = hops[0];
	spec.extensions = &routing;
	spec.extension_count = 1;
	for (followed = 0; followed < 2; followed++) {
		bed = zw_bed_new(followed ? follow : NULL);
		if (!bed)
			return;
		zw_testbed_send(bed, DMZ, &spec, &probe);
		ZW_CHECK(probe.out == (followed ? LAN : ZW_NOWHERE),
			 "followed %d: %s", followed,
			 zw_probe_format(bed, &probe, text));
		zw_testbed_free(bed);
	}
}

void suite_bench_headers(void)
{
	static CU_TestInfo tests[] = {
		{ "lone fragment", test_lone_fragment },
		{ "two fragments", test_two_fragments },
		{ "extension headers", test_extension_headers },
		{ "source route", test_source_route },
		{ "checksums", test_checksums },
		{ "routing header", test_routing_header },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/bench headers", tests);
}
