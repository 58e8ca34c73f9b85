/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A netlink socket to nf_tables. Law: one socket belongs to one network
 * namespace for its whole life; every function returns 0 or a negative errno
 * and says nothing itself. */
#ifndef ZW_LOADER_SOCKET_H
#define ZW_LOADER_SOCKET_H

#include "base/str.h"

struct zw_socket;

/* Open one in the namespace NETNS (NULL: the caller's). The send and receive
 * buffers are made as large as the system allows. -EPROTONOSUPPORT or
 * -EAFNOSUPPORT where the kernel has no netfilter netlink. */
int zw_socket_open(const char *netns, struct zw_socket **socket);
void zw_socket_close(struct zw_socket *socket);

/* One that another process has opened; FD is taken. And the descriptor of one,
 * which stays its own. */
struct zw_socket *zw_socket_from(int fd);
int zw_socket_descriptor(const struct zw_socket *socket);
/* Do both belong to one network namespace? False also where the kernel does not
 * tell (before Linux 5.14). */
bool zw_socket_neighbours(const struct zw_socket *a, const struct zw_socket *b);
/* Take and forget what is left of answers that nobody has read. */
void zw_socket_drain(struct zw_socket *socket);

/* How many bytes one sendmsg() takes. */
size_t zw_socket_room(const struct zw_socket *socket);
/* Enlarge the send buffer for a message of N bytes as far as the system allows;
 * returns the room there is then. */
size_t zw_socket_enlarge(struct zw_socket *socket, size_t n);

int zw_socket_send(struct zw_socket *socket, const void *const *parts,
		   const size_t *sizes, size_t n);
/* Receive one datagram into the socket's own buffer (at least 64 KiB). *N is 0
 * when nothing is waiting and WAIT is false. With WAIT it waits up to ten
 * seconds (-ETIMEDOUT). -ENOBUFS: messages were lost. */
int zw_socket_receive(struct zw_socket *socket, bool wait, const u8 **bytes,
		      size_t *n);
/* A sequence number that this socket has not used yet. */
u32 zw_socket_sequence(struct zw_socket *socket);

/* The kernel's nf_tables generation number. */
int zw_socket_generation(struct zw_socket *socket, u32 *generation);

#endif
