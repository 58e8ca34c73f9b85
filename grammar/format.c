/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout of a file: statements become rows (format_rows.c), neighbouring
 * rows agree on columns (format_align.c), rows become lines, comments are set
 * in on the way, and lines become text (format_lines.c).
 *
 * Why laying out twice changes nothing: all decisions follow from the tree,
 * from which comments stand between which pieces, whether code precedes a
 * comment on its line, whether an empty line precedes a statement, member or
 * comment, and whether a block was on one line; and the text written answers
 * these questions as the text read did. Rows are told apart by natural width,
 * never by the width that columns give them. */
#include "grammar/format_parts.h"

#include "base/assert.h"

#define CONTINUATION 8 /* of a list without a place to hang below */
#define HANG_LIMIT 32

struct format {
	struct zw_rows rows;
	struct zw_lines lines;
	size_t comment; /* the next one */
	u32 last_end;	/* in the source: up to here everything is written */
	bool first;	/* nothing stands in this block yet */
};

/* -- comments and empty lines -- */

/* Is there an empty line between these places? */
static bool empty_line(const struct format *format, u32 from, u32 to)
{
	bool only_blanks = false;

	for (; from < to; from++) {
		switch (format->rows.text.p[from]) {
		case '\n':
			if (only_blanks)
				return true;
			only_blanks = true;
			break;
		case ' ':
		case '\t':
		case '\r':
			break;
		default:
			only_blanks = false;
		}
	}
	return false;
}

/* Does code precede the place AT on its line? */
static bool behind_code(const struct format *format, u32 at)
{
	while (at-- > 0) {
		char c = format->rows.text.p[at];

		if (c == '\n')
			return false;
		if (c != ' ' && c != '\t')
			return true;
	}
	return false;
}

static bool comment_before(const struct format *format, u32 place)
{
	return format->comment < format->rows.ast->comments.n &&
	       format->rows.ast->comments.v[format->comment].off < place;
}

static struct zw_str comment_text(const struct format *format,
				  struct zw_span span)
{
	struct zw_str text = { format->rows.text.p + span.off, span.len };

	while (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t' ||
	       text.p[text.n - 1] == '\r')
		text.n--;
	return text;
}

/* Write the next comment: behind the last line if MAY_TRAIL and that is where
 * it was, on a line of its own otherwise. True if it is on its own. */
static bool put_comment(struct format *format, u32 indent, bool may_trail,
			bool blank)
{
	struct zw_span span;
	struct zw_str text;

	span = format->rows.ast->comments.v[format->comment++];
	text = comment_text(format, span);
	if (may_trail && behind_code(format, span.off) &&
	    zw_line_comment(&format->lines, text))
		return false;
	zw_line_begin(&format->lines, indent, blank);
	zw_line_last(&format->lines)->comment = text;
	return true;
}

/* Everything between the last row and one that starts at START: comments up
 * to BODY; empty lines inside the row do not count. True if an empty line
 * belongs before the row. */
static bool put_gap(struct format *format, u32 start, u32 body, u32 indent)
{
	while (comment_before(format, body)) {
		struct zw_span span;
		bool blank;

		span = format->rows.ast->comments.v[format->comment];
		blank = !format->first &&
			empty_line(format, format->last_end,
				   span.off < start ? span.off : start);
		if (put_comment(format, indent, span.off < start, blank))
			format->first = false;
		format->last_end = span.off + span.len;
	}
	return !format->first && empty_line(format, format->last_end, start);
}

/* -- rows -- */

static void put_piece(struct format *format, const struct zw_piece *piece)
{
	zw_line_add(&format->lines, piece->text, piece->width - piece->comma);
	if (piece->comma)
		zw_line_add(&format->lines, ZW_STR(","), 1);
}

/* The blanks between two pieces; *CELL is the cell that ends here and FROM its
 * column, if it does. */
static void put_blanks(struct format *format, const struct zw_row *row,
		       const struct zw_piece *piece, const u32 *widths,
		       u32 *cell, u32 *from)
{
	u32 blanks = zw_piece_blanks(piece);
	u32 width = zw_line_last(&format->lines)->width;

	if (piece->join != ZW_JOIN_CELL && piece->join != ZW_JOIN_WIDE) {
		zw_line_blanks(&format->lines, blanks);
		return;
	}
	if (*cell < row->padded)
		blanks += widths[*cell] - (width - *from);
	zw_line_blanks(&format->lines, blanks);
	*from = width + blanks;
	++*cell;
}

static void put_row(struct format *format, const struct zw_row *row,
		    const u32 *widths, u32 indent)
{
	u32 cell = 0, from = indent, next = indent + CONTINUATION;
	size_t i;

	for (i = 0; i < row->pieces.n; i++) {
		const struct zw_piece *piece = &row->pieces.v[i];
		struct zw_line *line = zw_line_last(&format->lines);
		bool fresh = !i;

		while (i && comment_before(format, piece->at)) {
			put_comment(format, next, true, false);
			fresh = true;
		}
		if (!row->single && piece->join == ZW_JOIN_LIST &&
		    line->width + 1 + zw_row_width_at(row, i) > ZW_FORMAT_WIDTH)
			fresh = true;
		if (i && fresh)
			zw_line_begin(&format->lines, next, false);
		else if (i)
			put_blanks(format, row, piece, widths, &cell, &from);
		if (i && i == row->hang &&
		    zw_line_last(&format->lines)->width <= HANG_LIMIT)
			next = zw_line_last(&format->lines)->width;
		put_piece(format, piece);
	}
	format->last_end = row->end;
	format->first = false;
}

