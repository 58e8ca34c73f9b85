/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones that are told apart by more than interface and network, and segment
 * sizes, with real packets of both families. This kernel need not have ESP, so
 * nothing comes through IPsec here: what came in the clear is no member of a
 * zone behind it, in either direction. */
#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/packets/bed.h"
#include "tests/packets/site.h"

void suite_language(void);

/* Behind the site's own. */
enum { LAB = SITE_LAN + 1, GUESTS, STRAY, INTERFACES };

static const struct zw_testbed_interface interfaces[INTERFACES] = {
	[SITE_WAN] = { .name = "wan0",
		       .own = { "203.0.113.1/24", "2001:db8::1/64" },
		       .routes = { "0.0.0.0/0", "::/0" } },
	[SITE_DMZ] = { .name = "dmz0",
		       .own = { "192.0.2.1/28", "2001:db8:d::1/64" } },
	[SITE_LAN] = { .name = "lan0",
		       .own = { "10.1.0.1/16", "fd00:1::1/48" } },
	[LAB] = { .name = "lab0", .own = { "10.5.0.1/16", "fd00:5::1/48" } },
	[GUESTS] = { .name = "vl12", .own = { "10.6.0.1/16", "fd00:6::1/48" } },
	[STRAY] = { .name = "vx12", .own = { "10.7.0.1/16", "fd00:7::1/48" } },
};

static const char policy[] =
	"zone lab    { interface lab0; network 10.5.0.0/16, fd00:5::/48;"
	" spoofing allow }\n"
	"zone guests { interface \"vl*\"; network 10.6.0.0/16, fd00:6::/48 }\n"
	"zone branch { interface wan0 ipsec reqid 5;"
	" network 172.20.0.0/16, fd00:20::/48 }\n"
	"zone plant  { interface wan0 ipsec reqid 6; network 172.21.0.0/16 }\n"
	"allow internet -> office : tcp/8080\n"
	"allow branch, plant -> office\n"
	"allow office -> branch, plant, internet\n"
	"allow lab, guests -> internet\n"
	"clamp-mss office -> internet\n"
	"clamp-mss guests -> internet 1200\n"
	"clamp-mss guests -> internet 1300\n";

static struct zw_testbed *new_bed(void)
{
	struct zw_testbed *bed;

	if (!zw_netns_usable())
		return NULL;
	bed = zw_testbed_new(&(struct zw_testbed_spec){
		.interfaces = interfaces, .count = INTERFACES });
	if (bed && zw_site_apply(bed, policy))
		return bed;
	zw_testbed_free(bed);
	return NULL;
}

/* ---- who is from where ---- */

static const struct {
	const char *name;
	unsigned in;
	const char *src, *dst;
	u16 dport;
	bool passes;
} ways[] = {
	{ "outside", SITE_WAN, "198.51.100.7", "10.1.0.9", 8080, true },
	{ "outside, IPv6", SITE_WAN, "2001:db8:cafe::7", "fd00:1::9", 8080,
	  true },
	{ "a branch in the clear", SITE_WAN, "172.20.0.7", "10.1.0.9", 8080,
	  false },
	{ "a branch in the clear, IPv6", SITE_WAN, "fd00:20::7", "fd00:1::9",
	  8080, false },
	{ "a plant in the clear", SITE_WAN, "172.21.0.7", "10.1.0.9", 8080,
	  false },
	{ "to a branch in the clear", SITE_LAN, "10.1.0.9", "172.20.0.7", 443,
	  false },
	{ "to a branch in the clear, IPv6", SITE_LAN, "fd00:1::9", "fd00:20::7",
	  443, false },
	{ "to a plant in the clear", SITE_LAN, "10.1.0.9", "172.21.0.7", 443,
	  false },
	{ "to outside", SITE_LAN, "10.1.0.9", "198.51.100.7", 443, true },
	{ "of the lab", LAB, "10.5.0.7", "198.51.100.7", 443, true },
	{ "forged", LAB, "203.0.112.9", "198.51.100.7", 443, true },
	{ "forged, IPv6", LAB, "2001:db8:beef::1", "2001:db8:cafe::7", 443,
	  true },
	{ "forged as office", LAB, "10.1.0.9", "198.51.100.7", 443, false },
	{ "forged as office, IPv6", LAB, "fd00:1::9", "2001:db8:cafe::7", 443,
	  false },
	{ "forged as a branch", LAB, "172.20.0.7", "198.51.100.7", 443, false },
	{ "to what was forged", SITE_LAN, "10.1.0.9", "10.5.0.7", 443, false },
	{ "by a pattern", GUESTS, "10.6.0.7", "198.51.100.7", 443, true },
	{ "by a pattern, IPv6", GUESTS, "fd00:6::7", "2001:db8:cafe::7", 443,
	  true },
	{ "forged by guests", GUESTS, "203.0.112.9", "198.51.100.7", 443,
	  false },
	{ "by no pattern", STRAY, "10.6.0.7", "198.51.100.7", 443, false },
	{ "of no zone", STRAY, "10.7.0.7", "198.51.100.7", 443, false },
};

