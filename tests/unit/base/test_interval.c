/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interval sets against a bit for each number of a small universe, laws at the
 * ends of 128 bits, and the time to normalise a million. */
#include "base/interval.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/harness/harness.h"

#define UNIVERSE 200
#define MAXIMUM (~(u128)0)

static bool is_normal(struct zw_intervals s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.v[i].lo > s.v[i].hi)
			return false;
		if (i && (s.v[i].lo <= s.v[i - 1].hi ||
			  s.v[i].lo - s.v[i - 1].hi < 2))
			return false;
	}
	return true;
}

/* A random set over 0..UNIVERSE-1 moved up by BASE, and its bits. */
static struct zw_intervals random_set(struct zw_arena *arena,
				      struct zw_random *random, u128 base,
				      bool bits[UNIVERSE])
{
	size_t i, n = zw_random_below(random, 60);
	struct zw_interval *v = ZW_NEW_ARRAY(arena, struct zw_interval, n);

	memset(bits, 0, UNIVERSE);
	for (i = 0; i < n; i++) {
		u32 lo = zw_random_below(random, UNIVERSE);
		u32 hi = lo + zw_random_below(random, 8), at;

		if (hi >= UNIVERSE)
			hi = UNIVERSE - 1;
		v[i] = (struct zw_interval){ base + lo, base + hi };
		for (at = lo; at <= hi; at++)
			bits[at] = true;
	}
	return zw_intervals_from(arena, v, n);
}

static bool has_bits(struct zw_intervals s, u128 base, const bool *bits)
{
	u32 i;

	for (i = 0; i < UNIVERSE; i++) {
		if (zw_intervals_contain(s, base + i) != bits[i])
			return false;
	}
	return is_normal(s);
}

static void compare_with_bits(u128 base, u64 salt)
{
	struct zw_random random = { zw_test_seed() ^ salt };
	int round;

	for (round = 0; round < 2000; round++) {
		struct zw_arena *arena = zw_arena_new();
		bool p[UNIVERSE], q[UNIVERSE], either[UNIVERSE];
		bool both[UNIVERSE], only[UNIVERSE];
		bool same = true, within = true, meet = false;
		struct zw_intervals a = random_set(arena, &random, base, p);
		struct zw_intervals b = random_set(arena, &random, base, q);
		struct zw_intervals u = zw_intervals_union(arena, a, b);
		struct zw_intervals x = zw_intervals_intersect(arena, a, b);
		struct zw_intervals d = zw_intervals_minus(arena, a, b);
		int i;

		for (i = 0; i < UNIVERSE; i++) {
			either[i] = p[i] || q[i];
			both[i] = p[i] && q[i];
			only[i] = p[i] && !q[i];
			same = same && p[i] == q[i];
			within = within && (!p[i] || q[i]);
			meet = meet || both[i];
		}
		ZW_CHECK(has_bits(a, base, p), "round %d: from", round);
		ZW_CHECK(has_bits(u, base, either), "round %d: union", round);
		ZW_CHECK(has_bits(x, base, both), "round %d: both", round);
		ZW_CHECK(has_bits(d, base, only), "round %d: minus", round);
		ZW_CHECK(zw_intervals_equal(a, b) == same, "round %d", round);
		ZW_CHECK(zw_intervals_subset(a, b) == within,
			 "round %d: subset", round);
		ZW_CHECK(zw_intervals_subset(x, b), "round %d: subset", round);
		ZW_CHECK(zw_intervals_subset(a, u), "round %d: subset", round);
		ZW_CHECK(zw_intervals_overlap(a, b) == meet,
			 "round %d: overlap", round);
		zw_arena_free(arena);
	}
}

static void test_against_bits(void)
{
	compare_with_bits(0, 1);
	compare_with_bits((u128)1 << 64, 2);
	compare_with_bits(MAXIMUM - (UNIVERSE - 1), 3);
}

static void test_ends(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_intervals none = { NULL, 0 };
	struct zw_intervals all = zw_intervals_one(arena, 0, MAXIMUM);
	struct zw_intervals top = zw_intervals_one(arena, MAXIMUM, MAXIMUM);
	struct zw_intervals zero = zw_intervals_one(arena, 0, 0);
	struct zw_intervals rest = zw_intervals_minus(arena, all, top);
	struct zw_interval touching[] = { { 5, MAXIMUM }, { 0, 4 } };
	struct zw_interval covered[] = { { 0, MAXIMUM }, { 1, 2 }, { 9, 9 } };

	ZW_CHECK(rest.n == 1 && rest.v[0].hi == MAXIMUM - 1, "all but the top");
	ZW_CHECK(zw_intervals_equal(zw_intervals_union(arena, rest, top), all),
		 "and together again");
	rest = zw_intervals_minus(arena, all, zero);
	ZW_CHECK(rest.n == 1 && rest.v[0].lo == 1, "all but zero");
	ZW_CHECK(zw_intervals_equal(zw_intervals_from(arena, touching, 2), all),
		 "neighbours join");
	ZW_CHECK(zw_intervals_equal(zw_intervals_from(arena, covered, 3), all),
		 "what is covered goes");
	ZW_CHECK(!zw_intervals_minus(arena, all, all).n, "all less all");
	ZW_CHECK(!zw_intervals_union(arena, none, none).n, "none and none");
	ZW_CHECK(zw_intervals_equal(zw_intervals_union(arena, none, all), all),
		 "none and all");
	ZW_CHECK(!zw_intervals_intersect(arena, none, all).n, "none in all");
	ZW_CHECK(zw_intervals_subset(none, none), "none within none");
	ZW_CHECK(!zw_intervals_subset(all, none), "all within none");
	ZW_CHECK(!zw_intervals_overlap(all, none), "all meets none");
	ZW_CHECK(!zw_intervals_contain(none, 0), "none holds 0");
	ZW_CHECK(zw_intervals_from(arena, NULL, 0).n == 0, "from nothing");
	zw_arena_free(arena);
}

