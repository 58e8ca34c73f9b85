/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoded rulesets made by hand or at random, for tests of what reads them. */
#ifndef ZW_TESTS_UNIT_VERIFIER_RULES_H
#define ZW_TESTS_UNIT_VERIFIER_RULES_H

#include "tests/harness/harness.h"
#include "verifier/ruleset.h"

struct rules {
	struct zw_arena *arena;
	struct zw_ruleset ruleset;
	/* the rule being written */
	ZW_VEC(struct zw_expr) exprs;
	u32 number; /* of the next rule, for its comment */
};

void rules_begin(struct rules *r);
void rules_end(struct rules *r);

/* A table; the numbers are places in the ruleset. */
u32 rules_table(struct rules *r, const char *name, u32 family);
u32 rules_base(struct rules *r, u32 table, const char *name, u32 hook,
	       s32 priority, bool drop);
u32 rules_chain(struct rules *r, u32 table, const char *name);

/* Expressions of the rule at hand; slots are register slots. */
void expr_payload(struct rules *r, u32 base, u32 offset, u32 len, u32 dreg);
void expr_meta(struct rules *r, u32 key, u32 dreg);
void expr_ct(struct rules *r, u32 key, u32 direction, u32 dreg);
void expr_exthdr(struct rules *r, u32 op, u32 type, u32 dreg);
void expr_mask(struct rules *r, u32 reg, u32 len, const u8 *mask);
void expr_cmp(struct rules *r, u32 sreg, u32 op, const void *bytes, u32 len);
void expr_range(struct rules *r, u32 sreg, u32 op, const void *from,
		const void *to, u32 len);
void expr_verdict(struct rules *r, s32 code, u32 chain);
void expr_reject(struct rules *r, u32 type, u32 code);
void expr_value(struct rules *r, u32 dreg, const void *bytes, u32 len);
struct zw_expr *expr_new(struct rules *r, enum zw_expr_kind kind);
/* Append the rule to CHAIN. */
void rules_add(struct rules *r, u32 chain);

/* Whole rules' parts in one go. */
void match_name(struct rules *r, bool out, const char *name);
void match_number(struct rules *r, u32 base, u32 offset, u32 len, u64 value);
void match_proto(struct rules *r, u32 number);
void match_state(struct rules *r, u32 bits);
void match_family(struct rules *r, u32 nfproto);

/* A ruleset of several chains, sets and maps, whatever comes; interface names
 * are "a0", "a1", "b0"; addresses lie in few small ranges. */
void rules_random(struct rules *r, struct zw_random *random);

#endif
