/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formatter lays out means the same. Random policies of the whole
 * language are written badly (blanks, blank lines, comments, line ends of
 * another system, lists broken behind their commas), laid out, laid out again,
 * and compiled from all three: the statements are equal, and so are the
 * rulesets but for the lines that their comments name. */
#include <stdlib.h>
#include <string.h>

#include "compiler/emit_nft.h"
#include "grammar/format.h"
#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/random_policy.h"

void suite_layout(void);

/* Claims about the zones that every random policy has. */
static const char claims[] =
	"never z1->z0:tcp/22,udp/5000-5010 because \"why not\"\n"
	"only z0 -> z1 : any owner \"o\" ticket \"t\"\n"
	"always self->z0 : dns\n"
	"never any except z0 -> self, z1\n"
	"unspoofed any\n";

static bool one_in(struct zw_random *random, u32 n)
{
	return zw_random_below(random, n) == 0;
}

static void put_blank(struct zw_buf *out, struct zw_random *random)
{
	u32 n = 1 + (one_in(random, 4) ? zw_random_below(random, 3) : 0);

	while (n--)
		zw_buf_putc(out, one_in(random, 5) ? '\t' : ' ');
}

static void put_line_end(struct zw_buf *out, struct zw_random *random,
			 bool crlf)
{
	if (one_in(random, 6))
		zw_buf_puts(out, "  # a comment; \"it\" stays");
	zw_buf_puts(out, crlf ? "\r\n" : "\n");
	if (one_in(random, 12))
		zw_buf_puts(out, crlf ? "\r\n\r\n" : "\n\n");
	if (one_in(random, 12))
		zw_buf_puts(out, "   # of its own\n");
}

/* The same statements, written otherwise. */
static void spoil(struct zw_buf *out, struct zw_random *random,
		  struct zw_str text)
{
	bool quoted = false, crlf = one_in(random, 4);
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		/* what interfaces have stays readable */
		if (c == '#' && !quoted)
			while (text.p[i] != '\n')
				zw_buf_putc(out, text.p[i++]);
		c = text.p[i];
		quoted ^= c == '"';
		if (quoted || (c != ' ' && c != '\n' && c != ','))
			zw_buf_putc(out, c);
		else if (c == ' ')
			put_blank(out, random);
		else if (c == '\n')
			put_line_end(out, random, crlf);
		else {
			zw_buf_putc(out, ',');
			if (one_in(random, 10))
				put_line_end(out, random, crlf);
		}
	}
}

/* The ruleset without the comments, which name lines. */
static void put_plan(struct zw_buf *out, const struct zw_plan *plan)
{
	struct zw_buf whole = { 0 };
	size_t i;

	zw_emit_nft(&whole, plan, 0);
	for (i = 0; i < whole.n; i++) {
		if (whole.n - i > 9 &&
		    !memcmp(whole.data + i, "comment \"", 9)) {
			for (i += 9; i < whole.n && whole.data[i] != '"'; i++)
				;
			continue;
		}
		zw_buf_putc(out, whole.data[i]);
	}
	zw_buf_free(&whole);
}

/* What TEXT means; false if it is no valid policy. */
static bool meaning(struct zw_str text, struct zw_buf *out)
{
	struct zw_pipeline pipeline;
	bool valid;

	zw_pipeline_run(&pipeline, "layout.zw", text);
	valid = pipeline.valid;
	if (valid) {
		zw_statement_print(out, pipeline.statement);
		put_plan(out, pipeline.plan);
	}
	zw_pipeline_free(&pipeline);
	return valid;
}

static bool lay_out(struct zw_str text, struct zw_buf *out)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_sources *sources = zw_sources_new();
	struct zw_diags diags;
	bool done;

	zw_diags_init(&diags, arena);
	done = zw_format_text(arena, sources, &diags, ZW_STR("layout.zw"), text,
			      out);
	zw_sources_free(sources);
	zw_arena_free(arena);
	return done;
}

static struct zw_str text_of(const struct zw_buf *buf)
{
	return (struct zw_str){ buf->data, buf->n };
}

static bool equal(const struct zw_buf *a, const struct zw_buf *b)
{
	return a->n == b->n && !memcmp(a->data, b->data, a->n);
}

/* Returns whether the policy was valid. */
static bool one_policy(struct zw_random *random)
{
	struct zw_buf plain = { 0 }, bad = { 0 }, once = { 0 }, twice = { 0 };
	struct zw_buf before = { 0 }, spoilt = { 0 }, after = { 0 };
	bool valid;

	zw_random_policy(&plain, random, 0);
	zw_buf_puts(&plain, claims);
	spoil(&bad, random, text_of(&plain));
	valid = meaning(text_of(&plain), &before);
	ZW_CHECK(lay_out(text_of(&bad), &once), "no policy:\n%.*s", (int)bad.n,
		 bad.data);
	ZW_CHECK(lay_out(text_of(&once), &twice) && equal(&once, &twice),
		 "laid out twice:\n%.*s", (int)once.n, once.data);
	ZW_CHECK(meaning(text_of(&bad), &spoilt) == valid &&
			 meaning(text_of(&once), &after) == valid,
		 "valid no more, or only now:\n%.*s", (int)once.n, once.data);
	ZW_CHECK(equal(&before, &spoilt) && equal(&before, &after),
		 "means something else:\n%.*s\n----\n%.*s", (int)bad.n,
		 bad.data, (int)once.n, once.data);
	zw_buf_free(&plain);
	zw_buf_free(&bad);
	zw_buf_free(&once);
	zw_buf_free(&twice);
	zw_buf_free(&before);
	zw_buf_free(&spoilt);
	zw_buf_free(&after);
	return valid;
}

static void test_meaning(void)
{
	const char *text = getenv("ZW_ROUNDS");
	u32 i, valid = 0, n = text ? (u32)strtoul(text, NULL, 10) : 150;
	struct zw_random random = { zw_test_seed() };

	for (i = 0; i < n; i++)
		valid += one_policy(&random);
	ZW_CHECK(valid > n / 2, "only %u of %u policies are valid", valid, n);
}

void suite_layout(void)
{
	static CU_TestInfo tests[] = {
		{ "a policy laid out means the same", test_meaning },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("layout", tests);
}
