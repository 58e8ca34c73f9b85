/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First packets at random through random sites with translation: what the
 * kernel lets out, and with which addresses, must be what the third evaluator
 * says. Each packet has a source port of its own and so begins a flow. */
#include <stdio.h>

#include "base/str.h"
#include "tests/harness/harness.h"
#include "tests/packets/policy_judge.h"
#include "tests/packets/site.h"

void suite_translation_random(void);

enum { POLICIES = 6, PACKETS = 700, SHOWN = 4 };

/* Any of these go together. */
static const char *const statements[] = {
	"publish front.web : tcp/8443, udp/5353 as 203.0.113.5 : https, udp/53 for internet, office, front\n",
	"publish front.web : tcp/8443 as 2001:db8::5 : https for any\n",
	"publish office.files : tcp/445 as 203.0.113.1 : tcp/4450 for office\n",
	"publish front.web : tcp/80, tcp/80 as 203.0.113.5 : tcp/{81, 8443} for internet(198.18.0.0/15), office(10.1.0.0/17)\n",
	"publish front.web : udp/53 as 203.0.113.6 : udp/53 for internet(198.51.100.0/24)\n",
	"publish front.web : tcp/25 as 203.0.113.6 : tcp/25 for office\n",
	"masquerade office -> internet all\n",
	"masquerade front(192.0.2.8/29) -> internet\n",
	"snat front(192.0.2.0/29) -> internet as 203.0.113.8\n",
	"snat front -> internet as 2001:db8::8\n",
	"masquerade internet(198.18.0.0/15) -> front\n",
	"masquerade office -> office\n",
	"allow office -> internet, front\n",
	"allow office -> office : http, https\n",
	"allow front -> internet : dns, http\n",
	"allow internet(198.18.0.0/15, 2001:db8:cafe::/48) -> front : tcp/25, tcp/8443\n",
	"allow any -> self : dns\n",
	"deny internet(198.51.100.0/25, 2001:db8:bad::/48) -> front : tcp\n",
	"reject office(10.1.128.0/17) -> front : https, tcp/8443\n",
	"reject internet -> front(192.0.2.10) : udp/5353\n",
};

static const char *const sources[3][2][4] = {
	[SITE_WAN] = { { "198.18.7.7", "198.51.100.9", "198.51.100.200",
			 "203.0.113.77" },
		       { "2001:db8:cafe::7", "2001:db8:bad::9", "2001:db8::77",
			 "fd00:1::3" } },
	[SITE_DMZ] = { { "192.0.2.3", "192.0.2.11", "192.0.2.10", "10.1.2.3" },
		       { "2001:db8:d::3", "2001:db8:d::11", "2001:db8:d::10",
			 "2001:db8:cafe::7" } },
	[SITE_LAN] = { { "10.1.2.3", "10.1.200.3", "10.1.0.9", "192.0.2.3" },
		       { "fd00:1::3", "fd00:1:0:8000::3", "fd00:1::9",
			 "2001:db8:d::3" } },
};

static const char *const destinations[2][10] = {
	{ "203.0.113.5", "203.0.113.6", "203.0.113.1", "192.0.2.10",
	  "192.0.2.11", "10.1.0.9", "10.1.2.3", "198.51.100.7", "203.0.113.5",
	  "203.0.113.6" },
	{ "2001:db8::5", "2001:db8::6", "2001:db8::1", "2001:db8:d::10",
	  "2001:db8:d::11", "fd00:1::9", "fd00:1::3", "2001:db8:cafe::1",
	  "2001:db8::5", "2001:db8::5" },
};

static const u16 ports[] = { 25, 53, 80, 81, 443, 445, 4450, 5353, 8443 };

static const char *const names[] = { "wan0", "dmz0", "lan0" };
static const char *const own[3][2] = { { "203.0.113.1", "2001:db8::1" },
				       { "192.0.2.1", "2001:db8:d::1" },
				       { "10.1.0.1", "fd00:1::1" } };

static bool starts(struct zw_ip ip, const char *prefix, unsigned bits)
{
	struct zw_ip other = zw_test_ip(prefix);

	if (ip.family == ZW_IPV4)
		bits += 96;
	return ip.family == other.family &&
	       (ip.value ^ other.value) >> (128 - bits) == 0;
}

/* Where the gateway sends it: an interface, or ZW_NOWHERE to itself. */
static int route(struct zw_ip dst)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		if (dst.value ==
		    zw_test_ip(own[i][dst.family == ZW_IPV6]).value)
			return ZW_NOWHERE;
	}
	if (starts(dst, "192.0.2.0", 28) || starts(dst, "2001:db8:d::", 64))
		return SITE_DMZ;
	if (starts(dst, "10.1.0.0", 16) || starts(dst, "fd00:1::", 48))
		return SITE_LAN;
	return SITE_WAN;
}

