/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One process holds the socket that owns a table; another one borrows it to
 * load. Law: the table keeps its owner throughout: what is handed over is a
 * descriptor of the very socket, and the loan ends with the borrower's
 * connection, also when that is killed. Only a process of the same user, or
 * root, is lent anything. Functions return 0 or a negative errno. */
#ifndef ZW_LOADER_HANDOVER_H
#define ZW_LOADER_HANDOVER_H

#include "loader/socket.h"

/* Where the holder for the namespace NETNS (NULL: the host's) listens. */
struct zw_str zw_handover_path(struct zw_arena *arena, const char *netns);

/* Listen at PATH, whose folders are made where they are missing, for their
 * owner alone. -EADDRINUSE where another holder listens. */
int zw_handover_listen(struct zw_arena *arena, struct zw_str path, int *fd);
/* Take a borrower's connection from LISTENER and lend it SOCKET. -EACCES: a
 * stranger; it was sent away. */
int zw_handover_lend(int listener, const struct zw_socket *socket,
		     int *connection);

/* Borrow the socket of the holder at PATH, if there is one: -ENOENT and
 * -ECONNREFUSED mean that there is none. The loan lasts until *CONNECTION is
 * closed. */
int zw_handover_borrow(struct zw_str path, struct zw_socket **socket,
		       int *connection);

#endif
