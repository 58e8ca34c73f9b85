/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random packets against a gateway with a policy. Law: every packet is judged;
 * what each kind of packet is in conntrack's eyes is known from how it was
 * made. */
#ifndef ZW_TESTS_POLICY_STORM_H
#define ZW_TESTS_POLICY_STORM_H

#include "tests/packets/policy_draw.h"
#include "tests/packets/policy_gateway.h"

struct zw_storm;
struct zw_storm *zw_storm_new(struct zw_policy_gateway *gateway, u64 seed);
void zw_storm_free(struct zw_storm *storm);
/* Send COUNT packets or a few more. */
void zw_storm_run(struct zw_storm *storm, unsigned count);

/* ---- For the files of the storm alone ------------------------------------*/

struct zw_storm_portless {
	u8 proto;
	struct zw_ip src, dst;
};

struct zw_storm {
	struct zw_policy_gateway *gateway;
	struct zw_draw *draw;
	struct zw_random random;
	/* No two connections since conntrack was last flushed have a source
	 * port (or echo identifier) in common, so that no packet is taken for
	 * one of another's. */
	u16 next_port;
	/* Connections without ports, which only addresses tell apart. */
	struct zw_storm_portless portless[512];
	unsigned portless_count;
};

u16 zw_storm_port(struct zw_storm *storm);
/* True with a chance of 1 in N. */
bool zw_storm_chance(struct zw_storm *storm, u32 n);
/* A fresh packet of any zones, protocol and port, by the interface that its
 * source lies behind, or by another. */
struct zw_policy_packet zw_storm_fresh(struct zw_storm *storm);
/* Several packets of one connection, and errors about it. */
void zw_storm_flow(struct zw_storm *storm);
/* Neighbour discovery, listener reports, DHCP. */
void zw_storm_link(struct zw_storm *storm);

#endif
