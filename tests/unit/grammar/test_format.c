/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canonical layout: kept texts, and its law on everything at hand. For
 * each text that reads without a mistake: laid out it reads as the same tree,
 * has the same comments, holds no tab, no carriage return and no blank at a
 * line's end outside of comments and strings, and laid out again is the same.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/format.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"
#include "tests/unit/grammar/maker.h"
#include "tests/unit/grammar/reading.h"

#define ROUNDS 2500

static bool format_of(struct reading *reading, struct zw_str text,
		      struct zw_buf *out)
{
	*reading = (struct reading){ .arena = zw_arena_new(),
				     .sources = zw_sources_new() };
	zw_diags_init(&reading->diags, reading->arena);
	return zw_format_text(reading->arena, reading->sources, &reading->diags,
			      ZW_STR("t.zw"), text, out);
}

static void read_alone(struct reading *reading, struct zw_str text)
{
	*reading = (struct reading){ .arena = zw_arena_new(),
				     .sources = zw_sources_new() };
	zw_diags_init(&reading->diags, reading->arena);
	zw_parse_alone(reading->arena, reading->sources, &reading->diags,
		       ZW_STR("t.zw"), text, &reading->ast);
}

static int by_text(const void *a, const void *b)
{
	return zw_str_cmp(*(const struct zw_str *)a, *(const struct zw_str *)b);
}

/* The comments, without blanks at their ends, sorted, one a line. */
static const char *comments_of(struct reading *reading)
{
	size_t i, n = reading->ast.comments.n;
	struct zw_str *list =
		ZW_NEW_ARRAY(reading->arena, struct zw_str, n + 1);
	struct zw_buf all = { 0 };
	const char *text;

	for (i = 0; i < n; i++) {
		list[i] = zw_sources_text(reading->sources,
					  reading->ast.comments.v[i]);
		while (strchr(" \t\r", list[i].p[list[i].n - 1]))
			list[i].n--;
	}
	qsort(list, n, sizeof(*list), by_text);
	for (i = 0; i < n; i++)
		zw_buf_printf(&all, "%.*s\n", ZW_STR_ARG(list[i]));
	text = zw_cstr(reading->arena, (struct zw_str){ all.data, all.n });
	zw_buf_free(&all);
	return text;
}

static void check_same(const char *what, struct zw_str text, struct zw_str made)
{
	struct reading before, after;

	read_alone(&before, text);
	read_alone(&after, made);
	ZW_CHECK(!after.diags.errors, "%s: laid out as\n%.*s: %s", what,
		 ZW_STR_ARG(made), reading_mistakes(&after));
	ZW_CHECK(!strcmp(reading_dump(&before, false),
			 reading_dump(&after, false)),
		 "%s: another tree:\n%.*s", what, ZW_STR_ARG(made));
	ZW_CHECK(!strcmp(comments_of(&before), comments_of(&after)),
		 "%s: other comments:\n%.*s", what, ZW_STR_ARG(made));
	reading_free(&before);
	reading_free(&after);
}

static void check_bytes(const char *what, struct zw_str made)
{
	size_t i;

	ZW_CHECK(!made.n || made.p[made.n - 1] == '\n', "%s: last line", what);
	for (i = 0; i < made.n; i++) {
		bool end = i + 1 == made.n || made.p[i + 1] == '\n';

		if (made.p[i] == '\r' || (made.p[i] == ' ' && end) ||
		    (made.p[i] == '\t' && end)) {
			ZW_CHECK(false, "%s: byte %zu of\n%.*s", what, i,
				 ZW_STR_ARG(made));
			return;
		}
		if (made.p[i] == '\n' && i >= 2 && made.p[i - 1] == '\n' &&
		    made.p[i - 2] == '\n') {
			ZW_CHECK(false, "%s: two empty lines:\n%.*s", what,
				 ZW_STR_ARG(made));
			return;
		}
	}
}

/* All of the law. True if TEXT has no mistake. */
static bool check_law(const char *what, struct zw_str text)
{
	struct reading first, second;
	struct zw_buf once = { 0 }, twice = { 0 };
	bool good = format_of(&first, text, &once);

	if (good) {
		struct zw_str made = { once.data ? once.data : "", once.n };

		check_same(what, text, made);
		check_bytes(what, made);
		ZW_CHECK(format_of(&second, made, &twice), "%s: refused again",
			 what);
		ZW_CHECK(once.n == twice.n &&
				 (!once.n ||
				  !memcmp(once.data, twice.data, once.n)),
			 "%s:\n%.*s\nlaid out as\n%s\nand then as\n%s", what,
			 ZW_STR_ARG(text), once.data, twice.data);
		reading_free(&second);
	} else {
		ZW_CHECK(first.diags.errors > 0 && !once.n, "%s: no reason",
			 what);
	}
	reading_free(&first);
	zw_buf_free(&once);
	zw_buf_free(&twice);
	return good;
}

/* -- kept texts -- */

