/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths' diagrams against the concrete interpreter: random rulesets, random
 * packets built from points of the space, the same verdict at each. */
#include <string.h>

#include "tests/unit/verifier/point.h"
#include "tests/unit/verifier/rules.h"
#include "verifier/interpret.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"
#include "verifier/translation.h"
#include "verifier/witness.h"

struct world {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_space *space;
	struct zw_symbolic *symbolic;
	struct zw_interpreter *interpreter;
	zw_node paths[ZW_PATH_COUNT], legal[ZW_PATH_COUNT];
	bool cares; /* paths are built for the packets of CARE alone */
	zw_node care;
};

/* Some of those that come in by two of the interfaces. */
static zw_node some_packets(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node out =
		zw_space_range(space, ZW_FIELD_SRC, 0x0a000000, 0x0a000102);
	u32 first, last;

	if (zw_space_names(space, ZW_STR("a0"), false, &first, &last))
		out = zw_and(d, out,
			     zw_space_index(space, ZW_FIELD_IN, first, last));
	if (zw_space_names(space, ZW_STR("b0"), false, &first, &last))
		out = zw_or(d, out,
			    zw_space_index(space, ZW_FIELD_IN, first, last));
	return out;
}

static void names(struct zw_cuts *cuts)
{
	zw_cuts_name(cuts, ZW_STR("a0"), false);
	zw_cuts_name(cuts, ZW_STR("a1"), false);
	zw_cuts_name(cuts, ZW_STR("b0"), false);
}

static bool make(struct world *w, struct zw_cuts *cuts,
		 const struct zw_ruleset *ruleset)
{
	bool tracked[ZW_FAMILY_COUNT] = { false };
	u32 p;

	w->arena = zw_arena_new();
	w->d = zw_diagrams_new(1u << 20, 1u << 22);
	w->space = zw_space_new(w->arena, w->d, cuts);
	w->symbolic = zw_symbolic_new(w->arena, w->space, ruleset);
	w->interpreter = zw_interpreter_new(w->arena, ruleset);
	w->care = w->cares ? some_packets(w->space) : ZW_ALL;
	for (p = 0; w->cares && p < ZW_PATH_OUTPUT; p++) {
		w->symbolic->has_care[p] = true;
		w->symbolic->care[p] = w->care;
	}
	for (p = 0; p < ZW_PATH_COUNT; p++) {
		w->paths[p] = zw_symbolic_path(w->symbolic, p);
		w->legal[p] = zw_meaning_legal(w->space, tracked, p);
		if (p == ZW_PATH_FORWARD)
			w->legal[p] = zw_and(w->d, w->legal[p],
					     zw_meaning_arrival(w->space));
	}
	return !zw_space_stale(w->space);
}

static void end(struct world *w)
{
	zw_diagrams_free(w->d);
	zw_arena_free(w->arena);
}

/* With the cuts that the ruleset needs. */
static bool world_of(struct world *w, struct zw_arena *arena,
		     const struct zw_ruleset *ruleset)
{
	struct zw_cuts cuts;
	u32 i;

	zw_cuts_init(&cuts, arena);
	/* in both orders of fields */
	cuts.addresses_first = ruleset->chains.n % 2;
	names(&cuts);
	for (i = 0; i < 10; i++) {
		if (make(w, &cuts, ruleset))
			return true;
		end(w);
	}
	return false;
}

/* ---- points -------------------------------------------------------------- */

/* Two visits to one expression must come out the same, since the interpreter
 * asks for one choice. */
static u32 choose(const struct world *w, enum zw_path path, bool six,
		  u32 *point, struct zw_choice *v)
{
	const struct zw_symbolic *s = w->symbolic;
	u32 n = 0, k;
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		const struct zw_approximation *a = &s->approximations.v[i];

		if (a->path != path || (a->family == ZW_IPV6) != six)
			continue;
		for (k = 0; k < n; k++) {
			if (v[k].chain == a->chain &&
			    v[k].position == a->position &&
			    v[k].expr == a->expr)
				break;
		}
		if (k < n) {
			point[a->variable] = v[k].holds;
			continue;
		}
		memset(&v[n], 0, sizeof(v[n]));
		v[n].chain = a->chain;
		v[n].position = a->position;
		v[n].expr = a->expr;
		v[n++].holds = point[a->variable] != 0;
	}
	return n;
}

static enum zw_run_verdict verdict_of(u32 pass)
{
	switch (zw_pass_of(pass)) {
	case ZW_PASS_ACCEPT:
		return ZW_RUN_ACCEPT;
	case ZW_PASS_DROP:
		return ZW_RUN_DROP;
	default:
		return ZW_RUN_REJECT;
	}
}

struct tally {
	bool nat; /* more first packets of flows */
	u32 compared, accepted, rejected, translated;
};

static void print_bytes(const struct zw_packet *packet)
{
	u32 i;

	for (i = 0; i < packet->n; i++)
		printf("%02x%s", packet->bytes[i], i % 4 == 3 ? " " : "");
	printf("\n");
}

