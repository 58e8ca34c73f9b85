/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of rulesets, each of which keeps a claim, and what packets meet while
 * one takes the other's place: refuted with a packet where one slips through in
 * between, proved where none does. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include <libnftnl/set.h>

#include "tests/harness/harness.h"
#include "tests/unit/verifier/batch.h"
#include "tests/unit/verifier/town.h"
#include "verifier/verify.h"

enum { REG = NFT_REG_1 };

/* How the former rules become the new ones. */
enum way {
	SWAP,	   /* the rules of both chains, in one transaction */
	RECREATED, /* the forward chain is deleted and made again */
	CONTENT,   /* the set's content alone */
};

struct pair {
	const char *name;
	enum way way;
	/* which mark forward drops, as prerouting sets it; 0: by interface */
	u32 marks[2];
	/* a set of the addresses that may not be met: all */
	enum { NO_SET, SAME_BATCH, BATCH_BEFORE } set;
	bool hash;
	bool policy_only; /* no rule drops, the policy does */
	enum zw_verdict verdict;
	const char *said; /* what must stand in the reason or assumptions */
};

static const struct pair pairs[] = {
	{ "decided by interface",
	  SWAP,
	  { 0, 0 },
	  NO_SET,
	  false,
	  false,
	  ZW_PROVED,
	  NULL },
	{ "decided by a mark of prerouting",
	  SWAP,
	  { 1, 2 },
	  NO_SET,
	  false,
	  false,
	  ZW_REFUTED,
	  "take the former's place" },
	{ "one mark, before and after",
	  SWAP,
	  { 1, 1 },
	  NO_SET,
	  false,
	  false,
	  ZW_PROVED,
	  NULL },
	{ "an interval set with the rules",
	  SWAP,
	  { 0, 0 },
	  SAME_BATCH,
	  false,
	  false,
	  ZW_REFUTED,
	  "the former content of a set" },
	{ "an interval set before the rules",
	  SWAP,
	  { 0, 0 },
	  BATCH_BEFORE,
	  false,
	  false,
	  ZW_PROVED,
	  NULL },
	{ "a hash set with the rules",
	  SWAP,
	  { 0, 0 },
	  SAME_BATCH,
	  true,
	  false,
	  ZW_PROVED,
	  NULL },
	/* the new one still empty, the former one already */
	{ "a chain made again",
	  RECREATED,
	  { 0, 0 },
	  NO_SET,
	  false,
	  false,
	  ZW_REFUTED,
	  "take the former's place" },
	{ "a chain made again, its policy alone drops",
	  RECREATED,
	  { 0, 0 },
	  NO_SET,
	  false,
	  true,
	  ZW_REFUTED,
	  "take the former's place" },
	{ "a set looked into twice",
	  CONTENT,
	  { 0, 0 },
	  BATCH_BEFORE,
	  false,
	  false,
	  ZW_REFUTED,
	  "the former content of a set" },
};

/* ---- the batches --------------------------------------------------------- */

static struct nftnl_expr *set_mark(void)
{
	struct nftnl_expr *e = nftnl_expr_alloc("meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, REG);
	return e;
}

static void from_dmz(struct nftnl_expr **e)
{
	static const char name[16] = "dmz0";

	e[0] = zw_expr_meta(NFT_META_IIFNAME, REG);
	e[1] = zw_expr_cmp(REG, NFT_CMP_EQ, name, sizeof(name));
}

static void by_interface(struct zw_batch *b, const char *chain, s32 code)
{
	struct nftnl_expr *e[3];

	from_dmz(e);
	e[2] = zw_expr_verdict(code, NULL);
	zw_batch_rule(b, "t", chain, e, 3, NULL);
}

static void mark_it(struct zw_batch *b, u32 mark)
{
	struct nftnl_expr *e[4];

	from_dmz(e);
	e[2] = zw_expr_bytes(REG, &mark, 4);
	e[3] = set_mark();
	zw_batch_rule(b, "t", "pre", e, 4, NULL);
}

static void drop_mark(struct zw_batch *b, u32 mark)
{
	struct nftnl_expr *e[3] = { zw_expr_meta(NFT_META_MARK, REG),
				    zw_expr_cmp(REG, NFT_CMP_EQ, &mark, 4),
				    zw_expr_verdict(NF_DROP, NULL) };

	zw_batch_rule(b, "t", "fore", e, 3, NULL);
}

/* IPv4 from the DMZ to an address of the set (or to none of it) is dropped,
 * other families are in any case. */
static void drop_inner(struct zw_batch *b, const char *chain, bool hash,
		       bool invert)
{
	static const u8 six = NFPROTO_IPV6;
	struct nftnl_expr *e[5] = { zw_expr_meta(NFT_META_NFPROTO, REG),
				    zw_expr_cmp(REG, NFT_CMP_EQ, &six, 1),
				    zw_expr_verdict(NF_DROP, NULL) };

	zw_batch_rule(b, "t", chain, e, 3, NULL);
	from_dmz(e);
	if (hash) /* a hash of interfaces stands for addresses */
		e[2] = zw_expr_meta(NFT_META_IIFNAME, REG);
	else
		e[2] = zw_expr_payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4, REG);
	e[3] = zw_expr_lookup("s", REG, UINT32_MAX, invert);
	e[4] = zw_expr_verdict(NF_DROP, NULL);
	zw_batch_rule(b, "t", chain, e, 5, NULL);
}

static void fill(struct nftnl_set *set, bool hash)
{
	static const char name[16] = "dmz0";

	if (hash) {
		zw_set_element(set, name, sizeof(name), NULL, 0);
		return;
	}
	zw_set_element(set, "\0\0\0\0", 4, NULL, 0); /* to the end */
}

