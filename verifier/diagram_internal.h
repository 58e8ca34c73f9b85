/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the diagram files share; callers outside see diagram.h only. Law: the
 * pools (nodes, edges, scratch) move when they grow, so hold indices, never
 * pointers, across anything that may build a node.
 *
 * Ids: below 2^31 a leaf with that value, else LEAF_LIMIT + index of a node. */
#ifndef ZW_VERIFIER_DIAGRAM_INTERNAL_H
#define ZW_VERIFIER_DIAGRAM_INTERNAL_H

#include "base/assert.h"
#include "base/vec.h"
#include "verifier/diagram.h"

#define LEAF_LIMIT 0x80000000u
#define LEAF_VARIABLE UINT32_MAX /* where a leaf stands in the order */
#define NO_EDGE UINT32_MAX
#define NO_STRIPE UINT32_MAX
#define STRIPED 0x80000000u /* in a node's count */

struct edge {
	u32 hi; /* inclusive; the low end is the edge before, plus one */
	u32 to;
};

/* A striped node has the STRIPED number of its stripe as COUNT, and two edges
 * of which only the children count: the first one's has the even intervals of
 * the stripe. */
struct node {
	u32 variable;
	u32 count;
	u32 first; /* index into edges */
};

/* The bounds of nodes that lead to two children in turn (diagram_stripe.c). */
struct stripe {
	u32 first; /* index into bounds, even */
	u32 count;
	u32 hash;
	u32 next; /* number + 1 of the next one with such a hash */
	u64 even; /* values on the even intervals */
};

#define STRIPE_HEADS 1024

/* A place of the unique table. The hash stands beside the number, so that a
 * search that passes by looks at no node. */
struct slot {
	u32 hash;
	u32 node; /* its index + 1, 0: free */
};

/* One remembered result; TAG 0 is an empty place. */
struct cached {
	u32 tag, a, b, c;
	u32 result;
};

/* Results that fall on one line of the processor's cache, the latest first. */
struct cache_line {
	struct cached way[3];
	u32 unused;
};

/* The result of a list of operands; TAG 0 is an empty place. */
struct remembered_list {
	u32 tag, n;
	u32 ids[ZW_FIRST_MOST];
	u32 result;
};

/* A set of variables that was quantified over, and the tag of its results. */
struct quantified {
	u32 *variables;
	size_t n;
	bool forall;
	u32 tag;
};

struct zw_diagrams {
	struct zw_arena *arena; /* variables and quantified sets */

	struct node *nodes;
	size_t node_count, node_room, node_limit;
	struct edge *edges;
	size_t edge_count, edge_room, edge_limit;
	u32 *bounds;
	size_t bound_count, bound_room;
	ZW_VEC(struct stripe) stripes;
	u32 stripe_heads[STRIPE_HEADS];
	u32 stripe_from; /* edges of a node that may be striped */
	struct slot *slots;
	size_t slot_count;

	struct edge *scratch; /* edge lists under construction, a stack */
	size_t scratch_count, scratch_room;

	struct cache_line *cache;
	size_t cache_lines;
	struct remembered_list *lists;
	size_t list_count;

	ZW_VEC(u32) maxima; /* per variable */
	ZW_VEC(struct quantified) quantified;
	u32 last_tag;
	u64 steps, step_limit;
	bool exhausted;
};

/* Tags of the operations whose meaning never changes. */
enum {
	TAG_NONE,
	TAG_AND,
	TAG_OR,
	TAG_MINUS,
	TAG_DISJOINT,
	TAG_SUBSET,
	TAG_IF,
	TAG_FIX,
	TAG_CONSTRAIN,
	TAG_LEAF,
	TAG_LAST_FIXED = TAG_LEAF,
};

static inline bool id_is_leaf(u32 id)
{
	return id < LEAF_LIMIT;
}

static inline const struct node *node_of(const struct zw_diagrams *d, u32 id)
{
	return &d->nodes[id - LEAF_LIMIT];
}

static inline u32 top_of(const struct zw_diagrams *d, u32 id)
{
	return id_is_leaf(id) ? LEAF_VARIABLE : node_of(d, id)->variable;
}

