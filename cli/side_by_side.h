/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of work in processes of their own, as many at a time as there are
 * processors. Law: a process begins with everything its parent has and gives
 * back bytes alone; its memory ends with it. A piece whose process ended in any
 * other way than by finishing it has no result, and it is said how it ended. */
#ifndef ZW_CLI_SIDE_BY_SIDE_H
#define ZW_CLI_SIDE_BY_SIDE_H

#include "base/str.h"

struct zw_side_by_side {
	size_t n; /* pieces, from 0 */
	/* In a process of its own: what it adds to OUT comes back. */
	void (*work)(void *context, size_t piece, struct zw_buf *out);
	/* In this process, in the order in which they end. STATUS is 0 and
	 * RESULT whole, or STATUS is the exit status, or 128 and the signal, of
	 * a process that did not finish. RESULT is valid during the call. */
	void (*done)(void *context, size_t piece, int status,
		     struct zw_str result);
	void *context;
};

/* Do all pieces. 0, or a negative errno where processes cannot be made; those
 * that were made have ended then. */
int zw_side_by_side(const struct zw_side_by_side *all);

#endif
