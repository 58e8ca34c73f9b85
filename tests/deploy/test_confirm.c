/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads that are to be confirmed: kept in time, taken back out of time, whatever
 * dies or breaks meanwhile; and policies that would lock out who applies
 * them. */
#include "tests/deploy/scene.h"

static const struct zw_deploy_case cases[] = {
	{ "nobody confirms: the former generation comes back, and all of it is told",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 3s 2> $T/said && grep -q 'number 1 comes back' $T/said &&"
	  "listing > $T/b && { cmp -s $T/a $T/b; [ $? = 1 ]; } && g=$(guard) && until_gone $g && listing | cmp - $T/a &&"
	  "$Z audit verify && $Z audit | grep -q 'guard done  generation 1 .*number 2 was not confirmed in time' &&"
	  "{ $Z confirm 2> $T/said; [ $? = 4 ]; } && grep -q Z5022 $T/said && grep -q 'number 1 is in force again' $S/guard.log" },
	{ "confirmed in time, it stays",
	  "$Z apply $A && $Z apply $B --confirm 6s && listing > $T/b && g=$(guard) && $Z confirm && until_gone $g &&"
	  "sleep 6 && listing | cmp - $T/b && $Z audit | grep -q 'confirm done  generation 2' &&"
	  "{ $Z confirm; [ $? = 4 ]; } && $Z apply $C && $Z rollback && listing | cmp - $T/b" },
	{ "the caller, its session and its terminal die",
	  "$Z apply $A && listing > $T/a || exit 1; setsid sh -c \"$Z apply $B --confirm 5s; echo > $T/up; sleep 60\" > /dev/null 2>&1 < /dev/null & s=$!;"
	  "i=0; while [ ! -e $T/up ] && [ $((i += 1)) -lt 50 ]; do sleep 0.1; done; kill -9 -$s; wait $s; listing > $T/b &&"
	  "g=$(guard) && [ $(sed 's/.*) //' /proc/$g/stat | cut -d' ' -f4) != $s ] && { cmp -s $T/a $T/b; [ $? = 1 ]; } && until_gone $g && listing | cmp - $T/a" },
	{ "its clock is the one that nobody sets",
	  "$Z apply $A && $Z apply $B --confirm 60s && g=$(guard) &&"
	  "[ \"$(cat /proc/$g/fdinfo/* | sed -n 's/^clockid: *//p')\" = 7 ] &&"
	  "[ $(cat /proc/$g/fdinfo/* | sed -n 's/^it_value: (\\([0-9]*\\),.*/\\1/p') -le 60 ]" },
	{ "it needs no file to go back",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 3s && g=$(guard) && rm $S/generation-1 && truncate -s 9 $S/ledger &&"
	  "until_gone $g && listing | cmp - $T/a && $Z audit verify" },
	{ "a disk that is full does not hold it up",
	  "mkdir $T/small && mount -t tmpfs -o size=64k,mode=700 none $T/small && S=$T/small ZWINGER_STATE=$T/small &&"
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 3s && g=$(guard) && { cat /dev/zero > $S/filler; :; } 2>/dev/null;"
	  "until_gone $g && listing | cmp - $T/a" },
	{ "a lock that is never given back does not hold it up for ever",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 3s || exit 1; flock $S/lock sleep 9 & sleep 3.5;"
	  "listing > $T/now; { cmp -s $T/now $T/a; [ $? = 1 ]; } && until_gone $(guard) && listing | cmp - $T/a" },
	{ "whoever ends the guard gently gets the former generation at once",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 60s && g=$(guard) && kill -HUP $g && kill -INT $g && sleep 0.3 && runs $g &&"
	  "kill $g && until_gone $g && listing | cmp - $T/a && { $Z confirm; [ $? = 4 ]; }" },
	{ "a guard that was killed: it can be confirmed in time",
	  "$Z apply $A && $Z apply $B --confirm 60s && listing > $T/b && kill -9 $(guard) && $Z confirm && listing | cmp - $T/b &&"
	  "$Z apply $C && $Z rollback && listing | cmp - $T/b" },
	{ "a guard that was killed: out of time confirm does its work",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 1s && g=$(guard) && kill -9 $g && until_gone $g && sleep 1.1 &&"
	  "{ $Z confirm 2> $T/said; [ $? = 4 ]; } && grep -q 'number 1 was loaded now' $T/said && listing | cmp - $T/a" },
	{ "a guard that was killed: another apply goes on from there",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 60s && g=$(guard) && kill -9 $g && until_gone $g && $Z apply $C 2> $T/said && grep -q 'never confirmed' $T/said &&"
	  "$Z rollback && listing | cmp - $T/a" },
	{ "a second load has to wait; rollback takes the first one back at once",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 60s && g=$(guard) && { $Z apply $C 2> $T/said; [ $? = 4 ]; } && grep -q Z5021 $T/said &&"
	  "$Z rollback && listing | cmp - $T/a && until_gone $g && $Z apply $C --confirm 60s && $Z confirm" },
	{ "to load it once more confirms nothing",
	  "$Z apply $A && listing > $T/a && $Z apply $B --confirm 3s && g=$(guard) && $Z rollback 2 && $Z status | grep -q 'number 2 is not confirmed' &&"
	  "until_gone $g && listing | cmp - $T/a" },
	{ "what is confirmed already waits for nobody",
	  "$Z apply $A && $Z apply $A --confirm 60s 2> $T/said && grep -q 'nothing waits' $T/said && [ -z \"$(guard)\" ]" },
	{ "every terminal is told",
	  "printf '%s\n' 'import os, pty, struct, subprocess, sys, time' 'm, s = pty.openpty()' 'line = os.ttyname(s)[5:].encode()'"
	  " 'open(sys.argv[1], \"wb\").write(struct.pack(\"=hxxi32s4s32s256shhiii4i20x\", 7, os.getpid(), line, b\"1\", b\"alice\", b\"\", 0, 0, 0, 0, 0, 0, 0, 0, 0))'"
	  " 'subprocess.check_call(sys.argv[2:])' 'os.set_blocking(m, False)' 'got = b\"\"' 'for i in range(200):' '  try: got += os.read(m, 4096)' '  except BlockingIOError: pass'"
	  " '  if b\"number 1 is in force again\" in got: sys.exit(0)' '  time.sleep(0.05)' 'sys.exit(got.decode())' > $T/login.py &&"
	  "$X sleep 60 & p=$!; $Z apply $A || exit 1; mount -t tmpfs none /run && mkdir /run/netns && touch /run/netns/$N /run/utmp &&"
	  "mount --bind /proc/$p/ns/net /run/netns/$N && python3 $T/login.py /run/utmp $Z apply $B --confirm 1s; s=$?; umount -R /run; exit $s" },
	{ "programs are told the number and the time",
	  "$Z apply $A --format json > $T/json && grep -q '\"number\": 1,' $T/json && grep -q '\"waits_ms\": 0,' $T/json &&"
	  "$Z apply $B --confirm 60s --format json > $T/json && grep -q '\"number\": 2,' $T/json && grep -q '\"waits_ms\": [1-9]' $T/json && $Z confirm" },
	{ "a rollback can be confirmed, too",
	  "$Z apply $A && $Z apply $B && listing > $T/b && $Z rollback --confirm 1s && until_gone $(guard) && listing | cmp - $T/b" },
	{ "a load that fails leaves no guard behind",
	  "$Z apply $A && listing > $T/a && { $Z apply examples/broken/direct.zw --confirm 60s; [ $? = 1 ]; } && [ -z \"$(guard)\" ] &&"
	  "$X ip link add dmz0 type veth peer name p0 && $X nft 'add table netdev x; add chain netdev x y { type filter hook ingress device dmz0 priority 0; };"
	  " add rule netdev x y fwd to p0' && { $Z apply $B --confirm 60s; [ $? = 3 ]; } && [ -z \"$(guard)\" ] && listing | cmp - $T/a" },
	{ "times that are none",
	  "for t in 0 -5 5x 2d s 100h ''; do { $Z apply $A --confirm \"$t\" 2> $T/said; [ $? = 2 ]; } || exit 1; grep -q Z6001 $T/said || exit 1; done;"
	  "$Z apply $A --confirm 2m && $Z confirm" },
	{ "before there was a generation the way back is the built-in policy",
	  "printf '%s\\n' 'zone m { interface m0 network 10.9.0.0/24 }' 'allow m -> self : ssh' > $T/m.zw && chmod 644 $T/m.zw &&"
	  "$Z apply $A --management $T/m.zw --confirm 1s && until_gone $(guard) && listing > $T/now && grep -q m0 $T/now && { grep -q lan0 $T/now; [ $? = 1 ]; } &&"
	  "$Z audit | grep -q 'guard done  generation 0'" },
	{ "without management access that is who is in",
	  "$X ip link add lan0 type bridge && $X ip addr add 10.1.0.1/16 dev lan0 && $X ip link set lan0 up && export SSH_CONNECTION='10.1.7.4 50022 10.1.0.1 22' &&"
	  "$Z apply $A --confirm 1s && until_gone $(guard) && listing > $T/now && grep -q 10.1.7.4 $T/now && { grep -q https $T/now; [ $? = 1 ]; }" },
	{ "a policy that would end the SSH connection it comes by",
	  "$X ip link add lan0 type bridge && $X ip addr add 10.1.0.1/16 dev lan0 && $X ip addr add fd00::1/64 dev lan0 nodad && $X ip link set lan0 up &&"
	  "sed 's/^allow office -> self.*/allow office -> self : ping/' $A > $T/out.zw &&"
	  "export SSH_CONNECTION='10.1.7.4 50022 10.1.0.1 22' && $Z apply $A && listing > $T/a &&"
	  "{ $Z apply $T/out.zw 2> $T/said; [ $? = 1 ]; } && grep -q Z5023 $T/said && listing | cmp - $T/a && [ ! -e $S/generation-2 ] &&"
	  "{ SSH_CONNECTION='fd00::7 50022 fd00::1 22' $Z apply $A; [ $? = 1 ]; } &&"
	  "SSH_CONNECTION='fd00::7 50022 fd00::2 22' $Z apply $A && SSH_CONNECTION='nonsense' $Z apply $A &&"
	  "{ sh -c \"env -u SSH_CONNECTION SUDO_USER=alice $Z apply $T/out.zw; exit \\$?\"; [ $? = 1 ]; } && $Z apply $T/out.zw --lockout-ok" },
};

static void test_cases(void)
{
	zw_deploy_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

void suite_confirm(void);
void suite_confirm(void)
{
	static CU_TestInfo tests[] = {
		{ "kept in time, taken back out of time", test_cases },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("confirm", tests);
}