/* Does the packet leave for where the leaf says it is sent, and is its source
 * masqueraded as the leaf says? Only of what passes. */
static bool same_translation(const struct world *w, const struct zw_run *run,
			     u32 pass)
{
	struct zw_str text = zw_translation_text(w->space, pass);
	bool six = run->packet.ethertype == ETH_P_IPV6;
	char address[46], wanted[64];
	struct zw_ip dst;

	if (pass < ZW_PASS_KINDS)
		return true;
	dst = zw_ip_from_bytes(six ? ZW_IPV6 : ZW_IPV4,
			       run->packet.bytes + (six ? 24 : 16));
	snprintf(wanted, sizeof(wanted), "sent to %s",
		 zw_ip_format(dst, address));
	if (memmem(text.p, text.n, "sent to ", 8) &&
	    !memmem(text.p, text.n, wanted, strlen(wanted)))
		return false;
	return (memmem(text.p, text.n, "masq", 4) != NULL) == run->masqueraded;
}

/* Whether an IPv6 fragment is a first one is unknown to the diagram, and no
 * choice of the interpreter. */
static bool hangs_on_fragment(const struct world *w, enum zw_path path,
			      const u32 *point)
{
	const struct zw_symbolic *s = w->symbolic;
	size_t i;

	if (!zw_space_value(w->space, ZW_FIELD_FAMILY, point) ||
	    !zw_space_value(w->space, ZW_FIELD_HAS_FRAGMENT, point))
		return false;
	for (i = 0; i < s->approximations.n; i++) {
		if (!s->approximations.v[i].real &&
		    s->approximations.v[i].path == path)
			return true;
	}
	return false;
}

static bool compare_point(struct zw_random *random, struct world *w,
			  const struct zw_ruleset *ruleset, u32 *point,
			  struct tally *tally)
{
	enum zw_path path = zw_random_below(random, ZW_PATH_COUNT);
	struct zw_arena *arena = zw_arena_new();
	struct zw_packet *packet = ZW_NEW(arena, struct zw_packet);
	struct zw_run *run = ZW_NEW(arena, struct zw_run);
	struct zw_choice *v = ZW_NEW_ARRAY(arena, struct zw_choice,
					   w->symbolic->approximations.n + 1);
	struct zw_choice_list list = { v, 0 };
	bool same = true;

	random_point(random, w->space, point);
	if (tally->nat && zw_random_below(random, 2)) {
		zw_space_set(w->space, ZW_FIELD_STATE, ZW_STATE_NEW, point);
		zw_space_set(w->space, ZW_FIELD_DIRECTION, 0, point);
		zw_space_set(w->space, ZW_FIELD_CT_STATUS, 0, point);
	}
	zw_packet_from_point(w->space, point, path, packet);
	read_back(w->space, packet, point);
	if (hangs_on_fragment(w, path, point)) {
		zw_arena_free(arena);
		return true;
	}
	list.n = choose(w, path,
			zw_space_value(w->space, ZW_FIELD_FAMILY, point) != 0,
			point, v);
	if (zw_at(w->d, w->legal[path], point) == 1 &&
	    (path == ZW_PATH_OUTPUT || zw_at(w->d, w->care, point) == 1)) {
		zw_interpret(w->interpreter, packet, path, zw_choose_from_list,
			     &list, NULL, run);
		if (run->verdict != ZW_RUN_REASSEMBLED && !run->unmodelled) {
			u32 pass = zw_at(w->d, w->paths[path], point);

			same = run->verdict == verdict_of(pass) &&
			       same_translation(w, run, pass);
			tally->compared++;
			tally->accepted += zw_pass_of(pass) == ZW_PASS_ACCEPT;
			tally->translated += pass >= ZW_PASS_KINDS;
			tally->rejected +=
				zw_pass_of(pass) >= ZW_PASS_REJECT_RESET;
			if (!same) {
				struct zw_buf buf = { 0 };

				zw_ruleset_print(&buf, ruleset);
				printf("%s\npath %u in %s out %s family %u state %u proto %u: diagram %u, interpreter %u at chain %u rule %u\n",
				       buf.data, path, packet->in, packet->out,
				       zw_space_value(w->space, ZW_FIELD_FAMILY,
						      point),
				       zw_space_value(w->space, ZW_FIELD_STATE,
						      point),
				       zw_space_value(w->space, ZW_FIELD_PROTO,
						      point),
				       pass, run->verdict, run->chain,
				       run->position);
				print_bytes(packet);
				zw_buf_free(&buf);
			}
		}
	}
	zw_arena_free(arena);
	return same;
}

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
				same = compare_point(&random, &w, &r.ruleset,
						     point, &tally);
			ZW_CHECK(w.symbolic->doubts.n == 0,
				 "round %u: %zu doubts", round,
				 w.symbolic->doubts.n);
			end(&w);
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
