/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least fixpoint, round by round. What the members of a link send on it is
 * united once from either end, so that a link of many costs each of them a
 * union of two. */
#include "verifier/pursuit.h"

static bool is_member(const struct zw_network_link *link, u32 gateway)
{
	size_t i;

	for (i = 0; i < link->gateways.n; i++)
		if (link->gateways.v[i] == gateway)
			return true;
	return false;
}

bool zw_pursuit_goes(const struct zw_pursuit *p, u32 from, u32 link, u32 to)
{
	return from != to && is_member(&p->network->links.v[link], to) &&
	       (!p->may_go || p->may_go[from * p->network->gateways.n + to]);
}

/* ---- what a gateway's packets come to ------------------------------------ */

/* By member of LINK: the headers that break the claim at any of the others. */
static void headers_elsewhere(struct zw_pursuit *p, u32 link, zw_node *out)
{
	struct zw_diagrams *d = p->space->d;
	const struct zw_network_link *l = &p->network->links.v[link];
	size_t n = l->gateways.n, i, k;
	zw_node sofar = ZW_EMPTY;

	for (i = 0; i < n; i++)
		out[i] = ZW_EMPTY;
	for (i = 0; p->may_go && i < n; i++)
		for (k = 0; k < n; k++)
			if (zw_pursuit_goes(p, l->gateways.v[i], link,
					    l->gateways.v[k]))
				out[i] = zw_or(
					d, out[i],
					p->headers[l->gateways.v[k]][link]);
	if (p->may_go)
		return;
	for (i = 0; i < n; i++) {
		out[i] = sofar;
		sofar = zw_or(d, sofar, p->headers[l->gateways.v[i]][link]);
	}
	sofar = ZW_EMPTY;
	for (i = n; i-- > 0;) {
		out[i] = zw_or(d, out[i], sofar);
		sofar = zw_or(d, sofar, p->headers[l->gateways.v[i]][link]);
	}
}

/* By gateway: what would break the claim further on, by output interface. */
static zw_node *departures(struct zw_pursuit *p)
{
	struct zw_diagrams *d = p->space->d;
	zw_node *out =
		ZW_NEW_ARRAY(p->scratch, zw_node, p->network->gateways.n);
	u32 link;
	size_t i;

	for (link = 0; link < p->network->links.n; link++) {
		const struct zw_network_link *l = &p->network->links.v[link];
		zw_node *elsewhere =
			ZW_NEW_ARRAY(p->scratch, zw_node, l->gateways.n);

		headers_elsewhere(p, link, elsewhere);
		for (i = 0; i < l->gateways.n; i++) {
			u32 g = l->gateways.v[i];

			if (zw_same(elsewhere[i], ZW_EMPTY))
				continue;
			out[g] = zw_or(
				d, out[g],
				zw_and(d, zw_transit_onto(p->transits[g], link),
				       elsewhere[i]));
		}
	}
	return out;
}

/* ---- rounds -------------------------------------------------------------- */

static struct zw_round *new_round(struct zw_pursuit *p)
{
	struct zw_round round = {
		.at = ZW_NEW_ARRAY(p->scratch, struct zw_pursued_set,
				   p->network->gateways.n),
	};

	zw_push(p->scratch, p->rounds, round);
	return &p->rounds.v[p->rounds.n - 1];
}

/* Add what arrives in the last ROUND to the headers; false if that is nothing
 * new. */
static bool add_headers(struct zw_pursuit *p, const struct zw_round *round)
{
	struct zw_diagrams *d = p->space->d;
	bool grown = false;
	u32 link, g;
	size_t i;

	if (p->wire.variables != zw_variable_count(d))
		zw_on_wire_begin(p->scratch, p->space, &p->wire);
	for (link = 0; link < p->network->links.n; link++) {
		const struct zw_network_link *l = &p->network->links.v[link];

		for (i = 0; i < l->gateways.n; i++) {
			zw_node set, *known;

			g = l->gateways.v[i];
			known = &p->headers[g][link];
			set = zw_or(d, round->at[g].path[ZW_PATH_FORWARD],
				    round->at[g].path[ZW_PATH_INPUT]);
			if (zw_same(set, ZW_EMPTY))
				continue;
			set = zw_and(d, zw_transit_from(p->transits[g], link),
				     set);
			set = zw_or(d, *known,
				    zw_on_wire_headers(&p->wire, set));
			grown |= !zw_same(set, *known);
			*known = set;
		}
	}
	return grown && !zw_diagrams_exhausted(d);
}

static void begin(struct zw_pursuit *p)
{
	size_t n = p->network->gateways.n, g;
	struct zw_round *round = new_round(p);

	p->headers = ZW_NEW_ARRAY(p->scratch, zw_node *, n);
	for (g = 0; g < n; g++) {
		p->headers[g] =
			ZW_NEW_ARRAY(p->scratch, zw_node, p->network->links.n);
		memcpy(round->at[g].path, p->asked[g].breaks,
		       sizeof(round->at[g].path));
	}
}

bool zw_pursuit_next(struct zw_pursuit *p)
{
	struct zw_round *round;
	zw_node *onward;
	enum zw_path path;
	u32 g;

	if (!add_headers(p, &p->rounds.v[p->rounds.n - 1]))
		return false;
	onward = departures(p);
	round = new_round(p);
	for (g = 0; g < p->network->gateways.n; g++)
		for (path = 0; path < ZW_PATH_COUNT; path++)
			if (path != ZW_PATH_INPUT)
				round->at[g].path[path] = zw_transit_leaving(
					p->transits[g], path,
					p->asked[g].passes[path], onward[g]);
	return true;
}

zw_node zw_pursuit_found(const struct zw_pursuit *p, u32 gateway,
			 enum zw_path path)
{
	const struct zw_round *round = &p->rounds.v[p->rounds.n - 1];

	return zw_and(p->space->d, p->asked[gateway].origins[path],
		      round->at[gateway].path[path]);
}

static bool is_found(const struct zw_pursuit *p)
{
	enum zw_path path;
	u32 g;

	for (g = 0; g < p->network->gateways.n; g++)
		for (path = 0; path < ZW_PATH_COUNT; path++)
			if (!zw_same(zw_pursuit_found(p, g, path), ZW_EMPTY))
				return true;
	return false;
}

bool zw_pursuit_run(struct zw_pursuit *p)
{
	if (!p->rounds.n) {
		begin(p);
		if (is_found(p))
			return true;
	}
	while (!zw_diagrams_exhausted(p->space->d) && zw_pursuit_next(p))
		if (is_found(p))
			return true;
	return false;
}
