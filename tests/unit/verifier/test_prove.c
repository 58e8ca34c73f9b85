/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims on rulesets made by hand: each kind proved, refuted and undecided, and
 * what the witness says. */
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/unit/verifier/rules.h"
#include "tests/unit/verifier/town.h"
#include "verifier/prove.h"

#define TH NFT_PAYLOAD_TRANSPORT_HEADER
#define NH NFT_PAYLOAD_NETWORK_HEADER

struct court {
	struct rules r;
	struct zw_statement *statement;
	u32 table, prerouting, forward, input, output;
};

static void open_court(struct court *c)
{
	rules_begin(&c->r);
	c->statement = town_statement(c->r.arena);
	c->table = rules_table(&c->r, "t", NFPROTO_INET);
	c->prerouting = rules_base(&c->r, c->table, "pre", NF_INET_PRE_ROUTING,
				   -290, false);
	c->forward =
		rules_base(&c->r, c->table, "fwd_in", NF_INET_FORWARD, 0, true);
	c->input = rules_base(&c->r, c->table, "in", NF_INET_LOCAL_IN, 0, true);
	c->output =
		rules_base(&c->r, c->table, "out", NF_INET_LOCAL_OUT, 0, true);
}

static void close_court(struct court *c)
{
	rules_end(&c->r);
}

static void accept(struct court *c, u32 chain)
{
	expr_verdict(&c->r, NF_ACCEPT, ZW_NONE);
	rules_add(&c->r, chain);
}

/* Decide CLAIM on the rules so far. */
static struct zw_claim_result decide(struct court *c,
				     const struct zw_claim *claim)
{
	struct zw_claim_result result = { .claim = claim };
	struct zw_cuts cuts;
	u32 i;

	zw_cuts_init(&cuts, c->r.arena);
	zw_meaning_cuts(&cuts, c->statement);
	zw_symbolic_cuts(&cuts, &c->r.ruleset);
	c->statement->claims.n = 0;
	zw_push(c->r.arena, c->statement->claims, *claim);
	for (i = 0; i < 10; i++) {
		struct zw_arena *scratch = zw_arena_new();
		struct zw_diagrams *d = zw_diagrams_new(1u << 20, 1u << 22);
		struct zw_space *space = zw_space_new(scratch, d, &cuts);
		struct zw_prover *prover =
			zw_prover_new(c->r.arena, scratch, space, &c->r.ruleset,
				      c->statement, NULL);
		bool ready = zw_prover_paths(prover);

		if (ready)
			zw_prove(prover, &result);
		zw_diagrams_free(d);
		zw_arena_free(scratch);
		if (ready)
			return result;
	}
	ZW_ASSERT(!"a few attempts are enough");
	return result;
}

static void expect_verdict(struct court *c, const struct zw_claim *claim,
			   enum zw_verdict verdict, const char *what)
{
	struct zw_claim_result r = decide(c, claim);

	ZW_CHECK(r.verdict == verdict, "%s: %d instead of %d (%.*s)", what,
		 r.verdict, verdict, ZW_STR_ARG(r.reason));
	ZW_CHECK(r.has_witness == (verdict == ZW_REFUTED), "%s: witness", what);
}

/* ---- never, only --------------------------------------------------------- */

static void never_by_interfaces(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_name(&c.r, false, "lan0");
	match_name(&c.r, true, "wan0");
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_PROVED, "dmz -> office");
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_NET, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_PROVED, "net -> office");
	/* to an address of the zone by whatever interface */
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_OFFICE, TOWN_DATA);
	expect_verdict(&c, &claim, ZW_REFUTED, "office -> data by wan0");
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_OFFICE, TOWN_NET);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.in, "lan0"));
	CU_ASSERT_TRUE(zw_str_is(r.witness.out, "wan0"));
	CU_ASSERT_EQUAL(r.witness.from_zone, TOWN_OFFICE);
	CU_ASSERT_EQUAL(r.witness.to_zone, TOWN_NET);
	CU_ASSERT_TRUE(zw_str_is(r.witness.outcome, "accepted"));
	CU_ASSERT_TRUE(r.witness.path.n > 0);
	CU_ASSERT_TRUE(r.extent.count.n > 10);
	close_court(&c);
}

