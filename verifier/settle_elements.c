/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changes of a set become its elements.
 *
 * A hash set is a set of keys: what was added last and not removed is there.
 * A tree of intervals (nft_set_rbtree.c) is a set of points, each the inclusive
 * start or the exclusive end of an interval; a key belongs to the nearest point
 * at or below it, if that is a start. So points are sorted with an end before a
 * start at the same key, and a start reaches to the next point; a start without
 * end reaches to the highest key, an end without start means nothing. A set of
 * boxes (nft_set_pipapo.c) keeps the order of insertion, and the first box that
 * matches wins.
 *
 * Sorting is O(n) where the changes come in ascending order (as our own
 * compiler sends them) or descending (as the kernel dumps a tree), and a merge
 * sort by the first eight bytes of the key elsewhere. Overlaps that the kernel
 * refuses are found where they show: a start within an open interval. */
#include <linux/netlink.h>

#include "base/assert.h"
#include "verifier/decode_internal.h"

struct sort_key {
	u64 prefix; /* the key's first eight bytes, big-endian */
	u32 index;
};

/* The work on one set. */
struct work {
	struct zw_decoder *d;
	struct zw_arena *temporary;
	struct zw_set *set;
	u32 number;
	struct zw_change *v; /* what the set had, then what changed */
	u32 n;
	struct sort_key *order;
	u32 *alive; /* indices of v that remain, in the order wanted */
	u32 n_alive;
};

/* ---- order ---- */

static u64 key_prefix(const u8 *key, u32 len)
{
	u64 prefix = 0;
	u32 i;

	for (i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < len ? key[i] : 0);
	return prefix;
}

/* By key, ends before starts, then the upper corner: <0, 0, >0. */
static int compare(const struct work *w, struct sort_key a, struct sort_key b)
{
	const struct zw_change *x = &w->v[a.index], *y = &w->v[b.index];
	u32 len = w->set->key_len;
	int order;

	if (a.prefix != b.prefix)
		return a.prefix < b.prefix ? -1 : 1;
	if (len > 8) {
		order = memcmp(x->key + 8, y->key + 8, len - 8);
		if (order)
			return order;
	}
	if (x->end != y->end)
		return x->end ? -1 : 1;
	return x->key_end ? memcmp(x->key_end, y->key_end, len) : 0;
}

static void merge(const struct work *w, const struct sort_key *from,
		  struct sort_key *to, u32 lo, u32 mid, u32 hi)
{
	u32 a = lo, b = mid, i;

	for (i = lo; i < hi; i++) {
		bool left = a < mid &&
			    (b >= hi || compare(w, from[a], from[b]) <= 0);

		to[i] = left ? from[a++] : from[b++];
	}
}

static void merge_sort(struct work *w)
{
	struct sort_key *from = w->order, *to, *swap;
	u64 width, lo;

	to = ZW_NEW_ARRAY(w->temporary, struct sort_key, w->n);
	for (width = 1; width < w->n; width *= 2) {
		for (lo = 0; lo < w->n; lo += 2 * width) {
			u64 mid = lo + width, hi = lo + 2 * width;

			if (mid > w->n)
				mid = w->n;
			if (hi > w->n)
				hi = w->n;
			merge(w, from, to, (u32)lo, (u32)mid, (u32)hi);
		}
		swap = from;
		from = to;
		to = swap;
	}
	w->order = from;
}

/* Stable: equal changes stay in the order in which they came. */
static void sort(struct work *w)
{
	bool ascending = true, descending = true;
	u32 i;
	int order;

	w->order = ZW_NEW_ARRAY(w->temporary, struct sort_key, w->n);
	for (i = 0; i < w->n; i++) {
		w->order[i].prefix = key_prefix(w->v[i].key, w->set->key_len);
		w->order[i].index = i;
		if (!i || (!ascending && !descending))
			continue;
		order = compare(w, w->order[i - 1], w->order[i]);
		ascending = ascending && order <= 0;
		descending = descending && order > 0;
	}
	if (ascending)
		return;
	if (!descending) {
		merge_sort(w);
		return;
	}
	for (i = 0; i < w->n / 2; i++) {
		struct sort_key swap = w->order[i];

		w->order[i] = w->order[w->n - 1 - i];
		w->order[w->n - 1 - i] = swap;
	}
}

/* ---- what was there becomes changes again ---- */

static struct zw_change element_change(const struct zw_set *set, u32 i)
{
	const struct zw_elements *e = &set->elements;
	struct zw_change change = { .key = e->lo + (size_t)i * set->key_len };

	if (set->kind == ZW_SET_BOXES)
		change.key_end = e->hi + (size_t)i * set->key_len;
	if (set->data_kind == ZW_DATA_VALUE)
		change.data = e->data + (size_t)i * set->data_len;
	else if (set->data_kind == ZW_DATA_RULING)
		change.ruling = e->rulings[i];
	else if (set->data_kind == ZW_DATA_OBJECT)
		change.object = e->objects[i];
	if (e->marks)
		change.marks = e->marks[i];
	return change;
}

