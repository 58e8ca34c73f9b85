/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load would change on a host, for people and for programs
 * (docs/check.schema.json). */
#ifndef ZW_REPORT_OUTLOOK_H
#define ZW_REPORT_OUTLOOK_H

#include "report/loaded.h"
#include "report/style.h"
#include "verifier/verify.h"

struct zw_diff_answer; /* report/diff.h */

struct zw_outlook_names {
	const struct zw_str *v;
	size_t n;
};

struct zw_outlook {
	const char *table; /* "inet zwinger" */
	const char *netns; /* NULL: the caller's */
	const char *file;  /* that the plan was written to, or NULL */
	u32 generation;
	size_t transactions, bytes;
	struct zw_loaded_count rules, sets, elements;
	struct zw_outlook_names new_chains, new_sets;
	const struct zw_diff_answer *difference; /* for packets */
	const struct zw_connections_found *connections;
};

void zw_outlook_text(struct zw_buf *out, const struct zw_outlook *outlook,
		     const struct zw_sources *sources,
		     const struct zw_style *style);
/* An answer of `check` with the outlook in it; OUTLOOK may be NULL. */
void zw_outlook_json(struct zw_buf *out, const struct zw_outlook *outlook,
		     const char *name,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_diags *diags,
		     const struct zw_sources *sources);

#endif
