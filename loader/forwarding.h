/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the kernel forwards packets at all. */
#ifndef ZW_LOADER_FORWARDING_H
#define ZW_LOADER_FORWARDING_H

#include "base/types.h"

/* Turn forwarding of both families on or off, in the namespace NETNS (NULL: the
 * caller's). A family that the kernel has not is passed over. 0 or a negative
 * errno; the other family is tried all the same. */
int zw_forwarding_set(const char *netns, bool on);

#endif
