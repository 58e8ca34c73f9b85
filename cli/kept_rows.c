/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows are compared in the order of their keys. Exact sets and intervals are
 * decoded in that order; boxes come in the kernel's and are sorted here, which
 * is sound because the compiler's boxes do not overlap. */
#include "cli/kept_rows.h"

#include <stdlib.h>

#include "loader/names.h"

bool zw_kept_declared_alike(const struct zw_set *a, const struct zw_set *b)
{
	return !a->doubt && !b->doubt && a->kind == b->kind &&
	       a->flags == b->flags && a->key_len == b->key_len &&
	       a->n_fields == b->n_fields &&
	       !memcmp(a->field_len, b->field_len, a->n_fields) &&
	       a->data_kind == b->data_kind && a->data_type == b->data_type &&
	       a->data_len == b->data_len && a->timeout == b->timeout &&
	       (!(a->flags & NFT_SET_EVAL) || a->size == b->size);
}

bool zw_kept_shape_alike(const struct zw_set *a, const struct zw_set *b)
{
	return zw_kept_declared_alike(a, b) && !a->unread && !b->unread &&
	       !a->has_catchall && !b->has_catchall && !a->elements.marks &&
	       !b->elements.marks;
}

struct order {
	const struct zw_set *set;
};

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct zw_set *set = ((struct order *)context)->set;
	size_t x = *(const u32 *)a, y = *(const u32 *)b, n = set->key_len;
	int order =
		memcmp(set->elements.lo + x * n, set->elements.lo + y * n, n);

	if (order)
		return order;
	return memcmp(set->elements.hi + x * n, set->elements.hi + y * n, n);
}

/* Row numbers in the order of their keys; NULL: as they stand. */
static u32 *sorted(struct zw_arena *arena, const struct zw_set *set)
{
	struct order order = { set };
	u32 *rows, i;

	if (set->kind != ZW_SET_BOXES)
		return NULL;
	rows = ZW_NEW_ARRAY(arena, u32, set->elements.n + 1);
	for (i = 0; i < set->elements.n; i++)
		rows[i] = i;
	qsort_r(rows, set->elements.n, sizeof(*rows), compare_rows, &order);
	return rows;
}

static struct zw_str chain_name(const struct zw_ruleset *ruleset, u32 chain)
{
	return chain == ZW_NONE ? ZW_STR("") : ruleset->chains.v[chain].name;
}

/* Row X of A has the data of row Y of B. */
static bool data_alike(const struct zw_ruleset *of_a, const struct zw_set *a,
		       size_t x, const struct zw_ruleset *of_b,
		       const struct zw_set *b, size_t y)
{
	const struct zw_ruling *p, *q;

	switch (a->data_kind) {
	case ZW_DATA_NONE:
		return true;
	case ZW_DATA_VALUE:
		return !memcmp(a->elements.data + x * a->data_len,
			       b->elements.data + y * a->data_len, a->data_len);
	case ZW_DATA_RULING:
		p = &a->elements.rulings[x];
		q = &b->elements.rulings[y];
		return p->code == q->code &&
		       zw_str_eq(chain_name(of_a, p->chain),
				 chain_name(of_b, q->chain));
	case ZW_DATA_OBJECT: /* nothing that the compiler makes */
		break;
	}
	return false;
}

bool zw_kept_rows_alike(struct zw_arena *arena, const struct zw_ruleset *of_a,
			const struct zw_set *a, const struct zw_ruleset *of_b,
			const struct zw_set *b)
{
	u32 *rows_a = sorted(arena, a), *rows_b = sorted(arena, b);
	size_t n = a->key_len;
	u32 i;

	if (a->elements.n != b->elements.n)
		return false;
	for (i = 0; i < a->elements.n; i++) {
		size_t x = rows_a ? rows_a[i] : i, y = rows_b ? rows_b[i] : i;
		if (memcmp(a->elements.lo + x * n, b->elements.lo + y * n, n) ||
		    memcmp(a->elements.hi + x * n, b->elements.hi + y * n, n) ||
		    !data_alike(of_a, a, x, of_b, b, y))
			return false;
	}
	return true;
}

/* ---- differences ---- */

struct rows {
	struct zw_arena *arena;
	u8 *lo, *hi;
	size_t n, bytes;
};

