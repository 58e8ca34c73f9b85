/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Behind which interface an address lies, as the gateway's own routing has it.
 * Law: every link that a packet from or to the address may use is named; where
 * that is not known, all links are. */
#ifndef ZW_STATEMENT_WAYS_H
#define ZW_STATEMENT_WAYS_H

#include "statement/gateway.h"

/* What can be forwarded to by a link. */
struct zw_route {
	u32 index; /* of the link */
	enum zw_family family;
	struct zw_interval prefix;
};

typedef ZW_VEC(struct zw_route) zw_route_list;

struct zw_ways;
/* A GATEWAY whose links and addresses are known, and its ROUTES (both
 * borrowed). MORE: rules or tables beside the main one choose the way as well,
 * so routes prove nothing. */
struct zw_ways *zw_ways_new(struct zw_arena *arena,
			    const struct zw_gateway *gateway,
			    const zw_route_list *routes, bool more);

/* An address of the gateway. */
bool zw_ways_own(const struct zw_ways *ways, struct zw_ip ip);
/* A packet to it is for the gateway: its own, broadcast or multicast. */
bool zw_ways_delivered(const struct zw_ways *ways, struct zw_ip ip);

/* Names of the links, *N of them, valid as long as WAYS. Never loopback. */
const struct zw_str *zw_ways_to(const struct zw_ways *ways, struct zw_ip ip,
				size_t *n);

#endif
