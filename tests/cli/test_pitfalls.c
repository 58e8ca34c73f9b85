/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where rulesets and their readers go wrong: each case is text of nft, given to
 * `zwinger verify` with the same zones, and the status it must end with. The
 * zones are two, front (a DMZ behind dmz0) and office (internal, behind lan0,
 * 10.1.0.0/16); the claims are the built-in ones. A line of a case that is no
 * whole table stands in the forward chain, which drops what nothing accepts. */
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

static const char setup[] =
	"T=$(mktemp -d); trap 'rm -rf $T' EXIT; cd $T\n"
	"cat >z.zw <<'E'\n"
	"dmz zone front { interface dmz0 }\n"
	"internal zone office { interface lan0; network 10.1.0.0/16 }\n"
	"E\n"
	"forward() { echo 'table inet gate {'; echo 'chain before {'\n"
	"  echo 'type filter hook prerouting priority -250'\n"
	"  echo 'iifname lan0 ip saddr != 10.1.0.0/16 drop'\n"
	"  echo 'iifname lan0 meta nfproto ipv6 drop'; echo '}'\n"
	"  echo 'chain through {'\n"
	"  echo 'type filter hook forward priority 0; policy drop;'\n"
	"  cat; echo '}'; echo '}'; }\n";

enum {
	PROVED = 0,
	REFUTED = 1,
	UNDECIDED = 3,
};

struct pitfall {
	const char *what;
	int status;
	const char *rules; /* in the forward chain */
	const char *more;  /* tables besides; may be NULL */
	const char *says;  /* in what is printed; may be NULL */
};

static const char to_ssh[] = "always office(10.1.0.7) -> self : tcp/22";

