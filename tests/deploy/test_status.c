/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `status` says what the kernel holds, whatever the record says; and `boot`
 * leaves no gateway open. */
#include "tests/deploy/scene.h"

static const struct zw_deploy_case status_cases[] = {
	{ "nothing, something, something that waits",
	  "$Z status > $T/said && grep -q 'there is none' $T/said && $Z apply $A && $Z status > $T/said &&"
	  "grep -q 'table inet zwinger: number 1, ' $T/said && grep -q 'meaning   proved now' $T/said && grep -q 'text      as it was loaded' $T/said &&"
	  "$Z apply $B --confirm 60s && $Z status > $T/said && grep -q 'number 2 is not confirmed; .* then number 1 comes back' $T/said &&"
	  "g=$(guard) && kill -9 $g && until_gone $g && $Z status > $T/said && grep -q 'its guard is gone' $T/said && grep -q 'number 2, ' $T/said" },
	{ "other rules, with another meaning and with the same",
	  "$Z apply $A && $X nft insert rule inet zwinger z_forward accept && { $Z status > $T/said 2>&1; [ $? = 5 ]; } &&"
	  "grep -q '1 too many' $T/said && grep -q 'meaning   refuted' $T/said && grep -q 'not: never dmz -> internal' $T/said &&"
	  "$Z apply $A && $Z status && $X nft insert rule inet zwinger z_forward counter &&"
	  "{ $Z status > $T/said 2>&1; [ $? = 5 ]; } && grep -q '1 too many' $T/said && grep -q 'meaning   proved' $T/said && grep -q Z5024 $T/said" },
	{ "elements that are lacking, a table that is gone",
	  "$Z apply $A && $X nft delete table inet zwinger && { $Z status 2> $T/said; [ $? = 5 ]; } && grep -q 'holds no table' $T/said &&"
	  "$Z apply $A && s=$($X nft list table inet zwinger | awk '/^\tset|^\tmap/ { n = $1 \" inet zwinger \" $2 } /elements = / { print n; exit }') &&"
	  "$X nft flush $s && { $Z status > $T/said; [ $? = 5 ]; } && grep -q 'lacking' $T/said" },
	{ "tables of others, and what they do",
	  "$X nft add table ip before && $Z apply $A && $X nft add table ip6 later && $Z status > $T/said &&"
	  "grep -q 'table ip before$' $T/said && grep -q 'table ip6 later, which was not there' $T/said &&"
	  "$X ip link add dmz0 type veth peer name p0 && $X nft 'add table netdev x; add chain netdev x y { type filter hook ingress device dmz0 priority 0; };"
	  " add rule netdev x y fwd to p0' && { $Z status > $T/said; [ $? = 5 ]; } && grep -q 'meaning   undecided' $T/said" },
	{ "the record is gone or damaged: the kernel is asked which one it is",
	  "$Z apply $A && $Z apply $B && truncate -s 30 $S/ledger && { $Z status > $T/said 2>&1; [ $? = 5 ]; } && grep -q 'zwinger: number 2, ' $T/said &&"
	  "grep -q Z6022 $T/said && rm $S/ledger && { $Z status > $T/said; [ $? = 5 ]; } && grep -q 'zwinger: number 2, ' $T/said &&"
	  "truncate -s 9 $S/generation-2 && { $Z status > $T/said; [ $? = 5 ]; } && grep -q 'none of the generations' $T/said && grep -q '2  damaged' $T/said" },
	{ "somebody loaded another one that is kept, behind our back",
	  "$Z apply $A && cp $S/ledger $T/ledger && $Z apply $B && cat $T/ledger > $S/ledger && { $Z status > $T/said; [ $? = 5 ]; } &&"
	  "grep -q 'zwinger: number 2, ' $T/said && grep -q 'loaded    number 1' $T/said" },
	{ "a set too large to be read",
	  "seq 2 2 600008 | awk '{ printf \"20.%d.%d.%d\\n\", $1 / 65536, $1 / 256 % 256, $1 % 256 }' > $T/list && chmod 644 $T/list &&"
	  "{ cat $A; echo 'define l = file \"list\"'; echo 'allow internet(l) -> front : http'; } > $T/l.zw && $Z apply $T/l.zw && $Z status > $T/said &&"
	  "grep -q '1 set was not read whole' $T/said && grep -q 'meaning   proved' $T/said" },
	{ "for programs",
	  "$Z apply $A && $Z apply $B --confirm 60s && $Z status --format json > $T/json && $Z status --format prom > $T/prom &&"
	  "grep -q '^zwinger_generation_held 2$' $T/prom && grep -q '^zwinger_drift 0$' $T/prom && grep -q '^zwinger_confirmation_guarded 1$' $T/prom &&"
	  "$X nft add table ip x && $X nft insert rule inet zwinger z_input accept && { $Z status --format prom > $T/prom; [ $? = 5 ]; } && grep -q '^zwinger_drift 1$' $T/prom &&"
	  "{ $Z status --format json > $T/json2; [ $? = 5 ]; } && { $Z status --format json --state $T > $T/json3; :; } &&"
	  "python3 -c 'import json, sys, jsonschema\nfor f in sys.argv[2:]: jsonschema.validate(json.load(open(f)), json.load(open(sys.argv[1])),"
	  " cls=jsonschema.Draft202012Validator)' docs/status.schema.json $T/json $T/json2 $T/json3" },
};