enum shape { SORTED, BACKWARDS, RANDOM_32, RANDOM_128, FEW_VALUES, SHAPES };

static void fill(struct zw_interval *v, size_t n, enum shape shape, u64 salt)
{
	struct zw_random random = { zw_test_seed() ^ salt };
	size_t i;

	for (i = 0; i < n; i++) {
		u128 lo = 0;

		switch (shape) {
		case SORTED:
			lo = (u128)i * 4;
			break;
		case BACKWARDS:
			lo = (u128)(n - i) * 4;
			break;
		case RANDOM_32:
			lo = (u32)zw_random_next(&random);
			break;
		case RANDOM_128:
			lo = (u128)zw_random_next(&random) << 64 |
			     zw_random_next(&random);
			break;
		case FEW_VALUES:
		case SHAPES:
			lo = (u128)zw_random_below(&random, 7) << 100;
			break;
		}
		v[i] = (struct zw_interval){ lo, lo == MAXIMUM ? lo : lo + 1 };
	}
}

/* Some hundredths of a second here; the bound is for slow machines and
 * sanitizers, and far below what a quadratic step would take. */
static void test_million(void)
{
	static const char *const names[SHAPES] = {
		"sorted",	   "backwards",	 "32 random bits",
		"128 random bits", "few values",
	};
	size_t n = 1000000;
	int shape;

	for (shape = 0; shape < SHAPES; shape++) {
		struct zw_arena *arena = zw_arena_new();
		struct zw_interval *v =
			ZW_NEW_ARRAY(arena, struct zw_interval, n);
		struct zw_intervals s;
		struct timespec a, b;
		double seconds;

		fill(v, n, (enum shape)shape, 4);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		s = zw_intervals_from(arena, v, n);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		seconds = (double)(b.tv_sec - a.tv_sec) +
			  (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		printf("1,000,000 intervals, %s: %.3f s\n", names[shape],
		       seconds);
		ZW_CHECK(seconds < 2, "%s: %.3f s", names[shape], seconds);
		ZW_CHECK(is_normal(s) && s.n, "%s: not normal", names[shape]);
		if (shape == FEW_VALUES)
			ZW_CHECK(s.n == 7, "%s: %zu", names[shape], s.n);
		zw_arena_free(arena);
	}
}

/* A small set against a large one must not walk the large one. */
static void test_galloping(void)
{
	struct zw_arena *arena = zw_arena_new();
	size_t i, n = 100000;
	struct zw_interval *v = ZW_NEW_ARRAY(arena, struct zw_interval, n);
	struct zw_intervals large, small, both;

	for (i = 0; i < n; i++)
		v[i] = (struct zw_interval){ (u128)i * 10, (u128)i * 10 + 4 };
	large = zw_intervals_from(arena, v, n);
	for (i = 0; i < n; i += 997) {
		small = zw_intervals_one(arena, (u128)i * 10 + 3,
					 (u128)i * 10 + 12);
		both = zw_intervals_intersect(arena, small, large);
		ZW_CHECK(both.n == (i + 1 < n ? 2 : 1) &&
				 both.v[0].lo == (u128)i * 10 + 3,
			 "element %zu: %zu", i, both.n);
		ZW_CHECK(zw_intervals_equal(both, zw_intervals_intersect(
							  arena, large, small)),
			 "element %zu the other way", i);
		ZW_CHECK(zw_intervals_overlap(small, large), "element %zu", i);
		ZW_CHECK(zw_intervals_contain(large, (u128)i * 10 + 4) &&
				 !zw_intervals_contain(large, (u128)i * 10 + 5),
			 "element %zu", i);
	}
	zw_arena_free(arena);
}

void suite_interval(void);
void suite_interval(void)
{
	CU_TestInfo tests[] = {
		{ "against a bit per number", test_against_bits },
		{ "ends of the range", test_ends },
		{ "a million", test_million },
		{ "small against large", test_galloping },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("interval", tests);
}
