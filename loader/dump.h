/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel holds, as netlink messages. Law: a dump is consistent (one
 * generation from its first to its last message) or it is an error. The
 * messages are those of the kernel, one behind another, in the layout that
 * batches have as well, so one decoder reads both. */
#ifndef ZW_LOADER_DUMP_H
#define ZW_LOADER_DUMP_H

#include "loader/socket.h"

/* Append the whole table TABLE of FAMILY (an NFPROTO_ number), or every table
 * where TABLE is NULL, to OUT: tables, chains, sets with their elements, rules,
 * objects, flowtables. *GENERATION is the kernel's generation that it shows.
 * 0 or a negative errno; -EAGAIN after five attempts that were all interrupted
 * by changes. A missing table is an empty dump. */
int zw_dump_table(struct zw_socket *socket, u8 family, const char *table,
		  struct zw_buf *out, u32 *generation);

/* All tables of all families, likewise. Of a set that holds more than
 * ELEMENTS_MAX elements (0: no bound) no element is read: the dump has no
 * element message for it, where it has at least one for every other set, and
 * the verifier takes its content as unknown. The kernel tells how many a set
 * holds since 6.16; before, the size that it was declared with counts. */
int zw_dump_all(struct zw_socket *socket, u32 elements_max, struct zw_buf *out,
		u32 *generation);

/* Who owns a table may change it as if nobody did: take the owner out of what the
 * N bytes of a DUMP tell of TABLE of FAMILY. True if there was one. */
bool zw_dump_disown(u8 *dump, size_t n, u8 family, const char *table);

/* Append to OUT the messages about table TABLE of FAMILY among the N bytes of a
 * dump. */
void zw_dump_select(struct zw_buf *out, const u8 *dump, size_t n, u8 family,
		    const char *table);

#endif
