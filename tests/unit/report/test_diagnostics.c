/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics as text, letter by letter. Each case is a sink filled by a small
 * function and the text expected. */
#include "report/diagnostics.h"

#include <string.h>

#include "tests/harness/harness.h"

struct scene {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_style style;
};

static u32 add_file(struct scene *scene, const char *name, const char *text)
{
	return zw_sources_add(scene->sources, zw_str_from(name),
			      zw_str_from(text), ZW_NO_SPAN);
}

/* The first place of WORD in FILE. */
static struct zw_span find(struct scene *scene, u32 file, const char *word)
{
	const char *text = zw_sources_get(scene->sources, file)->text.p;
	const char *at = strstr(text, word);

	if (!at)
		CU_FAIL_FATAL("no such word in the text");
	return (struct zw_span){ file, (u32)(at - text), (u32)strlen(word) };
}

static struct zw_diag *one(struct scene *scene, const char *text,
			   const char *word, const char *here)
{
	u32 file = add_file(scene, "gw.zw", text);
	struct zw_diag *diag = zw_diag(&scene->diags, ZW_Z0001,
				       find(scene, file, word), "message");

	zw_diag_here(&scene->diags, diag, "%s", here);
	return diag;
}

static void two_places(struct scene *s)
{
	static const char text[] = "#\n#\n#\n"
				   "internal zone internal { interface lan0 }\n"
				   "#\n#\n#\n#\n#\n#\n#\n#\n#\n"
				   "allow office -> intrenal : tcp/5432\n";
	u32 file = add_file(s, "gw.zw", text);
	struct zw_span name = find(s, file, "zone internal");
	struct zw_diag *diag =
		zw_diag(&s->diags, ZW_Z0001, find(s, file, "intrenal"),
			"unknown zone '%s'", "intrenal");

	name.off += 5;
	name.len -= 5;
	zw_diag_here(&s->diags, diag, "no zone of this name");
	zw_diag_label(&s->diags, diag, name, "similar name declared here");
	zw_diag_note(&s->diags, diag, "zones are declared with 'zone'");
	zw_diag_fact(&s->diags, diag, "packet", "tcp 1.2.3.4");
	zw_diag_help(&s->diags, diag, "did you mean '%s'?", "internal");
}

static void same_line(struct scene *s)
{
	struct zw_diag *diag =
		one(s, "zone a { }\nallow a -> b : x\n", "b :", "primary");
	struct zw_span span = diag->primary.span;

	span.off -= 5;
	span.len = 1;
	zw_diag_label(&s->diags, diag, (struct zw_span){ 0, 0, 4 }, "other");
	zw_diag_label(&s->diags, diag, span, "secondary");
	zw_diag_label(&s->diags, diag, (struct zw_span){ 0, 5, 1 }, "%s", "");
}

static void other_file(struct scene *s)
{
	u32 first = add_file(s, "gw.zw", "# main\ninclude \"a.zw\"\n");
	u32 second = zw_sources_add(s->sources, ZW_STR("a.zw"),
				    ZW_STR("\n\ninclude \"b.zw\"\n"),
				    find(s, first, "include"));
	u32 third = zw_sources_add(s->sources, ZW_STR("b.zw"),
				   ZW_STR("zone dmz { }\n"),
				   find(s, second, "include"));
	u32 other = add_file(s, "other.zw", "\n\n  zone dmz { }\n");
	struct zw_diag *diag =
		zw_diag(&s->diags, ZW_Z0001, find(s, third, "dmz"),
			"zone '%s' twice", "dmz");

	zw_diag_label(&s->diags, diag, find(s, other, "dmz"), "first here");
	zw_diag_label(&s->diags, diag, find(s, third, "zone"), "and this");
}

static void tabs(struct scene *s)
{
	one(s, "\tallow\ta ->\tb\n", "b", "behind three tabs");
	one(s, "ab\tc\n", "\t", "a tab itself");
}

