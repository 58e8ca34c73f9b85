/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger init` in namespaces with plain and with odd interfaces and routes:
 * what it writes is in canonical layout, proves as it stands without a warning,
 * and in the plain case is the kept text. */
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define LINK(name) \
	"ip link add name '" name "' type ifb; ip link set '" name "' up; "

static const struct {
	const char *what, *script;
} cases[] = {
	{ "plain",
	  LINK("wan0") LINK("lan0") LINK("srv0")
		  LINK("idle0") "ip addr add 203.0.113.2/24 dev wan0; "
				"ip addr add 2001:db8::2/64 dev wan0 nodad; "
				"ip addr add 192.168.10.1/24 dev lan0; "
				"ip addr add fd00:10::1/64 dev lan0 nodad; "
				"ip addr add 10.3.0.1/16 dev srv0; "
				"ip route add 10.64.0.0/12 via 10.3.0.9; "
				"ip route add default via 203.0.113.1; "
				"ip -6 route add default via 2001:db8::1" },
	{ "nothing at all", "true" },
	{ "no default route", LINK("lan0") "ip addr add 10.0.0.1/8 dev lan0" },
	{ "only outside", LINK("eth0") "ip addr add 192.0.2.1/24 dev eth0; "
				       "ip route add default dev eth0" },
	{ "names that are none",
	  LINK("any") LINK("eth0.10") LINK("1st") LINK("internet") LINK(
		  "x-") LINK("zone")
		  LINK("eth0-10") "n=0; for i in any eth0.10 1st internet x- zone eth0-10; do "
				  "n=$((n + 1)); ip addr add 10.$n.0.1/16 dev \"$i\"; done" },
	{ "routes within routes",
	  LINK("a0") LINK("b0") LINK(
		  "c0") "ip addr add 10.0.0.1/8 dev a0; ip addr add 10.5.0.1/16 dev b0; "
			"ip addr add 10.5.7.1/32 dev c0; ip route add 10.5.7.0/24 dev c0; "
			"ip -6 route add fd00::/8 dev a0; ip -6 route add fd00:5::/32 dev b0; "
			"ip -6 route add default dev b0" },
	{ "one prefix twice",
	  LINK("a0") LINK(
		  "b0") "ip addr add 10.1.0.1/24 dev a0; ip addr add 10.1.0.2/24 dev b0" },
	{ "a route by two ways",
	  LINK("a0") LINK("b0") LINK(
		  "c0") "ip addr add 192.0.2.1/25 dev a0; ip addr add 192.0.2.129/25 dev b0; "
			"ip addr add 10.0.0.1/8 dev c0; "
			"ip route add default nexthop dev a0 nexthop dev b0; "
			"ip route add 198.18.0.0/15 nexthop via 10.0.0.2 nexthop dev b0" },
	{ "many routes",
	  LINK("a0") "ip addr add 10.0.0.1/8 dev a0; "
		     "for i in $(seq 0 2 253); do "
		     "echo route add 172.16.$i.0/24 via 10.0.0.2; done | ip -b -" },
};

static void drafted(void)
{
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_arena *arena = zw_arena_new();
		const char *script =
			zw_strf(arena,
				"set -e; T=$(mktemp -d); trap 'rm -rf $T' EXIT; "
				"hostname gate; { %s; } >&2; %s init --output $T/first.zw; "
				"%s fmt --check $T/first.zw >&2; %s check $T/first.zw >&2; "
				"cat $T/first.zw; ! %s init --output $T/first.zw 2>$T/err; "
				"grep -q 'Z6003.*there already' $T/err",
				cases[i].script, zw_binary(), zw_binary(),
				zw_binary(), zw_binary())
				.p;
		const char *const argv[] = { "unshare", "--net", "--uts", "sh",
					     "-c",	script,	 NULL };
		struct zw_run run;

		zw_run(&run, NULL, argv);
		ZW_CHECK(!run.status, "%s: status %d: %s%s", cases[i].what,
			 run.status, run.out.n ? run.out.data : "",
			 run.err.n ? run.err.data : "");
		ZW_CHECK(!run.err.n || !strstr(run.err.data, "warning["),
			 "%s: %s", cases[i].what, run.err.data);
		if (!i)
			zw_golden("tests/golden/init/plain.zw",
				  (struct zw_str){ run.out.data, run.out.n });
		zw_run_free(&run);
		zw_arena_free(arena);
	}
}

void suite_init(void);
void suite_init(void)
{
	static CU_TestInfo tests[] = {
		{ "a draft for any host proves", drafted },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("init", tests);
}
