/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones to interfaces, addresses and routes. A pattern becomes one name that
 * it covers. The gateway's own address in a network is its first one that no
 * rule names by itself, so that what a rule says of a host is not said of the
 * gateway. A zone without networks has transfer networks of documentation and
 * benchmarking addresses (RFC 2544, 3849) that are in no zone's networks; the
 * first such zone has both default routes. Zones that only IPsec tells apart
 * share their interface, with a route for the networks of each. */
#include "lab/network.h"

#include <string.h>

#include "base/assert.h"

enum {
	MOST_INTERFACES = 990,
	NAME_ROOM = 15, /* of an interface, without NUL */
	TRIES = 250,
	OWN_NAMED_MAX = 64,
};

struct link {
	const char *name;
	ZW_VEC(struct zw_testbed_prefix) prefixes;
};

struct plan {
	struct zw_arena *arena;
	const struct zw_statement *statement;
	ZW_VEC(struct link) links;
	struct zw_ipset named;	  /* addresses that rules name by themselves */
	struct zw_ipset networks; /* of all zones */
	bool default_routes;
	struct zw_network *out;
};

/* ---- interfaces ---------------------------------------------------------- */

static bool covers(const struct zw_interface *face, const char *name)
{
	size_t n = strlen(name);

	return face->name.n <= n && !memcmp(face->name.p, name, face->name.n) &&
	       (face->pattern || face->name.n == n);
}

static bool in_some_zone(const struct plan *plan, const char *name)
{
	const struct zw_statement *s = plan->statement;
	size_t z, i;

	for (z = 0; z < s->zones.n; z++)
		for (i = 0; i < s->zones.v[z].interfaces.n; i++)
			if (covers(&s->zones.v[z].interfaces.v[i], name))
				return true;
	return false;
}

/* A pattern's name ends in a digit, or is the pattern itself where that is as
 * long as names can be. */
const char *zw_network_name(struct zw_arena *arena,
			    const struct zw_interface *face)
{
	bool room = face->name.n < NAME_ROOM;

	return zw_strf(arena, "%.*s%s", ZW_STR_ARG(face->name),
		       face->pattern && room ? "7" : "")
		.p;
}

static struct link *link_named(struct plan *plan, const char *name)
{
	const struct link fresh = { .name = name };
	size_t i;

	for (i = 0; i < plan->links.n; i++)
		if (!strcmp(plan->links.v[i].name, name))
			return &plan->links.v[i];
	zw_push(plan->arena, plan->links, fresh);
	return &plan->links.v[plan->links.n - 1];
}

/* ---- what rules name ----------------------------------------------------- */

struct naming {
	struct zw_arena *arena;
	ZW_VEC(struct zw_interval) of[ZW_FAMILY_COUNT];
};

static void name_singles(struct naming *n, const struct zw_ipset *set)
{
	u32 family;
	size_t i;

	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		for (i = 0; i < set->of[family].n; i++)
			if (set->of[family].v[i].hi - set->of[family].v[i].lo <
			    2)
				zw_push(n->arena, n->of[family],
					set->of[family].v[i]);
}

static void name_terms(struct naming *n, const zw_claim_terms *terms)
{
	size_t i;

	for (i = 0; i < terms->n; i++)
		if (terms->v[i].narrowed)
			name_singles(n, &terms->v[i].addrs);
}

static void name_publication(struct naming *n, const struct zw_publication *p)
{
	struct zw_interval host = { p->host.value, p->host.value };
	size_t i;

	zw_push(n->arena, n->of[p->family], host);
	for (i = 0; i < p->addresses.n; i++)
		zw_push(n->arena, n->of[p->family], p->addresses.v[i]);
}

static void find_named(struct plan *plan)
{
	const struct zw_statement *s = plan->statement;
	struct naming n = { .arena = plan->arena };
	u32 family;
	size_t i, k;

	for (i = 0; i < s->rules.n; i++)
		for (k = 0; k < s->rules.v[i].boxes.n; k++) {
			name_singles(&n, &s->rules.v[i].boxes.v[k].src);
			name_singles(&n, &s->rules.v[i].boxes.v[k].dst);
		}
	for (i = 0; i < s->publications.n; i++)
		name_publication(&n, &s->publications.v[i]);
	for (i = 0; i < s->translations.n; i++)
		if (!s->translations.v[i].masquerade)
			zw_push(n.arena, n.of[s->translations.v[i].family],
				s->translations.v[i].addresses);
	for (i = 0; i < s->claims.n; i++) {
		name_terms(&n, &s->claims.v[i].from);
		name_terms(&n, &s->claims.v[i].to);
	}
	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		plan->named.of[family] = zw_intervals_from(
			plan->arena, n.of[family].v, n.of[family].n);
}

