/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the sink to text in the manner of rustc: a headline with level
 * and code, the source lines with their marks (the primary place first, then
 * the others as recorded; places on one line share it), then how the file came
 * to be read, the notes, and the way out. */
#include "report/diagnostics.h"

#include <stdlib.h>
#include <string.h>

#include "report/snippet.h"

static const char *level_name(enum zw_level level)
{
	switch (level) {
	case ZW_ERROR:
		return "error";
	case ZW_WARNING:
		return "warning";
	case ZW_NOTE:
		break;
	}
	return "note";
}

static enum zw_ink level_ink(enum zw_level level)
{
	switch (level) {
	case ZW_ERROR:
		return ZW_INK_ERROR;
	case ZW_WARNING:
		return ZW_INK_WARNING;
	case ZW_NOTE:
		break;
	}
	return ZW_INK_NOTE;
}

struct entry {
	struct zw_diag *diag;
	size_t order; /* of recording: makes the sort stable */
};

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	struct zw_span s = x->diag->primary.span, t = y->diag->primary.span;

	if (s.file != t.file)
		return s.file < t.file ? -1 : 1;
	if (s.off != t.off && s.file != ZW_NO_FILE)
		return s.off < t.off ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

struct zw_diag **zw_diagnostics_sorted(struct zw_arena *arena,
				       const struct zw_diags *diags)
{
	size_t i, n = diags->list.n;
	struct entry *entries = ZW_NEW_ARRAY(arena, struct entry, n);
	struct zw_diag **sorted = ZW_NEW_ARRAY(arena, struct zw_diag *, n);

	for (i = 0; i < n; i++)
		entries[i] = (struct entry){ diags->list.v[i], i };
	if (n)
		qsort(entries, n, sizeof(*entries), compare);
	for (i = 0; i < n; i++)
		sorted[i] = entries[i].diag;
	return sorted;
}

typedef ZW_VEC(struct zw_mark) marks_vec;

/* Every place of DIAG that is in a file, those that share a line behind one
 * another. */
static marks_vec collect_marks(struct zw_arena *arena,
			       const struct zw_diag *diag)
{
	marks_vec marks = { 0 };
	struct zw_mark mark = {
		.span = diag->primary.span,
		.text = diag->primary.text,
		.sign = '^',
		.ink = level_ink(diag->level),
	};
	size_t i;

	if (mark.span.file != ZW_NO_FILE)
		zw_push(arena, marks, mark);
	for (i = 0; i < diag->labels.n; i++) {
		mark.span = diag->labels.v[i].span;
		mark.text = diag->labels.v[i].text;
		mark.sign = '-';
		mark.ink = ZW_INK_FRAME;
		if (mark.span.file != ZW_NO_FILE)
			zw_push(arena, marks, mark);
	}
	return marks;
}

static bool shares_line(const struct zw_sources *sources, struct zw_span a,
			struct zw_span b)
{
	return a.file == b.file &&
	       zw_sources_place(sources, a).line ==
		       zw_sources_place(sources, b).line &&
	       !zw_snippet_is_cut(sources, a);
}

/* Move the marks that share the line of mark I to the places behind it;
 * returns how many marks that line has. */
static size_t gather(const struct zw_sources *sources, marks_vec *marks,
		     size_t i)
{
	size_t j, n = 1;

	for (j = i + 1; j < marks->n; j++) {
		struct zw_mark mark = marks->v[j];

		if (!shares_line(sources, marks->v[i].span, mark.span))
			continue;
		memmove(&marks->v[i + n + 1], &marks->v[i + n],
			(j - i - n) * sizeof(mark));
		marks->v[i + n++] = mark;
	}
	return n;
}

static int digits(u32 number)
{
	int n = 1;

	while (number /= 10)
		n++;
	return n;
}

static void arrow(const struct zw_page *page, const char *sign,
		  struct zw_span span)
{
	struct zw_place place = zw_sources_place(page->sources, span);

	zw_ink(page->out, page->style, ZW_INK_FRAME);
	zw_buf_printf(page->out, "%*s%s ", page->gutter, "", sign);
	zw_ink(page->out, page->style, ZW_INK_PLAIN);
	zw_buf_add_escaped(page->out, place.file);
	zw_buf_printf(page->out, ":%u:%u\n", place.line, place.column);
}