static void wide_characters(struct scene *s)
{
	one(s, "because \"\xe4\xb8\xad\xe6\x96\x87\" owner x\n", "owner",
	    "CJK");
	one(s, "because \"e\xcc\x81t\xc3\xa9\" owner x\n", "owner", "accents");
	one(s, "x \"\xe4\xb8\xad\xe6\x96\x87\"\n", "\xe4\xb8\xad",
	    "wide itself");
}

static void hostile(struct scene *s)
{
	one(s, "a \033[2J\xe2\x80\xae x \xff y\n", "y", "esc \033[1m");
	one(s, "a \033[2J\n", "\033", "the byte");
	zw_diag_note(&s->diags, s->diags.list.v[1], "one\ntwo");
	s->diags.list.v[1]->message = ZW_STR("bad \x07");
}

static void several_lines(struct scene *s)
{
	one(s, "zone a {\n  interface x\n\nallow\n",
	    "{\n  interface x\n\nallow", "never closed");
	one(s, "one line\r\nnext\r\n", "line\r\n", "with its end");
}

static void at_the_end(struct scene *s)
{
	u32 a = add_file(s, "a.zw", "zone a {\n");
	u32 b = add_file(s, "b.zw", "zone a {");
	u32 c = add_file(s, "c.zw", "");
	u32 i, ends[] = { 9, 8, 0 };

	(void)b;
	(void)c;
	for (i = a; i < 3; i++) {
		struct zw_diag *diag = zw_diag(
			&s->diags, ZW_Z0001, (struct zw_span){ i, ends[i], 0 },
			"ends too early");

		zw_diag_here(&s->diags, diag, "expected '}'");
	}
}