static void find_networks(struct plan *plan)
{
	const struct zw_statement *s = plan->statement;
	struct naming n = { .arena = plan->arena };
	u32 family;
	size_t i, k;

	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		for (i = 0; i < s->zones.n; i++)
			for (k = 0; k < s->zones.v[i].networks.of[family].n;
			     k++)
				zw_push(plan->arena, n.of[family],
					s->zones.v[i].networks.of[family].v[k]);
		plan->networks.of[family] = zw_intervals_from(
			plan->arena, n.of[family].v, n.of[family].n);
	}
}

/* ---- addresses and routes ------------------------------------------------ */

/* The largest prefix that begins at LO and ends by HI: its hosts, all ones. */
static u128 hosts_at(u128 lo, u128 hi)
{
	u128 hosts = 0;

	while (!(lo & (hosts << 1 | 1)) && lo + (hosts << 1 | 1) <= hi &&
	       (hosts << 1 | 1) > hosts)
		hosts = hosts << 1 | 1;
	return hosts;
}

static unsigned length_of(enum zw_family family, u128 hosts)
{
	unsigned length = zw_family_bits(family);

	for (; hosts; hosts >>= 1)
		length--;
	return length;
}

/* The first address of the prefix that may be the gateway's. */
static bool own_in(const struct plan *plan, enum zw_family family, u128 lo,
		   u128 hosts, u128 *own)
{
	u128 i;

	for (i = 1; i < hosts && i < TRIES; i++) {
		*own = lo + i;
		if (!zw_intervals_contain(plan->named.of[family], lo + i))
			return true;
	}
	return false;
}

static void add_networks(struct plan *plan, struct link *link,
			 enum zw_family family, struct zw_intervals networks,
			 bool wants_own)
{
	size_t i;

	for (i = 0; i < networks.n; i++) {
		u128 lo = networks.v[i].lo, hi = networks.v[i].hi, hosts;

		for (;; lo += hosts + 1) {
			struct zw_testbed_prefix p = { .ip = { family, lo } };

			hosts = hosts_at(lo, hi);
			p.length = length_of(family, hosts);
			p.own = wants_own &&
				own_in(plan, family, lo, hosts, &p.ip.value);
			wants_own &= !p.own;
			zw_push(plan->arena, link->prefixes, p);
			if (lo + hosts == hi)
				break;
		}
	}
}

static void note(struct plan *plan, struct zw_str text)
{
	zw_push(plan->arena, plan->out->notes, text);
}

/* Transfer networks: 198.18.0.0/15 and 2001:db8:eeee::/48, one after another.
 */
static void add_transfer(struct plan *plan, struct link *link,
			 enum zw_family family, u32 number)
{
	u128 base = family == ZW_IPV4 ? (u128)0xc6120000u
				      : (u128)0x20010db8eeee0000u << 64;
	unsigned shift = family == ZW_IPV4 ? 8 : 64, i;
	u128 hosts = ((u128)1 << shift) - 1;

	for (i = 0; i < 512; i++) {
		u128 lo = base + ((u128)((number + i) % 512) << shift);
		struct zw_interval range = { lo, lo + hosts };
		struct zw_intervals one = { &range, 1 };

		if (!zw_intervals_overlap(plan->networks.of[family], one)) {
			add_networks(plan, link, family, one, true);
			return;
		}
	}
	note(plan,
	     zw_strf(plan->arena,
		     "interface '%s' has no address: all transfer networks are in some zone",
		     link->name));
}

static void add_world(struct plan *plan, struct link *link)
{
	u32 number = (u32)(link - plan->links.v), family;

	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		struct zw_testbed_prefix all = { .ip = { family, 0 } };

		add_transfer(plan, link, family, number);
		if (!plan->default_routes)
			zw_push(plan->arena, link->prefixes, all);
	}
	plan->default_routes = true;
}

static void add_zone(struct plan *plan, const struct zw_zone *zone)
{
	struct link *link = NULL;
	u32 family;
	size_t i;

	/* Only afterwards do links stay where they are. */
	for (i = 0; i < zone->interfaces.n; i++)
		link_named(plan, zw_network_name(plan->arena,
						 &zone->interfaces.v[i]));
	if (!zone->interfaces.n)
		return;
	link = link_named(plan,
			  zw_network_name(plan->arena, &zone->interfaces.v[0]));
	if (!zone->has_network) {
		add_world(plan, link);
		return;
	}
	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		add_networks(plan, link, family, zone->networks.of[family],
			     zone->ipsec != ZW_IPSEC_ONLY);
	if (zone->ipsec == ZW_IPSEC_ONLY)
		note(plan,
		     zw_strf(plan->arena,
			     "zone '%.*s' is reached through IPsec, which the lab does not make: its packets are sent as what did not come through it",
			     ZW_STR_ARG(zone->name)));
}

