/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest prefix match over the bed's prefixes, after the addresses that never
 * get so far: ip_route_input_slow() and fib_validate_source() in the kernel's
 * net/ipv4, ip6_rcv_core(), ip6_mc_input() and ip6_forward() in net/ipv6. */
#include "tests/packets/policy_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

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

enum { MOST = 512 };

struct zw_ways {
	struct prefix prefixes[MOST];
	struct own own[MOST];
	unsigned prefix_count, own_count;
};

static struct prefix prefix_of(const char *text, unsigned interface,
			       unsigned *length)
{
	const char *slash = strchr(text, '/');
	char address[64];
	struct zw_ip ip;
	u128 hosts;

	ZW_ASSERT(slash && slash - text < (long)sizeof(address));
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	ip = zw_test_ip(address);
	*length = (unsigned)atoi(slash + 1);
	hosts = zw_family_all(ip.family).hi;
	hosts = *length ? hosts & ~(hosts
				    << (zw_family_bits(ip.family) - *length))
			: hosts;
	return (struct prefix){ ip.family, ip.value & ~hosts, ip.value | hosts,
				interface };
}

static void add_own(struct zw_ways *ways, const char *text, unsigned interface)
{
	unsigned length;
	struct prefix prefix = prefix_of(text, interface, &length);
	struct own *own = &ways->own[ways->own_count++];
	char address[64];

	ZW_ASSERT(ways->own_count <= MOST);
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"),
		 text);
	own->ip = zw_test_ip(address);
	own->other = own->ip;
	own->interface = interface;
	own->has_other = length + 2 <= zw_family_bits(prefix.family);
	own->other.value = prefix.family == ZW_IPV4 ? prefix.hi : prefix.lo;
}

static void add_prefix(struct zw_ways *ways, const char *text,
		       unsigned interface)
{
	unsigned length;

	ZW_ASSERT(ways->prefix_count < MOST);
	ways->prefixes[ways->prefix_count++] =
		prefix_of(text, interface, &length);
}

struct zw_ways *zw_ways_new(const struct zw_testbed_spec *spec)
{
	struct zw_ways *ways = calloc(1, sizeof(*ways));
	unsigned i, k;

	ZW_ASSERT(ways);
	for (i = 0; i < spec->count; i++) {
		const struct zw_testbed_interface *interface =
			&spec->interfaces[i];

		for (k = 0; k < ZW_TESTBED_PREFIXES && interface->own[k]; k++) {
			add_own(ways, interface->own[k], i);
			add_prefix(ways, interface->own[k], i);
		}
		for (k = 0; k < ZW_TESTBED_PREFIXES && interface->routes[k];
		     k++)
			add_prefix(ways, interface->routes[k], i);
	}
	return ways;
}

void zw_ways_free(struct zw_ways *ways)
{
	free(ways);
}

int zw_ways_toward(const struct zw_ways *ways, struct zw_ip dst)
{
	const struct prefix *best = NULL;
	unsigned i;

	for (i = 0; i < ways->prefix_count; i++) {
		const struct prefix *prefix = &ways->prefixes[i];

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

static const struct own *own_of(const struct zw_ways *ways, struct zw_ip ip,
				bool *unicast)
{
	unsigned i;

	for (i = 0; i < ways->own_count; i++) {
		*unicast = is(ways->own[i].ip, ip);
		if (*unicast ||
		    (ways->own[i].has_other && is(ways->own[i].other, ip)))
			return &ways->own[i];
	}
	return NULL;
}

bool zw_ways_is_own(const struct zw_ways *ways, struct zw_ip ip)
{
	bool unicast;

	return own_of(ways, ip, &unicast) != NULL;
}

bool zw_ways_own(const struct zw_ways *ways, enum zw_family family, u32 n,
		 struct zw_ip *ip, unsigned *interface)
{
	unsigned i, count = 0;

	for (i = 0; i < ways->own_count; i++)
		count += ways->own[i].ip.family == family;
	if (!count)
		return false;
	n %= count;
	for (i = 0; ways->own[i].ip.family != family || n--; i++)
		;
	*ip = ways->own[i].ip;
	*interface = ways->own[i].interface;
	return true;
}

static bool within(struct zw_ip ip, const char *text)
{
	unsigned length;
	struct prefix prefix = prefix_of(text, 0, &length);

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

static bool source_dies(const struct zw_ways *ways, struct zw_ip src,
			struct zw_ip dst)
{
	static const char *const never[] = {
		"127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32",
		"::1/128",     "ff00::/8",    "::ffff:0:0/96",
		NULL
	};

	if (src.family == ZW_IPV4 && !src.value)
		return dst.value && dst.value != 0xffffffffu;
	return within_any(src, never) || zw_ways_is_own(ways, src);
}

/* Groups and broadcast that the gateway listens to. */
static bool heard_by_all(const struct zw_ways *ways, struct zw_ip dst)
{
	static const char *const groups[] = {
		"255.255.255.255/32", "224.0.0.1/32",  "ff02::1/128",
		"ff02::2/128",	      "ff02::1:2/128", NULL
	};
	unsigned i;

	if (within_any(dst, groups))
		return true;
	if (!within(dst, "ff02::1:ff00:0/104"))
		return false;
	for (i = 0; i < ways->own_count; i++)
		if (ways->own[i].ip.family == ZW_IPV6 &&
		    !((ways->own[i].ip.value ^ dst.value) & 0xffffff))
			return true;
	return false;
}

struct zw_way zw_ways_sent(const struct zw_ways *ways, struct zw_ip dst)
{
	static const char *const not_out[] = {
		"0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/4",	   "::1/128",
		"ff00::/8",   "fe80::/10",   "255.255.255.255/32", NULL
	};
	struct zw_way nowhere = { .kind = ZW_WAY_NOWHERE };
	int out = zw_ways_toward(ways, dst);

	if (out == ZW_NOWHERE || within_any(dst, not_out) ||
	    zw_ways_is_own(ways, dst))
		return nowhere;
	return (struct zw_way){ .kind = ZW_WAY_OUT, .out = (unsigned)out };
}

struct zw_way zw_ways_of(const struct zw_ways *ways, struct zw_ip src,
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
	return zw_ways_sent(ways, dst);
}
