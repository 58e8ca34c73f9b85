/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `zwinger check` answers to the examples, letter by letter, and that two
 * runs give the same bytes. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"

static int is_policy(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".zw");
}

static void one(const char *name)
{
	struct zw_arena *arena = zw_arena_new();
	const char *path = zw_strf(arena, "examples/%s", name).p;
	const char *const check[] = { zw_binary(), "check", path, NULL };
	const char *const compile[] = { zw_binary(), "compile", path,
					"--format",  "netlink", NULL };
	struct zw_run run, again;

	zw_run(&run, NULL, check);
	ZW_CHECK(run.status == 0, "%s: status %d: %s", name, run.status,
		 run.err.n ? run.err.data : "");
	zw_golden(zw_strf(arena, "tests/golden/check/%s.txt", name).p,
		  (struct zw_str){ run.out.data, run.out.n });
	zw_run_free(&run);
	zw_run(&run, NULL, compile);
	zw_run(&again, NULL, compile);
	ZW_CHECK(run.out.n && run.out.n == again.out.n &&
			 !memcmp(run.out.data, again.out.data, run.out.n),
		 "%s: two runs, two batches", name);
	zw_run_free(&run);
	zw_run_free(&again);
	zw_arena_free(arena);
}

static void each_example(void)
{
	struct dirent **list;
	int i, n = scandir("examples", &list, is_policy, alphasort);

	ZW_CHECK(n > 0, "no examples");
	for (i = 0; i < n; i++) {
		one(list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

void suite_examples(void);
void suite_examples(void)
{
	static CU_TestInfo tests[] = {
		{ "each example is proved", each_example },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("examples", tests);
}
