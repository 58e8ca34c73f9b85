/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the layout is made from: pieces, of which a statement consists, rows,
 * which stand below one another, and lines, which are written. Law: a piece is
 * never broken; widths and columns are counted in characters. Private to
 * grammar/. */
#ifndef ZW_GRAMMAR_FORMAT_PARTS_H
#define ZW_GRAMMAR_FORMAT_PARTS_H

#include "grammar/format.h"

#define ZW_FORMAT_WIDTH 88 /* lists go on in the next line behind this */
#define ZW_FORMAT_INDENT 4 /* of what stands in braces */
#define ZW_FORMAT_CELLS 10 /* more than any statement has */
#define ZW_FORMAT_SPREAD                                    \
	20 /* a cell this much wider than the narrowest one \
	    * does not push the others */

/* -- pieces -- */
enum zw_join {
	ZW_JOIN_GLUED, /* nothing in between */
	ZW_JOIN_BLANK,
	ZW_JOIN_LIST, /* a blank, or a new line in a list that is too long */
	ZW_JOIN_CELL, /* neighbours stand below one another from here on */
	ZW_JOIN_WIDE, /* the same with three blanks */
};

struct zw_piece {
	struct zw_str text;
	u32 at;	   /* where it begins in the source */
	u32 width; /* with the comma */
	enum zw_join join;
	bool comma;
};

/* What may share columns with its neighbours. */
enum zw_row_group {
	ZW_ROW_ALONE,
	ZW_ROW_DEFINITION,
	ZW_ROW_RULE,
	ZW_ROW_CLAIM,
	ZW_ROW_EXPECT,
	ZW_ROW_TRANSLATION,
	ZW_ROW_PUBLISH,
	ZW_ROW_ZONE,
	ZW_ROW_HOST,
	ZW_ROW_BINDING,
	ZW_ROW_LINK,
};

/* One statement, or one member of a zone or gateway. */
struct zw_row {
	ZW_VEC(struct zw_piece) pieces;
	enum zw_row_group group;
	u32 start, end; /* in the source */
	u32 body;	/* comments before this place stand above the row */
	u32 hang;	/* the piece below which a broken list goes on, or 0 */
	u32 fixed;	/* cells that are aligned even if the row is broken */
	u32 padded;	/* cells that are aligned */
	u32 cell_at, cell_width; /* while columns are agreed on */
	bool single;		 /* fits its line and has no comment inside */
	const struct zw_ast_stmt *opened; /* its members stand below */
};

struct zw_rows {
	struct zw_arena *arena;
	const struct zw_ast *ast; /* for its comments */
	struct zw_str text;	  /* the source */
	struct zw_buf scratch;	  /* free it in the end */
};

/* Zero-initialised rows, filled. */
void zw_row_of_stmt(struct zw_rows *rows, struct zw_row *row,
		    const struct zw_ast_stmt *stmt);
/* A member on its own line. */
void zw_row_of_member(struct zw_rows *rows, struct zw_row *row,
		      const struct zw_ast_member *member);

/* Blanks before a piece. */
u32 zw_piece_blanks(const struct zw_piece *piece);
/* The width of piece I of ROW with all that is glued to it. */
u32 zw_row_width_at(const struct zw_row *row, size_t i);
/* Decide on each row's cells: WIDTHS[i] is the column width of cell i, for the
 * rows that have more than i padded cells. */
void zw_rows_align(struct zw_row *rows, size_t n, u32 *widths);
/* Are there comments from FROM on, before TO? */
bool zw_rows_comment_between(const struct zw_rows *rows, u32 from, u32 to);

/* -- lines -- */
struct zw_line {
	size_t start, n;   /* its bytes in CODE, without indentation */
	u32 indent, width; /* width includes the indentation */
	struct zw_str comment;
	u32 block;  /* comments of one block stand below one another */
	bool blank; /* an empty line goes before it */
};

struct zw_lines {
	struct zw_arena *arena;
	struct zw_buf code; /* free it in the end */
	ZW_VEC(struct zw_line) list;
	u32 block;
};

u32 zw_text_width(struct zw_str text);
void zw_line_begin(struct zw_lines *lines, u32 indent, bool blank);
void zw_line_add(struct zw_lines *lines, struct zw_str text, u32 width);
void zw_line_blanks(struct zw_lines *lines, u32 n);
/* Set COMMENT behind the last line; false if that is not possible. */
bool zw_line_comment(struct zw_lines *lines, struct zw_str comment);
void zw_lines_write(const struct zw_lines *lines, struct zw_buf *out);

static inline struct zw_line *zw_line_last(const struct zw_lines *lines)
{
	return &lines->list.v[lines->list.n - 1];
}

#endif
