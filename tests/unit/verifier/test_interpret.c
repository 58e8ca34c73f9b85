/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interpreter where no kernel can be asked or need not be: choices, what is
 * not modelled, translation, fragments, the trace, lookups in large sets. The
 * comparison with the kernel is among the packet tests. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/harness/harness.h"
#include "tests/unit/verifier/batch.h"
#include "verifier/decode.h"
#include "verifier/interpret.h"
#include "verifier/interpret_internal.h"

void suite_interpret(void);

struct fixture {
	struct zw_batch batch;
	struct zw_arena *arena;
	struct zw_diags diags;
	struct zw_ruleset ruleset;
	struct zw_interpreter *interpreter;
	struct zw_packet packet;
	struct zw_run run;
};

static void setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->arena = zw_arena_new();
	f->batch.family = NFPROTO_INET;
	zw_batch_begin(&f->batch);
	zw_batch_table(&f->batch, "t");
	zw_batch_chain(&f->batch, "t", "z_a");
	zw_batch_base(&f->batch, "t", "forward", NF_INET_FORWARD, 0, NF_DROP);
}

static void ready(struct fixture *f)
{
	bool ok;

	zw_batch_end(&f->batch);
	zw_diags_init(&f->diags, f->arena);
	ok = zw_decode(f->arena, &f->diags, f->batch.bytes, f->batch.n, NULL,
		       &f->ruleset);
	ZW_CHECK(ok, "%s",
		 f->diags.list.n ? f->diags.list.v[0]->message.p : "refused");
	f->interpreter = zw_interpreter_new(f->arena, &f->ruleset);
	strcpy(f->packet.in, "dmz0");
	strcpy(f->packet.out, "lan0");
	f->packet.ct.state = ZW_CT_NEW;
}

static void teardown(struct fixture *f)
{
	zw_batch_free(&f->batch);
	zw_arena_free(f->arena);
}

static struct zw_ip ip(const char *text)
{
	struct zw_ip address = { 0 };

	ZW_CHECK(zw_ip_parse(zw_str_from(text), &address), "%s", text);
	return address;
}

static void tcp(struct fixture *f, const char *src, const char *dst, u16 dport)
{
	zw_packet_build(&f->packet, ip(src), ip(dst), IPPROTO_TCP, 40000, dport,
			2);
}

static void run(struct fixture *f)
{
	zw_interpret(f->interpreter, &f->packet, ZW_PATH_FORWARD, NULL, NULL,
		     NULL, &f->run);
}

/* ---- dissection and building ---- */

static void test_dissect(void)
{
	static const struct {
		const char *src, *dst;
		u8 proto;
	} cases[] = {
		{ "10.1.0.7", "10.2.0.9", IPPROTO_TCP },
		{ "10.1.0.7", "10.2.0.9", IPPROTO_UDP },
		{ "10.1.0.7", "10.2.0.9", IPPROTO_ICMP },
		{ "fd00::1", "fd00::2", IPPROTO_TCP },
		{ "fd00::1", "fd00::2", IPPROTO_SCTP },
		{ "fd00::1", "fd00::2", IPPROTO_ICMPV6 },
		{ "fd00::1", "fd00::2", 99 },
	};
	struct zw_packet packet;
	struct zw_dissection d;
	size_t i;
	u32 n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool v6 = strchr(cases[i].src, ':') != NULL;

		memset(&packet, 0, sizeof(packet));
		zw_packet_build(&packet, ip(cases[i].src), ip(cases[i].dst),
				cases[i].proto, 8, 0, 2);
		zw_packet_dissect(&packet, &d);
		ZW_CHECK(d.family == (v6 ? NFPROTO_IPV6 : NFPROTO_IPV4) &&
				 d.has_transport &&
				 d.l4proto == cases[i].proto &&
				 d.thoff == (v6 ? 40 : 20) && !d.fragment,
			 "case %zu: %u at %u", i, d.l4proto, d.thoff);
		for (n = packet.n; n-- > 0;) { /* cut: no header is believed */
			packet.n = n;
			zw_packet_dissect(&packet, &d);
			ZW_CHECK(d.family == NFPROTO_UNSPEC,
				 "case %zu cut to %u", i, n);
		}
	}
}

