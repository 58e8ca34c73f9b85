/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages played one after another: what is there in the end, what is refused
 * and by which message, sets of all kinds, and bytes that were damaged. */
#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/harness/harness.h"
#include "tests/unit/verifier/batch.h"
#include "verifier/decode.h"

void suite_decode(void);

struct fixture {
	struct zw_batch batch;
	struct zw_arena *arena;
	struct zw_diags diags;
	struct zw_ruleset ruleset;
	struct zw_buf text;
};

static void setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->batch.family = NFPROTO_INET;
	f->arena = zw_arena_new();
}

static void teardown(struct fixture *f)
{
	zw_batch_free(&f->batch);
	zw_buf_free(&f->text);
	zw_arena_free(f->arena);
}

static bool decode(struct fixture *f, const struct zw_ruleset *start)
{
	bool ok;

	zw_diags_init(&f->diags, f->arena);
	ok = zw_decode(f->arena, &f->diags, f->batch.bytes, f->batch.n, start,
		       &f->ruleset);
	f->text.n = 0;
	zw_buf_puts(&f->text, "");
	zw_ruleset_print(&f->text, &f->ruleset);
	return ok;
}

static const char *first_message(const struct fixture *f)
{
	return f->diags.list.n ? f->diags.list.v[0]->message.p : "(none)";
}

static void check_text(struct fixture *f, const char *name,
		       const char *expected)
{
	ZW_CHECK(!strcmp(f->text.data, expected),
		 "%s: decoded\n%sexpected\n%s(%s)", name, f->text.data,
		 expected, first_message(f));
}

/* ---- tables, chains, rules ---- */

static void verdict_rule(struct fixture *f, const char *chain, s32 code,
			 const char *to, const char *comment)
{
	struct nftnl_expr *e = zw_expr_verdict(code, to);

	zw_batch_rule(&f->batch, "t", chain, &e, 1, comment);
}

static void test_plain(void)
{
	struct fixture f;

	setup(&f);
	zw_batch_begin(&f.batch);
	zw_batch_table(&f.batch, "t");
	zw_batch_chain(&f.batch, "t", "z_a");
	zw_batch_base(&f.batch, "t", "forward", NF_INET_FORWARD, -5, NF_DROP);
	verdict_rule(&f, "forward", NFT_JUMP, "z_a", "gw.zw:14");
	verdict_rule(&f, "z_a", NF_ACCEPT, NULL, NULL);
	zw_batch_end(&f.batch);
	ZW_CHECK(decode(&f, NULL), "refused: %s", first_message(&f));
	check_text(&f, "plain",
		   "table inet t\n"
		   "  chain z_a\n"
		   "    rule 1\n"
		   "      immediate verdict accept\n"
		   "  chain forward type filter hook forward priority -5"
		   " policy drop\n"
		   "    rule 1 \"gw.zw:14\"\n"
		   "      immediate verdict jump z_a\n");
	teardown(&f);
}

static void count_states(void *context, u32 transaction,
			 const struct zw_ruleset *state)
{
	u32 *rules = context;
	u32 chain = zw_find_chain(state, 0, ZW_STR("c"));

	rules[transaction] =
		chain == ZW_NONE ? 99 : (u32)state->chains.v[chain].rules.n;
}

