/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies compiled and studied, and single flows of them asked of the
 * interpreter. */
#ifndef ZW_TESTS_QUESTIONS_ASKED_H
#define ZW_TESTS_QUESTIONS_ASKED_H

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "verifier/classes.h"
#include "verifier/flows.h"
#include "verifier/probe.h"

struct asked {
	struct zw_pipeline pipelines[ZW_STUDY_MAX];
	size_t n;
	struct zw_study *study; /* NULL: a text was no valid policy */
};

/* Study the N texts together. */
void asked_new(struct asked *asked, const struct zw_str *texts, size_t n);
void asked_free(struct asked *asked);
/* A random valid policy's text, in BUF. */
void asked_random_text(struct zw_random *random, struct zw_buf *buf);

/* A point of CLASS on its borders or, now and then, one beyond; VALUES has room
 * for a value per variable. False if it is no plain packet. */
bool asked_point(const struct asked *asked, struct zw_random *random,
		 const struct zw_class *class, u32 *values);
/* Does the packet at VALUES pass ruleset SIDE, by the interpreter? */
bool asked_passes(const struct asked *asked, size_t side, enum zw_path path,
		  const u32 *values);
/* The same as text. */
void asked_print(struct zw_buf *out, const struct asked *asked,
		 enum zw_path path, const u32 *values);

#endif
