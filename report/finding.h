/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs that watch over changes want of an answer: findings, each with
 * a rule, a place and a sentence. Law: equal findings of two runs have equal
 * fingerprints, also after lines were put in above them. */
#ifndef ZW_REPORT_FINDING_H
#define ZW_REPORT_FINDING_H

#include "base/diag.h"

struct zw_finding {
	struct zw_str rule;  /* "Z4001", "newly-allowed" */
	struct zw_str title; /* what the rule is about */
	enum zw_level level;
	struct zw_str text;	   /* may have several lines */
	struct zw_span span;	   /* may be ZW_NO_SPAN */
	struct zw_str fingerprint; /* 64 hex digits; by zw_findings_seal() */
};

typedef ZW_VEC(struct zw_finding) zw_findings;

/* Each diagnostic as a finding, in their order, in ARENA. */
zw_findings zw_findings_from(struct zw_arena *arena,
			     const struct zw_diags *diags);
/* Compute the fingerprints. */
void zw_findings_seal(struct zw_arena *arena, zw_findings *findings,
		      const struct zw_sources *sources);

/* SARIF 2.1.0: one run with these results. */
void zw_sarif(struct zw_buf *out, const zw_findings *findings,
	      const struct zw_sources *sources);
/* Annotations in GitHub's workflow log, one line each. */
void zw_github(struct zw_buf *out, const zw_findings *findings,
	       const struct zw_sources *sources);
/* JUnit: each finding a failed test of the suite NAME; one passed test if there
 * is none. */
void zw_junit(struct zw_buf *out, const char *name, const zw_findings *findings,
	      const struct zw_sources *sources);

#endif
