/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that mean harm: bytes that are no text, nesting without end, lines and
 * lists without end, tokens that invite a scanner to read them again and again.
 * Each gets exactly the mistakes named, and all of them together take no more
 * than seconds, which a quadratic step anywhere would not. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

/* HEAD, then PART repeated COUNT times, then TAIL. */
static const struct {
	const char *name, *head, *part;
	u32 count;
	const char *tail, *mistakes, *printed;
} repeated[] = {
	{ "parentheses", "allow a", "(", 100000, " -> b\ngateway g",
	  "Z0005 1:9+1 '(' inside another bracket that takes none\n",
	  "gateway g\n" },
	{ "braces", "zone a ", "{", 100000, "\ngateway g",
	  "Z0001 1:9+1 expected '}' or a member of the zone after '{', found '{'\n",
	  "gateway g\n" },
	{ "closers", "allow a -> b", ")", 100000, "\ngateway g",
	  "Z0004 1:13+1 ')' closes nothing\n", "gateway g\n" },
	{ "crossed", "allow a", "({", 100000, "\ngateway g",
	  "Z0005 1:9+1 '{' inside another bracket that takes none\n",
	  "gateway g\n" },
	{ "a long name", "gateway ", "a", 1000000, "\ngateway g",
	  "Z0006 1:9+1000000 a name of 1000000 bytes, where 1024 is the most\n",
	  "gateway g\n" },
	{ "the longest name", "gateway ", "a", 1024, "", "", NULL },
	{ "one byte longer", "gateway ", "a", 1025, "",
	  "Z0006 1:9+1025 a name of 1025 bytes, where 1024 is the most\n", "" },
	{ "a long text", "include \"", "a", 1000000, "\"\ngateway g",
	  "Z0006 1:9+1000002 a text of 1000002 bytes, where 1024 is the most\n",
	  "gateway g\n" },
	{ "a text without end", "include \"", "a", 1000000, "",
	  "Z0003 1:9+1 a text is not closed on its line\n", "" },
	{ "a long number", "service s = tcp/", "9", 1000000, "",
	  "Z0011 1:17+1000000 number too large: '999999999999999999999999999999999999999999999999...'\n",
	  "" },
	{ "digits and dashes", "gateway ", "1-", 1000000, "\ngateway g",
	  "Z0006 1:9+2000000 a name of 2000000 bytes, where 1024 is the most\n",
	  "gateway g\n" },
	{ "dashes", "gateway a", "-", 1000000, "\ngateway g",
	  "Z0001 1:10+1 expected the end of the statement or '{' after 'a', found '-'\n",
	  "gateway g\n" },
	{ "colons", "gateway ", ":", 1000000, "\ngateway g",
	  "Z0012 1:9+1000000 not an address: '::::::::::::::::::::::::::::::::::::::::::::::::...'\n",
	  "gateway g\n" },
	{ "colons apart", "gateway ", "a:b ", 1000000, "\ngateway g",
	  "Z0001 1:10+1 expected the end of the statement or '{' after 'a', found ':'\n",
	  "gateway g\n" },
	{ "dots", "gateway ", "1.", 1000000, "\ngateway g",
	  "Z0012 1:9+1999999 not an address: '1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1....'\n",
	  "gateway g\n" },
	{ "strange letters", "gateway ", "\xc3\xa9", 1000000, "\ngateway g",
	  "Z0016 1:9+2000000 '\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9...' means nothing in a policy\n",
	  "gateway g\n" },
	{ "strange signs", "gateway ", "@ ", 1000000, "\ngateway g",
	  "Z0016 1:9+1 '@' means nothing in a policy\n", "gateway g\n" },
	{ "a comment", "gateway g #", "(", 2000000, "", "", "gateway g\n" },
	{ "blanks", "gateway", " ", 2000000, "g", "", "gateway g\n" },
	{ "lines", "gateway g", "\n", 2000000, "", "", "gateway g\n" },
	{ "comments after a comma", "allow a,", "#\n", 1000000, "b -> c", "",
	  "allow a, b -> c\n" },
	{ "lines of nothing but ends", "gateway g", ";\r\n", 1000000, "", "",
	  "gateway g\n" },
	{ "many elements", "define d = 10.0.0.1", ", 10.0.0.1", 499999, "", "",
	  NULL },
	{ "many names", "allow a", ",\na", 499999, " -> b", "", NULL },
	{ "many ports", "service s = tcp/{1", ",1", 499999, "}", "", NULL },
	{ "too many elements", "allow a", ",a", 2000000, " -> b\ngateway g",
	  "Z0006 1:2097159+1 list of more than 1048576 elements\n",
	  "gateway g\n" },
	{ "many members", "zone z {", "ipsec ", 100000, "}", "", NULL },
	{ "many statements", "", "allow a->b\n", 100000, "", "", NULL },
};