static void take_row(struct rows *rows, const struct zw_set *set, u32 i)
{
	size_t at = rows->n++ * rows->bytes;

	memcpy(rows->lo + at, set->elements.lo + i * rows->bytes, rows->bytes);
	memcpy(rows->hi + at, set->elements.hi + i * rows->bytes, rows->bytes);
}

/* -1: row I of A comes first, 1: row J of B, 0: they are the same. */
static int side(const struct zw_set *a, u32 i, const struct zw_set *b, u32 j)
{
	size_t n = a->key_len;
	int order;

	if (i == a->elements.n)
		return 1;
	if (j == b->elements.n)
		return -1;
	order = memcmp(a->elements.lo + i * n, b->elements.lo + j * n, n);
	if (!order)
		order = memcmp(a->elements.hi + i * n, b->elements.hi + j * n,
			       n);
	return order < 0 ? -1 : order > 0;
}

/* Walk both; GONE and ADDED may be NULL, then rows are only counted. */
static void walk(const struct zw_set *old, const struct zw_set *new,
		 struct rows *gone, struct rows *added, size_t counts[2])
{
	u32 i = 0, j = 0;

	while (i < old->elements.n || j < new->elements.n) {
		int which = side(old, i, new, j);

		if (which < 0) {
			counts[0]++;
			if (gone)
				take_row(gone, old, i);
		} else if (which > 0) {
			counts[1]++;
			if (added)
				take_row(added, new, j);
		}
		i += which <= 0;
		j += which >= 0;
	}
}

static struct rows make_rows(struct zw_arena *arena, size_t n, size_t bytes)
{
	return (struct rows){ arena, ZW_NEW_ARRAY(arena, u8, n * bytes + 1),
			      ZW_NEW_ARRAY(arena, u8, n * bytes + 1), 0,
			      bytes };
}

void zw_kept_rows_difference(struct zw_arena *arena, const struct zw_set *old,
			     const struct zw_set *new,
			     struct zw_emit_rows *gone,
			     struct zw_emit_rows *added)
{
	size_t counts[2] = { 0 }, again[2] = { 0 };
	struct rows g, a;

	walk(old, new, NULL, NULL, counts);
	g = make_rows(arena, counts[0], old->key_len);
	a = make_rows(arena, counts[1], old->key_len);
	walk(old, new, &g, &a, again);
	*gone = (struct zw_emit_rows){ g.lo, g.hi, g.n, g.bytes };
	*added = (struct zw_emit_rows){ a.lo, a.hi, a.n, a.bytes };
}

/* ---- numbers ---- */

typedef ZW_VEC(struct zw_str) text_list;

/* NAME, or a word of a text, without its generation. */
static void put_stem(struct zw_buf *out, struct zw_str word)
{
	size_t n = word.n;

	if (zw_name_generation(word)) {
		while (word.p[n - 1] != 'g')
			n--;
		n -= 2;
	}
	zw_buf_add(out, word.p, n);
}

/* A text with every word that ends in a generation cut before it. */
static void put_stems(struct zw_buf *out, struct zw_str text)
{
	size_t start = 0, i;

	for (i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != ' ' && text.p[i] != '\n')
			continue;
		put_stem(out, (struct zw_str){ text.p + start, i - start });
		zw_buf_putc(out, ' ');
		start = i + 1;
	}
}

static struct zw_str rule_text(struct zw_arena *arena,
			       const struct zw_ruleset *ruleset,
			       struct zw_str chain, const struct zw_rule *rule)
{
	struct zw_buf text = { 0 }, out = { 0 };
	struct zw_str copy;
	u32 i;

	put_stem(&out, chain);
	zw_buf_putc(&out, ' ');
	for (i = 0; i < rule->n_exprs; i++) {
		if (rule->exprs[i].kind == ZW_EXPR_COUNTER)
			zw_buf_puts(&text, "counter");
		else
			zw_expr_print(&text, ruleset, &rule->exprs[i]);
		zw_buf_putc(&text, '\n');
	}
	put_stems(&out, (struct zw_str){ text.data, text.n });
	copy = zw_str_copy(arena, (struct zw_str){ out.data, out.n });
	zw_buf_free(&text);
	zw_buf_free(&out);
	return copy;
}

