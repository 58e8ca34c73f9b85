/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the gateway's routing takes a packet, foretold from the description of
 * a bed. Law: the kernel does the same or drops the packet for reasons of
 * its own, which are ZW_WAY_NOWHERE here. */
#ifndef ZW_LAB_ROUTING_H
#define ZW_LAB_ROUTING_H

#include "lab/testbed.h"

enum zw_way_kind {
	ZW_WAY_OUT,
	ZW_WAY_SELF,	/* delivered to the gateway */
	ZW_WAY_NOWHERE, /* dies in routing, whatever the rules say */
};

struct zw_way {
	enum zw_way_kind kind;
	unsigned out; /* OUT: by this interface */
	bool own;     /* SELF: one of the gateway's unicast addresses */
};

struct zw_routing;
struct zw_routing *zw_routing_new(const struct zw_testbed_spec *spec);
void zw_routing_free(struct zw_routing *ways);

/* Of a packet that came in by an interface. */
struct zw_way zw_routing_of(const struct zw_routing *ways, struct zw_ip src,
			    struct zw_ip dst);
/* Of a packet of the gateway itself; what does not leave it is NOWHERE. */
struct zw_way zw_routing_sent(const struct zw_routing *ways, struct zw_ip dst);
/* By which interface the gateway reaches DST; ZW_NOWHERE: none. */
int zw_routing_toward(const struct zw_routing *ways, struct zw_ip dst);
/* Is IP one of the gateway's own addresses, or broadcast to it? */
bool zw_routing_is_own(const struct zw_routing *ways, struct zw_ip ip);
/* An own address of FAMILY, the N-th modulo their count, and its interface;
 * false: there is none. */
bool zw_routing_own(const struct zw_routing *ways, enum zw_family family, u32 n,
		    struct zw_ip *ip, unsigned *interface);
/* The N-th own address of FAMILY on INTERFACE; false: there is none. */
bool zw_routing_on(const struct zw_routing *ways, unsigned interface,
		   enum zw_family family, u32 n, struct zw_ip *ip);

#endif
