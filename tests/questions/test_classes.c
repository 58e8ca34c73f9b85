/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of flows of random policies, and its classes: disjoint, complete, and
 * on their borders as the interpreter has it. */
#include <stdlib.h>

#include "tests/questions/asked.h"

static u32 rounds(u32 usual)
{
	const char *text = getenv("ZW_ROUNDS");

	return text ? (u32)atoi(text) : usual;
}

static void disjoint_and_complete(struct zw_study *s, zw_node set,
				  const struct zw_classes *classes)
{
	zw_node all = ZW_EMPTY;
	size_t i;

	for (i = 0; i < classes->list.n; i++) {
		zw_node one = zw_class_node(s->space, &classes->list.v[i]);

		ZW_CHECK(zw_disjoint(s->d, all, one), "class %zu overlaps", i);
		all = zw_or(s->d, all, one);
	}
	ZW_CHECK(classes->complete && zw_same(all, set),
		 "%zu classes are not the set", classes->list.n);
}

static void ask(const struct asked *a, enum zw_path path, const u32 *values,
		struct zw_str policy)
{
	const struct zw_flow_path *p = &a->study->of[0]->paths[path];
	bool possible = zw_at(a->study->d, p->possible, values);
	bool sure = zw_at(a->study->d, p->sure, values);
	bool passes = asked_passes(a, 0, path, values);
	struct zw_buf text = { 0 };

	if ((passes && possible) || (!passes && !sure)) {
		ZW_CHECK(true, "as the interpreter has it");
		return;
	}
	asked_print(&text, a, path, values);
	ZW_CHECK(false, "%s: %s, the diagrams say %s%s\n%.*s", text.data,
		 passes ? "passes" : "does not pass",
		 possible ? "possible" : "impossible", sure ? ", sure" : "",
		 ZW_STR_ARG(policy));
	zw_buf_free(&text);
}

static void sample(const struct asked *a, enum zw_path path,
		   const struct zw_classes *classes, struct zw_random *random,
		   struct zw_str policy)
{
	u32 *values = ZW_NEW_ARRAY(a->pipelines[0].arena, u32,
				   zw_variable_count(a->study->d));
	u32 i;

	for (i = 0; classes->list.n && i < 60; i++) {
		u32 which = zw_random_below(random, (u32)classes->list.n);

		if (asked_point(a, random, &classes->list.v[which], values))
			ask(a, path, values, policy);
	}
}

static void random_policies(void)
{
	struct zw_random random = { zw_test_seed() };
	u32 i, n = rounds(25);

	for (i = 0; i < n; i++) {
		struct zw_buf text = { 0 };
		struct zw_classes classes;
		struct asked a;
		enum zw_path path;
		struct zw_str policy;

		asked_random_text(&random, &text);
		policy = (struct zw_str){ text.data, text.n };
		asked_new(&a, &policy, 1);
		for (path = 0; a.study && path < ZW_PATH_COUNT; path++) {
			zw_node set = a.study->of[0]->paths[path].possible;

			zw_classes_of(a.pipelines[0].arena, a.study->space, set,
				      0, &classes);
			disjoint_and_complete(a.study, set, &classes);
			sample(&a, path, &classes, &random, policy);
		}
		asked_free(&a);
		zw_buf_free(&text);
	}
}

void suite_classes(void);
void suite_classes(void)
{
	static CU_TestInfo tests[] = {
		{ "random policies", random_policies },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("classes", tests);
}
