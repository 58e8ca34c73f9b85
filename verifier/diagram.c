/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manager of the diagrams: variables, nodes, and the table that keeps equal
 * ones one.
 *
 * Nodes stand in one growing array, their edges one after the other in
 * another. The unique table (open addressing, at most half full) finds the
 * node with a given edge list, so each is built once: that is what makes equal
 * functions equal numbers. Results are remembered beside (diagram_memory.c).
 * Nothing hashes a pointer or asks a clock, so the same calls give the same ids
 * on every machine.
 *
 * Budgets are checked where nodes and edges are added and where work is done;
 * exhaustion is a flag that every recursion looks at, so a computation unwinds
 * instead of failing halfway.
 *
 * The idea of reduced, ordered, shared diagrams is Bryant's (1986); intervals
 * as edges are those of Strehl and Thiele's interval decision diagrams. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 256,
	FIRST_SLOTS = 1024,
	STRIPE_FROM = 1024,
};

struct zw_diagrams *zw_diagrams_new(size_t node_limit, size_t edge_limit)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diagrams *d = ZW_NEW(arena, struct zw_diagrams);

	d->arena = arena;
	d->node_limit = node_limit < LEAF_LIMIT ? node_limit : LEAF_LIMIT - 1;
	d->edge_limit = edge_limit < NO_EDGE ? edge_limit : NO_EDGE - 1;
	d->step_limit = UINT64_MAX;
	d->stripe_from = STRIPE_FROM;
	d->slot_count = FIRST_SLOTS;
	d->slots = zw_diagram_pages(d->slot_count * sizeof(*d->slots));
	zw_diagram_memory_new(d);
	d->last_tag = TAG_LAST_FIXED;
	return d;
}

void zw_diagrams_free(struct zw_diagrams *d)
{
	if (!d)
		return;
	free(d->nodes);
	free(d->edges);
	free(d->bounds);
	zw_diagram_pages_free(d->slots, d->slot_count * sizeof(*d->slots));
	free(d->scratch);
	zw_diagram_memory_free(d);
	zw_arena_free(d->arena);
}

void zw_diagrams_limit_steps(struct zw_diagrams *d, u64 steps)
{
	d->step_limit =
		steps > UINT64_MAX - d->steps ? UINT64_MAX : d->steps + steps;
}

bool zw_diagrams_exhausted(const struct zw_diagrams *d)
{
	return d->exhausted;
}

size_t zw_diagrams_nodes(const struct zw_diagrams *d)
{
	return d->node_count;
}

size_t zw_diagrams_edges(const struct zw_diagrams *d)
{
	return d->edge_count + d->bound_count;
}

u64 zw_diagrams_steps(const struct zw_diagrams *d)
{
	return d->steps;
}

size_t zw_diagrams_bytes(const struct zw_diagrams *d)
{
	return zw_arena_size(d->arena) + d->node_room * sizeof(*d->nodes) +
	       (d->edge_room + d->scratch_room) * sizeof(*d->edges) +
	       d->bound_room * sizeof(*d->bounds) +
	       d->slot_count * sizeof(*d->slots) + zw_diagram_memory_bytes(d);
}

u32 zw_variable_new(struct zw_diagrams *d, u32 max)
{
	u32 variable = (u32)d->maxima.n;

	zw_push(d->arena, d->maxima, max);
	return variable;
}

u32 zw_variable_max(const struct zw_diagrams *d, u32 variable)
{
	ZW_ASSERT(variable < d->maxima.n);
	return max_of(d, variable);
}

u32 zw_variable_count(const struct zw_diagrams *d)
{
	return (u32)d->maxima.n;
}

zw_node zw_leaf(struct zw_diagrams *d, u32 value)
{
	(void)d;
	ZW_ASSERT(id_is_leaf(value));
	return (zw_node){ value };
}

bool zw_is_leaf(const struct zw_diagrams *d, zw_node n)
{
	(void)d;
	return id_is_leaf(n.id);
}

u32 zw_leaf_value(const struct zw_diagrams *d, zw_node n)
{
	(void)d;
	ZW_ASSERT(id_is_leaf(n.id));
	return n.id;
}

u32 zw_top(const struct zw_diagrams *d, zw_node a)
{
	return top_of(d, a.id);
}

u32 zw_tag_new(struct zw_diagrams *d)
{
	ZW_ASSERT(d->last_tag < UINT32_MAX);
	return ++d->last_tag;
}

/* Twice the room, but not above LIMIT. */
static size_t larger(size_t room, size_t limit)
{
	size_t next = room ? room * 2 : FIRST_ROOM;

	return next < limit ? next : limit;
}

void zw_diagram_scratch_grow(struct zw_diagrams *d)
{
	/* An edge list under construction may be twice the longest node:
	 * merging two lists, before the limit is asked. */
	size_t limit = 2 * d->edge_limit;

	if (d->scratch_room >= limit) {
		d->exhausted = true;
		return;
	}
	d->scratch_room = larger(d->scratch_room, limit);
	d->scratch = zw_heap_resize(d->scratch, d->scratch_room,
				    sizeof(*d->scratch));
}

bool zw_diagram_scratch_room(struct zw_diagrams *d, size_t n)
{
	while (!d->exhausted && n > d->scratch_room - d->scratch_count)
		zw_diagram_scratch_grow(d);
	return !d->exhausted;
}

static u64 mix(u64 x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	return x;
}

