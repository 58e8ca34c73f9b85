/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagram is read dimension by dimension: an address of four words, or a port
 * that is cut into slices, is one number here. At each dimension the values
 * that lead to the same node are one set, so that what is alike is together
 * from the start; the boxes at the end are then merged wherever two of them
 * differ in one dimension alone, until none do.
 *
 * A set of 128-bit numbers may need more intervals than can be written (a mask
 * of low bits): past PARTS_MAX the division is given up, and says so. */
#include "verifier/classes.h"

#include <stdlib.h>

#include "verifier/diagram_internal.h"

#define PARTS_MAX 8000000
#define CLASSES_MAX 20000
#define SLICES_MAX 32

static const u32 first_field[ZW_DIM_COUNT] = {
	[ZW_DIM_IN] = ZW_FIELD_IN,
	[ZW_DIM_OUT] = ZW_FIELD_OUT,
	[ZW_DIM_FAMILY] = ZW_FIELD_FAMILY,
	[ZW_DIM_IPSEC_IN] = ZW_FIELD_IPSEC_IN,
	[ZW_DIM_IPSEC_OUT] = ZW_FIELD_IPSEC_OUT,
	[ZW_DIM_REQID_IN] = ZW_FIELD_REQID_IN,
	[ZW_DIM_REQID_OUT] = ZW_FIELD_REQID_OUT,
	[ZW_DIM_PROTO] = ZW_FIELD_PROTO,
	[ZW_DIM_DPORT] = ZW_FIELD_DPORT,
	[ZW_DIM_DST] = ZW_FIELD_DST,
	[ZW_DIM_SRC] = ZW_FIELD_SRC,
	[ZW_DIM_SPORT] = ZW_FIELD_SPORT,
};

static const enum zw_dim orders[2][ZW_DIM_COUNT] = {
	{ ZW_DIM_IN, ZW_DIM_OUT, ZW_DIM_FAMILY, ZW_DIM_IPSEC_IN,
	  ZW_DIM_IPSEC_OUT, ZW_DIM_REQID_IN, ZW_DIM_REQID_OUT, ZW_DIM_PROTO,
	  ZW_DIM_DPORT, ZW_DIM_DST, ZW_DIM_SRC, ZW_DIM_SPORT },
	{ ZW_DIM_IN, ZW_DIM_OUT, ZW_DIM_FAMILY, ZW_DIM_IPSEC_IN,
	  ZW_DIM_IPSEC_OUT, ZW_DIM_REQID_IN, ZW_DIM_REQID_OUT, ZW_DIM_DST,
	  ZW_DIM_SRC, ZW_DIM_PROTO, ZW_DIM_DPORT, ZW_DIM_SPORT },
};

const enum zw_dim *zw_dims_of(const struct zw_space *space)
{
	return orders[space->cuts->addresses_first];
}

static bool is_address(enum zw_dim dim)
{
	return dim == ZW_DIM_DST || dim == ZW_DIM_SRC;
}

/* ---- one dimension ------------------------------------------------------- */

struct divider {
	struct zw_arena *arena;
	const struct zw_diagrams *d;
	struct zw_parts *out;
	const struct zw_slice *slices[SLICES_MAX];
	u32 widths[SLICES_MAX]; /* bits; 0: a number up to the maximum */
	u32 n;
	u32 last; /* variable */
};

static void add_slices(struct divider *s, const struct zw_space *space,
		       u32 field)
{
	const struct zw_field_info *info = &space->fields.v[field];
	u32 i;

	for (i = 0; i < info->slice_count; i++) {
		const struct zw_slice *slice = &info->slices[i];

		ZW_ASSERT(s->n < SLICES_MAX);
		s->widths[s->n] = info->values || field <= ZW_FIELD_OUT
					  ? 0
					  : (u32)(slice->hi - slice->lo) + 1;
		s->slices[s->n++] = slice;
		s->last = slice->variable;
	}
}

