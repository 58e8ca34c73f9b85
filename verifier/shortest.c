/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breadth first from each gateway. */
#include "verifier/shortest.h"

static void from_one(const struct zw_network *network, u32 start, u32 *between,
		     u32 *queue)
{
	size_t n = network->gateways.n, head = 0, tail = 0, l, i;
	bool joined;

	for (i = 0; i < n; i++)
		between[i] = ZW_NO_WAY_AT_ALL;
	between[start] = 0;
	queue[tail++] = start;
	while (head < tail) {
		u32 at = queue[head++];

		for (l = 0; l < network->links.n; l++) {
			const struct zw_network_link *link =
				&network->links.v[l];

			joined = false;
			for (i = 0; i < link->gateways.n; i++)
				joined |= link->gateways.v[i] == at;
			for (i = 0; joined && i < link->gateways.n; i++) {
				u32 next = link->gateways.v[i];

				if (between[next] != ZW_NO_WAY_AT_ALL)
					continue;
				between[next] = between[at] + 1;
				queue[tail++] = next;
			}
		}
	}
}

void zw_shortest_find(struct zw_arena *arena, const struct zw_network *network,
		      struct zw_shortest *s)
{
	size_t n = network->gateways.n;
	u32 *queue = ZW_NEW_ARRAY(arena, u32, n);
	u32 g;

	s->network = network;
	s->between = ZW_NEW_ARRAY(arena, u32, n * n);
	for (g = 0; g < n; g++)
		from_one(network, g, s->between + g * n, queue);
}

static bool has(const struct zw_network *network, u32 gateway, u32 zone)
{
	return network->gateways.v[gateway].attached[zone] == ZW_ATTACHED_HERE;
}

/* Links from GATEWAY to the nearest one that has ZONE. */
static u32 to_zone(const struct zw_shortest *s, u32 gateway, u32 zone)
{
	u32 g, nearest = ZW_NO_WAY_AT_ALL;

	for (g = 0; g < s->network->gateways.n; g++)
		if (has(s->network, g, zone) &&
		    zw_shortest_between(s, gateway, g) < nearest)
			nearest = zw_shortest_between(s, gateway, g);
	return nearest;
}

bool zw_shortest_ends(const struct zw_shortest *s, u32 from, u32 first, u32 to,
		      u32 last)
{
	u32 way = zw_shortest_between(s, first, last);

	return way != ZW_NO_WAY_AT_ALL && has(s->network, first, from) &&
	       has(s->network, last, to) && way == to_zone(s, first, to) &&
	       way == to_zone(s, last, from);
}
