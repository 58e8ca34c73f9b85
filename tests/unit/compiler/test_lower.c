/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lowering's own promises: covers are equal and disjoint, the way through
 * a pair's rules does not grow with their number, sets and chains keep their
 * bounds, comments name the lines. That the ruleset means what the policy means
 * is proved of its bytes elsewhere. */
#include <stdio.h>
#include <string.h>

#include "compiler/emit_netlink.h"
#include "compiler/lower_internal.h"
#include "compiler/paths.h"
#include "report/plan_json.h"
#include "tests/harness/harness.h"
#include "tests/unit/compiler/fixture.h"

/* ---- covers ---- */

#define SIDE 12 /* values of a field */

static bool inside(const struct zw_cell *cell, const unsigned *point,
		   unsigned fields)
{
	for (unsigned f = 0; f < fields; f++)
		if (point[f] < cell->lo[f] || point[f] > cell->hi[f])
			return false;
	return true;
}

static size_t holders(const struct zw_cell *v, size_t n, const unsigned *point,
		      unsigned fields)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += inside(&v[i], point, fields);
	return count;
}

static void one_cover(struct zw_arena *arena, struct zw_random *random)
{
	unsigned fields = 1 + zw_random_below(random, 3), points = 1;
	size_t n = zw_random_below(random, 9);
	struct zw_cell *cells = ZW_NEW_ARRAY(arena, struct zw_cell, n);
	struct zw_cell *copy = ZW_NEW_ARRAY(arena, struct zw_cell, n);
	zw_cells out = { 0 };

	for (size_t i = 0; i < n; i++) {
		for (unsigned f = 0; f < fields; f++) {
			cells[i].lo[f] = zw_random_below(random, SIDE);
			cells[i].hi[f] =
				cells[i].lo[f] +
				zw_random_below(random,
						SIDE - (u32)cells[i].lo[f]);
		}
		cells[i].cause = (u32)i;
		copy[i] = cells[i];
	}
	if (!zw_lower_cover(arena, cells, n, fields, 1000, &out)) {
		ZW_CHECK(out.n == 0, "a failed cover leaves %zu", out.n);
		return;
	}
	for (unsigned f = 0; f < fields; f++)
		points *= SIDE;
	for (unsigned p = 0; p < points; p++) {
		unsigned point[3] = { p % SIDE, p / SIDE % SIDE,
				      p / SIDE / SIDE };
		size_t was = holders(copy, n, point, fields);
		size_t is = holders(out.v, out.n, point, fields);

		ZW_CHECK(is == (was > 0), "%zu of %zu boxes hold %u,%u,%u", is,
			 was, point[0], point[1], point[2]);
	}
	for (size_t i = 0; i < out.n; i++)
		ZW_CHECK(out.v[i].cause < n, "cause %u", out.v[i].cause);
}

static void test_cover(void)
{
	struct zw_random random = { zw_test_seed() };

	for (int i = 0; i < 400; i++) {
		struct zw_arena *arena = zw_arena_new();

		one_cover(arena, &random);
		zw_arena_free(arena);
	}
}

static void test_cover_limit(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_cell cells[40] = { 0 };
	zw_cells out = { 0 };

	/* staircases that cross: quadratic, so refused */
	for (u32 i = 0; i < 20; i++) {
		cells[i].lo[0] = i;
		cells[i].hi[0] = 100 - i;
		cells[i].lo[1] = cells[i].hi[1] = 2 * i;
		cells[20 + i].lo[0] = cells[20 + i].hi[0] = 3 * i + 20;
		cells[20 + i].hi[1] = 100;
	}
	ZW_CHECK(!zw_lower_cover(arena, cells, 40, 2, 80, &out) && !out.n,
		 "more than the limit");
	ZW_CHECK(zw_lower_cover(arena, cells, 40, 2, 4000, &out) && out.n > 80,
		 "%zu boxes", out.n);
	zw_arena_free(arena);
}

/* ---- policies of many rules ---- */

