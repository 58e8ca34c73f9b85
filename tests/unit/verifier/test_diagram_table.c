/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables from keys against the definition: the first key that holds the point,
 * else the leaf for the rest. Disjoint and overlapping keys, few and many
 * shared ranges, one leaf and several, with the leaf for the rest among them.
 */
#include "tests/unit/verifier/diagram_space.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 300, MOST_KEYS = 40 };

struct keys {
	u32 variables[SPACE_VARIABLES];
	struct zw_range range[MOST_KEYS * SPACE_VARIABLES];
	u32 leaf[MOST_KEYS];
	size_t k, n;
};

static bool in_key(const struct keys *keys, size_t i, const u32 *values)
{
	size_t j;

	for (j = 0; j < keys->k; j++) {
		struct zw_range r = keys->range[i * keys->k + j];
		u32 value = values[keys->variables[j]];

		if (value < r.lo || value > r.hi)
			return false;
	}
	return true;
}

static void key_random(struct space *s, struct keys *keys, u32 leaves,
		       bool shared)
{
	size_t j;

	for (j = 0; j < keys->k; j++) {
		struct zw_range *r = &keys->range[keys->n * keys->k + j];
		u32 size = space_sizes[keys->variables[j]];

		r->lo = zw_random_below(&s->random, size);
		r->hi = r->lo + zw_random_below(&s->random, size - r->lo);
		/* Few different ranges: as real rules have them. */
		if (shared && j == 0)
			*r = (struct zw_range){ 0, size / (1 + r->lo % 2) - 1 };
		if (zw_random_below(&s->random, 3) == 0)
			r->hi = r->lo;
	}
	keys->leaf[keys->n++] = zw_random_below(&s->random, leaves);
}

static struct function function_of(const struct keys *keys, u32 otherwise)
{
	u32 p, values[SPACE_VARIABLES];
	struct function f;
	size_t i;

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		f.leaf[p] = otherwise;
		for (i = 0; i < keys->n; i++) {
			if (in_key(keys, i, values)) {
				f.leaf[p] = keys->leaf[i];
				break;
			}
		}
	}
	return f;
}

/* Take the last key back if it shares a point with another. */
static void drop_overlapping(struct keys *keys)
{
	u32 p, values[SPACE_VARIABLES];
	size_t i, last = keys->n - 1;

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		for (i = 0; i < last; i++) {
			if (!in_key(keys, i, values) ||
			    !in_key(keys, last, values))
				continue;
			keys->n = last;
			return;
		}
	}
}

static void check_table(struct space *s, u32 round, bool disjoint)
{
	u32 leaves = 1 + round % 4, otherwise = round % 3;
	u32 tries = zw_random_below(&s->random, MOST_KEYS);
	struct keys keys = { 0 };
	struct function f;
	zw_node got;

	while (keys.k == 0)
		keys.k = variables_random(s, keys.variables);
	while (tries-- > 0) {
		key_random(s, &keys, leaves, round & 1);
		if (disjoint)
			drop_overlapping(&keys);
	}
	f = function_of(&keys, otherwise);
	got = zw_table(s->d, keys.variables, keys.k, keys.range, keys.leaf,
		       keys.n, otherwise);
	ZW_CHECK(is_function(s, got, &f), "round %u: %zu keys, %zu fields",
		 round, keys.n, keys.k);
}

static void overlapping(void)
{
	struct space s = space_new(31);
	u32 round;

	for (round = 0; round < ROUNDS; round++)
		check_table(&s, round, false);
	space_free(&s);
}

static void disjoint_keys(void)
{
	struct space s = space_new(32);
	u32 round;

	for (round = 0; round < ROUNDS; round++)
		check_table(&s, round, true);
	space_free(&s);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* How a table of N keys over three fields looks. */
enum shape {
	SCATTERED, /* every key its own first range */
	NESTED, /* few first ranges, one within the other, and disjoint rest */
	STAIRCASE, /* each first range overlaps its neighbours */
};

static void fill(struct space *s, enum shape shape, struct zw_range *keys,
		 u32 *leaf, u32 n)
{
	u32 i, x;

	for (i = 0; i < n; i++) {
		x = (u32)(((u64)i * 2654435761u) % n); /* out of order */
		if (shape == SCATTERED)
			keys[3 * i] = (struct zw_range){ x * 16, x * 16 + 7 };
		else if (shape == NESTED)
			keys[3 * i] =
				(struct zw_range){ x % 10, 1000000 - x % 10 };
		else
			keys[3 * i] = (struct zw_range){ x * 4, x * 4 + 200 };
		keys[3 * i + 1] = (struct zw_range){ x, x };
		keys[3 * i + 2].lo = zw_random_below(&s->random, 100);
		keys[3 * i + 2].hi =
			keys[3 * i + 2].lo + zw_random_below(&s->random, 100);
		leaf[i] = 2 + x % 5;
	}
}

/* Large tables: right at every key, and in time. */
static void check_large(struct space *s, enum shape shape, u32 n, double limit)
{
	struct zw_diagrams *d = zw_diagrams_new(1 << 24, 1 << 27);
	struct zw_range *keys = malloc(3 * n * sizeof(*keys));
	u32 *leaf = malloc(n * sizeof(*leaf)), v[3], i, j, values[3], wrong = 0;
	double start;
	zw_node got;

	for (j = 0; j < 3; j++)
		v[j] = zw_variable_new(d, UINT32_MAX);
	fill(s, shape, keys, leaf, n);
	start = seconds();
	got = zw_table(d, v, 3, keys, leaf, n, 0);
	start = seconds() - start;
	ZW_CHECK(start < limit, "shape %d: %u keys took %.3f s", shape, n,
		 start);
	ZW_CHECK(!zw_diagrams_exhausted(d), "shape %d", shape);
	for (i = 0; i < n; i++) {
		for (j = 0; j < 3; j++)
			values[j] = keys[3 * i + j].lo;
		wrong += zw_at(d, got, values) != leaf[i];
		values[2] = keys[3 * i + 2].hi + 1;
		wrong += zw_at(d, got, values) != 0;
	}
	ZW_CHECK(wrong == 0, "shape %d: %u of %u keys are wrong", shape, wrong,
		 n);
	zw_diagrams_free(d);
	free(keys);
	free(leaf);
}

static void large(void)
{
	struct space s = space_new(33);

	check_large(&s, SCATTERED, 100000, 5);
	check_large(&s, NESTED, 100000, 5);
	check_large(&s, STAIRCASE, 20000, 5);
	space_free(&s);
}

void suite_diagram_table(void);
void suite_diagram_table(void)
{
	static CU_TestInfo tests[] = {
		{ "overlapping keys", overlapping },
		{ "disjoint keys", disjoint_keys },
		{ "large tables", large },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: tables", tests);
}
