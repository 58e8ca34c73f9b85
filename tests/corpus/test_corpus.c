/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each case of tests/corpus/cases, loaded by nft, dumped, decoded, and compared
 * with the boxes that are written in it; and that every kind of expression has
 * one. */
#include <dirent.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "tests/corpus/asked.h"
#include "tests/harness/harness.h"

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".case");
}

static void read_all(struct zw_arena *arena, corpus_cases *cases)
{
	struct dirent **names;
	int n = scandir("tests/corpus/cases", &names, is_case, alphasort), i;

	ZW_CHECK(n > 0, "no cases");
	for (i = 0; i < n; i++) {
		corpus_read(arena,
			    zw_strf(arena, "tests/corpus/cases/%s",
				    names[i]->d_name)
				    .p,
			    cases);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Each kind of expression has a case, and each family has the common ones. */
static void check_coverage(const struct corpus_met *met)
{
	static const u32 families[] = { NFPROTO_INET,	NFPROTO_IPV4,
					NFPROTO_IPV6,	NFPROTO_NETDEV,
					NFPROTO_BRIDGE, NFPROTO_ARP };
	static const u32 common[] = { ZW_EXPR_PAYLOAD, ZW_EXPR_CMP,
				      ZW_EXPR_IMMEDIATE, ZW_EXPR_LOOKUP };
	u32 kind, family, i, k;

	for (kind = 0; kind < ZW_EXPR_COUNT; kind++) {
		struct zw_expr expr = { .kind = (u8)kind };
		u32 sum = 0;

		for (family = 0; family < 16; family++)
			sum += met->count[kind][family];
		ZW_CHECK(sum, "no case has '%.*s'",
			 ZW_STR_ARG(zw_expr_name(&expr)));
	}
	for (i = 0; i < sizeof(families) / sizeof(*families); i++)
		for (k = 0; k < sizeof(common) / sizeof(*common); k++)
			ZW_CHECK(met->count[common[k]][families[i]],
				 "family %u has no expression %u", families[i],
				 common[k]);
}

static void as_written(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct corpus_met met = { 0 };
	corpus_cases cases = { 0 };
	size_t i;

	read_all(arena, &cases);
	for (i = 0; i < cases.n; i++) {
		struct zw_buf said = { 0 };

		corpus_ask(&cases.v[i], &met, &said);
		ZW_CHECK(!said.n, "%s:%u: %.*s\n%s", cases.v[i].file,
			 cases.v[i].line, ZW_STR_ARG(cases.v[i].name),
			 said.n ? said.data : "");
		zw_buf_free(&said);
	}
	check_coverage(&met);
	zw_arena_free(arena);
}

/* A box that is too wide, one too few, one too many: each is told, with a
 * packet that makes the difference. */
static void wrong_boxes(void)
{
	static const struct {
		const char *box, *told;
	} wrong[] = {
		{ "family 4 src 10.1.0.0-10.1.255.254", "src 0xa01ffff" },
		{ "family 4 src 10.1.0.0-10.2.0.0", "src 0xa020000" },
		{ "family 4 dst 10.1.0.0-10.1.255.255", "is not written" },
		{ "src 10.1.0.0-10.1.255.255 proto 6", "is not written" },
		{ "family 4 src 10.1.0.0-10.1.255.255 colour 3", "no box" },
	};
	struct zw_arena *arena = zw_arena_new();
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct corpus_case c = { .family = ZW_STR("inet"),
					 .hook = ZW_STR("forward") };
		struct corpus_met met = { 0 };
		struct zw_buf said = { 0 };

		zw_push(arena, c.rules, ZW_STR("ip saddr 10.1.0.0/16 accept"));
		zw_push(arena, c.passes, zw_str_from(wrong[i].box));
		corpus_ask(&c, &met, &said);
		ZW_CHECK(said.n && strstr(said.data, wrong[i].told), "%s: %s",
			 wrong[i].box, said.n ? said.data : "right");
		zw_buf_free(&said);
	}
	zw_arena_free(arena);
}

void suite_corpus(void);
void suite_corpus(void)
{
	static CU_TestInfo tests[] = {
		{ "rulesets as written", as_written },
		{ "wrong boxes are told", wrong_boxes },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("corpus", tests);
}
