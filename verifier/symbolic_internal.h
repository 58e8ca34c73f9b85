/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the symbolic evaluation share among themselves.
 *
 * Inside, a leaf is the number of an outcome: how a rule or chain ends, which
 * changes it made to the packet before, and (of rules, before they are bound)
 * which chain it goes to. Law of changes: a diagram is a function of the packet
 * as it was at the diagram's own beginning. */
#ifndef ZW_VERIFIER_SYMBOLIC_INTERNAL_H
#define ZW_VERIFIER_SYMBOLIC_INTERNAL_H

#include <stdlib.h>

#include "base/map.h"
#include "verifier/alike.h"
#include "verifier/symbolic.h"

/* The first five are enum zw_pass, so that a path's diagram needs no
 * translation. */
enum outcome_kind {
	DROPS = ZW_PASS_DROP,
	ACCEPTS = ZW_PASS_ACCEPT,
	REJECTS_RESET = ZW_PASS_REJECT_RESET,
	REJECTS_ADMIN = ZW_PASS_REJECT_ADMIN,
	REJECTS_OTHER = ZW_PASS_REJECT_OTHER,
	GO_ON, /* with the next rule; of a chain: its end was reached */
	RETURNS,
	JUMPS,
	GOES_TO,
	LOSES, /* sight of the packet; CHAIN is the number of the loss */
	OUTCOME_KINDS,
};

/* Which kinds of leaves a diagram may have: 1 << kind, and whether any of them
 * carries changes. Never too few, sometimes too many. */
#define KIND(kind) (1u << (kind))
#define CHANGED KIND(OUTCOME_KINDS)

struct product {
	zw_node node;
	u32 kinds;
};

/* A base chain, or what the kernel does by itself between two of them. */
enum step_kind {
	STEP_CHAIN,
	STEP_CONNTRACK,	  /* the packet's entry is there from now on */
	STEP_DESTINATION, /* entries' translations of destinations */
	STEP_SOURCE,	  /* translations of sources, which are not followed */
};

struct zw_same_chains {
	struct zw_alike *alike;
	struct zw_map summaries; /* by scene and what the chain says */
	ZW_VEC(struct product) v;
};

struct zw_made_chain {
	bool known;
	struct product chain;
	/* which of the approximations were met in it, and whether doubts or
	 * losses were */
	size_t first, count;
	bool doubtful;
	/* by chain, as in struct scene; NULL where they are not kept */
	struct product *memo;
	u8 *state;
};

struct step {
	enum step_kind kind;
	struct product chain;
};

struct zw_steps {
	struct step *v;
	size_t n, cap;
};

struct outcome {
	u8 kind;
	u32 change; /* number of a list of changes; 0: none */
	u32 chain;  /* of JUMPS, GOES_TO, LOSES */
};

struct change {
	const struct zw_rewrite *v;
	u32 n;
};

/* Outcomes 0..OUTCOME_KINDS-1 are those without changes and chains. */
struct zw_outcomes {
	struct zw_arena *arena;
	ZW_VEC(struct outcome) v;
	ZW_VEC(struct change) changes;
	struct zw_map outcome_map, change_map;
};

struct zw_outcomes *zw_outcomes_new(struct zw_arena *arena);
/* The leaf for an outcome; equal ones are one. */
u32 zw_outcome_leaf(struct zw_outcomes *o, enum outcome_kind kind, u32 change,
		    u32 chain);
/* Put N rewrites in the order of their variables. */
void zw_sort_rewrites(struct zw_rewrite *v, size_t n);
/* The number of a list of changes, N > 0, sorted by variable. */
u32 zw_change_new(struct zw_outcomes *o, const struct zw_rewrite *v, size_t n);
/* The change FIRST and then SECOND. */
u32 zw_change_then(struct zw_outcomes *o, u32 first, u32 second);

struct scene;
/* Called with the scene as it stands before a base chain (scene->chain), and
 * the packets that meet it by its type and devices. */
typedef void zw_visit_chain(struct scene *scene, zw_node come);

