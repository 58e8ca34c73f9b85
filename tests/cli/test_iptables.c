/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `zwinger verify` makes of extensions of iptables: each case is rules as
 * iptables-save writes them, the status that they must end with, and what must
 * be said. The zones are front (a DMZ behind dmz0) and office (internal, behind
 * lan0, 10.1.0.0/16); the claims are the built-in ones. */
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
	"whole() { echo '*raw'; echo ':PREROUTING ACCEPT'; echo ':OUTPUT ACCEPT'\n"
	"  echo '-A PREROUTING -i lan0 ! -s 10.1.0.0/16 -j DROP'; echo COMMIT\n"
	"  echo '*mangle'; for c in PREROUTING INPUT FORWARD OUTPUT POSTROUTING\n"
	"  do echo \":$c ACCEPT\"; done; echo \"$1\"; echo COMMIT\n"
	"  echo '*filter'; echo ':INPUT DROP'; echo ':FORWARD DROP'\n"
	"  echo ':OUTPUT ACCEPT'; echo \"$2\"; echo COMMIT; }\n";

enum {
	PROVED = 0,
	REFUTED = 1,
	UNDECIDED = 3,
};

struct filtered {
	const char *what;
	int status;
	const char *mangle, *filter; /* lines; no single quotes */
	const char *says;	     /* NULL: nothing in particular */
};

#define IN "-A FORWARD -i dmz0 -o lan0 "

static const struct filtered cases[] = {
	{ "what is in a packet the sender chooses", REFUTED, "",
	  IN "-m string --algo bm --string secret -j ACCEPT",
	  "the packet.s content" },
	{ "and what is not", REFUTED, "",
	  IN "-m string --algo kmp --icase ! --string secret -j ACCEPT",
	  "the packet.s content" },
	{ "words of the header are tests of its fields", PROVED, "",
	  "-A FORWARD -i dmz0 -m u32 ! --u32 \"16&0xFFFF0000=0x0A010000\""
	  " ! -o lan0 -j ACCEPT",
	  NULL },
	{ "ports among them", PROVED, "",
	  "-A FORWARD -i dmz0 -p tcp -m u32 --u32"
	  " \"0>>22&0x3C@0&0xFFFF=22\" -j DROP\n" IN
	  "-p tcp -m tcp --dport 22 -j ACCEPT",
	  NULL },
	{ "words behind them are content", REFUTED, "",
	  IN "-p tcp -m u32 --u32 \"0>>22&0x3C@12>>26&0x3C@0=0x47455420\""
	     " -j ACCEPT",
	  "the packet.s content" },
	{ "the segment size as well", REFUTED, "",
	  IN "-p tcp -m tcpmss --mss 1:500 -j ACCEPT", "the segment size" },
	{ "at some time of the day it is open", REFUTED, "",
	  IN "-m time --timestart 10:00 --timestop 12:00 --weekdays Tue"
	     " -j ACCEPT",
	  "Tuesday" },
	{ "on no day at no time", PROVED, "",
	  "-A FORWARD -m time --timestart 12:00 --timestop 12:00 -j DROP\n" IN
	  "-j ACCEPT",
	  NULL },
	{ "on some dates", REFUTED, "",
	  IN "-m time --datestart 2031-01-01 -j ACCEPT", "the date" },
	{ "what is forwarded has no owner", PROVED,
	  "-A POSTROUTING -o lan0 -m owner ! --uid-owner 0 -j DROP",
	  IN "-j ACCEPT", NULL },
	{ "and so none of this number", REFUTED,
	  "-A POSTROUTING -o lan0 -m owner --uid-owner 0 -j DROP",
	  IN "-j ACCEPT", NULL },
	{ "what is routed is not bridged", PROVED, "",
	  IN "-m physdev --physdev-is-bridged -j ACCEPT", NULL },
	{ "by which port it came nobody knows", UNDECIDED, "",
	  IN "-m physdev --physdev-in eth9 -j ACCEPT", "the port of a bridge" },
	{ "what is local the routes tell", UNDECIDED, "",
	  IN "-m addrtype --dst-type LOCAL -j ACCEPT",
	  "the type of an address" },
	{ "a hop limit that is set", PROVED, "-A FORWARD -j TTL --ttl-set 64",
	  IN "-m ttl --ttl-lt 64 -j ACCEPT", NULL },
	{ "one that is set before routing", PROVED,
	  "-A PREROUTING -j TTL --ttl-set 65",
	  IN "-m ttl --ttl-lt 64 -j ACCEPT\n" IN "-m ttl --ttl-gt 64 -j ACCEPT",
	  NULL },
	{ "a class of service that is set", PROVED,
	  "-A FORWARD -j DSCP --set-dscp 10",
	  IN "-m dscp ! --dscp 10 -j ACCEPT", NULL },
	{ "a limit lets some pass", REFUTED, "",
	  IN "-m hashlimit --hashlimit-upto 1/sec --hashlimit-name one"
	     " -j ACCEPT",
	  NULL },
	{ "segment sizes that are lowered change nothing", PROVED,
	  "-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS"
	  " --clamp-mss-to-pmtu",
	  "-A FORWARD -i lan0 -o dmz0 -j ACCEPT", NULL },
	{ "a copy goes elsewhere", UNDECIDED,
	  "-A PREROUTING -i dmz0 -j TEE --gateway 10.1.0.5", "",
	  "a copy goes elsewhere" },
	{ "a proxy on the gateway", UNDECIDED,
	  "-A PREROUTING -i dmz0 -p tcp -j TPROXY --on-port 80", "",
	  "a proxy on the gateway" },
	{ "what nobody asks about does not matter", PROVED,
	  "-A PREROUTING -i wan0 -j TEE --gateway 10.1.0.5\n"
	  "-A PREROUTING -i wan0 -j HMARK --hmark-tuple src --hmark-mod 5"
	  " --hmark-offset 1 --hmark-rnd 3",
	  "-A FORWARD -i wan0 -m physdev --physdev-in eth9 -j ACCEPT", NULL },
};