static void add_many(struct zw_buf *text, const char *part, u32 count)
{
	size_t n = strlen(part);

	while (count--)
		zw_buf_add(text, part, n);
}

static void repetition(void)
{
	size_t i;

	for (i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++) {
		struct zw_buf text = { 0 };
		struct reading reading;

		zw_buf_puts(&text, repeated[i].head);
		add_many(&text, repeated[i].part, repeated[i].count);
		zw_buf_puts(&text, repeated[i].tail);
		reading_of(&reading, "t.zw", text.data, text.n);
		ZW_CHECK(!strcmp(reading_mistakes(&reading),
				 repeated[i].mistakes),
			 "%s: %s", repeated[i].name,
			 reading_mistakes(&reading));
		if (repeated[i].printed)
			ZW_CHECK(!strcmp(reading_printed(&reading),
					 repeated[i].printed),
				 "%s: %.200s", repeated[i].name,
				 reading_printed(&reading));
		else
			reading_check_again(&reading, repeated[i].name);
		reading_free(&reading);
		zw_buf_free(&text);
	}
}

/* No text at all: said once, nothing read. */
static void bytes(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *mistakes;
	} cases[] = {
#define BYTES(literal) (literal), sizeof(literal) - 1
		{ BYTES("gateway g\ngate\0way\0\n\xff"),
		  "Z0002 2:5+1 a NUL byte\n" },
		{ BYTES("\0"), "Z0002 1:1+1 a NUL byte\n" },
		{ BYTES("gateway g # caf\xe9\n\xff"),
		  "Z0002 1:16+1 the text is not UTF-8\n" },
		{ BYTES("gateway \xc0\xaf"),
		  "Z0002 1:9+1 the text is not UTF-8\n" },
		{ BYTES("gateway \xed\xa0\x80"),
		  "Z0002 1:9+1 the text is not UTF-8\n" },
		{ BYTES("gateway \xe2\x82"),
		  "Z0002 1:9+1 the text is not UTF-8\n" },
		{ BYTES("gateway g\x1b[2J"),
		  "Z0002 1:10+1 a control character\n" },
		{ BYTES("gateway g \xc2\x85"),
		  "Z0002 1:11+2 a control character\n" },
		{ BYTES("gateway g\rgateway h"),
		  "Z0002 1:10+1 a carriage return inside a line\n" },
		{ BYTES("gateway g\r"),
		  "Z0002 1:10+1 a carriage return inside a line\n" },
		{ BYTES("gateway g # \xe2\x80\xae"
			"b"),
		  "Z0002 1:13+3 a character that reorders the text around it\n" },
		{ BYTES("\xff\xfeg\0a\0"),
		  "Z0002 1:1+1 the text is not UTF-8\n" },
#undef BYTES
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading reading;

		reading_of(&reading, "t.zw", cases[i].text, cases[i].n);
		ZW_CHECK(!strcmp(reading_mistakes(&reading), cases[i].mistakes),
			 "case %zu: %s", i, reading_mistakes(&reading));
		ZW_CHECK(!reading.ast.stmts.n, "case %zu is read", i);
		reading_free(&reading);
	}
}

/* Any bytes: no crash, and what is read prints and reads again. */
static void noise(void)
{
	struct zw_random random = { zw_test_seed() };
	u32 round, i;

	for (round = 0; round < 2000; round++) {
		static const char often[] = "allow->{}():;,.zone \n\"#=/-*1a";
		char text[200];
		u32 n = zw_random_below(&random, sizeof(text));
		bool wild = zw_random_below(&random, 2);
		struct reading reading;

		for (i = 0; i < n; i++)
			text[i] = wild ? (char)zw_random_below(&random, 256)
				       : often[zw_random_below(
						 &random, sizeof(often) - 1)];
		reading_of(&reading, "t.zw", text, n);
		reading_check_again(&reading, "noise");
		reading_free(&reading);
	}
}

static void too_much_text(void)
{
	size_t n = ZW_POLICY_SIZE_LIMIT + 1;
	char *text = zw_heap_resize(NULL, n, 1);
	struct reading reading;

	memset(text, '\n', n);
	reading_of(&reading, "t.zw", text, n);
	ZW_CHECK(
		!strcmp(reading_mistakes(&reading),
			"Z0006 cannot read 't.zw': more than 16 MiB of policy\n"),
		"%s", reading_mistakes(&reading));
	reading_free(&reading);
	reading_of(&reading, "t.zw", text, n - 1);
	ZW_CHECK(!reading.diags.errors, "%s", reading_mistakes(&reading));
	reading_free(&reading);
	free(text);
}

void suite_hostile(void);
void suite_hostile(void)
{
	static CU_TestInfo tests[] = {
		{ "repetition", repetition },
		{ "bytes", bytes },
		{ "noise", noise },
		{ "too much text", too_much_text },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: hostile texts", tests);
}
