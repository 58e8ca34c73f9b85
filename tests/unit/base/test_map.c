/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map against an array: random puts and gets, empty and odd keys. */
#include "base/map.h"

#include "tests/harness/harness.h"

static void test_keys(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_map map;
	u32 value = 5;

	zw_map_init(&map, arena);
	ZW_CHECK(!zw_map_get(&map, ZW_STR("a"), &value) && value == 5,
		 "nothing in a new map");
	zw_map_put(&map, ZW_STR("a"), 1);
	zw_map_put(&map, ZW_STR("ab"), 2);
	zw_map_put(&map, ZW_STR("a\0"), 3);
	zw_map_put(&map, (struct zw_str){ NULL, 0 }, 4);
	ZW_CHECK(zw_map_get(&map, ZW_STR("a"), &value) && value == 1, "a");
	ZW_CHECK(zw_map_get(&map, ZW_STR("ab"), &value) && value == 2, "ab");
	ZW_CHECK(zw_map_get(&map, ZW_STR("a\0"), &value) && value == 3,
		 "a NUL");
	ZW_CHECK(zw_map_get(&map, ZW_STR(""), &value) && value == 4, "empty");
	zw_map_put(&map, ZW_STR("ab"), 9);
	ZW_CHECK(zw_map_get(&map, ZW_STR("ab"), &value) && value == 9,
		 "replaced");
	ZW_CHECK(map.n == 4, "%zu keys", map.n);
	zw_arena_free(arena);
}

#define NAMES 5000

static void test_random(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_arena *arena = zw_arena_new();
	struct zw_str *names = ZW_NEW_ARRAY(arena, struct zw_str, NAMES);
	u32 *expected = ZW_NEW_ARRAY(arena, u32, NAMES);
	struct zw_map map;
	u32 i, at, value;
	size_t distinct = 0;

	zw_map_init(&map, arena);
	for (i = 0; i < NAMES; i++)
		names[i] = zw_strf(arena, "host%u", i * 7);
	for (i = 1; i < 40000; i++) {
		at = zw_random_below(&random, NAMES);
		if (zw_random_below(&random, 2)) {
			distinct += !expected[at];
			expected[at] = i;
			zw_map_put(&map, names[at], i);
			continue;
		}
		value = 0;
		ZW_CHECK(zw_map_get(&map, names[at], &value) == !!expected[at],
			 "step %u", i);
		ZW_CHECK(value == expected[at], "step %u: %u", i, value);
	}
	ZW_CHECK(map.n == distinct, "%zu keys of %zu", map.n, distinct);
	ZW_CHECK(2 * map.n <= map.cap, "half full at most");
	zw_arena_free(arena);
}

void suite_map(void);
void suite_map(void)
{
	CU_TestInfo tests[] = {
		{ "keys", test_keys },
		{ "random against an array", test_random },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("map", tests);
}
