/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries of random conditions on random policies: a flow is in the answer
 * exactly if it passes and the condition, worked out number by number here, is
 * true of it. */
#include <stdlib.h>

#include "tests/questions/asked.h"
#include "verifier/query.h"

static u32 value(const struct asked *a, u32 field, const u32 *values)
{
	return zw_space_value(a->study->space, field, values);
}

static bool has_ports(u32 proto)
{
	return proto == 6 || proto == 17 || proto == 132 || proto == 136 ||
	       proto == 33;
}

static bool holds(const struct asked *a, const struct zw_condition *c,
		  const u32 *values)
{
	u32 proto = value(a, ZW_FIELD_PROTO, values);
	u32 sport = value(a, ZW_FIELD_SPORT, values);
	bool icmp = proto == (value(a, ZW_FIELD_FAMILY, values) ? 58u : 1u);

	switch (c->kind) {
	case ZW_CONDITION_AND:
		return holds(a, c->a, values) && holds(a, c->b, values);
	case ZW_CONDITION_OR:
		return holds(a, c->a, values) || holds(a, c->b, values);
	case ZW_CONDITION_NOT:
		return !holds(a, c->a, values);
	case ZW_CONDITION_PROTO:
		return zw_intervals_contain(c->ranges, proto);
	case ZW_CONDITION_DPORT:
		return has_ports(proto) &&
		       zw_intervals_contain(c->ranges,
					    value(a, ZW_FIELD_DPORT, values));
	case ZW_CONDITION_SPORT:
		return has_ports(proto) &&
		       zw_intervals_contain(c->ranges, sport);
	case ZW_CONDITION_TYPE:
		return icmp && zw_intervals_contain(c->ranges, sport >> 8);
	case ZW_CONDITION_CODE:
		return icmp && zw_intervals_contain(c->ranges, sport & 255);
	default:
		return zw_intervals_contain(c->ranges,
					    value(a, ZW_FIELD_FAMILY, values));
	}
}

static struct zw_condition *
random_condition(struct zw_arena *arena, struct zw_random *random, u32 depth)
{
	static const u32 tops[] = { 255, 65535, 65535, 255, 255, 1 };
	static const u32 usual[] = { 6, 17, 1, 22, 25, 53, 80, 443, 8, 128 };
	struct zw_condition *c = ZW_NEW(arena, struct zw_condition);
	u32 kind = zw_random_below(random, depth ? 9 : 6), top, lo, hi;

	if (kind >= 6) {
		c->kind = ZW_CONDITION_AND + (kind - 6);
		c->a = random_condition(arena, random, depth - 1);
		c->b = random_condition(arena, random, depth - 1);
		return c;
	}
	c->kind = ZW_CONDITION_PROTO + kind;
	top = tops[kind];
	lo = usual[zw_random_below(random, 10)] % (top + 1);
	hi = zw_random_below(random, 2)
		     ? lo
		     : lo + zw_random_below(random, top - lo + 1);
	c->ranges = zw_intervals_one(arena, lo, hi);
	return c;
}

/* The answer to QUERY as a set, by path. */
static void answer(struct asked *a, const struct zw_query *query,
		   zw_node sets[ZW_PATH_COUNT])
{
	struct zw_query_result result;
	size_t i, k;

	zw_query_ask(a->study, query, &result);
	for (i = 0; i < ZW_PATH_COUNT; i++)
		sets[i] = ZW_EMPTY;
	for (i = 0; i < result.pairs.n; i++) {
		const struct zw_query_pair *pair = &result.pairs.v[i];

		ZW_CHECK(pair->has_example && pair->classes.complete,
			 "no example, or too many classes");
		for (k = 0; k < pair->classes.list.n; k++) {
			zw_node one = zw_class_node(a->study->space,
						    &pair->classes.list.v[k]);

			one = zw_parties_between(a->study->space, pair->from,
						 pair->to, one);
			ZW_CHECK(
				zw_disjoint(a->study->d, one, sets[pair->path]),
				"classes overlap");
			sets[pair->path] =
				zw_or(a->study->d, sets[pair->path], one);
		}
	}
}

static void one_policy(struct zw_random *random)
{
	struct zw_buf text = { 0 };
	struct zw_query query = { 0 };
	zw_node sets[ZW_PATH_COUNT];
	struct zw_classes classes;
	struct zw_str policy;
	struct asked a;
	u32 *values, i;

	asked_random_text(random, &text);
	policy = (struct zw_str){ text.data, text.n };
	asked_new(&a, &policy, 1);
	if (a.study) {
		zw_node possible =
			a.study->of[0]->paths[ZW_PATH_FORWARD].possible;

		query.where = random_condition(a.pipelines[0].arena, random, 3);
		answer(&a, &query, sets);
		values = ZW_NEW_ARRAY(a.pipelines[0].arena, u32,
				      zw_variable_count(a.study->d));
		zw_classes_of(a.pipelines[0].arena, a.study->space, possible, 0,
			      &classes);
		for (i = 0; i < 100 && classes.list.n; i++) {
			u32 which =
				zw_random_below(random, (u32)classes.list.n);

			if (!asked_point(&a, random, &classes.list.v[which],
					 values))
				continue;
			ZW_CHECK(zw_at(a.study->d, sets[ZW_PATH_FORWARD],
				       values) ==
					 (zw_at(a.study->d, possible, values) &&
					  holds(&a, query.where, values)),
				 "the answer is another\n%s", text.data);
		}
	}
	asked_free(&a);
	zw_buf_free(&text);
}

static void random_queries(void)
{
	struct zw_random random = { zw_test_seed() + 4 };
	const char *text = getenv("ZW_ROUNDS");
	u32 i, n = text ? (u32)atoi(text) : 20;

	for (i = 0; i < n; i++)
		one_policy(&random);
}

void suite_query(void);
void suite_query(void)
{
	static CU_TestInfo tests[] = {
		{ "random conditions", random_queries },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("query", tests);
}
