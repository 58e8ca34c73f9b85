/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that are said to change nothing, taken out of random policies all
 * together: every flow fares alike. (Established packets of connections that
 * cannot begin may pass while any rule speaks of the two zones.) An allow
 * without limits that is not listed is missed when it is gone. */
#include <stdlib.h>

#include "tests/questions/asked.h"
#include "verifier/compare.h"
#include "verifier/redundant.h"

/* TEXT without the lines that GONE marks, by their offsets. */
static void without(const struct zw_buf *text, const struct zw_span *gone,
		    size_t n, struct zw_buf *out)
{
	size_t at = 0, i;

	for (i = 0; i < n; i++) {
		zw_buf_add(out, text->data + at, gone[i].off - at);
		at = gone[i].off + gone[i].len;
	}
	zw_buf_add(out, text->data + at, text->n - at);
}

static bool fares_alike(const struct zw_buf *before, const struct zw_buf *after)
{
	struct zw_str texts[2] = { { before->data, before->n },
				   { after->data, after->n } };
	struct zw_comparison c = { 0 };
	struct asked a;
	bool flows = false;
	size_t i;

	asked_new(&a, texts, 2);
	if (a.study)
		zw_compare(a.study, 0, &c);
	for (i = 0; i < c.changes.n; i++)
		flows = flows || c.changes.v[i].kind != ZW_CHANGE_OTHER;
	asked_free(&a);
	return !flows;
}

static bool is_listed(const zw_redundants *list, u32 rule)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (list->v[i].rule == rule)
			return true;
	}
	return false;
}

/* One that is not listed, if it is an allow that decides at all times. */
static void check_kept(const struct zw_statement *s, const zw_redundants *list,
		       struct zw_random *random, const struct zw_buf *text)
{
	u32 rule = zw_random_below(random, (u32)s->rules.n);
	struct zw_buf after = { 0 };

	if (is_listed(list, rule) || s->rules.v[rule].action != ZW_ALLOW ||
	    s->rules.v[rule].predicates.n)
		return;
	without(text, &s->rules.v[rule].span, 1, &after);
	ZW_CHECK(!fares_alike(text, &after), "nobody misses rule %u\n%s", rule,
		 text->data);
	zw_buf_free(&after);
}

static void one_policy(struct zw_random *random)
{
	struct zw_buf text = { 0 }, after = { 0 };
	struct zw_pipeline p;
	zw_redundants list;
	struct zw_span *gone;
	bool *matters;
	size_t i;

	asked_random_text(random, &text);
	zw_pipeline_run(&p, "asked.zw", (struct zw_str){ text.data, text.n });
	matters = ZW_NEW_ARRAY(p.arena, bool, p.statement->rules.n + 1);
	ZW_CHECK(zw_redundant_rules(p.arena, p.statement, matters, 0, &list),
		 "too large");
	gone = ZW_NEW_ARRAY(p.arena, struct zw_span, list.n + 1);
	for (i = 0; i < list.n; i++)
		gone[i] = p.statement->rules.v[list.v[i].rule].span;
	if (list.n) {
		without(&text, gone, list.n, &after);
		ZW_CHECK(fares_alike(&text, &after),
			 "%zu rules are missed\n%s\n---\n%s", list.n, text.data,
			 after.data);
	}
	if (p.statement->rules.n)
		check_kept(p.statement, &list, random, &text);
	zw_pipeline_free(&p);
	zw_buf_free(&text);
	zw_buf_free(&after);
}

static void random_policies(void)
{
	struct zw_random random = { zw_test_seed() + 5 };
	const char *text = getenv("ZW_ROUNDS");
	u32 i, n = text ? (u32)atoi(text) : 25;

	for (i = 0; i < n; i++)
		one_policy(&random);
}

void suite_redundant(void);
void suite_redundant(void)
{
	static CU_TestInfo tests[] = {
		{ "random policies", random_policies },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("redundant", tests);
}
