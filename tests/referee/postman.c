/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every output interface is tried at each gateway: routes are nobody's here. */
#include "tests/referee/postman.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "verifier/decode.h"

void zw_postman_new(struct zw_arena *arena, const struct zw_network *network,
		    const struct zw_str *batches, struct zw_postman *p)
{
	size_t n = network->gateways.n, g;
	struct zw_diags diags;

	*p = (struct zw_postman){ .arena = arena, .network = network };
	p->rulesets = ZW_NEW_ARRAY(arena, struct zw_ruleset, n);
	p->interpreters = ZW_NEW_ARRAY(arena, const struct zw_interpreter *, n);
	zw_diags_init(&diags, arena);
	for (g = 0; g < n; g++) {
		ZW_ASSERT(zw_decode(arena, &diags, (const u8 *)batches[g].p,
				    batches[g].n, NULL, &p->rulesets[g]));
		p->interpreters[g] = zw_interpreter_new(arena, &p->rulesets[g]);
	}
}

/* ---- zones and links ----------------------------------------------------- */

static const struct zw_zone *zone_at(const struct zw_postman *p, u32 gateway,
				     u32 zone)
{
	return &p->network->gateways.v[gateway].statement->zones.v[zone];
}

static bool has(const struct zw_postman *p, u32 gateway, u32 zone)
{
	return p->network->gateways.v[gateway].attached[zone] ==
	       ZW_ATTACHED_HERE;
}

static const char *name_of(const struct zw_postman *p,
			   const struct zw_interface *interface)
{
	return zw_cstr(p->arena,
		       zw_strf(p->arena, "%.*s%s", ZW_STR_ARG(interface->name),
			       interface->pattern ? "7" : ""));
}

const char *zw_postman_interface(const struct zw_postman *p, u32 gateway,
				 u32 zone)
{
	const struct zw_zone *z = zone_at(p, gateway, zone);

	if (!has(p, gateway, zone) || !z->interfaces.n)
		return NULL;
	return name_of(p, &z->interfaces.v[0]);
}

static bool covers(const struct zw_zone *zone, const char *name)
{
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++)
		if (zw_interface_covers(&zone->interfaces.v[i],
					zw_str_from(name)))
			return true;
	return false;
}

/* The number of the link that NAME is of at GATEWAY, or ZW_NONE. */
static u32 link_of(const struct zw_postman *p, u32 gateway, const char *name)
{
	u32 l;

	for (l = 0; l < p->network->links.n; l++) {
		u32 zone = p->network->links.v[l].zone;

		if (has(p, gateway, zone) &&
		    covers(zone_at(p, gateway, zone), name))
			return l;
	}
	return ZW_NONE;
}

u32 zw_postman_zone(const struct zw_postman *p, u32 gateway, const char *out,
		    struct zw_ip dst)
{
	bool link = link_of(p, gateway, out) != ZW_NONE;
	u32 z, n = (u32)p->network->policy->zones.n;

	for (z = 0; z < n; z++) {
		const struct zw_zone *zone = zone_at(p, gateway, z);

		if (!link && zone->has_network &&
		    zw_ipset_contains(zone->networks, dst))
			return z;
	}
	for (z = 0; z < n; z++) {
		const struct zw_zone *zone = zone_at(p, gateway, z);

		if (has(p, gateway, z) && covers(zone, out) &&
		    (!zone->shares_interface ||
		     zw_ipset_contains(zone->members, dst)))
			return z;
	}
	return ZW_ELSEWHERE;
}

static bool joins(const struct zw_network_link *link, u32 gateway)
{
	size_t i;

	for (i = 0; i < link->gateways.n; i++)
		if (link->gateways.v[i] == gateway)
			return true;
	return false;
}

u32 zw_postman_distance(const struct zw_postman *p, u32 from, u32 to)
{
	size_t n = p->network->gateways.n, l;
	u32 *steps = ZW_NEW_ARRAY(p->arena, u32, n), g, h, round;

	for (g = 0; g < n; g++)
		steps[g] = g == from ? 0 : ZW_NONE;
	for (round = 0; round < n; round++)
		for (l = 0; l < p->network->links.n; l++)
			for (g = 0; g < n; g++)
				for (h = 0; h < n; h++)
					if (steps[g] == round &&
					    steps[h] == ZW_NONE &&
					    joins(&p->network->links.v[l], g) &&
					    joins(&p->network->links.v[l], h))
						steps[h] = round + 1;
	return steps[to];
}

