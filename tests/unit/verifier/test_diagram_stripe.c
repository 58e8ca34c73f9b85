/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long lists of edges: the same random operations on large sets in a manager
 * that shares bounds and in one that never does have the same members, counts
 * and equalities; and an operation on what shares them makes no long list. */
#include <string.h>

#include "tests/harness/harness.h"
#include "verifier/diagram.h"

#define VARIABLES 3
#define POOL 40
#define ROUNDS 8
#define POINTS 400
#define MAX 999999u

struct pair {
	struct zw_diagrams *d[2];
	struct zw_random random;
	zw_node pool[2][POOL];
};

static struct pair pair_new(u64 salt)
{
	struct pair p = { .random = { zw_test_seed() + salt } };
	u32 i, v;

	for (i = 0; i < 2; i++) {
		p.d[i] = zw_diagrams_new(1 << 20, 1 << 27);
		for (v = 0; v < VARIABLES; v++)
			zw_variable_new(p.d[i], MAX);
	}
	zw_diagrams_stripe_from(p.d[1], UINT32_MAX);
	return p;
}

static void pair_free(struct pair *p)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		ZW_CHECK(!zw_diagrams_exhausted(p->d[i]), "budget");
		zw_diagrams_free(p->d[i]);
	}
}

/* A set of VARIABLE alone, of many intervals or few; some sets have most of
 * their bounds in common. */
static void draw_set(struct pair *p, u32 at, u32 variable)
{
	static struct zw_range ranges[4000];
	u32 n = zw_random_below(&p->random, 3)
			? 1200 + zw_random_below(&p->random, 2000)
			: 1 + zw_random_below(&p->random, 3);
	u32 width = MAX / n, i;

	for (i = 0; i < n; i++)
		ranges[i] =
			(struct zw_range){ i * width, i * width + width / 2 };
	for (i = 0; i < 4; i++) {
		struct zw_range *r = &ranges[zw_random_below(&p->random, n)];

		r->hi -= (r->hi - r->lo) / 3;
	}
	for (i = 0; i < 2; i++)
		p->pool[i][at] = zw_in(p->d[i], variable, ranges, n);
}

static u32 sum(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return a == 0 ? ZW_OTHER : ZW_UNDETERMINED;
	return (a + b) % 3;
}

static bool odd(void *context, u32 leaf)
{
	(void)context;
	return leaf & 1;
}

/* One operation on what there is below AT, in both managers. */
static void draw_operation(struct pair *p, u32 at, const u32 tags[2])
{
	static const u32 middle[] = { 1 };
	u32 kind = zw_random_below(&p->random, 10), i;
	u32 a = zw_random_below(&p->random, at);
	u32 b = zw_random_below(&p->random, at);
	u32 c = zw_random_below(&p->random, at);
	u32 value = zw_random_below(&p->random, MAX + 1);

	for (i = 0; i < 2; i++) {
		struct zw_diagrams *d = p->d[i];
		zw_node x = p->pool[i][a], y = p->pool[i][b];
		zw_node z = p->pool[i][c], list[3] = { x, y, z }, out;

		switch (kind) {
		case 0:
			out = zw_and(d, x, y);
			break;
		case 1:
			out = zw_or(d, x, y);
			break;
		case 2:
			out = zw_minus(d, x, y);
			break;
		case 3:
			out = zw_if(d, x, y, z);
			break;
		case 4:
			out = zw_first(d, tags[i], 0, list, 3);
			break;
		case 5:
			out = zw_fix(d, x, value % VARIABLES, value);
			break;
		case 6:
			out = zw_exists(d, x, middle, 1);
			break;
		case 7:
			out = zw_not(d, x);
			break;
		case 8:
			out = zw_where(
				d, zw_apply(d, tags[i] - 1, sum, NULL, x, y),
				odd, NULL);
			break;
		default:
			out = zw_same(y, ZW_EMPTY)
				      ? x
				      : zw_and(d, y, zw_constrain(d, x, y));
			break;
		}
		p->pool[i][at] = out;
	}
}

