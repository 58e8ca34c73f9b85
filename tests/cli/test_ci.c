/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shipped for pipelines does what it says, in a repository of its own
 * (tests/cli/ci.sh); the descriptions of jobs call nothing else. */
#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"

static void repository(void)
{
	const char *const argv[] = { "sh", "tests/cli/ci.sh", NULL };
	struct zw_run run;

	setenv("ZWINGER", zw_binary(), 1);
	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 0, "%s%s", run.out.n ? run.out.data : "",
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

void suite_ci(void);
void suite_ci(void)
{
	static CU_TestInfo tests[] = {
		{ "a repository with hook and pipeline", repository },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("ci", tests);
}
