/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of random rulesets, held against them: without the rules that
 * are unmet or redundant every packet fares the same, by the diagrams and by
 * the interpreter; and the rules that are said to take all of another do so,
 * and none fewer. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/verifier/point.h"
#include "tests/unit/verifier/rules.h"
#include "verifier/interpret.h"
#include "verifier/oddities.h"
#include "verifier/symbolic.h"
#include "verifier/witness.h"

#define ROUNDS 120
#define PACKETS 60

struct tally {
	u32 unmet, redundant, by_one, by_more, same, compared;
};

static bool is_out(const zw_oddities *found, u32 chain, u32 position)
{
	size_t i;

	for (i = 0; i < found->n; i++) {
		const struct zw_oddity *o = &found->v[i];

		if (o->chain == chain && o->position == position &&
		    (o->kind == ZW_ODDITY_UNMET ||
		     o->kind == ZW_ODDITY_REDUNDANT))
			return true;
	}
	return false;
}

static struct zw_ruleset copy_of(struct zw_arena *arena,
				 const struct zw_ruleset *ruleset)
{
	struct zw_ruleset copy = *ruleset;

	copy.chains.v = ZW_NEW_ARRAY(arena, struct zw_chain, copy.chains.n);
	memcpy(copy.chains.v, ruleset->chains.v,
	       copy.chains.n * sizeof(*copy.chains.v));
	return copy;
}

/* The rules of CHAIN at the positions KEEP, in their order. */
static void keep_rules(struct zw_arena *arena, struct zw_chain *chain,
		       const bool *keep)
{
	const struct zw_rule **v =
		ZW_NEW_ARRAY(arena, const struct zw_rule *, chain->rules.n + 1);
	size_t i, n = 0;

	for (i = 0; i < chain->rules.n; i++) {
		if (keep[i + 1])
			v[n++] = chain->rules.v[i];
	}
	chain->rules.v = v;
	chain->rules.n = n;
}

static struct zw_ruleset reduced(struct zw_arena *arena,
				 const struct zw_ruleset *ruleset,
				 const zw_oddities *found)
{
	struct zw_ruleset copy = copy_of(arena, ruleset);
	u32 c, i;

	for (c = 0; c < copy.chains.n; c++) {
		size_t n = copy.chains.v[c].rules.n;
		bool *keep = ZW_NEW_ARRAY(arena, bool, n + 1);

		for (i = 1; i <= n; i++)
			keep[i] = !is_out(found, c, i);
		keep_rules(arena, &copy.chains.v[c], keep);
	}
	return copy;
}

/* ---- the diagrams -------------------------------------------------------- */

static void names(struct zw_cuts *cuts)
{
	zw_cuts_name(cuts, ZW_STR("a0"), false);
	zw_cuts_name(cuts, ZW_STR("a1"), false);
	zw_cuts_name(cuts, ZW_STR("b0"), false);
}

static bool packets_agree(struct zw_random *random, struct zw_space *space,
			  const struct zw_ruleset *a,
			  const struct zw_ruleset *b)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_interpreter *one = zw_interpreter_new(arena, a);
	struct zw_interpreter *other = zw_interpreter_new(arena, b);
	u32 *point = ZW_NEW_ARRAY(arena, u32, zw_variable_count(space->d)), i;
	struct zw_packet *packet = ZW_NEW(arena, struct zw_packet);
	struct zw_run *x = ZW_NEW(arena, struct zw_run);
	struct zw_run *y = ZW_NEW(arena, struct zw_run);
	bool same = true;

	for (i = 0; i < PACKETS && same; i++) {
		enum zw_path path = zw_random_below(random, ZW_PATH_COUNT);

		random_point(random, space, point);
		zw_packet_from_point(space, point, path, packet);
		zw_interpret(one, packet, path, NULL, NULL, NULL, x);
		zw_interpret(other, packet, path, NULL, NULL, NULL, y);
		same = x->verdict == y->verdict &&
		       x->reject_type == y->reject_type;
		if (x->verdict == ZW_RUN_ACCEPT)
			same = same && x->packet.n == y->packet.n &&
			       x->packet.mark == y->packet.mark &&
			       !memcmp(x->packet.bytes, y->packet.bytes,
				       x->packet.n);
	}
	zw_arena_free(arena);
	return same;
}

