/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An independent referee: the same random expressions over wide variables as
 * interval diagrams and as BuDDy's binary ones; the numbers of points, the
 * equalities and the quantified sets must agree. */
#include "tests/harness/harness.h"
#include "verifier/diagram.h"

#include <bdd.h>
#include <stdlib.h>
#include <string.h>

enum {
	VARIABLES = 3,
	BITS = 16,
	EXPRESSIONS = 40,
	ROUNDS = 6,
};

struct pair {
	zw_node ours;
	BDD theirs;
};

struct referee {
	struct zw_diagrams *d;
	struct zw_random random;
	u32 variables[VARIABLES];
};

/* The values of VARIABLE up to BOUND: bit by bit from the highest. */
static BDD at_most(u32 variable, u32 bound)
{
	BDD result = bddtrue;
	int bit;

	for (bit = 0; bit < BITS; bit++) {
		int index = (int)variable * BITS + BITS - 1 - bit;

		if (bound >> bit & 1)
			result =
				bdd_apply(bdd_nithvar(index), result, bddop_or);
		else
			result = bdd_and(bdd_nithvar(index), result);
		bdd_addref(result);
	}
	return result;
}

static BDD between(u32 variable, u32 lo, u32 hi)
{
	BDD result = at_most(variable, hi);

	if (lo > 0)
		result = bdd_addref(bdd_apply(result, at_most(variable, lo - 1),
					      bddop_diff));
	return result;
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* A few random intervals of one variable. */
static struct pair ranges(struct referee *r)
{
	u32 n = 1 + zw_random_below(&r->random, 4), ends[8], i, kept = 0;
	u32 variable = zw_random_below(&r->random, VARIABLES);
	struct zw_range range[4];
	struct pair p = { ZW_EMPTY, bddfalse };

	for (i = 0; i < 2 * n; i++)
		ends[i] = zw_random_below(&r->random, 1u << BITS);
	qsort(ends, 2 * n, sizeof(*ends), by_number);
	for (i = 0; i < n; i++) {
		if (kept && ends[2 * i] <= range[kept - 1].hi)
			continue;
		range[kept++] =
			(struct zw_range){ ends[2 * i], ends[2 * i + 1] };
	}
	p.ours = zw_in(r->d, r->variables[variable], range, kept);
	for (i = 0; i < kept; i++)
		p.theirs = bdd_addref(bdd_or(
			p.theirs, between(variable, range[i].lo, range[i].hi)));
	return p;
}

static struct pair combine(struct referee *r, struct pair a, struct pair b)
{
	struct zw_diagrams *d = r->d;
	struct pair c;

	switch (zw_random_below(&r->random, 4)) {
	case 0:
		c.ours = zw_and(d, a.ours, b.ours);
		c.theirs = bdd_and(a.theirs, b.theirs);
		break;
	case 1:
		c.ours = zw_or(d, a.ours, b.ours);
		c.theirs = bdd_or(a.theirs, b.theirs);
		break;
	case 2:
		c.ours = zw_minus(d, a.ours, b.ours);
		c.theirs = bdd_apply(a.theirs, b.theirs, bddop_diff);
		break;
	default:
		c.ours = zw_not(d, a.ours);
		c.theirs = bdd_not(a.theirs);
		break;
	}
	bdd_addref(c.theirs);
	return c;
}

/* 48 bits: a double counts them exactly. */
static void check_count(struct referee *r, struct pair p, const char *what,
			u32 round)
{
	char text[160];

	zw_count(r->d, p.ours, r->variables, VARIABLES, text);
	ZW_CHECK(strtod(text, NULL) == bdd_satcount(p.theirs),
		 "round %u, %s: %s, the referee has %.0f", round, what, text,
		 bdd_satcount(p.theirs));
}

static BDD bits_of(u32 variable)
{
	BDD result = bddtrue;
	int bit;

	for (bit = 0; bit < BITS; bit++)
		result = bdd_addref(bdd_and(
			result, bdd_ithvar((int)variable * BITS + bit)));
	return result;
}

static void check_quantified(struct referee *r, struct pair p, u32 round)
{
	u32 variable = zw_random_below(&r->random, VARIABLES);
	struct pair some, every;

	some.ours = zw_exists(r->d, p.ours, &r->variables[variable], 1);
	some.theirs = bdd_addref(bdd_exist(p.theirs, bits_of(variable)));
	check_count(r, some, "exists", round);
	every.ours = zw_forall(r->d, p.ours, &r->variables[variable], 1);
	every.theirs = bdd_addref(bdd_forall(p.theirs, bits_of(variable)));
	check_count(r, every, "forall", round);
}

static void check_round(struct referee *r, u32 round)
{
	struct pair pool[EXPRESSIONS];
	u32 i, j;

	for (i = 0; i < EXPRESSIONS; i++) {
		if (i < EXPRESSIONS / 4)
			pool[i] = ranges(r);
		else
			pool[i] = combine(
				r, pool[zw_random_below(&r->random, i)],
				pool[i - 1 - zw_random_below(&r->random, 4)]);
		check_count(r, pool[i], "expression", round);
	}
	check_quantified(r, pool[EXPRESSIONS - 1], round);
	for (i = 0; i < EXPRESSIONS; i++)
		for (j = 0; j < i; j++)
			ZW_CHECK(zw_same(pool[i].ours, pool[j].ours) ==
					 (pool[i].theirs == pool[j].theirs),
				 "round %u: equality of %u and %u", round, i,
				 j);
}

static void referee(void)
{
	struct referee r = { zw_diagrams_new(1 << 22, 1 << 24),
			     { zw_test_seed() + 51 },
			     { 0 } };
	u32 i;

	zw_diagrams_stripe_from(r.d, 3);
	bdd_init(1000000, 100000);
	bdd_setvarnum(VARIABLES * BITS);
	for (i = 0; i < VARIABLES; i++)
		r.variables[i] = zw_variable_new(r.d, (1u << BITS) - 1);
	for (i = 0; i < ROUNDS; i++)
		check_round(&r, i);
	ZW_CHECK(!zw_diagrams_exhausted(r.d), "budget");
	bdd_done();
	zw_diagrams_free(r.d);
}

void suite_diagram_referee(void);
void suite_diagram_referee(void)
{
	static CU_TestInfo tests[] = {
		{ "random expressions against BuDDy", referee },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: referee", tests);
}