static void goldens(void)
{
	glob_t files = { 0 };
	size_t i;

	ZW_CHECK(!glob("tests/golden/fmt/*.zw", 0, NULL, &files),
		 "no files in tests/golden/fmt");
	for (i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i];
		struct zw_arena *arena = zw_arena_new();
		struct zw_buf out = { 0 };
		struct reading reading;
		struct zw_str text;
		bool good;

		ZW_CHECK(!zw_read_file(arena, path, 1 << 20, &text), "%s",
			 path);
		good = format_of(&reading, text, &out);
		ZW_CHECK(good, "%s: %s", path, reading_mistakes(&reading));
		zw_golden(zw_strf(arena, "%.*sfmt", (int)strlen(path) - 2, path)
				  .p,
			  (struct zw_str){ out.data, out.n });
		reading_free(&reading);
		zw_buf_free(&out);
		zw_arena_free(arena);
	}
	globfree(&files);
}

static void everything_at_hand(void)
{
	static const char *const patterns[] = {
		"examples/*.zw",
		"tests/golden/*/*.zw",
		"tests/golden/fmt/*.fmt",
		"tests/negative/*.zw",
		"tests/packets/policies/*.zw",
	};
	size_t i, j, good = 0;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t files = { 0 };

		if (glob(patterns[i], 0, NULL, &files))
			continue;
		for (j = 0; j < files.gl_pathc; j++) {
			struct zw_arena *arena = zw_arena_new();
			struct zw_str text;

			if (!zw_read_file(arena, files.gl_pathv[j], 1 << 24,
					  &text))
				good += check_law(files.gl_pathv[j], text);
			zw_arena_free(arena);
		}
		globfree(&files);
	}
	ZW_CHECK(good > 50, "only %zu files read without a mistake", good);
}

/* -- small cases -- */

static const struct {
	const char *text, *made;
} cases[] = {
	{ "", "" },
	{ "\n\n \t;;\r\n", "" },
	{ "\xef\xbb\xbfgateway hq", "gateway hq\n" },
	{ "# a \t\r\n\n\n\n# b", "# a\n\n# b\n" },
	{ "gateway a;gateway b # x", "gateway a\ngateway b    # x\n" },
	{ "gateway a; # x\n\n\n\ngateway b\n# y\n",
	  "gateway a    # x\n\ngateway b\n# y\n" },
	{ "allow a->b\nreject self->cc:any\n",
	  "allow  a    -> b\nreject self -> cc : any\n" },
	{ "allow a -> b\n\nreject a -> b", "allow a -> b\n\nreject a -> b\n" },
	{ "allow a, # x\n# y\n b -> c",
	  "allow a,    # x\n        # y\n        b -> c\n" },
	{ "allow a(10.0.0.1# x\n - 10.0.0.9# y\n, d) -> c",
	  "allow a(10.0.0.1-10.0.0.9,    # x\n        # y\n        d) -> c\n" },
	{ "allow a.{\nx # only\n} -> c",
	  "allow a.{x    # only\n        } -> c\n" },
	{ "allow a.{\nx\n} -> c : tcp/{\n80}", "allow a.x -> c : tcp/80\n" },
	{ "zone z {\n}", "zone z { }\n" },
	{ "zone z { # x\n}\n", "zone z {    # x\n}\n" },
	{ "zone z {\n\n# x\n\n\ninterface a; # y\n\n\n}# z",
	  "zone z {\n    # x\n\n    interface a    # y\n}    # z\n" },
	{ "zone z { interface \"a\" network 10.0.0.0/8 host h = 10.0.0.1 }",
	  "zone z { interface a   network 10.0.0.0/8; host h = 10.0.0.1 }\n" },
	{ "zone z { network from; interface a }",
	  "zone z { network from; interface a }\n" },
	{ "zone z { network from;\ninterface a }",
	  "zone z {\n    network   from;\n    interface a\n}\n" },
	{ "zone z { host # 1\n h # 2\n = # 3\n from; }",
	  "zone z {\n    # 1\n    # 2\n    # 3\n    host h = from;\n}\n" },
	{ "zone z { host a = b\nhost long = c\n\nhost d = e }",
	  "zone z {\n    host a    = b\n    host long = c\n\n    host d = e\n}\n" },
	{ "log drops \"x\" group 5 limit 1/day",
	  "log drops \"x\" limit 1/day group 5\n" },
	{ "service s = tcp/{80,443 , 8000 - 8080},esp",
	  "service s = tcp/{80, 443, 8000-8080}, esp\n" },
	{ "include \"nowhere.zw\"", "include \"nowhere.zw\"\n" },
};

static void table(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_str text = zw_str_from(cases[i].text);
		struct zw_buf out = { 0 };
		struct reading reading;
		bool good;

		good = format_of(&reading, text, &out);
		ZW_CHECK(good, "%s: %s", cases[i].text,
			 reading_mistakes(&reading));
		ZW_CHECK(!strcmp(out.n ? out.data : "", cases[i].made),
			 "%s: laid out as\n%s", cases[i].text, out.data);
		reading_free(&reading);
		zw_buf_free(&out);
		check_law(cases[i].text, text);
	}
}

