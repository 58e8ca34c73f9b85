/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every expression that libnftnl can build, decoded and compared as text. */
#include <arpa/inet.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/verifier/batch.h"
#include "verifier/decode.h"

void suite_decode_expr(void);

#define NUMBER(key, value)              \
	{                               \
		(key), 4, (value), NULL \
	}
#define NUMBER8(key, value)             \
	{                               \
		(key), 1, (value), NULL \
	}
#define NUMBER16(key, value)            \
	{                               \
		(key), 2, (value), NULL \
	}
#define NUMBER64(key, value)            \
	{                               \
		(key), 8, (value), NULL \
	}
#define BYTES(key, text)                           \
	{                                          \
		(key), sizeof(text) - 1, 0, (text) \
	}
#define TEXT(key, text)             \
	{                           \
		(key), 0, 0, (text) \
	}

struct attribute {
	u16 key;
	u16 len; /* 0: a string */
	u64 number;
	const char *bytes; /* NULL: the number */
};

struct expr_case {
	const char *name;
	struct attribute attributes[8];
	const char *expected;
};

static const struct expr_case cases[] = {
	{ "cmp",
	  { NUMBER(NFTNL_EXPR_CMP_SREG, 1), NUMBER(NFTNL_EXPR_CMP_OP, 0),
	    BYTES(NFTNL_EXPR_CMP_DATA, "\x01\x02") },
	  "cmp r0 op 0 0102" },
	{ "cmp",
	  { NUMBER(NFTNL_EXPR_CMP_SREG, 11), NUMBER(NFTNL_EXPR_CMP_OP, 5),
	    BYTES(NFTNL_EXPR_CMP_DATA, "\x01") },
	  "cmp r3 op 5 01" },
	{ "range",
	  { NUMBER(NFTNL_EXPR_RANGE_SREG, 2), NUMBER(NFTNL_EXPR_RANGE_OP, 1),
	    BYTES(NFTNL_EXPR_RANGE_FROM_DATA, "\x00\x10"),
	    BYTES(NFTNL_EXPR_RANGE_TO_DATA, "\x00\x20") },
	  "range r4 op 1 0010-0020" },
	{ "bitwise",
	  { NUMBER(NFTNL_EXPR_BITWISE_SREG, 1),
	    NUMBER(NFTNL_EXPR_BITWISE_DREG, 3),
	    NUMBER(NFTNL_EXPR_BITWISE_LEN, 4), NUMBER(NFTNL_EXPR_BITWISE_OP, 0),
	    BYTES(NFTNL_EXPR_BITWISE_MASK, "\xff\xff\x00\x00"),
	    BYTES(NFTNL_EXPR_BITWISE_XOR, "\x00\x00\x00\x01") },
	  "bitwise r8 r0 - op 0 len 4 mask ffff0000 xor 00000001" },
	{ "bitwise",
	  { NUMBER(NFTNL_EXPR_BITWISE_SREG, 1),
	    NUMBER(NFTNL_EXPR_BITWISE_DREG, 1),
	    NUMBER(NFTNL_EXPR_BITWISE_LEN, 4), NUMBER(NFTNL_EXPR_BITWISE_OP, 2),
	    BYTES(NFTNL_EXPR_BITWISE_DATA, "\x05\x00\x00\x00") },
	  "bitwise r0 r0 - op 2 len 4 shift 5" },
	{ "byteorder",
	  { NUMBER(NFTNL_EXPR_BYTEORDER_SREG, 1),
	    NUMBER(NFTNL_EXPR_BYTEORDER_DREG, 2),
	    NUMBER(NFTNL_EXPR_BYTEORDER_OP, 1),
	    NUMBER(NFTNL_EXPR_BYTEORDER_LEN, 4),
	    NUMBER(NFTNL_EXPR_BYTEORDER_SIZE, 4) },
	  "byteorder r4 r0 op 1 len 4 size 4" },
	{ "payload",
	  { NUMBER(NFTNL_EXPR_PAYLOAD_BASE, 1),
	    NUMBER(NFTNL_EXPR_PAYLOAD_OFFSET, 12),
	    NUMBER(NFTNL_EXPR_PAYLOAD_LEN, 4),
	    NUMBER(NFTNL_EXPR_PAYLOAD_DREG, 23) },
	  "payload r15 - base 1 offset 12 len 4" },
	{ "payload",
	  { NUMBER(NFTNL_EXPR_PAYLOAD_BASE, 1),
	    NUMBER(NFTNL_EXPR_PAYLOAD_OFFSET, 8),
	    NUMBER(NFTNL_EXPR_PAYLOAD_LEN, 1),
	    NUMBER(NFTNL_EXPR_PAYLOAD_SREG, 1),
	    NUMBER(NFTNL_EXPR_PAYLOAD_CSUM_TYPE, 1),
	    NUMBER(NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, 10),
	    NUMBER(NFTNL_EXPR_PAYLOAD_FLAGS, 1) },
	  "payload set - r0 base 1 offset 8 len 1 csum 1 10 1" },
	{ "meta",
	  { NUMBER(NFTNL_EXPR_META_KEY, NFT_META_IIFNAME),
	    NUMBER(NFTNL_EXPR_META_DREG, 4) },
	  "meta r12 - key 6" },
	{ "meta",
	  { NUMBER(NFTNL_EXPR_META_KEY, NFT_META_MARK),
	    NUMBER(NFTNL_EXPR_META_SREG, 1) },
	  "meta set - r0 key 3" },
	{ "meta",
	  { NUMBER(NFTNL_EXPR_META_KEY, 4000),
	    NUMBER(NFTNL_EXPR_META_DREG, 1) },
	  "meta r0 - key 4000 (doubt: unknown key of meta)" },
	{ "ct",
	  { NUMBER(NFTNL_EXPR_CT_KEY, NFT_CT_STATE),
	    NUMBER(NFTNL_EXPR_CT_DREG, 1) },
	  "ct r0 - key 0 dir 255" },
	{ "ct",
	  { NUMBER(NFTNL_EXPR_CT_KEY, NFT_CT_SRC_IP),
	    NUMBER8(NFTNL_EXPR_CT_DIR, 1), NUMBER(NFTNL_EXPR_CT_DREG, 2) },
	  "ct r4 - key 19 dir 1" },
	{ "ct",
	  { NUMBER(NFTNL_EXPR_CT_KEY, NFT_CT_MARK),
	    NUMBER(NFTNL_EXPR_CT_SREG, 2) },
	  "ct set - r4 key 3 dir 255" },
	{ "lookup",
	  { TEXT(NFTNL_EXPR_LOOKUP_SET, "plain"),
	    NUMBER(NFTNL_EXPR_LOOKUP_SREG, 1),
	    NUMBER(NFTNL_EXPR_LOOKUP_FLAGS, 1) },
	  "lookup - r0 plain invert" },
	{ "dynset",
	  { TEXT(NFTNL_EXPR_DYNSET_SET_NAME, "plain"),
	    NUMBER(NFTNL_EXPR_DYNSET_OP, 1),
	    NUMBER(NFTNL_EXPR_DYNSET_SREG_KEY, 1),
	    NUMBER64(NFTNL_EXPR_DYNSET_TIMEOUT, 5000) },
	  "dynset op 1 r0 - plain timeout 5000" },
	{ "counter", { { 0 } }, "counter" },
	{ "log",
	  { TEXT(NFTNL_EXPR_LOG_PREFIX, "zw: "),
	    NUMBER(NFTNL_EXPR_LOG_LEVEL, 6) },
	  "log prefix zw:  level 6 flags 0" },
	{ "log",
	  { NUMBER16(NFTNL_EXPR_LOG_GROUP, 7),
	    NUMBER(NFTNL_EXPR_LOG_SNAPLEN, 64) },
	  "log prefix  group 7 snaplen 64 flags 0" },
	{ "limit",
	  { NUMBER64(NFTNL_EXPR_LIMIT_RATE, 10),
	    NUMBER64(NFTNL_EXPR_LIMIT_UNIT, 60),
	    NUMBER(NFTNL_EXPR_LIMIT_BURST, 5), NUMBER(NFTNL_EXPR_LIMIT_TYPE, 0),
	    NUMBER(NFTNL_EXPR_LIMIT_FLAGS, 1) },
	  "limit 10/60 burst 5 type 0 over" },
	{ "quota",
	  { NUMBER64(NFTNL_EXPR_QUOTA_BYTES, 1000),
	    NUMBER(NFTNL_EXPR_QUOTA_FLAGS, 1) },
	  "quota 1000 over" },
	{ "connlimit",
	  { NUMBER(NFTNL_EXPR_CONNLIMIT_COUNT, 9) },
	  "connlimit 9" },
	{ "last", { { 0 } }, "last" },
	{ "numgen",
	  { NUMBER(NFTNL_EXPR_NG_DREG, 1), NUMBER(NFTNL_EXPR_NG_MODULUS, 4),
	    NUMBER(NFTNL_EXPR_NG_TYPE, 1), NUMBER(NFTNL_EXPR_NG_OFFSET, 2) },
	  "numgen r0 type 1 mod 4 offset 2" },
	{ "hash",
	  { NUMBER(NFTNL_EXPR_HASH_SREG, 2), NUMBER(NFTNL_EXPR_HASH_DREG, 1),
	    NUMBER(NFTNL_EXPR_HASH_LEN, 4),
	    NUMBER(NFTNL_EXPR_HASH_MODULUS, 8) },
	  "hash r0 r4 type 0 len 4 mod 8 offset 0" },
	{ "fib",
	  { NUMBER(NFTNL_EXPR_FIB_DREG, 1), NUMBER(NFTNL_EXPR_FIB_RESULT, 3),
	    NUMBER(NFTNL_EXPR_FIB_FLAGS, 2) },
	  "fib r0 result 3 flags 2" },
	{ "rt",
	  { NUMBER(NFTNL_EXPR_RT_KEY, NFT_RT_XFRM),
	    NUMBER(NFTNL_EXPR_RT_DREG, 1) },
	  "rt r0 key 4 dir 0 number 0" },
	{ "socket",
	  { NUMBER(NFTNL_EXPR_SOCKET_KEY, 1),
	    NUMBER(NFTNL_EXPR_SOCKET_DREG, 1) },
	  "socket r0 key 1 dir 0 number 0" },
	{ "osf",
	  { NUMBER(NFTNL_EXPR_OSF_DREG, 1), NUMBER8(NFTNL_EXPR_OSF_TTL, 1) },
	  "osf r0 key 0 dir 0 number 1" },
	{ "xfrm",
	  { NUMBER(NFTNL_EXPR_XFRM_DREG, 1), NUMBER(NFTNL_EXPR_XFRM_KEY, 5),
	    NUMBER8(NFTNL_EXPR_XFRM_DIR, 1), NUMBER(NFTNL_EXPR_XFRM_SPNUM, 2) },
	  "xfrm r0 key 5 dir 1 number 2" },
	{ "tunnel",
	  { NUMBER(NFTNL_EXPR_TUNNEL_KEY, 1),
	    NUMBER(NFTNL_EXPR_TUNNEL_DREG, 1) },
	  "tunnel r0 key 1 dir 0 number 0" },
	{ "exthdr",
	  { NUMBER(NFTNL_EXPR_EXTHDR_DREG, 1),
	    NUMBER8(NFTNL_EXPR_EXTHDR_TYPE, 43),
	    NUMBER(NFTNL_EXPR_EXTHDR_OFFSET, 2),
	    NUMBER(NFTNL_EXPR_EXTHDR_LEN, 1),
	    NUMBER(NFTNL_EXPR_EXTHDR_FLAGS, 1) },
	  "exthdr r0 - op 0 type 43 offset 2 len 1 present" },
	{ "exthdr",
	  { NUMBER(NFTNL_EXPR_EXTHDR_SREG, 1),
	    NUMBER8(NFTNL_EXPR_EXTHDR_TYPE, 2),
	    NUMBER(NFTNL_EXPR_EXTHDR_OFFSET, 2),
	    NUMBER(NFTNL_EXPR_EXTHDR_LEN, 2), NUMBER(NFTNL_EXPR_EXTHDR_OP, 1) },
	  "exthdr set - r0 op 1 type 2 offset 2 len 2" },
	{ "reject",
	  { NUMBER(NFTNL_EXPR_REJECT_TYPE, 2),
	    NUMBER8(NFTNL_EXPR_REJECT_CODE, 3) },
	  "reject type 2 code 3" },
	{ "nat",
	  { NUMBER(NFTNL_EXPR_NAT_TYPE, 1), NUMBER(NFTNL_EXPR_NAT_FAMILY, 2),
	    NUMBER(NFTNL_EXPR_NAT_REG_ADDR_MIN, 1),
	    NUMBER(NFTNL_EXPR_NAT_REG_PROTO_MIN, 2) },
	  "nat type 1 family 2 r0 r0 r4 r4 flags 0" },
	{ "masq",
	  { NUMBER(NFTNL_EXPR_MASQ_FLAGS, 4) },
	  "masq type 0 family 0 - - - - flags 4" },
	{ "redir",
	  { NUMBER(NFTNL_EXPR_REDIR_REG_PROTO_MIN, 1) },
	  "redir type 1 family 0 - - r0 r0 flags 0" },
	{ "tproxy",
	  { NUMBER(NFTNL_EXPR_TPROXY_FAMILY, 2),
	    NUMBER(NFTNL_EXPR_TPROXY_REG_PORT, 1) },
	  "tproxy family 2 - r0" },
	{ "notrack", { { 0 } }, "notrack" },
	{ "queue",
	  { NUMBER16(NFTNL_EXPR_QUEUE_NUM, 3),
	    NUMBER16(NFTNL_EXPR_QUEUE_TOTAL, 2),
	    NUMBER16(NFTNL_EXPR_QUEUE_FLAGS, 1) },
	  "queue 3 total 2 flags 1 -" },
	{ "dup", { NUMBER(NFTNL_EXPR_DUP_SREG_ADDR, 1) }, "dup r0 -" },
	{ "fwd", { NUMBER(NFTNL_EXPR_FWD_SREG_DEV, 2) }, "fwd - r4" },
	{ "synproxy",
	  { NUMBER16(NFTNL_EXPR_SYNPROXY_MSS, 1460),
	    NUMBER8(NFTNL_EXPR_SYNPROXY_WSCALE, 7),
	    NUMBER(NFTNL_EXPR_SYNPROXY_FLAGS, 3) },
	  "synproxy mss 1460 wscale 7 flags 3" },
	{ "objref",
	  { NUMBER(NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER),
	    TEXT(NFTNL_EXPR_OBJREF_IMM_NAME, "count") },
	  "objref type 1 count" },
	{ "match",
	  { TEXT(NFTNL_EXPR_MT_NAME, "conntrack"),
	    NUMBER(NFTNL_EXPR_MT_REV, 3) },
	  "match conntrack rev 3 info  (not known)" },
	{ "target",
	  { TEXT(NFTNL_EXPR_TG_NAME, "REJECT"), NUMBER(NFTNL_EXPR_TG_REV, 0) },
	  "target REJECT rev 0 info  (not known)" },
};

