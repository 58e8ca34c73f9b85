/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths' diagrams against the concrete interpreter: random rulesets, random
 * packets built from points of the space, the same verdict at each. */
#include <string.h>

#include "tests/unit/verifier/rules.h"
#include "tests/unit/verifier/world.h"

/* ---- translations -------------------------------------------------------- */

static u32 nat_chain(struct rules *r, u32 hook, s32 priority)
{
	u32 chain = rules_base(r, 0, "nat", hook, priority, false);

	r->ruleset.chains.v[chain].type = ZW_CHAIN_NAT;
	return chain;
}

static void some_match(struct rules *r, struct zw_random *random)
{
	if (zw_random_below(random, 3) == 0)
		match_name(r, false, zw_random_below(random, 2) ? "a0" : "b0");
	if (zw_random_below(random, 4) == 0)
		match_number(r, NFT_PAYLOAD_NETWORK_HEADER, 16, 4,
			     0x0a000000 + zw_random_below(random, 6));
	if (zw_random_below(random, 4) == 0) {
		match_proto(r, zw_random_below(random, 2) ? 6 : 17);
		match_number(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2,
			     79 + zw_random_below(random, 5));
	}
}

static void translate(struct rules *r, struct zw_random *random, bool dst)
{
	u8 address[4] = { 10, 0, (u8)zw_random_below(random, 4),
			  (u8)zw_random_below(random, 6) };
	u8 port[2] = { 0, (u8)(79 + zw_random_below(random, 5)) };
	bool masquerade = !dst && zw_random_below(random, 2);
	struct zw_expr *e;

	expr_value(r, 0, address, 4);
	expr_value(r, 4, port, 2);
	e = expr_new(r, masquerade ? ZW_EXPR_MASQ : ZW_EXPR_NAT);
	e->nat.type = dst ? NFT_NAT_DNAT : NFT_NAT_SNAT;
	e->nat.family = NFPROTO_IPV4;
	e->nat.sreg_addr_min = e->nat.sreg_addr_max =
		masquerade ? ZW_REG_NONE : 0;
	e->nat.sreg_port_min = e->nat.sreg_port_max =
		dst && zw_random_below(random, 2) ? 4 : ZW_REG_NONE;
}

/* What reads the tuples and the status behind translation. */
static void add_readers(struct rules *r, struct zw_random *random, u32 hook)
{
	static const u8 zero[4] = { 0 };
	u8 address[4] = { 10, 0, 0, 0 }, bit[4] = { 0 };
	u32 chain = rules_base(r, 0, "reads", hook, 5, false), i;
	u32 keys[] = { NFT_CT_SRC_IP, NFT_CT_DST_IP };

	for (i = 0; i < 3; i++) {
		if (zw_random_below(random, 2)) {
			address[3] = (u8)zw_random_below(random, 6);
			expr_ct(r, keys[zw_random_below(random, 2)],
				zw_random_below(random, 2), 0);
			expr_cmp(r, 0, NFT_CMP_EQ, address, 4);
		} else {
			bit[0] = (u8)(8u << zw_random_below(random, 3));
			expr_ct(r, NFT_CT_STATUS, 0xff, 0);
			expr_mask(r, 0, 4, bit);
			expr_cmp(r, 0, NFT_CMP_NEQ, zero, 4);
		}
		some_match(r, random);
		expr_verdict(r,
			     zw_random_below(random, 2) ? NF_DROP : NF_ACCEPT,
			     ZW_NONE);
		rules_add(r, chain);
	}
}

static void add_nat(struct rules *r, struct zw_random *random)
{
	static const u32 hooks[] = { NF_INET_PRE_ROUTING, NF_INET_LOCAL_OUT,
				     NF_INET_POST_ROUTING,
				     NF_INET_PRE_ROUTING };
	static const s32 priorities[] = { -100, -100, 100, -50 };
	u32 i, k;

	for (i = 0; i < 4; i++) {
		u32 chain = nat_chain(r, hooks[i], priorities[i]);

		for (k = 0; k < 2; k++) {
			match_family(r, NFPROTO_IPV4);
			some_match(r, random);
			translate(r, random, hooks[i] != NF_INET_POST_ROUTING);
			rules_add(r, chain);
		}
	}
	add_readers(r, random, NF_INET_FORWARD);
	add_readers(r, random, NF_INET_LOCAL_IN);
}

static void compare_all(bool nat, bool cares)
{
	struct zw_random random = { zw_test_seed() };
	struct tally tally = { .nat = nat };
	u32 round, i, built = 0;

	for (round = 0; round < (nat ? 150 : 300); round++) {
		struct rules r;
		struct world w = { .cares = cares };
		bool same = true;
		u32 *point;

		rules_begin(&r);
		rules_random(&r, &random);
		if (nat)
			add_nat(&r, &random);
		if (world_of(&w, r.arena, &r.ruleset)) {
			built++;
			point = ZW_NEW_ARRAY(w.arena, u32,
					     zw_variable_count(w.d));
			for (i = 0; i < 100 && same; i++)
				same = world_compare(&random, &w, &r.ruleset,
						     point, &tally);
			ZW_CHECK(w.symbolic->doubts.n == 0,
				 "round %u: %zu doubts", round,
				 w.symbolic->doubts.n);
			world_end(&w);
		}
		ZW_CHECK(same, "round %u differs", round);
		rules_end(&r);
		if (!same)
			break;
	}
	ZW_CHECK(built == round, "%u of %u rulesets became diagrams", built,
		 round);
	ZW_CHECK(tally.compared > (cares ? 1000 : 5000),
		 "only %u packets compared", tally.compared);
	ZW_CHECK(!nat || tally.translated > (cares ? 20 : 100),
		 "only %u were translated", tally.translated);
	ZW_CHECK(tally.accepted > (cares ? 100 : 500) &&
			 tally.rejected > (cares ? 10 : 50),
		 "%u accepted, %u rejected of %u", tally.accepted,
		 tally.rejected, tally.compared);
}

static void against_interpreter(void)
{
	compare_all(false, false);
}

static void translations(void)
{
	compare_all(true, false);
}

static void asked_about(void)
{
	compare_all(false, true);
	compare_all(true, true);
}

void suite_symbolic(void);
void suite_symbolic(void)
{
	static CU_TestInfo tests[] = {
		{ "random rulesets against the interpreter",
		  against_interpreter },
		{ "the same with translations", translations },
		{ "the same for packets that are asked about", asked_about },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/symbolic", tests);
}