/* What the policy says, once it is known where the packet goes. */
static int judge_flow(const struct zw_judge *judge, unsigned in,
		      const struct zw_frame_spec *spec,
		      struct zw_judged_flow *flow)
{
	struct zw_question question = {
		.in = names[in],
		.out = names[SITE_WAN],
		.src = spec->src,
		.dst = spec->dst,
		.proto = spec->protocol,
		.first = spec->sport,
		.second = spec->dport,
		.tcp_flags = spec->tcp_flags,
		.hops = 64,
		.tracked = ZW_TRACKED_NEW,
	};
	int out;

	zw_judge_flow(judge, &question, flow);
	out = route(flow->dst);
	question.out = out == ZW_NOWHERE ? NULL : names[out];
	zw_judge_flow(judge, &question, flow);
	return out;
}

static bool as_said(const struct zw_probe *probe, int out,
		    const struct zw_frame_spec *spec,
		    const struct zw_judged_flow *e)
{
	bool six = spec->src.family == ZW_IPV6;
	struct zw_packet packet;

	if (e->judgement != ZW_JUDGED_ACCEPT)
		return !probe->forwarded && !probe->local &&
		       (probe->answers > 0) == (e->judgement != ZW_JUDGED_DROP);
	if (out == ZW_NOWHERE)
		return probe->local;
	if (probe->out != out || !zw_probe_forwarded(probe, &packet) ||
	    packet.dst.value != e->dst.value || packet.dport != e->port ||
	    !packet.checksums_right)
		return false;
	if (e->masqueraded)
		return packet.src.value == zw_test_ip(own[out][six]).value;
	if (e->from_another)
		return packet.src.value >= e->from_lo &&
		       packet.src.value <= e->from_hi;
	return packet.src.value == spec->src.value;
}

struct tally {
	unsigned packets, passed, translated, wrong;
};

static void one_packet(struct zw_testbed *bed, const struct zw_judge *judge,
		       struct zw_random *random, const char *policy,
		       struct tally *tally)
{
	unsigned in = zw_random_below(random, 3);
	unsigned six = zw_random_below(random, 2);
	struct zw_frame_spec spec = {
		.src = zw_test_ip(sources[in][six][zw_random_below(random, 4)]),
		.dst = zw_test_ip(
			destinations[six][zw_random_below(random, 10)]),
		.protocol =
			zw_random_below(random, 3) ? IPPROTO_TCP : IPPROTO_UDP,
		.sport = (u16)(10000 + tally->packets),
		.dport = ports[zw_random_below(random, 9)],
		.tcp_flags = ZW_TCP_SYN,
	};
	struct zw_judged_flow e;
	char text[ZW_PROBE_TEXT], src[46], dst[46];
	struct zw_probe probe;
	int out = judge_flow(judge, in, &spec, &e);

	zw_testbed_send(bed, in, &spec, &probe);
	tally->packets++;
	tally->passed += e.judgement == ZW_JUDGED_ACCEPT;
	tally->translated +=
		e.judgement == ZW_JUDGED_ACCEPT &&
		(e.masqueraded || e.from_another ||
		 e.dst.value != spec.dst.value || e.port != spec.dport);
	if (as_said(&probe, out, &spec, &e))
		return;
	if (tally->wrong++ < SHOWN)
		printf("%sin %s %s -> %s protocol %u port %u: policy says %s, port %u, out %d; came: %s\n",
		       policy, names[in], zw_ip_format(spec.src, src),
		       zw_ip_format(spec.dst, dst), spec.protocol, spec.dport,
		       zw_judgement_name(e.judgement), e.port, out,
		       zw_probe_format(bed, &probe, text));
}

static void one_policy(struct zw_testbed *bed, struct zw_random *random,
		       struct tally *tally)
{
	struct zw_buf rules = { 0 }, text = { 0 };
	struct zw_judge *judge;
	size_t i;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (zw_random_below(random, 3))
			zw_buf_puts(&rules, statements[i]);
	}
	zw_buf_puts(&rules, "allow office -> internet : ntp\n");
	zw_buf_printf(&text, "%s%s", zw_site_zones, rules.data);
	judge = zw_judge_new_text(text.data);
	if (judge && zw_site_apply(bed, rules.data)) {
		zw_testbed_flush(bed);
		for (i = 0; i < PACKETS; i++)
			one_packet(bed, judge, random, rules.data, tally);
	}
	zw_judge_free(judge);
	zw_buf_free(&rules);
	zw_buf_free(&text);
}

static void test_random(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_testbed *bed = zw_site_new();
	struct tally tally = { 0 };
	unsigned i;

	for (i = 0; bed && i < POLICIES; i++)
		one_policy(bed, &random, &tally);
	if (bed) {
		printf("%u packets, %u passed, %u of them translated\n",
		       tally.packets, tally.passed, tally.translated);
		ZW_CHECK(!tally.wrong, "%u of %u packets fared otherwise",
			 tally.wrong, tally.packets);
		ZW_CHECK(tally.translated * 50 > tally.packets,
			 "only %u packets translated", tally.translated);
	}
	zw_testbed_free(bed);
}

void suite_translation_random(void)
{
	static CU_TestInfo tests[] = {
		{ "packets and policies at random", test_random },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/translation random", tests);
}