static u32 hash_edges(u32 variable, u32 count, const struct edge *e, size_t n)
{
	u64 h = mix(((u64)variable << 32) ^ count);
	size_t i;

	for (i = 0; i < n; i++) {
		h ^= ((u64)e[i].hi << 32) | e[i].to;
		h *= 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	h = mix(h);
	return (u32)(h ^ (h >> 32));
}

static void slots_grow(struct zw_diagrams *d)
{
	size_t old = d->slot_count, count = old * 2, i, at;
	struct slot *slots = zw_diagram_pages(count * sizeof(*slots));

	for (i = 0; i < old; i++) {
		if (!d->slots[i].node)
			continue;
		at = d->slots[i].hash & (count - 1);
		while (slots[at].node)
			at = (at + 1) & (count - 1);
		slots[at] = d->slots[i];
	}
	zw_diagram_pages_free(d->slots, old * sizeof(*slots));
	d->slots = slots;
	d->slot_count = count;
}

/* Room for one more node with N edges; false, and exhausted, if there is none
 * under the limits. */
static bool room_for(struct zw_diagrams *d, size_t n)
{
	if (d->node_count >= d->node_limit ||
	    n > d->edge_limit - d->edge_count - d->bound_count) {
		d->exhausted = true;
		return false;
	}
	if (d->node_count == d->node_room) {
		d->node_room = larger(d->node_room, d->node_limit);
		d->nodes = zw_heap_resize(d->nodes, d->node_room,
					  sizeof(*d->nodes));
		zw_diagram_memory_grow(d);
	}
	if (n > d->edge_room - d->edge_count) {
		while (n > d->edge_room - d->edge_count)
			d->edge_room = larger(d->edge_room, d->edge_limit);
		d->edges = zw_heap_resize(d->edges, d->edge_room,
					  sizeof(*d->edges));
	}
	return true;
}

/* The node for the list E of N edges, which is not in the edge pool; COUNT is
 * N, or a stripe's. */
static u32 node_for(struct zw_diagrams *d, u32 variable, u32 count,
		    const struct edge *e, size_t n)
{
	u32 hash = hash_edges(variable, count, e, n);
	size_t at = hash & (d->slot_count - 1);
	struct node *node;

	for (; d->slots[at].node; at = (at + 1) & (d->slot_count - 1)) {
		if (d->slots[at].hash != hash)
			continue;
		node = &d->nodes[d->slots[at].node - 1];
		if (node->variable == variable && node->count == count &&
		    !memcmp(&d->edges[node->first], e, n * sizeof(*e)))
			return LEAF_LIMIT + d->slots[at].node - 1;
	}
	if (!room_for(d, n))
		return 0;
	d->slots[at] = (struct slot){ hash, (u32)d->node_count + 1 };
	node = &d->nodes[d->node_count];
	*node = (struct node){ variable, count, (u32)d->edge_count };
	memcpy(&d->edges[d->edge_count], e, n * sizeof(*e));
	d->edge_count += n;
	d->node_count++;
	if (d->node_count * 2 > d->slot_count)
		slots_grow(d);
	return LEAF_LIMIT + (u32)d->node_count - 1;
}

u32 zw_diagram_striped(struct zw_diagrams *d, u32 variable, u32 stripe,
		       u32 even, u32 odd)
{
	const struct edge e[2] = { { 0, even }, { 0, odd } };

	if (d->exhausted)
		return 0;
	return even == odd ? even
			   : node_for(d, variable, STRIPED | stripe, e, 2);
}

u32 zw_diagram_finish(struct zw_diagrams *d, u32 variable, size_t base)
{
	size_t n = d->scratch_count - base;
	const struct edge *e = &d->scratch[base];
	u32 striped;

	d->scratch_count = base;
	if (d->exhausted)
		return 0;
	ZW_ASSERT(n > 0 && e[n - 1].hi == max_of(d, variable));
	if (n == 1)
		return e[0].to;
	striped = zw_diagram_stripe(d, variable, e, n);
	return striped != NO_STRIPE ? striped
				    : node_for(d, variable, (u32)n, e, n);
}

zw_node zw_in(struct zw_diagrams *d, u32 variable,
	      const struct zw_range *ranges, size_t n)
{
	size_t base = d->scratch_count, i;
	u32 max = zw_variable_max(d, variable);

	if (d->exhausted || n == 0)
		return ZW_EMPTY;
	for (i = 0; i < n; i++) {
		struct zw_range r = ranges[i];

		ZW_ASSERT(r.lo <= r.hi && r.hi <= max);
		ZW_ASSERT(i == 0 || r.lo > ranges[i - 1].hi);
		if (r.lo > 0 && (i == 0 || r.lo - 1 != ranges[i - 1].hi))
			push_edge(d, base, r.lo - 1, 0);
		push_edge(d, base, r.hi, 1);
	}
	d->steps += n;
	if (ranges[n - 1].hi < max)
		push_edge(d, base, max, 0);
	return (zw_node){ zw_diagram_finish(d, variable, base) };
}

u32 zw_diagram_edge_at(const struct zw_diagrams *d, u32 id, u32 value)
{
	const struct node *n = node_of(d, id);
	u32 lo = 0, hi = edge_count(d, n) - 1;

	while (lo < hi) {
		u32 middle = lo + (hi - lo) / 2;

		if (edge_of(d, n, middle).hi < value)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

void zw_diagram_push_part(struct zw_diagrams *d, size_t base, u32 variable,
			  u32 id, u32 lo, u32 hi)
{
	const struct node *n;
	u32 at;

	if (top_of(d, id) != variable) {
		push_edge(d, base, hi, id);
		return;
	}
	n = node_of(d, id);
	for (at = zw_diagram_edge_at(d, id, lo);; at++) {
		struct edge e = edge_of(d, n, at);

		push_edge(d, base, min_u32(e.hi, hi), e.to);
		if (e.hi >= hi || step(d))
			return;
	}
}
