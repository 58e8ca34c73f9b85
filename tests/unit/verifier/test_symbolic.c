/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths' diagrams against the concrete interpreter: random rulesets, random
 * packets built from points of the space, the same verdict at each. */
#include <string.h>

#include "tests/unit/verifier/rules.h"
#include "verifier/interpret.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"
#include "verifier/witness.h"

struct world {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_space *space;
	struct zw_symbolic *symbolic;
	struct zw_interpreter *interpreter;
	zw_node paths[ZW_PATH_COUNT], legal[ZW_PATH_COUNT];
};

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
	names(&cuts);
	for (i = 0; i < 10; i++) {
		if (make(w, &cuts, ruleset))
			return true;
		end(w);
	}
	return false;
}

/* ---- points -------------------------------------------------------------- */

static void random_point(struct zw_random *random, const struct world *w,
			 u32 *point)
{
	static const u8 protos[] = { 6, 6, 17, 1, 58, 50 };
	const struct zw_space *s = w->space;
	u32 i, n = zw_variable_count(w->d);
	bool six = zw_random_below(random, 3) == 0;

	/* unknowns, states, classes, presence bits: anything */
	for (i = 0; i < n; i++)
		point[i] = zw_random_below(
			random, zw_variable_max(w->d, i) < 16
					? zw_variable_max(w->d, i) + 1
					: 3);
	zw_space_set(s, ZW_FIELD_FAMILY, six, point);
	zw_space_set(s, ZW_FIELD_PROTO, protos[zw_random_below(random, 6)],
		     point);
	zw_space_set(s, ZW_FIELD_DPORT, 79 + zw_random_below(random, 5), point);
	for (i = 0; i < 4; i++) {
		zw_space_set(s, ZW_FIELD_SRC + i, 0, point);
		zw_space_set(s, ZW_FIELD_DST + i, 0, point);
	}
	for (i = 0; i < 2; i++) {
		u32 field = i ? ZW_FIELD_SRC : ZW_FIELD_DST;
		u32 low = zw_random_below(random, 6);

		if (six) {
			zw_space_set(s, field, 0x20010db8, point);
			zw_space_set(s, field + 3, low, point);
		} else {
			zw_space_set(s, field,
				     0x0a000000 +
					     (zw_random_below(random, 4) << 8) +
					     low,
				     point);
		}
	}
	zw_space_set(s, ZW_FIELD_FLAGS, 1u << zw_random_below(random, 6),
		     point);
	i = zw_random_below(random, 2) ? 254 : 64;
	zw_space_set(s, ZW_FIELD_HOPS, i, point);
	zw_space_set(s, ZW_FIELD_ARRIVAL_HOPS, i + 1, point);
	zw_space_set(s, ZW_FIELD_MARK,
		     zw_random_below(random, 3)
			     << (8 * zw_random_below(random, 2)),
		     point);
	zw_space_set(s, ZW_FIELD_CT_MARK,
		     zw_random_below(random, 3)
			     << (8 * zw_random_below(random, 2)),
		     point);
	zw_space_set(s, ZW_FIELD_NOTRACK, 0, point);
	zw_space_set(s, ZW_FIELD_FRAG,
		     zw_random_below(random, 8) ? 0x4000 : 0x2001, point);
	if (zw_random_below(random, 8))
		zw_space_set(s, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE, point);
	for (i = ZW_FIELD_HAS_HOPOPTS; i <= ZW_FIELD_HAS_ALERT; i++)
		zw_space_set(s, i, zw_random_below(random, 8) == 0, point);
}

/* What the packet's bytes really are: lengths and checksums among them. */
static void read_back(const struct world *w, const struct zw_packet *packet,
		      u32 *point)
{
	const struct zw_space *s = w->space;
	struct zw_dissection dissection;
	const u8 *th;
	u32 there, i;

	zw_packet_dissect(packet, &dissection);
	th = packet->bytes + dissection.thoff;
	there = packet->n > dissection.thoff ? packet->n - dissection.thoff : 0;
	zw_space_set(s, ZW_FIELD_LENGTH,
		     there < ZW_LENGTH_WHOLE ? there : ZW_LENGTH_WHOLE, point);
	if (there >= 4) {
		zw_space_set(s, ZW_FIELD_SPORT, (u32)th[0] << 8 | th[1], point);
		zw_space_set(s, ZW_FIELD_DPORT, (u32)th[2] << 8 | th[3], point);
	}
	if (there >= 14)
		zw_space_set(s, ZW_FIELD_FLAGS, th[13], point);
	for (i = ZW_FIELD_COUNT; i < s->fields.n; i++) {
		u32 at = s->fields.v[i].offset;

		if (s->fields.v[i].base == ZW_BYTE_TRANSPORT)
			at += dissection.thoff;
		zw_space_set(s, i, at < packet->n ? packet->bytes[at] : 0,
			     point);
	}
}

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
	return pass == ZW_PASS_ACCEPT ? ZW_RUN_ACCEPT
	       : pass == ZW_PASS_DROP ? ZW_RUN_DROP
				      : ZW_RUN_REJECT;
}

struct tally {
	u32 compared, accepted, rejected;
};

static void print_bytes(const struct zw_packet *packet)
{
	u32 i;

	for (i = 0; i < packet->n; i++)
		printf("%02x%s", packet->bytes[i], i % 4 == 3 ? " " : "");
	printf("\n");
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

	random_point(random, w, point);
	zw_packet_from_point(w->space, point, path, packet);
	read_back(w, packet, point);
	list.n = choose(w, path,
			zw_space_value(w->space, ZW_FIELD_FAMILY, point) != 0,
			point, v);
	if (zw_at(w->d, w->legal[path], point) == 1) {
		zw_interpret(w->interpreter, packet, path, zw_choose_from_list,
			     &list, NULL, run);
		if (run->verdict != ZW_RUN_REASSEMBLED && !run->unmodelled) {
			u32 pass = zw_at(w->d, w->paths[path], point);

			same = run->verdict == verdict_of(pass);
			tally->compared++;
			tally->accepted += pass == ZW_PASS_ACCEPT;
			tally->rejected += pass >= ZW_PASS_REJECT_RESET;
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

static void against_interpreter(void)
{
	struct zw_random random = { zw_test_seed() };
	struct tally tally = { 0 };
	u32 round, i, built = 0;

	for (round = 0; round < 300; round++) {
		struct rules r;
		struct world w;
		bool same = true;
		u32 *point;

		rules_begin(&r);
		rules_random(&r, &random);
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
	ZW_CHECK(tally.compared > 5000, "only %u packets compared",
		 tally.compared);
	ZW_CHECK(tally.accepted > 500 && tally.rejected > 50,
		 "%u accepted, %u rejected of %u", tally.accepted,
		 tally.rejected, tally.compared);
}

void suite_symbolic(void);
void suite_symbolic(void)
{
	static CU_TestInfo tests[] = {
		{ "random rulesets against the interpreter",
		  against_interpreter },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/symbolic", tests);
}