/* Several batches: each state is visited; a refused one changes nothing. */
static void test_transactions(void)
{
	u32 rules[8] = { 0 };
	struct fixture f;
	bool ok;

	setup(&f);
	zw_batch_begin(&f.batch); /* message 0 */
	zw_batch_table(&f.batch, "t");
	zw_batch_chain(&f.batch, "t", "c");
	verdict_rule(&f, "c", NF_ACCEPT, NULL, "one");
	zw_batch_end(&f.batch);
	zw_batch_begin(&f.batch);
	verdict_rule(&f, "c", NF_DROP, NULL, "two");
	zw_batch_named(&f.batch, NFT_MSG_DELRULE, "t", NFTA_RULE_CHAIN, "nix");
	zw_batch_end(&f.batch);
	zw_batch_begin(&f.batch);
	zw_batch_named(&f.batch, NFT_MSG_DELRULE, "t", NFTA_RULE_CHAIN, "c");
	verdict_rule(&f, "c", NF_DROP, NULL, "three");
	verdict_rule(&f, "c", NF_DROP, NULL, "four");
	zw_batch_end(&f.batch);
	zw_diags_init(&f.diags, f.arena);
	ok = zw_decode_each(f.arena, &f.diags, f.batch.bytes, f.batch.n, NULL,
			    &f.ruleset, count_states, rules);
	ZW_CHECK(!ok && f.diags.errors == 1 &&
			 strstr(first_message(&f), "message 7 (DELRULE)"),
		 "%s", first_message(&f));
	ZW_CHECK(rules[0] == 1 && rules[1] == 2 && rules[2] == 0,
		 "states with %u, %u rules", rules[0], rules[1]);
	ZW_CHECK(zw_str_is(f.ruleset.chains.v[0].rules.v[0]->comment, "three"),
		 "the last state");
	teardown(&f);
}

static void test_unfinished(void)
{
	struct fixture f;

	setup(&f);
	zw_batch_begin(&f.batch);
	zw_batch_table(&f.batch, "t");
	ZW_CHECK(!decode(&f, NULL), "a batch without its end is no batch");
	check_text(&f, "unfinished", "");
	teardown(&f);
}

