/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interpreter against the kernel: rulesets are loaded, read back as raw
 * netlink, decoded, and random packets sent; each must leave by the interface
 * by which the interpreter lets it leave, or die where it drops it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/packets/comparison.h"
#include "tests/packets/random_rules.h"

void suite_interpreter(void);

/* False if nft does not take the rules. */
static bool compare_many(struct zw_testbed *bed, const char *rules,
			 struct zw_random *random, unsigned count, bool odd,
			 bool conntrack)
{
	struct zw_comparison what = { count, odd, conntrack };

	if (!zw_testbed_nft(bed, "flush ruleset") ||
	    !zw_testbed_nft(bed, rules))
		return false;
	zw_comparison_many(bed, rules, random, &what);
	return true;
}

/* ---- rulesets by hand ---- */

static const char *const by_hand[] = {
	"table inet t {\n"
	" set nets { type ipv4_addr; flags interval;"
	" elements = { 10.1.0.4-10.1.0.9, 10.2.0.8/29, 198.51.100.0/28 } }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ip saddr @nets tcp dport { 22, 80, 443 } accept\n"
	"  ip6 daddr { fd00:2::2-fd00:2::a, fd00:1::/125 } accept\n"
	"  ip protocol udp udp dport 1000-60000 accept\n"
	"  meta l4proto 99 counter reject\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" map v { type ifname . ifname : verdict;"
	" elements = { \"dmz0\" . \"lan0\" : jump z_dl,"
	" \"lan0\" . \"wan0\" : goto z_lw, \"wan0\" . \"dmz0\" : accept } }\n"
	" set big { type ipv4_addr . inet_proto . inet_service; flags interval;"
	" elements = { 10.2.0.0-10.2.0.12 . tcp . 20-100,"
	" 10.2.0.5-10.2.0.30 . udp . 53,"
	" 10.2.0.6 . tcp . 400-9000 } }\n"
	" chain z_dl { ip daddr . meta l4proto . th dport @big accept;"
	"  ip6 hoplimit > 100 return; tcp dport vmap { 22 : drop, 80 : accept,"
	" 443-9000 : return }; }\n"
	" chain z_lw { tcp flags & (syn|ack) == syn accept;"
	"  udp length > 20 accept; }\n"
	" chain f { type filter hook forward priority 5; policy drop;\n"
	"  iifname . oifname vmap @v\n"
	"  ip dscp { af11, cs1, ef } accept\n"
	"  meta length 60-70 accept\n"
	" }\n"
	" chain i { type filter hook input priority 0; policy drop;\n"
	"  icmp type echo-request accept\n"
	"  icmpv6 type echo-request accept\n"
	"  tcp dport 22 accept\n"
	" }\n"
	"}\n",
	"table ip6 six {\n"
	" chain p { type filter hook prerouting priority -300;"
	"  ip6 saddr & ffff:ffff:ffff:: == fd00:1:: meta mark set 0x12345\n"
	"  udp dport 53 meta mark set meta mark | 0x100000; }\n"
	" chain f { type filter hook forward priority 10;"
	"  meta mark 0x12345 accept\n"
	"  meta mark & 0x00100000 != 0 drop\n"
	"  tcp sport >= 30000 drop; }\n"
	"}\n"
	"table ip four {\n"
	" chain f { type filter hook forward priority 0; policy accept;"
	"  ip saddr 10.0.0.0/8 ip daddr != 10.0.0.0/8 drop\n"
	"  ip ttl 128 drop\n"
	"  th dport > 5000 drop\n"
	"  ip daddr 10.2.0.0/28 tcp option maxseg exists drop; }\n"
	" chain g { type filter hook forward priority -1; policy accept;"
	"  meta mark set 7\n"
	"  ip saddr 10.1.0.3-10.1.0.6 goto h; }\n"
	" chain h { ip daddr 10.2.0.0/29 drop; }\n"
	"}\n",
	"table inet t {\n"
	" chain r { type filter hook prerouting priority raw;"
	"  udp dport 53 notrack; }\n"
	" chain m { type filter hook prerouting priority mangle;"
	"  ct state new ct mark set 0x51\n"
	"  ct state untracked meta mark set 9; }\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  ct mark 0x51 tcp dport 80-500 accept\n"
	"  ct state untracked ip daddr 10.2.0.0/28 accept\n"
	"  ct state new,established ct original ip saddr 10.1.0.0/29 accept\n"
	"  ct protocol 6 ct original ip daddr 10.2.0.6 accept\n"
	"  ct state vmap { invalid : drop, new : continue }\n"
	"  ct protocol 132 accept\n"
	"  ct status dnat accept; }\n"
	"}\n",
	"table ip n {\n"
	" map to { type inet_service : ipv4_addr . inet_service;"
	" elements = { 80 : 10.2.0.9 . 8080, 443 : 10.2.0.10 . 443 } }\n"
	" chain d { type nat hook prerouting priority dstnat;"
	"  iifname wan0 dnat ip to tcp dport map @to\n"
	"  iifname dmz0 ip daddr 10.2.0.3 dnat to 10.2.0.20\n"
	"  iifname lan0 udp dport 53 dnat to 10.1.0.5:5353; }\n"
	" chain s { type nat hook postrouting priority srcnat;"
	"  oifname wan0 ip saddr 10.1.0.0/28 snat to 203.0.113.1\n"
	"  ip daddr 10.2.0.9 snat to 10.2.0.1; }\n"
	"}\n"
	"table inet f {\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  ct status dnat accept\n"
	"  ip daddr 10.2.0.20 accept\n"
	"  oifname wan0 accept\n"
	"  ct original ip daddr 10.2.0.0/28 accept\n"
	"  reject with tcp reset; }\n"
	"}\n",
	"table netdev n {\n"
	" chain i { type filter hook ingress device dmz0 priority 0;"
	" policy accept;"
	"  ip saddr 10.1.0.0/29 drop\n"
	"  ether type ip6 udp dport 53 drop\n"
	"  meta protocol ip meta l4proto 99 drop; }\n"
	"}\n"
	"table inet t {\n"
	" chain g { type filter hook ingress device lan0 priority 3;"
	"  ip6 nexthdr tcp tcp dport 80 drop\n"
	"  @nh,8,8 64 drop; }\n"
	" chain p { type filter hook postrouting priority 300;"
	"  iifname dmz0 oifname lan0 ip daddr 10.2.0.0/29 drop\n"
	"  @th,16,16 & 0x0003 == 0x0003 drop; }\n"
	"}\n",
	"table inet t {\n"
	" set o { type ipv4_addr . ipv4_addr;"
	" elements = { 10.1.0.3 . 10.2.0.4, 10.1.0.5 . 10.2.0.6,"
	" 10.1.0.7 . 10.2.0.8 } }\n"
	" map m { type inet_service : mark; flags interval;"
	" elements = { 0-1023 : 0x1, 1024-8000 : 0x2, 8001-65535 : 0x3 } }\n"
	" map c { type ipv4_addr : verdict; flags interval;"
	" elements = { 10.2.0.0/29 : accept, 10.2.0.8-10.2.0.20 : jump a,"
	" * : goto b } }\n"
	" chain a { tcp dport 22-90 accept; th sport & 1 == 1 drop; }\n"
	" chain b { meta mark 2 accept; ip saddr . ip daddr @o accept; }\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  meta mark set th dport map @m\n"
	"  meta mark 3 drop\n"
	"  ip daddr vmap @c\n"
	"  meta nfproto ipv6 meta mark 1-2 accept; }\n"
	"}\n",
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  iifname \"dm*\" oifname \"l*\" tcp dport != { 25, 80 } accept\n"
	"  iifname { \"wa*\", \"lan0\" } udp sport 2000-40000 accept\n"
	"  ip saddr 10.0.0.0/8 ip saddr & 0.0.0.1 == 0.0.0.1 accept\n"
	"  ip6 saddr & ::1 == :: ip6 daddr fd00:2::/64 reject\n"
	"  ip length lt 50 accept\n"
	" }\n"
	"}\n",
};

static void test_by_hand(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	size_t i;

	if (!bed)
		return;
	for (i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
		ZW_CHECK(compare_many(bed, by_hand[i], &random, 1500, false,
				      true),
			 "nft: %s\n%s", zw_testbed_error(bed), by_hand[i]);
	zw_testbed_free(bed);
}

static const char *const with_connections[] = {
	"table inet t {\n"
	" map dir { type ifname . ifname . ct_dir : verdict; elements = {"
	" \"dmz0\" . \"lan0\" . original : accept,"
	" \"lan0\" . \"dmz0\" . reply : accept } }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct state established iifname . oifname . ct direction vmap @dir\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct status assured ct state established tcp dport 80-500 accept\n"
	"  ct direction reply ct original ip saddr 10.1.0.0/28 accept\n"
	"  ct state established ct reply ip6 saddr fd00:2::/125 accept\n"
	"  ct state new ip saddr 10.0.0.0/8 accept\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" chain p { type filter hook prerouting priority -300;\n"
	"  tcp dport 80 notrack\n"
	"  ct state established meta mark set 1\n"
	"  ct state invalid meta mark set 2\n"
	" }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  meta mark 1 drop\n"
	"  ct state established,related,untracked meta mark 2 accept\n"
	"  ct state untracked accept\n"
	" }\n"
	"}\n",
};

/* Packets of connections that conntrack knows, both directions. */
static void follow_connection(struct zw_testbed *bed,
			      struct zw_opinion *opinion, const char *rules,
			      struct zw_random *random)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct zw_frame_spec spec;
	struct zw_frame frame;
	struct zw_flow flow = { .from = zw_random_below(random, 3) };
	bool v6 = zw_random_below(random, 2);
	bool only_new, one_alone;

	do
		flow.to = zw_random_below(random, 3);
	while (flow.to == flow.from);
	flow.protocol = protocols[zw_random_below(random, 2)];
	/* An entry that was made past the rules is not translated by them. */
	only_new = flow.protocol == IPPROTO_UDP && !strstr(rules, "type nat") &&
		   zw_random_below(random, 2);
	flow.src = zw_comparison_address(random, flow.from, v6);
	flow.dst = zw_comparison_address(random, flow.to, v6);
	flow.sport = (u16)(1024 + zw_random_below(random, 60000));
	flow.dport = zw_comparison_port(random);
	ZW_CHECK(zw_testbed_track(bed, &flow, only_new), "track: %s",
		 zw_testbed_error(bed));
	/* A mark that one of them leaves in the entry the other would meet. */
	one_alone = strstr(rules, "ct mark set");
	spec = zw_flow_request(&flow);
	zw_frame_build(&spec, &frame);
	if ((only_new || !one_alone || zw_random_below(random, 2)) &&
	    (!zw_comparison_frame(
		     bed, opinion, rules, flow.from, &frame,
		     only_new ? ZW_OPINION_NEW : ZW_OPINION_ORIGINAL, false) ||
	     only_new || one_alone))
		return;
	spec = zw_flow_reply(&flow);
	zw_frame_build(&spec, &frame);
	zw_comparison_frame(bed, opinion, rules, flow.to, &frame,
			    ZW_OPINION_REPLY, false);
}

/* COUNT connections under the rules that the kernel holds. */
static void follow_connections(struct zw_testbed *bed, const char *rules,
			       struct zw_random *random, unsigned count)
{
	unsigned failures = CU_get_number_of_failures(), k;
	struct zw_opinion *opinion = zw_comparison_read(bed, rules);

	for (k = 0;
	     opinion && k < count && failures == CU_get_number_of_failures();
	     k++)
		follow_connection(bed, opinion, rules, random);
	zw_opinion_free(opinion);
}

static void test_connections(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	size_t i;

	if (!bed)
		return;
	for (i = 0; i < sizeof(with_connections) / sizeof(char *); i++) {
		zw_bed_rules(bed, with_connections[i]);
		follow_connections(bed, with_connections[i], &random, 300);
	}
	zw_testbed_free(bed);
}

/* New packets, then some of connections that conntrack knows. */
static bool compare_ruleset(struct zw_testbed *bed, const char *rules,
			    struct zw_random *random, bool conntrack, bool many)
{
	if (!compare_many(bed, rules, random, many ? 1000 : 250, true,
			  conntrack))
		return false;
	/* Rules before conntrack may make it another connection's packet. */
	if (conntrack && !strstr(rules, "chain b_pre { type filter hook "
					"prerouting priority -300")) {
		zw_testbed_flush(bed);
		follow_connections(bed, rules, random, many ? 60 : 15);
	}
	return true;
}

/* What rulesets with conntrack must have had among them. */
static const char *const drawn_with[] = {
	"type nat",    "redirect",  "masquerade",    "snat to",
	"dnat to",     "map @to",   "map @services", "<< 1",
	"status dnat", "proto-dst", "set ct mark",
};
#define DRAWN (sizeof(drawn_with) / sizeof(*drawn_with))

static void note_drawn(const char *rules, bool *drawn)
{
	size_t i;

	for (i = 0; i < DRAWN; i++)
		drawn[i] |= strstr(rules, drawn_with[i]) != NULL;
}

static void compare_random(bool conntrack)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() + conntrack };
	struct zw_buf text = { 0 };
	unsigned failures = CU_get_number_of_failures(), i, taken = 0;
	const char *wanted = getenv("ZW_ROUNDS");
	unsigned rounds = wanted ? (unsigned)atoi(wanted) : 80;
	bool drawn[DRAWN] = { false };
	size_t k;

	if (!bed)
		return;
	for (i = 0; i < rounds; i++) {
		text.n = 0;
		zw_random_rules(&random, conntrack, &text);
		taken += compare_ruleset(bed, text.data, &random, conntrack,
					 wanted != NULL);
		note_drawn(text.data, drawn);
		if (CU_get_number_of_failures() > failures)
			break;
	}
	for (k = 0; conntrack && i >= 80 && k < DRAWN; k++)
		ZW_CHECK(drawn[k], "no ruleset had '%s'", drawn_with[k]);
	ZW_CHECK(taken > i / 2, "nft took only %u of %u rulesets; the last: %s",
		 taken, i, zw_testbed_error(bed));
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

static void test_random_stateless(void)
{
	compare_random(false);
}

static void test_random_conntrack(void)
{
	compare_random(true);
}

void suite_interpreter(void)
{
	static CU_TestInfo tests[] = {
		{ "rulesets by hand", test_by_hand },
		{ "connections", test_connections },
		{ "random rulesets without conntrack", test_random_stateless },
		{ "random rulesets with conntrack", test_random_conntrack },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("interpreter", tests);
}
