/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept about loads, from outside: a generation is loaded again after
 * its files have gone; what is damaged or exposed is named and not used; a disk
 * that is full or read-only stops a load before the kernel is sent anything;
 * two loads at once come one after the other. */
#include "tests/deploy/scene.h"

static const struct zw_deploy_case cases[] = {
	{ "a generation is loaded again when its files have changed or are gone",
	  "mkdir $T/p; cp $A $T/p/gw.zw; echo 'include \"more.zw\"' >> $T/p/gw.zw;"
	  "printf '%s\\n' 'define list = file \"list\"' 'allow internet(list) -> front : smtp' > $T/p/more.zw;"
	  "echo 198.51.100.77 > $T/p/list;"
	  "$Z apply $T/p/gw.zw && listing > $T/before && grep -q 198.51.100.77 $T/before && $Z apply $B &&"
	  "{ listing | grep -q 198.51.100.77; [ $? = 1 ]; } &&"
	  "rm $T/p/list $T/p/gw.zw && echo nonsense > $T/p/more.zw &&"
	  "$Z rollback && listing > $T/after && cmp $T/before $T/after" },
	{ "rollback goes back step by step, and to a number",
	  "$Z apply $A && listing > $T/a && $Z apply $B && listing > $T/b && $Z apply $C &&"
	  "$Z rollback && listing | cmp - $T/b && $Z rollback && listing | cmp - $T/a &&"
	  "{ $Z rollback; [ $? = 2 ]; } && listing | cmp - $T/a &&"
	  "$Z rollback 2 && listing | cmp - $T/b" },
	{ "what is loaded already needs no second number; ten are kept",
	  "for i in 1 2 3; do $Z apply $A || exit 1; done; [ $(ls $S/generation-* | wc -l) = 1 ] &&"
	  "for i in 1 2 3 4 5 6; do $Z apply $B && $Z apply $A || exit 1; done;"
	  "[ $(ls $S/generation-* | wc -l) = 10 ] && [ ! -e $S/generation-3 ] && [ -e $S/generation-4 ]" },
	{ "a generation is proved again, with today's tables of others",
	  "$Z apply $A && $Z apply $B && listing > $T/b &&"
	  "$X nft 'add table ip other; add chain ip other c { type nat hook prerouting priority -150; };"
	  " add rule ip other c iifname dmz0 ip daddr 192.0.2.200 dnat to 10.1.0.5' &&"
	  "$X nft delete table ip other && $X ip link add dmz0 type veth peer name p0 &&"
	  "$X nft 'add table netdev other; add chain netdev other ing { type filter hook ingress device dmz0 priority 0; };"
	  " add rule netdev other ing fwd to p0' &&"
	  "{ $Z rollback; [ $? = 3 ]; } && listing | cmp - $T/b &&"
	  "$X nft delete table netdev other && $Z rollback" },
	{ "damaged generations are named and not loaded",
	  "$Z apply $A && $Z apply $B && listing > $T/b &&"
	  "for how in 'truncate -s 100 F' 'truncate -s 0 F' \"sed -i s/allow/alloW/ F\" 'truncate -s +1 F' 'cp $S/generation-2 F'; do"
	  " cp $S/generation-1 $T/kept; eval \"$(echo \"$how\" | sed \"s,F,$S/generation-1,\")\";"
	  " { $Z rollback 2> $T/said; [ $? = 4 ]; } || exit 1; grep -q \"read number 1 in '$S': it is damaged\" $T/said || exit 1;"
	  " listing | cmp - $T/b || exit 1; cat $T/kept > $S/generation-1; done; $Z rollback" },
	{ "a damaged ledger is named, and the next load writes it anew",
	  "$Z apply $A && truncate -s 50 $S/ledger && { $Z rollback 2> $T/said; [ $? = 2 ]; } && grep -q Z6022 $T/said &&"
	  "$Z apply $B 2> $T/said && grep -q Z6022 $T/said && $Z apply $C 2> $T/said && ! grep -q Z6022 $T/said && $Z rollback" },
	{ "what others may write is not used",
	  "$Z apply $A && $Z apply $B && listing > $T/b && chmod g+w $S/generation-1 &&"
	  "{ $Z rollback; [ $? = 4 ]; } && chmod 600 $S/generation-1 && chmod 777 $S && { $Z rollback; [ $? = 4 ]; } &&"
	  "chmod 700 $S && chmod o+w $S/ledger && { $Z rollback; [ $? = 4 ]; } && listing | cmp - $T/b &&"
	  "chmod 600 $S/ledger && chmod o+w $S/audit.jsonl && { $Z rollback; [ $? = 4 ]; } && listing | cmp - $T/b &&"
	  "chmod 600 $S/audit.jsonl && $Z rollback" },
	{ "a policy, an included file or a set file that others may write",
	  "mkdir $T/p; cp $A $T/p/gw.zw; echo 'include \"more.zw\"' >> $T/p/gw.zw;"
	  "printf '%s\\n' 'define list = file \"list\"' 'allow internet(list) -> front : smtp' > $T/p/more.zw;"
	  "echo 198.51.100.77 > $T/p/list; chmod 644 $T/p/*;"
	  "for f in gw.zw more.zw list; do chmod g+w $T/p/$f; $Z check $T/p/gw.zw || exit 1;"
	  " { $Z apply $T/p/gw.zw 2> $T/said; [ $? = 2 ]; } && grep -q \"Z6023.*$f\" $T/said || exit 1;"
	  " [ -z \"$($X nft list ruleset)\" ] || exit 1; chmod 644 $T/p/$f; done; $Z apply $T/p/gw.zw" },
	{ "a full disk stops a load before the kernel hears of it",
	  "mkdir $T/small && mount -t tmpfs -o size=64k,mode=700 none $T/small && S=$T/small ZWINGER_STATE=$T/small &&"
	  "$Z apply $A && listing > $T/a && { cat /dev/zero > $S/filler; :; } 2>/dev/null;"
	  "{ $Z apply $B 2> $T/said; [ $? = 4 ]; } && grep -q 'Z6020.*No space' $T/said && listing | cmp - $T/a &&"
	  "$Z audit verify && { $Z rollback 1 2> $T/said; [ $? = 4 ]; } && listing | cmp - $T/a &&"
	  "rm $S/filler && $Z apply $B && $Z rollback && $Z audit verify && listing | cmp - $T/a; s=$?; umount $T/small; exit $s" },
	{ "the trail's own disk is full",
	  "mkdir $T/small && mount -t tmpfs -o size=16k,mode=700 none $T/small &&"
	  "$Z apply $A --audit $T/small/trail && listing > $T/a && { cat /dev/zero > $T/small/filler; :; } 2>/dev/null;"
	  "for i in 1 2 3 4 5 6; do $Z apply $B --audit $T/small/trail 2> $T/said || break; $Z rollback --audit $T/small/trail 2> $T/said || break; done;"
	  "grep -q Z6024 $T/said && rm $T/small/filler && $Z apply $B --audit $T/small/trail && $Z audit verify --audit $T/small/trail;"
	  "s=$?; umount $T/small; exit $s" },
	{ "a read-only folder",
	  "$Z apply $A && listing > $T/a && mount --bind $S $S && mount -o remount,bind,ro $S &&"
	  "{ $Z apply $B 2> $T/said; [ $? = 4 ]; } && grep -q 'Z6020.*Read-only' $T/said && listing | cmp - $T/a;"
	  "s=$?; umount $S; [ $s = 0 ] && $Z apply $B" },
	{ "two at once come one after the other",
	  "$Z apply $A > $T/1 2>&1 & $Z apply $B > $T/2 2>&1 & wait %1 && wait %2 &&"
	  "grep -q 'kept as number' $T/1 && grep -q 'kept as number' $T/2 && $Z audit verify &&"
	  "[ $(grep -c '\"stage\":\"done\"' $S/audit.jsonl) = 2 ] &&"
	  "awk '/\"begin\"/ { b++ } /\"done\"/ { d++ } b > d + 1 { exit 1 }' $S/audit.jsonl" },
	{ "the trail tells of loads, of refusals, and by whom",
	  "SUDO_USER=alice SUDO_UID=1000 ZWINGER_OPERATOR=bob $Z apply $A && { $Z apply examples/broken/direct.zw; [ $? = 1 ]; } && $Z rollback 1 &&"
	  "$Z audit > $T/said && grep -q 'apply done  generation 1 of .*proved.*sudo from alice, for bob' $T/said &&"
	  "grep -q 'apply failed of examples/broken/direct.zw  refuted' $T/said && grep -q 'rollback done  generation 1' $T/said &&"
	  "$Z audit verify && sed -i '2s/alice/mallory/' $S/audit.jsonl && { $Z audit verify 2> $T/said; [ $? = 5 ]; } &&"
	  "grep -q 'line 3 does not follow' $T/said && rm $S/audit.jsonl && { $Z audit verify 2> $T/said; [ $? = 5 ]; }" },
};

static void test_cases(void)
{
	zw_deploy_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

void suite_generations(void);
void suite_generations(void)
{
	static CU_TestInfo tests[] = {
		{ "what is kept, and what becomes of it", test_cases },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("generations", tests);
}
