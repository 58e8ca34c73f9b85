/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims to verdicts, on one decoded ruleset. Law: proved only if the set of
 * packets that would violate the claim is empty and nothing in the ruleset is
 * in doubt; refuted only with a packet that the interpreter confirmed;
 * undecided in every other case, with the reason. */
#ifndef ZW_VERIFIER_PROVE_H
#define ZW_VERIFIER_PROVE_H

#include "verifier/region.h"
#include "verifier/verify.h"
#include "verifier/witness.h"

struct zw_prover {
	struct zw_arena *arena; /* of the results */
	struct zw_arena *scratch;
	struct zw_space *space;
	struct zw_symbolic *symbolic;
	const struct zw_interpreter *interpreter; /* NULL until it is needed */
	const struct zw_statement *statement;
	const struct zw_sources *sources; /* may be NULL */
	struct zw_regions *regions;
	bool without[ZW_FAMILY_COUNT]; /* whose packets do not count */
	/* The ruleset was made elsewhere and is proved with what it has: where
	 * it lets packets of standing connections pass whatever their direction
	 * that is an assumption, not a refutation; and helpers expect nothing
	 * where it gives connections none. */
	bool foreign;
	/* Nothing but the statement's claims is asked, so that paths need say
	 * nothing of other packets. */
	bool claims_alone;
	/* by path, computed when first asked for */
	struct {
		bool known;
		zw_node diagram;  /* leaves enum zw_pass */
		zw_node accepted; /* a set */
		zw_node legal;	  /* packets that can exist */
	} paths[ZW_PATH_COUNT];
	/* What does not change with a ruleset, or only with the chains before
	 * routing: the policy's meaning, and the regions of the statement's
	 * claims as packets arrive in them. */
	struct {
		bool known;
		zw_node meaning;
		bool *region_known; /* by claim; NULL: none yet */
		zw_node *regions;
	} asked[ZW_PATH_COUNT];
	/* What passed before, on each path: of a mixture only what else passes
	 * is a violation. */
	bool is_mixture;
	zw_node passed[ZW_PATH_COUNT];
	/* The sets of packets that break a claim, as they were met. */
	ZW_VEC(zw_node) violations;
};

struct zw_prover *zw_prover_new(struct zw_arena *arena,
				struct zw_arena *scratch,
				struct zw_space *space,
				const struct zw_ruleset *ruleset,
				const struct zw_statement *statement,
				const struct zw_sources *sources);

/* The same for RULESET, which is that of BASE but for what TOUCHED says
 * (zw_symbolic_variant): claims and what else there is are BASE's. */
struct zw_prover *zw_prover_variant(struct zw_arena *arena,
				    struct zw_arena *scratch,
				    const struct zw_prover *base,
				    const struct zw_ruleset *ruleset,
				    struct zw_touched touched);

/* Compute the diagrams of the paths that the statement's claims need. False if
 * the space is stale or the budget is spent. */
bool zw_prover_paths(struct zw_prover *prover);

/* The prover's ruleset is a mixture at its last moment: what passes there,
 * while every set has its former content, is what passed before. */
bool zw_prover_former(struct zw_prover *prover);
/* The ruleset's moment is another now. */
bool zw_prover_again(struct zw_prover *prover);
/* The same for one path. */
bool zw_prover_path(struct zw_prover *prover, enum zw_path path);

/* What passes on PATH when the rules' own limits are not reached and their
 * windows are open. The path must have been made. */
zw_node zw_prover_can_pass(struct zw_prover *prover, enum zw_path path);

/* Decide CLAIM. RESULT is zeroed but for its claim. */
void zw_prove(struct zw_prover *prover, struct zw_claim_result *result);

/* Measure the set of violating packets of one path. */
void zw_extent_measure(struct zw_arena *arena, const struct zw_space *space,
		       zw_node set, struct zw_extent *extent);

#endif
