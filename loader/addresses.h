/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of a namespace's interfaces, as its kernel has them. Law: both
 * lists (links, addresses) are of one moment each, or it is an error; names are
 * the primary ones, as `iifname` matches them. */
#ifndef ZW_LOADER_ADDRESSES_H
#define ZW_LOADER_ADDRESSES_H

#include "base/own.h"

/* Fill OWN with what the namespace NETNS has (NULL: the caller's), but for its
 * source. Of addresses, what base/own.h says counts; temporary ones (RFC 8981)
 * and duplicates do not, tentative and deprecated ones do. 0 or a negative
 * errno: -ENOENT where there is no such namespace, -EAGAIN after five attempts
 * that were all interrupted by changes. */
int zw_read_addresses(struct zw_arena *arena, const char *netns,
		      struct zw_own_addresses *own);

#endif