static void put_part(struct divider *s, u128 lo, u128 hi, u32 node)
{
	struct zw_part part = { { lo, hi }, { node } };
	size_t n = s->out->list.n;

	if (n) {
		struct zw_part *last = &s->out->list.v[n - 1];

		if (last->sub.id == node && last->values.hi + 1 == lo) {
			last->values.hi = hi;
			return;
		}
	}
	if (n >= PARTS_MAX) {
		s->out->complete = false;
		return;
	}
	zw_push(s->arena, s->out->list, part);
}

/* All numbers whose first slices are PREFIX, K slices in. */
static void divide(struct divider *s, u32 node, u32 k, u128 prefix)
{
	u32 i, rest = 0, variable, width, count;
	bool tests;
	u128 lo = prefix, hi = prefix;
	u64 from = 0;

	for (i = k; i < s->n; i++)
		rest += s->widths[i];
	if (top_of(s->d, node) > s->last) {
		u128 ones = 0;

		if (k < s->n && !s->widths[k])
			ones = max_of(s->d, s->slices[k]->variable);
		else if (rest)
			ones = rest >= 128 ? ~(u128)0 : ((u128)1 << rest) - 1;
		lo = rest >= 128 ? 0 : prefix << rest;
		hi = lo | ones;
		put_part(s, lo, hi, node);
		return;
	}
	variable = s->slices[k]->variable;
	width = s->widths[k];
	tests = top_of(s->d, node) == variable;
	count = tests ? edge_count(s->d, node_of(s->d, node)) : 1;
	for (i = 0; i < count && s->out->complete; i++) {
		struct edge e = { max_of(s->d, variable), node };
		u32 below;
		u64 v;

		if (tests)
			e = edge_of(s->d, node_of(s->d, node), i);
		if (top_of(s->d, e.to) > s->last) {
			below = rest - width;
			lo = ((width ? prefix << width : 0) | from) << below;
			hi = (((width ? prefix << width : 0) | e.hi) << below) |
			     (below ? ((u128)1 << below) - 1 : 0);
			put_part(s, lo, hi, e.to);
		} else {
			for (v = from; v <= e.hi && s->out->complete; v++)
				divide(s, e.to, k + 1, prefix << width | v);
		}
		from = (u64)e.hi + 1;
	}
}

void zw_parts_of(struct zw_arena *arena, const struct zw_space *space,
		 enum zw_dim dim, enum zw_family family, zw_node node,
		 struct zw_parts *out)
{
	struct divider s = { .arena = arena, .d = space->d, .out = out };
	u32 i, words = is_address(dim) && family == ZW_IPV6 ? 4 : 1;

	*out = (struct zw_parts){ .complete = true };
	for (i = 0; i < words; i++)
		add_slices(&s, space, first_field[dim] + i);
	divide(&s, node.id, 0, 0);
}

/* ---- all dimensions ------------------------------------------------------ */

/* A node's values, by what they lead to: equal nodes are divided once, so that
 * classes share the sets that they have in common. */
struct branch {
	struct zw_intervals values;
	u64 hash; /* of them */
	zw_node sub;
};

struct split {
	const struct branch *v;
	size_t n;
};

struct walker {
	struct zw_arena *arena, *scratch;
	struct zw_space *space;
	struct zw_classes *out;
	size_t limit;
	struct zw_class at;
	struct hashes {
		u64 of[ZW_DIM_COUNT];
	} at_hashes;
	ZW_VEC(struct hashes) hashes; /* beside the classes */
	enum zw_family family;
	struct id_map known[ZW_DIM_COUNT][ZW_FAMILY_COUNT]; /* to splits */
	ZW_VEC(struct split) splits;
};

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static u64 hash_of(struct zw_intervals set)
{
	u64 h = set.n;
	size_t i;

	for (i = 0; i < set.n; i++) {
		h = mix(h, (u64)set.v[i].lo);
		h = mix(h, (u64)(set.v[i].lo >> 64));
		h = mix(h, (u64)set.v[i].hi);
		h = mix(h, (u64)(set.v[i].hi >> 64));
	}
	return h;
}

