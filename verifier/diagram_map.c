/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One diagram to one, leaf by leaf; and the exact map from ids to numbers that
 * walks need where forgetting is not allowed. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

struct map {
	u32 tag, key;
	zw_map_leaf *to;
	void *context;
};

static u32 map_leaves(struct zw_diagrams *d, const struct map *m, u32 a)
{
	size_t base = d->scratch_count;
	u32 at, variable, max, result;

	if (d->exhausted)
		return 0;
	if (id_is_leaf(a))
		return m->to(m->context, a);
	if (zw_diagram_recall(d, m->tag, a, m->key, 0, &result))
		return result;
	variable = top_of(d, a);
	if (id_is_striped(d, a)) {
		u32 even = map_leaves(d, m, child_of(d, a, variable, 0));
		u32 odd = map_leaves(d, m, child_of(d, a, variable, 1));

		result = zw_diagram_restripe(d, a, even, odd);
		zw_diagram_remember(d, m->tag, a, m->key, 0, result);
		return result;
	}
	max = max_of(d, variable);
	for (at = node_of(d, a)->first;; at++) {
		struct edge e = d->edges[at];

		push_edge(d, base, e.hi, map_leaves(d, m, e.to));
		if (step(d) || e.hi == max)
			break;
	}
	result = zw_diagram_finish(d, variable, base);
	zw_diagram_remember(d, m->tag, a, m->key, 0, result);
	return result;
}

zw_node zw_diagram_map(struct zw_diagrams *d, zw_node a, zw_map_leaf *to,
		       void *context)
{
	struct map m = { zw_tag_new(d), 0, to, context };

	return (zw_node){ map_leaves(d, &m, a.id) };
}

struct where {
	zw_want_leaf *wanted;
	void *context;
};

static u32 where_leaf(void *context, u32 leaf)
{
	const struct where *w = context;

	return w->wanted(w->context, leaf);
}

zw_node zw_where(struct zw_diagrams *d, zw_node a, zw_want_leaf *wanted,
		 void *context)
{
	struct where w = { wanted, context };

	return zw_diagram_map(d, a, where_leaf, &w);
}

zw_node zw_where_again(struct zw_diagrams *d, u32 tag, zw_node a,
		       zw_want_leaf *wanted, void *context)
{
	struct where w = { wanted, context };
	struct map m = { tag, 0, where_leaf, &w };

	ZW_ASSERT(tag > TAG_LAST_FIXED && tag <= d->last_tag);
	return (zw_node){ map_leaves(d, &m, a.id) };
}

static u32 is_leaf(void *context, u32 leaf)
{
	return leaf == *(const u32 *)context;
}

zw_node zw_where_leaf(struct zw_diagrams *d, zw_node a, u32 leaf)
{
	struct map m = { TAG_LEAF, leaf, is_leaf, &leaf };

	return (zw_node){ map_leaves(d, &m, a.id) };
}

static size_t id_place(const struct id_map *map, u32 key)
{
	u64 h = key * 0x9e3779b97f4a7c15u;
	size_t at = (h >> 32) & (map->slot_count - 1);

	while (map->slots[at] && map->keys[map->slots[at] - 1] != key)
		at = (at + 1) & (map->slot_count - 1);
	return at;
}

void zw_id_map_free(struct id_map *map)
{
	free(map->slots);
	free(map->keys);
	free(map->values);
	*map = (struct id_map){ 0 };
}

bool zw_id_map_get(const struct id_map *map, u32 key, u32 *value)
{
	size_t at;

	if (!map->slot_count)
		return false;
	at = id_place(map, key);
	if (!map->slots[at])
		return false;
	*value = map->values[map->slots[at] - 1];
	return true;
}

static void id_map_grow(struct id_map *map)
{
	size_t i;

	map->room = map->room ? map->room * 2 : 16;
	map->slot_count = map->room * 2;
	map->keys = zw_heap_resize(map->keys, map->room, sizeof(u32));
	map->values = zw_heap_resize(map->values, map->room, sizeof(u32));
	map->slots = zw_heap_resize(map->slots, map->slot_count, sizeof(u32));
	memset(map->slots, 0, map->slot_count * sizeof(u32));
	for (i = 0; i < map->n; i++)
		map->slots[id_place(map, map->keys[i])] = (u32)i + 1;
}

void zw_id_map_put(struct id_map *map, u32 key, u32 value)
{
	size_t at;

	if (map->n == map->room)
		id_map_grow(map);
	at = id_place(map, key);
	ZW_ASSERT(!map->slots[at]);
	map->keys[map->n] = key;
	map->values[map->n] = value;
	map->slots[at] = (u32)++map->n;
}

static void collect_leaves(const struct zw_diagrams *d, u32 a,
			   struct id_map *seen, struct id_map *leaves)
{
	struct id_map *map = id_is_leaf(a) ? leaves : seen;
	const struct node *n;
	u32 i, known;

	if (zw_id_map_get(map, a, &known))
		return;
	zw_id_map_put(map, a, 0);
	if (id_is_leaf(a))
		return;
	n = node_of(d, a);
	for (i = 0; i < child_count(n); i++) {
		u32 to = d->edges[n->first + i].to;

		/* Most long lists alternate between two children. */
		if (i < 2 || to != d->edges[n->first + i - 2].to)
			collect_leaves(d, to, seen, leaves);
	}
}

void zw_diagram_leaves(const struct zw_diagrams *d, u32 a,
		       struct id_map *leaves)
{
	struct id_map seen = { 0 };

	collect_leaves(d, a, &seen, leaves);
	zw_id_map_free(&seen);
}