static inline u32 min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline u32 max_of(const struct zw_diagrams *d, u32 variable)
{
	return d->maxima.v[variable];
}

static inline bool is_striped(const struct node *n)
{
	return n->count & STRIPED;
}

static inline u32 stripe_of(const struct node *n)
{
	return n->count & ~STRIPED;
}

static inline u32 edge_count(const struct zw_diagrams *d, const struct node *n)
{
	return is_striped(n) ? d->stripes.v[stripe_of(n)].count : n->count;
}

static inline struct edge edge_of(const struct zw_diagrams *d,
				  const struct node *n, u32 i)
{
	const struct edge *e = &d->edges[n->first];

	if (!is_striped(n))
		return e[i];
	return (struct edge){ d->bounds[d->stripes.v[stripe_of(n)].first + i],
			      e[i & 1].to };
}

/* How many of a node's edges, from n->first on, have all its children: for
 * walks that look at nothing else. */
static inline u32 child_count(const struct node *n)
{
	return is_striped(n) ? 2 : n->count;
}

/* What ID is on the even (0) or odd (1) intervals of VARIABLE's stripe, which
 * it has if it tests VARIABLE. */
static inline u32 child_of(const struct zw_diagrams *d, u32 id, u32 variable,
			   u32 turn)
{
	if (top_of(d, id) != variable)
		return id;
	return d->edges[node_of(d, id)->first + turn].to;
}

static inline bool id_is_striped(const struct zw_diagrams *d, u32 id)
{
	return !id_is_leaf(id) && is_striped(node_of(d, id));
}

/* An operand seen as a list of edges of VARIABLE: its own where it tests
 * VARIABLE, a single edge to itself where it does not. */
struct cursor {
	struct edge whole;
	u32 at;	      /* NO_EDGE: the single edge */
	bool striped; /* AT is the place of a bound, else of an edge */
	u32 end;      /* the place behind the last bound */
	u32 turns[2];
};

static inline struct cursor cursor_at(const struct zw_diagrams *d, u32 id,
				      u32 variable)
{
	const struct node *n;

	if (top_of(d, id) != variable)
		return (struct cursor){ .whole = { max_of(d, variable), id },
					.at = NO_EDGE };
	n = node_of(d, id);
	if (!is_striped(n))
		return (struct cursor){ .at = n->first };
	return (struct cursor){
		.at = d->stripes.v[stripe_of(n)].first,
		.end = d->stripes.v[stripe_of(n)].first + edge_count(d, n),
		.striped = true,
		.turns = { d->edges[n->first].to, d->edges[n->first + 1].to }
	};
}

static inline struct edge cursor_edge(const struct zw_diagrams *d,
				      const struct cursor *c)
{
	if (c->at == NO_EDGE)
		return c->whole;
	if (c->striped)
		return (struct edge){ d->bounds[c->at], c->turns[c->at & 1] };
	return d->edges[c->at];
}

/* Is this a striped operand with two edges and more that end before HI? */
static inline bool cursor_runs(const struct zw_diagrams *d,
			       const struct cursor *c, u32 hi)
{
	return c->striped && c->at + 1 < c->end && d->bounds[c->at + 1] < hi;
}

/* Count one step of work; true if the manager is exhausted. */
static inline bool step(struct zw_diagrams *d)
{
	if (++d->steps > d->step_limit)
		d->exhausted = true;
	return d->exhausted;
}

/* Building a node: remember scratch_count as BASE, push the edges in ascending
 * order (what lies between may build other nodes), then finish. */
void zw_diagram_scratch_grow(struct zw_diagrams *d);
/* Room for N edges more; false, and exhausted, if there is none. */
bool zw_diagram_scratch_room(struct zw_diagrams *d, size_t n);

static inline void push_edge(struct zw_diagrams *d, size_t base, u32 hi, u32 to)
{
	size_t n = d->scratch_count;

	if (n > base && d->scratch[n - 1].to == to) {
		d->scratch[n - 1].hi = hi;
		return;
	}
	if (n == d->scratch_room)
		zw_diagram_scratch_grow(d);
	if (d->exhausted)
		return;
	d->scratch[d->scratch_count++] = (struct edge){ hi, to };
}