static void test_fragments(void)
{
	struct zw_packet packet = { 0 };
	struct zw_dissection d;

	zw_packet_build(&packet, ip("10.1.0.7"), ip("10.2.0.9"), IPPROTO_TCP, 1,
			80, 2);
	packet.bytes[7] = 3;
	zw_packet_dissect(&packet, &d);
	ZW_CHECK(d.fragment && d.fragoff == 3 && d.thoff == 20, "IPv4: %u",
		 d.fragoff);
	/* IPv6: next header 44, then the fragment header at 40 */
	zw_packet_build(&packet, ip("fd00::1"), ip("fd00::2"), 99, 0, 0, 0);
	packet.bytes[6] = 44;
	packet.bytes[40] = IPPROTO_TCP;
	packet.bytes[43] = 8;
	zw_packet_dissect(&packet, &d);
	ZW_CHECK(d.fragment && d.fragoff == 1 && d.thoff == 0 &&
			 d.l4proto == IPPROTO_TCP && d.has_transport,
		 "IPv6: offset %u, transport at %u", d.fragoff, d.thoff);
	packet.bytes[40] = 60; /* an extension header within: not found */
	zw_packet_dissect(&packet, &d);
	ZW_CHECK(d.fragment && !d.has_transport, "IPv6 extension within");
}

/* ---- choices ---- */

static struct nftnl_expr *limit(void)
{
	struct nftnl_expr *e = nftnl_expr_alloc("limit");

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, 10);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1);
	return e;
}

static void test_choices(void)
{
	struct zw_choice choice = { .position = 1, .expr = 0 };
	struct zw_choice_list list = { &choice, 1 };
	struct nftnl_expr *exprs[2];
	struct fixture f;
	int holds;

	setup(&f);
	exprs[0] = limit();
	exprs[1] = zw_expr_verdict(NF_ACCEPT, NULL);
	zw_batch_rule(&f.batch, "t", "forward", exprs, 2, NULL);
	ready(&f);
	tcp(&f, "10.1.0.7", "10.2.0.9", 80);
	choice.chain = zw_find_chain(&f.ruleset, 0, ZW_STR("forward"));
	for (holds = 0; holds < 2; holds++) {
		choice.holds = holds;
		zw_interpret(f.interpreter, &f.packet, ZW_PATH_FORWARD,
			     zw_choose_from_list, &list, NULL, &f.run);
		ZW_CHECK((f.run.verdict == ZW_RUN_ACCEPT) == holds &&
				 f.run.n_choices == 1 && !f.run.unmodelled &&
				 f.run.choices[0].holds == holds &&
				 f.run.choices[0].position == 1,
			 "limit %d: verdict %d", holds, f.run.verdict);
	}
	teardown(&f);
}

static void test_unmodelled(void)
{
	struct nftnl_expr *exprs[3];
	struct fixture f;

	setup(&f);
	exprs[0] = nftnl_expr_alloc("fib");
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_FIB_DREG, 1);
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_FIB_RESULT, 3);
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_FIB_FLAGS, 2);
	exprs[1] = zw_expr_cmp(1, NFT_CMP_EQ, "\2\0\0\0", 4);
	exprs[2] = zw_expr_verdict(NF_ACCEPT, NULL);
	zw_batch_rule(&f.batch, "t", "forward", exprs, 3, NULL);
	ready(&f);
	tcp(&f, "10.1.0.7", "10.2.0.9", 80);
	run(&f);
	ZW_CHECK(f.run.unmodelled && f.run.unmodelled_position == 1 &&
			 !strcmp(f.run.unmodelled_reason, "fib") &&
			 f.run.verdict == ZW_RUN_DROP,
		 "verdict %d", f.run.verdict);
	teardown(&f);
}

/* ---- IPsec ---- */

/* Run a rule that accepts what DIRECTION's association NUMBER has in KEY. */
static void run_xfrm(struct fixture *f, u8 direction, u32 number, u32 key)
{
	struct nftnl_expr *exprs[3];

	setup(f);
	exprs[0] = nftnl_expr_alloc("xfrm");
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_XFRM_DREG, 1);
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_XFRM_KEY, key);
	nftnl_expr_set_u32(exprs[0], NFTNL_EXPR_XFRM_SPNUM, number);
	nftnl_expr_set_u8(exprs[0], NFTNL_EXPR_XFRM_DIR, direction);
	exprs[1] = zw_expr_cmp(1, NFT_CMP_EQ, &(u32){ 70000 }, 4);
	exprs[2] = zw_expr_verdict(NF_ACCEPT, NULL);
	zw_batch_rule(&f->batch, "t", "forward", exprs, 3, NULL);
	ready(f);
	tcp(f, "10.1.0.7", "10.2.0.9", 80);
}