/* The values of the parts that lead to SUB, and no others. */
static struct zw_intervals gather(struct walker *w,
				  const struct zw_parts *parts, zw_node sub,
				  size_t first, size_t count)
{
	struct zw_interval *v =
		ZW_NEW_ARRAY(w->arena, struct zw_interval, count);
	size_t i, n = 0;

	for (i = first; n < count; i++) {
		if (zw_same(parts->list.v[i].sub, sub))
			v[n++] = parts->list.v[i].values;
	}
	return zw_intervals_from(w->arena, v, n);
}

static struct split split_up(struct walker *w, const struct zw_parts *parts)
{
	struct id_map seen = { 0 };
	u32 *count, number;
	size_t i, *first;
	struct branch *v;
	struct split out;

	first = ZW_NEW_ARRAY(w->scratch, size_t, parts->list.n + 1);
	count = ZW_NEW_ARRAY(w->scratch, u32, parts->list.n + 1);
	for (i = 0; i < parts->list.n; i++) {
		u32 id = parts->list.v[i].sub.id;

		if (!id)
			continue;
		if (!zw_id_map_get(&seen, id, &number)) {
			number = (u32)seen.n;
			zw_id_map_put(&seen, id, number);
			first[number] = i;
		}
		count[number]++;
	}
	v = ZW_NEW_ARRAY(w->scratch, struct branch, seen.n + 1);
	for (i = 0; i < seen.n; i++) {
		v[i].sub = (zw_node){ seen.keys[i] };
		v[i].values = gather(w, parts, v[i].sub, first[i], count[i]);
		v[i].hash = hash_of(v[i].values);
	}
	out = (struct split){ v, seen.n };
	zw_id_map_free(&seen);
	return out;
}

static struct split split_of(struct walker *w, enum zw_dim dim, zw_node node)
{
	struct id_map *known = &w->known[dim][w->family];
	struct zw_parts parts;
	struct split split;
	u32 number;

	if (zw_id_map_get(known, node.id, &number))
		return w->splits.v[number];
	zw_parts_of(w->scratch, w->space, dim, w->family, node, &parts);
	if (!parts.complete)
		w->out->complete = false;
	split = split_up(w, &parts);
	zw_id_map_put(known, node.id, (u32)w->splits.n);
	zw_push(w->scratch, w->splits, split);
	return split;
}

/* NODE tests no dimension before the one at the place AT. */
static void walk(struct walker *w, u32 at, zw_node node);

/* Families are told apart always: their addresses have different widths. */
static void each_family(struct walker *w, u32 at, zw_node node)
{
	u32 f, variable =
		       w->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		zw_node sub = zw_fix(w->space->d, node, variable, f);

		if (zw_same(sub, ZW_EMPTY))
			continue;
		w->family = f;
		w->at.of[ZW_DIM_FAMILY] = zw_intervals_one(w->arena, f, f);
		w->at_hashes.of[ZW_DIM_FAMILY] = f;
		walk(w, at + 1, sub);
	}
}

static void walk(struct walker *w, u32 at, zw_node node)
{
	struct split split;
	enum zw_dim dim;
	size_t i;

	if (!w->out->complete)
		return;
	if (at == ZW_DIM_COUNT) {
		if (w->out->list.n >= w->limit) {
			w->out->complete = false;
			return;
		}
		zw_push(w->arena, w->out->list, w->at);
		zw_push(w->scratch, w->hashes, w->at_hashes);
		return;
	}
	dim = zw_dims_of(w->space)[at];
	if (dim == ZW_DIM_FAMILY) {
		each_family(w, at, node);
		return;
	}
	split = split_of(w, dim, node);
	for (i = 0; i < split.n && w->out->complete; i++) {
		w->at.of[dim] = split.v[i].values;
		w->at_hashes.of[dim] = split.v[i].hash;
		walk(w, at + 1, split.v[i].sub);
	}
}

