/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address translation with real packets, both families: published services
 * from outside, from the internal zone and from the host's own zone; their
 * inner port from nowhere; other sources seen outside; a deny above it all. Of
 * each flow the addresses are compared on both sides, forth and back. */
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/packets/bed.h"
#include "tests/packets/site.h"

void suite_translation(void);

static const char policy[] =
	"publish front.web : tcp/8443, udp/5353 as 203.0.113.5 : https, udp/53"
	" for internet, office, front\n"
	"publish front.web : tcp/8443, udp/5353 as 2001:db8::5 : https, udp/53"
	" for internet, office, front\n"
	"publish office.files : tcp/445 as 203.0.113.1 : tcp/4450 for office\n"
	"publish front.web : tcp/8000-8002 as 203.0.113.5 : tcp/9000-9002"
	" for internet(198.18.0.0/15)\n"
	"masquerade office, self -> internet all\n"
	"snat front -> internet as 203.0.113.8\n"
	"allow office -> internet\n"
	"allow front -> internet : dns, ping\n"
	"allow self -> internet : dns\n"
	"allow internet -> front : tcp/25\n"
	"deny internet(198.51.100.0/24, 2001:db8:bad::/48) -> front\n"
	"reject internet(198.51.101.0/24) -> front(192.0.2.10)\n";

/* A flow, and what the other end sees of it. */
struct translated {
	const char *name;
	unsigned from;
	const char *src;
	u8 protocol;
	const char *dst;
	u16 dport;
	unsigned to;
	const char *seen_src, *seen_dst;
	u16 seen_dport;
};

static const struct translated flows[] = {
	{ "published, from outside", SITE_WAN, "198.18.7.7", IPPROTO_TCP,
	  "203.0.113.5", 443, SITE_DMZ, "198.18.7.7", "192.0.2.10", 8443 },
	{ "published, UDP", SITE_WAN, "198.18.7.7", IPPROTO_UDP, "203.0.113.5",
	  53, SITE_DMZ, "198.18.7.7", "192.0.2.10", 5353 },
	{ "published, IPv6", SITE_WAN, "2001:db8:cafe::7", IPPROTO_TCP,
	  "2001:db8::5", 443, SITE_DMZ, "2001:db8:cafe::7", "2001:db8:d::10",
	  8443 },
	{ "published, from inside", SITE_LAN, "10.1.2.3", IPPROTO_TCP,
	  "203.0.113.5", 443, SITE_DMZ, "10.1.2.3", "192.0.2.10", 8443 },
	{ "published, IPv6 from inside", SITE_LAN, "fd00:1::3", IPPROTO_UDP,
	  "2001:db8::5", 53, SITE_DMZ, "fd00:1::3", "2001:db8:d::10", 5353 },
	{ "hairpin", SITE_DMZ, "192.0.2.11", IPPROTO_TCP, "203.0.113.5", 443,
	  SITE_DMZ, "192.0.2.1", "192.0.2.10", 8443 },
	{ "hairpin, IPv6", SITE_DMZ, "2001:db8:d::11", IPPROTO_TCP,
	  "2001:db8::5", 443, SITE_DMZ, "2001:db8:d::1", "2001:db8:d::10",
	  8443 },
	{ "hairpin by the gateway's address", SITE_LAN, "10.1.2.3", IPPROTO_TCP,
	  "203.0.113.1", 4450, SITE_LAN, "10.1.0.1", "10.1.0.9", 445 },
	{ "a port of a range", SITE_WAN, "198.18.7.7", IPPROTO_TCP,
	  "203.0.113.5", 9001, SITE_DMZ, "198.18.7.7", "192.0.2.10", 8001 },
	{ "masqueraded", SITE_LAN, "10.1.2.3", IPPROTO_TCP, "198.51.100.7", 443,
	  SITE_WAN, "203.0.113.1", "198.51.100.7", 443 },
	{ "masqueraded, IPv6", SITE_LAN, "fd00:1::3", IPPROTO_UDP,
	  "2001:db8:cafe::1", 53, SITE_WAN, "2001:db8::1", "2001:db8:cafe::1",
	  53 },
	{ "masqueraded echo", SITE_LAN, "10.1.2.3", IPPROTO_ICMP,
	  "198.51.100.7", 0, SITE_WAN, "203.0.113.1", "198.51.100.7", 0 },
	{ "from another address", SITE_DMZ, "192.0.2.11", IPPROTO_UDP,
	  "198.51.100.7", 53, SITE_WAN, "203.0.113.8", "198.51.100.7", 53 },
	{ "echo from another address", SITE_DMZ, "192.0.2.11", IPPROTO_ICMP,
	  "198.51.100.7", 0, SITE_WAN, "203.0.113.8", "198.51.100.7", 0 },
	{ "of the other family as it is", SITE_DMZ, "2001:db8:d::11",
	  IPPROTO_UDP, "2001:db8:cafe::1", 53, SITE_WAN, "2001:db8:d::11",
	  "2001:db8:cafe::1", 53 },
};

