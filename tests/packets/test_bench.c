/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test bed itself, against rules written by hand: if a probe's report were
 * wrong, every packet test that relies on it would be worthless. Each kind of
 * report (came out, dropped, answered, delivered) is shown to occur and not to
 * occur. Rates are printed, not judged. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"

void suite_bench(void);

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

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
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_bed_expected reached = { LAN, false, false };
	struct zw_bed_expected refused = { ZW_NOWHERE, true, false };
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
	zw_bed_rules(bed, forward_rules);
	for (i = 0; i < 2; i++) {
		spec = zw_bed_syn(hosts[i][0], hosts[i][1], 80);
		zw_bed_expect(bed, "accept", DMZ, &spec, reached);
		spec = zw_bed_syn(hosts[i][0], hosts[i][1], 81);
		zw_bed_expect(bed, "drop", DMZ, &spec, zw_bed_dropped);
		spec = zw_bed_syn(hosts[i][0], hosts[i][1], 90);
		zw_bed_expect(bed, "policy", DMZ, &spec, zw_bed_dropped);
		spec = zw_bed_syn(hosts[i][0], hosts[i][1], 82);
		zw_bed_expect(bed, "reset", DMZ, &spec, refused);
		spec = zw_bed_udp(hosts[i][0], hosts[i][1], 83);
		zw_bed_expect(bed, "reject", DMZ, &spec, refused);
		spec = zw_bed_udp(hosts[i][0], hosts[i][1], 80);
		spec.protocol = IPPROTO_SCTP;
		zw_bed_expect(bed, "sctp", DMZ, &spec, reached);
	}
	/* From any address behind the default route to anywhere and back. */
	spec = zw_bed_syn("198.51.100.77", "10.1.200.9", 80);
	zw_bed_expect(bed, "from wan", WAN, &spec,
		      (struct zw_bed_expected){ DMZ, false, false });
	spec = zw_bed_syn("10.1.200.9", "198.51.100.77", 80);
	zw_bed_expect(bed, "to wan", DMZ, &spec,
		      (struct zw_bed_expected){ WAN, false, false });

	spec = zw_bed_syn("10.1.0.7", "10.2.0.9", 80);
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
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_packet packet, quoted;
	struct zw_frame_spec spec;
	struct zw_probe probe;

	if (!bed)
		return;
	zw_bed_rules(bed, forward_rules);
	spec = zw_bed_syn("10.1.0.7", "10.2.0.9", 82);
	zw_testbed_send(bed, DMZ, &spec, &probe);
	ZW_CHECK(zw_probe_answer(&probe, &packet), "no reset");
	ZW_CHECK(probe.frames[0].interface == DMZ && probe.frames[0].own &&
			 packet.tcp_flags == (ZW_TCP_RST | ZW_TCP_ACK) &&
			 packet.src.value == spec.dst.value &&
			 packet.sport == 82 && packet.checksums_right,
		 "reset");
	spec = zw_bed_udp("10.1.0.7", "10.2.0.9", 83);
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

static void test_input(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_bed_expected local = { ZW_NOWHERE, false, true };
	struct zw_bed_expected answered = { ZW_NOWHERE, true, true };
	struct zw_frame_spec spec;

	if (!bed)
		return;
	zw_bed_rules(
		bed,
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
	spec = zw_bed_syn("10.1.0.7", "10.1.0.1", 22);
	zw_bed_expect(bed, "input accept, answer dropped", DMZ, &spec, local);
	spec = zw_bed_syn("10.1.0.7", "10.2.0.1", 22);
	zw_bed_expect(bed, "other own address", DMZ, &spec, local);
	spec = zw_bed_syn("fd00:1::7", "fd00:1::1", 22);
	zw_bed_expect(bed, "input accept, IPv6", DMZ, &spec, local);
	spec = zw_bed_syn("10.1.0.7", "10.1.0.1", 23);
	zw_bed_expect(bed, "input policy", DMZ, &spec, zw_bed_dropped);
	spec = zw_bed_udp("10.1.0.7", "10.1.0.1", 53);
	zw_bed_expect(bed, "input drop", DMZ, &spec, zw_bed_dropped);
	spec = zw_bed_udp("fd00:1::7", "fd00:1::1", 53);
	zw_bed_expect(bed, "input drop, IPv6", DMZ, &spec, zw_bed_dropped);
	spec = zw_bed_syn("10.1.0.7", "10.1.0.1", 0);
	spec.protocol = IPPROTO_ICMP;
	spec.type = 8;
	zw_bed_expect(bed, "echo", DMZ, &spec, answered);
	spec = zw_bed_syn("fd00:1::7", "fd00:1::1", 0);
	spec.protocol = IPPROTO_ICMPV6;
	spec.type = 128;
	zw_bed_expect(bed, "echo, IPv6", DMZ, &spec, answered);
	spec.protocol = IPPROTO_SCTP;
	zw_bed_expect(bed, "sctp, IPv6", DMZ, &spec, local);
	spec = zw_bed_udp("10.1.0.7", "10.1.0.1", 0);
	spec.protocol = 99;
	zw_bed_expect(bed, "protocol 99", DMZ, &spec, local);
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
	struct zw_testbed *bed = zw_bed_new(NULL);
	char text[ZW_PROBE_TEXT];
	struct zw_frame_spec spec;
	struct zw_packet packet;
	struct zw_frame frame;
	struct zw_probe probe;
	size_t i;

	if (!bed)
		return;
	zw_bed_rules(
		bed,
		"table inet t {\n"
		" chain o { type filter hook output priority 0; policy drop;\n"
		"  udp dport 53 accept\n"
		" }\n"
		"}\n");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spec = zw_bed_udp(cases[i].src, cases[i].dst, cases[i].dport);
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

static void rate(struct zw_testbed *bed, const char *name, u16 dport, int out)
{
	enum { ROUNDS = 50000 };
	struct zw_frame_spec spec = zw_bed_syn("10.1.0.7", "10.2.0.9", dport);
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
	struct zw_testbed *bed = zw_bed_new(NULL);

	if (!bed)
		return;
	zw_bed_rules(bed, port_80);
	rate(bed, "forwarded", 80, LAN);
	rate(bed, "dropped", 81, ZW_NOWHERE);
	zw_bed_rules(bed, port_80_tracked);
	rate(bed, "forwarded, tracked", 80, LAN);
	zw_testbed_free(bed);
}

void suite_bench(void)
{
	static CU_TestInfo tests[] = {
		{ "forward", test_forward }, { "answers", test_answers },
		{ "input", test_input },     { "output", test_output },
		{ "rates", test_rates },     CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/bench", tests);
}
