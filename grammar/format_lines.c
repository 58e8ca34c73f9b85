/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From lines to text: indentation, and the comments behind lines, which stand
 * below one another within a block. A line that is much longer than the
 * shortest one with a comment, or too long at all, pushes nobody; its comment
 * follows where it ends. */
#include "grammar/format_parts.h"

#define GAP 4		   /* blanks before a comment */
#define COMMENT_SPREAD 40u /* between the lines that share a column */

u32 zw_text_width(struct zw_str text)
{
	u32 width = 0;
	size_t i;

	for (i = 0; i < text.n; i++)
		width += ((u8)text.p[i] & 0xc0) != 0x80;
	return width;
}

void zw_line_begin(struct zw_lines *lines, u32 indent, bool blank)
{
	struct zw_line line = { .start = lines->code.n,
				.indent = indent,
				.width = indent };

	line.blank = blank && lines->list.n;
	lines->block += line.blank;
	line.block = lines->block;
	zw_push(lines->arena, lines->list, line);
}

void zw_line_add(struct zw_lines *lines, struct zw_str text, u32 width)
{
	struct zw_line *line = zw_line_last(lines);

	zw_buf_add(&lines->code, text.p, text.n);
	line->n += text.n;
	line->width += width;
}

void zw_line_blanks(struct zw_lines *lines, u32 n)
{
	while (n--)
		zw_line_add(lines, ZW_STR(" "), 1);
}

bool zw_line_comment(struct zw_lines *lines, struct zw_str comment)
{
	struct zw_line *line;

	if (!lines->list.n)
		return false;
	line = zw_line_last(lines);
	if (!line->n || line->comment.n)
		return false;
	line->comment = comment;
	return true;
}

static void blanks(struct zw_buf *out, u32 n)
{
	while (n--)
		zw_buf_putc(out, ' ');
}

/* Code and a comment behind it? */
static bool has_both(const struct zw_line *line)
{
	return line->n && line->comment.n;
}

/* The column of the comments in the block of lines FIRST to END. */
static u32 comment_column(const struct zw_lines *lines, size_t first,
			  size_t end)
{
	u32 least = ZW_FORMAT_WIDTH, most = 0;
	size_t i;

	for (i = first; i < end; i++) {
		const struct zw_line *line = &lines->list.v[i];

		if (has_both(line) && line->width < least)
			least = line->width;
	}
	for (i = first; i < end; i++) {
		const struct zw_line *line = &lines->list.v[i];

		if (has_both(line) && line->width <= ZW_FORMAT_WIDTH &&
		    line->width <= least + COMMENT_SPREAD && line->width > most)
			most = line->width;
	}
	return most + GAP;
}

static void write_line(const struct zw_lines *lines, const struct zw_line *line,
		       u32 column, struct zw_buf *out)
{
	if (line->blank)
		zw_buf_putc(out, '\n');
	blanks(out, line->indent);
	if (line->n)
		zw_buf_add(out, lines->code.data + line->start, line->n);
	if (has_both(line))
		blanks(out, line->width + GAP <= column ? column - line->width
							: GAP);
	zw_buf_add(out, line->comment.p, line->comment.n);
	zw_buf_putc(out, '\n');
}

void zw_lines_write(const struct zw_lines *lines, struct zw_buf *out)
{
	size_t first = 0, end, i;

	while (first < lines->list.n) {
		u32 column;

		end = first + 1;
		while (end < lines->list.n &&
		       lines->list.v[end].block == lines->list.v[first].block)
			end++;
		column = comment_column(lines, first, end);
		for (i = first; i < end; i++)
			write_line(lines, &lines->list.v[i], column, out);
		first = end;
	}
}
