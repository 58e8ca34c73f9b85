/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of a source with marks under it. Law: a mark stands under exactly
 * the terminal columns that the bytes of its span take, whatever tabs, wide or
 * combining characters and escapes come before them. */
#ifndef ZW_REPORT_SNIPPET_H
#define ZW_REPORT_SNIPPET_H

#include "base/source.h"
#include "report/style.h"

struct zw_mark {
	struct zw_span span; /* only its part on the line is marked */
	struct zw_str text;
	char sign; /* '^' or '-' */
	enum zw_ink ink;
};

struct zw_page {
	struct zw_buf *out;
	const struct zw_sources *sources;
	const struct zw_style *style;
	int gutter; /* digits of the largest line number on the page */
};

/* "   |" without a newline. */
void zw_snippet_gutter(const struct zw_page *page);

/* The line where the first mark starts, and a line below it for each of the N
 * marks; all must start on this one line. A line wider than 100 columns is cut
 * around the first mark. */
void zw_snippet(const struct zw_page *page, const struct zw_mark *marks,
		size_t n);

/* The line is wide enough to be cut: give it one mark only. */
bool zw_snippet_is_cut(const struct zw_sources *sources, struct zw_span span);

#endif
