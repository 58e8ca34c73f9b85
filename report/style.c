/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The six inks as ANSI sequences (ECMA-48 SGR). */
#include "report/style.h"

void zw_ink(struct zw_buf *out, const struct zw_style *style, enum zw_ink ink)
{
	static const char *const sequences[] = {
		[ZW_INK_PLAIN] = "\033[0m",    [ZW_INK_BOLD] = "\033[1m",
		[ZW_INK_ERROR] = "\033[1;31m", [ZW_INK_WARNING] = "\033[1;33m",
		[ZW_INK_NOTE] = "\033[1;36m",  [ZW_INK_FRAME] = "\033[1;34m",
	};

	_Static_assert(sizeof(sequences) / sizeof(sequences[0]) == ZW_INK_COUNT,
		       "one sequence for each ink");
	if (style->colour)
		zw_buf_puts(out, sequences[ink]);
}
