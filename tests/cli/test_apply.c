/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply` on a table that is there already: another policy's, one that
 * somebody tampered with, one that somebody emptied. What stands does not
 * prevent what is proved from taking its place. */
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

static const struct {
	const char *what, *script;
} cases[] = {
	{ "another policy", "$Z apply examples/hq.zw --netns $N && "
			    "$Z apply tests/negative/small.zw --netns $N" },
	{ "networks that move, shrink and grow",
	  "printf '%s\\n' 'external zone net { interface wan0 }'"
	  " 'dmz zone front { interface dmz0 network 192.0.2.0/28 }'"
	  " 'internal zone lan { interface lan0 network 10.2.0.0/16 }'"
	  " 'allow lan -> net, front : any' 'allow front -> net : dns' > $T/a.zw && "
	  "sed 's/10.2.0.0/10.3.0.0/' $T/a.zw > $T/b.zw && "
	  "sed 's,192.0.2.0/28,192.0.2.0/29,' $T/a.zw > $T/c.zw && "
	  "for p in a b a c b a; do $Z apply $T/$p.zw --netns $N || exit 1; done" },
	{ "source routes that the gateway would take are dropped by the rules",
	  "for i in wan0 dmz0 lan0; do $X ip link add $i type bridge || exit 1; done && "
	  "for i in all wan0 dmz0 lan0; do for v in 4 6; do "
	  "$X sysctl -qw net.ipv$v.conf.$i.accept_source_route=1 || exit 1; done; done && "
	  "$Z apply tests/negative/small.zw --netns $N && "
	  "$Z apply examples/hq.zw --netns $N" },
	{ "a rule slipped in",
	  "$Z apply examples/hq.zw --netns $N && "
	  "$X nft insert rule inet zwinger z_forward accept && "
	  "$Z apply examples/hq.zw --netns $N && "
	  "! $X nft list chain inet zwinger z_forward | grep -q '^[[:space:]]*accept'" },
	{ "a flushed table", "$Z apply examples/hq.zw --netns $N && "
			     "$X nft flush table inet zwinger && "
			     "$Z apply examples/hq.zw --netns $N" },
	{ "an empty table", "$X nft add table inet zwinger && "
			    "$Z apply examples/hq.zw --netns $N" },
	{ "foreign tables stay", "$X nft add table ip other && "
				 "$Z apply examples/hq.zw --netns $N && "
				 "$X nft list table ip other" },
	{ "tables of others that decide, mark, translate and untrack",
	  "printf '%s\\n' 'table inet other {'"
	  " ' set banned { type ipv4_addr; flags timeout; }'"
	  " ' chain first { type nat hook prerouting priority dstnat; tcp dport 8080 dnat ip to 10.9.9.9:80; }'"
	  " ' chain raw { type filter hook prerouting priority raw; udp dport 53 notrack; }'"
	  " ' chain fore { type filter hook forward priority filter; ct state established accept; ip saddr @banned drop; meta mark set 7 accept; }'"
	  " '}' 'table ip x { chain fore { type filter hook forward priority filter; accept; }; }' > $T/other &&"
	  " $X nft -f $T/other && $Z apply examples/hq.zw --netns $N &&"
	  " $X nft list chain inet other fore | grep -q 'mark set'" },
	{ "a rule of others that nobody understands is named",
	  "$X nft add table netdev other && $X ip link add dmz0 type veth peer name eth8 && "
	  "$X nft 'add chain netdev other ing { type filter hook ingress device dmz0 priority 0; }' && "
	  "$X nft 'add rule netdev other ing fwd to eth8' && "
	  "{ $Z apply examples/hq.zw --netns $N > $T/out 2>&1; [ $? = 3 ]; } && "
	  "grep -q \"rule 1 of chain 'ing'\" $T/out && "
	  "! $X nft list table inet zwinger 2>/dev/null" },
	{ "a table of others refuses what must always pass",
	  "printf '%s\\n' 'external zone net { interface wan0 }' 'internal zone lan { interface lan0 network 10.2.0.0/16 }'"
	  " 'allow lan -> net : any' 'always lan -> net : tcp/443' > $T/p.zw && "
	  "$Z apply $T/p.zw --netns $N && $X nft add table ip other && "
	  "$X nft 'add chain ip other fore { type filter hook forward priority 10; }' && "
	  "$X nft 'add rule ip other fore tcp dport 443 drop' && "
	  "{ $Z apply $T/p.zw --format json --netns $N > $T/out; [ $? = 1 ]; } && "
	  "grep -q 'ip other' $T/out || { cat $T/out; false; }" },
	{ "a table that can be owned, loaded again and reloaded",
	  "$Z apply examples/hq.zw --persist --netns $N && "
	  "$X nft -j list tables | grep -q '\"flags\"' && "
	  "$Z apply tests/negative/small.zw --netns $N && "
	  "$Z apply examples/hq.zw --persist --netns $N && "
	  "$X nft add rule inet zwinger z_forward accept && "
	  "$Z apply examples/hq.zw --netns $N" },
	{ "a table that is owned is let alone",
	  "mkfifo $T/hold; { echo 'add table inet zwinger { flags owner; }'; cat $T/hold; } | $X nft -i > /dev/null 2>&1 & "
	  "for i in 1 2 3 4 5 6 7 8 9; do $X nft list tables | grep -q zwinger && break; sleep 0.2; done; "
	  "{ $Z apply examples/hq.zw --netns $N > $T/out 2>&1; [ $? = 4 ]; }; s=$?; "
	  "echo > $T/hold; wait; [ $s = 0 ] && grep -q 'belongs to another process' $T/out || { cat $T/out; false; }" },
	{ "a table is a plain one unless asked",
	  "$Z apply examples/hq.zw --netns $N && "
	  "$X nft list ruleset > $T/saved && $X nft flush ruleset && $X nft -f $T/saved" },
	{ "an interface of a zone is a port of a bridge",
	  "$X ip link add br7 type bridge && $X ip link add dmz0 type veth peer name other && "
	  "$X ip link set dmz0 master br7 && "
	  "{ $Z apply tests/negative/small.zw --netns $N > $T/out 2>&1; [ $? = 3 ]; } && "
	  "grep -q \"port of the bridge 'br7'\" $T/out || { cat $T/out; false; }" },
	{ "a refuted policy changes nothing",
	  "$Z apply examples/hq.zw --netns $N && "
	  "$X nft -s list ruleset > $T/before && "
	  "{ $Z apply tests/negative/Z4001-dmz-to-internal.zw --netns $N; [ $? = 1 ]; } && "
	  "$X nft -s list ruleset > $T/after && cmp $T/before $T/after" },
};

static void replaced(void)
{
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_arena *arena = zw_arena_new();
		const char *script =
			zw_strf(arena,
				"Z=%s; N=zw-apply-$$; X=\"ip netns exec $N\"; T=$(mktemp -d); "
				"ip netns add $N || exit 99; "
				"trap 'ip netns del $N; rm -rf $T' EXIT; %s",
				zw_binary(), cases[i].script)
				.p;

		zw_check_script(cases[i].what, script);
		zw_arena_free(arena);
	}
}

void suite_apply(void);
void suite_apply(void)
{
	static CU_TestInfo tests[] = {
		{ "what stands is replaced", replaced },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("apply", tests);
}