static const struct zw_deploy_case boot_cases[] = {
	{ "what was confirmed comes up, what was not does not",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 60s && g=$(guard) && kill -9 $g && until_gone $g &&"
	  "$X nft delete table inet zwinger && echo 00000000-0000-4000-8000-000000000000 > $T/id && mount --bind $T/id /proc/sys/kernel/random/boot_id &&"
	  "{ $Z confirm 2> $T/said; [ $? = 4 ]; } && grep -q Z5022 $T/said && [ -z \"$($X nft list ruleset)\" ] &&"
	  "$Z boot > $T/said && grep -q 'number 1 is in force' $T/said && listing | cmp - $T/a && $Z status && $Z audit verify &&"
	  "$Z audit | grep -q 'boot done  generation 1 .*number 2 was not confirmed'" },
	{ "forwarding is on only behind the confirmed generation",
	  "f() { $X cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding | tr -d '\\n'; };"
	  "$X sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; { $Z boot --forwarding; [ $? = 4 ]; } && [ $(f) = 00 ] &&"
	  "$Z apply $A && $X nft delete table inet zwinger && $Z boot && [ $(f) = 00 ] && $Z boot --forwarding && [ $(f) = 11 ] &&"
	  "truncate -s 7 $S/generation-1 && { $Z boot --forwarding; [ $? = 4 ]; } && [ $(f) = 00 ]" },
	{ "no generation, a damaged one, one that does not prove or compile any more, no ledger, no folder",
	  "closed() { $X nft list table inet zwinger | grep -q built-in && { $X nft list table inet zwinger | grep -q lan0; [ $? = 1 ]; } && $X nft delete table inet zwinger; };"
	  "{ $Z boot 2> $T/said; [ $? = 4 ]; } && grep -q 'no generation was ever confirmed' $T/said && closed &&"
	  "$Z apply $A && $X nft delete table inet zwinger && cp $S/generation-1 $T/kept && truncate -s 99 $S/generation-1 && { $Z boot 2> $T/said; [ $? = 4 ]; } &&"
	  "grep -q 'number 1.*damaged' $T/said && closed && cat $T/kept > $S/generation-1 && $Z boot && $X nft delete table inet zwinger &&"
	  "$X ip link add dmz0 type veth peer name p0 && $X nft 'add table netdev x; add chain netdev x y { type filter hook ingress device dmz0 priority 0; }' &&"
	  "$Z boot && $X nft delete table inet zwinger && $X nft add rule netdev x y fwd to p0 &&"
	  "{ $Z boot 2> $T/said; [ $? = 4 ]; } && grep -q 'Z4002' $T/said && $X nft delete table netdev x;"
	  "[ $? = 0 ] && { $X nft list table inet zwinger >/dev/null 2>&1 && closed; :; } &&"
	  "truncate -s 9 $S/ledger && { $Z boot 2> $T/said; [ $? = 4 ]; } && grep -q Z6022 $T/said && closed && { $Z boot --state /proc/x; [ $? = 4 ]; } && closed &&"
	  "sed 's/^allow office -> self.*/& until 2026-01-02/' $A > $T/until.zw && $Z apply $T/until.zw --today 2026-01-01 && $X nft delete table inet zwinger && $Z boot" },
	{ "management access is in it, whatever else is wrong",
	  "m=$T/m.zw; printf '%s\\n' 'zone m { interface m0 network 10.9.0.0/24, fd00:9::/64 }' 'allow m -> self : ssh' > $m; chmod 644 $m;"
	  "{ $Z boot --management $m; [ $? = 4 ]; } && listing > $T/m && grep -q m0 $T/m && grep -q 22 $T/m && $Z status &&"
	  "for bad in 'allow m -> m : ssh' 'publish m : ssh as 10.0.0.1 : ssh for m' 'include \"x\"' 'nonsense' 'allow n -> self : ssh' 'deny m -> self'; do"
	  " echo \"$bad\" > $T/bad.zw; cat $m >> $T/bad.zw; chmod 644 $T/bad.zw; { $Z boot --management $T/bad.zw 2> $T/said; [ $? = 4 ]; } || exit 1;"
	  " listing > $T/now; { grep -q m0 $T/now; [ $? = 1 ]; } || exit 1; done;"
	  "chmod 666 $m; { $Z boot --management $m 2> $T/said; [ $? = 4 ]; } && grep -q Z6023 $T/said && { $Z boot --management $T/none 2> $T/said; [ $? = 4 ]; } && grep -q Z6002 $T/said" },
	{ "a disk that can only be read holds nothing up",
	  "$Z apply $A && listing > $T/a && $X nft delete table inet zwinger && mount --bind $S $S && mount -o remount,bind,ro $S &&"
	  "{ $Z boot; [ $? = 4 ]; } && listing | cmp - $T/a" },
	{ "another load is under way: it is left alone",
	  "$Z apply $A && listing > $T/a && { flock $S/lock $Z boot 2> $T/said; [ $? = 4 ]; } && grep -q Z5020 $T/said && listing | cmp - $T/a" },
};

static void test_status(void)
{
	zw_deploy_cases(status_cases,
			sizeof(status_cases) / sizeof(status_cases[0]));
}

static void test_boot(void)
{
	zw_deploy_cases(boot_cases, sizeof(boot_cases) / sizeof(boot_cases[0]));
}

void suite_status(void);
void suite_status(void)
{
	static CU_TestInfo tests[] = {
		{ "the truth about the kernel", test_status },
		{ "coming up", test_boot },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("status", tests);
}
