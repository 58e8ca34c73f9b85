/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages of docs/codes/, one for each diagnostic code, carried in the
 * program. Law: the table is generated from the pages and sorted by code; the
 * text is the page as it stands, in Markdown. */
#ifndef ZW_REPORT_EXPLAIN_H
#define ZW_REPORT_EXPLAIN_H

#include <stddef.h>

struct zw_explanation {
	const char *code; /* "Z1003" */
	const char *text;
};

/* Ends with an entry whose code is NULL; the count leaves that one out. */
extern const struct zw_explanation zw_explanations[];
extern const size_t zw_explanation_count;

#endif
