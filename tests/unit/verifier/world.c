/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The opinion of the diagrams and that of the interpreter, on packets that are
 * built from points of the space. */
#include "tests/unit/verifier/world.h"

#include <string.h>

#include "tests/unit/verifier/point.h"
#include "verifier/meaning.h"
#include "verifier/translation.h"
#include "verifier/witness.h"

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

void world_end(struct world *w)
{
	zw_diagrams_free(w->d);
	zw_arena_free(w->arena);
}

bool world_of(struct world *w, struct zw_arena *arena,
	      const struct zw_ruleset *ruleset)
{
	struct zw_cuts cuts;
	u32 i;

	zw_cuts_init(&cuts, arena);
	zw_symbolic_cuts(&cuts, ruleset);
	/* in both orders of fields */
	cuts.addresses_first = ruleset->chains.n % 2;
	names(&cuts);
	for (i = 0; i < 10; i++) {
		if (make(w, &cuts, ruleset))
			return true;
		world_end(w);
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

bool world_compare(struct zw_random *random, struct world *w,
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
