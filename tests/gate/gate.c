/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last word of `make check`: runs each step given as NAME=COMMAND with the
 * shell, its output passed through, and counts it as one CUnit test, so that a
 * run ends with one summary of everything. */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

static char **steps;
static int next_step;

static void step(void)
{
	const char *name = steps[next_step++];
	const char *command = strchr(name, '=') + 1;
	struct timespec from, to;
	int status;

	printf("\n== %.*s: %s\n", (int)(command - name - 1), name, command);
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &from);
	status = system(command);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("== %.*s: %s, %ld s\n", (int)(command - name - 1), name,
	       status ? "FAILED" : "passed", (long)(to.tv_sec - from.tv_sec));
	CU_assertImplementation(status == 0, __LINE__, name, __FILE__, "",
				CU_FALSE);
}

int main(int argc, char **argv)
{
	CU_pSuite suite;
	unsigned failed;
	int i;

	steps = argv + 1;
	if (argc < 2 || CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	suite = CU_add_suite("make check", NULL, NULL);
	for (i = 1; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');

		if (!equals || !suite ||
		    !CU_add_test(suite, strndup(argv[i],
						(size_t)(equals - argv[i])),
				 step)) {
			fprintf(stderr, "not a step: %s\n", argv[i]);
			return 2;
		}
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures();
	CU_cleanup_registry();
	return failed ? 1 : 0;
}