/* -- at random -- */

/* A line may get an empty line, a comment of its own or a tab before it, and a
 * comment behind it (which goes on with the one that is there). */
static void decorate(struct maker *maker, struct zw_buf *out)
{
	const struct zw_buf *text = &maker->text;
	u32 serial = 0;
	size_t i;

	for (i = 0; i < text->n; i++) {
		bool crlf = i && text->data[i - 1] == '\r';

		if (text->data[i] == '\n' && !crlf && !maker_below(maker, 3))
			zw_buf_printf(out, "#t%u \t", serial++);
		zw_buf_putc(out, text->data[i]);
		while (text->data[i] == '\n' && !maker_below(maker, 3)) {
			if (maker_below(maker, 2))
				zw_buf_puts(out, "\t\n");
			else
				zw_buf_printf(out, " # own %u\n", serial++);
		}
	}
}

static void made_texts(void)
{
	struct maker maker = { .random = { zw_test_seed() ^ 0xf0 } };
	struct zw_buf text = { 0 };
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		maker.text.n = text.n = 0;
		maker_policy(&maker);
		decorate(&maker, &text);
		ZW_CHECK(check_law(text.data,
				   (struct zw_str){ text.data, text.n }),
			 "round %u: refused:\n%s", i, text.data);
	}
	zw_buf_free(&maker.text);
	zw_buf_free(&text);
}

/* Damaged texts that still read without a mistake keep the law as well. */
static void damaged_texts(void)
{
	struct maker maker = { .random = { zw_test_seed() ^ 0xf1 } };
	static const char bytes[] = "(){}:;,.\"'->=*/#\n\r \t09a\xc3\xff%";
	u32 i, good = 0;

	for (i = 0; i < ROUNDS; i++) {
		maker.text.n = 0;
		maker_policy(&maker);
		maker.text.data[maker_below(&maker, (u32)maker.text.n)] =
			bytes[maker_below(&maker, sizeof(bytes) - 1)];
		good += check_law(
			maker.text.data,
			(struct zw_str){ maker.text.data, maker.text.n });
	}
	ZW_CHECK(good > ROUNDS / 20, "%u of %u damaged texts are good", good,
		 ROUNDS);
	zw_buf_free(&maker.text);
}

/* -- texts that mean harm: linear time, and the law -- */

static const struct {
	const char *name, *head, *part;
	u32 count;
	const char *tail;
} repeated[] = {
	{ "comments", "", "#\n", 100000, "" },
	{ "trailing comments", "allow a", ", # x\n b", 100000, " -> c" },
	{ "comments in one line's list", "allow a,", "#\n", 100000, "b -> c" },
	{ "empty lines", "gateway g", "\n", 1000000, "" },
	{ "ends", "gateway g", ";\r\n", 100000, "" },
	{ "elements", "define d = 10.0.0.1", ", 10.0.0.1", 99999, "" },
	{ "members", "zone z {", "ipsec ", 100000, "}" },
	{ "members in lines", "zone z {", "host h = a # x\n", 100000, "}" },
	{ "ports", "service s = tcp/{1", ",1", 99999, "}" },
	{ "statements", "", "allow a->b\n", 100000, "" },
	{ "zones", "", "zone z { ipsec }\n", 100000, "" },
	{ "one long comment", "gateway g #", "(", 1000000, "" },
};

static void repetition(void)
{
	size_t i;

	for (i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++) {
		struct zw_buf text = { 0 };
		u32 j;

		zw_buf_puts(&text, repeated[i].head);
		for (j = 0; j < repeated[i].count; j++)
			zw_buf_puts(&text, repeated[i].part);
		zw_buf_puts(&text, repeated[i].tail);
		ZW_CHECK(check_law(repeated[i].name,
				   (struct zw_str){ text.data, text.n }),
			 "%s: refused", repeated[i].name);
		zw_buf_free(&text);
	}
}

/* What is short as written may be too long when laid out: said, not written. */
static void too_long(void)
{
	struct zw_buf text = { 0 }, out = { 0 };
	struct reading reading;

	while (text.n < ZW_POLICY_SIZE_LIMIT - 16)
		zw_buf_puts(&text, "zone z{}\n");
	ZW_CHECK(!format_of(&reading, (struct zw_str){ text.data, text.n },
			    &out),
		 "laid out");
	ZW_CHECK(!out.n && strstr(reading_mistakes(&reading),
				  "Z0006 't.zw' laid out would have more"),
		 "%s", reading_mistakes(&reading));
	reading_free(&reading);
	zw_buf_free(&text);
	zw_buf_free(&out);
}

void suite_format(void);
void suite_format(void)
{
	static CU_TestInfo tests[] = {
		{ "kept texts", goldens },
		{ "small cases", table },
		{ "every file at hand", everything_at_hand },
		{ "made at random", made_texts },
		{ "damaged", damaged_texts },
		{ "repetition", repetition },
		{ "too long when laid out", too_long },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: format", tests);
}