/* An address of the gateway alone, on a link whose prefix it lies in. */
static void add_own(struct plan *plan, struct link *link, struct zw_ip ip)
{
	struct zw_testbed_prefix p = { .ip = ip,
				       .length = zw_family_bits(ip.family),
				       .own = true,
				       .alone = true };
	size_t i, k;

	for (i = 0; i < plan->links.n; i++)
		for (k = 0; k < plan->links.v[i].prefixes.n; k++) {
			const struct zw_testbed_prefix *q =
				&plan->links.v[i].prefixes.v[k];

			if (q->own && q->ip.family == ip.family &&
			    q->ip.value == ip.value)
				return;
		}
	zw_push(plan->arena, link->prefixes, p);
}

/* Addresses of an interface that the policy was made with. */
static void add_taken(struct plan *plan, const struct zw_taken *taken)
{
	struct link *link;
	u32 family;
	size_t i;

	if (taken->networks)
		return;
	link = link_named(plan,
			  zw_network_name(plan->arena, &taken->interface));
	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		for (i = 0; i < taken->addresses.of[family].n; i++)
			add_own(plan, link,
				(struct zw_ip){
					family,
					taken->addresses.of[family].v[i].lo });
}

static u32 home_of(const struct plan *plan, struct zw_ip ip)
{
	const struct zw_statement *s = plan->statement;
	u32 z;

	for (z = 0; z < s->zones.n; z++)
		if (s->zones.v[z].interfaces.n &&
		    zw_ipset_contains(s->zones.v[z].members, ip))
			return z;
	return 0;
}

/* Where rules speak of some of the gateway's addresses, it has them. */
static void add_self(struct plan *plan, const struct zw_ipset *set)
{
	const struct zw_statement *s = plan->statement;
	u32 family;
	size_t i;

	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		for (i = 0; i < set->of[family].n && i < OWN_NAMED_MAX; i++) {
			struct zw_interval v = set->of[family].v[i];
			struct zw_ip ip = { family, v.lo };
			const struct zw_zone *zone;

			if (v.hi - v.lo > 255)
				continue;
			zone = &s->zones.v[home_of(plan, ip)];
			if (!zone->interfaces.n)
				continue;
			add_own(plan,
				link_named(plan,
					   zw_network_name(
						   plan->arena,
						   &zone->interfaces.v[0])),
				ip);
		}
	}
}

static void add_selves(struct plan *plan)
{
	const struct zw_statement *s = plan->statement;
	size_t i, k;

	for (i = 0; i < s->taken.n; i++)
		add_taken(plan, &s->taken.v[i]);
	for (i = 0; i < s->rules.n && s->zones.n; i++)
		for (k = 0; k < s->rules.v[i].boxes.n; k++) {
			const struct zw_flow_box *box =
				&s->rules.v[i].boxes.v[k];

			if (box->to == ZW_SELF)
				add_self(plan, &box->dst);
			if (box->from == ZW_SELF)
				add_self(plan, &box->src);
		}
}

/* ---- the whole ----------------------------------------------------------- */

static void add_further(struct plan *plan, struct zw_str name)
{
	const char *text = zw_cstr(plan->arena, name);

	if (!name.n || name.n > NAME_ROOM || !strcmp(text, "lo") ||
	    !strcmp(text, ZW_NETWORK_STRAY) || in_some_zone(plan, text))
		return;
	link_named(plan, text);
}

static void finish(struct plan *plan)
{
	struct zw_testbed_interface *interfaces = ZW_NEW_ARRAY(
		plan->arena, struct zw_testbed_interface, plan->links.n);
	size_t i;

	for (i = 0; i < plan->links.n; i++) {
		interfaces[i].name = plan->links.v[i].name;
		interfaces[i].further = plan->links.v[i].prefixes.v;
		interfaces[i].further_count = plan->links.v[i].prefixes.n;
	}
	plan->out->spec.interfaces = interfaces;
	plan->out->spec.count = (unsigned)plan->links.n;
}

bool zw_network_of(struct zw_arena *arena, const struct zw_statement *statement,
		   const struct zw_str *further, size_t n,
		   struct zw_network *network)
{
	struct plan plan = { .arena = arena,
			     .statement = statement,
			     .out = network };
	struct link *stray;
	u32 family;
	size_t i;

	*network = (struct zw_network){ 0 };
	find_named(&plan);
	find_networks(&plan);
	for (i = 0; i < statement->zones.n; i++)
		add_zone(&plan, &statement->zones.v[i]);
	add_selves(&plan);
	for (i = 0; i < n; i++)
		add_further(&plan, further[i]);
	if (plan.links.n > MOST_INTERFACES)
		return false;
	stray = link_named(&plan, ZW_NETWORK_STRAY);
	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		add_transfer(&plan, stray, family, 511);
	finish(&plan);
	network->ways = zw_routing_new(&network->spec);
	return true;
}
