/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows actions/toolkit, packages/core/src/command.ts: in data "%", CR and LF
 * are percent-encoded, in properties ":" and "," as well. Other control
 * characters are shown as everywhere. */
#include "report/github.h"

#include "report/diagnostics.h"

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

void zw_github_line(struct zw_buf *out, const char *kind,
		    const struct zw_sources *sources, struct zw_span span,
		    const char *title, struct zw_str text)
{
	zw_buf_printf(out, "::%s ", kind);
	if (span.file != ZW_NO_FILE) {
		struct zw_place place = zw_sources_place(sources, span);

		zw_buf_puts(out, "file=");
		put_text(out, place.file, true);
		zw_buf_printf(out, ",line=%u,col=%u,", place.line,
			      place.column);
	}
	zw_buf_puts(out, "title=");
	put_text(out, zw_str_from(title), true);
	zw_buf_puts(out, "::");
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	put_text(out, text, false);
	zw_buf_putc(out, '\n');
}

void zw_github_diagnostics(struct zw_buf *out, const struct zw_diags *diags,
			   const struct zw_sources *sources)
{
	static const char *const kinds[] = { "notice", "warning", "error" };
	struct zw_arena *arena = zw_arena_new();
	struct zw_diag **sorted = zw_diagnostics_sorted(arena, diags);
	size_t i, k;

	for (i = 0; i < diags->list.n; i++) {
		const struct zw_diag *diag = sorted[i];
		struct zw_buf text = { 0 };

		zw_buf_add(&text, diag->message.p, diag->message.n);
		for (k = 0; k < diag->notes.n; k++)
			zw_buf_printf(&text, "\n%s: %.*s",
				      diag->notes.v[k].kind,
				      ZW_STR_ARG(diag->notes.v[k].text));
		if (diag->help.n)
			zw_buf_printf(&text, "\nhelp: %.*s",
				      ZW_STR_ARG(diag->help));
		zw_github_line(out, kinds[diag->level], sources,
			       diag->primary.span,
			       zw_code_info(diag->code)->name,
			       (struct zw_str){ text.data, text.n });
		zw_buf_free(&text);
	}
	zw_arena_free(arena);
}