static void put_rows(struct format *format, struct zw_row *rows, size_t n,
		     u32 indent);

/* The members of a zone or gateway, each on its line, and the closing brace. */
static void put_members(struct format *format, const struct zw_ast_stmt *block)
{
	u32 brace = block->span.off + block->span.len - 1;
	struct zw_row *rows;
	size_t i, n = block->members.n;

	rows = ZW_NEW_ARRAY(format->rows.arena, struct zw_row, n);
	for (i = 0; i < n; i++)
		zw_row_of_member(&format->rows, &rows[i], &block->members.v[i]);
	format->lines.block++;
	format->first = true;
	format->last_end = n ? rows[0].start : brace;
	put_rows(format, rows, n, ZW_FORMAT_INDENT);
	put_gap(format, brace, brace, ZW_FORMAT_INDENT);
	format->lines.block++;
	zw_line_begin(&format->lines, 0, false);
	zw_line_add(&format->lines, ZW_STR("}"), 1);
	format->last_end = brace + 1;
	format->first = false;
}

static bool in_one_run(const struct format *format, const struct zw_row *a,
		       const struct zw_row *b)
{
	return a->group == b->group && a->group != ZW_ROW_ALONE &&
	       !empty_line(format, a->end, b->start);
}

static void put_rows(struct format *format, struct zw_row *rows, size_t n,
		     u32 indent)
{
	u32 widths[ZW_FORMAT_CELLS] = { 0 };
	size_t i, end = 0;

	for (i = 0; i < n; i++) {
		struct zw_row *row = &rows[i];
		bool blank;

		if (i == end) {
			while (++end < n &&
			       in_one_run(format, &rows[end - 1], &rows[end]))
				;
			zw_rows_align(row, end - i, widths);
		}
		blank = put_gap(format, row->start, row->body, indent);
		zw_line_begin(&format->lines, indent, blank);
		put_row(format, row, widths, indent);
		if (row->opened)
			put_members(format, row->opened);
	}
}

/* -- the file -- */

void zw_format(struct zw_arena *arena, struct zw_buf *out,
	       const struct zw_ast *ast, struct zw_str text)
{
	struct format format = {
		.rows = { .arena = arena, .ast = ast, .text = text },
		.lines = { .arena = arena },
		.first = true,
	};
	size_t i, n = ast->stmts.n;
	struct zw_row *rows = ZW_NEW_ARRAY(arena, struct zw_row, n);

	for (i = 0; i < n; i++)
		zw_row_of_stmt(&format.rows, &rows[i], ast->stmts.v[i]);
	put_rows(&format, rows, n, 0);
	put_gap(&format, (u32)text.n, (u32)text.n, 0);
	ZW_ASSERT(format.comment == ast->comments.n);
	zw_lines_write(&format.lines, out);
	zw_buf_free(&format.rows.scratch);
	zw_buf_free(&format.lines.code);
}

/* The law, checked on what was made: the same tree, as many comments. */
static void check_law(const struct zw_ast *ast, struct zw_str text)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_sources *sources = zw_sources_new();
	struct zw_buf before = { 0 }, after = { 0 };
	struct zw_ast again = { 0 };
	struct zw_diags diags;

	zw_diags_init(&diags, arena);
	zw_parse_alone(arena, sources, &diags, ZW_STR("formatted"), text,
		       &again);
	ZW_ASSERT(!diags.errors);
	ZW_ASSERT(again.comments.n == ast->comments.n);
	zw_ast_dump(&before, ast, NULL);
	zw_ast_dump(&after, &again, NULL);
	ZW_ASSERT(before.n == after.n &&
		  (!before.n || !memcmp(before.data, after.data, before.n)));
	zw_buf_free(&before);
	zw_buf_free(&after);
	zw_sources_free(sources);
	zw_arena_free(arena);
}

bool zw_format_text(struct zw_arena *arena, struct zw_sources *sources,
		    struct zw_diags *diags, struct zw_str name,
		    struct zw_str text, struct zw_buf *out)
{
	struct zw_ast ast = { 0 };
	struct zw_buf made = { 0 };
	size_t errors = diags->errors;

	zw_parse_alone(arena, sources, diags, name, text, &ast);
	if (diags->errors > errors)
		return false;
	zw_format(arena, &made, &ast, text);
	if (made.n > ZW_POLICY_SIZE_LIMIT) {
		zw_diag(diags, ZW_Z0006, ZW_NO_SPAN,
			"'%.*s' laid out would have more than %u MiB",
			ZW_STR_ARG(name), ZW_POLICY_SIZE_LIMIT >> 20);
		zw_buf_free(&made);
		return false;
	}
	check_law(&ast, (struct zw_str){ made.data, made.n });
	zw_buf_add(out, made.data, made.n);
	zw_buf_free(&made);
	return true;
}
