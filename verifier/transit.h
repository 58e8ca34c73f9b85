/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One gateway of several, as packets come to it, pass, and leave for the next.
 * All of them share one space. Law: sets are of packets as they arrive here;
 * "by a link" is by interfaces of the link's zone. Between questions a gateway
 * keeps its diagrams alone, so that memory is that of these and of the largest
 * ruleset: zw_transit_wake() decodes it again. */
#ifndef ZW_VERIFIER_TRANSIT_H
#define ZW_VERIFIER_TRANSIT_H

#include "statement/network.h"
#include "verifier/on_wire.h"
#include "verifier/prove.h"
#include "verifier/translation.h"

struct zw_transit {
	struct zw_arena *scratch;
	const struct zw_network *network;
	const struct zw_network_gateway *gateway;
	struct zw_str batch;	   /* the ruleset's bytes */
	struct zw_arena *decoded;  /* NULL: asleep */
	struct zw_ruleset ruleset; /* while awake */
	struct zw_prover *prover;  /* regions know what lies here */
	bool joined;		   /* zw_space.joined is this here */
	struct {
		bool known;
		/* The sources with which packets leave by links, each once;
		 * NULL: those that they came with. */
		ZW_VEC(const struct zw_translation *) sources;
	} paths[ZW_PATH_COUNT];
	zw_node onto_links; /* what leaves by any */
	/* What comes or leaves by any: the rest never leaves this gateway's own
	 * zones, and its diagrams say nothing of it. */
	zw_node travelling[ZW_PATH_COUNT];
	/* Destinations, as packets come with them, that the rules translate. */
	zw_node published;
};

/* Gateway NUMBER of NETWORK with what BATCH (borrowed; zw_decode() takes it)
 * makes, awake, in SPACE; what is found lives in ARENA. */
struct zw_transit *zw_transit_new(struct zw_arena *arena,
				  struct zw_arena *scratch,
				  struct zw_space *space,
				  const struct zw_network *network, u32 number,
				  struct zw_str batch,
				  const struct zw_sources *sources);

void zw_transit_wake(struct zw_transit *transit);
void zw_transit_sleep(struct zw_transit *transit);

/* Make the diagrams of PATH, of a gateway that is awake. False if the space is
 * stale or the budget spent. */
bool zw_transit_path(struct zw_transit *transit, enum zw_path path);

/* Why nothing can be proved of what passes here; empty: nothing prevents it. To
 * be asked when all paths have been made. */
struct zw_str zw_transit_doubt(const struct zw_transit *transit);

/* Of PASSING, packets that pass on PATH: those that are in SET, a set over the
 * interfaces of links and what is on the wire, as they leave. Where the gateway
 * takes one of several addresses or any port, or an address that nobody knows,
 * all that can be are asked. Of entries of conntrack that translate sources it
 * is taken that their flows began by a link as well, and of all that they were
 * made by the ruleset: ZW_TRANSIT_ASSUMED. */
#define ZW_TRANSIT_ASSUMED \
	"connections whose addresses a gateway translates were begun under its ruleset, and keep the interface by which they left"
zw_node zw_transit_leaving(struct zw_transit *transit, enum zw_path path,
			   zw_node passing, zw_node set);

/* Packets that leave by, or arrive by, link number LINK. Empty where the
 * gateway is not on it. */
zw_node zw_transit_onto(struct zw_transit *transit, u32 link);
zw_node zw_transit_from(struct zw_transit *transit, u32 link);

#endif