/* ---- merging ------------------------------------------------------------- */

static bool same_values(struct zw_intervals a, struct zw_intervals b)
{
	return (a.v == b.v && a.n == b.n) || zw_intervals_equal(a, b);
}

static bool equal_except(const struct zw_space *space, const struct zw_class *a,
			 const struct zw_class *b, u32 dim)
{
	u32 k;

	for (k = 0; k < ZW_DIM_COUNT; k++) {
		/* an address of one family is none of the other's */
		if (dim == ZW_DIM_FAMILY && is_address(k)) {
			if (!zw_class_is_full(space, a, k) ||
			    !zw_class_is_full(space, b, k))
				return false;
			continue;
		}
		if (k != dim && !same_values(a->of[k], b->of[k]))
			return false;
	}
	return true;
}

struct hashed {
	u64 hash;
	u32 number;
};

static int by_hash(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Of families all are candidates: what is full is of another width there. */
static struct hashed *sorted(const struct walker *w, u32 dim)
{
	size_t n = w->out->list.n, i;
	struct hashed *v = ZW_NEW_ARRAY(w->scratch, struct hashed, n + 1);
	u32 k;

	for (i = 0; i < n; i++) {
		v[i].number = (u32)i;
		for (k = 0; k < ZW_DIM_COUNT && dim != ZW_DIM_FAMILY; k++) {
			if (k != dim)
				v[i].hash =
					mix(v[i].hash, w->hashes.v[i].of[k]);
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_hash);
	return v;
}

/* The union of the classes numbered in V along DIM, into the first of them. */
static void join(struct walker *w, u32 dim, const u32 *v, size_t n)
{
	struct zw_class *into = &w->out->list.v[v[0]];
	struct zw_interval *all;
	size_t count = 0, i;

	for (i = 0; i < n; i++)
		count += w->out->list.v[v[i]].of[dim].n;
	all = ZW_NEW_ARRAY(w->arena, struct zw_interval, count);
	for (count = i = 0; i < n; i++) {
		struct zw_intervals set = w->out->list.v[v[i]].of[dim];

		memcpy(all + count, set.v, set.n * sizeof(*all));
		count += set.n;
	}
	into->of[dim] = zw_intervals_from(w->arena, all, count);
	w->hashes.v[v[0]].of[dim] = hash_of(into->of[dim]);
}

/* Merge along DIM what is equal in all others; true if anything was. */
static bool merge(struct walker *w, u32 dim)
{
	struct zw_classes *out = w->out;
	size_t n = out->list.n, i, k, kept = 0;
	struct hashed *v = sorted(w, dim);
	bool *gone = ZW_NEW_ARRAY(w->scratch, bool, n + 1);
	u32 *alike = ZW_NEW_ARRAY(w->scratch, u32, n + 1);

	for (i = 0; i < n; i++) {
		size_t count = 0;

		if (gone[v[i].number])
			continue;
		alike[count++] = v[i].number;
		for (k = i + 1; k < n && v[k].hash == v[i].hash; k++) {
			if (gone[v[k].number] ||
			    !equal_except(w->space, &out->list.v[v[i].number],
					  &out->list.v[v[k].number], dim))
				continue;
			alike[count++] = v[k].number;
			gone[v[k].number] = true;
		}
		if (count > 1)
			join(w, dim, alike, count);
	}
	for (i = 0; i < n; i++) {
		if (gone[i])
			continue;
		w->hashes.v[kept] = w->hashes.v[i];
		out->list.v[kept++] = out->list.v[i];
	}
	out->list.n = w->hashes.n = kept;
	return kept < n;
}

static void merge_all(struct walker *w)
{
	static const enum zw_dim order[] = {
		ZW_DIM_SPORT,	  ZW_DIM_SRC,	    ZW_DIM_DST,
		ZW_DIM_DPORT,	  ZW_DIM_REQID_OUT, ZW_DIM_REQID_IN,
		ZW_DIM_IPSEC_OUT, ZW_DIM_IPSEC_IN,  ZW_DIM_OUT,
		ZW_DIM_IN,	  ZW_DIM_PROTO,
	};
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < sizeof(order) / sizeof(*order); i++)
			more = merge(w, order[i]) || more;
	}
	/* quadratic, and of use for short lists alone */
	if (w->out->list.n <= 500)
		merge(w, ZW_DIM_FAMILY);
}

