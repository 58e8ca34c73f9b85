/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record gives back what was put in, whatever bytes that are, and is refused
 * once a byte of it is another or missing. */
#include "state/record.h"

#include "tests/harness/harness.h"

static void fill(struct zw_arena *arena, struct zw_record *record)
{
	zw_record_add(arena, record, "text", ZW_STR("two\nlines 7\n"));
	zw_record_add(arena, record, "bytes",
		      (struct zw_str){ "\0\xff sha256 ", 10 });
	zw_record_add(arena, record, "nothing", ZW_STR(""));
	zw_record_add_number(arena, record, "number", -1234567890123);
}

static void test_round(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_record record = { 0 }, again;
	struct zw_buf out = { 0 };
	size_t i;

	fill(arena, &record);
	zw_record_print(&out, "thing", &record);
	ZW_CHECK(zw_record_parse(arena, "thing",
				 (struct zw_str){ out.data, out.n }, &again),
		 "what was printed is not read:\n%s", out.data);
	ZW_CHECK(again.values.n == record.values.n, "%zu values",
		 again.values.n);
	for (i = 0; i < record.values.n && i < again.values.n; i++)
		ZW_CHECK(zw_str_eq(again.values.v[i].name,
				   record.values.v[i].name) &&
				 zw_str_eq(again.values.v[i].value,
					   record.values.v[i].value),
			 "value %zu differs", i);
	CU_ASSERT_EQUAL(zw_record_number(&again, "number"), -1234567890123);
	CU_ASSERT_EQUAL(zw_record_number(&again, "text"), 0);
	CU_ASSERT_EQUAL(zw_record_number(&again, "missing"), 0);
	ZW_CHECK(!zw_record_parse(arena, "other",
				  (struct zw_str){ out.data, out.n }, &again),
		 "a record of another kind is taken");
	zw_buf_free(&out);
	zw_arena_free(arena);
}

static void test_damage(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_record record = { 0 }, again;
	struct zw_buf out = { 0 };
	size_t i;

	fill(arena, &record);
	zw_record_print(&out, "thing", &record);
	for (i = 0; i < out.n; i++) {
		ZW_CHECK(!zw_record_parse(arena, "thing",
					  (struct zw_str){ out.data, i },
					  &again),
			 "cut to %zu bytes it is taken", i);
		out.data[i] ^= 4;
		ZW_CHECK(!zw_record_parse(arena, "thing",
					  (struct zw_str){ out.data, out.n },
					  &again),
			 "with byte %zu changed it is taken", i);
		out.data[i] ^= 4;
	}
	zw_buf_free(&out);
	zw_arena_free(arena);
}

void suite_record(void);
void suite_record(void)
{
	static CU_TestInfo tests[] = {
		{ "what is put in comes out", test_round },
		{ "every change and every cut is noticed", test_damage },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("record", tests);
}