static void never_by_service(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_state(&c.r, ZW_STATE_NEW);
	match_proto(&c.r, 6);
	match_number(&c.r, TH, 2, 2, 443);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	claim.any_service = false;
	claim.services = town_service(c.r.arena, 6, 80, 442);
	expect_verdict(&c, &claim, ZW_PROVED, "below the port");
	claim.services = town_service(c.r.arena, 17, 443, 443);
	expect_verdict(&c, &claim, ZW_PROVED, "another protocol");
	claim.services = town_service(c.r.arena, 6, 400, 500);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(r.witness.has_ports);
	CU_ASSERT_EQUAL(r.witness.dport, 443);
	claim.kind = ZW_ONLY;
	claim.services = town_service(c.r.arena, 6, 443, 443);
	expect_verdict(&c, &claim, ZW_PROVED, "only the port");
	claim.services = town_service(c.r.arena, 6, 444, 500);
	expect_verdict(&c, &claim, ZW_REFUTED, "only another port");
	close_court(&c);
}

/* A later fragment matches the port with bytes that the sender chose. */
static void only_and_fragments(void)
{
	struct court c;
	struct zw_claim claim;

	open_court(&c);
	match_family(&c.r, NFPROTO_IPV4);
	match_proto(&c.r, 6);
	match_number(&c.r, TH, 2, 2, 443);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_ONLY, TOWN_DMZ, TOWN_OFFICE);
	claim.any_service = false;
	claim.services = town_service(c.r.arena, 6, 443, 443);
	expect_verdict(&c, &claim, ZW_REFUTED, "without defragmentation");
	/* any conntrack expression turns defragmentation on */
	match_state(&c.r, ZW_STATE_INVALID);
	expr_verdict(&c.r, NF_DROP, ZW_NONE);
	rules_add(&c.r, c.input);
	expect_verdict(&c, &claim, ZW_PROVED, "with defragmentation");
	close_court(&c);
}

static void never_in_every_state(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;
	u8 reply = 1;

	open_court(&c);
	match_state(&c.r, ZW_STATE_ESTABLISHED);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_PROVED, "no flow begins");
	claim.built_in = true;
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.state, "established"));
	CU_ASSERT_TRUE(zw_str_is(r.witness.direction, "original"));
	close_court(&c);

	open_court(&c);
	match_state(&c.r, ZW_STATE_ESTABLISHED);
	expr_ct(&c.r, NFT_CT_DIRECTION, 0xff, 0);
	expr_cmp(&c.r, 0, NFT_CMP_EQ, &reply, 1);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	claim.built_in = true;
	expect_verdict(&c, &claim, ZW_PROVED, "replies alone");
	match_state(&c.r, ZW_STATE_RELATED);
	accept(&c, c.forward);
	expect_verdict(&c, &claim, ZW_REFUTED, "related");
	r = decide(&c, &claim);
	CU_ASSERT_TRUE(zw_str_is(r.witness.state, "related"));
	close_court(&c);
}

static void elsewhere(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_name(&c.r, false, "tun7");
	accept(&c, c.forward);
	match_name(&c.r, false, "lo");
	accept(&c, c.input);
	claim = town_claim(c.r.arena, ZW_NEVER, ZW_ELSEWHERE, TOWN_OFFICE);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_EQUAL(r.witness.from_zone, ZW_ELSEWHERE);
	CU_ASSERT_TRUE(zw_str_is(r.witness.in, "tun7"));
	claim = town_claim(c.r.arena, ZW_NEVER, ZW_ELSEWHERE, ZW_SELF);
	expect_verdict(&c, &claim, ZW_PROVED, "the loopback is no zone's");
	close_court(&c);
}

