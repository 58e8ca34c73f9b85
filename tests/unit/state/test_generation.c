/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generations and where things stand: written, read, pruned, refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/ledger.h"
#include "tests/harness/harness.h"

struct scene {
	struct zw_arena *arena;
	char path[64];
	struct zw_folder folder;
};

static void set_scene(struct scene *s)
{
	*s = (struct scene){ .arena = zw_arena_new(),
			     .path = "/tmp/zwinger-state-XXXXXX" };
	if (!mkdtemp(s->path))
		CU_FAIL_FATAL("mkdtemp");
	CU_ASSERT_EQUAL(zw_folder_open(s->path, false, &s->folder), 0);
}

static void strike_scene(struct scene *s)
{
	struct zw_numbers numbers;
	size_t i;

	CU_ASSERT_EQUAL(zw_generation_numbers(s->arena, &s->folder, &numbers),
			0);
	for (i = 0; i < numbers.n; i++)
		zw_generation_remove(s->arena, &s->folder, numbers.v[i]);
	zw_generation_remove(s->arena, &s->folder, ZW_GENERATION_BUILT_IN);
	zw_folder_remove(&s->folder, "ledger");
	zw_folder_remove(&s->folder, "lock");
	zw_folder_close(&s->folder);
	CU_ASSERT_EQUAL(rmdir(s->path), 0);
	zw_arena_free(s->arena);
}

static struct zw_generation generation(struct scene *s, u32 number)
{
	const struct zw_file_copy policy = { ZW_STR("a b.zw"), ZW_STR("text\n"),
					     0100644 };
	const struct zw_file_copy list = { ZW_STR("list"),
					   { "\0\xff\n", 3 },
					   0100644 };
	struct zw_generation g = {
		.number = number,
		.when = 1700000000,
		.who = ZW_STR("root"),
		.policy = ZW_STR("a b.zw"),
		.verdict = ZW_STR("proved"),
		.others = ZW_STR("ip x\nip6 y\n"),
	};

	zw_push(s->arena, g.files, policy);
	zw_push(s->arena, g.files, list);
	g.sources = zw_generation_digest(s->arena, g.files.v, g.files.n);
	return g;
}

static void test_generation(void)
{
	struct zw_generation g, back;
	struct scene s;
	struct stat st;
	char path[128];

	set_scene(&s);
	g = generation(&s, 17);
	CU_ASSERT_EQUAL(zw_generation_write(s.arena, &s.folder, &g), 0);
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder, 17, &back), 0);
	CU_ASSERT_EQUAL(back.when, g.when);
	CU_ASSERT(zw_str_eq(back.policy, g.policy));
	CU_ASSERT(zw_str_eq(back.others, g.others));
	CU_ASSERT_EQUAL_FATAL(back.files.n, 2);
	CU_ASSERT(zw_str_eq(back.files.v[1].text, g.files.v[1].text));
	CU_ASSERT(zw_str_eq(zw_generation_digest(s.arena, back.files.v, 2),
			    g.sources));
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder, 16, &back),
			-ENOENT);
	snprintf(path, sizeof(path), "%s/generation-17", s.path);
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 0777) == 0600);
	CU_ASSERT(!chmod(path, 0620));
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder, 17, &back),
			ZW_STATE_EXPOSED);
	CU_ASSERT(!chmod(path, 0600) && !truncate(path, st.st_size / 2));
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder, 17, &back),
			ZW_STATE_DAMAGED);
	strike_scene(&s);
}

/* One number's file under the name of another's. */
static void test_renamed(void)
{
	struct zw_generation g, back;
	char from[128], to[128];
	struct scene s;

	set_scene(&s);
	g = generation(&s, 3);
	CU_ASSERT_EQUAL(zw_generation_write(s.arena, &s.folder, &g), 0);
	snprintf(from, sizeof(from), "%s/generation-3", s.path);
	snprintf(to, sizeof(to), "%s/generation-4", s.path);
	CU_ASSERT_EQUAL(rename(from, to), 0);
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder, 4, &back),
			ZW_STATE_DAMAGED);
	strike_scene(&s);
}