static void make_set(struct zw_batch *b, bool hash)
{
	struct nftnl_set *set = nftnl_set_alloc();

	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, hash ? 16 : 4);
	nftnl_set_set_u32(set, NFTNL_SET_ID, 7);
	if (!hash)
		nftnl_set_set_u32(set, NFTNL_SET_FLAGS, NFT_SET_INTERVAL);
	fill(set, hash);
	zw_batch_set(b, "t", "s", set);
}

static void empty_set(struct zw_batch *b)
{
	struct nftnl_set *set = nftnl_set_alloc();

	fill(set, false);
	zw_batch_elements(b, NFT_MSG_DELSETELEM, "t", "s", set);
}

static void rules(struct zw_batch *b, const struct pair *p, unsigned which,
		  const char *chain_of_rules)
{
	if (p->marks[which] && !strcmp(chain_of_rules, "pre"))
		mark_it(b, p->marks[which]);
	if (strcmp(chain_of_rules, "fore") != 0)
		return;
	if (p->marks[which])
		drop_mark(b, p->marks[which]);
	else if (p->set && which)
		drop_inner(b, "fore", p->hash, false);
	else if (!p->policy_only)
		by_interface(b, "fore", NF_DROP);
}

static void former_batch(struct zw_batch *b, const struct pair *p)
{
	u32 policy = p->policy_only ? NF_DROP : NF_ACCEPT;

	zw_batch_begin(b);
	zw_batch_table(b, "t");
	zw_batch_base(b, "t", "pre", NF_INET_PRE_ROUTING, -290, NF_ACCEPT);
	zw_batch_base(b, "t", "fore", NF_INET_FORWARD, -5, policy);
	if (p->way == CONTENT) {
		make_set(b, false);
		drop_inner(b, "pre", false, true);
		drop_inner(b, "fore", false, false);
	} else {
		rules(b, p, 0, "pre");
		rules(b, p, 0, "fore");
	}
	zw_batch_end(b);
}

static void empty_chain(struct zw_batch *b, const char *chain)
{
	zw_batch_named(b, NFT_MSG_DELRULE, "t", NFTA_RULE_CHAIN, chain);
}

static void new_batch(struct zw_batch *b, const struct pair *p)
{
	if (p->set == BATCH_BEFORE && p->way != CONTENT) {
		zw_batch_begin(b);
		make_set(b, p->hash);
		zw_batch_end(b);
	}
	zw_batch_begin(b);
	if (p->set == SAME_BATCH)
		make_set(b, p->hash);
	switch (p->way) {
	case CONTENT:
		empty_set(b);
		break;
	case RECREATED:
		empty_chain(b, "fore");
		zw_batch_named(b, NFT_MSG_DELCHAIN, "t", NFTA_CHAIN_NAME,
			       "fore");
		zw_batch_base(b, "t", "fore", NF_INET_FORWARD, -5,
			      p->policy_only ? NF_DROP : NF_ACCEPT);
		rules(b, p, 1, "fore");
		break;
	case SWAP:
		empty_chain(b, "pre");
		rules(b, p, 1, "pre");
		empty_chain(b, "fore");
		rules(b, p, 1, "fore");
		break;
	}
	zw_batch_end(b);
}

/* ---- the verdicts -------------------------------------------------------- */

static bool says(const struct zw_claim_result *r, const char *what)
{
	struct zw_buf text = { 0 };
	bool found;
	size_t i;

	zw_buf_printf(&text, "%.*s\n", ZW_STR_ARG(r->reason));
	for (i = 0; i < r->witness.assumptions.n; i++)
		zw_buf_printf(&text, "%.*s\n",
			      ZW_STR_ARG(r->witness.assumptions.v[i]));
	found = strstr(text.data, what) != NULL;
	zw_buf_free(&text);
	return found;
}

static void judge(const struct pair *p, const struct zw_batch *b,
		  enum zw_verdict verdict, const char *when)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_statement *statement = town_statement(arena);
	struct zw_claim claim =
		town_claim(arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	struct zw_verification *v;
	struct zw_diags diags;

	zw_diags_init(&diags, arena);
	zw_push(arena, statement->claims, claim);
	v = zw_verify_batch(arena, &diags, NULL, b->bytes, b->n, statement,
			    NULL);
	ZW_CHECK(!diags.errors, "%s, %s: %.*s", p->name, when,
		 ZW_STR_ARG(diags.list.n ? diags.list.v[0]->message
					 : ZW_STR("")));
	ZW_CHECK(v->claims.v[0].verdict == verdict, "%s, %s: verdict %d (%.*s)",
		 p->name, when, v->claims.v[0].verdict,
		 ZW_STR_ARG(v->claims.v[0].reason));
	ZW_CHECK(v->claims.v[0].has_witness == (verdict == ZW_REFUTED),
		 "%s, %s: witness", p->name, when);
	if (verdict == ZW_REFUTED && p->said)
		ZW_CHECK(says(&v->claims.v[0], p->said), "%s: '%.*s'", p->name,
			 ZW_STR_ARG(v->claims.v[0].reason));
	zw_arena_free(arena);
}

/* The former alone, then both. That the new one keeps the claim by itself is
 * part of the verdict on both, where that is "proved"; where it is not, the
 * reason says that it fell in between. */
static void exchanges(void)
{
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct zw_batch batch = { .family = NFPROTO_INET };

		former_batch(&batch, &pairs[i]);
		judge(&pairs[i], &batch, ZW_PROVED, "before");
		new_batch(&batch, &pairs[i]);
		judge(&pairs[i], &batch, pairs[i].verdict, "exchanged");
		zw_batch_free(&batch);
	}
}

void suite_mixture(void);
void suite_mixture(void)
{
	static CU_TestInfo tests[] = {
		{ "pairs of rulesets", exchanges },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("mixture", tests);
}
