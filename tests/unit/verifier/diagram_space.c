/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small space: points are numbered with the last variable fastest. A
 * function's diagram is built bottom-up, one switch for each prefix of values,
 * which uses nothing of the operations under test but the plain switch. */
#include "tests/unit/verifier/diagram_space.h"

const u32 space_sizes[SPACE_VARIABLES] = { 4, 7, 1, 4, 7 };

struct space space_new(u64 salt)
{
	struct space s = { zw_diagrams_new(1 << 22, 1 << 24),
			   { zw_test_seed() + salt } };
	u32 v;

	/* as many as may be, so that both kinds of nodes meet */
	zw_diagrams_stripe_from(s.d, 3);
	for (v = 0; v < SPACE_VARIABLES; v++)
		zw_variable_new(s.d, space_sizes[v] - 1);
	return s;
}

void space_free(struct space *s)
{
	ZW_CHECK(!zw_diagrams_exhausted(s->d), "budget of the test ran out");
	zw_diagrams_free(s->d);
}

void point_values(u32 point, u32 values[SPACE_VARIABLES])
{
	u32 v;

	for (v = SPACE_VARIABLES; v-- > 0;) {
		values[v] = point % space_sizes[v];
		point /= space_sizes[v];
	}
}

u32 point_of(const u32 values[SPACE_VARIABLES])
{
	u32 point = 0, v;

	for (v = 0; v < SPACE_VARIABLES; v++)
		point = point * space_sizes[v] + values[v];
	return point;
}

static void paint(struct space *s, struct function *f, u32 leaf)
{
	u32 lo[SPACE_VARIABLES], hi[SPACE_VARIABLES], v, p;
	u32 values[SPACE_VARIABLES];

	for (v = 0; v < SPACE_VARIABLES; v++) {
		lo[v] = 0;
		hi[v] = space_sizes[v] - 1;
		if (zw_random_below(&s->random, 3)) {
			lo[v] = zw_random_below(&s->random, space_sizes[v]);
			hi[v] = lo[v] + zw_random_below(&s->random,
							space_sizes[v] - lo[v]);
		}
	}
	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		for (v = 0; v < SPACE_VARIABLES; v++)
			if (values[v] < lo[v] || values[v] > hi[v])
				break;
		if (v == SPACE_VARIABLES)
			f->leaf[p] = leaf;
	}
}

struct function function_random(struct space *s, u32 leaves)
{
	u32 n = zw_random_below(&s->random, 9), p;
	struct function f = { { 0 } };

	if (n == 8) /* noise, without any structure */
		for (p = 0; p < SPACE_POINTS; p++)
			f.leaf[p] = zw_random_below(&s->random, leaves);
	else
		while (n-- > 0)
			paint(s, &f, zw_random_below(&s->random, leaves));
	return f;
}

static zw_node build(struct space *s, const u32 *leaf, u32 variable)
{
	u32 size = space_sizes[variable], points = 1, v, i;
	struct zw_branch branch[7];

	for (v = variable + 1; v < SPACE_VARIABLES; v++)
		points *= space_sizes[v];
	for (i = 0; i < size; i++) {
		branch[i].hi = i;
		branch[i].to = v > variable + 1 ? build(s, leaf + i * points,
							variable + 1)
						: zw_leaf(s->d, leaf[i]);
	}
	return zw_switch(s->d, variable, branch, size);
}

zw_node diagram_of(struct space *s, const struct function *f)
{
	return build(s, f->leaf, 0);
}

bool is_function(struct space *s, zw_node n, const struct function *f)
{
	u32 values[SPACE_VARIABLES], p;

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		if (zw_at(s->d, n, values) != f->leaf[p])
			return false;
	}
	return zw_same(n, diagram_of(s, f));
}

size_t variables_random(struct space *s, u32 variables[SPACE_VARIABLES])
{
	size_t n = 0;
	u32 v;

	for (v = 0; v < SPACE_VARIABLES; v++)
		if (zw_random_below(&s->random, 2))
			variables[n++] = v;
	return n;
}