static void check_same(struct pair *p, u32 at, u32 round)
{
	static const u32 all[VARIABLES] = { 0, 1, 2 };
	u32 values[VARIABLES], picked[2][VARIABLES], i, v;
	char text[2][160];

	for (i = 0; i < POINTS; i++) {
		for (v = 0; v < VARIABLES; v++)
			values[v] = zw_random_below(&p->random, MAX + 1);
		ZW_CHECK(zw_at(p->d[0], p->pool[0][at], values) ==
				 zw_at(p->d[1], p->pool[1][at], values),
			 "round %u: %u is not the same at %u %u %u", round, at,
			 values[0], values[1], values[2]);
	}
	for (i = 0; i < 2; i++)
		zw_count(p->d[i], p->pool[i][at], all, VARIABLES, text[i]);
	ZW_CHECK(!strcmp(text[0], text[1]), "round %u: %u has %s and %s", round,
		 at, text[0], text[1]);
	ZW_CHECK(zw_pick(p->d[0], p->pool[0][at], values, picked[0]) ==
			 zw_pick(p->d[1], p->pool[1][at], values, picked[1]),
		 "round %u: one of %u is empty", round, at);
	if (!zw_same(p->pool[0][at], ZW_EMPTY))
		ZW_CHECK(!memcmp(picked[0], picked[1], sizeof(picked[0])),
			 "round %u: not the same member of %u", round, at);
	for (i = 0; i < at; i++) {
		ZW_CHECK(zw_same(p->pool[0][i], p->pool[0][at]) ==
				 zw_same(p->pool[1][i], p->pool[1][at]),
			 "round %u: %u and %u", round, i, at);
		ZW_CHECK(zw_subset(p->d[0], p->pool[0][i], p->pool[0][at]) ==
				 zw_subset(p->d[1], p->pool[1][i],
					   p->pool[1][at]),
			 "round %u: %u within %u", round, i, at);
		ZW_CHECK(zw_disjoint(p->d[0], p->pool[0][i], p->pool[0][at]) ==
				 zw_disjoint(p->d[1], p->pool[1][i],
					     p->pool[1][at]),
			 "round %u: %u beside %u", round, i, at);
	}
}

static void the_same(void)
{
	u32 round, i, tags[2];

	for (round = 0; round < ROUNDS; round++) {
		struct pair p = pair_new(300 + round);

		for (i = 0; i < 2; i++) {
			zw_tag_new(p.d[i]);
			tags[i] = zw_tag_new(p.d[i]);
		}
		for (i = 0; i < POOL; i++) {
			if (i < 8)
				draw_set(&p, i, i % VARIABLES);
			else
				draw_operation(&p, i, tags);
			check_same(&p, i, round);
		}
		pair_free(&p);
	}
}

/* A set of a hundred thousand intervals, and what is made of it with others. */
static void shared(void)
{
	enum { INTERVALS = 100000 };
	static struct zw_range ranges[INTERVALS];
	struct pair p = pair_new(400);
	size_t before, i;
	zw_node set, with;

	for (i = 0; i < INTERVALS; i++)
		ranges[i] = (struct zw_range){ (u32)i * 10, (u32)i * 10 + 4 };
	set = zw_in(p.d[0], 1, ranges, INTERVALS);
	before = zw_diagrams_edges(p.d[0]);
	ZW_CHECK(before > INTERVALS, "%zu edges", before);
	ranges[0] = (struct zw_range){ 17, 99 };
	with = zw_in(p.d[0], 2, ranges, 1);
	with = zw_or(p.d[0], zw_not(p.d[0], zw_and(p.d[0], set, with)),
		     zw_minus(p.d[0], set, zw_in(p.d[0], 0, ranges, 1)));
	ZW_CHECK(!zw_same(with, set), "nothing was done");
	ZW_CHECK(zw_diagrams_edges(p.d[0]) < before + 100,
		 "%zu edges after %zu", zw_diagrams_edges(p.d[0]), before);
	pair_free(&p);
}

void suite_diagram_stripe(void);
void suite_diagram_stripe(void)
{
	static CU_TestInfo tests[] = {
		{ "as without", the_same },
		{ "bounds are shared", shared },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: long lists of edges", tests);
}
