/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Back to former rules. Law: one transaction that exchanges the rules of base
 * chains and nothing else; what these refer to must still be there. */
#ifndef ZW_CLI_RESTORE_H
#define ZW_CLI_RESTORE_H

#include "base/str.h"
#include "loader/names.h"

/* Append to OUT a batch that empties every base chain among NOW and gives it
 * the rules that FORMER has for it, N bytes: a dump, or a batch. A chain
 * without rules there is left alone. */
void zw_restore(struct zw_buf *out, const struct zw_table_names *now,
		const u8 *former, size_t n);

#endif