static void many_zones(struct zw_buf *out, struct zw_random *random,
		       unsigned rules)
{
	for (unsigned z = 0; z < 40; z++)
		zw_buf_printf(
			out,
			"zone z%u { interface eth%u network 10.%u.0.0/16, fd00:%x::/32 }\n",
			z, z, z, z + 1);
	for (unsigned r = 0; r < rules; r++) {
		unsigned a = zw_random_below(random, 40);
		unsigned b = (a + 1 + zw_random_below(random, 39)) % 40;

		zw_buf_printf(
			out,
			"%s z%u(10.%u.%u.0/24) -> z%u(10.%u.%u.%u) : tcp/%u\n",
			zw_random_below(random, 10) ? "allow" : "deny", a, a,
			zw_random_below(random, 256), b, b,
			zw_random_below(random, 256),
			zw_random_below(random, 256),
			1 + zw_random_below(random, 65535));
	}
}

static void one_pair(struct zw_buf *out, struct zw_random *random,
		     unsigned rules)
{
	zw_buf_puts(out, "zone a { interface a0 network 10.0.0.0/8 }\n"
			 "zone b { interface b0 network 11.0.0.0/8 }\n");
	for (unsigned r = 0; r < rules; r++) {
		static const unsigned lengths[] = { 8, 16, 24, 32 };
		unsigned x = lengths[zw_random_below(random, 4)];
		unsigned y = lengths[zw_random_below(random, 4)];
		u32 s = 10u << 24 | zw_random_below(random, 1 << 24);
		u32 d = 11u << 24 | zw_random_below(random, 1 << 24);
		u32 port = 1 + zw_random_below(random, 60000);

		s &= ~0u << (32 - x);
		d &= ~0u << (32 - y);
		zw_buf_printf(
			out,
			"allow a(%u.%u.%u.%u/%u) -> b(%u.%u.%u.%u/%u) : %s/%u-%u\n",
			s >> 24, s >> 16 & 255, s >> 8 & 255, s & 255, x,
			d >> 24, d >> 16 & 255, d >> 8 & 255, d & 255, y,
			zw_random_below(random, 2) ? "tcp" : "udp", port,
			port + zw_random_below(random, 3) * 1000);
	}
}

static bool overlap(const struct zw_plan_set *set, size_t i, size_t j)
{
	u8 lo[2][64], hi[2][64];
	size_t at = 0;

	zw_plan_set_element(set, i, lo[0], hi[0]);
	zw_plan_set_element(set, j, lo[1], hi[1]);
	for (unsigned f = 0; f < set->fields; f++) {
		size_t n = zw_key_info((enum zw_key)set->field[f])->bytes;

		if (memcmp(lo[0] + at, hi[1] + at, n) > 0 ||
		    memcmp(lo[1] + at, hi[0] + at, n) > 0)
			return false;
		at += n;
	}
	return true;
}

static void check_bounds(const struct zw_plan *plan)
{
	for (size_t i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		ZW_CHECK(chain->rules.n <= ZW_CHAIN_LIMIT, "%.*s has %zu rules",
			 ZW_STR_ARG(chain->name), chain->rules.n);
		for (size_t r = 0; r < chain->rules.n; r++)
			ZW_CHECK(chain->rules.v[r].place.n &&
					 chain->rules.v[r].place.n < 128,
				 "rule %zu of %.*s says nothing", r,
				 ZW_STR_ARG(chain->name));
	}
	for (size_t i = 0; i < plan->sets.n; i++) {
		const struct zw_plan_set *set = &plan->sets.v[i];
		size_t n = zw_plan_set_size(set);

		ZW_CHECK(n > 0, "%.*s is empty", ZW_STR_ARG(set->name));
		if (!set->interval || set->fields == 1)
			continue;
		ZW_CHECK(n <= ZW_BOX_SET_LIMIT, "%.*s has %zu elements",
			 ZW_STR_ARG(set->name), n);
		for (size_t a = 0; a < n && n < 3000; a++)
			for (size_t b = a + 1; b < n; b++)
				if (overlap(set, a, b)) {
					ZW_CHECK(false, "%zu, %zu of %.*s", a,
						 b, ZW_STR_ARG(set->name));
					return;
				}
	}
}

static struct zw_plan_cost longest(const char *policy)
{
	struct fixture fixture;
	struct zw_plan_stats stats = { 0 };
	struct zw_plan *plan;

	fixture_open(&fixture, policy, NULL);
	ZW_CHECK(fixture.model != NULL, "the policy does not resolve");
	if (fixture.model) {
		plan = zw_lower(fixture.arena, fixture.model);
		check_bounds(plan);
		zw_plan_stats(fixture.arena, fixture.model, plan, &stats);
	}
	fixture_close(&fixture);
	return stats.new;
}