static void membership(void)
{
	struct zw_testbed *bed = new_bed();
	size_t i;

	for (i = 0; bed && i < sizeof(ways) / sizeof(*ways); i++)
		ZW_CHECK(zw_site_passes(bed, ways[i].in, ways[i].src,
					ways[i].dst, IPPROTO_TCP, 40000,
					ways[i].dport) == ways[i].passes,
			 "%s", ways[i].name);
	zw_testbed_free(bed);
}

/* ---- segment sizes ---- */

/* A TCP packet whose only option is a segment size; 0: without. */
static void build(struct zw_frame *frame, const char *src, const char *dst,
		  u8 flags, u16 size)
{
	const u8 option[4] = { 2, 4, (u8)(size >> 8), (u8)size };
	struct zw_frame_spec spec = {
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.protocol = IPPROTO_TCP,
		.sport = flags & ZW_TCP_ACK ? 443 : 40000,
		.dport = flags & ZW_TCP_ACK ? 40000 : 443,
		.tcp_flags = flags,
		.tcp_ack = flags & ZW_TCP_ACK ? 1 : 0,
		.payload = option,
		.payload_length = size ? sizeof(option) : 0,
	};
	u8 *header;
	u16 sum;

	zw_frame_build(&spec, frame);
	if (!size)
		return;
	/* what was payload becomes part of the header: RFC 1624 */
	header = frame->bytes + frame->transport;
	header[12] = 6 << 4;
	sum = (u16)(header[16] << 8 | header[17]);
	sum = zw_sum_fold((u32)(u16)~sum + 0x1000u);
	sum = (u16)~sum;
	header[16] = (u8)(sum >> 8);
	header[17] = (u8)sum;
}

static u16 size_in(const struct zw_probe *probe, const struct zw_frame *sent)
{
	const u8 *header = probe->frames[0].bytes + sent->transport;

	if (!probe->count || probe->frames[0].length < sent->transport + 24 ||
	    header[12] >> 4 < 6 || header[20] != 2)
		return 0;
	return (u16)(header[22] << 8 | header[23]);
}

struct segment {
	const char *name;
	unsigned in;
	const char *src, *dst;
	u8 flags;
	u16 size, seen;
};

static void check_segment(struct zw_testbed *bed, const struct segment *s)
{
	struct zw_packet packet = { 0 };
	struct zw_frame frame;
	struct zw_probe probe;

	build(&frame, s->src, s->dst, s->flags, s->size);
	zw_testbed_probe(bed, s->in, &frame, &probe);
	ZW_CHECK(zw_probe_forwarded(&probe, &packet), "%s: nothing came out",
		 s->name);
	ZW_CHECK(size_in(&probe, &frame) == s->seen && packet.checksums_right,
		 "%s: size %u, checksums %s", s->name, size_in(&probe, &frame),
		 packet.checksums_right ? "right" : "wrong");
}

/* An answer goes the other way, which no statement names. */
static void check_answer(struct zw_testbed *bed)
{
	struct segment back = { "answer",    SITE_WAN, "198.51.100.30",
				"10.6.0.30", 0,	       1460,
				1460 };
	const struct segment forth = { "asked",	    GUESTS,
				       "10.6.0.30", "198.51.100.30",
				       ZW_TCP_SYN,  1460,
				       1200 };

	back.flags = ZW_TCP_SYN | ZW_TCP_ACK;
	check_segment(bed, &forth);
	check_segment(bed, &back);
}

static void sizes(void)
{
	static const struct segment segments[] = {
		{ "the route's", SITE_LAN, "10.1.0.9", "198.51.100.7",
		  ZW_TCP_SYN, 8960, 1460 },
		{ "the route's, IPv6", SITE_LAN, "fd00:1::9",
		  "2001:db8:cafe::7", ZW_TCP_SYN, 8960, 1440 },
		{ "small already", SITE_LAN, "10.1.0.10", "198.51.100.7",
		  ZW_TCP_SYN, 536, 536 },
		{ "the smaller of two", GUESTS, "10.6.0.9", "198.51.100.7",
		  ZW_TCP_SYN, 1460, 1200 },
		{ "the smaller of two, IPv6", GUESTS, "fd00:6::9",
		  "2001:db8:cafe::7", ZW_TCP_SYN, 1440, 1200 },
		{ "no option", GUESTS, "10.6.0.10", "198.51.100.7", ZW_TCP_SYN,
		  0, 0 },
		{ "no option, IPv6", GUESTS, "fd00:6::10", "2001:db8:cafe::7",
		  ZW_TCP_SYN, 0, 0 },
		{ "no SYN", GUESTS, "10.6.0.11", "198.51.100.7", ZW_TCP_ACK,
		  1460, 1460 },
		{ "another zone", LAB, "10.5.0.9", "198.51.100.7", ZW_TCP_SYN,
		  8960, 8960 },
		{ "another zone, IPv6", LAB, "fd00:5::9", "2001:db8:cafe::7",
		  ZW_TCP_SYN, 8960, 8960 },
	};
	struct zw_testbed *bed = new_bed();
	size_t i;

	for (i = 0; bed && i < sizeof(segments) / sizeof(*segments); i++)
		check_segment(bed, &segments[i]);
	if (bed)
		check_answer(bed);
	zw_testbed_free(bed);
}

void suite_language(void)
{
	static CU_TestInfo tests[] = {
		{ "who is from where", membership },
		{ "segment sizes", sizes },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/language", tests);
}
