/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway that policies are deployed to: the small bed of tests/packets, with
 * zwinger run in its namespace. */
#ifndef ZW_TESTS_SITE_H
#define ZW_TESTS_SITE_H

#include <sys/types.h>

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

/* zwinger as a process that stays, and what it says. */
struct zw_site_process {
	pid_t pid;
	char log[64]; /* file of both its outputs */
	size_t seen;  /* so much of it has been waited for */
};

/* Start it like zw_site_run(). */
void zw_site_start(struct zw_testbed *bed, const char *const *words,
		   struct zw_site_process *process);
/* Wait until it has said TEXT, behind what was waited for before, five seconds
 * at most; else the test fails. */
bool zw_site_await(struct zw_site_process *process, const char *text);
/* All that it has said; the caller frees it. */
char *zw_site_said(const struct zw_site_process *process);
/* Send it SIGNAL, wait for its end, check STATUS (128 + signal), and remove the
 * log. */
void zw_site_stop(struct zw_site_process *process, int signal, int status);

/* Run a program in the gateway; its status must be STATUS. Words up to NULL. */
void zw_site_do(struct zw_testbed *bed, int status, const char *const *argv);

#endif
