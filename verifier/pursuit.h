/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets can come to break a claim, gateway by gateway, backwards: those
 * that do so where they are, those that a gateway sends to one where such
 * packets do, and so on until there are no more. Law: a set belongs to a round,
 * and a packet of round N has N gateways before it yet. */
#ifndef ZW_VERIFIER_PURSUIT_H
#define ZW_VERIFIER_PURSUIT_H

#include "verifier/transit.h"

/* What is asked at one gateway, as sets of packets that arrive there (or begin
 * there), path by path. */
struct zw_pursued {
	zw_node breaks[ZW_PATH_COUNT];	/* break the claim here */
	zw_node passes[ZW_PATH_COUNT];	/* may break it further on */
	zw_node origins[ZW_PATH_COUNT]; /* come from where the claim says */
};

struct zw_round {
	/* by gateway: those that break the claim in so many hops */
	struct zw_pursued_set {
		zw_node path[ZW_PATH_COUNT];
	} * at;
};

struct zw_pursuit {
	struct zw_arena *scratch;
	struct zw_space *space;
	const struct zw_network *network;
	struct zw_transit **transits;	/* by gateway */
	const struct zw_pursued *asked; /* by gateway */
	/* Links between gateways; NULL: where packets may go from gateway FROM
	 * by LINK is every other gateway on it, else those for which it is
	 * true, by from * gateways + to. */
	const bool *may_go;
	enum zw_wanted
		wanted; /* what a packet that breaks the claim comes to */
	struct zw_on_wire wire;
	ZW_VEC(struct zw_round) rounds;
	zw_node **headers; /* by gateway and link: what arrives by it, of all
			    * rounds so far */
};

/* Fill ROUNDS, to the end or until packets of an origin are among them; true
 * then. False also when the budget is spent. */
bool zw_pursuit_run(struct zw_pursuit *pursuit);
/* Another round; false if there is none. */
bool zw_pursuit_next(struct zw_pursuit *pursuit);

/* May a packet that gateway FROM sends on LINK come to TO? */
bool zw_pursuit_goes(const struct zw_pursuit *pursuit, u32 from, u32 link,
		     u32 to);

/* The packets of an origin in the last round at GATEWAY, on PATH. */
zw_node zw_pursuit_found(const struct zw_pursuit *pursuit, u32 gateway,
			 enum zw_path path);

#endif