static void to_and_from_self(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_name(&c.r, false, "wan0");
	match_proto(&c.r, 6);
	match_number(&c.r, TH, 2, 2, 22);
	accept(&c, c.input);
	match_proto(&c.r, 58);
	accept(&c, c.input);
	match_name(&c.r, true, "lan2");
	accept(&c, c.output);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_NET, ZW_SELF);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.out, "self"));
	claim = town_claim(c.r.arena, ZW_NEVER, ZW_SELF, TOWN_DATA);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.in, "self"));
	CU_ASSERT_TRUE(zw_str_is(r.witness.out, "lan2"));
	claim = town_claim(c.r.arena, ZW_NEVER, ZW_SELF, TOWN_DMZ);
	claim.to.v[0].narrowed = true;
	claim.to.v[0].addrs = town_prefix(c.r.arena, "2001:db8:d::", 64);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED); /* by lan2 */
	CU_ASSERT_EQUAL(r.witness.family, ZW_IPV6);
	close_court(&c);
}

/* Messages of the link are no flows, unless they are named. */
static void link_messages(void)
{
	struct court c;
	struct zw_claim claim;

	open_court(&c);
	match_family(&c.r, NFPROTO_IPV6);
	match_proto(&c.r, 58);
	match_number(&c.r, TH, 0, 1, 135);
	accept(&c, c.input);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DATA, ZW_SELF);
	expect_verdict(&c, &claim, ZW_PROVED, "neighbour solicitations");
	claim.any_service = false;
	claim.services = town_service(c.r.arena, 58, 135 << 8, 135 << 8 | 255);
	expect_verdict(&c, &claim, ZW_REFUTED, "named ones");
	close_court(&c);
}

/* ---- unspoofed ----------------------------------------------------------- */

static void only_sources(struct court *c, const char *name, u32 address)
{
	static const u8 mask[4] = { 255, 255, 0, 0 };
	u8 bytes[4] = { (u8)(address >> 24), (u8)(address >> 16), 0, 0 };

	match_name(&c->r, false, name);
	match_family(&c->r, NFPROTO_IPV4);
	expr_payload(&c->r, NH, 12, 4, 0);
	expr_mask(&c->r, 0, 4, mask);
	expr_cmp(&c->r, 0, NFT_CMP_NEQ, bytes, 4);
	expr_verdict(&c->r, NF_DROP, ZW_NONE);
	rules_add(&c->r, c->prerouting);
	match_name(&c->r, false, name);
	match_family(&c->r, NFPROTO_IPV6);
	expr_verdict(&c->r, NF_DROP, ZW_NONE);
	rules_add(&c->r, c->prerouting);
}

static void unspoofed(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_UNSPOOFED, TOWN_DATA, 0);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.in, "lan2"));
	only_sources(&c, "lan2", 0x0a020000);
	expect_verdict(&c, &claim, ZW_PROVED, "sources are checked");
	claim = town_claim(c.r.arena, ZW_UNSPOOFED, TOWN_OFFICE, 0);
	expect_verdict(&c, &claim, ZW_REFUTED, "of another zone they are not");
	claim = town_claim(c.r.arena, ZW_UNSPOOFED, TOWN_NET, 0);
	expect_verdict(&c, &claim, ZW_PROVED, "no networks, nothing said");
	close_court(&c);
}

/* The neighbours of a shared interface may send as well. */
static void unspoofed_shared(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_zone *data;

	open_court(&c);
	accept(&c, c.forward);
	data = &c.statement->zones.v[TOWN_DATA];
	data->interfaces.v[0].name = ZW_STR("lan0");
	data->shares_interface = true;
	c.statement->zones.v[TOWN_OFFICE].shares_interface = true;
	only_sources(&c, "lan0", 0x0a010000);
	claim = town_claim(c.r.arena, ZW_UNSPOOFED, TOWN_DATA, 0);
	expect_verdict(&c, &claim, ZW_PROVED, "sources of the neighbour");
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DATA, TOWN_NET);
	/* the neighbour's packets are not this zone's */
	expect_verdict(&c, &claim, ZW_PROVED, "of the neighbour alone");
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_OFFICE, TOWN_NET);
	expect_verdict(&c, &claim, ZW_REFUTED, "the neighbour's own");
	close_court(&c);
}

