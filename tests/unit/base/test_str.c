/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slices, buffers, and what escaping lets through. */
#include "base/str.h"

#include <string.h>

#include "tests/harness/harness.h"

static void test_slices(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str a = ZW_STR("zone"), empty = { NULL, 0 };
	struct zw_str nul = ZW_STR("a\0b");
	struct zw_str copy = zw_str_copy(arena, nul);

	ZW_CHECK(zw_str_is(a, "zone") && !zw_str_is(a, "zones"), "is");
	ZW_CHECK(!zw_str_is(a, "zon") && zw_str_is(empty, ""), "is");
	ZW_CHECK(zw_str_eq(empty, zw_str_from("")), "empty ones are equal");
	ZW_CHECK(zw_str_cmp(a, ZW_STR("zonf")) < 0, "by bytes");
	ZW_CHECK(zw_str_cmp(a, ZW_STR("zon")) > 0, "a prefix first");
	ZW_CHECK(zw_str_cmp(empty, a) < 0 && zw_str_cmp(empty, empty) == 0,
		 "empty first");
	ZW_CHECK(zw_str_cmp(ZW_STR("\xc3"), ZW_STR("z")) > 0,
		 "bytes are not signed");
	ZW_CHECK(copy.n == 3 && copy.p != nul.p && !memcmp(copy.p, "a\0b", 4),
		 "a copy keeps NULs and ends with one");
	ZW_CHECK(!strcmp(zw_cstr(arena, (struct zw_str){ "abc", 2 }), "ab"),
		 "C string of a slice");
	ZW_CHECK(zw_str_is(zw_strf(arena, "%s-%d", "eth", 7), "eth-7"),
		 "formatted");
	zw_arena_free(arena);
}

static void test_buffer(void)
{
	struct zw_buf buf = { 0 };
	int i;

	zw_buf_puts(&buf, "");
	ZW_CHECK(buf.data && !buf.data[0], "terminated from the start");
	for (i = 0; i < 5000; i++) {
		zw_buf_printf(&buf, "%04d", i);
		zw_buf_putc(&buf, ',');
		ZW_CHECK(buf.data[buf.n] == '\0', "terminated at %d", i);
	}
	ZW_CHECK(buf.n == 25000 && !memcmp(buf.data + 24990, "4998,4999,", 10),
		 "%zu bytes", buf.n);
	zw_buf_free(&buf);
	ZW_CHECK(!buf.data && !buf.n && !buf.cap, "empty again");
}

struct escape_case {
	struct zw_str raw;
	const char *shown;
};

static void test_escaping(void)
{
	static const struct escape_case escapes[] = {
		{ { "plain 'text' \\ \"q\"", 18 }, "plain 'text' \\ \"q\"" },
		{ { "\033[31mred", 8 }, "\\x1b[31mred" },
		{ { "a\nb\tc\r", 6 }, "a\\x0ab\\x09c\\x0d" },
		{ { "\0\x7f", 2 }, "\\x00\\x7f" },
		{ { "\xc2\x9b"
		    "1m",
		    4 },
		  "\\u{009b}1m" },
		{ { "\xe2\x80\xae"
		    "evil",
		    7 },
		  "\\u{202e}evil" },
		{ { "\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf", 9 },
		  "\\u{2066}\\u{200b}\\u{feff}" },
		{ { "z\xc3\xbcrich \xe4\xb8\xad", 11 },
		  "z\xc3\xbcrich \xe4\xb8\xad" },
		{ { "\xc3(", 2 }, "\\xc3(" },
		{ { "\xed\xa0\x80", 3 }, "\\xed\\xa0\\x80" },
		{ { "\xf0\x9f\x98", 3 }, "\\xf0\\x9f\\x98" },
		{ { "", 0 }, "" },
	};
	size_t i;

	for (i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		struct zw_buf buf = { 0 };

		zw_buf_add_escaped(&buf, escapes[i].raw);
		ZW_CHECK(!strcmp(buf.data ? buf.data : "", escapes[i].shown),
			 "case %zu gives '%s'", i, buf.data);
		zw_buf_free(&buf);
	}
}

/* Whatever the bytes, what is shown is free of control characters. */
static void test_escaping_random(void)
{
	struct zw_random random = { zw_test_seed() };
	int round;

	for (round = 0; round < 20000; round++) {
		struct zw_buf buf = { 0 };
		char raw[12];
		size_t i;

		for (i = 0; i < sizeof(raw); i++)
			raw[i] = (char)zw_random_below(&random, 256);
		zw_buf_add_escaped(&buf, (struct zw_str){ raw, sizeof(raw) });
		for (i = 0; i < buf.n; i++)
			ZW_CHECK((u8)buf.data[i] >= 0x20 && buf.data[i] != 0x7f,
				 "round %d, byte %zu", round, i);
		zw_buf_free(&buf);
	}
}

void suite_str(void);
void suite_str(void)
{
	CU_TestInfo tests[] = {
		{ "slices", test_slices },
		{ "buffer", test_buffer },
		{ "escaping", test_escaping },
		{ "escaping of anything", test_escaping_random },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("str", tests);
}
