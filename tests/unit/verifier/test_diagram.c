/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The algebra of diagrams against its definition on a small space: for each
 * operation the result must have the right leaf at every point and the id of
 * the same function built another way. */
#include "tests/unit/verifier/diagram_space.h"

enum { ROUNDS = 60 };

static void each_point(void)
{
	struct space s = space_new(1);
	u32 round;

	for (round = 0; round < ROUNDS; round++) {
		struct function f = function_random(&s, 4);

		ZW_CHECK(is_function(&s, diagram_of(&s, &f), &f),
			 "round %u: switches do not give the function", round);
	}
	ZW_CHECK(zw_same(zw_leaf(s.d, 0), ZW_EMPTY), "leaf 0");
	ZW_CHECK(zw_leaf_value(s.d, zw_leaf(s.d, 77)) == 77, "leaf 77");
	ZW_CHECK(zw_is_leaf(s.d, ZW_ALL), "leaf 1");
	space_free(&s);
}

static void check_sets(struct space *s, u32 round)
{
	struct function fa = function_random(s, 2), fb = function_random(s, 2);
	struct function and, or, minus, not ;
	zw_node a = diagram_of(s, &fa), b = diagram_of(s, &fb);
	bool disjoint = true, subset = true;
	u32 p;

	for (p = 0; p < SPACE_POINTS; p++) {
		bool x = fa.leaf[p], y = fb.leaf[p];

		and.leaf[p] = x && y;
		or.leaf[p] = x || y;
		minus.leaf[p] = x && !y;
		not .leaf[p] = !x;
		disjoint &= !(x && y);
		subset &= !x || y;
	}
	ZW_CHECK(zw_disjoint(s->d, a, b) == disjoint, "round %u", round);
	ZW_CHECK(zw_subset(s->d, a, b) == subset, "round %u", round);
	ZW_CHECK(is_function(s, zw_and(s->d, a, b), &and), "round %u", round);
	ZW_CHECK(is_function(s, zw_or(s->d, a, b), & or), "round %u", round);
	ZW_CHECK(is_function(s, zw_minus(s->d, a, b), &minus), "round %u",
		 round);
	ZW_CHECK(is_function(s, zw_not(s->d, a), &not ), "round %u", round);
	ZW_CHECK(zw_subset(s->d, zw_and(s->d, a, b), a), "round %u", round);
	ZW_CHECK(zw_disjoint(s->d, zw_minus(s->d, a, b), b), "round %u", round);
	/* Once more, now that both answers are remembered. */
	ZW_CHECK(zw_disjoint(s->d, a, b) == disjoint, "round %u", round);
	ZW_CHECK(zw_subset(s->d, a, b) == subset, "round %u", round);
}

static void sets(void)
{
	struct space s = space_new(2);
	u32 round;

	for (round = 0; round < ROUNDS; round++)
		check_sets(&s, round);
	space_free(&s);
}

static void lists(void)
{
	struct space s = space_new(3);
	u32 round, n, i, p;

	for (round = 0; round < ROUNDS; round++) {
		struct function or = { { 0 } }, and;
		zw_node v[9], w[9];

		for (p = 0; p < SPACE_POINTS; p++)
			and.leaf[p] = 1;
		n = round % 9;
		for (i = 0; i < n; i++) {
			struct function f = function_random(&s, 2);

			v[i] = w[i] = diagram_of(&s, &f);
			for (p = 0; p < SPACE_POINTS; p++) {
				or.leaf[p] |= f.leaf[p];
				and.leaf[p] &= f.leaf[p];
			}
		}
		ZW_CHECK(is_function(&s, zw_or_all(s.d, v, n), & or),
			 "round %u: union of %u", round, n);
		ZW_CHECK(is_function(&s, zw_and_all(s.d, w, n), &and),
			 "round %u: intersection of %u", round, n);
	}
	space_free(&s);
}