/* Nothing is read where there is no association, and of the first one the
 * request id as a number of the host. */
static void test_ipsec(void)
{
	struct fixture f;
	u8 direction;
	int kind;

	for (direction = 0; direction < 2; direction++) {
		for (kind = 0; kind < 4; kind++) {
			bool there = kind > 0, equal = kind > 1;
			bool inner = kind == 3;

			run_xfrm(&f, direction, inner, NFT_XFRM_KEY_REQID);
			/* the other direction does not count */
			f.packet.in_ipsec = direction ? !there : there;
			f.packet.out_ipsec = direction ? there : !there;
			f.packet.in_reqid = f.packet.out_reqid = 70000;
			if (!equal && direction)
				f.packet.out_reqid = 70001;
			else if (!equal)
				f.packet.in_reqid = 70001;
			run(&f);
			ZW_CHECK(f.run.unmodelled == inner &&
					 (inner ||
					  f.run.verdict ==
						  (equal ? ZW_RUN_ACCEPT
							 : ZW_RUN_DROP)),
				 "direction %u kind %d: verdict %d", direction,
				 kind, f.run.verdict);
			teardown(&f);
		}
	}
	run_xfrm(&f, 0, 0, NFT_XFRM_KEY_SPI);
	f.packet.in_ipsec = true;
	run(&f);
	ZW_CHECK(f.run.unmodelled, "an SPI");
	teardown(&f);
	run_xfrm(&f, 0, 0, NFT_XFRM_KEY_SPI);
	run(&f);
	ZW_CHECK(!f.run.unmodelled && f.run.verdict == ZW_RUN_DROP,
		 "no association, no SPI");
	teardown(&f);
}

/* ---- the way ---- */

static void test_trace(void)
{
	static const char *const expected[] = { "jump z_a", "return",
						"continue", "accept" };
	struct zw_trace trace = { 0 };
	struct nftnl_expr *e;
	struct fixture f;
	size_t i;

	setup(&f);
	e = zw_expr_verdict(NFT_JUMP, "z_a");
	zw_batch_rule(&f.batch, "t", "forward", &e, 1, "gw.zw:1");
	e = nftnl_expr_alloc("counter");
	zw_batch_rule(&f.batch, "t", "forward", &e, 1, "gw.zw:2");
	e = zw_expr_verdict(NF_ACCEPT, NULL);
	zw_batch_rule(&f.batch, "t", "forward", &e, 1, "gw.zw:3");
	e = zw_expr_verdict(NFT_RETURN, NULL);
	zw_batch_rule(&f.batch, "t", "z_a", &e, 1, "gw.zw:4");
	ready(&f);
	tcp(&f, "10.1.0.7", "10.2.0.9", 80);
	trace.arena = f.arena;
	zw_interpret(f.interpreter, &f.packet, ZW_PATH_FORWARD, NULL, NULL,
		     &trace, &f.run);
	ZW_CHECK(trace.steps.n == 4, "%zu steps", trace.steps.n);
	for (i = 0; i < trace.steps.n && i < 4; i++)
		ZW_CHECK(zw_str_is(trace.steps.v[i].what, expected[i]),
			 "step %zu: %.*s", i,
			 ZW_STR_ARG(trace.steps.v[i].what));
	ZW_CHECK(zw_str_is(trace.steps.v[1].comment, "gw.zw:4") &&
			 zw_str_is(trace.steps.v[1].table, "inet t") &&
			 zw_str_is(trace.steps.v[1].hook, "forward"),
		 "where a step is");
	ZW_CHECK(f.run.packet.bytes[8] == 63, "the hop was counted");
	teardown(&f);
}

/* A rule with ct makes conntrack, and with it defragmentation. */
static void test_reassembly(void)
{
	struct nftnl_expr *e;
	struct fixture f;
	int tracked;

	for (tracked = 0; tracked < 2; tracked++) {
		setup(&f);
		if (tracked) {
			e = nftnl_expr_alloc("ct");
			nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
			nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, 1);
			zw_batch_rule(&f.batch, "t", "z_a", &e, 1, NULL);
		}
		e = zw_expr_verdict(NF_ACCEPT, NULL);
		zw_batch_rule(&f.batch, "t", "forward", &e, 1, NULL);
		ready(&f);
		tcp(&f, "10.1.0.7", "10.2.0.9", 80);
		f.packet.bytes[6] = 0x20; /* more fragments */
		run(&f);
		ZW_CHECK(f.run.verdict ==
				 (tracked ? ZW_RUN_REASSEMBLED : ZW_RUN_ACCEPT),
			 "tracked %d: %d", tracked, f.run.verdict);
		ZW_CHECK(zw_interpreter_defragments(f.interpreter,
						    NFPROTO_IPV6) == tracked,
			 "inet means both families");
		teardown(&f);
	}
}