static void test_prune(void)
{
	const u32 needed[] = { 2, ZW_GENERATION_NONE };
	struct zw_numbers numbers;
	struct scene s;
	u32 i;

	set_scene(&s);
	for (i = 0; i <= ZW_GENERATIONS_KEPT + 4; i++) {
		struct zw_generation g = generation(&s, i);

		CU_ASSERT_EQUAL(zw_generation_write(s.arena, &s.folder, &g), 0);
	}
	CU_ASSERT_EQUAL(zw_generation_prune(s.arena, &s.folder, needed, 2), 0);
	CU_ASSERT_EQUAL(zw_generation_numbers(s.arena, &s.folder, &numbers), 0);
	CU_ASSERT_EQUAL_FATAL(numbers.n, ZW_GENERATIONS_KEPT + 1);
	CU_ASSERT_EQUAL(numbers.v[0], 2);
	for (i = 1; i < numbers.n; i++)
		CU_ASSERT_EQUAL(numbers.v[i], i + 4);
	CU_ASSERT_EQUAL(zw_generation_read(s.arena, &s.folder,
					   ZW_GENERATION_BUILT_IN,
					   &(struct zw_generation){ 0 }),
			0);
	strike_scene(&s);
}

static void test_ledger(void)
{
	struct zw_ledger now = zw_ledger_none(), back;
	struct scene s;
	u32 i;

	set_scene(&s);
	CU_ASSERT_EQUAL(zw_ledger_read(s.arena, &s.folder, &back), 0);
	CU_ASSERT(!back.known && back.loaded == ZW_GENERATION_NONE);
	now.loaded = now.waiting = 5;
	now.good = now.back = ZW_GENERATION_BUILT_IN;
	now.deadline = 99;
	now.boot = zw_boot_id(s.arena);
	now.token = ZW_STR("t");
	now.by = ZW_STR("root");
	CU_ASSERT_EQUAL(zw_ledger_write(s.arena, &s.folder, &now), 0);
	CU_ASSERT_EQUAL(zw_ledger_read(s.arena, &s.folder, &back), 0);
	CU_ASSERT(back.known && back.loaded == 5 && back.waiting == 5 &&
		  back.good == 0 && back.back == 0 && back.deadline == 99 &&
		  back.loading == ZW_GENERATION_NONE);
	CU_ASSERT(back.boot.n && zw_str_eq(back.boot, now.boot));
	for (i = 1; i < 100; i++)
		zw_ledger_confirm(s.arena, &back, i);
	CU_ASSERT_EQUAL(zw_ledger_write(s.arena, &s.folder, &back), 0);
	CU_ASSERT_EQUAL(zw_ledger_read(s.arena, &s.folder, &now), 0);
	CU_ASSERT(now.good == 99 && now.waiting == ZW_GENERATION_NONE);
	CU_ASSERT(zw_ledger_confirmed(&now, 99) &&
		  zw_ledger_confirmed(&now, 90) &&
		  !zw_ledger_confirmed(&now, 5));
	strike_scene(&s);
}

static void test_lock(void)
{
	struct zw_folder other;
	struct scene s;

	set_scene(&s);
	CU_ASSERT_EQUAL(zw_folder_open(s.path, false, &other), 0);
	CU_ASSERT_EQUAL(zw_folder_lock(&s.folder, 0), 0);
	CU_ASSERT_EQUAL(zw_folder_lock(&other, 0), -EWOULDBLOCK);
	zw_folder_unlock(&s.folder);
	CU_ASSERT_EQUAL(zw_folder_lock(&other, 0), 0);
	zw_folder_close(&other);
	strike_scene(&s);
}

void suite_generation(void);
void suite_generation(void)
{
	static CU_TestInfo tests[] = {
		{ "written, read, refused", test_generation },
		{ "a number's file under another name", test_renamed },
		{ "the last ten are kept, and what is needed", test_prune },
		{ "where things stand", test_ledger },
		{ "one lock", test_lock },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("generation", tests);
}