static void in_ranges(void)
{
	static const struct zw_range ranges[] = { { 0, 1 },
						  { 2, 2 },
						  { 5, 6 } };
	struct space s = space_new(4);
	struct function f;
	u32 p, values[SPACE_VARIABLES];
	struct zw_range all = { 0, 6 };

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		f.leaf[p] = values[1] <= 2 || values[1] >= 5;
	}
	ZW_CHECK(is_function(&s, zw_in(s.d, 1, ranges, 3), &f), "ranges");
	ZW_CHECK(zw_same(zw_in(s.d, 1, NULL, 0), ZW_EMPTY), "no range");
	ZW_CHECK(zw_same(zw_in(s.d, 4, &all, 1), ZW_ALL), "whole domain");
	space_free(&s);
}

static void if_then_else(void)
{
	struct space s = space_new(5);
	u32 round, p;

	for (round = 0; round < ROUNDS; round++) {
		struct function c = function_random(&s, 2),
				a = function_random(&s, 4),
				b = function_random(&s, 4), want;
		zw_node got;

		for (p = 0; p < SPACE_POINTS; p++)
			want.leaf[p] = c.leaf[p] ? a.leaf[p] : b.leaf[p];
		got = zw_if(s.d, diagram_of(&s, &c), diagram_of(&s, &a),
			    diagram_of(&s, &b));
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
	}
	space_free(&s);
}

/* Leaf 0 is "continue": the composition of rules. */
static u32 then(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == 0)
		return b == ZW_UNDETERMINED ? ZW_OTHER : b;
	return a;
}

/* No early end but one, and a context. */
static u32 blend(void *context, u32 a, u32 b)
{
	const u32 *modulus = context;

	if (a == 3)
		return 9;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return (2 * a + b) % *modulus;
}

static void apply(void)
{
	struct space s = space_new(6);
	u32 then_tag = zw_tag_new(s.d), blend_tag = zw_tag_new(s.d);
	u32 round, p, modulus = 5;

	for (round = 0; round < ROUNDS; round++) {
		struct function a = function_random(&s, 4),
				b = function_random(&s, 4), t, m;
		zw_node x = diagram_of(&s, &a), y = diagram_of(&s, &b);

		for (p = 0; p < SPACE_POINTS; p++) {
			t.leaf[p] = a.leaf[p] ? a.leaf[p] : b.leaf[p];
			m.leaf[p] = blend(&modulus, a.leaf[p], b.leaf[p]);
		}
		x = zw_apply(s.d, then_tag, then, NULL, x, y);
		ZW_CHECK(is_function(&s, x, &t), "then, round %u", round);
		x = zw_apply(s.d, blend_tag, blend, &modulus,
			     diagram_of(&s, &a), y);
		ZW_CHECK(is_function(&s, x, &m), "blend, round %u", round);
	}
	space_free(&s);
}

/* The first of a list that decides, over lists of every length. */
static void firsts(void)
{
	struct space s = space_new(26);
	u32 tag = zw_tag_new(s.d), other = zw_tag_new(s.d), round, p, pass;
	size_t n, i;

	for (round = 0; round < ROUNDS; round++) {
		struct function f[ZW_FIRST_MOST], want;
		zw_node v[ZW_FIRST_MOST];

		pass = round % 2 ? 0 : 2;
		n = zw_random_below(&s.random, ZW_FIRST_MOST + 1);
		for (i = 0; i < n; i++) {
			f[i] = function_random(&s, 4);
			if (i && !zw_random_below(&s.random, 4))
				f[i] = f[i - 1];
			v[i] = diagram_of(&s, &f[i]);
		}
		for (p = 0; p < SPACE_POINTS; p++) {
			want.leaf[p] = pass;
			for (i = n; i--;)
				if (f[i].leaf[p] != pass)
					want.leaf[p] = f[i].leaf[p];
		}
		ZW_CHECK(is_function(
				 &s,
				 zw_first(s.d, pass ? other : tag, pass, v, n),
				 &want),
			 "round %u, %zu", round, n);
	}
	space_free(&s);
}

/* Any children over any variables, in any order. */
static void check_switch(struct space *s, u32 round)
{
	u32 variable = zw_random_below(&s->random, SPACE_VARIABLES);
	u32 n = 0, value, p, values[SPACE_VARIABLES], of[7];
	struct function child[7], want;
	struct zw_branch branch[7];

	for (value = 0; value < space_sizes[variable]; value++) {
		of[value] = n;
		if (value + 1 < space_sizes[variable] &&
		    zw_random_below(&s->random, 3) == 0)
			continue;
		child[n] = function_random(s, 3);
		branch[n].hi = value;
		branch[n].to = diagram_of(s, &child[n]);
		n++;
	}
	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		want.leaf[p] = child[of[values[variable]]].leaf[p];
	}
	ZW_CHECK(is_function(s, zw_switch(s->d, variable, branch, n), &want),
		 "round %u, variable %u", round, variable);
}

