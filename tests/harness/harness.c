/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CUnit's automated parts wrapped once, so that a test file holds tests only. */
#include "tests/harness/harness.h"

#include <CUnit/Basic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static u64 seed;
static const char *filter = "";

static char state[] = "/tmp/zwinger-state-XXXXXX";
static pid_t owner;

/* Every process that is forked from this one leaves by here as well. */
static void remove_state(void)
{
	char command[sizeof(state) + 16];

	snprintf(command, sizeof(command), "rm -rf %s", state);
	if (getpid() == owner && system(command))
		fprintf(stderr, "%s stays behind\n", state);
}

/* What programs under test keep about loads lies in a folder of this run. */
static void keep_state_apart(void)
{
	owner = getpid();
	if (!mkdtemp(state) || setenv("ZWINGER_STATE", state, 1) ||
	    atexit(remove_state)) {
		perror(state);
		exit(2);
	}
}

void zw_test_begin(int argc, char **argv)
{
	const char *text = getenv("ZW_SEED");
	int i;

	seed = (u64)time(NULL);
	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			text = argv[i + 1];
		else if (!strcmp(argv[i], "--filter"))
			filter = argv[i + 1];
	}
	if (text)
		seed = strtoull(text, NULL, 0);
	keep_state_apart();
	printf("%s: seed %llu\n", argv[0], (unsigned long long)seed);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() != CUE_SUCCESS)
		exit(2);
}

int zw_test_run(void)
{
	unsigned failed;

	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() +
		 CU_get_number_of_suites_failed();
	if (!CU_get_number_of_tests_run()) {
		fprintf(stderr, "no test ran\n");
		failed++;
	}
	CU_cleanup_registry();
	return failed ? 1 : 0;
}

void zw_test_suite(const char *name, CU_TestInfo *tests)
{
	CU_SuiteInfo suites[] = {
		{ name, NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL,
	};

	if (!strstr(name, filter))
		return;
	if (CU_register_suites(suites) != CUE_SUCCESS) {
		fprintf(stderr, "cannot register suite %s: %s\n", name,
			CU_get_error_msg());
		exit(2);
	}
}

u64 zw_test_seed(void)
{
	return seed;
}

void zw_test_check(bool ok, const char *file, int line, const char *format, ...)
{
	va_list args;
	char text[1024];

	if (ok) {
		CU_assertImplementation(CU_TRUE, (unsigned)line, "", file, "",
					CU_FALSE);
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	CU_assertImplementation(CU_FALSE, (unsigned)line, text, file, "",
				CU_FALSE);
}
