/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits and size: an exhausted manager answers leaf 0 at once whatever is
 * asked; the same calls give the same ids; long edge lists are cheap. */
#include "tests/unit/verifier/diagram_space.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static u32 sum(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return (a + b) & 7;
}

static zw_node itself(void *context, u32 leaf)
{
	const zw_node *v = context;

	return v[leaf & 1];
}

static bool positive(void *context, u32 leaf)
{
	(void)context;
	return leaf > 0;
}

/* One of everything over random functions; the ids of all results. */
static size_t everything(struct space *s, zw_node *out)
{
	static const struct zw_range range[] = { { 1, 1 }, { 3, 3 } };
	static const struct zw_range crossing[] = { { 0, 4 }, { 1, 2 },
						    { 1, 6 }, { 0, 3 },
						    { 2, 3 }, { 2, 2 } };
	static const u32 leaf[] = { 1 }, leaves[] = { 1, 2, 3 };
	static const u32 v[] = { 1, 3 };
	static const struct zw_rewrite rewrite[] = { { 1, true, 4 },
						     { 3, false, 2 } };
	struct zw_branch branch[] = { { 1, { 0 } }, { 3, { 0 } } };
	struct function fa = function_random(s, 2), fb = function_random(s, 2);
	zw_node a = diagram_of(s, &fa), b = diagram_of(s, &fb);
	zw_node pair[] = { a, b };
	struct zw_diagrams *d = s->d;
	size_t n = 0;

	branch[0].to = a;
	branch[1].to = b;
	out[n++] = a;
	out[n++] = b;
	out[n++] = zw_and(d, a, b);
	out[n++] = zw_or(d, a, b);
	out[n++] = zw_minus(d, a, b);
	out[n++] = zw_not(d, a);
	out[n++] = zw_if(d, a, b, zw_not(d, b));
	out[n++] = zw_apply(d, zw_tag_new(d), sum, NULL, a, b);
	out[n++] = zw_first(d, zw_tag_new(d), 0, pair, 2);
	out[n++] = zw_bind(d, a, itself, pair);
	out[n++] = zw_where(d, a, positive, NULL);
	out[n++] = zw_fix(d, a, 1, 1);
	out[n++] = zw_substitute(d, a, rewrite, 2);
	out[n++] = zw_exists(d, a, v, 2);
	out[n++] = zw_forall(d, a, v, 2);
	out[n++] = zw_constrain(d, a, b);
	out[n++] = zw_table(d, v, 2, range, leaf, 1, 0);
	out[n++] = zw_table(d, v, 2, crossing, leaves, 3, 3);
	out[n++] = zw_switch(d, 3, branch, 2);
	out[n++] = zw_in(d, 1, range, 2);
	out[n++] = zw_or_all(d, pair, 2);
	out[n++] = (zw_node){ zw_disjoint(d, a, b) };
	out[n++] = (zw_node){ zw_subset(d, a, b) };
	return n;
}

enum { MOST_RESULTS = 32 };

static void use_up(struct space *s, const char *what, size_t limit)
{
	zw_node out[MOST_RESULTS];
	u32 values[SPACE_VARIABLES], round;
	size_t n, i;

	for (round = 0; round < 50 && !zw_diagrams_exhausted(s->d); round++)
		everything(s, out);
	ZW_CHECK(zw_diagrams_exhausted(s->d), "%s %zu: not exhausted", what,
		 limit);
	n = everything(s, out);
	for (i = 0; i < n; i++)
		ZW_CHECK(zw_same(out[i], ZW_EMPTY), "%s %zu: operation %zu",
			 what, limit, i);
	ZW_CHECK(!zw_pick(s->d, out[0], NULL, values), "pick");
	zw_diagrams_free(s->d);
}

static struct space limited(u64 salt, size_t nodes, size_t edges)
{
	struct space s = { zw_diagrams_new(nodes, edges),
			   { zw_test_seed() + salt } };
	u32 v;

	zw_diagrams_stripe_from(s.d, salt & 1 ? 3 : UINT32_MAX);
	for (v = 0; v < SPACE_VARIABLES; v++)
		zw_variable_new(s.d, space_sizes[v] - 1);
	return s;
}