static struct nftnl_expr *make(const struct expr_case *c)
{
	struct nftnl_expr *e = nftnl_expr_alloc(c->name);
	size_t i;

	for (i = 0; i < 8; i++) {
		const struct attribute *a = &c->attributes[i];
		u8 number8 = (u8)a->number;
		u16 number16 = (u16)a->number;
		u32 number32 = (u32)a->number;

		if (!a->key)
			break;
		if (a->bytes && !a->len)
			nftnl_expr_set_str(e, a->key, a->bytes);
		else if (a->bytes)
			nftnl_expr_set(e, a->key, a->bytes, a->len);
		else if (a->len == 8)
			nftnl_expr_set_u64(e, a->key, a->number);
		else if (a->len == 4)
			nftnl_expr_set(e, a->key, &number32, 4);
		else if (a->len == 2)
			nftnl_expr_set(e, a->key, &number16, 2);
		else
			nftnl_expr_set(e, a->key, &number8, 1);
	}
	return e;
}

static void put_set_and_object(struct zw_batch *batch)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nlmsghdr *header;

	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, 4);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, 7);
	nftnl_set_set_u32(set, NFTNL_SET_ID, 1);
	zw_set_element(set, "\x0a\x00\x00\x01", 4, NULL, 0);
	zw_batch_set(batch, "t", "plain", set);
	header = zw_batch_message(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE);
	mnl_attr_put_strz(header, NFTA_OBJ_TABLE, "t");
	mnl_attr_put_strz(header, NFTA_OBJ_NAME, "count");
	mnl_attr_put_u32(header, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	mnl_attr_nest_end(header, mnl_attr_nest_start(header, NFTA_OBJ_DATA));
	zw_batch_put(batch);
}