/* ---- always, expect ------------------------------------------------------ */

static void always(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_name(&c.r, false, "lan2");
	match_proto(&c.r, 6);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_ALWAYS, TOWN_DATA, TOWN_NET);
	claim.any_service = false;
	claim.services = town_service(c.r.arena, 6, 443, 443);
	expect_verdict(&c, &claim, ZW_PROVED, "let through");
	claim.services = town_service(c.r.arena, 17, 443, 443);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_TRUE(zw_str_is(r.witness.outcome, "dropped"));
	close_court(&c);
}

static void always_with_a_limit(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_claim_result r;

	open_court(&c);
	match_name(&c.r, false, "lan2");
	expr_new(&c.r, ZW_EXPR_LIMIT)->limit.rate = 5;
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_ALWAYS, TOWN_DATA, TOWN_NET);
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_EQUAL(r.witness.assumptions.n, 1);
	claim.kind = ZW_NEVER;
	r = decide(&c, &claim);
	CU_ASSERT_EQUAL(r.verdict, ZW_REFUTED);
	CU_ASSERT_EQUAL(r.witness.assumptions.n, 1);
	/* for `expect accept` the limit counts as not reached */
	claim.kind = ZW_EXPECT;
	claim.expected = ZW_FLOW_ACCEPT;
	expect_verdict(&c, &claim, ZW_PROVED, "expect accept");
	claim.expected = ZW_FLOW_DROP;
	expect_verdict(&c, &claim, ZW_REFUTED, "expect drop");
	close_court(&c);
}

static void expectations(void)
{
	static const enum zw_flow_verdict verdicts[] = { ZW_FLOW_ACCEPT,
							 ZW_FLOW_DROP,
							 ZW_FLOW_REJECT };
	struct court c;
	u32 made, asked;

	for (made = 0; made < 3; made++) {
		open_court(&c);
		match_name(&c.r, false, "lan2");
		if (made == 2)
			expr_reject(&c.r, NFT_REJECT_ICMPX_UNREACH,
				    NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
		else
			expr_verdict(&c.r, made ? NF_DROP : NF_ACCEPT, ZW_NONE);
		rules_add(&c.r, c.forward);
		for (asked = 0; asked < 3; asked++) {
			struct zw_claim claim = town_claim(c.r.arena, ZW_EXPECT,
							   TOWN_DATA, TOWN_DMZ);

			claim.expected = verdicts[asked];
			expect_verdict(&c, &claim,
				       made == asked ? ZW_PROVED : ZW_REFUTED,
				       "expectation");
		}
		close_court(&c);
	}
}

/* ---- undecided ----------------------------------------------------------- */

static void unknown_expression(void)
{
	struct court c;
	struct zw_claim claim;

	open_court(&c);
	expr_new(&c.r, ZW_EXPR_UNKNOWN)->xt.name = ZW_STR("novelty");
	rules_add(&c.r, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_UNDECIDED, "an unknown expression");
	close_court(&c);
}

static void routes(void)
{
	struct court c;
	struct zw_claim claim;
	struct zw_expr *e;
	u32 one = 1;

	open_court(&c);
	e = expr_new(&c.r, ZW_EXPR_FIB);
	e->fib.dreg = 0;
	expr_cmp(&c.r, 0, NFT_CMP_EQ, &one, 4);
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_UNDECIDED, "hangs on the routes");
	accept(&c, c.forward);
	expect_verdict(&c, &claim, ZW_REFUTED, "does not hang on them");
	close_court(&c);
}