static void switches(void)
{
	struct space s = space_new(7);
	u32 round;

	for (round = 0; round < ROUNDS; round++)
		check_switch(&s, round);
	space_free(&s);
}

struct replacing {
	zw_node with[6];
	u32 asked[6];
};

static zw_node replace(void *context, u32 leaf)
{
	struct replacing *r = context;

	r->asked[leaf]++;
	return r->with[leaf];
}

static void check_bind(struct space *s, u32 round)
{
	struct function with[6], want;
	struct function a =
		function_random(s, 2 + zw_random_below(&s->random, 5));
	u32 kinds = zw_random_below(&s->random, 4), leaf, p;
	bool has[6] = { false }, late[6];
	struct replacing r = { 0 };
	zw_node got;

	for (leaf = 0; leaf < 6; leaf++) {
		with[leaf] = function_random(s, 4);
		r.with[leaf] = diagram_of(s, &with[leaf]);
		/* Over late variables only: all, some or none of them. */
		late[leaf] =
			kinds == 0 ||
			(kinds > 1 && zw_random_below(&s->random, 4) < kinds);
		if (late[leaf])
			r.with[leaf] = zw_fix(
				s->d, zw_fix(s->d, r.with[leaf], 0, 2), 1, 3);
	}
	for (p = 0; p < SPACE_POINTS; p++) {
		u32 values[SPACE_VARIABLES];

		point_values(p, values);
		if (late[a.leaf[p]]) {
			values[0] = 2;
			values[1] = 3;
		}
		want.leaf[p] = with[a.leaf[p]].leaf[point_of(values)];
		has[a.leaf[p]] = true;
	}
	got = zw_bind(s->d, diagram_of(s, &a), replace, &r);
	ZW_CHECK(is_function(s, got, &want), "round %u", round);
	for (leaf = 0; leaf < 6; leaf++)
		ZW_CHECK(r.asked[leaf] == has[leaf],
			 "round %u: leaf %u asked %u times", round, leaf,
			 r.asked[leaf]);
}

static void binds(void)
{
	struct space s = space_new(8);
	u32 round;

	for (round = 0; round < ROUNDS; round++)
		check_bind(&s, round);
	space_free(&s);
}

static bool odd(void *context, u32 leaf)
{
	(void)context;
	return leaf & 1;
}

static void where(void)
{
	struct space s = space_new(9);
	u32 tag = zw_tag_new(s.d), round, p;

	for (round = 0; round < ROUNDS; round++) {
		struct function a = function_random(&s, 6), want;
		zw_node got = zw_where(s.d, diagram_of(&s, &a), odd, NULL);

		for (p = 0; p < SPACE_POINTS; p++)
			want.leaf[p] = a.leaf[p] & 1;
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
		got = zw_where_again(s.d, tag, diagram_of(&s, &a), odd, NULL);
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
		for (p = 0; p < SPACE_POINTS; p++)
			want.leaf[p] = a.leaf[p] == round % 6;
		got = zw_where_leaf(s.d, diagram_of(&s, &a), round % 6);
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
	}
	space_free(&s);
}

static u32 apart(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a == b ? 0 : 1 + (a < b);
}

/* Functions that have half their points in common. */
static void differing(void)
{
	struct space s = space_new(11);
	u32 tag = zw_tag_new(s.d), round, p;

	for (round = 0; round < ROUNDS; round++) {
		struct function a = function_random(&s, 3), want;
		struct function b = function_random(&s, 3);
		zw_node got;

		for (p = 0; p < SPACE_POINTS / 2; p++)
			b.leaf[p] = a.leaf[p];
		for (p = 0; p < SPACE_POINTS; p++)
			want.leaf[p] = apart(NULL, a.leaf[p], b.leaf[p]);
		got = zw_apply_differing(s.d, tag, apart, NULL,
					 diagram_of(&s, &a),
					 diagram_of(&s, &b));
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
	}
	space_free(&s);
}

