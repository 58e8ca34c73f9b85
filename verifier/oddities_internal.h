/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of verifier/oddities.h share. A stage is a base chain as
 * packets of one path and family meet it, with all chains that they get to from
 * there. */
#ifndef ZW_VERIFIER_ODDITIES_INTERNAL_H
#define ZW_VERIFIER_ODDITIES_INTERNAL_H

#include "verifier/oddities.h"
#include "verifier/symbolic_internal.h"
#include "verifier/targets.h"

struct stage {
	struct scene scene;
	zw_node *come; /* by chain: packets that may come to it */
};

struct reader {
	struct zw_arena *arena;	  /* of results */
	struct zw_arena *scratch; /* dies with the attempt */
	struct zw_symbolic *s;
	struct zw_diagrams *d;
	ZW_VEC(struct stage *) stages;
	bool *busy; /* by chain: there, or where it leads, something is done
		     * beside deciding */
	zw_oddities *out;
};

/* A chain, and its rules at the stages at which packets come to it. */
struct look {
	struct reader *r;
	u32 chain;
	const struct zw_chain *c;
	u32 n;		   /* rules */
	size_t width;	   /* stages */
	struct stage **at; /* [stage] */
	/* All by [rule * width + stage]. */
	struct product *alone; /* jumps are leaves */
	struct product *rule;  /* jumps are taken; the chain's end is told */
	zw_node *match;	       /* packets that the rule is about */
	/* By [node * width + stage]; node 1 is all rules, 2k and 2k+1 the
	 * halves of k. */
	zw_node *taken;	       /* by rules of the node, as they all are */
	zw_node *about;	       /* packets that the node's rules are about; all
				* where one of them changes packets */
	struct product *whole; /* rules of the node, one after the other */
	struct product *kept;  /* without those taken out */
	bool *removed;
};

/* Fill in the rules. */
void zw_look_rules(struct look *look);
/* Judge the rules of LOOK, last to first. */
void zw_look_judge(struct look *look);
/* Who takes what the rule at index I is about; fills in WHY and what hangs on
 * it. */
void zw_look_by(struct look *look, u32 i, struct zw_oddity *oddity);
/* REACH behind a product: those that go on, as they are then. */
zw_node zw_reach_behind(struct reader *r, zw_node reach, struct product p);
/* Has the expression no other work than to decide? An unnamed counter is lost
 * with its rule; iptables gives one to each. */
bool zw_only_decides(const struct zw_expr *expr);

#endif