static const struct pitfall cases[] = {
	{ "nothing passes", PROVED, "", NULL, NULL },
	{ "accept is not final across base chains", PROVED,
	  "iifname dmz0 accept",
	  "table inet late { chain c {\n"
	  "type filter hook forward priority 10\niifname dmz0 drop\n}\n}",
	  NULL },
	{ "nor is it where it comes later", PROVED, "iifname dmz0 drop",
	  "table inet late { chain c {\n"
	  "type filter hook forward priority 10\naccept\n}\n}",
	  NULL },
	{ "equal priorities, and the order matters", UNDECIDED,
	  "iifname dmz0 meta mark 9 accept",
	  "table inet a { chain x {\ntype filter hook prerouting priority -150\n"
	  "meta mark set 7\n}\n}\n"
	  "table inet b { chain y {\ntype filter hook prerouting priority -150\n"
	  "meta mark 7 meta mark set 9\n}\n}",
	  "equal priority" },
	{ "goto does not return", PROVED,
	  "iifname dmz0 goto side\niifname dmz0 accept",
	  "table inet gate { chain side {\nip daddr 10.9.9.9 return\n}\n}",
	  NULL },
	{ "jump does", REFUTED, "iifname dmz0 jump side\niifname dmz0 accept",
	  "table inet gate { chain side {\nip daddr 10.9.9.9 return\n}\n}",
	  NULL },
	{ "a loop that no base chain reaches", PROVED, "",
	  "table inet gate { chain a { }\nchain b { jump a; }\n}\n"
	  "add rule inet gate a jump b",
	  NULL },
	{ "notrack makes state new miss", REFUTED,
	  "iifname dmz0 ct state new drop\niifname dmz0 accept",
	  "table inet raw { chain c {\ntype filter hook prerouting priority raw\n"
	  "udp dport 53 notrack\n}\n}",
	  NULL },
	{ "untracked and invalid are states too", REFUTED,
	  "iifname dmz0 ct state { invalid, untracked } accept", NULL, NULL },
	{ "established, and an assumption", PROVED,
	  "ct state established,related accept", NULL, "begun elsewhere" },
	{ "established in reply needs none", PROVED,
	  "iifname dmz0 ct direction reply ct state established accept", NULL,
	  NULL },
	{ "related, with a helper", REFUTED,
	  "ct state established,related accept",
	  "table inet help { ct helper ftp {\ntype \"ftp\" protocol tcp\n}\n"
	  "chain c {\ntype filter hook prerouting priority -100\n"
	  "tcp dport 21 ct helper set \"ftp\"\n}\n}",
	  "related" },
	{ "ct status dnat without a translation", PROVED,
	  "ct status dnat accept", NULL, NULL },
	{ "destinations translated before the filter", REFUTED,
	  "iifname dmz0 ip daddr 10.1.0.5 accept",
	  "table ip nat { chain c {\ntype nat hook prerouting priority dstnat\n"
	  "iifname dmz0 ip daddr 203.0.113.5 dnat to 10.1.0.5\n}\n}",
	  NULL },
	{ "filters see the new destination", PROVED,
	  "iifname dmz0 oifname != lan0 ip daddr 203.0.113.5 accept",
	  "table ip nat { chain c {\ntype nat hook prerouting priority dstnat\n"
	  "iifname dmz0 ip daddr 203.0.113.5 dnat to 10.1.0.5\n}\n}",
	  NULL },
	{ "a blanket ct status dnat", REFUTED, "ct status dnat accept",
	  "table ip nat { chain c {\ntype nat hook prerouting priority dstnat\n"
	  "iifname dmz0 tcp dport 80 dnat to 10.1.0.5\n}\n}",
	  "sent on to 10.1.0.5" },
	{ "whole networks translated", REFUTED,
	  "iifname dmz0 oifname != lan0 ct status dnat accept",
	  "table ip nat { chain c {\ntype nat hook prerouting priority dstnat\n"
	  "iifname dmz0 dnat ip prefix to ip daddr map { 203.0.113.0/24 : 10.1.5.0/24 }\n}\n}",
	  NULL },
	{ "stateless translation", REFUTED,
	  "iifname dmz0 ip daddr 10.1.0.9 accept",
	  "table ip mangle { chain c {\ntype filter hook prerouting priority mangle\n"
	  "iifname dmz0 ip daddr 203.0.113.9 ip daddr set 10.1.0.9\n}\n}",
	  NULL },
	{ "a mark from another chain", REFUTED, "meta mark 5 accept",
	  "table inet marks { chain c {\ntype filter hook prerouting priority mangle\n"
	  "iifname dmz0 tcp dport 22 meta mark set 5\n}\n}",
	  NULL },
	{ "a mark of the connection's later packets", REFUTED,
	  "ct mark 5 accept", NULL, NULL },
	{ "tables of one family leave the other open", REFUTED, "accept",
	  "table ip block { chain c {\ntype filter hook forward priority -5\n"
	  "iifname dmz0 drop\n}\n}",
	  "[2001:db8" },
	{ "ip6 nexthdr sees the first header alone", REFUTED,
	  "iifname dmz0 ip6 nexthdr != tcp accept",
	  "table inet f { chain c {\ntype filter hook forward priority -5\n"
	  "iifname dmz0 meta l4proto != tcp drop\n}\n}",
	  NULL },
	{ "a missing header breaks a negated match too", PROVED,
	  "iifname dmz0 tcp dport != 0-65535 accept", NULL, NULL },
	{ "negated matches let other protocols be", REFUTED,
	  "iifname dmz0 tcp dport 22 drop\n"
	  "iifname dmz0 meta l4proto udp accept",
	  NULL, "udp" },
	{ "tcp flags", REFUTED,
	  "iifname dmz0 tcp flags syn drop\n"
	  "iifname dmz0 meta l4proto tcp accept",
	  NULL, NULL },
	{ "fragments without conntrack", REFUTED,
	  "iifname dmz0 tcp dport 22 drop\n"
	  "iifname dmz0 ip frag-off & 0x1fff != 0 accept",
	  NULL, "fragment" },
	{ "a set that packets fill accepts anything", REFUTED,
	  "iifname dmz0 ip saddr @s accept",
	  "table inet gate { set s {\ntype ipv4_addr\nflags dynamic,timeout\n"
	  "timeout 1h\n}\n}",
	  NULL },
	{ "and drops nothing for sure", REFUTED,
	  "iifname dmz0 ip saddr @s drop\niifname dmz0 accept",
	  "table inet gate { set s {\ntype ipv4_addr\nflags dynamic,timeout\n"
	  "timeout 1h\nelements = { 192.0.2.1 }\n}\n}",
	  NULL },
	{ "a limit may be over", REFUTED,
	  "iifname dmz0 limit rate 1/second accept", NULL,
	  "hangs on rule 1 of chain 'through' in table 'inet gate': a limit" },
	{ "interfaces by number", PROVED,
	  "iif wan9 oif lan0 accept\niif lan0 accept", NULL, NULL },
	{ "interfaces by number, of the DMZ", REFUTED,
	  "iif dmz0 oif lan0 accept", NULL, NULL },
	{ "interfaces by number, in a map", REFUTED,
	  "iif . oif vmap { wan9 . lan0 : drop, dmz0 . lan0 : accept }", NULL,
	  NULL },
	{ "a pattern of interfaces", REFUTED, "iifname \"dm*\" accept", NULL,
	  NULL },
	{ "verdict maps", PROVED,
	  "iifname . oifname vmap { lan0 . dmz0 : accept, dmz0 . lan0 : drop }",
	  NULL, NULL },
	{ "intervals of several fields", REFUTED,
	  "iifname dmz0 ip daddr . tcp dport { 10.0.0.0-10.1.0.1 . 20-30 } accept",
	  NULL, NULL },
	{ "negated intervals leave gaps", REFUTED,
	  "iifname dmz0 ip daddr != { 10.0.0.0/16, 10.1.0.0/17 } accept", NULL,
	  NULL },
	{ "a dormant table does nothing", REFUTED, "iifname dmz0 accept",
	  "table inet off { flags dormant\nchain c {\n"
	  "type filter hook forward priority -5\niifname dmz0 drop\n}\n}",
	  NULL },
	{ "early drops on the device", PROVED, "iifname dmz0 accept",
	  "table netdev early { chain c {\n"
	  "type filter hook ingress device dmz0 priority 0\ndrop\n}\n}",
	  NULL },
	{ "a copy that goes elsewhere", UNDECIDED, "",
	  "table ip copies { chain c {\ntype filter hook forward priority -5\n"
	  "iifname dmz0 oifname wan0 udp dport 514 dup to 10.1.0.7 device lan0\n}\n}",
	  "a copy goes elsewhere" },
	{ "a copy of what others send", PROVED, "",
	  "table ip copies { chain c {\ntype filter hook forward priority -5\n"
	  "iifname lan0 udp dport 514 dup to 192.0.2.7 device wan0\n}\n}",
	  NULL },
	{ "sent on by the device", UNDECIDED, "",
	  "table netdev early { chain c {\n"
	  "type filter hook ingress device dmz0 priority 0\n"
	  "ip saddr 192.0.2.9 fwd to lan0\n}\n}",
	  "sent on past all hooks" },
	{ "a transparent proxy", UNDECIDED, "",
	  "table inet proxy { chain c {\n"
	  "type filter hook prerouting priority mangle\n"
	  "iifname dmz0 tcp dport 80 tproxy to :3128 accept\n}\n}",
	  "a proxy on the gateway" },
	{ "routes decide", UNDECIDED,
	  "iifname dmz0 fib daddr type unicast accept", NULL, "fib" },
	{ "routes decide about others", PROVED,
	  "iifname lan0 oifname wan0 fib daddr type unicast accept", NULL,
	  "expressions can come out either way, and no verdict hangs on them" },
	{ "a number drawn by lot", REFUTED,
	  "iifname dmz0 numgen random mod 4 < 2 accept", NULL, NULL },
	{ "numbers drawn by lot, in a map", UNDECIDED,
	  "iifname dmz0 numgen inc mod 4 vmap { 0 : drop, 1 : drop, 2 : drop, 3 : drop }\n"
	  "iifname dmz0 accept",
	  NULL, NULL },
	{ "a quota", REFUTED, "iifname dmz0 quota 1 mbytes accept", NULL,
	  NULL },
	{ "a named limit", REFUTED, "iifname dmz0 limit name \"l\" accept",
	  "table inet gate { limit l { rate 5/second; }\n}", NULL },
	{ "named counters by address", REFUTED,
	  "iifname dmz0 counter name ip saddr map { 192.0.2.1 : \"c\" } accept",
	  "table inet gate { counter c { }\n}", NULL },
	{ "zones of conntrack", PROVED, "ct state established accept",
	  "table inet zones { chain c {\n"
	  "type filter hook prerouting priority raw\nct zone set 5\n}\n}",
	  "begun elsewhere" },
	{ "redirected to the gateway", PROVED, "",
	  "table ip nat { chain c {\ntype nat hook prerouting priority dstnat\n"
	  "iifname dmz0 tcp dport 80 redirect to :3128\n}\n}",
	  NULL },
	{ "a bridge that drops opens nothing", PROVED, "",
	  "table bridge b { chain c {\n"
	  "type filter hook input priority 0; policy drop;\n}\n}",
	  NULL },
	{ "a bridge that rewrites", UNDECIDED, "",
	  "table bridge b { chain c {\n"
	  "type filter hook prerouting priority 0\n"
	  "ip daddr 192.0.2.9 ip daddr set 10.1.0.7\n}\n}",
	  "rewrite" },
	{ "hardware addresses", REFUTED,
	  "iifname dmz0 ether saddr 02:00:00:00:00:07 accept", NULL,
	  "from hardware address 02:00:00:00:00:07" },
	{ "time of day", REFUTED,
	  "iifname dmz0 meta hour \"08:00\"-\"17:00\" accept", NULL, NULL },
	{ "docker's forwarding", PROVED, "",
	  "table ip filter { chain FORWARD {\n"
	  "type filter hook forward priority filter; policy drop;\n"
	  "oifname docker0 ct state related,established accept\n"
	  "iifname docker0 oifname != docker0 accept\n"
	  "iifname docker0 oifname docker0 accept\n}\n}\n"
	  "table ip nat { chain POSTROUTING {\n"
	  "type nat hook postrouting priority srcnat\n"
	  "ip saddr 172.17.0.0/16 oifname != docker0 masquerade\n}\n}",
	  NULL },
};

