/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the interpreter's files share. Law: struct zw_machine is all state of
 * one run; an expression changes registers, packet or verdict of the machine
 * and nothing else. */
#ifndef ZW_VERIFIER_INTERPRET_INTERNAL_H
#define ZW_VERIFIER_INTERPRET_INTERNAL_H

#include "verifier/interpret.h"
#include "verifier/packet_walk.h"
#include "verifier/xt.h"

#define ZW_VERDICT_REJECT 0x100 /* NF_DROP with an answer */

/* Priorities of the kernel's own hooks. */
#define ZW_PRIORITY_DEFRAG (-400)
#define ZW_PRIORITY_CONNTRACK (-200)
#define ZW_PRIORITY_NAT_DST (-100)
#define ZW_PRIORITY_NAT_SRC 100

/* One entry of a hook: a chain, or all nat chains of the hook, which run
 * together where the kernel's nat hook stands. */
struct zw_hook_entry {
	u32 chain; /* ZW_NONE: the nat chains */
	s32 priority;
	u32 registered;
};

struct zw_hook_list {
	ZW_VEC(struct zw_hook_entry) entries; /* in the order of running */
	ZW_VEC(u32) nat;		      /* nat chains in theirs */
};

/* Boxes sorted by the first field, as a tree over [lo, hi): the middle one is
 * the root, and TOP[i] is the highest first field in the subtree of i. */
struct zw_box_index {
	const u32 *rows; /* n, sorted by the first field's lo; NULL: no index */
	const u8 *top;	 /* n * first field's length */
};

#define ZW_HOOKS 8 /* NF_INET_* 0..4, ingress 5, egress 6 */
#define ZW_EGRESS 6

struct zw_interpreter {
	const struct zw_ruleset *ruleset;
	struct zw_hook_list hooks[2][ZW_HOOKS]; /* [is IPv6][hook] */
	struct zw_box_index *boxes;		/* [set] */
	bool conntrack[2];			/* [is IPv6] */
	bool nat[2];
};

#define ZW_RENEWED_MAX 16

struct zw_machine {
	const struct zw_interpreter *in;
	const struct zw_ruleset *ruleset;
	struct zw_run *run;
	struct zw_packet *packet; /* &run->packet */
	zw_choose *choose;
	void *context;
	struct zw_trace *trace; /* of steps; NULL: none */
	struct zw_met *met;

	struct zw_dissection d;
	bool v6;
	u32 hook;
	bool has_in, has_out; /* interfaces that this hook knows */
	bool tracked;	      /* conntrack has seen the packet */
	bool untracked;	      /* "notrack" */
	bool content_changed; /* behind the headers, in ways not followed */
	bool bound; /* a nat expression made a binding in this chain */

	u32 table_family;	   /* of the chain */
	u32 chain, position, expr; /* where it is */
	const struct zw_rule *rule;
	_Alignas(8) u8 regs[ZW_REG_BYTES + 16];
	struct zw_ruling verdict; /* NFT_CONTINUE while the rule goes on */
	u64 steps;		  /* rules met, against endless gotos */

	/* In a mixture: the sets whose new content was met, and whether a base
	 * chain ran as it is. */
	u32 renewed[ZW_RENEWED_MAX], renewed_count;
	bool new_rules;
};

/* Ask for the outcome of an approximated expression. HOLDS is the default.
 * REASON: not even a choice can be known to occur; NULL otherwise. */
struct zw_choice zw_machine_ask(struct zw_machine *m,
				const struct zw_expr *expr, bool holds,
				const char *reason);
/* Ask, and load the chosen value into DREG or break. */
void zw_machine_ask_load(struct zw_machine *m, const struct zw_expr *expr,
			 u8 dreg, u32 len, const char *reason);
void zw_machine_break(struct zw_machine *m);
/* Note that the outcome here is not known even as a choice. */
void zw_machine_unmodelled(struct zw_machine *m, const char *reason);

static inline u8 *zw_machine_reg(struct zw_machine *m, u8 slot)
{
	return m->regs + 4 * (slot < ZW_REG_SLOTS ? slot : 0);
}

/* Store LEN bytes and zero the rest of the last slot. */
void zw_machine_store(struct zw_machine *m, u8 slot, const void *bytes,
		      u32 len);

/* The entry that the packet has here: true if conntrack knows it. */
bool zw_machine_has_entry(const struct zw_machine *m);
/* Take the packet through conntrack: tuples of a new one. */
void zw_machine_track(struct zw_machine *m);

/* Expressions (interpret_load.c, interpret_lookup.c, interpret_nat.c). */
void zw_eval_payload(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_payload_set(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_meta(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_meta_set(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_ct(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_ct_set(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_exthdr(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_lookup(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_objmap(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_nat(struct zw_machine *m, const struct zw_expr *expr);
/* What a match of iptables comes to. */
enum zw_held {
	ZW_BREAKS,
	ZW_HOLDS,
	ZW_HELD_DROPS,
	ZW_ASKS,	/* it can come out either way */
	ZW_ASKS_UNREAL, /* it is not even known that it can */
};

/* Extensions of iptables (interpret_xt.c, interpret_xt_more.c,
 * interpret_xt_target.c). */
enum zw_held zw_match_more(const struct zw_machine *m, const struct zw_xt *xt);
void zw_eval_match(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_target(struct zw_machine *m, const struct zw_expr *expr);
void zw_eval_object(struct zw_machine *m, const struct zw_expr *expr,
		    u32 object);

/* Row of SET that holds KEY, or ZW_NONE. */
u32 zw_set_find(const struct zw_set *set, const struct zw_box_index *index,
		const u8 *key);
void zw_box_index_build(struct zw_arena *arena, const struct zw_set *set,
			struct zw_box_index *index);

/* Run a base chain; NF_ACCEPT, NF_DROP, NF_STOLEN, ZW_VERDICT_REJECT. */
s32 zw_run_chain(struct zw_machine *m, u32 chain);
/* The nat hook of the current hook. */
s32 zw_run_nat(struct zw_machine *m, const struct zw_hook_list *list);

#endif
