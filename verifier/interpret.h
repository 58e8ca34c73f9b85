/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The concrete interpreter: one packet through a decoded ruleset.
 *
 * Law: it does what the kernel does with these bytes, register by register, and
 * is the second opinion on every witness: it shares with the symbolic execution
 * the types of ruleset.h and packet.h and no code. It allocates nothing for a
 * packet unless a trace is asked for.
 *
 * What depends on more than packet and ruleset (a limit's bucket, a random
 * number, the clock, the routes) is asked of the caller and recorded. */
#ifndef ZW_VERIFIER_INTERPRET_H
#define ZW_VERIFIER_INTERPRET_H

#include "verifier/packet.h"
#include "verifier/ruleset.h"
#include "verifier/verify.h"

/* A ruleset made ready: chains by hook, set indices. Borrows RULESET. */
struct zw_interpreter;
struct zw_interpreter *zw_interpreter_new(struct zw_arena *arena,
					  const struct zw_ruleset *ruleset);

/* Asked for each approximated expression that the packet meets. CHOICE comes
 * with chain, position and expr set and holds = true; fill in HOLDS and, for an
 * expression that loads, VALUE. Return false to say "no choice made": then the
 * default (holds; loads zeroes) is taken. */
typedef bool zw_choose(void *context, const struct zw_expr *expr,
		       struct zw_choice *choice);

/* A chooser over an array: CONTEXT is a struct zw_choice_list. */
struct zw_choice_list {
	const struct zw_choice *v;
	size_t n;
};
zw_choose zw_choose_from_list;

enum zw_run_verdict {
	ZW_RUN_ACCEPT, /* left the last hook of its path */
	ZW_RUN_DROP,
	ZW_RUN_REJECT,	    /* dropped with an answer */
	ZW_RUN_STOLEN,	    /* fwd, synproxy: it went another way */
	ZW_RUN_REASSEMBLED, /* a fragment, and defragmentation is on: it
			     * waits for its datagram; ask with that one */
};

#define ZW_RUN_CHOICES 64

struct zw_run {
	enum zw_run_verdict verdict;
	enum zw_path path;   /* differs from the one asked for after a
			      * redirection to the gateway itself */
	u32 hook;	     /* NF_INET_* where it ended; NF_INET_INGRESS (5) */
	u32 chain, position; /* the rule that decided (position 0: policy);
			      * ZW_NONE if no chain did */
	u32 reject_type, reject_code; /* of ZW_RUN_REJECT, as in the rule */
	u64 rules, exprs; /* met on the way, whether they matched or not */
	bool dnat, snat;  /* the packet's addresses or ports were rewritten */
	bool masqueraded; /* source now: an address of the output interface,
			   * not known here; the bytes hold the choice's value
			   * or still the old source */
	bool redirected;  /* destination now: an address of the gateway; as
			   * above */
	bool copied;	  /* dup made a copy that went its own way */
	bool offloaded;	  /* flow_offload took the flow */
	struct zw_packet packet; /* as it left */
	u32 n_choices; /* used, in order; more than fit are only counted */
	struct zw_choice choices[ZW_RUN_CHOICES];
	/* Something was met whose outcome is not known even as a choice (fib,
	 * socket, an unknown expression, an unread set, ...): the first of
	 * them. The run went on with the choice or its default. */
	bool unmodelled;
	u32 unmodelled_chain, unmodelled_position;
	const char *unmodelled_reason;
};

/* What runs have met of a ruleset: rules that held to their end, and rows of
 * sets in which a key was found. */
struct zw_met {
	bool **rules; /* [chain][position - 1] */
	bool **rows;  /* [set][row] */
};
struct zw_met *zw_met_new(struct zw_arena *arena,
			  const struct zw_ruleset *ruleset);

/* Where to keep the steps (zeroed vector; ARENA NULL: nowhere), and what is
 * met (NULL: nowhere). */
struct zw_trace {
	struct zw_arena *arena;
	ZW_VEC(struct zw_step) steps;
	struct zw_met *met;
};

/* Run PACKET (borrowed) along PATH. CHOOSE may be NULL: all defaults. TRACE may
 * be NULL. */
void zw_interpret(const struct zw_interpreter *interpreter,
		  const struct zw_packet *packet, enum zw_path path,
		  zw_choose *choose, void *context, struct zw_trace *trace,
		  struct zw_run *run);

/* Does defragmentation run before prerouting's -400 for this family
 * (NFPROTO_IPV4, _IPV6), since a rule of it uses conntrack? */
bool zw_interpreter_defragments(const struct zw_interpreter *interpreter,
				u8 family);

#endif
