/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes with many edges that lead to two children in turn: what a large set is.
 *
 * The bounds of such a node, its stripe, stand apart and are kept once, and the
 * node has a reference to them and its two children. So whatever is done with
 * the children leaves the bounds alone: an operation on operands with the same
 * stripe, or with none of that variable, takes two steps and makes a node of
 * two edges, where the list would be walked, hashed and copied. A long list
 * that is put together otherwise is looked through when it is finished; since
 * each is a stripe if it can be, equal functions still are equal nodes. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BOUNDS = 4096 };

/* Do the edges lead to two children in turn? Then *HASH is their bounds'. */
static bool in_turn(const struct edge *e, size_t n, u32 *hash)
{
	u64 h = n;
	size_t i;

	for (i = 2; i < n; i += 2) {
		if (e[i].to != e[i - 2].to || e[i - 1].to != e[1].to)
			return false;
		h ^= (u64)e[i - 2].hi << 32 | e[i - 1].hi;
		h *= 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	if (e[n - 1].to != e[n & 1 ? 0 : 1].to)
		return false;
	h = (h ^ e[n - 1].hi ^ (u64)e[n - 2].hi << 32) * 0x9e3779b97f4a7c15u;
	*hash = (u32)(h ^ h >> 32);
	return true;
}

static bool has_bounds(const struct zw_diagrams *d, const struct stripe *s,
		       const struct edge *e)
{
	const u32 *bounds = &d->bounds[s->first];
	size_t i;

	for (i = 0; i < s->count; i++)
		if (bounds[i] != e[i].hi)
			return false;
	return true;
}

/* Room for N bounds more; false, and exhausted, if there is none. */
static bool room_for(struct zw_diagrams *d, size_t n)
{
	size_t room = d->bound_room ? d->bound_room : FIRST_BOUNDS;

	if (n > d->edge_limit - d->edge_count - d->bound_count) {
		d->exhausted = true;
		return false;
	}
	while (n > room - d->bound_count)
		room *= 2;
	if (room == d->bound_room)
		return true;
	d->bound_room = room;
	d->bounds = zw_heap_resize(d->bounds, room, sizeof(*d->bounds));
	zw_diagram_pages_advise(d->bounds, room * sizeof(*d->bounds));
	return true;
}

/* The values that lie on the first, third, ... edge. */
static u64 even_values(const struct edge *e, size_t n)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < n; i += 2)
		sum += (u64)e[i].hi - (i ? e[i - 1].hi : UINT64_MAX);
	return sum;
}

/* The number of the stripe with the bounds of E; NO_STRIPE, and exhausted,
 * without room. */
static u32 stripe_with(struct zw_diagrams *d, const struct edge *e, size_t n,
		       u32 hash)
{
	u32 *bucket, number;
	struct stripe s;
	size_t i;

	bucket = &d->stripe_heads[hash % STRIPE_HEADS];
	for (number = *bucket; number; number = d->stripes.v[number - 1].next) {
		const struct stripe *old = &d->stripes.v[number - 1];

		if (old->hash == hash && old->count == n &&
		    has_bounds(d, old, e))
			return number - 1;
	}
	/* at an even place, so that a bound's place tells whose it is */
	if (!room_for(d, n + 1))
		return NO_STRIPE;
	d->bound_count += d->bound_count & 1;
	s = (struct stripe){ (u32)d->bound_count, (u32)n, hash, *bucket,
			     even_values(e, n) };
	for (i = 0; i < n; i++)
		d->bounds[d->bound_count++] = e[i].hi;
	zw_push(d->arena, d->stripes, s);
	*bucket = (u32)d->stripes.n;
	return *bucket - 1;
}

u32 zw_diagram_stripe(struct zw_diagrams *d, u32 variable, const struct edge *e,
		      size_t n)
{
	u32 stripe, hash;

	if (n < d->stripe_from || !in_turn(e, n, &hash))
		return NO_STRIPE;
	stripe = stripe_with(d, e, n, hash);
	return stripe == NO_STRIPE ? 0
				   : zw_diagram_striped(d, variable, stripe,
							e[0].to, e[1].to);
}

u32 zw_diagram_restripe(struct zw_diagrams *d, u32 model, u32 x, u32 y)
{
	const struct node *n;

	if (d->exhausted)
		return 0;
	n = node_of(d, model);
	return zw_diagram_striped(d, n->variable, stripe_of(n), x, y);
}

bool zw_diagram_alike(const struct zw_diagrams *d, u32 variable, const u32 *ids,
		      size_t n, u32 *model)
{
	const struct node *first = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct node *node;

		if (top_of(d, ids[i]) != variable)
			continue;
		node = node_of(d, ids[i]);
		if (!is_striped(node) || (first && first->count != node->count))
			return false;
		first = node;
		*model = ids[i];
	}
	return first;
}

void zw_diagram_push_turns(struct zw_diagrams *d, size_t base,
			   struct cursor *cursor, u32 hi, const u32 results[2])
{
	u32 at = cursor->at, end = cursor->end - 1, n;
	struct edge *out;

	while (cursor->at < end) {
		u32 middle = cursor->at + (end - cursor->at) / 2;

		if (d->bounds[middle] < hi)
			cursor->at = middle + 1;
		else
			end = middle;
	}
	n = cursor->at - at;
	if (results[0] == results[1]) {
		push_edge(d, base, d->bounds[cursor->at - 1], results[0]);
		return;
	}
	push_edge(d, base, d->bounds[at], results[at & 1]);
	if (!zw_diagram_scratch_room(d, n))
		return;
	out = &d->scratch[d->scratch_count];
	for (at++; at < cursor->at; at++)
		*out++ = (struct edge){ d->bounds[at], results[at & 1] };
	d->scratch_count = (size_t)(out - d->scratch);
	d->steps += n;
}

void zw_diagrams_stripe_from(struct zw_diagrams *d, u32 edges)
{
	ZW_ASSERT(!d->node_count && edges >= 3);
	d->stripe_from = edges;
}
