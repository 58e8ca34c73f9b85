/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evaluation of one rule, as its files share it. Law: zw_run_go(run, i)
 * is the diagram of the rule's expressions from the I-th on, for the packets
 * that reach it; every leaf made is noted in the scene's kinds. */
#ifndef ZW_VERIFIER_SYMBOLIC_RULE_H
#define ZW_VERIFIER_SYMBOLIC_RULE_H

#include "verifier/symbolic_internal.h"

/* Questions in a row that wait for their rule's end. */
#define ZW_RUN_ASKED 32

struct zw_rule_run {
	struct scene *scene;
	const struct zw_rule *rule;
	struct zw_arena *arena; /* of this rule alone */
	zw_node asked[ZW_RUN_ASKED];
	u32 n_asked;
};

static inline struct zw_diagrams *zw_run_diagrams(const struct zw_rule_run *run)
{
	return run->scene->s->space->d;
}

zw_node zw_run_go(struct zw_rule_run *run, u32 i, const struct registers *regs);
zw_node zw_run_leaf(const struct zw_rule_run *run, enum outcome_kind kind);
/* The rule goes on with THEN where CONDITION holds. */
zw_node zw_run_guard(const struct zw_rule_run *run, zw_node condition,
		     zw_node then);
/* Expression I decides by something unknown. */
zw_node zw_run_maybe(const struct zw_rule_run *run, u32 i, bool real,
		     const char *what);
/* Expression I is not understood: it may do anything. */
zw_node zw_run_anything(const struct zw_rule_run *run, u32 i, const char *what);
/* A token bucket, or a count of connections, of the packets with one value of
 * KEY. */
zw_node zw_run_limit(const struct zw_rule_run *run, u32 i,
		     const struct zw_expr *expr, struct zw_str key);
/* All that is no load, test, limit or translation. */
zw_node zw_run_other(struct zw_rule_run *run, u32 i,
		     const struct registers *regs);
/* From here nobody knows where the packet, or a copy of it, goes. */
zw_node zw_run_lost(const struct zw_rule_run *run, const char *what);
/* The packet itself goes on, a copy or something of it does not. */
zw_node zw_run_beside_lost(struct zw_rule_run *run, u32 i,
			   const struct registers *regs, const char *what);
zw_node zw_run_ruling(const struct zw_rule_run *run, u32 i,
		      const struct zw_ruling *r);

/* TYPE and CODE as in the expression. */
zw_node zw_run_reject(const struct zw_rule_run *run, u32 type, u32 code);

/* Lookups with and without a value. */
zw_node zw_run_map(struct zw_rule_run *run, const struct zw_expr *expr,
		   const struct registers *regs, u32 i);
zw_node zw_run_set(struct zw_rule_run *run, u32 i,
		   const struct registers *regs);

/* Changes of the packet, and the rest of the rule. */
zw_node zw_run_set_meta(struct zw_rule_run *run, const struct zw_expr *expr,
			const struct registers *regs, u32 i);
zw_node zw_run_set_ct(struct zw_rule_run *run, const struct zw_expr *expr,
		      const struct registers *regs, u32 i);
zw_node zw_run_set_payload(struct zw_rule_run *run, const struct zw_expr *expr,
			   const struct registers *regs, u32 i);
zw_node zw_run_notrack(struct zw_rule_run *run, const struct registers *regs,
		       u32 i);

/* FIELD takes BITS (highest first); then the rest of the rule. */
zw_node zw_run_change(struct zw_rule_run *run, u32 i, u32 field,
		      const zw_bit *bits, const struct registers *regs);

/* The same for N fields (to 2) at once. */
struct zw_field_change {
	u32 field;
	const zw_bit *bits;
};
zw_node zw_run_changes(struct zw_rule_run *run, u32 i,
		       const struct zw_field_change *changes, u32 n,
		       const struct registers *regs);

/* Extensions of iptables. */
zw_node zw_run_match(struct zw_rule_run *run, const struct registers *regs,
		     u32 i);
zw_node zw_run_target(struct zw_rule_run *run, const struct registers *regs,
		      u32 i);

/* nat, masq, redir, and the targets of that kind. */
zw_node zw_run_translation(struct zw_rule_run *run,
			   const struct registers *regs, u32 i);

/* Registers alone. */
void zw_do_bitwise(const struct zw_expr *expr, struct registers *regs);
void zw_do_byteorder(const struct zw_expr *expr, struct registers *regs);
void zw_do_immediate(const struct zw_expr *expr, struct registers *regs);
/* Where bit BIT (0 lowest) of the WORD-th 32-bit word in host order lies in
 * memory. */
u32 zw_host_bit(u32 word, u32 bit);

#endif
