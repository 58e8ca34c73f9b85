/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest prefix first: routes are sorted by family, length and address, and
 * each length is searched by halves. Routes of one prefix stand side by side
 * and all count, whatever their metrics: the better one may be down. A port of
 * a VRF shows packets the VRF's name as well, so both are named. */
#include "statement/ways.h"

#include <stdlib.h>
#include <string.h>

/* Links by which one prefix is reached. */
struct place {
	struct zw_interval prefix;
	struct zw_str *names;
	size_t n;
};

/* Places of one length, sorted by address. */
struct length {
	enum zw_family family;
	size_t first, n;
};

struct zw_ways {
	const struct zw_gateway *gateway;
	bool more;
	ZW_VEC(struct zw_str) all; /* names of links but loopback */
	ZW_VEC(struct place) places;
	ZW_VEC(struct length) lengths; /* the longest prefixes first */
	ZW_VEC(struct zw_ip) own;      /* sorted */
};

static int order(u128 a, u128 b)
{
	return a < b ? -1 : a > b;
}

static int by_prefix(const void *a, const void *b)
{
	const struct zw_route *x = a, *y = b;
	int o = (int)x->family - (int)y->family;

	if (!o)
		o = order(x->prefix.hi - x->prefix.lo,
			  y->prefix.hi - y->prefix.lo);
	if (!o)
		o = order(x->prefix.lo, y->prefix.lo);
	return o ? o : order(x->index, y->index);
}

static int by_address(const void *a, const void *b)
{
	const struct zw_ip *x = a, *y = b;
	int o = (int)x->family - (int)y->family;

	return o ? o : order(x->value, y->value);
}

static bool is_loopback(const struct zw_link *link)
{
	return zw_str_is(link->name, "lo");
}

static void add_name(struct zw_arena *arena, struct place *place,
		     struct zw_str name)
{
	struct zw_str *names;
	size_t i;

	for (i = 0; i < place->n; i++) {
		if (zw_str_eq(place->names[i], name))
			return;
	}
	names = ZW_NEW_ARRAY(arena, struct zw_str, place->n + 1);
	if (place->n)
		memcpy(names, place->names, place->n * sizeof(*names));
	names[place->n++] = name;
	place->names = names;
}

static void add_link(struct zw_arena *arena, const struct zw_gateway *gateway,
		     struct place *place, u32 index)
{
	const struct zw_link *link = zw_gateway_link(gateway, index), *master;

	if (!link)
		return;
	add_name(arena, place, link->name);
	master = link->master ? zw_gateway_link(gateway, link->master) : NULL;
	if (master && zw_str_is(master->kind, "vrf"))
		add_name(arena, place, master->name);
}

static void add_place(struct zw_arena *arena, struct zw_ways *ways,
		      const struct zw_route *route)
{
	struct place place = { .prefix = route->prefix };
	struct length length = { route->family, ways->places.n, 0 };
	const struct length *last = NULL;

	if (ways->lengths.n)
		last = &ways->lengths.v[ways->lengths.n - 1];
	if (!last || last->family != route->family ||
	    ways->places.v[last->first].prefix.hi -
			    ways->places.v[last->first].prefix.lo !=
		    route->prefix.hi - route->prefix.lo)
		zw_push(arena, ways->lengths, length);
	zw_push(arena, ways->places, place);
	ways->lengths.v[ways->lengths.n - 1].n++;
}

static void add_routes(struct zw_arena *arena, struct zw_ways *ways,
		       const zw_route_list *routes)
{
	struct zw_route *sorted =
		ZW_NEW_ARRAY(arena, struct zw_route, routes->n);
	size_t i;

	if (!routes->n)
		return;
	memcpy(sorted, routes->v, routes->n * sizeof(*sorted));
	qsort(sorted, routes->n, sizeof(*sorted), by_prefix);
	for (i = 0; i < routes->n; i++) {
		if (!i || sorted[i].family != sorted[i - 1].family ||
		    sorted[i].prefix.lo != sorted[i - 1].prefix.lo ||
		    sorted[i].prefix.hi != sorted[i - 1].prefix.hi)
			add_place(arena, ways, &sorted[i]);
		add_link(arena, ways->gateway,
			 &ways->places.v[ways->places.n - 1], sorted[i].index);
	}
}