static bool same(struct zw_ip a, const char *b)
{
	struct zw_ip ip = zw_test_ip(b);

	return a.family == ip.family && a.value == ip.value;
}

static bool is_echo(u8 protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* The reply comes back from where the first packet was sent to. */
static void check_reply(struct zw_testbed *bed, const struct translated *t,
			const struct zw_flow *flow)
{
	struct zw_frame_spec spec = zw_flow_reply(flow);
	char text[ZW_PACKET_TEXT] = "nothing";
	struct zw_packet packet = { 0 };
	struct zw_probe probe;
	bool ok;

	zw_testbed_send(bed, flow->to, &spec, &probe);
	ok = probe.out == (int)flow->from &&
	     zw_probe_forwarded(&probe, &packet);
	if (ok)
		zw_packet_format(&packet, text);
	ok = ok && same(packet.src, t->dst) && same(packet.dst, t->src) &&
	     packet.checksums_right;
	if (!is_echo(t->protocol))
		ok = ok && packet.sport == t->dport && packet.dport == 40000;
	ZW_CHECK(ok, "%s: the reply is %s", t->name, text);
}

/* An error about what was seen comes back about what was sent. */
static void check_error(struct zw_testbed *bed, const struct translated *t,
			const struct zw_flow *flow)
{
	bool four = flow->src.family == ZW_IPV4;
	struct zw_frame_spec quoted = {
		.src = flow->seen_src,
		.dst = flow->seen_dst,
		.protocol = flow->protocol,
		.sport = flow->seen_sport,
		.dport = flow->seen_dport,
		.tcp_flags = ZW_TCP_ACK,
		.tcp_seq = flow->seq,
		.tcp_ack = flow->answer_seq,
	};
	struct zw_frame_spec spec = {
		.src = flow->seen_dst,
		.dst = flow->seen_src,
		.protocol = four ? IPPROTO_ICMP : IPPROTO_ICMPV6,
		.type = four ? 3 : 1,
		.code = four ? 1 : 3,
		.quoted = &quoted,
	};
	struct zw_packet packet, inner;
	struct zw_probe probe;
	bool ok;

	if (is_echo(t->protocol))
		return;
	zw_testbed_send(bed, flow->to, &spec, &probe);
	ok = probe.out == (int)flow->from &&
	     zw_probe_forwarded(&probe, &packet) &&
	     zw_packet_parse_ip(packet.payload, packet.payload_length, &inner);
	ZW_CHECK(ok, "%s: the error does not come back", t->name);
	ZW_CHECK(!ok || (same(packet.dst, t->src) && same(inner.src, t->src) &&
			 same(inner.dst, t->dst) && inner.dport == t->dport),
		 "%s: the error is about another packet", t->name);
}

static void check_flow(struct zw_testbed *bed, const struct translated *t)
{
	struct zw_flow flow = zw_site_flow(t->from, t->src, t->to, t->dst,
					   t->protocol, t->dport);
	char seen[2][46];

	if (!zw_testbed_connect(bed, &flow)) {
		ZW_CHECK(false, "%s: %s", t->name, zw_testbed_error(bed));
		return;
	}
	ZW_CHECK(same(flow.seen_src, t->seen_src) &&
			 same(flow.seen_dst, t->seen_dst) &&
			 (is_echo(t->protocol) ||
			  flow.seen_dport == t->seen_dport),
		 "%s: seen as from %s to %s port %u", t->name,
		 zw_ip_format(flow.seen_src, seen[0]),
		 zw_ip_format(flow.seen_dst, seen[1]), flow.seen_dport);
	check_reply(bed, t, &flow);
	check_error(bed, t, &flow);
}

static void test_flows(void)
{
	struct zw_testbed *bed = zw_site_new();
	size_t i;

	if (bed && zw_site_apply(bed, policy)) {
		for (i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
			check_flow(bed, &flows[i]);
	}
	zw_testbed_free(bed);
}

/* What is not published stays closed. */
static void test_refused(void)
{
	static const struct {
		const char *name;
		unsigned in;
		const char *src, *dst;
		u8 protocol;
		u16 dport;
	} closed[] = {
		{ "the inner port", SITE_WAN, "198.18.7.7", "192.0.2.10",
		  IPPROTO_TCP, 8443 },
		{ "the inner port by UDP", SITE_WAN, "198.18.7.7", "192.0.2.10",
		  IPPROTO_UDP, 5353 },
		{ "the inner port, IPv6", SITE_WAN, "2001:db8:cafe::7",
		  "2001:db8:d::10", IPPROTO_TCP, 8443 },
		{ "the inner port from inside", SITE_LAN, "10.1.2.3",
		  "192.0.2.10", IPPROTO_TCP, 8443 },
		{ "the outer port at the host", SITE_WAN, "198.18.7.7",
		  "192.0.2.10", IPPROTO_TCP, 443 },
		{ "another port of the address", SITE_WAN, "198.18.7.7",
		  "203.0.113.5", IPPROTO_TCP, 8443 },
		{ "another protocol", SITE_WAN, "198.18.7.7", "203.0.113.5",
		  IPPROTO_UDP, 443 },
		{ "beside the range", SITE_WAN, "198.18.7.7", "203.0.113.5",
		  IPPROTO_TCP, 9003 },
		{ "a source that the range is not for", SITE_WAN, "198.20.7.7",
		  "203.0.113.5", IPPROTO_TCP, 9001 },
		{ "denied, from there", SITE_WAN, "198.51.100.9", "203.0.113.5",
		  IPPROTO_TCP, 443 },
		{ "denied, from there, IPv6", SITE_WAN, "2001:db8:bad::9",
		  "2001:db8::5", IPPROTO_TCP, 443 },
		{ "what is for the office alone", SITE_WAN, "198.18.7.7",
		  "203.0.113.1", IPPROTO_TCP, 4450 },
		{ "a stranger's source", SITE_DMZ, "10.1.2.3", "203.0.113.5",
		  IPPROTO_TCP, 443 },
		{ "the published file server's inner port from the DMZ",
		  SITE_DMZ, "192.0.2.11", "10.1.0.9", IPPROTO_TCP, 445 },
	};
	struct zw_testbed *bed = zw_site_new();
	size_t i;

	if (bed && zw_site_apply(bed, policy)) {
		for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
			ZW_CHECK(!zw_site_passes(bed, closed[i].in,
						 closed[i].src, closed[i].dst,
						 closed[i].protocol, 40000,
						 closed[i].dport),
				 "%s passes", closed[i].name);
	}
	zw_testbed_free(bed);
}

/* A reject of the translated flow answers in the published address's name. */
static void test_rejected(void)
{
	struct zw_frame_spec spec =
		zw_bed_syn("198.51.101.9", "203.0.113.5", 443);
	struct zw_testbed *bed = zw_site_new();
	char text[ZW_PACKET_TEXT] = "nothing";
	struct zw_packet packet = { 0 };
	struct zw_probe probe;
	bool ok;

	if (bed && zw_site_apply(bed, policy)) {
		zw_testbed_send(bed, SITE_WAN, &spec, &probe);
		ok = !probe.forwarded && zw_probe_answer(&probe, &packet);
		if (ok)
			zw_packet_format(&packet, text);
		ZW_CHECK(ok && packet.protocol == IPPROTO_TCP &&
				 packet.tcp_flags & ZW_TCP_RST &&
				 same(packet.src, "203.0.113.5") &&
				 packet.sport == 443,
			 "the answer is %s", text);
	}
	zw_testbed_free(bed);
}

/* What the gateway sends is masqueraded as well, whatever source it takes. */
static void test_own(void)
{
	struct zw_frame_spec spec = zw_bed_udp("192.0.2.1", "198.51.100.7", 53);
	struct zw_testbed *bed = zw_site_new();
	struct zw_packet packet = { 0 };
	struct zw_frame frame;
	struct zw_probe probe;

	if (bed && zw_site_apply(bed, policy)) {
		zw_frame_build(&spec, &frame);
		zw_testbed_emit(bed, &frame, &probe);
		ZW_CHECK(probe.sent && zw_probe_forwarded(&probe, &packet) &&
				 same(packet.src, "203.0.113.1"),
			 "sent from another address");
	}
	zw_testbed_free(bed);
}

/* A reload leaves translated connections alone, also where the service is
 * not published any more; new ones are closed then. */
static void test_reload(void)
{
	struct zw_testbed *bed = zw_site_new();
	struct zw_flow flow = zw_site_flow(SITE_WAN, "198.18.7.7", SITE_DMZ,
					   "203.0.113.5", IPPROTO_TCP, 443);
	struct zw_frame_spec spec;

	if (bed && zw_site_apply(bed, policy)) {
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s",
			 zw_testbed_error(bed));
		zw_site_apply(bed, "allow internet -> front : tcp/25\n"
				   "masquerade office -> internet\n");
		spec = zw_flow_request(&flow);
		zw_bed_expect(
			bed, "the running connection", SITE_WAN, &spec,
			(struct zw_bed_expected){ SITE_DMZ, false, false });
		ZW_CHECK(!zw_site_passes(bed, SITE_WAN, "198.18.7.7",
					 "203.0.113.5", IPPROTO_TCP, 40001,
					 443),
			 "a new connection passes");
		zw_site_apply(bed, "allow office -> internet\n");
		spec = zw_flow_request(&flow);
		zw_bed_expect(bed, "nothing opens the zones any more", SITE_WAN,
			      &spec, zw_bed_dropped);
	}
	zw_testbed_free(bed);
}

void suite_translation(void)
{
	static CU_TestInfo tests[] = {
		{ "flows", test_flows },
		{ "what stays closed", test_refused },
		{ "rejected behind translation", test_rejected },
		{ "the gateway's own packets", test_own },
		{ "reloads", test_reload },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/translation", tests);
}
