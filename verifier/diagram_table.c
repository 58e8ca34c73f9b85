/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function from a list of keys, as the sets and maps of nf_tables are.
 *
 * Keys are sorted by their range in the first field and grouped by equal
 * ranges; a group is a table over the remaining fields. Where the ranges of
 * different groups do not overlap, the groups are the edges of one node.
 *
 * Where they overlap, a sweep goes over the elementary intervals between the
 * ranges' ends and keeps a tree of the groups that are active, each inner place
 * holding the merge of the two below it: a group that comes or goes costs
 * log(groups) merges, of which most find an empty side.
 *
 * Merging knows no priority. So the sweep first takes for granted that no two
 * keys with different leaves share a point; if two do, the merge notices, and
 * the table is built again in the careful way: halved by index, the first half
 * laid over the second, down to lists without overlap. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

struct key {
	u32 lo, hi; /* in the field at hand */
	u32 index;
};

struct table {
	struct zw_diagrams *d;
	const u32 *variables;
	size_t k;
	const struct zw_range *ranges;
	const u32 *leaves;
	u32 none; /* the leaf "no key matches" */
	u32 tag;
	bool careful; /* the first of two keys wins; else they may not differ */
	bool conflict;
};

static u32 build(struct table *t, size_t field, const u32 *index, size_t n);

/* A over B, or A merged with B. */
static u32 overlay_leaves(void *context, u32 a, u32 b)
{
	struct table *t = context;

	if (a == t->none)
		return b == ZW_UNDETERMINED ? ZW_OTHER : b;
	if (b == t->none)
		return a == ZW_UNDETERMINED ? ZW_OTHER : a;
	if (t->careful || a == b)
		return a;
	if (a != ZW_UNDETERMINED && b != ZW_UNDETERMINED)
		t->conflict = true;
	return a == ZW_UNDETERMINED || b == ZW_UNDETERMINED ? ZW_UNDETERMINED
							    : a;
}

static u32 overlay(struct table *t, u32 a, u32 b)
{
	if (t->conflict)
		return t->none; /* all of it will be built again */
	if (a == t->none || a == b)
		return b;
	if (b == t->none)
		return a;
	return zw_apply(t->d, t->tag, overlay_leaves, t, (zw_node){ a },
			(zw_node){ b })
		.id;
}

static const struct zw_range *range_of(const struct table *t, u32 index,
				       size_t field)
{
	return &t->ranges[index * t->k + field];
}

/* One interval of VARIABLE leads to INSIDE, the rest to none. */
static u32 slab(struct table *t, u32 variable, struct zw_range r, u32 inside)
{
	struct zw_diagrams *d = t->d;
	size_t base = d->scratch_count;
	u32 max = max_of(d, variable);

	if (step(d))
		return 0;
	if (r.lo > 0)
		push_edge(d, base, r.lo - 1, t->none);
	push_edge(d, base, r.hi, inside);
	if (r.hi < max)
		push_edge(d, base, max, t->none);
	return zw_diagram_finish(d, variable, base);
}

static u32 one_key(struct table *t, size_t field, u32 index)
{
	u32 id = t->leaves[index];
	size_t i;

	for (i = t->k; i-- > field;)
		id = slab(t, t->variables[i], *range_of(t, index, i), id);
	return id;
}

/* All fields are used up: the keys N are the same point set. */
static u32 no_field_left(struct table *t, const u32 *index, size_t n)
{
	size_t i;

	for (i = 1; i < n && !t->careful; i++)
		if (t->leaves[index[i]] != t->leaves[index[0]])
			t->conflict = true;
	return t->leaves[index[0]];
}

/* By the low end, wider ranges first, then by index. */
static int by_range(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi > y->hi ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static void sort_keys(struct key *keys, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (by_range(&keys[i - 1], &keys[i]) > 0) {
			qsort(keys, n, sizeof(*keys), by_range);
			return;
		}
	}
}

/* Keys with one range in the field at hand. */
struct group {
	struct zw_range range;
	size_t first, count; /* of the sorted index list */
	u32 id;		     /* the table of the remaining fields */
};

