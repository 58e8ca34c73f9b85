/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failure mode and effects analysis: each single fault made on the decoded
 * ruleset (or on what the statement says of the gateway) and the claims proved
 * again. Law: which claims fall under a fault, and with which verdict, is what
 * a proof of the faulty gateway from the beginning would say; each packet shown
 * has been run by the interpreter through the faulty ruleset.
 *
 * Quick, since a fault changes little: the space, its diagrams and the chains
 * that the fault does not touch are shared by all; where every packet fares as
 * before no claim is decided again. */
#ifndef ZW_VERIFIER_FMEA_H
#define ZW_VERIFIER_FMEA_H

#include "verifier/fault.h"
#include "verifier/verify.h"

/* The worst that a fault does, worst first. */
enum zw_effect {
	ZW_EFFECT_ISOLATION, /* something passes from a dmz to an internal zone
			      * that a claim forbids */
	ZW_EFFECT_SAFETY,    /* something else passes that a claim forbids */
	ZW_EFFECT_DOUBT,     /* a claim can no longer be proved */
	ZW_EFFECT_SERVICE,   /* something is refused that a claim wants */
	ZW_EFFECT_MORE,	     /* no claim falls, but more passes than the policy
			      * says, or elsewhere */
	ZW_EFFECT_LESS,	     /* no claim falls, but less passes, or is refused
			      * otherwise */
	ZW_EFFECT_NONE,	     /* no packet that can exist fares otherwise, as far
			      * as claims and policy speak of it */
	ZW_EFFECTS,
};

/* "isolation", "safety", ...: for options and programs. */
const char *zw_effect_name(enum zw_effect effect);

struct zw_failure {
	struct zw_fault fault;
	enum zw_effect effect;
	/* Claims that were proved and are not, in the statement's order; the
	 * policy's exactness last. */
	ZW_VEC(struct zw_claim_result) fallen;
	/* A packet that claims forbid and that the fault lets by where it is:
	 * its last step is what stops it all the same. */
	bool has_still;
	struct zw_witness still;
};

struct zw_fmea {
	struct zw_verification base; /* without a fault; no digest */
	u64 known;		     /* faults there are */
	u64 tried;
	u64 seed; /* of the sample, if fewer were tried */
	u64 by_mode[ZW_FAULT_MODES][ZW_EFFECTS];
	u64 by_effect[ZW_EFFECTS];
	ZW_VEC(struct zw_failure)
	failures; /* all that were tried: by effect,
		   * then in the order of the list */
};

struct zw_fmea_options {
	size_t node_limit; /* 0: 20 million */
	u32 modes;	   /* mask of 1 << mode; 0: all */
	u64 sample;	   /* try so many, drawn; 0: all */
	u64 seed;
	bool foreign; /* the ruleset need not be ours (prove.h) */
	void (*progress)(void *context, unsigned done); /* or NULL; 0..1000 */
	void *progress_context;
};

/* The result lives in ARENA. Where claims are not proved without a fault they
 * cannot fall. False if the proof without a fault is not possible within the
 * limit: then BASE says why and nothing was tried. */
bool zw_fmea(struct zw_arena *arena, const struct zw_sources *sources,
	     const struct zw_ruleset *ruleset,
	     const struct zw_statement *statement,
	     const struct zw_fmea_options *options, struct zw_fmea *out);

#endif
