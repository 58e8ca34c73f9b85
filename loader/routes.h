/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces of a namespace and what lies behind each, as its kernel's main
 * routing tables have it. Law: only what a packet can be forwarded to counts
 * (unicast routes; no loopback, no link-local IPv6, no multicast); a route by
 * several interfaces counts for each of them. */
#ifndef ZW_LOADER_ROUTES_H
#define ZW_LOADER_ROUTES_H

#include "statement/ways.h"

struct zw_routes {
	ZW_VEC(struct zw_link) links; /* index and name, without loopback */
	zw_route_list routes;	      /* in the kernel's order */
	bool more; /* rules of policy routing choose among further tables */
};

/* Read them in the namespace NETNS (NULL: the caller's). 0 or a negative errno:
 * -ENOENT where there is no such namespace, -EINTR if they kept changing. */
int zw_routes_read(struct zw_arena *arena, const char *netns,
		   struct zw_routes *routes);

#endif