static size_t group_keys(const struct key *keys, size_t n, struct group *groups,
			 u32 *index)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		const struct key *key = &keys[i];

		if (i == 0 || key->lo != keys[i - 1].lo ||
		    key->hi != keys[i - 1].hi)
			groups[count++] =
				(struct group){ { key->lo, key->hi }, i, 0, 0 };
		groups[count - 1].count++;
		index[i] = key->index;
	}
	return count;
}

static bool overlap(const struct group *groups, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (groups[i].range.lo <= groups[i - 1].range.hi)
			return true;
	return false;
}

/* The groups as the edges of one node. */
static u32 side_by_side(struct table *t, size_t field,
			const struct group *groups, size_t n, const u32 *index)
{
	struct zw_diagrams *d = t->d;
	u32 variable = t->variables[field], max = max_of(d, variable), id;
	size_t base = d->scratch_count, i;

	for (i = 0; i < n && !step(d); i++) {
		struct zw_range r = groups[i].range;

		if (r.lo > 0 && (i == 0 || groups[i - 1].range.hi + 1 < r.lo))
			push_edge(d, base, r.lo - 1, t->none);
		id = build(t, field + 1, index + groups[i].first,
			   groups[i].count);
		push_edge(d, base, r.hi, id);
	}
	if (groups[n - 1].range.hi < max)
		push_edge(d, base, max, t->none);
	return zw_diagram_finish(d, variable, base);
}

/* The active groups: leaf I of a complete binary tree holds group I's table or
 * none, an inner place the merge of its two children. */
struct active {
	u32 *ids;
	size_t leaves; /* a power of two; leaf I is ids[leaves + i] */
};

static void active_set(struct table *t, struct active *a, size_t i, u32 id)
{
	i += a->leaves;
	a->ids[i] = id;
	for (i /= 2; i > 0; i /= 2) {
		id = overlay(t, a->ids[2 * i], a->ids[2 * i + 1]);
		if (a->ids[i] == id)
			break;
		a->ids[i] = id;
	}
}

/* Group numbers by the end of their range. */
struct ending {
	u32 hi;
	u32 group;
};

static int by_end(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return (x->group > y->group) - (x->group < y->group);
}

/* The edges of the sweep: groups come in the order of their low ends and go in
 * the order of ENDINGS. */
static void sweep_edges(struct table *t, struct active *a, size_t base, u32 max,
			const struct group *groups,
			const struct ending *endings, size_t n)
{
	struct zw_diagrams *d = t->d;
	size_t coming = 0, going = 0;
	u32 at = 0; /* where the next elementary interval begins */

	while (!step(d)) {
		u32 hi = max;

		while (coming < n && groups[coming].range.lo == at) {
			active_set(t, a, coming, groups[coming].id);
			coming++;
		}
		if (coming < n)
			hi = groups[coming].range.lo - 1;
		if (going < n)
			hi = min_u32(hi, endings[going].hi);
		push_edge(d, base, hi, a->ids[1]);
		if (hi == max)
			return;
		for (; going < n && endings[going].hi == hi; going++)
			active_set(t, a, endings[going].group, t->none);
		at = hi + 1;
	}
}

static u32 sweep(struct table *t, size_t field, struct group *groups, size_t n,
		 const u32 *index)
{
	struct zw_diagrams *d = t->d;
	u32 variable = t->variables[field];
	size_t base = d->scratch_count, i;
	struct ending *endings;
	struct active a = { NULL, 1 };

	while (a.leaves < n)
		a.leaves *= 2;
	a.ids = zw_heap_resize(NULL, 2 * a.leaves, sizeof(*a.ids));
	for (i = 0; i < 2 * a.leaves; i++)
		a.ids[i] = t->none;
	endings = zw_heap_resize(NULL, n, sizeof(*endings));
	for (i = 0; i < n; i++) {
		groups[i].id = build(t, field + 1, index + groups[i].first,
				     groups[i].count);
		endings[i] = (struct ending){ groups[i].range.hi, (u32)i };
	}
	qsort(endings, n, sizeof(*endings), by_end);
	sweep_edges(t, &a, base, max_of(d, variable), groups, endings, n);
	free(endings);
	free(a.ids);
	return zw_diagram_finish(d, variable, base);
}