/* Where a chain is evaluated. */
struct scene {
	struct zw_symbolic *s;
	enum zw_family family;
	enum zw_path path;
	u32 table_family;
	u32 hook;
	s32 priority;
	bool has_in, has_out; /* interfaces */
	bool has_route;	      /* the packet has been routed */
	bool has_entry;	      /* conntrack has seen it */
	bool unjoined; /* a packet in one fragment still has that header */
	struct zw_steps *steps;
	struct product *memo; /* by chain */
	u8 *state;	      /* by chain: CHAIN_... */
	u32 depth;
	u32 budget; /* summaries that may yet be computed */
	/* Of zw_symbolic.care, those that no base chain before has dropped. In
	 * a base chain built for them alone (CAREFUL): the packets that may
	 * reach the chain at hand, and those for which each known summary is
	 * right. */
	zw_node care;
	bool careful;
	zw_node reach;
	zw_node *reached; /* by chain */
	/* the rule at hand, for messages */
	u32 chain, position;
	u32 kinds; /* of the leaves that it has made so far */
	/* If there is one, chains are shown to it and not evaluated. */
	zw_visit_chain *visit;
	void *visitor;
};

enum {
	CHAIN_NEW,
	CHAIN_BUSY,
	CHAIN_KNOWN,
};

struct registers {
	zw_bit bits[8 * ZW_REG_BYTES];
	u32 index;   /* 1 + the slot of an interface's number: anything but 0;
		      * or 0 */
	bool unreal; /* something unknown in it is not known to vary */
};

/* B after the change: what B says of the packet as changed. */
zw_node zw_after_change(struct zw_symbolic *s, u32 change, zw_node b);
/* A then B, where what accepts goes on as well if PAST_ACCEPT: A and B are base
 * chains. N of them, divided in halves. */
struct product zw_then_all(struct zw_symbolic *s, const struct product *v,
			   size_t n, bool past_accept);
struct product zw_then(struct zw_symbolic *s, struct product a,
		       struct product b, bool past_accept);
struct product zw_base_chain(struct scene *scene, u32 chain);
/* Is a base chain built for the packets of scene->care alone? */
bool zw_chain_cares(const struct scene *scene, u32 chain);
/* RULE of the scene's chain at the index POSITION; jumps are leaves. */
struct product zw_rule_alone(struct scene *scene, u32 position,
			     const struct zw_rule *rule);
/* P with what it jumps to in the place of jumps. */
struct product zw_jumps_taken(struct scene *scene, struct product p);
/* Every base chain that packets of PATH and FAMILY meet, in their order. */
void zw_symbolic_visit(struct zw_symbolic *symbolic, enum zw_path path,
		       enum zw_family family, zw_visit_chain *visit,
		       void *visitor);
struct product zw_chain_summary(struct scene *scene, u32 chain);
/* Sets scene->kinds. */
zw_node zw_rule_diagram(struct scene *scene, const struct zw_rule *rule);

/* A set that is inside or not as nobody can say; noted under the rule at hand
 * and expression EXPR. */
zw_node zw_unknown(struct scene *scene, u32 expr, bool real, const char *what);
/* Likewise, for a limit of which the predicate NAME is known; INVERTED: it
 * matches where the predicate does not hold. */
zw_node zw_unknown_limit(struct scene *scene, u32 expr, struct zw_str name,
			 bool inverted, const char *what);
/* Likewise, whether a set that is exchanged in place has its former content. */
zw_node zw_unknown_content(struct scene *scene, u32 expr);
void zw_doubt(struct scene *scene, const char *what);
/* Number of the loss WHAT under the rule at hand. */
u32 zw_loss(struct scene *scene, const char *what);

/* Does EXPR load the kind of the input interface? */
static inline bool zw_loads_link_type(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_META && expr->meta.key == NFT_META_IIFTYPE;
}
/* Load into the registers; the result is the set of packets for which the
 * expression does not break the rule. */
zw_node zw_load(struct scene *scene, const struct zw_expr *expr, u32 number,
		struct registers *regs);
/* Packets that have the first N (to 20) bytes of the transport header, and
 * those that are no later fragments. */
zw_node zw_bytes_there(struct scene *scene, u32 n);
zw_node zw_not_later(struct scene *scene, u32 number);
/* The field of the hop limit as this hook sees it. */
u32 zw_hops_field(struct scene *scene);
void zw_put_unknown(struct registers *regs, u32 slot, u32 len, bool real);

#endif