/* With the last rule that uses it gone, the kernel no longer tracks connections
 * and puts no fragments together. */
static bool tracked_alike(const struct zw_ruleset *a,
			  const struct zw_ruleset *b)
{
	bool x[ZW_FAMILY_COUNT], y[ZW_FAMILY_COUNT];

	zw_symbolic_tracked(a, x);
	zw_symbolic_tracked(b, y);
	return !memcmp(x, y, sizeof(x));
}

/* All paths alike? Rulesets with unknowns are left to the interpreter. */
static bool fare_alike(struct zw_random *random, struct zw_arena *arena,
		       const struct zw_ruleset *a, const struct zw_ruleset *b,
		       struct tally *tally)
{
	struct zw_cuts cuts;
	bool same = true, known = false;
	u32 i, p;

	zw_cuts_init(&cuts, arena);
	names(&cuts);
	for (i = 0; i < 10 && !known; i++) {
		struct zw_arena *scratch = zw_arena_new();
		struct zw_diagrams *d = zw_diagrams_new(1u << 20, 1u << 22);
		struct zw_space *space = zw_space_new(scratch, d, &cuts);
		struct zw_symbolic *x = zw_symbolic_new(scratch, space, a);
		struct zw_symbolic *y = zw_symbolic_new(scratch, space, b);
		zw_node one[ZW_PATH_COUNT], other[ZW_PATH_COUNT];

		for (p = 0; p < ZW_PATH_COUNT; p++) {
			one[p] = zw_symbolic_path(x, p);
			other[p] = zw_symbolic_path(y, p);
		}
		known = !zw_space_stale(space) && !zw_diagrams_exhausted(d);
		if (known && !x->approximations.n && !space->translations.n) {
			tally->compared++;
			for (p = 0; p < ZW_PATH_COUNT; p++)
				same = same && zw_same(one[p], other[p]);
		}
		if (known)
			same = same && packets_agree(random, space, a, b);
		zw_diagrams_free(d);
		zw_arena_free(scratch);
	}
	return same && known;
}

/* ---- who takes it -------------------------------------------------------- */

static bool is_unmet(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		     u32 chain, u32 position)
{
	zw_oddities found;
	size_t i;

	if (!zw_oddities_of(arena, ruleset, 0, &found))
		return false;
	for (i = 0; i < found.n; i++) {
		if (found.v[i].kind == ZW_ODDITY_UNMET &&
		    found.v[i].chain == chain &&
		    found.v[i].position == position)
			return true;
	}
	return false;
}

/* Is the rule unmet where of those before it only its BY are left, but LEFT? */
static bool unmet_by(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		     const struct zw_oddity *o, size_t left)
{
	struct zw_ruleset copy = copy_of(arena, ruleset);
	struct zw_chain *chain = &copy.chains.v[o->chain];
	bool *keep = ZW_NEW_ARRAY(arena, bool, chain->rules.n + 1);
	u32 position = 1;
	size_t i;

	for (i = 0; i < o->by.n; i++) {
		if (i == left)
			continue;
		keep[o->by.v[i]] = true;
		position++;
	}
	for (i = o->position; i <= chain->rules.n; i++)
		keep[i] = true;
	keep_rules(arena, chain, keep);
	return is_unmet(arena, &copy, o->chain, position);
}

