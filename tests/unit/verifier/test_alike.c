/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets side by side: random policies, each against itself with one line
 * less. What a path comes to beside another ruleset must be what it comes to
 * alone, as the same node; and most chains of the two must be known for the
 * same. */
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/random_policy.h"
#include "verifier/alike.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"

#define POLICIES 60
#define NODES 4000000

struct counts {
	size_t pairs, chains, known, differ;
};

/* TEXT without its line number LINE, if that is a rule. */
static bool without(struct zw_buf *out, const struct zw_buf *text, u32 line)
{
	const char *p = text->data, *end = text->data + text->n;
	bool left = false;
	u32 i;

	out->n = 0;
	for (i = 0; p < end; i++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((next ? next + 1 : end) - p);

		if (i == line &&
		    (!strncmp(p, "allow", 5) || !strncmp(p, "deny", 4)))
			left = true;
		else
			zw_buf_add(out, p, n);
		p += n;
	}
	return left;
}

/* How many chains of B are known from A. */
static void count_chains(struct zw_arena *arena, const struct zw_ruleset *a,
			 const struct zw_ruleset *b, struct counts *counts)
{
	struct zw_alike *alike = zw_alike_new(arena);
	const u32 *x = zw_alike_chains(alike, a);
	const u32 *y = zw_alike_chains(alike, b);
	size_t i, k;

	for (i = 0; i < b->chains.n; i++) {
		if (b->chains.v[i].base || y[i] == ZW_NONE)
			continue;
		counts->chains++;
		for (k = 0; k < a->chains.n && x[k] != y[i];)
			k++;
		counts->known += k < a->chains.n;
	}
}

/* False where fields must be cut finer. */
static bool compare(const struct zw_pipeline *a, const struct zw_pipeline *b,
		    struct zw_cuts *cuts, struct counts *counts)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diagrams *d = zw_diagrams_new(NODES, 4 * NODES);
	struct zw_space *space = zw_space_new(arena, d, cuts);
	struct zw_symbolic *first = zw_symbolic_new(arena, space, a->ruleset);
	struct zw_symbolic *beside =
		zw_symbolic_beside(arena, first, b->ruleset);
	struct zw_symbolic *alone = zw_symbolic_new(arena, space, b->ruleset);
	zw_node one[ZW_PATH_COUNT], other[ZW_PATH_COUNT];
	enum zw_path path;
	bool ok;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		zw_symbolic_path(first, path);
		one[path] = zw_symbolic_named(beside,
					      zw_symbolic_path(beside, path));
		other[path] =
			zw_symbolic_named(alone, zw_symbolic_path(alone, path));
	}
	ok = !zw_space_stale(space);
	for (path = 0; ok && path < ZW_PATH_COUNT; path++) {
		ZW_CHECK(zw_same(one[path], other[path]),
			 "path %u comes out otherwise beside another ruleset",
			 path);
		counts->differ +=
			!zw_same(one[path],
				 zw_symbolic_named(
					 first, zw_symbolic_path(first, path)));
	}
	if (ok)
		count_chains(arena, a->ruleset, b->ruleset, counts);
	zw_diagrams_free(d);
	zw_arena_free(arena);
	return ok;
}

static void try_pair(struct zw_buf *text, struct zw_buf *changed,
		     struct counts *counts)
{
	struct zw_pipeline a, b;
	struct zw_cuts cuts;
	int i;

	zw_pipeline_run(&a, "a.zw", (struct zw_str){ text->data, text->n });
	zw_pipeline_run(&b, "b.zw",
			(struct zw_str){ changed->data, changed->n });
	if (a.valid && b.valid) {
		counts->pairs++;
		zw_cuts_init(&cuts, a.arena);
		zw_meaning_cuts(&cuts, a.statement);
		zw_symbolic_cuts(&cuts, a.ruleset);
		zw_symbolic_cuts(&cuts, b.ruleset);
		for (i = 0; i < 12; i++)
			if (compare(&a, &b, &cuts, counts))
				break;
	}
	zw_pipeline_free(&a);
	zw_pipeline_free(&b);
}

static void test_beside(void)
{
	struct counts c = { 0 };
	u32 i, line;

	for (i = 0; i < POLICIES; i++) {
		struct zw_random random = { zw_test_seed() + i * 104729 };
		struct zw_buf text = { 0 }, changed = { 0 };

		zw_random_policy(&text, &random, 30);
		for (line = zw_random_below(&random, 40); line < 120; line++)
			if (without(&changed, &text, line))
				break;
		if (line < 120)
			try_pair(&text, &changed, &c);
		zw_buf_free(&text);
		zw_buf_free(&changed);
	}
	printf("    %zu pairs, %zu paths differ, %zu of %zu chains known\n",
	       c.pairs, c.differ, c.known, c.chains);
	CU_ASSERT(c.pairs > POLICIES / 3);
	CU_ASSERT(c.differ > 0);
	CU_ASSERT(c.known * 2 > c.chains);
	CU_ASSERT(c.known < c.chains);
}

void suite_alike(void);
void suite_alike(void)
{
	static CU_TestInfo tests[] = {
		{ "beside another", test_beside },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/alike", tests);
}