static void fixes(void)
{
	struct space s = space_new(10);
	u32 round, p, values[SPACE_VARIABLES];

	for (round = 0; round < ROUNDS; round++) {
		struct function a = function_random(&s, 4), want;
		u32 v = zw_random_below(&s.random, SPACE_VARIABLES);
		u32 value = zw_random_below(&s.random, space_sizes[v]);
		zw_node got = zw_fix(s.d, diagram_of(&s, &a), v, value);

		for (p = 0; p < SPACE_POINTS; p++) {
			point_values(p, values);
			values[v] = value;
			want.leaf[p] = a.leaf[point_of(values)];
		}
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
	}
	space_free(&s);
}

/* So many results that remembered ones must be told apart by their last
 * operand: the same node and variable, each value another constant. */
static void fixes_remembered(void)
{
	enum { VALUES = 50000 };
	struct zw_diagrams *d = zw_diagrams_new(1 << 20, 1 << 20);
	u32 x = zw_variable_new(d, 1), y = zw_variable_new(d, VALUES - 1), i;
	static struct zw_branch even[VALUES], odd_values[VALUES];
	struct zw_branch both[2] = { { 0, { 0 } }, { 1, { 0 } } };
	u32 wrong = 0;
	zw_node a, got;

	for (i = 0; i < VALUES; i++) {
		even[i] = (struct zw_branch){ i, zw_leaf(d, 2 * i) };
		odd_values[i] = (struct zw_branch){ i, zw_leaf(d, 2 * i + 1) };
	}
	both[0].to = zw_switch(d, y, even, VALUES);
	both[1].to = zw_switch(d, y, odd_values, VALUES);
	a = zw_switch(d, x, both, 2);
	for (i = 0; i < VALUES; i++) {
		u32 point[2] = { i & 1, 0 };

		got = zw_fix(d, a, y, i);
		wrong += zw_at(d, got, point) != 2 * i + (i & 1);
	}
	ZW_CHECK(wrong == 0, "%u of %u values", wrong, (u32)VALUES);
	zw_diagrams_free(d);
}

static size_t rewrites_random(struct space *s, struct zw_rewrite *r)
{
	size_t n = 0;
	u32 v, w;

	for (v = 0; v < SPACE_VARIABLES; v++) {
		if (zw_random_below(&s->random, 2))
			continue;
		w = zw_random_below(&s->random, SPACE_VARIABLES);
		r[n].variable = v;
		r[n].is_copy = space_sizes[w] == space_sizes[v];
		r[n].value = r[n].is_copy ? w
					  : zw_random_below(&s->random,
							    space_sizes[v]);
		n++;
	}
	return n;
}

static void substitutes(void)
{
	struct space s = space_new(11);
	u32 round, p, before[SPACE_VARIABLES], after[SPACE_VARIABLES];

	for (round = 0; round < 3 * ROUNDS; round++) {
		struct function a = function_random(&s, 4), want;
		struct zw_rewrite r[SPACE_VARIABLES];
		size_t n = rewrites_random(&s, r), i;
		zw_node got = zw_substitute(s.d, diagram_of(&s, &a), r, n);

		for (p = 0; p < SPACE_POINTS; p++) {
			point_values(p, before);
			point_values(p, after);
			for (i = 0; i < n; i++)
				after[r[i].variable] =
					r[i].is_copy ? before[r[i].value]
						     : r[i].value;
			want.leaf[p] = a.leaf[point_of(after)];
		}
		ZW_CHECK(is_function(&s, got, &want), "round %u", round);
	}
	space_free(&s);
}

/* The set of points for which COUNT of the values of the variables V inside
 * are at least one, or all. */
static struct function quantified(const struct function *a, const u32 *v,
				  size_t n, bool forall)
{
	u32 p, values[SPACE_VARIABLES], inside[SPACE_POINTS] = { 0 };
	u32 all = 1;
	struct function f;
	size_t i;

	for (i = 0; i < n; i++)
		all *= space_sizes[v[i]];
	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		for (i = 0; i < n; i++)
			values[v[i]] = 0;
		inside[point_of(values)] += a->leaf[p];
	}
	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		for (i = 0; i < n; i++)
			values[v[i]] = 0;
		f.leaf[p] = inside[point_of(values)] >= (forall ? all : 1);
	}
	return f;
}