/* The text of the last expression of the first rule; "" if none. */
static void decode_last(struct zw_arena *arena, const struct zw_batch *batch,
			struct zw_buf *text, struct zw_diags *diags)
{
	struct zw_ruleset ruleset;
	const struct zw_chain *chain;
	const struct zw_rule *rule;

	zw_diags_init(diags, arena);
	zw_buf_puts(text, "");
	if (!zw_decode(arena, diags, batch->bytes, batch->n, NULL, &ruleset))
		return;
	chain = &ruleset.chains.v[0];
	if (!chain->rules.n)
		return;
	rule = chain->rules.v[0];
	zw_expr_print(text, &ruleset, &rule->exprs[rule->n_exprs - 1]);
}

static void check_case(const struct expr_case *c)
{
	static const u8 sixteen[16] = { 1, 2, 3 };
	struct zw_batch batch = { .family = NFPROTO_INET };
	struct zw_arena *arena = zw_arena_new();
	struct nftnl_expr *exprs[5];
	struct zw_buf text = { 0 };
	struct zw_diags diags;
	u32 i;

	zw_batch_begin(&batch);
	zw_batch_table(&batch, "t");
	zw_batch_chain(&batch, "t", "c");
	put_set_and_object(&batch);
	for (i = 0; i < 4; i++) /* all registers are written */
		exprs[i] = zw_expr_bytes(1 + i, sixteen, 16);
	exprs[4] = make(c);
	zw_batch_rule(&batch, "t", "c", exprs, 5, NULL);
	zw_batch_end(&batch);
	decode_last(arena, &batch, &text, &diags);
	ZW_CHECK(!strcmp(text.data, c->expected),
		 "%s: '%s', expected '%s' (%.*s)", c->name, text.data,
		 c->expected,
		 diags.list.n ? (int)diags.list.v[0]->message.n : 0,
		 diags.list.n ? diags.list.v[0]->message.p : "");
	zw_buf_free(&text);
	zw_batch_free(&batch);
	zw_arena_free(arena);
}

