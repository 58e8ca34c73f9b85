/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source lines drawn for a terminal. A line is walked character by character;
 * each has a shape (its bytes, or an escape in their place) and a width in
 * columns. Columns are computed by walking again rather than kept, and in a
 * line of megabytes only from near the mark. The widths follow East Asian Width
 * (UAX 11) for the common wide blocks and know the common combining marks; for
 * rare scripts a mark may be off by a column, never the text. */
#include "report/snippet.h"

#include "base/assert.h"
#include "base/utf8.h"

#define LINE_COLUMNS 100
#define LEFT_OF_MARK 40 /* columns kept before the mark in a cut line */
#define ELLIPSIS 3

/* In a line of more bytes than this, what is far before a mark is not looked
 * at: columns then count from SHORT bytes before the mark. */
#define LONG 4096
#define SHORT 1024

struct range {
	u32 first, last;
};

static bool is_in(u32 c, const struct range *ranges, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

static size_t width_of(u32 c)
{
	static const struct range combining[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
		{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x0e34, 0x0e3a },
		{ 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff }, { 0x302a, 0x302f }, { 0x3099, 0x309a },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },
		{ 0x3041, 0xa4cf },   { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff },
		{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (c < 0x300)
		return 1;
	if (is_in(c, combining, sizeof(combining) / sizeof(combining[0])))
		return 0;
	return is_in(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* A place on the way through a line, and the character that starts there. */
struct walk {
	struct zw_str line;
	size_t at; /* bytes */
	size_t column;
	size_t bytes;	     /* of the character */
	size_t columns;	     /* that it takes */
	struct zw_str shape; /* in the line or in escape */
	struct zw_buf escape;
};

/* Look at what is no plain ASCII character. */
static void look_closely(struct walk *w)
{
	struct zw_str rest = { w->line.p + w->at, w->line.n - w->at };
	u32 c = 0;

	w->bytes = zw_utf8_decode(rest.p, rest.n, &c);
	if (!w->bytes)
		w->bytes = 1;
	w->escape.n = 0;
	if (c == '\t') {
		w->columns = 8 - w->column % 8;
		zw_buf_add(&w->escape, "        ", w->columns);
	} else {
		rest.n = w->bytes;
		zw_buf_add_escaped(&w->escape, rest);
		/* an escape is longer than what it stands for, and ASCII */
		w->columns = w->escape.n > w->bytes ? w->escape.n : width_of(c);
	}
	w->shape = (struct zw_str){ w->escape.data, w->escape.n };
}

/* Look at the character at W->at. False at the end of the line. */
static bool look(struct walk *w)
{
	const char *p = w->line.p + w->at;

	if (w->at >= w->line.n)
		return false;
	if (*p >= 0x20 && *p < 0x7f) {
		w->bytes = 1;
		w->columns = 1;
		w->shape = (struct zw_str){ p, 1 };
	} else {
		look_closely(w);
	}
	return true;
}

static void step(struct walk *w)
{
	w->at += w->bytes;
	w->column += w->columns;
}

/* The column of byte AT of LINE, that of its end where AT is behind it; any
 * column from MOST on is as good as MOST. */
static size_t column_of(struct zw_str line, size_t at, size_t most)
{
	struct walk w = { .line = line };

	while (w.at < at && w.column < most && look(&w)) {
		if (w.at + w.bytes > at)
			break; /* within a character: where it starts */
		step(&w);
	}
	zw_buf_free(&w.escape);
	return w.column < most ? w.column : most;
}

/* The columns of a line that are shown: FROM up to TO, counted from byte
 * SKIPPED of the line. */
struct window {
	size_t skipped;
	size_t from, to;
	bool cut_before, cut_after;
};

static struct window window_around(size_t width, size_t mark)
{
	struct window window = { 0, 0, width, false, false };

	if (width <= LINE_COLUMNS)
		return window;
	if (mark > LINE_COLUMNS / 2) {
		window.cut_before = true;
		window.from = mark - LEFT_OF_MARK;
		if (width - window.from <= LINE_COLUMNS - ELLIPSIS) {
			window.from = width - (LINE_COLUMNS - ELLIPSIS);
			return window;
		}
	}
	window.cut_after = true;
	window.to = window.from + LINE_COLUMNS - ELLIPSIS;
	if (window.cut_before)
		window.to -= ELLIPSIS;
	return window;
}

static void pad(struct zw_buf *out, size_t n)
{
	while (n--)
		zw_buf_putc(out, ' ');
}

static void draw_line(struct zw_buf *out, struct zw_str line,
		      struct window window)
{
	struct walk w = { .line = line };
	size_t drawn = window.from;

	if (window.cut_before)
		zw_buf_puts(out, "...");
	for (; look(&w); step(&w)) {
		if (w.column < window.from)
			continue;
		if (w.column + w.columns > window.to)
			break;
		pad(out, w.column - drawn); /* half of a character cut off */
		zw_buf_add(out, w.shape.p, w.shape.n);
		drawn = w.column + w.columns;
	}
	if (window.cut_after) {
		pad(out, window.to - drawn);
		zw_buf_puts(out, "...");
	}
	zw_buf_free(&w.escape);
}

void zw_snippet_gutter(const struct zw_page *page)
{
	zw_ink(page->out, page->style, ZW_INK_FRAME);
	zw_buf_printf(page->out, "%*s |", page->gutter, "");
	zw_ink(page->out, page->style, ZW_INK_PLAIN);
}

static u32 last_line_of(const struct zw_sources *sources, struct zw_span span)
{
	if (span.len)
		span.off += span.len - 1;
	return zw_sources_place(sources, span).line;
}

/* The signs of one mark, cut to the window, and its text. */
static void draw_mark(const struct zw_page *page, const struct zw_mark *mark,
		      struct zw_str line, struct window window)
{
	struct zw_place place = zw_sources_place(page->sources, mark->span);
	u32 last = last_line_of(page->sources, mark->span);
	size_t at = place.column - 1 - window.skipped;
	size_t start = column_of(line, at, SIZE_MAX);
	size_t behind = last == place.line ? at + mark->span.len : line.n;
	size_t end = column_of(line, behind, window.to);

	if (end <= start)
		end = start + 1;
	zw_snippet_gutter(page);
	pad(page->out, 1 + start - window.from);
	if (window.cut_before)
		pad(page->out, ELLIPSIS);
	zw_ink(page->out, page->style, mark->ink);
	for (; start < end; start++)
		zw_buf_putc(page->out, mark->sign);
	if (mark->text.n)
		zw_buf_putc(page->out, ' ');
	zw_buf_add_escaped(page->out, mark->text);
	if (last != place.line)
		zw_buf_printf(page->out, " (up to line %u)", last);
	zw_ink(page->out, page->style, ZW_INK_PLAIN);
	zw_buf_putc(page->out, '\n');
}

/* How many bytes of LINE to pass over for a mark at byte AT: up to the start
 * of a character. */
static size_t skip_far(struct zw_str line, size_t at)
{
	size_t skip = at > LONG ? at - SHORT : 0;

	while (skip && skip < at && ((u8)line.p[skip] & 0xc0) == 0x80)
		skip++;
	return skip;
}

static struct window open_window(struct zw_str *line, size_t at)
{
	size_t skip = skip_far(*line, at);
	struct window window;
	size_t column;

	line->p += skip;
	line->n -= skip;
	column = column_of(*line, at - skip, SIZE_MAX);
	window = window_around(
		column_of(*line, line->n, column + 2 * LINE_COLUMNS), column);
	window.skipped = skip;
	if (skip)
		window.cut_before = true;
	return window;
}

void zw_snippet(const struct zw_page *page, const struct zw_mark *marks,
		size_t n)
{
	struct zw_place place;
	struct zw_str line;
	struct window window;
	size_t i;

	ZW_ASSERT(n);
	place = zw_sources_place(page->sources, marks[0].span);
	line = zw_sources_line(page->sources, marks[0].span.file, place.line);
	window = open_window(&line, place.column - 1);
	zw_ink(page->out, page->style, ZW_INK_FRAME);
	zw_buf_printf(page->out, "%*u |", page->gutter, place.line);
	zw_ink(page->out, page->style, ZW_INK_PLAIN);
	if (line.n)
		zw_buf_putc(page->out, ' ');
	draw_line(page->out, line, window);
	zw_buf_putc(page->out, '\n');
	for (i = 0; i < n; i++)
		draw_mark(page, &marks[i], line, window);
}

bool zw_snippet_is_cut(const struct zw_sources *sources, struct zw_span span)
{
	struct zw_place place = zw_sources_place(sources, span);
	struct zw_str line = zw_sources_line(sources, span.file, place.line);

	return line.n > LONG ||
	       column_of(line, line.n, LINE_COLUMNS + 1) > LINE_COLUMNS;
}