/* Zones that share an interface: COUNT on one side, a third on the other. */
static void shared_interface(struct zw_buf *out, unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		zw_buf_printf(
			out,
			"zone s%u { interface lan0 network 10.%u.0.0/16, fd00:%x::/64 }\n",
			i, i, i);
	for (unsigned i = 1; i <= count / 3; i++)
		zw_buf_printf(
			out,
			"zone t%u { interface dmz0 network 172.16.%u.0/24 }\n",
			i, i);
	for (unsigned i = 1; i <= count; i++)
		zw_buf_printf(out,
			      "allow s%u -> t%u : tcp/%u\n"
			      "allow s%u -> s%u : smtp\n"
			      "allow s%u -> self : ssh\n"
			      "allow self -> s%u : dns\n",
			      i, i % (count / 3) + 1, 100 + i, i, i % count + 1,
			      i, i);
}

/* Four times the zones make no packet's way longer. */
static void test_growth_of_zones(void)
{
	struct zw_plan_cost path[2];

	for (unsigned i = 0; i < 2; i++) {
		struct zw_buf text = { 0 };

		shared_interface(&text, i ? 48 : 12);
		path[i] = longest(text.data);
		zw_buf_free(&text);
	}
	ZW_CHECK(path[1].expressions == path[0].expressions &&
			 path[1].rules == path[0].rules,
		 "from %zu rules, %zu expressions to %zu, %zu", path[0].rules,
		 path[0].expressions, path[1].rules, path[1].expressions);
}

static void test_growth(void)
{
	static const struct {
		const char *name;
		void (*make)(struct zw_buf *, struct zw_random *, unsigned);
		size_t most; /* expressions */
	} shapes[] = { { "forty zones", many_zones, 150 },
		       { "one pair", one_pair, 200 } };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct zw_random random = { zw_test_seed() + i };
		struct zw_plan_cost path[2];
		struct zw_buf text = { 0 };

		shapes[i].make(&text, &random, 1000);
		path[0] = longest(text.data);
		text.n = 0;
		shapes[i].make(&text, &random, 10000);
		path[1] = longest(text.data);
		ZW_CHECK(path[1].expressions <= shapes[i].most,
			 "%s: %zu expressions", shapes[i].name,
			 path[1].expressions);
		ZW_CHECK(path[1].expressions <= path[0].expressions + 60,
			 "%s: from %zu to %zu expressions", shapes[i].name,
			 path[0].expressions, path[1].expressions);
		zw_buf_free(&text);
	}
}

/* ---- what it looks like ---- */

static const struct zw_plan_chain *chain_named(const struct zw_plan *plan,
					       const char *name)
{
	for (size_t i = 0; i < plan->chains.n; i++)
		if (zw_str_is(plan->chains.v[i].name, name))
			return &plan->chains.v[i];
	return NULL;
}

static void test_comments(void)
{
	struct fixture fixture;
	const struct zw_plan_chain *chain;
	struct zw_plan *plan;

	fixture_open(&fixture,
		     "zone a { interface a0 network 10.0.0.0/8 }\n"
		     "zone b { interface b0 }\n"
		     "allow a -> b : https\n"
		     "allow b -> a : ssh\n"
		     "allow a -> b : http\n"
		     "deny a -> b : tcp/25\n",
		     NULL);
	plan = zw_lower(fixture.arena, fixture.model);
	chain = chain_named(plan, "z_rules.a.b.4");
	ZW_CHECK(chain && chain->rules.n == 3, "rules of a and b");
	if (chain && chain->rules.n == 3) {
		ZW_CHECK(zw_str_is(chain->rules.v[0].place, "p.zw:6") &&
				 chain->rules.v[0].verdict == ZW_PLAN_DROP,
			 "deny first");
		ZW_CHECK(zw_str_is(chain->rules.v[1].place, "p.zw:3,5"),
			 "one rule for two lines: %.*s",
			 ZW_STR_ARG(chain->rules.v[1].place));
		ZW_CHECK(zw_str_is(chain->rules.v[2].place, "p.zw") &&
				 chain->rules.v[2].verdict == ZW_PLAN_DROP,
			 "the last drop");
	}
	ZW_CHECK(!chain_named(plan, "z_rules.a.b.6"), "a has no IPv6");
	fixture_close(&fixture);
}

