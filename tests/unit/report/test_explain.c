/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages carried in the program are those of docs/codes/, byte by byte. Run
 * from the root of the tree. */
#include "report/explain.h"

#include <glob.h>
#include <string.h>

#include "base/diag.h"
#include "tests/harness/harness.h"

static void test_pages(void)
{
	struct zw_arena *arena = zw_arena_new();
	glob_t pages = { 0 };
	enum zw_code code;
	size_t i;

	glob("docs/codes/Z*.md", 0, NULL, &pages);
	ZW_CHECK(pages.gl_pathc && pages.gl_pathc == zw_explanation_count,
		 "%zu pages, %zu carried", (size_t)pages.gl_pathc,
		 zw_explanation_count);
	for (i = 0; i < zw_explanation_count && i < pages.gl_pathc; i++) {
		const struct zw_explanation *page = &zw_explanations[i];
		struct zw_str text = { 0 };
		int err =
			zw_read_file(arena, pages.gl_pathv[i], 1u << 20, &text);

		ZW_CHECK(!err && zw_str_is(text, page->text),
			 "%s is not as carried: make it anew",
			 pages.gl_pathv[i]);
		ZW_CHECK(strstr(pages.gl_pathv[i], page->code),
			 "%s is not the page of %s", pages.gl_pathv[i],
			 page->code);
		ZW_CHECK(zw_code_find(zw_str_from(page->code), &code),
			 "there is no code %s", page->code);
	}
	ZW_CHECK(!zw_explanations[zw_explanation_count].code, "the end");
	globfree(&pages);
	zw_arena_free(arena);
}

void suite_explain(void);
void suite_explain(void)
{
	CU_TestInfo tests[] = {
		{ "pages", test_pages },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("explain", tests);
}
