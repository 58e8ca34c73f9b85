/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smallest division of all addresses.
 *
 * In a diagram, two destinations are alike exactly if they lead to the same
 * node wherever destinations begin to be looked at; likewise sources. Each such
 * place cuts the addresses into intervals, each with the node behind it; an
 * address is known by what it has at all the places. That is a sum of one
 * 128-bit number per (place, node), kept while the borders are passed in
 * ascending order: intervals with equal sums are one class. (Different ones
 * that happened to have equal sums would be one too: with 128 bits that is not
 * to be expected in the life of a universe.)
 *
 * Interfaces are not quantified away: that an address is alike to another holds
 * on each of them, and what an interface's own sources are stays one node.
 *
 * Edges are the classes of flows, with addresses said by the numbers of these
 * classes; they are disjoint as those are. */
#include <stdlib.h>

#include "verifier/diagram_internal.h"
#include "verifier/matrix.h"

#define PLACES_MAX 100000

struct event {
	u128 at;
	u128 change; /* of the sum, from AT on */
};

struct divider {
	struct zw_study *study;
	struct zw_partition *out;
	struct zw_arena *scratch;
	enum zw_family family;
	ZW_VEC(struct event) events;
	struct id_map seen[2]; /* nodes gone through: before, behind DST */
	u64 places;
	u32 dst_first, src_first, src_last; /* variables */
};

static u64 mix(u64 v)
{
	v ^= v >> 30;
	v *= 0xbf58476d1ce4e5b9u;
	v ^= v >> 27;
	v *= 0x94d049bb133111ebu;
	return v ^ v >> 31;
}

static u128 signature(u64 place, u32 node)
{
	u64 key = place * 0x9e3779b97f4a7c15u + node;

	return (u128)mix(key) << 64 | mix(key ^ 0xd6e8feb86659fd93u);
}

static void add_event(struct divider *v, u128 at, u128 change)
{
	struct event e = { at, change };

	zw_push(v->scratch, v->events, e);
}

/* One place where DIM begins. */
static void divide_at(struct divider *v, enum zw_dim dim, zw_node node,
		      struct zw_parts *parts)
{
	u128 last = v->family == ZW_IPV4 ? UINT32_MAX : ~(u128)0;
	u64 place = ++v->places;
	size_t i;

	zw_parts_of(v->scratch, v->study->space, dim, v->family, node, parts);
	if (!parts->complete || place > PLACES_MAX) {
		v->out->complete = false;
		return;
	}
	for (i = 0; i < parts->list.n; i++) {
		const struct zw_part *p = &parts->list.v[i];
		u128 s = signature(place, p->sub.id);

		if (zw_same(p->sub, ZW_EMPTY))
			continue;
		add_event(v, p->values.lo, s);
		if (p->values.hi < last)
			add_event(v, p->values.hi + 1, -s);
	}
}

static bool first_visit(struct divider *v, u32 level, u32 id)
{
	u32 known;

	if (zw_id_map_get(&v->seen[level], id, &known))
		return false;
	zw_id_map_put(&v->seen[level], id, 0);
	return true;
}

static void at_source(struct divider *v, zw_node node)
{
	struct zw_parts parts;

	if (!zw_same(node, ZW_EMPTY) && first_visit(v, 1, node.id))
		divide_at(v, ZW_DIM_SRC, node, &parts);
}

/* Down to where destinations begin. */
static void visit(struct divider *v, zw_node node)
{
	struct zw_diagrams *d = v->study->d;
	u32 i, n, first;

	if (zw_same(node, ZW_EMPTY) || !v->out->complete ||
	    !first_visit(v, 0, node.id))
		return;
	if (top_of(d, node.id) >= v->dst_first) {
		struct zw_parts parts;
		size_t k;

		divide_at(v, ZW_DIM_DST, node, &parts);
		for (k = 0; k < parts.list.n; k++)
			at_source(v, parts.list.v[k].sub);
		return;
	}
	n = child_count(node_of(d, node.id));
	first = node_of(d, node.id)->first;
	for (i = 0; i < n; i++)
		visit(v, (zw_node){ d->edges[first + i].to });
}