static void circles(void)
{
	struct court c;
	struct zw_claim claim;
	u32 a, b;

	open_court(&c);
	a = rules_chain(&c.r, c.table, "a");
	b = rules_chain(&c.r, c.table, "b");
	expr_verdict(&c.r, NFT_JUMP, a);
	rules_add(&c.r, c.forward);
	expr_verdict(&c.r, NFT_JUMP, b);
	rules_add(&c.r, a);
	expr_verdict(&c.r, NFT_JUMP, a);
	rules_add(&c.r, b);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_OFFICE);
	expect_verdict(&c, &claim, ZW_UNDECIDED, "jumps in a circle");
	close_court(&c);
}

/* ---- chains of another table --------------------------------------------- */

static void two_tables(void)
{
	struct court c;
	struct zw_claim claim;
	u32 other, chain, mark = 7;
	struct zw_expr *e;

	open_court(&c);
	accept(&c, c.forward);
	other = rules_table(&c.r, "other", NFPROTO_IPV4);
	chain = rules_base(&c.r, other, "guard", NF_INET_FORWARD, 50, false);
	match_name(&c.r, false, "dmz0");
	expr_verdict(&c.r, NF_DROP, ZW_NONE);
	rules_add(&c.r, chain);
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_DATA);
	/* the guard sees IPv4 alone, and so does the zone's network; but by
	 * lan2 IPv6 leaves as well */
	expect_verdict(&c, &claim, ZW_REFUTED, "IPv6 passes the guard");
	claim.to.v[0].narrowed = true;
	claim.to.v[0].addrs = town_prefix(c.r.arena, "10.2.0.0", 16);
	expect_verdict(&c, &claim, ZW_PROVED, "IPv4 does not");
	close_court(&c);

	open_court(&c);
	match_name(&c.r, false, "lan0");
	expr_value(&c.r, 0, &mark, 4);
	e = expr_new(&c.r, ZW_EXPR_META_SET);
	e->meta.key = NFT_META_MARK;
	e->meta.sreg = 0;
	e->meta.dreg = ZW_REG_NONE;
	rules_add(&c.r, c.prerouting);
	expr_meta(&c.r, NFT_META_MARK, 0);
	expr_cmp(&c.r, 0, NFT_CMP_EQ, &mark, 4);
	match_name(&c.r, false, "lan0");
	accept(&c, c.forward);
	claim = town_claim(c.r.arena, ZW_ALWAYS, TOWN_OFFICE, TOWN_NET);
	claim.from.v[0].narrowed = true;
	claim.from.v[0].addrs = town_prefix(c.r.arena, "10.1.0.0", 16);
	/* by vl* nothing is marked */
	expect_verdict(&c, &claim, ZW_REFUTED, "marked by lan0 alone");
	c.statement->zones.v[TOWN_OFFICE].interfaces.n = 1;
	expect_verdict(&c, &claim, ZW_PROVED, "by the mark");
	claim = town_claim(c.r.arena, ZW_NEVER, TOWN_DMZ, TOWN_NET);
	expect_verdict(&c, &claim, ZW_PROVED, "no mark, no way");
	close_court(&c);
}

void suite_prove(void);
void suite_prove(void)
{
	static CU_TestInfo tests[] = {
		{ "never, by interfaces", never_by_interfaces },
		{ "never and only, by service", never_by_service },
		{ "only, and fragments", only_and_fragments },
		{ "never in every state", never_in_every_state },
		{ "interfaces of no zone", elsewhere },
		{ "to and from self", to_and_from_self },
		{ "messages of the link", link_messages },
		{ "unspoofed", unspoofed },
		{ "unspoofed on a shared interface", unspoofed_shared },
		{ "always", always },
		{ "limits", always_with_a_limit },
		{ "expect", expectations },
		{ "an unknown expression", unknown_expression },
		{ "routes", routes },
		{ "circles", circles },
		{ "two tables, marks", two_tables },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/prove", tests);
}
