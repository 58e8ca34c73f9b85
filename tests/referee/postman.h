/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet from gateway to gateway by the concrete interpreter alone: the
 * second opinion on what is decided end to end. Law: reads the network's links
 * and zones and each gateway's decoded bytes, and nothing of diagrams. */
#ifndef ZW_TESTS_POSTMAN_H
#define ZW_TESTS_POSTMAN_H

#include "tests/harness/whole_network.h"
#include "verifier/interpret.h"

struct zw_postman {
	struct zw_arena *arena;
	const struct zw_network *network;
	struct zw_ruleset *rulesets;		    /* by gateway */
	const struct zw_interpreter **interpreters; /* by gateway */
};

/* On BATCHES, which are the network's or others. */
void zw_postman_new(struct zw_arena *arena, const struct zw_network *network,
		    const struct zw_str *batches, struct zw_postman *postman);

/* The packet as GATEWAY lets it out by OUT ("self": takes it), after HOPS
 * others. False ends the tour. */
typedef bool zw_delivered(void *context, u32 gateway, const char *out,
			  const struct zw_packet *packet, u32 hops);

/* Take PACKET, which comes to GATEWAY by the interface that it names, on every
 * way that links allow, over at most MOST gateways; at each it is in STATE,
 * without an entry that says more. */
void zw_postman_tour(const struct zw_postman *postman, u32 gateway,
		     const struct zw_packet *packet, enum zw_ct_state state,
		     u32 most, zw_delivered *delivered, void *context);

/* One run: PACKET at GATEWAY, leaving by OUT ("self": taken). */
void zw_postman_run(const struct zw_postman *postman, u32 gateway,
		    const struct zw_packet *packet, const char *out,
		    struct zw_run *run);

/* The zone with an interface of its own at GATEWAY that packets to DST by OUT
 * go to, or else that DST belongs to (unless OUT is a link's); ZW_ELSEWHERE:
 * neither. */
u32 zw_postman_zone(const struct zw_postman *postman, u32 gateway,
		    const char *out, struct zw_ip dst);

/* A name of an interface that ZONE has at GATEWAY by itself; NULL: none. */
const char *zw_postman_interface(const struct zw_postman *postman, u32 gateway,
				 u32 zone);

/* Links between two gateways; UINT32_MAX: no way. */
u32 zw_postman_distance(const struct zw_postman *postman, u32 from, u32 to);

#endif