struct zw_ways *zw_ways_new(struct zw_arena *arena,
			    const struct zw_gateway *gateway,
			    const zw_route_list *routes, bool more)
{
	struct zw_ways *ways = ZW_NEW(arena, struct zw_ways);
	size_t i;

	ways->gateway = gateway;
	ways->more = more;
	for (i = 0; i < gateway->links.n; i++) {
		if (!is_loopback(&gateway->links.v[i]))
			zw_push(arena, ways->all, gateway->links.v[i].name);
	}
	for (i = 0; i < gateway->addresses.n; i++)
		zw_push(arena, ways->own, gateway->addresses.v[i].ip);
	if (ways->own.n)
		qsort(ways->own.v, ways->own.n, sizeof(*ways->own.v),
		      by_address);
	add_routes(arena, ways, routes);
	return ways;
}

bool zw_ways_own(const struct zw_ways *ways, struct zw_ip ip)
{
	if (ip.family == ZW_IPV4 ? ip.value >> 24 == 127 : ip.value == 1)
		return true;
	return ways->own.n &&
	       bsearch(&ip, ways->own.v, ways->own.n, sizeof(ip), by_address);
}

/* The last address of a link's prefix, and that of them all. */
static bool is_broadcast(const struct zw_ways *ways, struct zw_ip ip)
{
	size_t i;

	if (ip.family != ZW_IPV4)
		return false;
	if (ip.value == UINT32_MAX)
		return true;
	for (i = 0; i < ways->gateway->addresses.n; i++) {
		const struct zw_link_address *a =
			&ways->gateway->addresses.v[i];
		u128 host;

		if (a->ip.family != ZW_IPV4 || a->prefix > 30)
			continue;
		host = UINT32_MAX >> a->prefix;
		if (ip.value == (a->ip.value | host))
			return true;
	}
	return false;
}

/* Multicast. */
static bool is_group(struct zw_ip ip)
{
	return ip.family == ZW_IPV4 ? ip.value >> 28 == 0xe
				    : ip.value >> 120 == 0xff;
}

bool zw_ways_delivered(const struct zw_ways *ways, struct zw_ip ip)
{
	return is_group(ip) || zw_ways_own(ways, ip) || is_broadcast(ways, ip);
}

static const struct place *find(const struct zw_ways *ways,
				const struct length *length, u128 value)
{
	size_t lo = length->first, hi = lo + length->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct place *p = &ways->places.v[mid];

		if (value < p->prefix.lo)
			hi = mid;
		else if (value > p->prefix.hi)
			lo = mid + 1;
		else
			return p;
	}
	return NULL;
}

/* No route says where these are: fe80::/10, groups, who has no address yet, and
 * everybody on a link. */
static bool is_anywhere(struct zw_ip ip)
{
	if (!ip.value || is_group(ip))
		return true;
	return ip.family == ZW_IPV4 ? ip.value == UINT32_MAX
				    : ip.value >> 118 == 0x3fa;
}

const struct zw_str *zw_ways_to(const struct zw_ways *ways, struct zw_ip ip,
				size_t *n)
{
	bool any = ways->more || is_anywhere(ip);
	size_t i;

	for (i = 0; i < ways->lengths.n && !any; i++) {
		const struct place *place;

		if (ways->lengths.v[i].family != ip.family)
			continue;
		place = find(ways, &ways->lengths.v[i], ip.value);
		if (place && place->n) {
			*n = place->n;
			return place->names;
		}
	}
	*n = ways->all.n;
	return ways->all.v;
}