/* ---- classes ------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The class whose sum this is; new ones are made. */
static u32 class_of(struct divider *v, struct zw_map *map, u128 sum)
{
	struct zw_str key = zw_str_copy(
		v->scratch, (struct zw_str){ (const char *)&sum, sizeof(sum) });
	struct zw_address_class class = { .family = v->family,
					  .used = sum != 0 };
	u32 number;

	if (zw_map_get(map, key, &number))
		return number;
	number = (u32)v->out->classes.n;
	zw_map_put(map, key, number);
	zw_push(v->study->arena, v->out->classes, class);
	return number;
}

struct piece {
	struct zw_interval range;
	u32 class;
};

static int by_class(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return (x->range.lo > y->range.lo) - (x->range.lo < y->range.lo);
}

static void fill_classes(struct divider *v, struct piece *pieces, size_t n)
{
	struct zw_arena *arena = v->study->arena;
	size_t i, k, m;

	qsort(pieces, n, sizeof(*pieces), by_class);
	for (i = 0; i < n; i = k) {
		struct zw_interval *ranges;

		for (k = i; k < n && pieces[k].class == pieces[i].class; k++)
			;
		ranges = ZW_NEW_ARRAY(arena, struct zw_interval, k - i);
		for (m = i; m < k; m++)
			ranges[m - i] = pieces[m].range;
		v->out->classes.v[pieces[i].class].addresses =
			zw_intervals_from(arena, ranges, k - i);
	}
}

static void sweep(struct divider *v)
{
	u128 last = v->family == ZW_IPV4 ? UINT32_MAX : ~(u128)0;
	size_t i = 0, n = v->events.n, m = 0;
	struct piece *pieces = ZW_NEW_ARRAY(v->scratch, struct piece, n + 1);
	struct zw_map map;
	u128 sum = 0, from = 0;

	zw_map_init(&map, v->scratch);
	if (n)
		qsort(v->events.v, n, sizeof(*v->events.v), by_place);
	for (;;) {
		u128 to;

		while (i < n && v->events.v[i].at == from)
			sum += v->events.v[i++].change;
		to = i < n ? v->events.v[i].at - 1 : last;
		pieces[m++] =
			(struct piece){ { from, to }, class_of(v, &map, sum) };
		if (i == n)
			break;
		from = to + 1;
	}
	fill_classes(v, pieces, m);
}

static void name_classes(struct divider *v, size_t first)
{
	const struct zw_statement *statement =
		v->study->of[0]->subject.statement;
	u32 *counts = ZW_NEW_ARRAY(v->scratch, u32, statement->zones.n + 1);
	size_t i;

	for (i = first; i < v->out->classes.n; i++) {
		struct zw_address_class *c = &v->out->classes.v[i];
		struct zw_str zone = ZW_STR("other");
		u32 z, n;

		for (z = 0; z < statement->zones.n; z++) {
			if (zw_intervals_overlap(
				    statement->zones.v[z].members.of[v->family],
				    c->addresses))
				break;
		}
		if (z < statement->zones.n)
			zone = statement->zones.v[z].name;
		n = ++counts[z];
		c->name =
			zw_strf(v->study->arena, "%.*s.%u%s", ZW_STR_ARG(zone),
				n, v->family == ZW_IPV6 ? ".ip6" : "");
	}
}

/* ---- edges --------------------------------------------------------------- */

/* Classes are numbered by their first addresses, in ascending order, and a set
 * of an edge holds whole classes: those that begin in it. */
static void add_numbers(struct divider *v, size_t first,
			struct zw_intervals set, struct zw_address_edge *edge,
			bool from)
{
	const struct zw_address_class *classes = v->out->classes.v;
	size_t at = first, n = v->out->classes.n, i;

	for (i = 0; i < set.n; i++) {
		size_t low = at, high = n;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (classes[middle].addresses.v[0].lo < set.v[i].lo)
				low = middle + 1;
			else
				high = middle;
		}
		for (at = low;
		     at < n && classes[at].addresses.v[0].lo <= set.v[i].hi;
		     at++) {
			if (from)
				zw_push(v->study->arena, edge->from, (u32)at);
			else
				zw_push(v->study->arena, edge->to, (u32)at);
		}
	}
}