/* The one node with VARIABLE and the edges from BASE on, which are popped; leaf
 * 0 if the manager is exhausted. */
u32 zw_diagram_finish(struct zw_diagrams *d, u32 variable, size_t base);

/* The N edges E as a striped node; NO_STRIPE if they make none, leaf 0 if the
 * manager is exhausted. */
u32 zw_diagram_stripe(struct zw_diagrams *d, u32 variable, const struct edge *e,
		      size_t n);
/* The node of a stripe with the children EVEN and ODD, or that child if they
 * are one. */
u32 zw_diagram_striped(struct zw_diagrams *d, u32 variable, u32 stripe,
		       u32 even, u32 odd);
/* The same with the variable and the stripe of the node MODEL. */
u32 zw_diagram_restripe(struct zw_diagrams *d, u32 model, u32 even, u32 odd);
/* Have all of the N operands IDS that test VARIABLE the same stripe, and is
 * there one? Then child_of() has their parts, and *MODEL is one of them. */
bool zw_diagram_alike(const struct zw_diagrams *d, u32 variable, const u32 *ids,
		      size_t n, u32 *model);
/* Push the edges of the striped cursor that end before HI, leading to RESULTS
 * in turn; the cursor is put on the one behind. */
void zw_diagram_push_turns(struct zw_diagrams *d, size_t base,
			   struct cursor *cursor, u32 hi, const u32 results[2]);

/* Zeroed room for a large table, in large pages where the system has them: what
 * is looked up all over a table would else miss the translation of its address
 * as well. */
void *zw_diagram_pages(size_t bytes);
void zw_diagram_pages_free(void *table, size_t bytes);
/* For what grows in place: ask for large pages from now on. */
void zw_diagram_pages_advise(void *table, size_t bytes);

/* The results remembered. C is 0 where an operation has two operands. */
bool zw_diagram_recall(const struct zw_diagrams *d, u32 tag, u32 a, u32 b,
		       u32 c, u32 *result);
void zw_diagram_remember(struct zw_diagrams *d, u32 tag, u32 a, u32 b, u32 c,
			 u32 result);
void zw_diagram_memory_new(struct zw_diagrams *d);
void zw_diagram_memory_free(struct zw_diagrams *d);
/* Have room for about as many results as there are nodes. */
void zw_diagram_memory_grow(struct zw_diagrams *d);
size_t zw_diagram_memory_bytes(const struct zw_diagrams *d);

/* Which edge of node ID it is that VALUE lies on, from 0. */
u32 zw_diagram_edge_at(const struct zw_diagrams *d, u32 id, u32 value);

/* The edges of ID (which tests VARIABLE or later ones) between LO and HI,
 * pushed. */
void zw_diagram_push_part(struct zw_diagrams *d, size_t base, u32 variable,
			  u32 id, u32 lo, u32 hi);

/* A with each leaf L replaced by the leaf TO(context, L). */
typedef u32 zw_map_leaf(void *context, u32 leaf);
zw_node zw_diagram_map(struct zw_diagrams *d, zw_node a, zw_map_leaf *to,
		       void *context);

/* A map from ids to numbers. Zero-initialised is empty; exact, unlike the
 * remembered results. Its order of entry is kept in KEYS. */
struct id_map {
	u32 *slots; /* index into keys + 1 */
	size_t slot_count;
	u32 *keys, *values;
	size_t n, room;
};

void zw_id_map_free(struct id_map *map);
bool zw_id_map_get(const struct id_map *map, u32 key, u32 *value);
/* KEY must not be there yet. */
void zw_id_map_put(struct id_map *map, u32 key, u32 value);

/* All different leaves that A reaches, in the order of the walk, as the keys of
 * LEAVES (values 0). */
void zw_diagram_leaves(const struct zw_diagrams *d, u32 a,
		       struct id_map *leaves);

/* A with each leaf L replaced by the diagram REPLACEMENTS has for L. */
u32 zw_diagram_bind(struct zw_diagrams *d, const struct id_map *replacements,
		    u32 a);

#endif