/* With a claim that something passes. */
static const struct pitfall passing[] = {
	{ "but lets nothing pass for sure", UNDECIDED, "",
	  "table bridge b { chain c {\n"
	  "type filter hook input priority 0; policy drop;\n}\n}",
	  "if that is a bridge" },
	{ "by a verdict in a map", UNDECIDED, "",
	  "table bridge b { chain d { ip daddr vmap { 10.1.0.1 : drop }\n}\n"
	  "chain c {\ntype filter hook postrouting priority 0\njump d\n}\n}",
	  "if that is a bridge" },
	{ "a bridge that accepts", PROVED, "",
	  "table bridge b { chain c {\n"
	  "type filter hook input priority 0\nip saddr 10.1.0.7 counter accept\n}\n}",
	  NULL },
	{ "between a bridge's ports", PROVED, "",
	  "table bridge b { chain c {\n"
	  "type filter hook forward priority 0; policy drop;\n}\n}",
	  NULL },
	{ "neighbours that are not found", PROVED, "",
	  "table arp a { chain c {\n"
	  "type filter hook input priority 0; policy drop;\n}\n}",
	  "neighbours are found" },
};

/* False where the kernel here lacks the expression. */
static bool try_case(const struct pitfall *c, const char *claim)
{
	struct zw_arena *arena = zw_arena_new();
	const char *more = c->more ? c->more : "";
	const char *script =
		zw_strf(arena,
			"%secho '%s' >>z.zw\n"
			"cat >m <<'E'\n%s\nE\nforward <<'E' >f\n%s\nE\n"
			"cat m f >r.nft\n"
			"%s verify z.zw --ruleset r.nft 2>&1",
			setup, claim, more, c->rules, zw_binary())
			.p;
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct zw_run run;
	bool here = true;

	zw_run(&run, NULL, argv);
	if (run.out.n && strstr(run.out.data, "No such file or directory") &&
	    strstr(run.out.data, "[Z6010]"))
		here = false;
	else
		ZW_CHECK(run.status == c->status &&
				 (!c->says ||
				  (run.out.n && strstr(run.out.data, c->says))),
			 "%s: status %d, not %d:\n%s", c->what, run.status,
			 c->status, run.out.n ? run.out.data : "");
	zw_run_free(&run);
	zw_arena_free(arena);
	return here;
}

