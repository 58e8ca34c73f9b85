/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arenas and the vectors that grow in them: zeroed, aligned, apart from one
 * another. */
#include "base/arena.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/vec.h"
#include "tests/harness/harness.h"

#define PIECES 3000

static void test_pieces(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_arena *arena = zw_arena_new();
	u8 *pieces[PIECES];
	size_t sizes[PIECES], i, at, total = 0;

	for (i = 0; i < PIECES; i++) {
		size_t most = i % 100 == 99 ? 300000 : 300;

		sizes[i] = zw_random_below(&random, (u32)most);
		pieces[i] = zw_alloc(arena, sizes[i]);
		total += sizes[i];
		ZW_CHECK(pieces[i] && (uintptr_t)pieces[i] % 16 == 0,
			 "piece %zu is not aligned", i);
		for (at = 0; at < sizes[i]; at++) {
			if (pieces[i][at])
				ZW_CHECK(false, "piece %zu is not zero", i);
		}
		memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
	}
	for (i = 0; i < PIECES; i++) {
		for (at = 0; at < sizes[i]; at++) {
			if (pieces[i][at] != i % 255 + 1)
				ZW_CHECK(false, "piece %zu was overwritten", i);
		}
	}
	ZW_CHECK(zw_arena_size(arena) >= total, "size covers what was given");
	ZW_CHECK(zw_arena_size(arena) < 2 * total + (4u << 20), "and is near");
	zw_arena_free(arena);
	zw_arena_free(NULL);
}

/* The law about exhaustion: status 70, not a NULL that somebody follows. */
static void test_overflow(void)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		struct zw_arena *arena = zw_arena_new();

		close(STDERR_FILENO);
		zw_alloc_array(arena, SIZE_MAX / 4, 8);
		_exit(0);
	}
	ZW_CHECK(child > 0 && waitpid(child, &status, 0) == child, "fork");
	ZW_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 70, "status %x",
		 (unsigned)status);
}

struct item {
	u64 number;
	u8 tail[5];
};

static void test_vector(void)
{
	struct zw_arena *arena = zw_arena_new();
	ZW_VEC(struct item) items = { 0 };
	ZW_VEC(u8) bytes = { 0 };
	u64 i;

	for (i = 0; i < 10000; i++) {
		struct item item = { .number = i * i, .tail = { (u8)i } };

		zw_push(arena, items, item);
		zw_push(arena, bytes, (u8)i);
	}
	ZW_CHECK(items.n == 10000 && bytes.n == 10000, "count");
	ZW_CHECK(items.cap < 20000, "twice the room at most: %zu", items.cap);
	for (i = 0; i < 10000; i++)
		ZW_CHECK(items.v[i].number == i * i &&
				 items.v[i].tail[0] == (u8)i &&
				 bytes.v[i] == (u8)i,
			 "element %zu", (size_t)i);
	zw_arena_free(arena);
}

/* Room behind what was taken last, and only there. */
static void test_extend(void)
{
	struct zw_arena *arena = zw_arena_new();
	u8 *first = zw_alloc(arena, 40), *second;
	size_t i;

	memset(first, 7, 40);
	CU_ASSERT_TRUE(zw_arena_extend(arena, first, 40, 25, 8));
	for (i = 40; i < 200; i++)
		CU_ASSERT_EQUAL(first[i], 0);
	memset(first, 7, 200);
	second = zw_alloc(arena, 16);
	CU_ASSERT(second >= first + 200);
	for (i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(second[i], 0);
	CU_ASSERT_FALSE(zw_arena_extend(arena, first, 200, 400, 1));
	CU_ASSERT_FALSE(zw_arena_extend(arena, second, 16, 8, 1));
	CU_ASSERT_FALSE(zw_arena_extend(arena, second, 16, 1 << 20, 1));
	CU_ASSERT_FALSE(zw_arena_extend(arena, second, 16, SIZE_MAX, 2));
	CU_ASSERT_FALSE(zw_arena_extend(arena, second, 16, SIZE_MAX, 1));
	zw_arena_free(arena);
}

static void test_reserve(void)
{
	struct zw_arena *arena = zw_arena_new();
	ZW_VEC(u32) v = { 0 };
	const u32 *place;
	u32 i;

	zw_push(arena, v, 0u);
	zw_reserve(arena, v, 1000);
	place = v.v;
	zw_alloc(arena, 1);
	for (i = 1; i < 1000; i++)
		zw_push(arena, v, i);
	CU_ASSERT_PTR_EQUAL(place, v.v);
	zw_reserve(arena, v, 10);
	CU_ASSERT_PTR_EQUAL(place, v.v);
	zw_push(arena, v, i);
	for (i = 0; i < v.n; i++)
		CU_ASSERT_EQUAL(v.v[i], i);
	zw_arena_free(arena);
}

void suite_arena(void);
void suite_arena(void)
{
	CU_TestInfo tests[] = {
		{ "pieces", test_pieces },
		{ "a product that overflows", test_overflow },
		{ "vector", test_vector },
		{ "extending", test_extend },
		{ "reserving", test_reserve },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("arena", tests);
}