/* Small limits end in each operation in turn. */
static void budgets(void)
{
	struct space s;
	size_t limit;

	for (limit = 0; limit < 400; limit += 1 + limit / 8) {
		s = limited(limit, limit, 1 << 20);
		use_up(&s, "nodes", limit);
		s = limited(limit, 1 << 20, limit);
		use_up(&s, "edges", limit);
		s = limited(limit, 1 << 20, 1 << 20);
		zw_diagrams_limit_steps(s.d, 4 * limit);
		use_up(&s, "steps", limit);
	}
}

static void within_budget(void)
{
	struct space s = limited(1, 50, 200);
	zw_node out[MOST_RESULTS];
	u32 round;

	for (round = 0; round < 20; round++) {
		everything(&s, out);
		ZW_CHECK(zw_diagrams_nodes(s.d) <= 50, "%zu nodes",
			 zw_diagrams_nodes(s.d));
		ZW_CHECK(zw_diagrams_edges(s.d) <= 200, "%zu edges",
			 zw_diagrams_edges(s.d));
	}
	zw_diagrams_free(s.d);
}

static void deterministic(void)
{
	struct space a = space_new(41), b = space_new(41);
	zw_node x[MOST_RESULTS], y[MOST_RESULTS];
	u32 round;
	size_t n, i;

	for (round = 0; round < 30; round++) {
		n = everything(&a, x);
		everything(&b, y);
		for (i = 0; i < n; i++)
			ZW_CHECK(zw_same(x[i], y[i]), "round %u, %zu", round,
				 i);
	}
	ZW_CHECK(zw_diagrams_nodes(a.d) == zw_diagrams_nodes(b.d), "nodes");
	ZW_CHECK(zw_diagrams_steps(a.d) == zw_diagrams_steps(b.d), "steps");
	space_free(&a);
	space_free(&b);
}

enum { MILLION = 1000000 };

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static zw_node million(struct zw_diagrams *d, u32 variable, u32 shift)
{
	struct zw_range *r = malloc(MILLION * sizeof(*r));
	zw_node n;
	u32 i;

	for (i = 0; i < MILLION; i++)
		r[i] = (struct zw_range){ i * 4000 + shift,
					  i * 4000 + shift + 1000 };
	n = zw_in(d, variable, r, MILLION);
	free(r);
	return n;
}

/* Generous in time, for slow and sanitized builds; a quadratic step would take
 * hours. */
static void large_sets(void)
{
	struct zw_diagrams *d = zw_diagrams_new(1000, 1 << 25);
	u32 v = zw_variable_new(d, UINT32_MAX), at;
	double start = seconds();
	zw_node a = million(d, v, 7), b = million(d, v, 507), c;
	char text[160];

	ZW_CHECK(zw_diagrams_nodes(d) == 2, "a set is one node");
	c = zw_and(d, a, b);
	ZW_CHECK(!strcmp(zw_count(d, c, &v, 1, text), "501000000"), "%s", text);
	ZW_CHECK(
		!strcmp(zw_count(d, zw_or(d, a, b), &v, 1, text), "1501000000"),
		"%s", text);
	ZW_CHECK(!strcmp(zw_count(d, zw_minus(d, a, b), &v, 1, text),
			 "500000000"),
		 "%s", text);
	ZW_CHECK(zw_same(zw_not(d, zw_or(d, zw_not(d, a), zw_not(d, b))), c),
		 "de Morgan");
	ZW_CHECK(zw_subset(d, c, a) && !zw_subset(d, a, b), "subset");
	ZW_CHECK(zw_same(zw_exists(d, a, &v, 1), ZW_ALL), "exists");
	at = 4000u * 999999 + 7;
	ZW_CHECK(zw_at(d, a, &at) == 1 && zw_at(d, b, &at) == 0, "at");
	ZW_CHECK(!zw_diagrams_exhausted(d), "budget");
	ZW_CHECK(seconds() - start < 10, "%.2f s", seconds() - start);
	zw_diagrams_free(d);
}

void suite_diagram_budget(void);
void suite_diagram_budget(void)
{
	static CU_TestInfo tests[] = {
		{ "exhaustion", budgets },
		{ "never past the limits", within_budget },
		{ "same calls, same ids", deterministic },
		{ "a million ranges", large_sets },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: budget and size", tests);
}
