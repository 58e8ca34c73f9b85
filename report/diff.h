/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two rulesets, for people, for programs
 * (docs/questions.schema.json), and as findings. */
#ifndef ZW_REPORT_DIFF_H
#define ZW_REPORT_DIFF_H

#include <jansson.h>

#include "base/diag.h"
#include "report/finding.h"
#include "report/style.h"
#include "statement/match.h"
#include "verifier/compare.h"

struct zw_diff_answer {
	const char *names[2];
	const struct zw_flows *flows[2];
	bool has_policy[2]; /* lines of it can be named */
	const struct zw_comparison *comparison;
};

/* "newly allowed", ... */
const char *zw_diff_kind(enum zw_change_kind kind);
/* The statements that made the difference for EXAMPLE: those of the first
 * (SIDE 0) or the second ruleset's policy. */
zw_spans zw_diff_lines(struct zw_arena *arena,
		       const struct zw_diff_answer *answer,
		       const struct zw_change *change,
		       const struct zw_change_example *example, u32 side);

void zw_diff_text(struct zw_buf *out, const struct zw_diff_answer *answer,
		  const struct zw_sources *sources,
		  const struct zw_style *style);
/* Set "before", "after", "equal", "changes", "unknowns" of OBJECT; ANSWER may be
 * NULL. */
void zw_diff_set(json_t *object, const struct zw_diff_answer *answer,
		 const struct zw_sources *sources);
/* ANSWER may be NULL: then there are only diagnostics. */
void zw_diff_json(struct zw_buf *out, const struct zw_diff_answer *answer,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources);
/* Each change as a finding, at its line in the second policy. */
zw_findings zw_diff_findings(struct zw_arena *arena,
			     const struct zw_diff_answer *answer);

#endif