static int compare_texts(const void *a, const void *b)
{
	return zw_str_cmp(*(const struct zw_str *)a, *(const struct zw_str *)b);
}

static void list_rules(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		       u32 table, text_list *texts)
{
	const struct zw_table *t;
	size_t c, r;

	if (table == ZW_NONE)
		return;
	t = &ruleset->tables.v[table];
	for (c = 0; c < t->chains.n; c++) {
		const struct zw_chain *chain =
			&ruleset->chains.v[t->chains.v[c]];

		for (r = 0; r < chain->rules.n; r++) {
			struct zw_str text = rule_text(
				arena, ruleset, chain->name, chain->rules.v[r]);

			zw_push(arena, *texts, text);
		}
	}
	if (texts->n)
		qsort(texts->v, texts->n, sizeof(*texts->v), compare_texts);
}

static void count_texts(const text_list *old, const text_list *new,
			size_t *removed, size_t *added)
{
	size_t i = 0, j = 0;

	while (i < old->n || j < new->n) {
		int order = i == old->n	  ? 1
			    : j == new->n ? -1
					  : zw_str_cmp(old->v[i], new->v[j]);

		*removed += order < 0;
		*added += order > 0;
		i += order <= 0;
		j += order >= 0;
	}
}

struct named_set {
	struct zw_str stem;
	const struct zw_set *set;
};

typedef ZW_VEC(struct named_set) set_list;

static int compare_sets(const void *a, const void *b)
{
	const struct named_set *x = a, *y = b;

	return zw_str_cmp(x->stem, y->stem);
}

static void list_sets(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		      u32 table, set_list *sets)
{
	const struct zw_table *t;
	size_t i;

	if (table == ZW_NONE)
		return;
	t = &ruleset->tables.v[table];
	for (i = 0; i < t->sets.n; i++) {
		const struct zw_set *set = &ruleset->sets.v[t->sets.v[i]];
		struct zw_buf stem = { 0 };
		struct named_set one = { .set = set };

		put_stem(&stem, set->name);
		one.stem = zw_str_copy(arena,
				       (struct zw_str){ stem.data, stem.n });
		zw_buf_free(&stem);
		zw_push(arena, *sets, one);
	}
	if (sets->n)
		qsort(sets->v, sets->n, sizeof(*sets->v), compare_sets);
}

static void count_elements(const struct zw_set *old, const struct zw_set *new,
			   struct zw_kept_changes *changes)
{
	size_t counts[2] = { 0 };

	if (old->kind == new->kind && old->key_len == new->key_len &&
	    old->kind != ZW_SET_BOXES) {
		walk(old, new, NULL, NULL, counts);
	} else if (new->elements.n > old->elements.n) {
		counts[1] = new->elements.n - old->elements.n;
	} else {
		counts[0] = old->elements.n - new->elements.n;
	}
	changes->elements_removed += counts[0];
	changes->elements_added += counts[1];
}

static void count_sets(const set_list *old, const set_list *new,
		       struct zw_kept_changes *changes)
{
	size_t i = 0, j = 0;

	while (i < old->n || j < new->n) {
		int order = i == old->n	  ? 1
			    : j == new->n ? -1
					  : zw_str_cmp(old->v[i].stem,
						       new->v[j].stem);

		if (order < 0) {
			changes->sets_removed++;
			changes->elements_removed += old->v[i].set->elements.n;
		} else if (order > 0) {
			changes->sets_added++;
			changes->elements_added += new->v[j].set->elements.n;
		} else {
			count_elements(old->v[i].set, new->v[j].set, changes);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

void zw_kept_count(struct zw_arena *arena, const struct zw_ruleset *old,
		   u32 old_table, const struct zw_ruleset *new, u32 new_table,
		   struct zw_kept_changes *changes)
{
	text_list rules[2] = { 0 };
	set_list sets[2] = { 0 };

	list_rules(arena, old, old_table, &rules[0]);
	list_rules(arena, new, new_table, &rules[1]);
	count_texts(&rules[0], &rules[1], &changes->rules_removed,
		    &changes->rules_added);
	list_sets(arena, old, old_table, &sets[0]);
	list_sets(arena, new, new_table, &sets[1]);
	count_sets(&sets[0], &sets[1], changes);
}
