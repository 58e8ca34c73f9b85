/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of a policy that decide nothing, by its meaning. Law: all rules that
 * are listed can be taken out together without any flow faring otherwise (of
 * DEAD ones: nothing that they allow passes). An allow without limits that is
 * not listed decides about some flow. */
#ifndef ZW_VERIFIER_REDUNDANT_H
#define ZW_VERIFIER_REDUNDANT_H

#include "base/vec.h"
#include "statement/statement.h"

enum zw_redundancy {
	ZW_REDUNDANT_DEAD,    /* an allow all of which BY refuse */
	ZW_REDUNDANT_COVERED, /* BY say the same, and perhaps more */
	ZW_REDUNDANT_IDLE,    /* a deny of what nothing allows */
};

struct zw_redundant {
	enum zw_redundancy kind;
	u32 rule;	/* of the statement */
	ZW_VEC(u32) by; /* none of which can be left out */
};

typedef ZW_VEC(struct zw_redundant) zw_redundants;

/* MATTERS[rule]: it does something besides deciding (log, count). In the order
 * of the text. False if that takes more than NODE_LIMIT nodes (0: 20 million).
 */
bool zw_redundant_rules(struct zw_arena *arena,
			const struct zw_statement *statement,
			const bool *matters, size_t node_limit,
			zw_redundants *out);

#endif
