/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest prefix match over the bed's prefixes, after the addresses that never
 * get so far: ip_route_input_slow() and fib_validate_source() in the kernel's
 * net/ipv4, ip6_rcv_core(), ip6_mc_input() and ip6_forward() in net/ipv6. */
#include "lab/routing.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

struct prefix {
	enum zw_family family;
	u128 lo, hi;
	unsigned interface;
};

struct own {
	struct zw_ip ip;
	struct zw_ip other; /* broadcast, or the subnet's anycast address */
	bool has_other;
	unsigned interface;
};

struct zw_routing {
	struct zw_arena *arena;
	ZW_VEC(struct prefix) prefixes;
	ZW_VEC(struct own) own;
};

static struct prefix prefix_at(struct zw_ip ip, unsigned length,
			       unsigned interface)
{
	u128 hosts = zw_family_all(ip.family).hi;

	if (length)
		hosts &= ~(hosts << (zw_family_bits(ip.family) - length));
	return (struct prefix){ ip.family, ip.value & ~hosts, ip.value | hosts,
				interface };
}

/* "10.1.0.1/16"; anything else is a mistake of the caller. */
static struct zw_ip read_prefix(const char *text, unsigned *length)
{
	const char *slash = strchr(text, '/');
	struct zw_ip ip;

	ZW_ASSERT(slash &&
		  zw_ip_parse((struct zw_str){ text, (size_t)(slash - text) },
			      &ip));
	*length = (unsigned)atoi(slash + 1);
	return ip;
}

static void add_own(struct zw_routing *ways, struct zw_ip ip, unsigned length,
		    unsigned interface)
{
	struct prefix prefix = prefix_at(ip, length, interface);
	struct own own = { .ip = ip, .other = ip, .interface = interface };

	own.has_other = length + 2 <= zw_family_bits(ip.family);
	own.other.value = ip.family == ZW_IPV4 ? prefix.hi : prefix.lo;
	zw_push(ways->arena, ways->own, own);
}

static void add_text(struct zw_routing *ways, const char *text, bool own,
		     unsigned interface)
{
	unsigned length;
	struct zw_ip ip = read_prefix(text, &length);

	if (own)
		add_own(ways, ip, length, interface);
	zw_push(ways->arena, ways->prefixes, prefix_at(ip, length, interface));
}

static void add_further(struct zw_routing *ways,
			const struct zw_testbed_prefix *p, unsigned interface)
{
	if (p->own)
		add_own(ways, p->ip, p->length, interface);
	if (!p->alone)
		zw_push(ways->arena, ways->prefixes,
			prefix_at(p->ip, p->length, interface));
}

struct zw_routing *zw_routing_new(const struct zw_testbed_spec *spec)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_routing *ways = ZW_NEW(arena, struct zw_routing);
	unsigned i, k;

	ways->arena = arena;
	for (i = 0; i < spec->count; i++) {
		const struct zw_testbed_interface *interface =
			&spec->interfaces[i];
		size_t j;

		for (k = 0; k < ZW_TESTBED_PREFIXES && interface->own[k]; k++)
			add_text(ways, interface->own[k], true, i);
		for (k = 0; k < ZW_TESTBED_PREFIXES && interface->routes[k];
		     k++)
			add_text(ways, interface->routes[k], false, i);
		for (j = 0; j < interface->further_count; j++)
			add_further(ways, &interface->further[j], i);
	}
	return ways;
}

void zw_routing_free(struct zw_routing *ways)
{
	if (ways)
		zw_arena_free(ways->arena);
}

int zw_routing_toward(const struct zw_routing *ways, struct zw_ip dst)
{
	const struct prefix *best = NULL;
	size_t i;

	for (i = 0; i < ways->prefixes.n; i++) {
		const struct prefix *prefix = &ways->prefixes.v[i];

		if (prefix->family == dst.family && dst.value >= prefix->lo &&
		    dst.value <= prefix->hi &&
		    (!best || prefix->hi - prefix->lo < best->hi - best->lo))
			best = prefix;
	}
	return best ? (int)best->interface : ZW_NOWHERE;
}

static bool is(struct zw_ip a, struct zw_ip b)
{
	return a.family == b.family && a.value == b.value;
}

static const struct own *own_of(const struct zw_routing *ways, struct zw_ip ip,
				bool *unicast)
{
	size_t i;

	for (i = 0; i < ways->own.n; i++) {
		*unicast = is(ways->own.v[i].ip, ip);
		if (*unicast ||
		    (ways->own.v[i].has_other && is(ways->own.v[i].other, ip)))
			return &ways->own.v[i];
	}
	return NULL;
}