static void one(const struct filtered *c)
{
	struct zw_arena *arena = zw_arena_new();
	const char *script =
		zw_strf(arena,
			"Z=%s\n%swhole '%s' '%s' >f.save\n"
			"$Z verify z.zw --ruleset f.save >out 2>&1; [ $? -eq %d ] ||"
			" { cat f.save out; exit 1; }\n%s%s%s",
			zw_binary(), setup, c->mangle, c->filter, c->status,
			c->says ? "grep -q '" : "", c->says ? c->says : "",
			c->says ? "' out || { cat out; exit 1; }\n" : "")
			.p;

	zw_check_script(c->what, script);
	zw_arena_free(arena);
}

static void test_extensions(void)
{
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		one(&cases[i]);
}

/* What is local is known where the gateway is. */
static const char local[] =
	"cat >live.sh <<'E'\n"
	"ip link add dmz0 type bridge; ip link add lan0 type bridge\n"
	"ip addr add 192.0.2.1/24 dev dmz0; ip link set dmz0 up\n"
	"iptables-nft-restore <f.save; ip6tables-nft -P FORWARD DROP\n"
	"$Z dump -o f.dump\n"
	"E\n"
	"export Z; F='-A FORWARD -i dmz0'\n"
	"try() { whole '-A PREROUTING -i dmz0 -j MARK --set-mark 0' \"$1\" "
	">f.save\n"
	"  unshare -n sh -e live.sh || exit 1\n"
	"  $Z verify z.zw --dump f.dump >out 2>&1; [ $? -eq $2 ] ||\n"
	"  { cat f.save out; exit 1; }; }\n"
	"N='-m addrtype --dst-type LOCAL -j'\n"
	"try \"$F -d 192.0.2.1 $N ACCEPT\" 1\n"
	"try \"$F -d 192.0.2.1 -m addrtype ! --dst-type LOCAL -j ACCEPT\" 0\n"
	"try \"$F -o lan0 $N ACCEPT\" 1\n"
	"grep -q '> 192.0.2.1\\|192.0.2.1:' out || { cat out; exit 1; }\n";

static void test_local(void)
{
	struct zw_arena *arena = zw_arena_new();

	if (zw_netns_usable())
		zw_check_script(
			"addresses of the gateway",
			zw_strf(arena, "Z=%s\n%s%s", zw_binary(), setup, local)
				.p);
	zw_arena_free(arena);
}

void suite_iptables(void);
void suite_iptables(void)
{
	static CU_TestInfo tests[] = {
		{ "extensions of iptables in claims", test_extensions },
		{ "addresses of the gateway in rules of iptables", test_local },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("cli/iptables", tests);
}
