/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forward through the rounds: a packet is picked where the claim's packets come
 * from, the interpreter says how it leaves, and among the next gateway's
 * packets of an earlier round one is picked that has these headers. What
 * headers do not say (the entry that the next gateway has of it) is that
 * packet's own. */
#include "verifier/way.h"

#include "verifier/entry.h"

#define MOST_HOPS 64

struct leg {
	u32 gateway, link;
	struct zw_witness *witness;
};

struct walker {
	struct zw_arena *arena;
	const struct zw_pursuit *p;
	struct leg legs[MOST_HOPS];
	u32 n;
	struct zw_str reason;
};

static enum zw_found onward(struct walker *w, u32 round, const u32 *point,
			    const struct zw_packet *left);

static struct zw_str at_gateway(const struct walker *w, u32 gateway,
				struct zw_str text)
{
	return zw_strf(w->arena, "at gateway '%.*s': %.*s",
		       ZW_STR_ARG(w->p->network->gateways.v[gateway].name),
		       ZW_STR_ARG(text));
}

/* A packet of SET at GATEWAY, and the rest of its way. BEFORE is how the one
 * before it left; NULL: it is the first. */
static enum zw_found leg(struct walker *w, u32 gateway, enum zw_path path,
			 u32 round, zw_node set, const struct zw_packet *before)
{
	struct zw_transit *t = w->p->transits[gateway];
	struct zw_packet *came = ZW_NEW(w->arena, struct zw_packet);
	struct zw_packet *left = ZW_NEW(w->arena, struct zw_packet);
	struct zw_search search = {
		.arena = w->arena,
		.symbolic = t->prover->symbolic,
		.statement = t->prover->statement,
		.ports = &t->prover->regions->ports,
		.path = path,
		.diagram = t->prover->paths[path].diagram,
		.wanted = round ? ZW_WANT_ACCEPT : w->p->wanted,
		.came = came,
		.left = left,
	};
	u32 *point =
		ZW_NEW_ARRAY(w->arena, u32, zw_variable_count(w->p->space->d));
	struct zw_witness *witness = ZW_NEW(w->arena, struct zw_witness);
	enum zw_found found;

	if (w->n == MOST_HOPS)
		return ZW_FOUND_UNREAL;
	zw_transit_wake(t);
	search.interpreter = t->prover->interpreter;
	w->p->space->joined = t->joined;
	found = zw_witness_find(&search, set, point, witness, &w->reason);
	if (found != ZW_FOUND) {
		w->reason = at_gateway(w, gateway, w->reason);
		return found;
	}
	if (before && !zw_on_wire_same(before, came)) {
		w->reason = at_gateway(
			w, gateway,
			ZW_STR("no packet of the set is what the gateway before sends"));
		return ZW_FOUND_DIFFERS;
	}
	w->legs[w->n++] = (struct leg){ gateway, ZW_NONE, witness };
	if (!round)
		return ZW_FOUND;
	found = onward(w, round, point, left);
	if (found != ZW_FOUND)
		w->n--;
	return found;
}

/* By LINK to TO: the packets of any round before ROUND. */
static enum zw_found arrive(struct walker *w, u32 link, u32 to, u32 round,
			    const u32 *point, const struct zw_packet *left)
{
	struct zw_diagrams *d = w->p->space->d;
	zw_node by = zw_transit_from(w->p->transits[to], link), set;
	enum zw_found found = ZW_FOUND_DIFFERS;
	enum zw_path path;
	u32 r;

	for (r = 0; r < round && found != ZW_FOUND; r++) {
		for (path = ZW_PATH_FORWARD; path <= ZW_PATH_INPUT; path++) {
			set = zw_and(d, by,
				     w->p->rounds.v[r].at[to].path[path]);
			if (zw_same(set, ZW_EMPTY))
				continue;
			set = zw_and(d, set,
				     zw_on_wire_next(w->p->space, point, left,
						     path));
			if (zw_same(set, ZW_EMPTY))
				continue;
			found = leg(w, to, path, r, set, left);
			if (found == ZW_FOUND)
				break;
		}
	}
	return found;
}

static enum zw_found onward(struct walker *w, u32 round, const u32 *point,
			    const struct zw_packet *left)
{
	const struct zw_network *network = w->p->network;
	u32 here = w->n - 1, from = w->legs[here].gateway, link, to;
	enum zw_found found = ZW_FOUND_DIFFERS;

	w->reason = at_gateway(
		w, from,
		ZW_STR("what the interpreter sends on is not what was meant to go on"));
	for (link = 0; link < network->links.n; link++) {
		if (zw_at(w->p->space->d,
			  zw_transit_onto(w->p->transits[from], link),
			  point) != 1)
			continue;
		w->legs[here].link = link;
		for (to = 0; to < network->gateways.n; to++) {
			if (!zw_pursuit_goes(w->p, from, link, to))
				continue;
			found = arrive(w, link, to, round, point, left);
			if (found == ZW_FOUND)
				return found;
		}
	}
	return found;
}

/* ---- the whole way ------------------------------------------------------- */

static void add_leg(struct walker *w, const struct leg *leg,
		    struct zw_witness *out)
{
	const struct zw_network *network = w->p->network;
	struct zw_str gateway = network->gateways.v[leg->gateway].name;
	struct zw_hop hop = { .gateway = zw_str_copy(w->arena, gateway),
			      .witness = leg->witness };
	size_t i;

	if (leg->link != ZW_NONE)
		hop.link = zw_str_copy(
			w->arena, network->gateways.v[leg->gateway]
					  .statement->zones
					  .v[network->links.v[leg->link].zone]
					  .name);
	zw_push(w->arena, out->hops, hop);
	for (i = 0; i < leg->witness->path.n; i++) {
		struct zw_step step = leg->witness->path.v[i];

		step.gateway = hop.gateway;
		zw_push(w->arena, out->path, step);
	}
	for (i = 0; i < leg->witness->assumptions.n; i++)
		zw_push(w->arena, out->assumptions,
			at_gateway(w, leg->gateway,
				   leg->witness->assumptions.v[i]));
}

static void put_together(struct walker *w, struct zw_witness *out)
{
	const struct zw_witness *last = w->legs[w->n - 1].witness;
	u32 i;

	*out = *w->legs[0].witness;
	memset(&out->path, 0, sizeof(out->path));
	memset(&out->assumptions, 0, sizeof(out->assumptions));
	for (i = 0; i < w->n; i++)
		add_leg(w, &w->legs[i], out);
	out->out = last->out;
	out->to_zone = last->to_zone;
	out->outcome = last->outcome;
}

enum zw_found zw_way_find(struct zw_arena *arena, const struct zw_pursuit *p,
			  struct zw_witness *witness, struct zw_extent *extent,
			  struct zw_str *reason)
{
	struct walker w = { .arena = arena, .p = p };
	enum zw_found found = ZW_FOUND_DIFFERS;
	enum zw_path path;
	u32 g;

	for (g = 0; g < p->network->gateways.n; g++) {
		for (path = 0; path < ZW_PATH_COUNT; path++) {
			zw_node set = zw_pursuit_found(p, g, path);

			if (zw_same(set, ZW_EMPTY))
				continue;
			w.n = 0;
			found = leg(&w, g, path, (u32)p->rounds.n - 1, set,
				    NULL);
			if (found != ZW_FOUND)
				continue;
			put_together(&w, witness);
			zw_extent_measure(arena, p->space,
					  zw_entry_beginnings(p->space, set),
					  extent);
			return found;
		}
	}
	*reason = w.reason;
	return found;
}
