/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ordered interval decision diagrams: functions from a few bounded numbers
 * (variables) to a small number (the leaf), as shared, reduced graphs.
 *
 * Law: a node tests one variable of at most 32 bits; its edges are sorted,
 * adjacent intervals that cover the variable's whole domain; no two
 * neighbouring edges lead to the same node, and equal nodes are one node. So
 * equal functions have equal ids: comparing two diagrams is comparing two
 * numbers. Variables are ordered by their number, lower ones nearer the root.
 * Nodes live until zw_diagrams_free().
 *
 * Budget: a zw_diagrams holds at most NODE_LIMIT nodes and EDGE_LIMIT edges.
 * Once an operation would pass the limit the manager is exhausted for good:
 * every operation returns leaf 0 at once and zw_diagrams_exhausted() is true.
 * A caller must ask before it believes a result.
 *
 * A set is a diagram with the leaves 0 (outside) and 1 (inside). */
#ifndef ZW_VERIFIER_DIAGRAM_H
#define ZW_VERIFIER_DIAGRAM_H

#include "base/arena.h"

struct zw_diagrams;

typedef struct {
	u32 id;
} zw_node;

#define ZW_EMPTY ((zw_node){ 0 }) /* leaf 0: the empty set */
#define ZW_ALL ((zw_node){ 1 })	  /* leaf 1: the whole set */

static inline bool zw_same(zw_node a, zw_node b)
{
	return a.id == b.id;
}

struct zw_diagrams *zw_diagrams_new(size_t node_limit, size_t edge_limit);
void zw_diagrams_free(struct zw_diagrams *d);
bool zw_diagrams_exhausted(const struct zw_diagrams *d);
/* For statistics: nodes alive, edges alive, bytes held. */
size_t zw_diagrams_nodes(const struct zw_diagrams *d);
size_t zw_diagrams_edges(const struct zw_diagrams *d);
size_t zw_diagrams_bytes(const struct zw_diagrams *d);
/* Work done so far, in edges looked at; and a budget for it: at most STEPS
 * more from now on, then the manager is exhausted. Without a call: no limit. */
u64 zw_diagrams_steps(const struct zw_diagrams *d);
void zw_diagrams_limit_steps(struct zw_diagrams *d, u64 steps);

/* Nodes with EDGES (3 or more) and more that lead to two children in turn share
 * their bounds (diagram_stripe.c); without a call those with 1024. To be called
 * before any node is made: a smaller number is for tests, a larger one costs
 * time and memory, and the functions are the same. */
void zw_diagrams_stripe_from(struct zw_diagrams *d, u32 edges);

/* A new variable with the domain 0 .. MAX, ordered after all earlier ones. */
u32 zw_variable_new(struct zw_diagrams *d, u32 max);
u32 zw_variable_max(const struct zw_diagrams *d, u32 variable);
u32 zw_variable_count(const struct zw_diagrams *d);

/* The constant function VALUE (any number below 2^31). */
zw_node zw_leaf(struct zw_diagrams *d, u32 value);
bool zw_is_leaf(const struct zw_diagrams *d, zw_node n);
u32 zw_leaf_value(const struct zw_diagrams *d, zw_node n);

/* The variable that A looks at first; UINT32_MAX for a leaf. */
u32 zw_top(const struct zw_diagrams *d, zw_node a);

struct zw_range {
	u32 lo, hi; /* inclusive */
};

/* The set "VARIABLE lies in one of the N ranges"; ranges sorted, disjoint. */
zw_node zw_in(struct zw_diagrams *d, u32 variable,
	      const struct zw_range *ranges, size_t n);

/* One branch of a function by cases: values up to HI (from the HI of the
 * branch before, exclusive) lead to TO. The last branch's HI is the maximum. */
struct zw_branch {
	u32 hi;
	zw_node to;
};

/* The function that looks at VARIABLE first. The children may test any
 * variables, smaller ones and VARIABLE itself too (then its value in the
 * branch is known): the result is ordered and reduced. */
zw_node zw_switch(struct zw_diagrams *d, u32 variable,
		  const struct zw_branch *branches, size_t n);

/* Sets. */
zw_node zw_and(struct zw_diagrams *d, zw_node a, zw_node b);
zw_node zw_or(struct zw_diagrams *d, zw_node a, zw_node b);
zw_node zw_minus(struct zw_diagrams *d, zw_node a, zw_node b);
zw_node zw_not(struct zw_diagrams *d, zw_node a);
bool zw_disjoint(struct zw_diagrams *d, zw_node a, zw_node b);
bool zw_subset(struct zw_diagrams *d, zw_node a, zw_node b);
/* Union or intersection of N sets by balanced division; V is overwritten. */
zw_node zw_or_all(struct zw_diagrams *d, zw_node *v, size_t n);
zw_node zw_and_all(struct zw_diagrams *d, zw_node *v, size_t n);

/* If CONDITION (a set) then A else B; A and B may have any leaves. */
zw_node zw_if(struct zw_diagrams *d, zw_node condition, zw_node a, zw_node b);

/* The leaf-wise combination: at each point the leaf COMBINE(context, leaf of
 * A, leaf of B). COMBINE must be a pure function of its arguments. Results are
 * cached under TAG, which must be new (zw_tag_new) for each different COMBINE
 * or context. COMBINE may return ZW_UNDETERMINED when called with one of the
 * leaves ZW_UNDETERMINED (meaning: that operand is not a leaf yet) to say "go
 * on"; any other answer then ends the recursion early. ZW_OTHER ends it with
 * the undetermined operand as it is ("continue" then B is B): say so where it
 * is true, it saves a copy of the whole operand. COMBINE is never called with
 * both undetermined. */
