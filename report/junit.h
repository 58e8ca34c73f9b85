/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as JUnit's XML: each claim is a test, a refuted one a failure, an
 * undecided one an error; a policy that is not valid is one test with an
 * error. */
#ifndef ZW_REPORT_JUNIT_H
#define ZW_REPORT_JUNIT_H

#include "verifier/verify.h"

/* VERIFICATION may be NULL. */
void zw_junit_check(struct zw_buf *out, const char *name,
		    const struct zw_verification *verification,
		    const struct zw_diags *diags,
		    const struct zw_sources *sources);

/* The same in parts, for several suites: the beginning with the sums of all,
 * each suite, the end. */
void zw_junit_begin(struct zw_buf *out, size_t tests, size_t failures,
		    size_t errors);
void zw_junit_suite(struct zw_buf *out, const char *name,
		    const struct zw_verification *verification,
		    const struct zw_sources *sources);
/* A suite of which nothing is known: one test with an error. */
void zw_junit_died(struct zw_buf *out, const char *name);
void zw_junit_end(struct zw_buf *out);

#endif
