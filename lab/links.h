/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links, addresses, routes and neighbours by rtnetlink. Law: requests are
 * collected and sent in one go per namespace; nothing has happened before
 * zw_links_send(). A mistake of the caller (text that is no address) ends the
 * process; what the kernel refuses comes back as its errno. */
#ifndef ZW_LAB_LINKS_H
#define ZW_LAB_LINKS_H

#include "base/types.h"

struct zw_links;

/* Requests for the namespace NS, which must stay open until the end. */
struct zw_links *zw_links_new(int ns);
void zw_links_free(struct zw_links *links);

/* A veth pair: one end here, the other in the namespace PEER_NS. Both get the
 * interface number INDEX (its namespace must not have it), a fixed hardware
 * address, no ARP, and are down. */
struct zw_veth {
	const char *name;
	int index;
	const u8 *mac;
};
void zw_links_veth(struct zw_links *links, struct zw_veth here, int peer_ns,
		   struct zw_veth there);

void zw_links_up(struct zw_links *links, int index);

/* The address TEXT ("10.1.0.1/16", "fd00:1::1/48") on the interface, usable at
 * once, without the route to its prefix. */
void zw_links_address(struct zw_links *links, int index, const char *text);

/* The prefix TEXT lies behind a next hop on the interface; the next hop is
 * 169.254.0.2 or fe80::2 and taken as directly reachable. */
void zw_links_route(struct zw_links *links, int index, const char *text);

/* The next hops of zw_links_route() have the hardware address MAC for ever. */
void zw_links_next_hop(struct zw_links *links, int index, const u8 mac[6]);

/* Send all and forget them: 0, or the negative errno of the first refusal,
 * with the number of that request (from 0) in *AT if AT is not NULL. */
int zw_links_send(struct zw_links *links, unsigned *at);

#endif