/* The dump of a kernel, changed by a batch: rules by handle. */
static void test_start(void)
{
	struct zw_ruleset start;
	struct nlmsghdr *header;
	struct fixture f;

	setup(&f);
	f.batch.dump = true;
	zw_batch_table(&f.batch, "t");
	zw_batch_chain(&f.batch, "t", "c");
	verdict_rule(&f, "c", NF_ACCEPT, NULL, "one");
	header = zw_batch_message(&f.batch, NFT_MSG_NEWRULE, 0);
	mnl_attr_put_strz(header, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(header, NFTA_RULE_CHAIN, "c");
	mnl_attr_put_u64(header, NFTA_RULE_HANDLE, htobe64(17));
	zw_batch_put(&f.batch);
	ZW_CHECK(decode(&f, NULL), "dump: %s", first_message(&f));
	start = f.ruleset;
	zw_batch_free(&f.batch);
	f.batch.dump = false;
	zw_batch_begin(&f.batch);
	header = zw_batch_message(&f.batch, NFT_MSG_DELRULE, 0);
	mnl_attr_put_strz(header, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(header, NFTA_RULE_CHAIN, "c");
	mnl_attr_put_u64(header, NFTA_RULE_HANDLE, htobe64(17));
	zw_batch_put(&f.batch);
	zw_batch_end(&f.batch);
	ZW_CHECK(decode(&f, &start), "batch: %s", first_message(&f));
	check_text(&f, "by handle",
		   "table inet t\n"
		   "  chain c\n"
		   "    rule 1 \"one\"\n"
		   "      immediate verdict accept\n");
	ZW_CHECK(start.chains.v[0].rules.n == 2, "the start stays as it was");
	teardown(&f);
}

/* ---- what is refused ---- */

enum wrong {
	NO_TABLE,
	NO_CHAIN,
	JUMP_NOWHERE,
	JUMP_TO_BASE,
	LOOP,
	CHAIN_IN_USE,
	NO_SET,
	LONELY_SET,
	NOT_NFTABLES,
	POLICY_OF_REGULAR,
	OTHER_HOOK,
	DEEP,
	WRONG_COUNT,
};

static void put_wrong(struct fixture *f, enum wrong wrong)
{
	struct nftnl_set *set;
	struct nftnl_expr *exprs[2];
	char name[16];
	int i;

	switch (wrong) {
	case NO_TABLE:
		zw_batch_chain(&f->batch, "nix", "d");
		break;
	case NO_CHAIN:
		verdict_rule(f, "nix", NF_ACCEPT, NULL, NULL);
		break;
	case JUMP_NOWHERE:
		verdict_rule(f, "c", NFT_JUMP, "nix", NULL);
		break;
	case JUMP_TO_BASE:
		verdict_rule(f, "c", NFT_GOTO, "base", NULL);
		break;
	case LOOP:
		verdict_rule(f, "c", NFT_JUMP, "c", NULL);
		verdict_rule(f, "base", NFT_JUMP, "c", NULL);
		break;
	case CHAIN_IN_USE:
		verdict_rule(f, "base", NFT_JUMP, "c", NULL);
		zw_batch_named(&f->batch, NFT_MSG_DELCHAIN, "t",
			       NFTA_CHAIN_NAME, "c");
		break;
	case NO_SET:
		exprs[0] = zw_expr_meta(NFT_META_MARK, 1);
		exprs[1] = zw_expr_lookup("nix", 1, UINT32_MAX, false);
		zw_batch_rule(&f->batch, "t", "c", exprs, 2, NULL);
		break;
	case LONELY_SET:
		set = nftnl_set_alloc();
		nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, 4);
		nftnl_set_set_u32(set, NFTNL_SET_ID, 5);
		nftnl_set_set_u32(set, NFTNL_SET_FLAGS,
				  NFT_SET_ANONYMOUS | NFT_SET_CONSTANT);
		zw_set_element(set, "\1\2\3\4", 4, NULL, 0);
		zw_batch_set(&f->batch, "t", "__set%d", set);
		break;
	case NOT_NFTABLES:
		zw_batch_message(&f->batch, 0, 0)->nlmsg_type = 0x105;
		zw_batch_put(&f->batch);
		break;
	case POLICY_OF_REGULAR: {
		struct nlmsghdr *header = zw_batch_message(
			&f->batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

		mnl_attr_put_strz(header, NFTA_CHAIN_TABLE, "t");
		mnl_attr_put_strz(header, NFTA_CHAIN_NAME, "c");
		mnl_attr_put_u32(header, NFTA_CHAIN_POLICY, 0);
		zw_batch_put(&f->batch);
		break;
	}
	case OTHER_HOOK:
		zw_batch_base(&f->batch, "t", "base", NF_INET_LOCAL_IN, 0, 1);
		break;
	case DEEP:
		for (i = 0; i < 17; i++) {
			snprintf(name, sizeof(name), "d%d", i);
			zw_batch_chain(&f->batch, "t", name);
		}
		verdict_rule(f, "base", NFT_JUMP, "d0", NULL);
		for (i = 0; i < 16; i++) {
			char next[16];

			snprintf(name, sizeof(name), "d%d", i);
			snprintf(next, sizeof(next), "d%d", i + 1);
			verdict_rule(f, name, NFT_JUMP, next, NULL);
		}
		break;
	case WRONG_COUNT:
		break;
	}
}

static void test_refused(void)
{
	static const struct {
		enum wrong wrong;
		const char *message;
	} cases[] = {
		{ NO_TABLE,
		  "message 4 (NEWCHAIN): the kernel would refuse it: no table 'inet nix' (ENOENT)" },
		{ NO_CHAIN, "message 4 (NEWRULE)" },
		{ JUMP_NOWHERE, "message 4 (NEWRULE)" },
		{ JUMP_TO_BASE, "message 4 (NEWRULE)" },
		{ LOOP, "message 6 (BATCH_END)" },
		{ CHAIN_IN_USE, "message 6 (BATCH_END)" },
		{ NO_SET, "message 4 (NEWRULE)" },
		{ LONELY_SET, "message 6 (BATCH_END)" },
		{ NOT_NFTABLES, "message 4 (unknown)" },
		{ POLICY_OF_REGULAR, "message 4 (NEWCHAIN)" },
		{ OTHER_HOOK, "message 4 (NEWCHAIN)" },
		{ DEEP, "message 38 (BATCH_END)" },
	};
	struct fixture f;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&f);
		zw_batch_begin(&f.batch);
		zw_batch_table(&f.batch, "t");
		zw_batch_chain(&f.batch, "t", "c");
		zw_batch_base(&f.batch, "t", "base", NF_INET_FORWARD, 0, 1);
		put_wrong(&f, cases[i].wrong);
		zw_batch_end(&f.batch);
		ok = decode(&f, NULL);
		ZW_CHECK(!ok && f.diags.errors == 1 &&
				 strstr(first_message(&f), cases[i].message),
			 "case %zu: %s", i, first_message(&f));
		check_text(&f, "refused", "");
		teardown(&f);
	}
}

