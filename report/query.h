/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a query found, for people and for programs
 * (docs/questions.schema.json). */
#ifndef ZW_REPORT_QUERY_H
#define ZW_REPORT_QUERY_H

#include "base/diag.h"
#include "report/style.h"
#include "verifier/query.h"

struct zw_query_answer {
	const char *name;
	const char *text; /* of the query */
	const struct zw_flows *flows;
	const struct zw_query_result *result;
};

void zw_query_text(struct zw_buf *out, const struct zw_query_answer *answer);
/* ANSWER may be NULL: then there are only diagnostics. */
void zw_query_json(struct zw_buf *out, const struct zw_query_answer *answer,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources);

#endif
