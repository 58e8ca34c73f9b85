/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns. A row is a sequence of cells, of which the last one is never
 * padded. Column by column the rows that still take part agree on a width; a
 * row whose cell is far wider than the narrowest one drops out there, and the
 * rest of it follows with single blanks. */
#include "grammar/format_parts.h"

static bool starts_cell(const struct zw_piece *piece)
{
	return piece->join == ZW_JOIN_CELL || piece->join == ZW_JOIN_WIDE;
}

u32 zw_piece_blanks(const struct zw_piece *piece)
{
	if (piece->join == ZW_JOIN_GLUED)
		return 0;
	return piece->join == ZW_JOIN_WIDE ? 3 : 1;
}

u32 zw_row_width_at(const struct zw_row *row, size_t i)
{
	u32 width = row->pieces.v[i].width;

	while (++i < row->pieces.n && row->pieces.v[i].join == ZW_JOIN_GLUED)
		width += row->pieces.v[i].width;
	return width;
}

/* How many cells of ROW come before the last one, at most ZW_FORMAT_CELLS. */
static u32 cells_before_last(const struct zw_row *row)
{
	u32 cells = 0;
	size_t i;

	for (i = 1; i < row->pieces.n && cells < ZW_FORMAT_CELLS; i++) {
		cells += starts_cell(&row->pieces.v[i]);
		if (!row->single && cells == row->fixed)
			break;
	}
	return cells;
}

/* The width of the cell that begins with piece *AT, which moves to the next
 * cell. */
static u32 cell_width(const struct zw_row *row, u32 *at)
{
	u32 width = row->pieces.v[*at].width;

	while (++*at < row->pieces.n && !starts_cell(&row->pieces.v[*at]))
		width += row->pieces.v[*at].width +
			 zw_piece_blanks(&row->pieces.v[*at]);
	return width;
}

void zw_rows_align(struct zw_row *rows, size_t n, u32 *widths)
{
	u32 cell;
	size_t i;

	for (i = 0; i < n; i++)
		rows[i].padded = cells_before_last(&rows[i]);
	for (cell = 0; cell < ZW_FORMAT_CELLS; cell++) {
		u32 least = UINT32_MAX, most = 0;

		for (i = 0; i < n; i++) {
			struct zw_row *row = &rows[i];

			if (row->padded <= cell)
				continue;
			row->cell_width = cell_width(row, &row->cell_at);
			if (row->cell_width < least)
				least = row->cell_width;
		}
		for (i = 0; i < n; i++) {
			struct zw_row *row = &rows[i];

			if (row->padded <= cell)
				continue;
			if (row->cell_width - least > ZW_FORMAT_SPREAD)
				row->padded = cell;
			else if (row->cell_width > most)
				most = row->cell_width;
		}
		widths[cell] = most;
	}
}
