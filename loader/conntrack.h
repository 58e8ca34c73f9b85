/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections that a kernel follows. Law: what is deleted is the entry that
 * was read (by its tuple and its number), never one that took its place; an
 * entry that is gone by itself meanwhile is no error. */
#ifndef ZW_LOADER_CONNTRACK_H
#define ZW_LOADER_CONNTRACK_H

#include "loader/socket.h"
#include "statement/connection.h"

/* Append every entry of both families, then every expectation, to OUT. Entries
 * that come while this reads may be missing. 0 or a negative errno; a kernel
 * without conntrack has none. */
int zw_conntrack_read(struct zw_arena *arena, struct zw_socket *socket,
		      zw_connections *out);

/* Delete the N connections of LIST. *GONE counts those that are gone by this.
 * 0, or the negative errno of the first that could not be deleted. */
int zw_conntrack_delete(struct zw_socket *socket,
			const struct zw_connection *const *list, size_t n,
			size_t *gone);

#endif