/* Whether the keys all have the same leaf: then none can contradict another. */
static bool one_leaf(const struct table *t, const u32 *index, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (t->leaves[index[i]] != t->leaves[index[0]])
			return false;
	return true;
}

/* INDEX is ascending. */
static u32 build(struct table *t, size_t field, const u32 *index, size_t n)
{
	struct group *groups;
	struct key *keys;
	u32 *sorted, result;
	size_t i, count;

	if (t->d->exhausted || t->conflict)
		return 0;
	if (n == 1)
		return one_key(t, field, index[0]);
	if (field == t->k)
		return no_field_left(t, index, n);
	keys = zw_heap_resize(NULL, n, sizeof(*keys));
	for (i = 0; i < n; i++) {
		const struct zw_range *r = range_of(t, index[i], field);

		keys[i] = (struct key){ r->lo, r->hi, index[i] };
	}
	sort_keys(keys, n);
	groups = zw_heap_resize(NULL, n, sizeof(*groups));
	sorted = zw_heap_resize(NULL, n, sizeof(*sorted));
	count = group_keys(keys, n, groups, sorted);
	free(keys);
	if (!overlap(groups, count)) {
		result = side_by_side(t, field, groups, count, sorted);
	} else if (!t->careful || one_leaf(t, index, n)) {
		result = sweep(t, field, groups, count, sorted);
	} else {
		result = build(t, field, index, n / 2);
		result = overlay(t, result,
				 build(t, field, index + n / 2, n - n / 2));
	}
	free(groups);
	free(sorted);
	return result;
}

static void check_keys(const struct table *t, size_t n)
{
	size_t i, j;

	for (j = 0; j < t->k; j++)
		ZW_ASSERT(t->variables[j] < t->d->maxima.n &&
			  (j == 0 || t->variables[j] > t->variables[j - 1]));
	for (i = 0; i < n; i++) {
		ZW_ASSERT(id_is_leaf(t->leaves[i]));
		for (j = 0; j < t->k; j++) {
			const struct zw_range *r = range_of(t, (u32)i, j);

			ZW_ASSERT(r->lo <= r->hi &&
				  r->hi <= max_of(t->d, t->variables[j]));
		}
	}
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* A leaf that no key has: OTHERWISE itself, where no key has it. */
static u32 unused_leaf(const u32 *leaves, size_t n, u32 otherwise)
{
	u32 *sorted, free_leaf = 0;
	size_t i;

	for (i = 0; i < n && leaves[i] != otherwise; i++)
		;
	if (i == n)
		return otherwise;
	sorted = zw_heap_resize(NULL, n, sizeof(*sorted));
	memcpy(sorted, leaves, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_number);
	for (i = 0; i < n; i++)
		if (sorted[i] == free_leaf)
			free_leaf++;
	free(sorted);
	return free_leaf;
}

struct renaming {
	u32 from, to;
};

static u32 rename_leaf(void *context, u32 leaf)
{
	const struct renaming *r = context;

	return leaf == r->from ? r->to : leaf;
}

zw_node zw_table(struct zw_diagrams *d, const u32 *variables, size_t k,
		 const struct zw_range *keys, const u32 *leaves, size_t n,
		 u32 otherwise)
{
	struct table t = { d, variables, k, keys, leaves, 0, 0, false, false };
	struct renaming r = { 0, otherwise };
	zw_node result;
	u32 *index;
	size_t i;

	ZW_ASSERT(id_is_leaf(otherwise) && n < UINT32_MAX);
	if (d->exhausted)
		return ZW_EMPTY;
	if (n == 0)
		return zw_leaf(d, otherwise);
	check_keys(&t, n);
	t.none = r.from = unused_leaf(leaves, n, otherwise);
	t.tag = zw_tag_new(d);
	index = zw_heap_resize(NULL, n, sizeof(*index));
	for (i = 0; i < n; i++)
		index[i] = (u32)i;
	result.id = build(&t, 0, index, n);
	if (t.conflict) {
		t.conflict = false;
		t.careful = true;
		t.tag = zw_tag_new(d);
		result.id = build(&t, 0, index, n);
	}
	free(index);
	if (t.none != otherwise)
		result = zw_diagram_map(d, result, rename_leaf, &r);
	return result;
}
