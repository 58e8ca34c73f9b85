/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting the points of a set exactly.
 *
 * A node's count is over its own variable and the later ones asked for; an
 * edge adds its width times the child's count times the domains skipped
 * between. Each node is counted once.
 *
 * A count within is never larger than the whole, so a number that was too large
 * on the way is too large at the end, and the text says so. */
#include "verifier/diagram_big.h"
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTABLE_BITS = 513 }; /* 2^512 itself has 513 */

struct count {
	const struct zw_diagrams *d;
	const u32 *variables;
	size_t n;
	struct id_map places; /* node -> index into results */
	struct zw_big *results;
	size_t room;
};

static u64 domain(const struct count *c, size_t position)
{
	return (u64)max_of(c->d, c->variables[position]) + 1;
}

/* Where in the list ID's variable is; the end for a leaf. */
static size_t position_of(const struct count *c, u32 id, size_t from)
{
	u32 top = top_of(c->d, id);

	if (top == LEAF_VARIABLE)
		return c->n;
	while (from < c->n && c->variables[from] < top)
		from++;
	ZW_ASSERT(from < c->n && c->variables[from] == top);
	return from;
}

/* The points of ID over the variables from position FROM on. */
static struct zw_big points(struct count *c, u32 id, size_t from);

static struct zw_big node_points(struct count *c, u32 id, size_t position)
{
	const struct node *n = node_of(c->d, id);
	struct zw_big sum = { { 0 } }, child = { { 0 } };
	u32 i, place, lo = 0, last = 0;

	if (zw_id_map_get(&c->places, id, &place))
		return c->results[place];
	if (is_striped(n)) {
		u64 even = c->d->stripes.v[stripe_of(n)].even;

		for (i = 0; i < 2; i++) {
			child = points(c, c->d->edges[n->first + i].to,
				       position + 1);
			zw_big_add_times(&sum, &child,
					 i ? domain(c, position) - even : even);
		}
	}
	for (i = 0; !is_striped(n) && i < n->count; i++) {
		struct edge e = c->d->edges[n->first + i];

		if (e.to != 0) {
			if (e.to != last)
				child = points(c, e.to, position + 1);
			last = e.to;
			zw_big_add_times(&sum, &child, (u64)e.hi - lo + 1);
		}
		lo = e.hi + 1;
	}
	place = (u32)c->places.n;
	zw_id_map_put(&c->places, id, place);
	if (place == c->room) {
		c->room = c->room ? c->room * 2 : 64;
		c->results = zw_heap_resize(c->results, c->room,
					    sizeof(*c->results));
	}
	c->results[place] = sum;
	return sum;
}

static struct zw_big points(struct count *c, u32 id, size_t from)
{
	size_t position = position_of(c, id, from), i;
	struct zw_big sum = id_is_leaf(id) ? zw_big_from(id != 0)
					   : node_points(c, id, position);

	for (i = from; i < position; i++)
		zw_big_multiply(&sum, domain(c, i));
	return sum;
}

char *zw_count(const struct zw_diagrams *d, zw_node a, const u32 *v, size_t n,
	       char text[160])
{
	struct count c = { d, v, n, { 0 }, NULL, 0 };
	char digits[ZW_BIG_DIGITS + 1];
	struct zw_big sum;

	sum = points(&c, a.id, 0);
	zw_id_map_free(&c.places);
	free(c.results);
	if (zw_big_bits(&sum) > COUNTABLE_BITS)
		strcpy(text, "more than 2^512");
	else
		strcpy(text, zw_big_text(sum, digits));
	return text;
}