#define ZW_UNDETERMINED UINT32_MAX
#define ZW_OTHER (UINT32_MAX - 1)
typedef u32 zw_combine(void *context, u32 a, u32 b);
u32 zw_tag_new(struct zw_diagrams *d);
zw_node zw_apply(struct zw_diagrams *d, u32 tag, zw_combine *combine,
		 void *context, zw_node a, zw_node b);

/* The same where COMBINE of a leaf with itself is 0, as for "is not what it
 * was": what both have in common is not walked. */
zw_node zw_apply_differing(struct zw_diagrams *d, u32 tag, zw_combine *combine,
			   void *context, zw_node a, zw_node b);

/* The first of the N diagrams V, at most ZW_FIRST_MOST, that is another leaf
 * than PASS there, and PASS where none is: several zw_apply() at once, without
 * what they would make in between. TAG as for zw_apply(), one for each PASS. */
#define ZW_FIRST_MOST 8
zw_node zw_first(struct zw_diagrams *d, u32 tag, u32 pass, const zw_node *v,
		 size_t n);

/* Put for each leaf of A the diagram TO(context, leaf) in its place (any
 * diagrams: the result is ordered and reduced). TO is called once for each
 * different leaf reached, in the order of the walk. Cached within the call. */
typedef zw_node zw_bind_leaf(void *context, u32 leaf);
zw_node zw_bind(struct zw_diagrams *d, zw_node a, zw_bind_leaf *to,
		void *context);

/* The set of points where A has a leaf for which WANTED says true. */
typedef bool zw_want_leaf(void *context, u32 leaf);
zw_node zw_where(struct zw_diagrams *d, zw_node a, zw_want_leaf *wanted,
		 void *context);

/* The same under a TAG (zw_tag_new) of its own for each different WANTED or
 * context, so that asking again finds what was asked before. */
zw_node zw_where_again(struct zw_diagrams *d, u32 tag, zw_node a,
		       zw_want_leaf *wanted, void *context);
/* The set of points where A has the leaf LEAF; found again likewise. */
zw_node zw_where_leaf(struct zw_diagrams *d, zw_node a, u32 leaf);

/* A with VARIABLE fixed to VALUE. */
zw_node zw_fix(struct zw_diagrams *d, zw_node a, u32 variable, u32 value);

/* A simultaneous rewriting of variables: for each entry the variable takes
 * the constant VALUE, or the value that the variable SOURCE has (domains must
 * be equal). "A after the rewriting": the function x -> A(rewritten x). */
struct zw_rewrite {
	u32 variable;
	bool is_copy;
	u32 value; /* the constant, or the source variable */
};
zw_node zw_substitute(struct zw_diagrams *d, zw_node a,
		      const struct zw_rewrite *rewrites, size_t n);

/* Is any of the N variables V tested in A? If not, no rewriting of them changes
 * it. Takes one walk over A. */
bool zw_tests_any(const struct zw_diagrams *d, zw_node a, const u32 *v,
		  size_t n);

/* Set TESTED[V] for each variable V that A tests; others stay as they are. */
void zw_tested(const struct zw_diagrams *d, zw_node a, bool *tested);

/* Quantification of sets over the variables V (sorted): the points for which
 * some / every value of them is inside. */
zw_node zw_exists(struct zw_diagrams *d, zw_node a, const u32 *v, size_t n);
zw_node zw_forall(struct zw_diagrams *d, zw_node a, const u32 *v, size_t n);

/* A generalised cofactor: a function that equals A wherever CARE (a set) is
 * inside and is anything, preferably smaller, elsewhere. */
zw_node zw_constrain(struct zw_diagrams *d, zw_node a, zw_node care);

/* One member of the set A, the lowest in the order of variables. VALUES has
 * room for one number per variable; variables that do not matter get their
 * value in PREFERRED (may be NULL: 0). Where a tested variable's preferred
 * value leads to a member it is taken. False if A is empty. */
bool zw_pick(const struct zw_diagrams *d, zw_node a, const u32 *preferred,
	     u32 *values);
/* The leaf of A at the point VALUES. */
u32 zw_at(const struct zw_diagrams *d, zw_node a, const u32 *values);

/* Walk the set A as disjoint boxes, in ascending order. For each box RANGES
 * has one entry per variable (untested ones: whole domain), with runs of a
 * variable's values that lead to the same node given as several intervals:
 * COUNTS[v] ranges start at RANGES[v]. VISIT returns false to end the walk. */
struct zw_box {
	const struct zw_range *const *ranges; /* [variable] */
	const u32 *counts;		      /* [variable] */
};
typedef bool zw_visit_box(void *context, const struct zw_box *box);
/* True if the walk was not ended by VISIT. */
bool zw_boxes(const struct zw_diagrams *d, zw_node a, zw_visit_box *visit,
	      void *context);

/* How many points the set A has over the N variables V (sorted; A must test no
 * others). Decimal text, NUL-terminated, exact up to 2^512 ("more than 2^512"
 * above that); TEXT needs 160 bytes. */
char *zw_count(const struct zw_diagrams *d, zw_node a, const u32 *v, size_t n,
	       char text[160]);

/* A function given by N disjoint or overlapping keys, each a box over the same
 * K variables (ascending), as the sets and maps of nf_tables are. Built by
 * division, not by N unions; O(n log n) when the keys are disjoint. Where keys
 * overlap the one with the lower index wins; where none matches the result is
 * OTHERWISE. KEYS is N*K ranges, row by row. One key is a box. */
zw_node zw_table(struct zw_diagrams *d, const u32 *variables, size_t k,
		 const struct zw_range *keys, const u32 *leaves, size_t n,
		 u32 otherwise);

#endif
