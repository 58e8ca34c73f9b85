/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single elements of sets, asked of the kernel, for sets that are too large to
 * be dumped whole. */
#ifndef ZW_LOADER_ELEMENT_H
#define ZW_LOADER_ELEMENT_H

#include "loader/socket.h"

/* ELEMENT is the body (N bytes of attributes) of one element as it stands in a
 * NEWSETELEM message about set SET of TABLE (family inet). 0: the kernel's set
 * has an element that begins and ends there; -ENOENT: it has not; else what
 * went wrong. */
int zw_element_ask(struct zw_socket *socket, const char *table, const char *set,
		   const u8 *element, size_t n);

#endif