/* ---- sets ---- */

struct element {
	u32 key, end; /* END of BOXES: the upper corner */
	u32 flags;
};

static void fill(struct nftnl_set *set, const struct element *e, size_t n,
		 bool boxes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		u32 key[2] = { htonl(e[i].key), htonl(e[i].key >> 16) };
		u32 end[2] = { htonl(e[i].end), htonl(e[i].end >> 16) };

		zw_set_element(set, key, boxes ? 8 : 4, boxes ? end : NULL,
			       e[i].flags);
	}
}

static const struct set_case {
	const char *name;
	u32 flags;
	struct element elements[8];
	size_t n;
	const char *expected; /* elements; NULL: refused */
} set_cases[] = {
	{ "hash",
	  0,
	  { { 7, 0, 0 }, { 3, 0, 0 }, { 5, 0, 0 } },
	  3,
	  "    00000003\n    00000005\n    00000007\n" },
	{ "hash twice the same",
	  0,
	  { { 7, 0, 0 }, { 7, 0, 0 } },
	  2,
	  "    00000007\n" },
	{ "intervals",
	  NFT_SET_INTERVAL,
	  { { 10, 0, 0 }, { 20, 0, 1 }, { 30, 0, 0 }, { 31, 0, 1 } },
	  4,
	  "    0000000a-00000013\n    0000001e-0000001e\n" },
	{ "intervals, as the kernel dumps them",
	  NFT_SET_INTERVAL,
	  { { 40, 0, 1 },
	    { 20, 0, 0 },
	    { 20, 0, 1 },
	    { 10, 0, 0 },
	    { 0, 0, 1 } },
	  5,
	  "    0000000a-00000013\n    00000014-00000027\n" },
	{ "open at the end",
	  NFT_SET_INTERVAL,
	  { { 10, 0, 0 } },
	  1,
	  "    0000000a-ffffffff\n" },
	{ "everything",
	  NFT_SET_INTERVAL,
	  { { 0, 0, 0 } },
	  1,
	  "    00000000-ffffffff\n" },
	{ "an end where it starts",
	  NFT_SET_INTERVAL,
	  { { 5, 0, 0 }, { 5, 0, 1 } },
	  2,
	  "    00000005-ffffffff\n" },
	{ "a lone end", NFT_SET_INTERVAL, { { 5, 0, 1 } }, 1, "" },
	{ "overlap",
	  NFT_SET_INTERVAL,
	  { { 10, 0, 0 }, { 20, 0, 1 }, { 15, 0, 0 }, { 25, 0, 1 } },
	  4,
	  NULL },
	{ "shuffled",
	  NFT_SET_INTERVAL,
	  { { 30, 0, 0 },
	    { 20, 0, 1 },
	    { 31, 0, 1 },
	    { 10, 0, 0 },
	    { 50, 0, 0 } },
	  5,
	  "    0000000a-00000013\n    0000001e-0000001e\n"
	  "    00000032-ffffffff\n" },
	{ "boxes keep their order",
	  NFT_SET_INTERVAL | NFT_SET_CONCAT,
	  { { 0x20009, 0x30012, 0 }, { 0x10003, 0x10004, 0 } },
	  2,
	  "    0002000900000002-0003001200000003\n"
	  "    0001000300000001-0001000400000001\n" },
	{ "an end in a hash", 0, { { 5, 0, 1 } }, 1, NULL },
	{ "unknown flags", 0, { { 5, 0, 8 } }, 1, NULL },
};

