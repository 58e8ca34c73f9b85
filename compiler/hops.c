/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breadth-first search over links, from each gateway. A link is one step
 * between any two of its gateways, and is walked once a search however many it
 * joins. */
#include "compiler/hops.h"

struct search {
	const struct zw_hops *hops;
	const zw_gateways *links_of; /* by gateway */
	u16 *steps;		     /* of this search */
	bool *walked;		     /* by link */
	u32 *queue;
};

static void search_from(struct search *s, u32 start)
{
	size_t head = 0, tail = 0, i, j;

	for (i = 0; i < s->hops->gateways; i++)
		s->steps[i] = ZW_NO_WAY;
	memset(s->walked, 0, s->hops->link_count);
	s->steps[start] = 0;
	s->queue[tail++] = start;
	while (head < tail) {
		u32 at = s->queue[head++];

		for (i = 0; i < s->links_of[at].n; i++) {
			u32 number = s->links_of[at].v[i];
			const struct zw_network_link *link =
				&s->hops->links[number];

			if (s->walked[number])
				continue;
			s->walked[number] = true;
			for (j = 0; j < link->gateways.n; j++) {
				u32 next = link->gateways.v[j];

				if (s->steps[next] != ZW_NO_WAY)
					continue;
				s->steps[next] = (u16)(s->steps[at] + 1);
				s->queue[tail++] = next;
			}
		}
	}
}

static void search_all(struct zw_arena *arena, struct zw_hops *hops)
{
	struct search s = {
		.hops = hops,
		.walked = ZW_NEW_ARRAY(arena, bool, hops->link_count),
		.queue = ZW_NEW_ARRAY(arena, u32, hops->gateways),
	};
	zw_gateways *links_of =
		ZW_NEW_ARRAY(arena, zw_gateways, hops->gateways);
	size_t i, j;

	for (i = 0; i < hops->link_count; i++)
		for (j = 0; j < hops->links[i].gateways.n; j++)
			zw_push(arena, links_of[hops->links[i].gateways.v[j]],
				(u32)i);
	s.links_of = links_of;
	for (i = 0; i < hops->gateways; i++) {
		s.steps = hops->between + i * hops->gateways;
		search_from(&s, (u32)i);
	}
}

static void search_zones(struct zw_hops *hops)
{
	size_t g, z, i;

	for (g = 0; g < hops->gateways; g++) {
		const u16 *steps = hops->between + g * hops->gateways;

		for (z = 0; z < hops->zones; z++) {
			u16 *nearest = &hops->to_zone[g * hops->zones + z];

			*nearest = ZW_NO_WAY;
			for (i = 0; i < hops->have[z].n; i++)
				if (steps[hops->have[z].v[i]] < *nearest)
					*nearest = steps[hops->have[z].v[i]];
		}
	}
}

struct zw_hops *zw_hops_new(struct zw_arena *arena, size_t gateways,
			    size_t zones, const struct zw_network_link *links,
			    size_t link_count, zw_gateways *have)
{
	struct zw_hops *hops = ZW_NEW(arena, struct zw_hops);

	hops->gateways = gateways;
	hops->zones = zones;
	hops->links = links;
	hops->link_count = link_count;
	hops->have = have;
	hops->between = ZW_NEW_ARRAY(arena, u16, gateways * gateways);
	hops->to_zone = ZW_NEW_ARRAY(arena, u16, gateways * zones);
	search_all(arena, hops);
	search_zones(hops);
	return hops;
}

/* Two gateways between which a flow from FROM to TO goes. */
static bool are_ends(const struct zw_hops *hops, u32 from, u32 to, u32 first,
		     u32 last)
{
	u16 steps = hops->between[first * hops->gateways + last];

	return steps != ZW_NO_WAY &&
	       steps == zw_hops_to_zone(hops, first, to) &&
	       steps == zw_hops_to_zone(hops, last, from);
}

static bool lies_between(const struct zw_hops *hops, size_t gateway, u32 first,
			 u32 last)
{
	const u16 *steps = hops->between + gateway * hops->gateways;

	return steps[first] != ZW_NO_WAY &&
	       steps[first] + steps[last] ==
		       hops->between[first * hops->gateways + last];
}

bool zw_hops_cross(const struct zw_hops *hops, size_t gateway, u32 from, u32 to)
{
	size_t i, j;

	if (from == ZW_SELF || to == ZW_SELF)
		return zw_hops_to_zone(hops, gateway,
				       from == ZW_SELF ? to : from) !=
		       ZW_NO_WAY;
	for (i = 0; i < hops->have[from].n; i++) {
		u32 first = hops->have[from].v[i];

		for (j = 0; j < hops->have[to].n; j++) {
			u32 last = hops->have[to].v[j];

			if (lies_between(hops, gateway, first, last) &&
			    are_ends(hops, from, to, first, last))
				return true;
		}
	}
	return false;
}

static void add_between(const struct zw_hops *hops, bool *seen, u32 first,
			u32 last)
{
	size_t g;

	if (first == last) {
		seen[first] = true;
		return;
	}
	for (g = 0; g < hops->gateways; g++)
		seen[g] = seen[g] || lies_between(hops, g, first, last);
}

void zw_hops_crossed(struct zw_arena *arena, const struct zw_hops *hops,
		     u32 from, u32 to, zw_gateways *out)
{
	bool *seen = ZW_NEW_ARRAY(arena, bool, hops->gateways);
	size_t i, j;

	out->n = 0;
	if (from == ZW_SELF || to == ZW_SELF) {
		for (i = 0; i < hops->gateways; i++)
			seen[i] = zw_hops_cross(hops, i, from, to);
	} else {
		for (i = 0; i < hops->have[from].n; i++)
			for (j = 0; j < hops->have[to].n; j++)
				if (are_ends(hops, from, to,
					     hops->have[from].v[i],
					     hops->have[to].v[j]))
					add_between(hops, seen,
						    hops->have[from].v[i],
						    hops->have[to].v[j]);
	}
	for (i = 0; i < hops->gateways; i++)
		if (seen[i])
			zw_push(arena, *out, (u32)i);
}

bool zw_hops_begin(const struct zw_hops *hops, size_t gateway, u32 zone,
		   size_t link)
{
	const struct zw_network_link *l = &hops->links[link];
	u16 steps = zw_hops_to_zone(hops, gateway, zone);
	bool mine = false, nearer = false;
	size_t i;

	for (i = 0; i < l->gateways.n; i++) {
		u16 left = zw_hops_to_zone(hops, l->gateways.v[i], zone);

		mine |= l->gateways.v[i] == gateway;
		nearer |= left != ZW_NO_WAY && left + 1 == steps;
	}
	return mine && nearer && steps != ZW_NO_WAY;
}
