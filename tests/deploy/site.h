/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway that policies are deployed to: the small bed of tests/packets, with
 * zwinger run in its namespace. */
#ifndef ZW_TESTS_SITE_H
#define ZW_TESTS_SITE_H

#include "tests/harness/run.h"
#include "tests/packets/bed.h"

#define ZW_SITE_WIDE "tests/deploy/policies/wide.zw"
#define ZW_SITE_NARROW "tests/deploy/policies/narrow.zw"

/* Run `zwinger WORD... --netns BED's` (words up to NULL, eight at most), check
 * its status, and give what it said in RUN (to be freed with zw_run_free()). */
void zw_site_run(struct zw_testbed *bed, const char *const *words, int status,
		 struct zw_run *run);
/* The same, and forget what it said. */
void zw_site_apply(struct zw_testbed *bed, const char *policy);

#endif
