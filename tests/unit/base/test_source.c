/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places and lines, with either end of line. */
#include "base/source.h"

#include "tests/harness/harness.h"

static void test_lines(void)
{
	struct zw_sources *sources = zw_sources_new();
	u32 unix_file = zw_sources_add(sources, ZW_STR("a.zw"),
				       ZW_STR("one\n\nthree\n"), ZW_NO_SPAN);
	u32 dos_file = zw_sources_add(sources, ZW_STR("b.zw"),
				      ZW_STR("one\r\n\r\nx\ry"), ZW_NO_SPAN);
	u32 empty = zw_sources_add(sources, ZW_STR("c.zw"), ZW_STR(""),
				   (struct zw_span){ unix_file, 5, 3 });

	ZW_CHECK(zw_sources_count(sources) == 3, "count");
	ZW_CHECK(zw_sources_get(sources, unix_file)->line_count == 4, "lines");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, unix_file, 1), "one"), "1");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, unix_file, 2), ""), "2");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, unix_file, 3), "three"),
		 "3");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, unix_file, 4), ""), "4");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, dos_file, 1), "one"), "1");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, dos_file, 2), ""), "2");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, dos_file, 3), "x\ry"),
		 "a CR within a line stays");
	ZW_CHECK(zw_sources_get(sources, empty)->line_count == 1, "empty");
	ZW_CHECK(zw_str_is(zw_sources_line(sources, empty, 1), ""), "empty");
	ZW_CHECK(zw_sources_get(sources, empty)->included_from.off == 5,
		 "included from");
	zw_sources_free(sources);
	zw_sources_free(NULL);
}

/* Every offset of a random text against counting from the front. */
static void test_places(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_sources *sources = zw_sources_new();
	char text[3000];
	u32 i, file, line = 1, column = 1;

	for (i = 0; i < sizeof(text); i++)
		text[i] = zw_random_below(&random, 9) ? 'x' : '\n';
	file = zw_sources_add(sources, ZW_STR("r.zw"),
			      (struct zw_str){ text, sizeof(text) },
			      ZW_NO_SPAN);
	for (i = 0; i <= sizeof(text); i++) {
		struct zw_place place = zw_sources_place(
			sources, (struct zw_span){ file, i, 0 });

		ZW_CHECK(place.line == line && place.column == column,
			 "offset %u: %u:%u", i, place.line, place.column);
		column++;
		if (i < sizeof(text) && text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	zw_sources_free(sources);
}

static void test_text(void)
{
	struct zw_sources *sources = zw_sources_new();
	char text[] = "allow dmz";
	u32 file = zw_sources_add(sources, ZW_STR("t.zw"), zw_str_from(text),
				  ZW_NO_SPAN);
	struct zw_span span = { file, 6, 3 }, past = { file, 6, 300 };
	const struct zw_source *source = zw_sources_get(sources, file);
	int i;

	text[6] = 'X';
	ZW_CHECK(zw_str_is(zw_sources_text(sources, span), "dmz"), "a copy");
	ZW_CHECK(zw_str_is(zw_sources_text(sources, past), "dmz"), "cut");
	past.off = 300;
	ZW_CHECK(zw_sources_text(sources, past).n == 0, "behind the end");
	for (i = 0; i < 100; i++)
		zw_sources_add(sources, ZW_STR("n.zw"), ZW_STR("x"), span);
	ZW_CHECK(zw_sources_get(sources, file) == source, "pointers stay");
	zw_sources_free(sources);
}

void suite_source(void);
void suite_source(void)
{
	CU_TestInfo tests[] = {
		{ "lines", test_lines },
		{ "places", test_places },
		{ "text", test_text },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("source", tests);
}
