/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of every test binary: CUnit set up and torn down, a seed that is
 * printed and can be given, and table-driven checks that name their case. */
#ifndef ZW_TESTS_HARNESS_H
#define ZW_TESTS_HARNESS_H

#include <CUnit/CUnit.h>

#include "base/random.h"

/* For the generated main: options are --seed N and --filter TEXT (suites whose
 * name holds TEXT). */
void zw_test_begin(int argc, char **argv);
/* Run everything, print CUnit's summary; 0 if all passed. */
int zw_test_run(void);

/* Register one suite; TESTS ends with CU_TEST_INFO_NULL. */
void zw_test_suite(const char *name, CU_TestInfo *tests);

/* The run's seed: --seed, or ZW_SEED, or the clock; printed at start. */
u64 zw_test_seed(void);

/* Like CU_ASSERT, but the message is formatted and printed when it fails. */
#define ZW_CHECK(cond, ...) \
	zw_test_check(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
void zw_test_check(bool ok, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