static void pitfalls(void)
{
	size_t i, missing = 0;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!try_case(&cases[i], "")) {
			printf("not in this kernel: %s\n", cases[i].what);
			missing++;
		}
	}
	for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		ZW_CHECK(try_case(&passing[i], to_ssh),
			 "not in this kernel: %s", passing[i].what);
	ZW_CHECK(missing < 8, "%zu cases could not be tried", missing);
}

/* Which hooks of the family bridge a packet to and from the gateway meets: TCP
 * to a closed port is answered (1), or nothing comes back (124). */
static void bridges(void)
{
	static const char script[] =
		"unshare -n sleep 20 & p=$!\n"
		"trap 'kill $p' EXIT\nsleep 0.2\n"
		"ip link add br0 type bridge\n"
		"ip link add port0 type veth peer name host0\n"
		"ip link set port0 master br0\nip link set host0 netns $p\n"
		"ip address add 10.0.0.1/24 dev br0\n"
		"ip link set port0 up\nip link set br0 up\nip link set lo up\n"
		"nsenter -t $p -n sh -c 'ip address add 10.0.0.2/24 dev host0\n"
		"  ip link set host0 up'\nsleep 0.3\n"
		"try() { nsenter -t $p -n timeout 0.5 bash -c \\\n"
		"  '</dev/tcp/10.0.0.1/9' 2>/dev/null; echo \"$1 $?\"; }\n"
		"try none\n"
		"for hook in prerouting input forward output postrouting; do\n"
		"nft \"table bridge b { chain c {\n"
		"  type filter hook $hook priority 0\nether type ip drop\n}\n}\"\n"
		"try $hook\nnft delete table bridge b\ndone\n";
	static const char expected[] = "none 1\nprerouting 124\ninput 124\n"
				       "forward 1\noutput 124\n"
				       "postrouting 124\n";
	const char *const argv[] = {
		"unshare", "-n", "bash", "-c", script, NULL
	};
	struct zw_run run;

	if (!zw_netns_usable())
		return;
	zw_run(&run, NULL, argv);
	ZW_CHECK(run.out.n && !strcmp(run.out.data, expected), "%s",
		 run.out.n ? run.out.data : "nothing");
	zw_run_free(&run);
}

void suite_pitfalls(void);
void suite_pitfalls(void)
{
	static CU_TestInfo tests[] = {
		{ "rulesets that mislead", pitfalls },
		{ "a bridge's hooks, by the kernel", bridges },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("pitfalls", tests);
}