bool zw_routing_is_own(const struct zw_routing *ways, struct zw_ip ip)
{
	bool unicast;

	return own_of(ways, ip, &unicast) != NULL;
}

bool zw_routing_own(const struct zw_routing *ways, enum zw_family family, u32 n,
		    struct zw_ip *ip, unsigned *interface)
{
	size_t i;
	u32 count = 0;

	for (i = 0; i < ways->own.n; i++)
		count += ways->own.v[i].ip.family == family;
	if (!count)
		return false;
	n %= count;
	for (i = 0; ways->own.v[i].ip.family != family || n--; i++)
		;
	*ip = ways->own.v[i].ip;
	*interface = ways->own.v[i].interface;
	return true;
}

bool zw_routing_on(const struct zw_routing *ways, unsigned interface,
		   enum zw_family family, u32 n, struct zw_ip *ip)
{
	size_t i;

	for (i = 0; i < ways->own.n; i++) {
		const struct own *own = &ways->own.v[i];

		if (own->interface != interface || own->ip.family != family ||
		    n--)
			continue;
		*ip = own->ip;
		return true;
	}
	return false;
}

static bool within(struct zw_ip ip, const char *text)
{
	unsigned length;
	struct zw_ip at = read_prefix(text, &length);
	struct prefix prefix = prefix_at(at, length, 0);

	return ip.family == prefix.family && ip.value >= prefix.lo &&
	       ip.value <= prefix.hi;
}

static bool within_any(struct zw_ip ip, const char *const *list)
{
	for (; *list; list++)
		if (within(ip, *list))
			return true;
	return false;
}

static bool source_dies(const struct zw_routing *ways, struct zw_ip src,
			struct zw_ip dst)
{
	static const char *const never[] = {
		"127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32",
		"::1/128",     "ff00::/8",    "::ffff:0:0/96",
		NULL
	};

	if (src.family == ZW_IPV4 && !src.value)
		return dst.value && dst.value != 0xffffffffu;
	/* IPv6 lets packets in that bear an address of the gateway's own. */
	return within_any(src, never) ||
	       (src.family == ZW_IPV4 && zw_routing_is_own(ways, src));
}

/* Groups and broadcast that the gateway listens to. */
static bool heard_by_all(const struct zw_routing *ways, struct zw_ip dst)
{
	static const char *const groups[] = {
		"255.255.255.255/32", "224.0.0.1/32",  "ff02::1/128",
		"ff02::2/128",	      "ff02::1:2/128", NULL
	};
	size_t i;

	if (within_any(dst, groups))
		return true;
	if (!within(dst, "ff02::1:ff00:0/104"))
		return false;
	for (i = 0; i < ways->own.n; i++)
		if (ways->own.v[i].ip.family == ZW_IPV6 &&
		    !((ways->own.v[i].ip.value ^ dst.value) & 0xffffff))
			return true;
	return false;
}

static struct zw_way way_out(const struct zw_routing *ways, struct zw_ip dst)
{
	static const char *const not_out[] = {
		"0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/4",	   "::1/128",
		"ff00::/8",   "fe80::/10",   "255.255.255.255/32", NULL
	};
	struct zw_way nowhere = { .kind = ZW_WAY_NOWHERE };
	int out = zw_routing_toward(ways, dst);

	if (out == ZW_NOWHERE || within_any(dst, not_out) ||
	    zw_routing_is_own(ways, dst))
		return nowhere;
	return (struct zw_way){ .kind = ZW_WAY_OUT, .out = (unsigned)out };
}

struct zw_way zw_routing_sent(const struct zw_routing *ways, struct zw_ip dst)
{
	struct zw_way nowhere = { .kind = ZW_WAY_NOWHERE };

	/* ip6_dst_lookup_tail: of one's own, :: means the loopback. */
	return dst.family == ZW_IPV6 && !dst.value ? nowhere
						   : way_out(ways, dst);
}

struct zw_way zw_routing_of(const struct zw_routing *ways, struct zw_ip src,
			    struct zw_ip dst)
{
	struct zw_way nowhere = { .kind = ZW_WAY_NOWHERE };
	struct zw_way self = { .kind = ZW_WAY_SELF };

	if (source_dies(ways, src, dst))
		return nowhere;
	if (own_of(ways, dst, &self.own) || heard_by_all(ways, dst))
		return self;
	/* 0.0.0.0 to 0.0.0.0 counts as broadcast. */
	if (src.family == ZW_IPV4 && !src.value)
		return self;
	if (within(src, "fe80::/10") || within(src, "::/128"))
		return nowhere;
	return way_out(ways, dst);
}