/* ---- tours --------------------------------------------------------------- */

static void name(char field[ZW_NAME_MAX], const char *text)
{
	memset(field, 0, ZW_NAME_MAX);
	memcpy(field, text, strlen(text));
}

void zw_postman_run(const struct zw_postman *p, u32 gateway,
		    const struct zw_packet *packet, const char *out,
		    struct zw_run *run)
{
	struct zw_packet copy = *packet;
	bool self = !strcmp(out, "self");

	name(copy.out, self ? "" : out);
	zw_interpret(p->interpreters[gateway], &copy,
		     self ? ZW_PATH_INPUT : ZW_PATH_FORWARD, NULL, NULL, NULL,
		     run);
}

struct tour {
	const struct zw_postman *p;
	enum zw_ct_state state;
	u32 most;
	zw_delivered *delivered;
	void *context;
	bool ended;
};

static void come(struct tour *t, u32 gateway, const struct zw_packet *packet,
		 u32 hops);

/* PACKET, as it left, to the other gateways of LINK. */
static void go_on(struct tour *t, u32 gateway, u32 link,
		  const struct zw_packet *left, u32 hops)
{
	const struct zw_network_link *l = &t->p->network->links.v[link];
	struct zw_packet next = *left;
	size_t i;

	next.mark = 0;
	memset(&next.ct, 0, sizeof(next.ct));
	memset(next.out, 0, sizeof(next.out));
	for (i = 0; i < l->gateways.n && !t->ended; i++) {
		u32 to = l->gateways.v[i];
		const char *in = zw_postman_interface(t->p, to, l->zone);

		if (to == gateway || !in)
			continue;
		name(next.in, in);
		come(t, to, &next, hops + 1);
	}
}

static void leave_by(struct tour *t, u32 gateway,
		     const struct zw_packet *packet, const char *out, u32 hops)
{
	struct zw_run *run = zw_heap_resize(NULL, 1, sizeof(*run));
	u32 link;

	zw_postman_run(t->p, gateway, packet, out, run);
	if (run->verdict == ZW_RUN_ACCEPT &&
	    run->path ==
		    (strcmp(out, "self") ? ZW_PATH_FORWARD : ZW_PATH_INPUT)) {
		t->ended |= !t->delivered(t->context, gateway, out,
					  &run->packet, hops);
		link = link_of(t->p, gateway, out);
		/* whose address it has then nobody knows */
		if (!t->ended && link != ZW_NONE && !run->masqueraded &&
		    hops + 1 < t->most)
			go_on(t, gateway, link, &run->packet, hops);
	}
	free(run);
}

static void come(struct tour *t, u32 gateway, const struct zw_packet *packet,
		 u32 hops)
{
	const struct zw_statement *statement =
		t->p->network->gateways.v[gateway].statement;
	struct zw_packet here = *packet;
	size_t z, i;

	here.ct.state = t->state;
	for (z = 0; z < statement->zones.n && !t->ended; z++) {
		const struct zw_zone *zone = &statement->zones.v[z];

		for (i = 0; i < zone->interfaces.n && !t->ended; i++)
			if (has(t->p, gateway, (u32)z))
				leave_by(t, gateway, &here,
					 name_of(t->p, &zone->interfaces.v[i]),
					 hops);
	}
	if (!t->ended)
		leave_by(t, gateway, &here, "self", hops);
}

void zw_postman_tour(const struct zw_postman *p, u32 gateway,
		     const struct zw_packet *packet, enum zw_ct_state state,
		     u32 most, zw_delivered *delivered, void *context)
{
	struct tour tour = { .p = p,
			     .state = state,
			     .most = most,
			     .delivered = delivered,
			     .context = context };

	come(&tour, gateway, packet, 0);
}