static void test_each(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
}

/* A raw expression NAME with the attributes in DATA. */
static void raw_rule(struct zw_batch *batch, const char *name, const u8 *data,
		     size_t n)
{
	struct nlmsghdr *header = zw_batch_message(batch, NFT_MSG_NEWRULE,
						   NLM_F_CREATE | NLM_F_APPEND);
	struct nlattr *list, *elem;

	mnl_attr_put_strz(header, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(header, NFTA_RULE_CHAIN, "c");
	list = mnl_attr_nest_start(header, NFTA_RULE_EXPRESSIONS);
	elem = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
	mnl_attr_put_strz(header, NFTA_EXPR_NAME, name);
	mnl_attr_put(header, NFTA_EXPR_DATA | NLA_F_NESTED, n, data);
	mnl_attr_nest_end(header, elem);
	mnl_attr_nest_end(header, list);
	zw_batch_put(batch);
}

static void test_unknown(void)
{
	static const struct {
		const char *name;
		u8 data[64];
		size_t n;
		const char *expected; /* "": refused */
	} raw[] = {
		{ "frobnicate",
		  { 8, 0, 1, 0, 1, 2, 3, 4 },
		  8,
		  "frobnicate frobnicate rev 0 info 0800010001020304 (doubt: unknown expression)" },
		{ "counter",
		  { 8, 0, 77, 0, 1, 2, 3, 4 },
		  8,
		  "counter (doubt: unknown attribute of the expression)" },
		{ "counter",
		  { 9, 0, 1, 0, 1, 2, 3, 4 },
		  8,
		  "counter (doubt: cut attributes of the expression)" },
		{ "last",
		  { 4, 0, 9, 0 },
		  4,
		  "last (doubt: unknown attribute of the expression)" },
		/* meta mark to register 23: the last; 24: no register */
		{ "meta",
		  { 8, 0, 1, 0, 0, 0, 0, 23, 8, 0, 2, 0, 0, 0, 0, 3 },
		  16,
		  "meta r15 - key 3" },
		{ "meta",
		  { 8, 0, 1, 0, 0, 0, 0, 24, 8, 0, 2, 0, 0, 0, 0, 3 },
		  16,
		  "" },
		/* iifname needs four slots: 20 is the last place */
		{ "meta",
		  { 8, 0, 1, 0, 0, 0, 0, 20, 8, 0, 2, 0, 0, 0, 0, 6 },
		  16,
		  "meta r12 - key 6" },
		{ "meta",
		  { 8, 0, 1, 0, 0, 0, 0, 21, 8, 0, 2, 0, 0, 0, 0, 6 },
		  16,
		  "" },
		/* a key of the wrong size */
		{ "meta",
		  { 8, 0, 1, 0, 0, 0, 0, 1, 6, 0, 2, 0, 0, 3, 0, 0 },
		  16,
		  "" },
		/* a register that was not written */
		{ "meta",
		  { 8, 0, 3, 0, 0, 0, 0, 1, 8, 0, 2, 0, 0, 0, 0, 3 },
		  16,
		  "" },
	};
	size_t i;

	for (i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		struct zw_batch batch = { .family = NFPROTO_INET };
		struct zw_arena *arena = zw_arena_new();
		struct zw_buf text = { 0 };
		struct zw_diags diags;

		zw_batch_begin(&batch);
		zw_batch_table(&batch, "t");
		zw_batch_chain(&batch, "t", "c");
		raw_rule(&batch, raw[i].name, raw[i].data, raw[i].n);
		zw_batch_end(&batch);
		decode_last(arena, &batch, &text, &diags);
		ZW_CHECK(!strcmp(text.data, raw[i].expected),
			 "%zu %s: '%s', expected '%s'", i, raw[i].name,
			 text.data, raw[i].expected);
		ZW_CHECK((raw[i].expected[0] == 0) == (diags.errors > 0),
			 "%zu %s: %zu errors", i, raw[i].name, diags.errors);
		zw_buf_free(&text);
		zw_batch_free(&batch);
		zw_arena_free(arena);
	}
}

void suite_decode_expr(void)
{
	static CU_TestInfo tests[] = {
		{ "each expression", test_each },
		{ "unknown and wrong ones", test_unknown },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("decode_expr", tests);
}