static void test_ends(void)
{
	struct fixture fixture;
	struct zw_plan *plan;

	fixture_open(&fixture,
		     "zone a { interface a0 network 10.0.0.0/8 }\n"
		     "zone b { interface \"b*\" }\n"
		     "allow a -> b : any\nreject b -> self : ssh\n",
		     NULL);
	plan = zw_lower(fixture.arena, fixture.model);
	for (size_t i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];
		const struct zw_plan_rule *last;

		if (chain->hook == ZW_PLAN_NO_HOOK)
			continue;
		ZW_CHECK(chain->rules.n > 0, "an empty base chain");
		last = &chain->rules.v[chain->rules.n - 1];
		ZW_CHECK(!last->match_count && last->verdict == ZW_PLAN_DROP,
			 "%.*s does not end in a drop",
			 ZW_STR_ARG(chain->name));
	}
	fixture_close(&fixture);
}

static void test_same_twice(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_buf text = { 0 }, bytes[2] = { { 0 }, { 0 } };
	struct zw_buf json[2] = { { 0 }, { 0 } };
	struct zw_emit_options options = { .generation = 3 };

	many_zones(&text, &random, 500);
	for (int i = 0; i < 2; i++) {
		struct fixture fixture;
		struct zw_plan *plan;

		fixture_open(&fixture, text.data, NULL);
		plan = zw_lower(fixture.arena, fixture.model);
		zw_emit_netlink(fixture.arena, &bytes[i], plan, &options, NULL);
		zw_plan_json(&json[i], plan, fixture.sources);
		fixture_close(&fixture);
	}
	ZW_CHECK(bytes[0].n == bytes[1].n &&
			 !memcmp(bytes[0].data, bytes[1].data, bytes[0].n),
		 "two runs, two batches");
	ZW_CHECK(json[0].n == json[1].n &&
			 !memcmp(json[0].data, json[1].data, json[0].n),
		 "two runs, two texts of JSON");
	ZW_CHECK(strstr(json[0].data, "\"place\":\"p.zw:") != NULL,
		 "no place of a rule");
	for (int i = 0; i < 2; i++) {
		zw_buf_free(&bytes[i]);
		zw_buf_free(&json[i]);
	}
	zw_buf_free(&text);
}

/* A blocklist that all pairs use is one set, and not in a concatenation. */
static void test_shared_set(void)
{
	struct zw_buf text = { 0 };
	struct fixture fixture;
	struct zw_plan *plan;
	size_t large = 0;

	zw_buf_puts(&text, "zone a { interface a0 }\n"
			   "zone b { interface b0 network 11.0.0.0/8 }\n"
			   "zone c { interface c0 network 12.0.0.0/8 }\n"
			   "define blocked = 1.0.0.0");
	for (unsigned i = 1; i < 3000; i++)
		zw_buf_printf(&text, ", 1.%u.%u.0", i / 256, i % 256);
	zw_buf_puts(&text, "\nallow any -> any\nallow any -> self\n"
			   "deny a(blocked) -> any, self : tcp\n"
			   "deny a(blocked) -> b : udp/53\n");
	fixture_open(&fixture, text.data, NULL);
	ZW_CHECK(fixture.model != NULL, "does not resolve");
	if (fixture.model) {
		plan = zw_lower(fixture.arena, fixture.model);
		check_bounds(plan);
		for (size_t i = 0; i < plan->sets.n; i++)
			large += zw_plan_set_size(&plan->sets.v[i]) >= 3000;
	}
	ZW_CHECK(large == 1, "%zu large sets", large);
	zw_buf_free(&text);
	fixture_close(&fixture);
}

static CU_TestInfo tests[] = {
	{ "covers are equal and disjoint", test_cover },
	{ "covers keep their limit", test_cover_limit },
	{ "ten times the rules, the same way", test_growth },
	{ "four times the zones, the same way", test_growth_of_zones },
	{ "comments name lines", test_comments },
	{ "base chains end in a drop", test_ends },
	{ "two runs are equal", test_same_twice },
	{ "large sets are shared", test_shared_set },
	CU_TEST_INFO_NULL,
};

void suite_lower(void);
void suite_lower(void)
{
	zw_test_suite("compiler/lower", tests);
}
