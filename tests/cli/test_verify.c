/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger verify` and `dump`, as a user runs them: each case is a shell script
 * in a folder of its own with the zones file and some rulesets, and says what
 * status it must leave and what its output must hold. */
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

/* Zones of all kinds; `good` keeps them apart by direction, `usual` as most
 * rulesets do, `bad` not at all. */
static const char setup[] =
	"set -e; T=$(mktemp -d); trap 'rm -rf $T' EXIT; cd $T\n"
	"cat >z.zw <<'E'\n"
	"external zone internet { interface wan0 }\n"
	"dmz zone front { interface dmz0; network 192.0.2.0/28 }\n"
	"internal zone office { interface lan0; network 10.1.0.0/16 }\n"
	"always office -> internet : https\n"
	"only front -> internet : udp/53\n"
	"E\n"
	"rules() { cat <<E\n"
	"table inet gate {\n"
	"  chain before { type filter hook prerouting priority raw\n"
	"    iifname dmz0 ip saddr != 192.0.2.0/28 drop\n"
	"    iifname lan0 ip saddr != 10.1.0.0/16 drop\n"
	"    iifname { dmz0, lan0 } meta nfproto ipv6 drop\n"
	"  }\n"
	"  chain through { type filter hook forward priority 0; policy drop;\n"
	"    $1\n"
	"    ip daddr 10.1.0.0/16 drop\n"
	"    iif lan0 oif wan0 accept\n"
	"    iifname dmz0 oifname wan0 udp dport 53 ct state new accept\n"
	"    drop\n"
	"  }\n"
	"}\n"
	"E\n"
	"}\n"
	"rules 'ct direction reply ct state established accept' >good.nft\n"
	"rules 'ct state established,related accept' >usual.nft\n"
	"rules 'iifname dmz0 tcp dport 80 accept' >bad.nft\n"
	"status() { want=$1; shift; got=0; \"$@\" >out 2>&1 || got=$?\n"
	"  cat out; [ $got = $want ] || { echo \"status $got, not $want\"; exit 1; }\n"
	"}\n"
	"says() { grep -q -- \"$1\" out || { echo \"not said: $1\"; exit 1; }; }\n"
	"silent() { ! grep -q -- \"$1\" out || { echo \"said: $1\"; exit 1; }; }\n";

static const struct {
	const char *what, *script;
} cases[] = {
	{ "a text that keeps the zones apart",
	  "status 0 $Z verify z.zw --ruleset good.nft; silent 'begun elsewhere'" },
	{ "established whatever the direction is an assumption",
	  "status 0 $Z verify z.zw --ruleset usual.nft\n"
	  "says \"begun elsewhere.*rule 1 of chain 'through'\"" },
	{ "a text that does not",
	  "status 1 $Z verify z.zw --ruleset bad.nft\n"
	  "says 'in dmz0 192.0.2.*80 tcp, new: accepted'" },
	{ "several texts, one ruleset",
	  "printf 'table inet more {\\nchain c { type filter hook forward priority 10\\n"
	  "iifname dmz0 drop\\n}\\n}\\n' >more.nft\n"
	  "status 0 $Z verify z.zw --ruleset bad.nft --ruleset more.nft" },
	{ "a text with devices",
	  "cat >dev.nft <<'E'\n"
	  "define out = { dmz0, wan1 }\n"
	  "table netdev early {\n"
	  "  chain in { type filter hook ingress devices = $out priority 0\n"
	  "    tcp dport 80 drop\n  }\n}\n"
	  "E\n"
	  "status 1 $Z verify z.zw --ruleset bad.nft\n"
	  "status 0 $Z verify z.zw --ruleset bad.nft --ruleset dev.nft" },
	{ "nothing is left behind",
	  "ip link >before; $Z verify z.zw --ruleset good.nft >out\n"
	  "ip link >after; cmp before after; ! nft list tables | grep -q gate" },
	{ "without privileges",
	  "chmod -R a+rX .; [ $(id -u) = 0 ] || exit 0\n"
	  "status 0 setpriv --reuid=65534 --regid=65534 --clear-groups "
	  "$Z verify z.zw --ruleset good.nft" },
	{ "live, and a dump of it elsewhere",
	  "unshare -n sh -ec \"ip link add wan0 type bridge; ip link add lan0 type bridge\n"
	  "ip link add dmz0 type bridge; nft -f good.nft\n"
	  "$Z verify z.zw --live && $Z dump -o kept\"\n"
	  "status 0 $Z verify z.zw --dump kept\n"
	  "says 'nothing but nf_tables was found'" },
	{ "an empty kernel",
	  "status 1 unshare -n $Z verify z.zw --live; says 'can start'" },
	{ "an interface that is not there",
	  "status 3 unshare -n sh -c \"ip link add lan0 type bridge; ip link add wan0 type bridge; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"interface 'dmz0' of zone 'front' is not there\"" },
	{ "a bridge below the zones",
	  "status 3 unshare -n sh -c \"ip link add br7 type bridge; ip link add wan0 type bridge\n"
	  "ip link add dmz0 type veth peer name lan0\n"
	  "ip link set dmz0 master br7; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"'dmz0' of zone 'front' is a port of the bridge 'br7'\"" },
	{ "a member of a VRF",
	  "unshare -n ip link add red type vrf table 7 2>/dev/null || exit 0\n"
	  "status 3 unshare -n sh -c \"ip link add wan0 type bridge; ip link add dmz0 type bridge\n"
	  "ip link add lan0 type veth peer name lan1; ip link add red type vrf table 7\n"
	  "ip link set lan0 master red; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"belongs to 'red'\"" },
	{ "filters of tc",
	  "unshare -n sh -ec \"ip link add wan0 type bridge; tc qdisc add dev wan0 clsact\" 2>/dev/null || exit 0\n"
	  "status 3 unshare -n sh -c \"ip link add wan0 type bridge; ip link add dmz0 type bridge; ip link add lan0 type bridge\n"
	  "tc qdisc add dev wan0 clsact; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"filters of tc on interface 'wan0'\"" },
	{ "source routes",
	  "status 3 unshare -n sh -c \"ip link add wan0 type bridge; ip link add dmz0 type bridge; ip link add lan0 type bridge\n"
	  "echo 1 >/proc/sys/net/ipv4/conf/all/accept_source_route; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"source-routed packets pass\"\n"
	  "sed 's/type filter hook forward.*/&\\nip option lsrr exists drop\\nip option ssrr exists drop/' good.nft >strict.nft\n"
	  "status 0 unshare -n sh -c \"ip link add wan0 type bridge; ip link add dmz0 type bridge; ip link add lan0 type bridge\n"
	  "echo 1 >/proc/sys/net/ipv4/conf/all/accept_source_route; nft -f strict.nft; $Z verify z.zw --live\"" },
	{ "legacy iptables",
	  "unshare -n iptables-legacy -L >/dev/null 2>&1 || exit 0\n"
	  "status 3 unshare -n sh -c \"ip link add wan0 type bridge; ip link add dmz0 type bridge; ip link add lan0 type bridge\n"
	  "iptables-legacy -A FORWARD -j ACCEPT; nft -f good.nft; $Z verify z.zw --live\"\n"
	  "says \"table 'ip filter' of legacy iptables\"" },
	{ "a dump that was cut",
	  "unshare -n $Z dump -o kept; head -c 100 kept >cut\n"
	  "status 2 $Z verify z.zw --dump cut; says 'was cut off'" },
	{ "a dump to nowhere",
	  "status 4 $Z dump -o no/such; says Z6003\n"
	  "status 4 $Z dump -o x --netns zw-no-such; says Z5004; [ ! -e x ]" },
	{ "exactness on request",
	  "cat >p.zw <<'E'\n"
	  "dmz zone front { interface dmz0; network 192.0.2.0/28 }\n"
	  "internal zone office { interface lan0; network 10.1.0.0/16 }\n"
	  "allow office -> front : https\nE\n"
	  "$Z compile p.zw >own.nft\n"
	  "status 0 $Z verify p.zw --exact --ruleset own.nft\n"
	  "says 'exactly what the policy says'\n"
	  "sed -i 's/allow.*/allow office -> front : http/' p.zw\n"
	  "status 1 $Z verify p.zw --exact --ruleset own.nft\n"
	  "status 0 $Z verify p.zw --ruleset own.nft" },
	{ "machines read it",
	  "status 1 $Z verify z.zw --ruleset bad.nft --format json\n"
	  "says '\"verdict\": \"refuted\"'" },
	{ "what is no text of nft",
	  "status 2 $Z verify z.zw --ruleset z.zw; says 'is no text of nft'\n"
	  "status 2 $Z verify z.zw --ruleset missing; says Z6002" },
};

static void as_a_user(void)
{
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_arena *arena = zw_arena_new();
		const char *script = zw_strf(arena, "Z=%s\n%s%s", zw_binary(),
					     setup, cases[i].script)
					     .p;
		const char *const argv[] = { "sh", "-c", script, NULL };
		struct zw_run run;

		zw_run(&run, NULL, argv);
		ZW_CHECK(run.status == 0, "%s: status %d: %s%s", cases[i].what,
			 run.status, run.out.n ? run.out.data : "",
			 run.err.n ? run.err.data : "");
		zw_run_free(&run);
		zw_arena_free(arena);
	}
}

void suite_verify(void);
void suite_verify(void)
{
	static CU_TestInfo tests[] = {
		{ "verify and dump, as a user runs them", as_a_user },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verify", tests);
}
