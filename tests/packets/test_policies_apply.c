/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply` and the ruleset of the host: what it must leave alone, what
 * stands when it refuses, and what holds when it has replaced one policy by
 * another. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"
#include "tests/packets/bed.h"
#include "tests/packets/policy_gateway.h"

void suite_policies_apply(void);

#define SMALL "tests/packets/policies/small.zw"
#define OTHER "tests/packets/policies/small-other.zw"
#define REFUTED "tests/packets/policies/refuted.zw"

enum { UP, DOWN, STRAY };

static const char foreign[] =
	"table inet foreign {\n"
	" set seen { type ipv4_addr; flags interval; "
	"elements = { 192.0.2.0/24 }; }\n"
	" chain f { type filter hook forward priority 50; "
	"ip saddr @seen drop; counter accept; }\n"
	"}\n"
	"table ip6 zwinger { chain c { tcp dport 22 accept; }; }\n"
	"table ip nat { chain p { type nat hook postrouting priority 100; }; }\n";

static bool opened(struct zw_policy_gateway *gateway)
{
	return zw_policy_open(gateway, zw_policy_case_named("small"));
}

static char *ruleset(struct zw_policy_gateway *gateway)
{
	char *text = zw_testbed_ruleset(gateway->bed, false);

	ZW_CHECK(text != NULL, "%s", zw_testbed_error(gateway->bed));
	return text ? text : strdup("");
}

/* Inside may begin this at all times, outside that at none. */
static void expect_https(struct zw_policy_gateway *gateway, const char *when)
{
	struct zw_frame_spec out =
		zw_bed_syn("192.168.7.7", "198.51.100.7", 443);
	struct zw_frame_spec in =
		zw_bed_syn("198.51.100.7", "192.168.7.7", 443);

	zw_bed_expect(gateway->bed, when, DOWN, &out,
		      (struct zw_bed_expected){ UP, false, false });
	zw_bed_expect(gateway->bed, when, UP, &in, zw_bed_dropped);
}

static void test_refuted(void)
{
	struct zw_policy_gateway gateway;
	char *before, *after;
	u32 generation;

	if (!opened(&gateway))
		return;
	before = ruleset(&gateway);
	generation = zw_testbed_generation(gateway.bed);
	zw_policy_apply(gateway.bed, REFUTED, 1);
	after = ruleset(&gateway);
	ZW_CHECK(!strcmp(before, after), "the ruleset changed: %s", after);
	ZW_CHECK(zw_testbed_generation(gateway.bed) == generation,
		 "the kernel was written to");
	expect_https(&gateway, "after the refusal");
	free(before);
	free(after);
	zw_policy_close(&gateway);
}

/* On a host without any policy a refuted one leaves nothing either. */
static void test_refuted_first(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	char *text;

	if (!bed)
		return;
	zw_policy_apply(bed, REFUTED, 1);
	text = zw_testbed_ruleset(bed, false);
	ZW_CHECK(text && !*text, "something was loaded: %s", text);
	free(text);
	zw_testbed_free(bed);
}

static void test_replaced(void)
{
	static const char *const files[] = { OTHER, SMALL, OTHER, SMALL };
	struct zw_policy_gateway gateway;
	struct zw_frame_spec spec =
		zw_bed_syn("192.168.7.7", "198.51.100.7", 8080);
	unsigned i;

	if (!opened(&gateway))
		return;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		zw_policy_apply(gateway.bed, files[i], 0);
		zw_testbed_flush(gateway.bed);
		expect_https(&gateway, files[i]);
		/* The first policy opens every port, the other one does not.*/
		if (files[i] == files[1])
			zw_bed_expect(
				gateway.bed, files[i], DOWN, &spec,
				(struct zw_bed_expected){ UP, false, false });
		else
			zw_bed_expect(gateway.bed, files[i], DOWN, &spec,
				      zw_bed_dropped);
	}
	zw_policy_close(&gateway);
}

static char *listed(struct zw_policy_gateway *gateway, const char *family,
		    const char *table)
{
	const char *argv[] = {
		"nft", "-s", "list", "table", family, table, NULL
	};
	struct zw_ran ran =
		zw_netns_run(zw_testbed_netns(gateway->bed), argv, NULL);
	char *text = strdup(ran.out);

	ZW_CHECK(!ran.status, "nft list table %s %s: %s", family, table,
		 ran.err);
	zw_ran_free(&ran);
	return text;
}

static void test_foreign(void)
{
	static const char *const tables[][2] = { { "inet", "foreign" },
						 { "ip6", "zwinger" },
						 { "ip", "nat" } };
	struct zw_policy_gateway gateway;
	char *before[3], *after;
	unsigned i;

	if (!opened(&gateway))
		return;
	ZW_CHECK(zw_testbed_nft(gateway.bed, foreign), "%s",
		 zw_testbed_error(gateway.bed));
	for (i = 0; i < 3; i++)
		before[i] = listed(&gateway, tables[i][0], tables[i][1]);
	zw_policy_apply(gateway.bed, OTHER, 0);
	zw_policy_apply(gateway.bed, SMALL, 0);
	for (i = 0; i < 3; i++) {
		after = listed(&gateway, tables[i][0], tables[i][1]);
		ZW_CHECK(!strcmp(before[i], after), "changed: %s", after);
		free(before[i]);
		free(after);
	}
	expect_https(&gateway, "beside foreign tables");
	zw_policy_close(&gateway);
}

/* A zone's interface that comes into being after the policy was loaded. */
static void test_late_interface(void)
{
	const char *argv[] = {
		"sh", "-ec",
		"ip link set stray0 down; ip link set stray0 name late7; "
		"ip link set late7 up; "
		"ip neigh replace 169.254.0.2 lladdr 02:00:00:03:00:02 "
		"dev late7 nud permanent; "
		"ip route replace 10.77.0.0/16 via 169.254.0.2 dev late7 onlink",
		NULL
	};
	struct zw_frame_spec in = zw_bed_syn("192.168.7.7", "10.77.0.7", 22);
	struct zw_frame_spec out = zw_bed_udp("10.77.0.7", "198.51.100.7", 53);
	struct zw_frame_spec bad = zw_bed_udp("10.78.0.7", "198.51.100.7", 53);
	struct zw_policy_gateway gateway;
	struct zw_ran ran;

	if (!opened(&gateway))
		return;
	zw_policy_apply(gateway.bed, OTHER, 0);
	zw_bed_expect(gateway.bed, "before", DOWN, &in, zw_bed_dropped);
	zw_bed_expect(gateway.bed, "before", STRAY, &out, zw_bed_dropped);
	ran = zw_netns_run(zw_testbed_netns(gateway.bed), argv, NULL);
	ZW_CHECK(!ran.status, "%s", ran.err);
	zw_ran_free(&ran);
	zw_bed_expect(gateway.bed, "to it", DOWN, &in,
		      (struct zw_bed_expected){ STRAY, false, false });
	zw_bed_expect(gateway.bed, "from it", STRAY, &out,
		      (struct zw_bed_expected){ UP, false, false });
	zw_bed_expect(gateway.bed, "forged", STRAY, &bad, zw_bed_dropped);
	zw_policy_close(&gateway);
}

/* Root without a single capability: as powerless as anybody, but able to read
 * a program that lies in root's folders. */
static void test_no_permission(void)
{
	struct zw_policy_gateway gateway;
	const char *argv[] = { "setpriv",
			       "--bounding-set=-all",
			       "--inh-caps=-all",
			       zw_binary(),
			       "apply",
			       OTHER,
			       "--netns",
			       NULL,
			       NULL };
	struct zw_run run;
	char *before, *after;

	if (!opened(&gateway))
		return;
	argv[7] = zw_testbed_name(gateway.bed);
	before = ruleset(&gateway);
	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 4 && run.err.n && strstr(run.err.data, "Z5002"),
		 "status %d: %s", run.status, run.err.n ? run.err.data : "");
	zw_run_free(&run);
	after = ruleset(&gateway);
	ZW_CHECK(!strcmp(before, after), "the ruleset changed");
	free(before);
	free(after);
	zw_policy_close(&gateway);
}

void suite_policies_apply(void)
{
	static CU_TestInfo tests[] = {
		{ "a refuted policy", test_refuted },
		{ "a refuted policy on a fresh host", test_refuted_first },
		{ "one policy after the other", test_replaced },
		{ "other tables", test_foreign },
		{ "an interface comes later", test_late_interface },
		{ "no permission", test_no_permission },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/policies apply", tests);
}