static void describe(struct nftnl_set *set, u32 flags)
{
	static const u8 fields[2] = { 4, 4 };
	bool boxes = flags & NFT_SET_CONCAT;

	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, boxes ? 8 : 4);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, 7);
	nftnl_set_set_u32(set, NFTNL_SET_ID, 1);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
	if (boxes)
		nftnl_set_set_data(set, NFTNL_SET_DESC_CONCAT, fields, 2);
}

static void test_sets(void)
{
	struct fixture f;
	size_t i;

	for (i = 0; i < sizeof(set_cases) / sizeof(set_cases[0]); i++) {
		const struct set_case *c = &set_cases[i];
		struct nftnl_set *set = nftnl_set_alloc();
		const char *rows;

		setup(&f);
		zw_batch_begin(&f.batch);
		zw_batch_table(&f.batch, "t");
		describe(set, c->flags);
		fill(set, c->elements, c->n, c->flags & NFT_SET_CONCAT);
		zw_batch_set(&f.batch, "t", "s", set);
		zw_batch_end(&f.batch);
		ZW_CHECK(decode(&f, NULL) == (c->expected != NULL), "%s: %s",
			 c->name, first_message(&f));
		rows = strchr(f.text.data, '\n');
		rows = rows ? strchr(rows + 1, '\n') : NULL;
		if (c->expected)
			ZW_CHECK(rows && !strcmp(rows + 1, c->expected),
				 "%s: %s", c->name, f.text.data);
		teardown(&f);
	}
}

/* Elements added and removed in a second transaction. */
static void test_set_changes(void)
{
	static const struct element first[] = {
		{ 10, 0, 0 }, { 20, 0, 1 }, { 30, 0, 0 }, { 40, 0, 1 }
	};
	static const struct element gone[] = { { 10, 0, 0 }, { 20, 0, 1 } };
	static const struct element more[] = { { 40, 0, 0 }, { 50, 0, 1 } };
	struct nftnl_set *set = nftnl_set_alloc();
	struct fixture f;

	setup(&f);
	zw_batch_begin(&f.batch);
	zw_batch_table(&f.batch, "t");
	describe(set, NFT_SET_INTERVAL);
	fill(set, first, 4, false);
	zw_batch_set(&f.batch, "t", "s", set);
	zw_batch_end(&f.batch);
	zw_batch_begin(&f.batch);
	set = nftnl_set_alloc();
	fill(set, gone, 2, false);
	zw_batch_elements(&f.batch, NFT_MSG_DELSETELEM, "t", "s", set);
	set = nftnl_set_alloc();
	fill(set, more, 2, false);
	zw_batch_elements(&f.batch, NFT_MSG_NEWSETELEM, "t", "s", set);
	zw_batch_end(&f.batch);
	ZW_CHECK(decode(&f, NULL), "%s", first_message(&f));
	check_text(&f, "changes",
		   "table inet t\n"
		   "  set s interval key 4 flags 0x4\n"
		   "    0000001e-00000027\n"
		   "    00000028-00000031\n");
	zw_batch_begin(&f.batch); /* message 9 */
	set = nftnl_set_alloc();
	fill(set, gone, 2, false);
	zw_batch_elements(&f.batch, NFT_MSG_DELSETELEM, "t", "s", set);
	zw_batch_end(&f.batch);
	ZW_CHECK(!decode(&f, NULL) && strstr(first_message(&f), "message 10"),
		 "deleting twice: %s", first_message(&f));
	teardown(&f);
}

/* ---- damage ---- */

