/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole policies against the kernel: each is loaded by `zwinger apply` and then
 * meets random packets, each of which must fare as the policy's syntax tree
 * says. */
#include <stdio.h>

#include "tests/harness/harness.h"
#include "tests/packets/policy_storm.h"

void suite_policies(void);

/* For each policy; there are five, so 120,000 a run. */
enum { PACKETS = 24000 };

static void storm(const char *name)
{
	struct zw_policy_gateway gateway;
	struct zw_storm *s;
	char note[64];

	if (!zw_policy_open(&gateway, zw_policy_case_named(name)))
		return;
	snprintf(note, sizeof(note), " (seed %llu)",
		 (unsigned long long)zw_test_seed());
	gateway.note = note;
	s = zw_storm_new(&gateway, zw_test_seed());
	if (s) {
		zw_storm_run(s, PACKETS);
		printf("%s: %u packets judged, %u passed\n", name, gateway.sent,
		       gateway.passed);
		ZW_CHECK(!gateway.failed, "%s: %u of %u differ%s", name,
			 gateway.failed, gateway.sent, note);
		/* A storm in which nearly nothing passes proves little. */
		ZW_CHECK(gateway.passed > gateway.sent / 20,
			 "%s: only %u passed", name, gateway.passed);
	}
	zw_storm_free(s);
	zw_policy_close(&gateway);
}

static void test_hq(void)
{
	storm("hq");
}

static void test_small(void)
{
	storm("small");
}

static void test_campus(void)
{
	storm("campus");
}

static void test_tiers(void)
{
	storm("tiers");
}

static void test_six(void)
{
	storm("six");
}

void suite_policies(void)
{
	static CU_TestInfo tests[] = {
		{ "hq", test_hq },	   { "small", test_small },
		{ "campus", test_campus }, { "tiers", test_tiers },
		{ "six", test_six },	   CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/policies", tests);
}