/* KEY + 1 as a big-endian number; false if it is the highest. */
static bool successor(const u8 *key, u32 len, u8 *out)
{
	u32 i = len;

	memcpy(out, key, len);
	while (i-- > 0) {
		if (++out[i])
			return true;
	}
	return false;
}

static void predecessor(const u8 *key, u32 len, u8 *out)
{
	u32 i = len;

	memcpy(out, key, len);
	while (i-- > 0) {
		if (out[i]--)
			return;
	}
}

static void expand(struct work *w, const struct zw_changes *changes)
{
	const struct zw_set *set = w->set;
	u32 i, old = changes->cleared ? 0 : set->elements.n, len = set->key_len;
	size_t room = (size_t)old * 2 + changes->n;
	u8 *key;

	ZW_ASSERT(room < UINT32_MAX);
	w->v = ZW_NEW_ARRAY(w->temporary, struct zw_change, room);
	for (i = 0; i < old; i++) {
		w->v[w->n++] = element_change(set, i);
		if (set->kind != ZW_SET_INTERVAL)
			continue;
		key = zw_alloc(w->temporary, len);
		if (successor(set->elements.hi + (size_t)i * len, len, key))
			w->v[w->n++] =
				(struct zw_change){ .key = key, .end = true };
	}
	for (i = 0; i < changes->n; i++) {
		if (changes->v[i].key)
			w->v[w->n++] = changes->v[i];
	}
}

/* ---- what remains ---- */

static bool same_value(const struct zw_set *set, const struct zw_change *a,
		       const struct zw_change *b)
{
	if (a->end)
		return true;
	switch (set->data_kind) {
	case ZW_DATA_NONE:
		return true;
	case ZW_DATA_VALUE:
		return !memcmp(a->data, b->data, set->data_len);
	case ZW_DATA_RULING:
		return a->ruling.code == b->ruling.code &&
		       a->ruling.chain == b->ruling.chain;
	case ZW_DATA_OBJECT:
		return a->object == b->object;
	}
	return false;
}

static void refuse_at(struct work *w, const struct zw_change *change,
		      const char *why)
{
	struct zw_decoder *d = w->d;
	u32 message = d->message;

	d->message = change->message;
	zw_decode_refuse(d, "set '%.*s': %s", ZW_STR_ARG(w->set->name), why);
	d->message = message;
}

/* Play the changes of one key, order[from..to): the index that remains, or
 * ZW_NONE. */
static u32 fold(struct work *w, u32 from, u32 to)
{
	u32 i, there = ZW_NONE;

	for (i = from; i < to; i++) {
		const struct zw_change *change = &w->v[w->order[i].index];

		if (change->remove) {
			if (there == ZW_NONE && !change->lenient)
				refuse_at(w, change,
					  "it has no such element (ENOENT)");
			there = ZW_NONE;
		} else if (there == ZW_NONE) {
			there = w->order[i].index;
		} else if (change->exclusive ||
			   !same_value(w->set, &w->v[there], change)) {
			refuse_at(w, change,
				  "the element is there already (EEXIST)");
		}
	}
	return there;
}

static void fold_all(struct work *w)
{
	u32 i, from, there;
	bool *remains = NULL;

	w->alive = ZW_NEW_ARRAY(w->temporary, u32, w->n);
	if (w->set->kind == ZW_SET_BOXES)
		remains = ZW_NEW_ARRAY(w->temporary, bool, w->n);
	for (from = 0; from < w->n; from = i) {
		for (i = from + 1; i < w->n; i++) {
			if (compare(w, w->order[from], w->order[i]))
				break;
		}
		there = fold(w, from, i);
		if (there == ZW_NONE)
			continue;
		if (remains)
			remains[there] = true;
		else
			w->alive[w->n_alive++] = there;
	}
	for (i = 0; remains && i < w->n; i++) {
		if (remains[i])
			w->alive[w->n_alive++] = i;
	}
}

/* ---- intervals ---- */

/* Of the points keep the starts; UPPER[i] is the index of the point that ends
 * the i-th, or ZW_NONE. */
static u32 *pair(struct work *w)
{
	u32 *upper = ZW_NEW_ARRAY(w->temporary, u32, w->n_alive);
	u32 i, n = 0;
	bool open = false;

	for (i = 0; i < w->n_alive; i++) {
		const struct zw_change *point = &w->v[w->alive[i]];

		if (point->end) {
			if (open)
				upper[n - 1] = w->alive[i];
			open = false;
			continue;
		}
		if (open)
			refuse_at(w, point, "intervals overlap (EEXIST)");
		w->alive[n] = w->alive[i];
		upper[n++] = ZW_NONE;
		open = true;
	}
	w->n_alive = n;
	return upper;
}

/* ---- writing ---- */

struct columns {
	u8 *lo, *hi, *data, *marks;
	struct zw_ruling *rulings;
	u32 *objects;
};