/* A batch with a bit of everything. */
static void everything(struct fixture *f)
{
	static const struct element some[] = { { 10, 0, 0 }, { 20, 0, 1 } };
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_expr *exprs[4];

	zw_batch_begin(&f->batch);
	zw_batch_table(&f->batch, "t");
	zw_batch_chain(&f->batch, "t", "c");
	zw_batch_base(&f->batch, "t", "base", NF_INET_FORWARD, 0, NF_DROP);
	describe(set, NFT_SET_INTERVAL);
	fill(set, some, 2, false);
	zw_batch_set(&f->batch, "t", "s", set);
	exprs[0] = zw_expr_payload(1, 16, 4, 1);
	exprs[1] = zw_expr_lookup("s", 1, UINT32_MAX, false);
	exprs[2] = zw_expr_cmp(1, 0, "\1\2\3\4", 4);
	exprs[3] = zw_expr_verdict(NFT_JUMP, "c");
	zw_batch_rule(&f->batch, "t", "base", exprs, 4, "gw.zw:7");
	zw_batch_named(&f->batch, NFT_MSG_DELRULE, "t", NFTA_RULE_CHAIN, "c");
	zw_batch_end(&f->batch);
}

/* ---- owners ---- */

static void put_flags(struct fixture *f, u32 flags)
{
	struct nlmsghdr *header =
		zw_batch_message(&f->batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	mnl_attr_put_strz(header, NFTA_TABLE_NAME, "t");
	mnl_attr_put_u32(header, NFTA_TABLE_FLAGS, htonl(flags));
	if (f->batch.dump)
		mnl_attr_put_u64(header, NFTA_TABLE_HANDLE, htobe64(7));
	zw_batch_put(&f->batch);
}

/* As measured: owner is 2, persist 4. */
static void test_owners(void)
{
	static const struct {
		u32 held, batch;
		bool named; /* the batch has a NEWTABLE */
		bool taken;
	} cases[] = {
		{ 0, 0, true, true },  { 0, 6, true, false },
		{ 4, 6, true, true },  { 4, 4, true, true },
		{ 4, 0, true, false }, { 4, 0, false, true },
		{ 6, 6, true, false }, { 6, 0, false, false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		setup(&f);
		f.batch.dump = true;
		put_flags(&f, cases[i].held);
		f.batch.dump = false;
		zw_batch_begin(&f.batch);
		if (cases[i].named)
			put_flags(&f, cases[i].batch);
		zw_batch_chain(&f.batch, "t", "c");
		zw_batch_end(&f.batch);
		ZW_CHECK(decode(&f, NULL) == cases[i].taken,
			 "flags %u onto %u: %s", cases[i].batch, cases[i].held,
			 first_message(&f));
		teardown(&f);
	}
}

/* Decode a copy whose end the sanitizer watches. */
static bool decode_copy(struct fixture *f, const u8 *bytes, size_t n)
{
	u8 *copy = malloc(n ? n : 1);
	bool ok;

	memcpy(copy, bytes, n);
	zw_diags_init(&f->diags, f->arena);
	ok = zw_decode(f->arena, &f->diags, copy, n, NULL, &f->ruleset);
	free(copy);
	f->text.n = 0;
	zw_buf_puts(&f->text, "");
	zw_ruleset_print(&f->text, &f->ruleset);
	return ok;
}

static void test_truncated(void)
{
	struct fixture f;
	size_t n;

	setup(&f);
	everything(&f);
	ZW_CHECK(decode_copy(&f, f.batch.bytes, f.batch.n), "%s",
		 first_message(&f));
	for (n = 0; n < f.batch.n; n++)
		ZW_CHECK(!decode_copy(&f, f.batch.bytes, n) && !f.text.n,
			 "cut after %zu bytes", n);
	teardown(&f);
}

static void test_flipped(void)
{
	struct zw_random random = { zw_test_seed() };
	u32 round, k, differ = 0;
	struct fixture f;
	char *whole;

	setup(&f);
	everything(&f);
	decode_copy(&f, f.batch.bytes, f.batch.n);
	whole = strdup(f.text.data);
	for (round = 0; round < 4000; round++) {
		u8 *bytes = malloc(f.batch.n);
		struct zw_arena *keep = f.arena;

		f.arena = zw_arena_new();
		memcpy(bytes, f.batch.bytes, f.batch.n);
		for (k = 0; k <= round % 4; k++)
			bytes[zw_random_below(&random, (u32)f.batch.n)] ^=
				(u8)(1u << zw_random_below(&random, 8));
		decode_copy(&f, bytes, f.batch.n);
		differ += !f.text.n || strcmp(f.text.data, whole) != 0;
		zw_arena_free(f.arena);
		f.arena = keep;
		free(bytes);
	}
	/* Padding, sequence numbers and the like may change unseen. */
	ZW_CHECK(differ > 2000, "only %u of 4000 changes were seen", differ);
	free(whole);
	teardown(&f);
}

/* ---- speed ---- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void million(struct fixture *f, u32 count, bool shuffled)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nlmsghdr *header;
	u32 done = 0, i;

	zw_batch_begin(&f->batch);
	zw_batch_table(&f->batch, "t");
	describe(set, NFT_SET_INTERVAL);
	zw_batch_newset(&f->batch, "t", "s", set);
	nftnl_set_free(set);
	while (done < count) {
		struct nlattr *list, *elem, *key;

		header = zw_batch_message(&f->batch, NFT_MSG_NEWSETELEM,
					  NLM_F_CREATE);
		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, "t");
		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, "s");
		list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
		for (i = 0; i < 2000 && done < count; i++, done++) {
			u32 at = done;

			if (shuffled)
				at = (u32)(done * 2654435761ull % count);

			elem = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
			if (at & 1)
				mnl_attr_put_u32(header, NFTA_SET_ELEM_FLAGS,
						 htonl(1));
			key = mnl_attr_nest_start(header, NFTA_SET_ELEM_KEY);
			mnl_attr_put_u32(header, NFTA_DATA_VALUE,
					 htonl(at * 7));
			mnl_attr_nest_end(header, key);
			mnl_attr_nest_end(header, elem);
		}
		mnl_attr_nest_end(header, list);
		zw_batch_put(&f->batch);
	}
	zw_batch_end(&f->batch);
}

static void test_million(void)
{
	struct fixture f;
	double before;
	int shuffled;
	bool ok;

	for (shuffled = 0; shuffled < 2; shuffled++) {
		setup(&f);
		million(&f, 1999998, shuffled);
		zw_diags_init(&f.diags, f.arena);
		before = seconds();
		ok = zw_decode(f.arena, &f.diags, f.batch.bytes, f.batch.n,
			       NULL, &f.ruleset);
		ZW_CHECK(ok, "%s", first_message(&f));
		if (!ok) {
			teardown(&f);
			continue;
		}
		printf("  %u intervals, %s: %.3f s, %zu bytes each\n",
		       f.ruleset.sets.v[0].elements.n,
		       shuffled ? "shuffled" : "in order", seconds() - before,
		       zw_arena_size(f.arena) /
			       (f.ruleset.sets.v[0].elements.n + 1));
		ZW_CHECK(f.ruleset.sets.v[0].elements.n == 999999,
			 "%u intervals", f.ruleset.sets.v[0].elements.n);
		teardown(&f);
	}
}

void suite_decode(void)
{
	static CU_TestInfo tests[] = {
		{ "tables, chains, rules", test_plain },
		{ "transactions", test_transactions },
		{ "a batch without its end", test_unfinished },
		{ "onto a dump", test_start },
		{ "what the kernel refuses", test_refused },
		{ "sets", test_sets },
		{ "elements that change", test_set_changes },
		{ "owners", test_owners },
		{ "truncated at every byte", test_truncated },
		{ "flipped bits", test_flipped },
		{ "a million intervals", test_million },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("decode", tests);
}
