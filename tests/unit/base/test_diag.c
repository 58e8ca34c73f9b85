/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sink and its limit, the table of codes, and what is near enough to be
 * suggested. */
#include "base/diag.h"

#include <string.h>

#include "tests/harness/harness.h"

static void test_codes(void)
{
	enum zw_code code = ZW_CODE_COUNT;
	size_t i, at;

	for (i = 0; i < ZW_CODE_COUNT; i++) {
		const struct zw_code_info *info = zw_code_info((enum zw_code)i);

		ZW_CHECK(strlen(info->name) == 5 && info->name[0] == 'Z', "%s",
			 info->name);
		for (at = 1; at < 5; at++)
			ZW_CHECK(info->name[at] >= '0' && info->name[at] <= '9',
				 "%s", info->name);
		ZW_CHECK(!i || strcmp(zw_code_info((enum zw_code)(i - 1))->name,
				      info->name) < 0,
			 "%s is out of order", info->name);
		ZW_CHECK(zw_code_find(zw_str_from(info->name), &code) &&
				 code == (enum zw_code)i,
			 "%s", info->name);
	}
	ZW_CHECK(zw_code_find(ZW_STR("z0001"), &code) && code == ZW_Z0001,
		 "small letters");
	code = ZW_Z0002;
	ZW_CHECK(!zw_code_find(ZW_STR("Z0000"), &code), "no such code");
	ZW_CHECK(!zw_code_find(ZW_STR("Z000"), &code), "too short");
	ZW_CHECK(!zw_code_find(ZW_STR("Z00011"), &code), "too long");
	ZW_CHECK(code == ZW_Z0002, "untouched");
}

static void test_record(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_span here = { 0, 3, 4 }, there = { 1, 5, 6 };
	struct zw_diags diags;
	struct zw_diag *diag;

	zw_diags_init(&diags, arena);
	diag = zw_diag(&diags, ZW_Z0001, here, "unexpected '%s'", "->");
	zw_diag_here(&diags, diag, "after %d words", 2);
	zw_diag_label(&diags, diag, there, "opened %s", "here");
	zw_diag_note(&diags, diag, "first");
	zw_diag_note(&diags, diag, "second");
	zw_diag_help(&diags, diag, "write '%c'", '{');
	ZW_CHECK(diags.list.n == 1 && diags.errors == 1, "one error");
	diag = diags.list.v[0];
	ZW_CHECK(diag->code == ZW_Z0001 && diag->level == ZW_ERROR, "code");
	ZW_CHECK(zw_str_is(diag->message, "unexpected '->'"), "message");
	ZW_CHECK(diag->primary.span.off == 3, "place");
	ZW_CHECK(zw_str_is(diag->primary.text, "after 2 words"), "here");
	ZW_CHECK(diag->labels.n == 1 && diag->labels.v[0].span.file == 1 &&
			 zw_str_is(diag->labels.v[0].text, "opened here"),
		 "label");
	ZW_CHECK(diag->notes.n == 2 &&
			 zw_str_is(diag->notes.v[1].text, "second") &&
			 !strcmp(diag->notes.v[1].kind, "note"),
		 "notes");
	ZW_CHECK(zw_str_is(diag->help, "write '{'"), "help");
	zw_arena_free(arena);
}

static void test_limit(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diags diags;
	size_t i;

	zw_diags_init(&diags, arena);
	for (i = 0; i < ZW_ERROR_LIMIT + 5; i++) {
		struct zw_diag *diag =
			zw_diag(&diags, ZW_Z0001, ZW_NO_SPAN, "error %zu", i);

		zw_diag_note(&diags, diag, "can be completed in any case");
	}
	zw_diag(&diags, ZW_Z4004, ZW_NO_SPAN, "a warning");
	ZW_CHECK(diags.errors == ZW_ERROR_LIMIT + 5, "%zu", diags.errors);
	ZW_CHECK(diags.suppressed == 5, "%zu", diags.suppressed);
	ZW_CHECK(diags.list.n == ZW_ERROR_LIMIT + 1, "%zu", diags.list.n);
	ZW_CHECK(zw_str_is(diags.list.v[19]->message, "error 19"), "the last");
	ZW_CHECK(diags.list.v[20]->level == ZW_WARNING, "warnings go on");
	zw_arena_free(arena);
}

struct suggestion {
	const char *word;
	const char *expected;
};

static void test_suggest(void)
{
	static const struct suggestion suggestions[] = {
		{ "intrenal", "internal" },  /* neighbours swapped */
		{ "interal", "internal" },   /* one missing */
		{ "innternal", "internal" }, /* one more */
		{ "extarnal", "external" },
		{ "inxxxnal", "" }, /* three of eight */
		{ "dnz", "dmz" },
		{ "dxx", "" },
		{ "vn", "vpn" },
		{ "q", "" }, /* shares nothing with 'a' */
		{ "b", "ab" },
		{ "dmz", "" }, /* the word itself is no help */
		{ "Internal", "internal" },
		{ "", "" },
		{ "something else entirely", "" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "" },
	};
	static const struct zw_str candidates[] = {
		{ "internal", 8 }, { "external", 8 }, { "dmz", 3 },
		{ "vpn", 3 },	   { "a", 1 },	      { "ab", 2 },
		{ NULL, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(suggestions) / sizeof(suggestions[0]); i++) {
		struct zw_str got = zw_suggest(zw_str_from(suggestions[i].word),
					       candidates, 7);

		ZW_CHECK(zw_str_is(got, suggestions[i].expected),
			 "'%s' gives '%.*s'", suggestions[i].word,
			 ZW_STR_ARG(got));
	}
}

/* The distance seen from outside: within the limit exactly if few enough
 * edits were made, and the nearest wins, the first among equals. */
static void test_suggest_nearest(void)
{
	static const struct zw_str candidates[] = {
		{ "gateway-xx", 10 },
		{ "gateway-1x", 10 },
		{ "gateway-y2", 10 },
	};
	char longest[65];
	struct zw_str word = { longest, 64 }, other;

	ZW_CHECK(zw_str_is(zw_suggest(ZW_STR("gateway-12"), candidates, 3),
			   "gateway-1x"),
		 "the first of the nearest");
	memset(longest, 'a', sizeof(longest));
	other = (struct zw_str){
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbb",
		85
	};
	ZW_CHECK(zw_suggest(word, &other, 1).n == 85, "the longest of all");
	word.n = 65;
	ZW_CHECK(zw_suggest(word, &other, 1).n == 0, "too long");
	ZW_CHECK(zw_suggest(ZW_STR("a"), NULL, 0).n == 0, "no candidates");
}

void suite_diag(void);
void suite_diag(void)
{
	CU_TestInfo tests[] = {
		{ "codes", test_codes },
		{ "record", test_record },
		{ "limit", test_limit },
		{ "suggest", test_suggest },
		{ "suggest the nearest", test_suggest_nearest },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diag", tests);
}
