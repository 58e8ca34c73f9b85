/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows actions/toolkit, packages/core/src/command.ts: in data "%", CR and LF
 * are percent-encoded, in properties ":" and "," as well. Other control
 * characters are shown as everywhere. */
#include "report/finding.h"

/* Characters of several bytes stay together. */
static void put_text(struct zw_buf *out, struct zw_str s, bool property)
{
	size_t start = 0, i;

	for (i = 0; i <= s.n; i++) {
		bool special = i == s.n || s.p[i] == '%' || s.p[i] == '\r' ||
			       s.p[i] == '\n' ||
			       (property && (s.p[i] == ':' || s.p[i] == ','));

		if (!special)
			continue;
		zw_buf_add_escaped(out,
				   (struct zw_str){ s.p + start, i - start });
		if (i < s.n)
			zw_buf_printf(out, "%%%02X", (unsigned)s.p[i]);
		start = i + 1;
	}
}

void zw_github(struct zw_buf *out, const zw_findings *findings,
	       const struct zw_sources *sources)
{
	static const char *const kinds[] = { "notice", "warning", "error" };
	size_t i;

	for (i = 0; i < findings->n; i++) {
		const struct zw_finding *f = &findings->v[i];

		zw_buf_printf(out, "::%s ", kinds[f->level]);
		if (f->span.file != ZW_NO_FILE) {
			struct zw_place place =
				zw_sources_place(sources, f->span);

			zw_buf_puts(out, "file=");
			put_text(out, place.file, true);
			zw_buf_printf(out, ",line=%u,col=%u,", place.line,
				      place.column);
		}
		zw_buf_puts(out, "title=");
		put_text(out, f->title, true);
		zw_buf_puts(out, "::");
		put_text(out, f->text, false);
		zw_buf_putc(out, '\n');
	}
}
