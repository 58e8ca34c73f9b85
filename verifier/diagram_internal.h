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

struct edge {
	u32 hi; /* inclusive; the low end is the edge before, plus one */
	u32 to;
};

struct node {
	u32 variable;
	u32 count;
	u32 first; /* index into edges */
};

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

/* An operand seen as a list of edges of VARIABLE: its own where it tests
 * VARIABLE, a single edge to itself where it does not. */
struct cursor {
	struct edge whole;
	u32 at; /* NO_EDGE: the single edge */
};

static inline struct cursor cursor_at(const struct zw_diagrams *d, u32 id,
				      u32 variable)
{
	if (top_of(d, id) == variable)
		return (struct cursor){ { 0, 0 }, node_of(d, id)->first };
	return (struct cursor){ { max_of(d, variable), id }, NO_EDGE };
}

static inline struct edge cursor_edge(const struct zw_diagrams *d,
				      const struct cursor *c)
{
	return c->at == NO_EDGE ? c->whole : d->edges[c->at];
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

/* The index of the edge of node ID that VALUE lies on. */
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
