/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two rulesets, packet by packet. Law: they are equal exactly if every packet
 * that can exist fares alike in both: verdict, manner of refusal, translated
 * addresses, and under the same limits and times. What differs is told pair of
 * parties by pair, each difference once, with a packet that shows it. Unknowns
 * of the two are the same where they are of the same text. */
#ifndef ZW_VERIFIER_COMPARE_H
#define ZW_VERIFIER_COMPARE_H

#include "verifier/classes.h"
#include "verifier/parties.h"

enum zw_change_kind {
	ZW_CHANGE_OPENED,     /* nothing of it passed, now it can */
	ZW_CHANGE_CLOSED,     /* it could pass, now it cannot */
	ZW_CHANGE_CONDITION,  /* passes in both, at other times or loads */
	ZW_CHANGE_TRANSLATED, /* passes in both, with other addresses */
	ZW_CHANGE_REFUSAL,    /* refused in both, in another manner */
	ZW_CHANGE_OTHER,      /* packets that begin no flow as docs/QUESTIONS.md
			       * has them; only where nothing above is said of
			       * the same two parties */
	ZW_CHANGE_KINDS,
};

/* A packet of a class: what it met in the ruleset that passes it (of a changed
 * manner: in the second), and how it fared in the other. */
struct zw_change_example {
	bool found;
	struct zw_witness witness;
	struct zw_str other_outcome;
	ZW_VEC(struct zw_step) other_path;
};

struct zw_change {
	enum zw_change_kind kind;
	const struct zw_party *from, *to;
	enum zw_path path;
	struct zw_classes classes;
	struct zw_str count; /* of (source, destination, protocol, key) */
	ZW_VEC(struct zw_change_example) examples; /* of the first classes */
};

struct zw_comparison {
	bool equal;
	/* Who they are: of the first for CLOSED, of the second else. */
	struct zw_parties parties[2];
	ZW_VEC(struct zw_change) changes; /* by kind, then by pair */
	/* They are not equal, but only in packets between no two parties. */
	bool elsewhere;
};

/* Compare the two rulesets of STUDY, with examples of at most EXAMPLES classes
 * of each change. */
void zw_compare(struct zw_study *study, size_t examples,
		struct zw_comparison *out);

#endif