static void add_edges(struct divider *v, size_t first, enum zw_path path,
		      zw_node flows)
{
	struct zw_classes list;
	size_t i;

	zw_classes_of(v->study->arena, v->study->space, flows, 0, &list);
	if (!list.complete)
		v->out->complete = false;
	for (i = 0; i < list.list.n; i++) {
		struct zw_address_edge edge = { .family = v->family,
						.services = list.list.v[i] };

		if (path == ZW_PATH_OUTPUT)
			zw_push(v->study->arena, edge.from, ZW_SELF);
		else
			add_numbers(v, first, edge.services.of[ZW_DIM_SRC],
				    &edge, true);
		if (path == ZW_PATH_INPUT)
			zw_push(v->study->arena, edge.to, ZW_SELF);
		else
			add_numbers(v, first, edge.services.of[ZW_DIM_DST],
				    &edge, false);
		zw_push(v->study->arena, v->out->edges, edge);
	}
}

/* ---- all of it ----------------------------------------------------------- */

static zw_node without(struct divider *v, zw_node set, u32 first, u32 count)
{
	struct zw_space *space = v->study->space;
	u32 *list = ZW_NEW_ARRAY(v->scratch, u32, 32 * count);
	size_t n = 0;
	u32 i, k;

	for (i = 0; i < count; i++) {
		const struct zw_field_info *info = &space->fields.v[first + i];

		for (k = 0; k < info->slice_count; k++)
			list[n++] = info->slices[k].variable;
	}
	return zw_exists(space->d, set, list, n);
}

static zw_node of_family(struct divider *v, zw_node set)
{
	return zw_and(v->study->d, set,
		      zw_space_is(v->study->space, ZW_FIELD_FAMILY,
				  v->family == ZW_IPV6));
}

/* The gateway's own address counts for nothing. */
static zw_node flows_of(struct divider *v, const struct zw_matrix_question *q,
			enum zw_path path)
{
	struct zw_space *space = v->study->space;
	zw_node set = zw_matrix_flows(v->study, q, path, false);
	u32 first, last;

	set = of_family(v, set);
	if (zw_space_names(space, ZW_STR("lo"), false, &first, &last))
		set = zw_minus(space->d, set,
			       zw_space_index(space,
					      path == ZW_PATH_OUTPUT
						      ? ZW_FIELD_OUT
						      : ZW_FIELD_IN,
					      first, last));
	if (path == ZW_PATH_INPUT)
		set = without(v, set, ZW_FIELD_DST, 4);
	if (path == ZW_PATH_OUTPUT)
		set = without(v, set, ZW_FIELD_SRC, 4);
	return set;
}

static void divide_family(struct divider *v, const struct zw_matrix_question *q)
{
	const struct zw_space *space = v->study->space;
	size_t first = v->out->classes.n;
	zw_node flows[ZW_PATH_COUNT];
	enum zw_path path;

	v->dst_first = space->fields.v[ZW_FIELD_DST].slices[0].variable;
	v->events.n = 0;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		flows[path] = flows_of(v, q, path);
		visit(v, flows[path]);
	}
	zw_id_map_free(&v->seen[0]);
	zw_id_map_free(&v->seen[1]);
	v->seen[0] = v->seen[1] = (struct id_map){ 0 };
	if (!v->out->complete)
		return;
	sweep(v);
	name_classes(v, first);
	for (path = 0; path < ZW_PATH_COUNT; path++)
		add_edges(v, first, path, of_family(v, flows[path]));
}

void zw_partition_of(struct zw_study *study, const struct zw_matrix_question *q,
		     struct zw_partition *out)
{
	struct divider v = { .study = study, .out = out };

	*out = (struct zw_partition){ .complete = true };
	for (v.family = 0; v.family < ZW_FAMILY_COUNT; v.family++) {
		v.scratch = zw_arena_new();
		v.events.v = NULL;
		v.events.n = v.events.cap = 0;
		divide_family(&v, q);
		zw_arena_free(v.scratch);
	}
}