static void make_columns(struct work *w, struct columns *c)
{
	struct zw_arena *arena = w->d->arena;
	const struct zw_set *set = w->set;
	size_t n = w->n_alive, i;

	c->lo = zw_alloc_array(arena, n, set->key_len);
	c->hi = c->lo;
	if (set->kind != ZW_SET_EXACT)
		c->hi = zw_alloc_array(arena, n, set->key_len);
	if (set->data_kind == ZW_DATA_VALUE)
		c->data = zw_alloc_array(arena, n, set->data_len);
	else if (set->data_kind == ZW_DATA_RULING)
		c->rulings = ZW_NEW_ARRAY(arena, struct zw_ruling, n);
	else if (set->data_kind == ZW_DATA_OBJECT)
		c->objects = ZW_NEW_ARRAY(arena, u32, n);
	for (i = 0; i < n && !w->v[w->alive[i]].marks; i++)
		;
	if (i < n)
		c->marks = ZW_NEW_ARRAY(arena, u8, n);
}

static void write_row(struct work *w, struct columns *c, u32 i,
		      const u32 *upper)
{
	const struct zw_change *change = &w->v[w->alive[i]];
	const struct zw_set *set = w->set;
	u32 len = set->key_len;
	size_t at = (size_t)i * len;

	memcpy(c->lo + at, change->key, len);
	if (set->kind == ZW_SET_BOXES)
		memcpy(c->hi + at, change->key_end, len);
	else if (set->kind == ZW_SET_INTERVAL && upper[i] == ZW_NONE)
		memset(c->hi + at, 0xff, len);
	else if (set->kind == ZW_SET_INTERVAL)
		predecessor(w->v[upper[i]].key, len, c->hi + at);
	if (c->data)
		memcpy(c->data + (size_t)i * set->data_len, change->data,
		       set->data_len);
	if (c->rulings)
		c->rulings[i] = change->ruling;
	if (c->objects)
		c->objects[i] = change->object;
	if (c->marks)
		c->marks[i] = change->marks;
}

static void write_elements(struct work *w, const u32 *upper)
{
	struct columns c = { 0 };
	u32 i;

	if (!w->n_alive) {
		w->set->elements = (struct zw_elements){ 0 };
		return;
	}
	make_columns(w, &c);
	for (i = 0; i < w->n_alive; i++)
		write_row(w, &c, i, upper);
	w->set->elements = (struct zw_elements){
		.n = w->n_alive,
		.lo = c.lo,
		.hi = c.hi,
		.data = c.data,
		.rulings = c.rulings,
		.objects = c.objects,
		.marks = c.marks,
	};
}

/* ---- the catch-all element ---- */

static void settle_catchall(struct work *w, const struct zw_changes *changes)
{
	struct zw_set *set = w->set;
	size_t i;

	for (i = 0; i < changes->n; i++) {
		const struct zw_change *change = &changes->v[i];

		if (change->key)
			continue;
		if (change->remove) {
			if (!set->has_catchall && !change->lenient)
				refuse_at(w, change,
					  "it has no catch-all (ENOENT)");
			set->has_catchall = false;
			continue;
		}
		if (set->has_catchall && w->d->in_batch) {
			refuse_at(w, change, "two catch-alls (EEXIST)");
			continue;
		}
		set->has_catchall = true;
		set->catchall_marks = change->marks;
		set->catchall_ruling.chain = ZW_NONE;
		set->catchall_object = ZW_NONE;
		if (set->data_kind == ZW_DATA_VALUE)
			memcpy(set->catchall_data, change->data, set->data_len);
		else if (set->data_kind == ZW_DATA_RULING)
			set->catchall_ruling = change->ruling;
		else if (set->data_kind == ZW_DATA_OBJECT)
			set->catchall_object = change->object;
	}
}

static void settle_set(struct zw_decoder *d, u32 number)
{
	const struct zw_changes *changes = &d->changes.v[number];
	struct work w = {
		.d = d,
		.temporary = zw_arena_new(),
		.set = &d->now.sets.v[number],
		.number = number,
	};
	const u32 *upper = NULL;

	settle_catchall(&w, changes);
	expand(&w, changes);
	sort(&w);
	fold_all(&w);
	if (w.set->kind == ZW_SET_INTERVAL)
		upper = pair(&w);
	else if (w.set->size && w.n_alive > w.set->size && d->in_batch)
		zw_decode_refuse(
			d, "set '%.*s' has more elements than room (ENFILE)",
			ZW_STR_ARG(w.set->name));
	if (!d->refused)
		write_elements(&w, upper);
	zw_arena_free(w.temporary);
}

void zw_decode_settle(struct zw_decoder *d)
{
	u32 i;

	for (i = 0; i < d->changes.n && !d->refused; i++) {
		if (d->changes.v[i].n || d->changes.v[i].cleared) {
			settle_set(d, i);
			zw_decode_forget(d, i);
		}
	}
}