static void draw_places(const struct zw_page *page, marks_vec *marks)
{
	u32 file = ZW_NO_FILE;
	size_t i, n;

	for (i = 0; i < marks->n; i += n) {
		if (marks->v[i].span.file != file)
			arrow(page, i ? ":::" : "-->", marks->v[i].span);
		file = marks->v[i].span.file;
		zw_snippet_gutter(page);
		zw_buf_putc(page->out, '\n');
		n = gather(page->sources, marks, i);
		zw_snippet(page, &marks->v[i], n);
	}
}

/* "   = note: TEXT" without the newline. */
static void remark(const struct zw_page *page, const char *kind,
		   struct zw_str text)
{
	zw_ink(page->out, page->style, ZW_INK_FRAME);
	zw_buf_printf(page->out, "%*s = ", page->gutter, "");
	zw_ink(page->out, page->style, ZW_INK_BOLD);
	zw_buf_printf(page->out, "%s:", kind);
	zw_ink(page->out, page->style, ZW_INK_PLAIN);
	zw_buf_putc(page->out, ' ');
	zw_buf_add_escaped(page->out, text);
}

static void draw_includes(const struct zw_page *page, struct zw_span span)
{
	struct zw_place place;

	if (span.file == ZW_NO_FILE)
		return;
	span = zw_sources_get(page->sources, span.file)->included_from;
	while (span.file != ZW_NO_FILE) {
		place = zw_sources_place(page->sources, span);
		remark(page, "note", ZW_STR("included from "));
		zw_buf_add_escaped(page->out, place.file);
		zw_buf_printf(page->out, ":%u\n", place.line);
		span = zw_sources_get(page->sources, span.file)->included_from;
	}
}

static void headline(struct zw_buf *out, const struct zw_style *style,
		     const struct zw_diag *diag)
{
	zw_ink(out, style, level_ink(diag->level));
	zw_buf_printf(out, "%s[%s]", level_name(diag->level),
		      zw_code_info(diag->code)->name);
	zw_ink(out, style, ZW_INK_BOLD);
	zw_buf_puts(out, ": ");
	zw_buf_add_escaped(out, diag->message);
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_putc(out, '\n');
}

static void draw(struct zw_page *page, struct zw_arena *arena,
		 const struct zw_diag *diag)
{
	marks_vec marks = collect_marks(arena, diag);
	u32 line, largest = 1;
	size_t i;

	for (i = 0; i < marks.n; i++) {
		line = zw_sources_place(page->sources, marks.v[i].span).line;
		if (line > largest)
			largest = line;
	}
	page->gutter = digits(largest);
	headline(page->out, page->style, diag);
	draw_places(page, &marks);
	draw_includes(page, diag->primary.span);
	for (i = 0; i < diag->notes.n; i++) {
		remark(page, diag->notes.v[i].kind, diag->notes.v[i].text);
		zw_buf_putc(page->out, '\n');
	}
	if (diag->help.n) {
		remark(page, "help", diag->help);
		zw_buf_putc(page->out, '\n');
	}
	zw_buf_putc(page->out, '\n');
}

void zw_diagnostics_text(struct zw_buf *out, const struct zw_diags *diags,
			 const struct zw_sources *sources,
			 const struct zw_style *style)
{
	struct zw_page page = { out, sources, style, 1 };
	struct zw_arena *arena = zw_arena_new();
	struct zw_diag **sorted = zw_diagnostics_sorted(arena, diags);
	size_t i;

	for (i = 0; i < diags->list.n; i++)
		draw(&page, arena, sorted[i]);
	if (diags->suppressed) {
		zw_ink(out, style, ZW_INK_ERROR);
		zw_buf_puts(out, "error");
		zw_ink(out, style, ZW_INK_BOLD);
		zw_buf_printf(out, ": too many errors (%zu more not shown)",
			      diags->suppressed);
		zw_ink(out, style, ZW_INK_PLAIN);
		zw_buf_puts(out, "\n\n");
	}
	zw_arena_free(arena);
}

void zw_diagnostics_summary(struct zw_buf *out, const struct zw_diags *diags)
{
	size_t i, warnings = 0;

	for (i = 0; i < diags->list.n; i++)
		warnings += diags->list.v[i]->level == ZW_WARNING;
	if (diags->errors)
		zw_buf_printf(out, "%zu error%s%s", diags->errors,
			      diags->errors == 1 ? "" : "s",
			      warnings ? ", " : "");
	if (warnings)
		zw_buf_printf(out, "%zu warning%s", warnings,
			      warnings == 1 ? "" : "s");
	if (diags->errors || warnings)
		zw_buf_putc(out, '\n');
}
