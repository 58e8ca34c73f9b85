/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway's facts from its kernel. Law: what could not be read is listed as
 * such (ZW_BESIDE_UNREAD), never taken for absent. */
#ifndef ZW_LOADER_GATEWAY_H
#define ZW_LOADER_GATEWAY_H

#include "statement/gateway.h"

/* Links, addresses, settings and what else moves packets, in the namespace
 * NETNS (NULL: the caller's). 0 or a negative errno: then the namespace could
 * not be entered, or its links not be read. */
int zw_gateway_read(struct zw_arena *arena, const char *netns,
		    struct zw_gateway *gateway);

#endif
