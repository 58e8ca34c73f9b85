/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyword table: sorted, found by spelling, and reserved exactly where the
 * language says so. */
#include "grammar/words.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

static void sorted_and_found(void)
{
	size_t n, i;
	const struct zw_word *words = zw_words(&n);

	CU_ASSERT_FATAL(n > 50);
	for (i = 0; i < n; i++) {
		ZW_CHECK(!i || zw_str_cmp(words[i - 1].text, words[i].text) < 0,
			 "'%s' is not sorted", words[i].text.p);
		ZW_CHECK(zw_word_find(words[i].text) == &words[i], "'%s'",
			 words[i].text.p);
		ZW_CHECK(zw_word_of_token(words[i].token) == &words[i],
			 "token of '%s'", words[i].text.p);
		ZW_CHECK(words[i].classes, "'%s' has no class",
			 words[i].text.p);
	}
	CU_ASSERT(!zw_word_find(ZW_STR("Allow")));
	CU_ASSERT(!zw_word_find(ZW_STR("allo")));
	CU_ASSERT(!zw_word_find(ZW_STR("")));
}

static void reserved_words(void)
{
	static const char *const reserved[] = {
		"any", "self",	 "external", "dmz",
		"all", "except", "internal", "ipv6",
	};
	const size_t most = sizeof(reserved) / sizeof(reserved[0]);
	size_t n, i, found = 0;
	const struct zw_word *words = zw_words(&n);

	for (i = 0; i < n; i++)
		found += (words[i].classes & ZW_WORD_RESERVED) != 0;
	CU_ASSERT_EQUAL(found, most);
	for (i = 0; i < most; i++) {
		const struct zw_word *word;

		word = zw_word_find(zw_str_from(reserved[i]));
		ZW_CHECK(word && (word->classes & ZW_WORD_RESERVED), "'%s'",
			 reserved[i]);
	}
}

/* Wherever a name may stand. */
static void every_word_as_a_name(void)
{
	static const char *const places[] = {
		"zone %s { interface x }",
		"zone z { host %s = 10.0.0.1 }",
		"zone z { interface a, %s network 10.0.0.0/8 }",
		"zone z { network %s, 10.0.0.0/8 }",
		"define %s = 10.0.0.1",
		"define d = %s, 10.0.0.1",
		"service %s = tcp/80",
		"service s = %s, tcp/80",
		"gateway %s",
		"gateway g { interface %s = x ipsec; }",
		"link %s between %s, b",
		"allow %s -> b, %s : %s log",
		"allow any except %s -> z.{%s, h}",
		"snat a -> b as %s",
		"publish %s.%s : http as %s : %s for %s, a",
		"expect drop %s(%s) -> %s.%s : tcp/80",
		"unspoofed %s because \"x\"",
	};
	size_t n, i, j;
	const struct zw_word *words = zw_words(&n);

	for (i = 0; i < n; i++) {
		for (j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
			const char *w = words[i].text.p;
			bool reserved = words[i].classes & ZW_WORD_RESERVED;
			struct reading reading;
			char text[256];

			if (reserved && !strstr(places[j], "zone %s"))
				continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(text, sizeof(text), places[j], w, w, w, w, w);
#pragma GCC diagnostic pop
			reading_of(&reading, "t.zw", text, strlen(text));
			ZW_CHECK((reading.diags.errors == 0) == !reserved,
				 "%s: %s", text, reading_mistakes(&reading));
			reading_free(&reading);
		}
	}
}

void suite_words(void);
void suite_words(void)
{
	static CU_TestInfo tests[] = {
		{ "sorted and found", sorted_and_found },
		{ "reserved words", reserved_words },
		{ "every word as a name", every_word_as_a_name },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: words", tests);
}
