/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two gateways under one policy, with packets from end to end: in a chain, and
 * with a DMZ between them. */
#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

void suite_chain(void);

static void test_chain(void)
{
	if (!zw_netns_usable())
		return;
	setenv("ZWINGER", zw_binary(), 1);
	zw_check_script("a chain of gateways",
			"exec sh tests/packets/chain.sh");
}

static void test_between(void)
{
	if (!zw_netns_usable())
		return;
	setenv("ZWINGER", zw_binary(), 1);
	zw_check_script("a DMZ between gateways",
			"exec sh tests/packets/between.sh");
}

void suite_chain(void)
{
	static CU_TestInfo tests[] = {
		{ "from end to end", test_chain },
		{ "a DMZ between", test_between },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/chain", tests);
}