/* A variable is tested if fixing it to one value or another differs. */
static void tested_variables(void)
{
	struct space s = space_new(14);
	u32 round, variable, value;

	for (round = 0; round < ROUNDS; round++) {
		struct function f = function_random(&s, 3);
		u32 v[SPACE_VARIABLES];
		zw_node a =
			zw_fix(s.d, diagram_of(&s, &f),
			       zw_random_below(&s.random, SPACE_VARIABLES), 0);
		bool any = false, tested[SPACE_VARIABLES] = { false };
		size_t n = variables_random(&s, v), i;

		zw_tested(s.d, a, tested);
		for (i = 0; i < n; i++) {
			bool one = false;

			variable = v[i];
			for (value = 1; value < space_sizes[variable]; value++)
				one |= !zw_same(
					zw_fix(s.d, a, variable, 0),
					zw_fix(s.d, a, variable, value));
			any |= one;
			ZW_CHECK(tested[variable] == one,
				 "round %u, variable %u", round, variable);
		}
		ZW_CHECK(zw_tests_any(s.d, a, v, n) == any, "round %u", round);
	}
	space_free(&s);
}

static void quantifiers(void)
{
	struct space s = space_new(12);
	u32 round, v[SPACE_VARIABLES];

	for (round = 0; round < 2 * ROUNDS; round++) {
		struct function a = function_random(&s, 2);
		size_t n = variables_random(&s, v);
		zw_node x = diagram_of(&s, &a);
		struct function some = quantified(&a, v, n, false),
				every = quantified(&a, v, n, true);

		ZW_CHECK(is_function(&s, zw_exists(s.d, x, v, n), &some),
			 "exists, round %u", round);
		ZW_CHECK(is_function(&s, zw_forall(s.d, x, v, n), &every),
			 "forall, round %u", round);
	}
	space_free(&s);
}

static void check_constrain(struct space *s, u32 round, u32 leaves)
{
	struct function fa = function_random(s, leaves),
			fc = function_random(s, 2);
	zw_node a = diagram_of(s, &fa), c = diagram_of(s, &fc);
	zw_node r = zw_constrain(s->d, a, c);
	u32 p, values[SPACE_VARIABLES];

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		if (fc.leaf[p] && zw_at(s->d, r, values) != fa.leaf[p])
			break;
	}
	ZW_CHECK(p == SPACE_POINTS, "round %u: point %u differs", round, p);
	if (leaves == 2)
		ZW_CHECK(zw_same(zw_and(s->d, r, c), zw_and(s->d, a, c)),
			 "round %u: the law of the cofactor", round);
}

static void constrains(void)
{
	struct space s = space_new(13);
	struct function f;
	zw_node a, r;
	u32 round;

	for (round = 0; round < ROUNDS; round++) {
		check_constrain(&s, round, 2);
		check_constrain(&s, round, 5);
		f = function_random(&s, 2);
		a = diagram_of(&s, &f);
		if (zw_same(a, ZW_EMPTY))
			continue;
		r = zw_constrain(s.d, a, a);
		ZW_CHECK(zw_same(r, ZW_ALL),
			 "round %u: a set within itself is everything", round);
	}
	space_free(&s);
}

void suite_diagram(void);
void suite_diagram(void)
{
	static CU_TestInfo tests[] = {
		{ "a function is its points", each_point },
		{ "sets", sets },
		{ "lists of sets", lists },
		{ "ranges", in_ranges },
		{ "if, then, else", if_then_else },
		{ "apply", apply },
		{ "the first that decides", firsts },
		{ "switch over any children", switches },
		{ "bind", binds },
		{ "where", where },
		{ "where they are not the same", differing },
		{ "fix", fixes },
		{ "fix, many values", fixes_remembered },
		{ "substitute", substitutes },
		{ "variables that are tested", tested_variables },
		{ "exists and forall", quantifiers },
		{ "constrain", constrains },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram", tests);
}