static void check_by(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		     const struct zw_oddity *o, u32 round, struct tally *tally)
{
	size_t i;

	if (o->why != ZW_UNMET_BEFORE || !o->by.n)
		return;
	if (o->by.n == 1)
		tally->by_one++;
	else
		tally->by_more++;
	tally->same += !o->otherwise;
	ZW_CHECK(unmet_by(arena, ruleset, o, SIZE_MAX),
		 "round %u: chain %u rule %u: those named do not take all",
		 round, o->chain, o->position);
	for (i = 0; i < o->by.n; i++)
		ZW_CHECK(!unmet_by(arena, ruleset, o, i),
			 "round %u: chain %u rule %u: rule %u is not needed",
			 round, o->chain, o->position, o->by.v[i]);
}

/* ---- lists --------------------------------------------------------------- */

/* A list of ranges of sources, of which several together cover another; now and
 * then one that marks, and one that asks for a mark. */
static void list_of_ranges(struct rules *r, struct zw_random *random)
{
	u32 table = rules_table(r, "t", NFPROTO_IPV4), i;
	u32 chain = rules_base(r, table, "list", NF_INET_FORWARD, 0,
			       zw_random_below(random, 2));

	for (i = 0; i < 14; i++) {
		u8 from[4] = { 10, 0, 0, (u8)zw_random_below(random, 6) };
		u8 to[4] = { 10, 0, (u8)zw_random_below(random, 3),
			     (u8)(from[3] + zw_random_below(random, 4)) };
		u8 mark[4] = { (u8)zw_random_below(random, 3) };

		expr_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, 0);
		expr_range(r, 0, NFT_RANGE_EQ, from, to, 4);
		if (zw_random_below(random, 8) == 0) {
			expr_value(r, 4, mark, 4);
			expr_new(r, ZW_EXPR_META_SET)->meta.sreg = 4;
			r->exprs.v[r->exprs.n - 1].meta.key = NFT_META_MARK;
		} else {
			if (zw_random_below(random, 8) == 0) {
				expr_meta(r, NFT_META_MARK, 4);
				expr_cmp(r, 4, NFT_CMP_EQ, mark, 4);
			}
			expr_verdict(r,
				     zw_random_below(random, 2) ? NF_ACCEPT
								: NF_DROP,
				     ZW_NONE);
		}
		rules_add(r, chain);
	}
}

static void random_rulesets(void)
{
	struct zw_random random = { zw_test_seed() };
	struct tally tally = { 0 };
	u32 round;

	for (round = 0; round < ROUNDS; round++) {
		struct zw_ruleset less;
		zw_oddities found;
		struct rules r;
		size_t i;
		bool read;

		rules_begin(&r);
		if (round % 2)
			rules_random(&r, &random);
		else
			list_of_ranges(&r, &random);
		read = zw_oddities_of(r.arena, &r.ruleset, 0, &found);
		ZW_CHECK(read, "round %u: not read", round);
		for (i = 0; read && i < found.n; i++) {
			const struct zw_oddity *o = &found.v[i];

			tally.unmet += o->kind == ZW_ODDITY_UNMET;
			tally.redundant += o->kind == ZW_ODDITY_REDUNDANT;
			if (o->kind == ZW_ODDITY_UNMET)
				check_by(r.arena, &r.ruleset, o, round, &tally);
		}
		if (read) {
			less = reduced(r.arena, &r.ruleset, &found);
			ZW_CHECK(!tracked_alike(&r.ruleset, &less) ||
					 fare_alike(&random, r.arena,
						    &r.ruleset, &less, &tally),
				 "round %u: not the same without them", round);
		}
		rules_end(&r);
	}
	ZW_CHECK(tally.unmet > ROUNDS && tally.redundant > ROUNDS / 2,
		 "only %u unmet, %u redundant", tally.unmet, tally.redundant);
	ZW_CHECK(tally.by_one > 20 && tally.by_more > 1 && tally.same > 5,
		 "taken by one %u times, by more %u; the same %u times",
		 tally.by_one, tally.by_more, tally.same);
	ZW_CHECK(tally.compared > 10, "only %u compared exactly",
		 tally.compared);
}

void suite_oddities(void);
void suite_oddities(void)
{
	static CU_TestInfo tests[] = {
		{ "random rulesets without what they do not need",
		  random_rulesets },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/oddities", tests);
}