static void nat_chain(struct fixture *f, const char *name, u32 hook, s32 prio)
{
	struct nlmsghdr *header =
		zw_batch_message(&f->batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	mnl_attr_put_strz(header, NFTA_CHAIN_TABLE, "t");
	mnl_attr_put_strz(header, NFTA_CHAIN_NAME, name);
	mnl_attr_put_strz(header, NFTA_CHAIN_TYPE, "nat");
	nest = mnl_attr_nest_start(header, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(header, NFTA_HOOK_HOOKNUM, htonl(hook));
	mnl_attr_put_u32(header, NFTA_HOOK_PRIORITY, htonl((u32)prio));
	mnl_attr_nest_end(header, nest);
	zw_batch_put(&f->batch);
}

static void test_nat(void)
{
	struct nftnl_expr *exprs[4];
	struct fixture f;

	setup(&f);
	nat_chain(&f, "pre", NF_INET_PRE_ROUTING, -100);
	exprs[0] = zw_expr_bytes(1, "\x0a\x02\x00\x50", 4);
	exprs[1] = zw_expr_bytes(2, "\x1f\x90", 2);
	exprs[2] = nftnl_expr_alloc("nat");
	nftnl_expr_set_u32(exprs[2], NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(exprs[2], NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	nftnl_expr_set_u32(exprs[2], NFTNL_EXPR_NAT_REG_ADDR_MIN, 1);
	nftnl_expr_set_u32(exprs[2], NFTNL_EXPR_NAT_REG_PROTO_MIN, 2);
	zw_batch_rule(&f.batch, "t", "pre", exprs, 3, NULL);
	/* forward sees what was made of it, and its ct status */
	exprs[0] = zw_expr_payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4, 1);
	exprs[1] = zw_expr_cmp(1, NFT_CMP_EQ, "\x0a\x02\x00\x50", 4);
	exprs[2] = zw_expr_verdict(NF_ACCEPT, NULL);
	zw_batch_rule(&f.batch, "t", "forward", exprs, 3, NULL);
	ready(&f);
	tcp(&f, "10.1.0.7", "203.0.113.1", 80);
	run(&f);
	ZW_CHECK(f.run.verdict == ZW_RUN_ACCEPT && f.run.dnat && !f.run.snat &&
			 !memcmp(f.run.packet.bytes + 16, "\x0a\x02\x00\x50",
				 4) &&
			 !memcmp(f.run.packet.bytes + 22, "\x1f\x90", 2) &&
			 f.run.packet.ct.status == ZW_STATUS_DNAT &&
			 f.run.packet.ct.tuple[1].sport == 8080,
		 "verdict %d", f.run.verdict);
	/* a reply is translated back by its entry, not by the rule */
	tcp(&f, "10.2.0.80", "10.1.0.7", 40000);
	f.packet.ct.state = ZW_CT_ESTABLISHED;
	f.packet.ct.direction = ZW_CT_REPLY;
	f.packet.ct.status = ZW_STATUS_DNAT | ZW_STATUS_CONFIRMED;
	f.packet.ct.tuple[0] = (struct zw_tuple){
		.proto = 6, .known = true, .sport = 40000, .dport = 80
	};
	memcpy(f.packet.ct.tuple[0].src, "\x0a\x01\x00\x07", 4);
	memcpy(f.packet.ct.tuple[0].dst, "\xcb\x00\x71\x01", 4);
	run(&f);
	ZW_CHECK(f.run.verdict == ZW_RUN_DROP && !f.run.dnat,
		 "forward drops a reply here: %d", f.run.verdict);
	teardown(&f);
}

/* ---- large sets ---- */

static bool in_box(const struct zw_set *set, u32 row, const u8 *key)
{
	u32 f;

	for (f = 0; f < set->n_fields; f++) {
		const u8 *lo = set->elements.lo + row * set->key_len + 4 * f;
		const u8 *hi = set->elements.hi + row * set->key_len + 4 * f;

		if (memcmp(key + 4 * f, lo, 4) < 0 ||
		    memcmp(key + 4 * f, hi, 4) > 0)
			return false;
	}
	return true;
}

/* The index of boxes against looking at each, with boxes that overlap. */
static void test_boxes(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_set set = { .kind = ZW_SET_BOXES,
			      .key_len = 8,
			      .n_fields = 2,
			      .field_len = { 4, 4 } };
	struct zw_arena *arena = zw_arena_new();
	struct zw_box_index index = { 0 };
	u32 n = 400, i, k;
	u8 *lo = zw_alloc(arena, n * 8), *hi = zw_alloc(arena, n * 8);

	for (i = 0; i < 2 * n; i++) {
		u32 a = zw_random_below(&random, 1000);
		u32 b = htonl(a + zw_random_below(&random, i % 7 ? 20 : 500));

		a = htonl(a);
		memcpy(lo + 4 * i, &a, 4);
		memcpy(hi + 4 * i, &b, 4);
	}
	set.elements = (struct zw_elements){ .n = n, .lo = lo, .hi = hi };
	zw_box_index_build(arena, &set, &index);
	for (k = 0; k < 5000; k++) {
		u32 key[2] = { htonl(zw_random_below(&random, 1500)),
			       htonl(zw_random_below(&random, 1500)) };
		u32 expected = ZW_NONE, found;

		for (i = 0; i < n && expected == ZW_NONE; i++) {
			if (in_box(&set, i, (const u8 *)key))
				expected = i;
		}
		found = zw_set_find(&set, &index, (const u8 *)key);
		ZW_CHECK(found == expected, "row %u, expected %u", found,
			 expected);
	}
	zw_arena_free(arena);
}

/* 400 rules of five matches and a set of 100,000: packets a second. */
static void test_speed(void)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_expr *exprs[6];
	struct timespec from, to;
	struct fixture f;
	u32 i, k, rounds = 20000;
	double took;

	setup(&f);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, 4);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, 7);
	nftnl_set_set_u32(set, NFTNL_SET_ID, 1);
	zw_batch_newset(&f.batch, "t", "s", set);
	nftnl_set_free(set);
	for (i = 0; i < 100; i++) {
		set = nftnl_set_alloc();
		for (k = 0; k < 1000; k++) {
			u32 key = htonl(0x0a000000 + 7 * (1000 * i + k));

			zw_set_element(set, &key, 4, NULL, 0);
		}
		zw_batch_elements(&f.batch, NFT_MSG_NEWSETELEM, "t", "s", set);
	}
	for (i = 0; i < 400; i++) {
		u16 port = htons((u16)(1000 + i));

		exprs[0] = zw_expr_meta(NFT_META_L4PROTO, 1);
		exprs[1] = zw_expr_cmp(1, NFT_CMP_EQ, "\x06", 1);
		exprs[2] = zw_expr_payload(2, 2, 2, 1);
		exprs[3] = zw_expr_cmp(1, i % 2 ? NFT_CMP_EQ : NFT_CMP_GT,
				       &port, 2);
		exprs[4] = zw_expr_payload(1, 12, 4, 1);
		exprs[5] = zw_expr_lookup("s", 1, UINT32_MAX, false);
		zw_batch_rule(&f.batch, "t", "forward", exprs, 6, NULL);
	}
	ready(&f);
	tcp(&f, "10.1.0.7", "10.2.0.9", 5000);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < rounds; i++)
		run(&f);
	clock_gettime(CLOCK_MONOTONIC, &to);
	took = (double)(to.tv_sec - from.tv_sec) +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	ZW_CHECK(f.run.verdict == ZW_RUN_DROP && !f.run.position,
		 "the policy decides: %d", f.run.verdict);
	printf("  %u packets through 400 rules in %.3f s: %.0f a second\n",
	       rounds, took, rounds / took);
	teardown(&f);
}

void suite_interpret(void)
{
	static CU_TestInfo tests[] = {
		{ "dissection", test_dissect },
		{ "fragments", test_fragments },
		{ "choices", test_choices },
		{ "what is not modelled", test_unmodelled },
		{ "IPsec", test_ipsec },
		{ "the trace", test_trace },
		{ "reassembly", test_reassembly },
		{ "translation", test_nat },
		{ "boxes", test_boxes },
		{ "speed", test_speed },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("interpret", tests);
}
