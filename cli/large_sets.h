/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ours that are too large to be read back: the kernel's walk over a set
 * costs the square of its size. Law: what is compared is how many elements the
 * kernel says there are, and single elements out of all parts of the set; what
 * is not compared is taken as it was sent, and that is said. */
#ifndef ZW_CLI_LARGE_SETS_H
#define ZW_CLI_LARGE_SETS_H

#include "base/str.h"
#include "loader/socket.h"

struct zw_large_sets {
	size_t sets, elements; /* that were not read */
	size_t sampled;	       /* elements that were asked for and are there */
	bool counted; /* the kernel told how many there are, and it is right */
};

/* Complete DUMP, a dump in which sets of our table may be without elements, by
 * those that were sent: SENT, N bytes of batches. False if a set is not what
 * was sent; *WHAT says why. */
bool zw_large_sets_complete(struct zw_arena *arena, struct zw_socket *socket,
			    struct zw_buf *dump, const u8 *sent, size_t n,
			    struct zw_large_sets *large, struct zw_str *what);

#endif
