/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may reach whom, as a table for a terminal, as JSON
 * (docs/questions.schema.json), CSV, or a graph for dot(1). */
#ifndef ZW_REPORT_MATRIX_H
#define ZW_REPORT_MATRIX_H

#include "base/diag.h"
#include "report/style.h"
#include "verifier/matrix.h"

struct zw_matrix_answer {
	const char *name;
	const struct zw_flows *flows;
	struct zw_str service;		/* --service as written; empty: all */
	const struct zw_matrix *matrix; /* by zones, or */
	const struct zw_partition *partition; /* by address */
};

/* A table if it fits into WIDTH columns, else lists. */
void zw_matrix_text(struct zw_buf *out, const struct zw_matrix_answer *answer,
		    size_t width);
/* ANSWER may be NULL: then there are only diagnostics. */
void zw_matrix_json(struct zw_buf *out, const struct zw_matrix_answer *answer,
		    const struct zw_diags *diags,
		    const struct zw_sources *sources);
void zw_matrix_csv(struct zw_buf *out, const struct zw_matrix_answer *answer);
void zw_matrix_dot(struct zw_buf *out, const struct zw_matrix_answer *answer);

#endif
