/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of the audit trail. Law: a line is one JSON object without blanks,
 * its members always in the same order, in UTF-8. */
#ifndef ZW_STATE_AUDIT_ENTRY_H
#define ZW_STATE_AUDIT_ENTRY_H

#include "state/audit.h"

/* ENTRY as line NUMBER (from 1) behind one of digest PREVIOUS, without a line
 * end, in ARENA. */
struct zw_str zw_audit_entry_line(struct zw_arena *arena,
				  const struct zw_audit_entry *entry,
				  u64 number, struct zw_str previous);
/* The number and the digest that LINE has. False if it is no such line. */
bool zw_audit_entry_read(struct zw_arena *arena, struct zw_str line,
			 u64 *number, struct zw_str *previous);

/* Cut the first line off TEXT, without its end; the last one may lack its end.
 * False where nothing is left. */
bool zw_audit_line(struct zw_str *text, struct zw_str *line);

#endif
