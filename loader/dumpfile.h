/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway's state in a file: nf_tables as netlink messages, and the gateway's
 * facts. Law: a file is read whole and right, or not at all; the last 32 bytes
 * are the SHA-256 of all before, so a cut or changed file is known as one.
 *
 * Layout, numbers little-endian:
 *   8 bytes   "zwdump\r\n"
 *   4 bytes   version, 1
 *   sections: 4 bytes kind, 8 bytes length, that many bytes. Kinds:
 *     1  messages of nf_tables, each as the kernel sent it
 *     2  the gateway's facts, text (statement/gateway.h)
 *     others are for later versions and an error here
 *   32 bytes  SHA-256 */
#ifndef ZW_LOADER_DUMPFILE_H
#define ZW_LOADER_DUMPFILE_H

#include "statement/gateway.h"

/* Does TEXT begin as such a file does? */
bool zw_dumpfile_is(struct zw_str text);

void zw_dumpfile_write(struct zw_buf *out, const void *messages, size_t n,
		       const struct zw_gateway *gateway);

/* Take a file apart; MESSAGES points into TEXT. NULL, or what is wrong with it
 * ("it was cut off", ...), a literal or of ARENA. */
const char *zw_dumpfile_read(struct zw_arena *arena, struct zw_str text,
			     struct zw_str *messages,
			     struct zw_gateway *gateway);

#endif