static const char *long_text(struct scene *s, size_t before, const char *word,
			     size_t after)
{
	struct zw_buf buf = { 0 };
	const char *copy;
	size_t i;

	for (i = 0; i < before; i++)
		zw_buf_putc(&buf, (char)('0' + i % 10));
	zw_buf_puts(&buf, word);
	for (i = 0; i < after; i++)
		zw_buf_putc(&buf, (char)('0' + i % 10));
	copy = zw_cstr(s->arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return copy;
}

static void long_lines(struct scene *s)
{
	struct zw_diag *diag;

	one(s, long_text(s, 97, "END", 0), "END", "just fits");
	one(s, long_text(s, 5, "<HERE>", 200), "<HERE>", "near the start");
	one(s, long_text(s, 200, "<HERE>", 5), "<HERE>", "near the end");
	diag = one(s, long_text(s, 200, "<HERE>", 200), "<HERE>", "within");
	diag->primary.span.len = 150;
	zw_diag_label(&s->diags, diag, (struct zw_span){ 3, 3, 4 }, "apart");
	zw_diag(&s->diags, ZW_Z0001, (struct zw_span){ 3, 406, 0 },
		"at the end");
}

/* Tabs and characters of several bytes in a line where columns are counted from
 * near the mark only. */
static void very_long_line(struct scene *s)
{
	struct zw_buf buf = { 0 };
	size_t i;

	for (i = 0; i < 3000; i++)
		zw_buf_puts(&buf, "\t\xe4\xb8\xad");
	zw_buf_puts(&buf, "<HERE>");
	for (i = 0; i < 3000; i++)
		zw_buf_puts(&buf, "e\xcc\x81");
	zw_diag_label(&s->diags, one(s, buf.data, "<HERE>", "far"),
		      (struct zw_span){ 0, 1, 3 }, "near");
	zw_buf_free(&buf);
}

static void sorted(struct scene *s)
{
	u32 a = add_file(s, "a.zw", "one two\n");
	u32 b = add_file(s, "b.zw", "three\n");

	zw_diag(&s->diags, ZW_Z6001, ZW_NO_SPAN, "no place");
	zw_diag(&s->diags, ZW_Z0001, find(s, b, "three"), "third");
	zw_diag(&s->diags, ZW_Z4004, find(s, a, "two"), "second");
	zw_diag(&s->diags, ZW_Z0001, find(s, a, "one"), "first");
	zw_diag(&s->diags, ZW_Z0002, find(s, a, "two"), "second, later");
	zw_diag(&s->diags, ZW_Z6002, ZW_NO_SPAN, "nor here");
}

static void too_many(struct scene *s)
{
	size_t i;

	for (i = 0; i < ZW_ERROR_LIMIT + 3; i++)
		zw_diag(&s->diags, ZW_Z6001, ZW_NO_SPAN, "e");
	s->diags.list.n = 1;
}

static void colour(struct scene *s)
{
	struct zw_diag *diag = one(s, "allow a\n", "a", "here");

	zw_diag_help(&s->diags, diag, "help");
	s->style.colour = true;
}

static void nothing(struct scene *s)
{
	add_file(s, "gw.zw", "text\n");
}

struct golden {
	const char *name;
	void (*fill)(struct scene *scene);
	const char *text;
	const char *summary;
};

static const struct golden goldens[] = {
	/* clang-format off: as it looks */
	{ "two places", two_places,
	  "error[Z0001]: unknown zone 'intrenal'\n"
	  "  --> gw.zw:14:17\n"
	  "   |\n"
	  "14 | allow office -> intrenal : tcp/5432\n"
	  "   |                 ^^^^^^^^ no zone of this name\n"
	  "   |\n"
	  " 4 | internal zone internal { interface lan0 }\n"
	  "   |               -------- similar name declared here\n"
	  "   = note: zones are declared with 'zone'\n"
	  "   = packet: tcp 1.2.3.4\n"
	  "   = help: did you mean 'internal'?\n"
	  "\n",
	  "1 error\n" },
	{ "same line", same_line,
	  "error[Z0001]: message\n"
	  " --> gw.zw:2:12\n"
	  "  |\n"
	  "2 | allow a -> b : x\n"
	  "  |            ^^^ primary\n"
	  "  |       - secondary\n"
	  "  |\n"
	  "1 | zone a { }\n"
	  "  | ---- other\n"
	  "  |      -\n"
	  "\n",
	  "1 error\n" },
	{ "other file", other_file,
	  "error[Z0001]: zone 'dmz' twice\n"
	  " --> b.zw:1:6\n"
	  "  |\n"
	  "1 | zone dmz { }\n"
	  "  |      ^^^\n"
	  "  | ---- and this\n"
	  " ::: other.zw:3:8\n"
	  "  |\n"
	  "3 |   zone dmz { }\n"
	  "  |        --- first here\n"
	  "  = note: included from a.zw:3\n"
	  "  = note: included from gw.zw:2\n"
	  "\n",
	  "1 error\n" },
	{ "tabs", tabs,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:13\n"
	  "  |\n"
	  "1 |         allow   a ->    b\n"
	  "  |                         ^ behind three tabs\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:3\n"
	  "  |\n"
	  "1 | ab      c\n"
	  "  |   ^^^^^^ a tab itself\n"
	  "\n",
	  "2 errors\n" },
	{ "wide characters", wide_characters,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:18\n"
	  "  |\n"
	  "1 | because \"\xe4\xb8\xad\xe6\x96\x87\" owner x\n"
	  "  |                ^^^^^ CJK\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:18\n"
	  "  |\n"
	  "1 | because \"e\xcc\x81t\xc3\xa9\" owner x\n"
	  "  |               ^^^^^ accents\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:4\n"
	  "  |\n"
	  "1 | x \"\xe4\xb8\xad\xe6\x96\x87\"\n"
	  "  |    ^^ wide itself\n"
	  "\n",
	  "3 errors\n" },
	{ "hostile", hostile,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:15\n"
	  "  |\n"
	  "1 | a \\x1b[2J\\u{202e} x \\xff y\n"
	  "  |                          ^ esc \\x1b[1m\n"
	  "\n"
	  "error[Z0001]: bad \\x07\n"
	  " --> gw.zw:1:3\n"
	  "  |\n"
	  "1 | a \\x1b[2J\n"
	  "  |   ^^^^ the byte\n"
	  "  = note: one\\x0atwo\n"
	  "\n",
	  "2 errors\n" },
	{ "several lines", several_lines,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:8\n"
	  "  |\n"
	  "1 | zone a {\n"
	  "  |        ^ never closed (up to line 4)\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:5\n"
	  "  |\n"
	  "1 | one line\n"
	  "  |     ^^^^ with its end\n"
	  "\n",
	  "2 errors\n" },
	{ "at the end", at_the_end,
	  "error[Z0001]: ends too early\n"
	  " --> a.zw:2:1\n"
	  "  |\n"
	  "2 |\n"
	  "  | ^ expected '}'\n"
	  "\n"
	  "error[Z0001]: ends too early\n"
	  " --> b.zw:1:9\n"
	  "  |\n"
	  "1 | zone a {\n"
	  "  |         ^ expected '}'\n"
	  "\n"
	  "error[Z0001]: ends too early\n"
	  " --> c.zw:1:1\n"
	  "  |\n"
	  "1 |\n"
	  "  | ^ expected '}'\n"
	  "\n",
	  "3 errors\n" },
	{ "long lines", long_lines,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:98\n"
	  "  |\n"
	  "1 | 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456END\n"
	  "  |                                                                                                  ^^^ just fits\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:6\n"
	  "  |\n"
	  "1 | 01234<HERE>01234567890123456789012345678901234567890123456789012345678901234567890123456789012345...\n"
	  "  |      ^^^^^^ near the start\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:201\n"
	  "  |\n"
	  "1 | ...45678901234567890123456789012345678901234567890123456789012345678901234567890123456789<HERE>01234\n"
	  "  |                                                                                          ^^^^^^ near the end\n"
	  "\n"
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:201\n"
	  "  |\n"
	  "1 | ...0123456789012345678901234567890123456789<HERE>012345678901234567890123456789012345678901234567...\n"
	  "  |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ within\n"
	  "  |\n"
	  "1 | 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456...\n"
	  "  |    ---- apart\n"
	  "\n"
	  "error[Z0001]: at the end\n"
	  " --> gw.zw:1:407\n"
	  "  |\n"
	  "1 | ...3456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n"
	  "  |                                                                                                     ^\n"
	  "\n",
	  "5 errors\n" },
	{ "very long line", very_long_line,
	  "error[Z0001]: message\n"
	  " --> gw.zw:1:12001\n"
	  "  |\n"
	  "1 | ...      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad<HERE>e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81"
	  "e\xcc\x81...\n"
	  "  |                                            ^^^^^^ far\n"
	  "  |\n"
	  "1 |         \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad      \xe4\xb8\xad       ...\n"
	  "  |         -- near\n"
	  "\n",
	  "1 error\n" },
	{ "sorted", sorted,
	  "error[Z0001]: first\n"
	  " --> a.zw:1:1\n"
	  "  |\n"
	  "1 | one two\n"
	  "  | ^^^\n"
	  "\n"
	  "warning[Z4004]: second\n"
	  " --> a.zw:1:5\n"
	  "  |\n"
	  "1 | one two\n"
	  "  |     ^^^\n"
	  "\n"
	  "error[Z0002]: second, later\n"
	  " --> a.zw:1:5\n"
	  "  |\n"
	  "1 | one two\n"
	  "  |     ^^^\n"
	  "\n"
	  "error[Z0001]: third\n"
	  " --> b.zw:1:1\n"
	  "  |\n"
	  "1 | three\n"
	  "  | ^^^^^\n"
	  "\n"
	  "error[Z6001]: no place\n"
	  "\n"
	  "error[Z6002]: nor here\n"
	  "\n",
	  "5 errors, 1 warning\n" },
	{ "too many", too_many,
	  "error[Z6001]: e\n"
	  "\n"
	  "error: too many errors (3 more not shown)\n"
	  "\n",
	  "23 errors\n" },
	{ "colour", colour,
	  "\033[1;31merror[Z0001]\033[1m: message\033[0m\n"
	  "\033[1;34m --> \033[0mgw.zw:1:1\n"
	  "\033[1;34m  |\033[0m\n"
	  "\033[1;34m1 |\033[0m allow a\n"
	  "\033[1;34m  |\033[0m \033[1;31m^ here\033[0m\n"
	  "\033[1;34m  = \033[1mhelp:\033[0m help\n"
	  "\n",
	  "1 error\n" },
	{ "nothing", nothing, "", "" },
	/* clang-format on */
};

static void test_goldens(void)
{
	size_t i;

	for (i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct golden *golden = &goldens[i];
		struct scene s = { .arena = zw_arena_new(),
				   .sources = zw_sources_new() };
		struct zw_buf text = { 0 }, summary = { 0 };

		zw_diags_init(&s.diags, s.arena);
		zw_buf_puts(&text, "");
		zw_buf_puts(&summary, "");
		golden->fill(&s);
		zw_diagnostics_text(&text, &s.diags, s.sources, &s.style);
		zw_diagnostics_summary(&summary, &s.diags);
		ZW_CHECK(!strcmp(text.data, golden->text), "%s gives\n%s",
			 golden->name, text.data);
		ZW_CHECK(!strcmp(summary.data, golden->summary),
			 "%s sums up to %s", golden->name, summary.data);
		zw_buf_free(&text);
		zw_buf_free(&summary);
		zw_sources_free(s.sources);
		zw_arena_free(s.arena);
	}
}

/* Any text, any spans: drawn to the end, and no control character but the
 * newline. */
static void test_anything(void)
{
	static const char *const pieces[] = {
		"\n",	     "\r\n",
		"\t",	     "abc",
		" ",	     "\xe4\xb8\xad",
		"e\xcc\x81", "\xff",
		"\033[",     "0123456789012345678901234567890123456789",
		"{",	     "\xe2\x80\xae",
	};
	struct zw_random random = { zw_test_seed() };
	struct zw_style style = { false };
	int round;

	for (round = 0; round < 3000; round++) {
		struct scene s = { .arena = zw_arena_new(),
				   .sources = zw_sources_new() };
		struct zw_buf source = { 0 }, text = { 0 };
		struct zw_diag *diag;
		u32 i, n = zw_random_below(&random, 40), length;

		zw_buf_puts(&source, "");
		for (i = 0; i < n; i++)
			zw_buf_puts(&source,
				    pieces[zw_random_below(&random, 12)]);
		length = (u32)source.n;
		add_file(&s, "r.zw", source.data);
		zw_diags_init(&s.diags, s.arena);
		for (i = 0; i < 3; i++) {
			struct zw_span span = { 0, 0, 0 };

			span.off = zw_random_below(&random, length + 1);
			span.len =
				zw_random_below(&random, length - span.off + 1);
			diag = zw_diag(&s.diags, ZW_Z0001, span, "m");
			span.off = zw_random_below(&random, length + 1);
			span.len = 0;
			zw_diag_label(&s.diags, diag, span, "label");
		}
		zw_diagnostics_text(&text, &s.diags, s.sources, &style);
		for (i = 0; i < text.n; i++)
			ZW_CHECK((u8)text.data[i] >= 0x20 ||
					 text.data[i] == '\n',
				 "round %d, byte %u", round, i);
		zw_buf_free(&source);
		zw_buf_free(&text);
		zw_sources_free(s.sources);
		zw_arena_free(s.arena);
	}
}

void suite_diagnostics(void);
void suite_diagnostics(void)
{
	CU_TestInfo tests[] = {
		{ "texts", test_goldens },
		{ "anything", test_anything },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagnostics", tests);
}