void zw_classes_of(struct zw_arena *arena, struct zw_space *space, zw_node set,
		   size_t limit, struct zw_classes *out)
{
	struct walker w = { .arena = arena,
			    .scratch = zw_arena_new(),
			    .space = space,
			    .out = out,
			    .limit = limit ? limit : CLASSES_MAX };

	u32 dim, f;

	*out = (struct zw_classes){ .complete = true };
	if (!zw_same(set, ZW_EMPTY))
		walk(&w, 0, set);
	merge_all(&w);
	for (dim = 0; dim < ZW_DIM_COUNT; dim++) {
		for (f = 0; f < ZW_FAMILY_COUNT; f++)
			zw_id_map_free(&w.known[dim][f]);
	}
	zw_arena_free(w.scratch);
}

/* ---- and back ------------------------------------------------------------ */

enum zw_family zw_class_family(const struct zw_class *class)
{
	const struct zw_interval *v = class->of[ZW_DIM_FAMILY].v;

	if (v->lo != v->hi)
		return ZW_FAMILY_COUNT;
	return v->lo ? ZW_IPV6 : ZW_IPV4;
}

static u128 maximum(const struct zw_space *space, const struct zw_class *class,
		    enum zw_dim dim)
{
	if (is_address(dim))
		return class->of[ZW_DIM_FAMILY].v[0].lo ? ~(u128)0 : UINT32_MAX;
	switch (dim) {
	case ZW_DIM_IN:
	case ZW_DIM_OUT:
		return space->class_count - 1;
	case ZW_DIM_REQID_IN:
	case ZW_DIM_REQID_OUT:
		return UINT32_MAX;
	case ZW_DIM_PROTO:
		return 255;
	case ZW_DIM_DPORT:
	case ZW_DIM_SPORT:
		return 65535;
	default:
		return 1;
	}
}

bool zw_class_is_full(const struct zw_space *space,
		      const struct zw_class *class, enum zw_dim dim)
{
	const struct zw_intervals *set = &class->of[dim];

	return set->n == 1 && !set->v[0].lo &&
	       set->v[0].hi == maximum(space, class, dim);
}

static zw_node numbers(struct zw_space *space, u32 field,
		       struct zw_intervals set)
{
	zw_node out = ZW_EMPTY;
	bool enumerated =
		space->fields.v[field].values || field <= ZW_FIELD_OUT;
	size_t i;

	for (i = 0; i < set.n; i++) {
		u32 lo = (u32)set.v[i].lo, hi = (u32)set.v[i].hi;

		out = zw_or(space->d, out,
			    enumerated ? zw_space_index(space, field, lo, hi)
				       : zw_space_range(space, field, lo, hi));
	}
	return out;
}

zw_node zw_class_node(struct zw_space *space, const struct zw_class *class)
{
	zw_node out = ZW_ALL;
	u32 at;

	for (at = ZW_DIM_COUNT; at-- > 0;) {
		enum zw_dim dim = zw_dims_of(space)[at];

		if (zw_class_is_full(space, class, dim))
			continue;
		out = zw_and(space->d, out,
			     is_address(dim) ? zw_space_addresses(
						       space, first_field[dim],
						       zw_class_family(class),
						       class->of[dim])
					     : numbers(space, first_field[dim],
						       class->of[dim]));
	}
	return out;
}
