/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two rulesets side by side: what a packet can meet while a transaction puts
 * one in the other's place. Law: for every moment from 0 to MOMENTS the ruleset
 * is one that some packet may meet, and each that a packet may meet is among
 * them (or lets less pass). A packet reads the generation anew at each base
 * chain, so the base chains that it meets first may run as they were and the
 * later ones as they are; at MOMENTS all run as they were, at 0 as they are.
 *
 * What changes outside of that order, at a time of its own, is free:
 *  - the content of a set that is exchanged in place, and that of an interval
 *    set made in the same transaction, at each lookup: the former or the new
 *    one (zw_set.former);
 *  - the policy of a base chain: where it changes, it accepts. */
#ifndef ZW_VERIFIER_MIXTURE_H
#define ZW_VERIFIER_MIXTURE_H

#include "verifier/ruleset.h"

struct zw_mixture {
	struct zw_ruleset ruleset; /* set its moment */
	u32 moments;		   /* places at which the order can be cut */
	bool guarded;		   /* there was a base chain before */
	bool differs;		   /* else no packet can tell them apart */
	bool sets, policies;	   /* something changes at a time of its own */
};

/* NEW must have been decoded onto FORMER, so that numbers agree. The result
 * lives in ARENA and borrows from both. */
void zw_mixture_make(struct zw_arena *arena, const struct zw_ruleset *former,
		     const struct zw_ruleset *new, struct zw_mixture *mixture);

#endif
