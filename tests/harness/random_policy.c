/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones get neighbouring blocks of a small part of each family, so that borders
 * meet; defines and literals are drawn from the same part. What makes a policy
 * invalid most often (an empty narrowing, sides without a common family) is
 * avoided by remembering the ranges of zones and defines. */
#include "tests/harness/random_policy.h"

#include <stdio.h>
#include <string.h>

#include "base/inet.h"

enum {
	ZONES_MAX = 7,
	RANGES_MAX = 24,
	HOSTS_MAX = 3,
	DEFINES_MAX = 5,
	SERVICES_MAX = 4,
};

struct range {
	enum zw_family family;
	u128 lo, hi;
};

struct ranges {
	struct range v[RANGES_MAX];
	u32 n;
};

enum kind {
	PLAIN,
	EXTERNAL,
	DMZ,
	INTERNAL,
};

struct zone {
	char name[16];
	enum kind kind;
	bool has_network;
	struct ranges networks;
	u32 hosts;
	bool host_family[HOSTS_MAX][2];
	char interface[16];
};

/* What a side speaks of: the families of each zone, the gateway behind them. */
struct side {
	u32 families[ZONES_MAX + 1];
	bool lone; /* one zone by name */
};

struct policy {
	struct zw_buf *out;
	struct zw_random *random;
	struct zone zones[ZONES_MAX];
	u32 n;
	struct ranges defines[DEFINES_MAX];
	u32 define_count;
	u32 service_count;
	u32 service_families[SERVICES_MAX]; /* bit 1 << family */
	bool service_other[SERVICES_MAX];
	bool other; /* the services written last have such without ports */
};

static u32 below(struct policy *p, u32 bound)
{
	return zw_random_below(p->random, bound);
}

static bool one_in(struct policy *p, u32 n)
{
	return zw_random_below(p->random, n) == 0;
}

/* ---- addresses ----------------------------------------------------------- */

/* Block I of SHIFT bits in the part that all addresses come from. */
static u128 block(enum zw_family family, u32 i, u32 shift)
{
	if (family == ZW_IPV4)
		return ((u128)10 << 24) + ((u128)i << shift);
	return ((u128)0x20010db8 << 96) + ((u128)i << (shift + 56));
}

static bool add(struct ranges *set, struct range range)
{
	if (set->n == RANGES_MAX)
		return false;
	set->v[set->n++] = range;
	return true;
}

static bool overlap(const struct range *a, const struct range *b)
{
	return a->family == b->family && a->lo <= b->hi && b->lo <= a->hi;
}

static bool overlaps(const struct ranges *a, const struct range *b)
{
	u32 i;

	for (i = 0; i < a->n; i++) {
		if (overlap(&a->v[i], b))
			return true;
	}
	return false;
}

/* The family mask of what A and B share. */
static u32 common(const struct ranges *a, const struct ranges *b)
{
	u32 i, families = 0;

	for (i = 0; i < b->n; i++) {
		if (overlaps(a, &b->v[i]))
			families |= 1u << b->v[i].family;
	}
	return families;
}

static void print_range(struct policy *p, const struct range *range)
{
	char text[100];
	struct zw_interval interval = { range->lo, range->hi };

	zw_buf_puts(p->out, zw_ip_range_format(range->family, interval, text));
}

static void print_ranges(struct policy *p, const struct ranges *set)
{
	u32 i;

	for (i = 0; i < set->n; i++) {
		if (i)
			zw_buf_puts(p->out, ", ");
		print_range(p, &set->v[i]);
	}
}

/* A part of RANGE: an address, a prefix or a range. */
static struct range part_of(struct policy *p, struct range range)
{
	u128 size = range.hi - range.lo, step;
	struct range part = range;
	u32 bits = 0;

	while (bits < 120 && size >> bits)
		bits++;
	switch (below(p, 5)) {
	case 0: /* from the beginning */
		part.hi = part.lo + (size >> 1);
		break;
	case 1: /* to the end */
		part.lo = part.hi - (size >> 2);
		break;
	case 2: /* one address: first, last, some other */
		step = below(p, 3) ? below(p, 200) : 0;
		part.lo = step <= size ? part.lo + step : part.hi;
		part.hi = part.lo;
		break;
	case 3: /* somewhere inside */
		step = size / 5;
		part.lo += step;
		part.hi -= step * 2;
		break;
	default:
		break;
	}
	return part;
}

/* Anything near the zones. */
static struct range anywhere(struct policy *p)
{
	enum zw_family family = one_in(p, 3) ? ZW_IPV6 : ZW_IPV4;
	struct range range = { .family = family };
	u32 i = below(p, ZONES_MAX + 1);

	if (p->n && !one_in(p, 4)) {
		const struct zone *zone = &p->zones[below(p, p->n)];

		if (zone->networks.n)
			return part_of(
				p,
				zone->networks.v[below(p, zone->networks.n)]);
	}
	range.lo = block(family, 4 * i, 14);
	range.hi = block(family, 4 * i + 1 + below(p, 8), 14) - 1;
	return part_of(p, range);
}

/* ---- zones --------------------------------------------------------------- */

static void make_networks(struct policy *p, struct zone *zone, u32 number)
{
	u32 families = 1 + below(p, 3), i;
	enum zw_family family;

	if (one_in(p, 2))
		families = 3;
	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		u32 pieces = 1 + (one_in(p, 3) ? below(p, 3) : 0);

		if (!(families >> family & 1))
			continue;
		/* each zone has four blocks, the next zone's follow */
		for (i = 0; i < pieces; i++) {
			struct range range = { .family = family };

			range.lo = block(family, 4 * number + i, 14);
			range.hi = block(family, 4 * number + i + 1, 14) - 1;
			if (one_in(p, 3))
				range = part_of(p, range);
			add(&zone->networks, range);
		}
	}
}

static void print_interfaces(struct policy *p, struct zone *zone, u32 number)
{
	u32 i, n = one_in(p, 3) ? below(p, 3) : 0;

	if (one_in(p, 4))
		zw_buf_printf(p->out, "    interface \"p%u*\"", number);
	else
		zw_buf_printf(p->out, "    interface %s", zone->interface);
	for (i = 0; i < n; i++)
		zw_buf_printf(p->out, ", x%u-%u", number, i);
	if (one_in(p, 8))
		zw_buf_printf(p->out, ", \"vl%u.*\"", number);
	zw_buf_puts(p->out, "\n");
}

/* Hosts lie within the zone: in its networks, or outside all. */
static void print_hosts(struct policy *p, struct zone *zone)
{
	enum zw_family family;
	u32 i;

	zone->hosts = below(p, HOSTS_MAX + 1);
	for (i = 0; i < zone->hosts; i++) {
		struct range range = { ZW_IPV4, 0, 0 };

		if (zone->networks.n) {
			range = zone->networks.v[below(p, zone->networks.n)];
		} else {
			range.lo = ((u128)198 << 24) + (51 << 16) + (100 << 8);
			range.hi = range.lo + 255;
		}
		family = range.family;
		range.lo += below(p, 3) * ((range.hi - range.lo) / 2);
		range.hi = range.lo;
		zw_buf_printf(p->out, "    host h%u = ", i);
		print_range(p, &range);
		zw_buf_puts(p->out, "\n");
		zone->host_family[i][0] = family == ZW_IPV4;
		zone->host_family[i][1] = family == ZW_IPV6;
	}
}

/* The zone before whose interface ZONE takes; NULL: one of its own. Zones that
 * share one name their networks, and no DMZ is among internal ones. */
static const struct zone *shared(struct policy *p, const struct zone *zone)
{
	const struct zone *other;
	u32 i;

	if (!p->n || !one_in(p, 5) || !zone->has_network)
		return NULL;
	other = &p->zones[below(p, p->n)];
	for (i = 0; i < p->n; i++) {
		const struct zone *third = &p->zones[i];

		if (strcmp(third->interface, other->interface))
			continue;
		if (!third->has_network ||
		    (zone->kind == DMZ && third->kind == INTERNAL) ||
		    (zone->kind == INTERNAL && third->kind == DMZ))
			return NULL;
	}
	return other;
}

static void print_zone(struct policy *p, u32 number)
{
	static const char *const kinds[] = { "", "external ", "dmz ",
					     "internal " };
	static const enum kind odds[] = { PLAIN,    EXTERNAL, EXTERNAL, DMZ,
					  INTERNAL, INTERNAL, DMZ,	PLAIN };
	struct zone *zone = &p->zones[number];
	const struct zone *other;

	snprintf(zone->name, sizeof(zone->name), "z%u", number);
	snprintf(zone->interface, sizeof(zone->interface), "if%u", number);
	zone->kind = number ? odds[below(p, 8)] : EXTERNAL;
	zone->has_network =
		zone->kind == DMZ || zone->kind == INTERNAL || one_in(p, 2);
	if (zone->has_network)
		make_networks(p, zone, number);
	zw_buf_printf(p->out, "%szone %s {\n", kinds[zone->kind], zone->name);
	other = shared(p, zone);
	if (other) {
		snprintf(zone->interface, sizeof(zone->interface), "%s",
			 other->interface);
		zw_buf_printf(p->out, "    interface %s\n", zone->interface);
	} else {
		print_interfaces(p, zone, number);
	}
	if (zone->has_network) {
		zw_buf_puts(p->out, "    network ");
		print_ranges(p, &zone->networks);
		zw_buf_puts(p->out, "\n");
	}
	print_hosts(p, zone);
	zw_buf_puts(p->out, "}\n");
	p->n++;
}

/* ---- defines and services ------------------------------------------------ */

static void print_define(struct policy *p, u32 number)
{
	struct ranges *set = &p->defines[number];
	u32 i, own = 1 + below(p, 5);

	zw_buf_printf(p->out, "define d%u = ", number);
	for (i = 0; i < own; i++)
		add(set, anywhere(p));
	print_ranges(p, set);
	if (number && one_in(p, 3)) {
		u32 inner = below(p, number);

		zw_buf_printf(p->out, ", d%u", inner);
		for (i = 0; i < p->defines[inner].n; i++)
			add(set, p->defines[inner].v[i]);
	}
	zw_buf_puts(p->out, "\n");
}

static void print_ports(struct policy *p)
{
	static const u32 bases[] = { 0, 22, 25, 53, 80, 443, 1024, 65530 };
	u32 lo = bases[below(p, 8)] + below(p, 4), n, i;

	switch (below(p, 3)) {
	case 0:
		zw_buf_printf(p->out, "%u", lo);
		return;
	case 1:
		zw_buf_printf(p->out, "%u-%u", lo, lo + 1 + below(p, 2));
		return;
	default:
		n = 2 + below(p, 3);
		zw_buf_puts(p->out, "{");
		for (i = 0; i < n; i++) {
			lo = bases[below(p, 8)] + below(p, 4);
			zw_buf_printf(p->out, i ? ", %u" : "%u", lo);
			if (one_in(p, 3))
				zw_buf_printf(p->out, "-%u",
					      lo + 1 + below(p, 2));
		}
		zw_buf_puts(p->out, "}");
	}
}

/* Returns the families of what was written. */
static u32 print_service(struct policy *p, bool names)
{
	static const char *const ported[] = { "tcp", "tcp",  "udp",
					      "udp", "sctp", "udplite" };
	static const char *const standard[] = {
		"http", "https", "ssh",	 "smtp",   "dns", "ntp",
		"ping", "http3", "dhcp", "dhcpv6", "ike",
	};
	static const char *const icmp[] = {
		"echo-request",	 "echo-reply", "destination-unreachable", "8",
		"time-exceeded", "13/0",
	};
	static const char *const icmpv6[] = {
		"echo-request", "echo-reply", "packet-too-big", "128/0", "144",
	};
	static const char *const others[] = { "esp",	  "gre",  "vrrp",
					      "proto/47", "ospf", "proto/89",
					      "udp",	  "icmp", "icmpv6",
					      "tcp",	  "ah",	  "igmp" };
	const char *other;
	u32 number;

	switch (below(p, names && p->service_count ? 9 : 8)) {
	case 0:
	case 1:
	case 2:
	case 3:
		zw_buf_printf(p->out, "%s/", ported[below(p, 6)]);
		print_ports(p);
		return 3;
	case 4:
	case 5:
		zw_buf_puts(p->out, standard[below(p, 11)]);
		return 3;
	case 6:
		if (one_in(p, 2)) {
			zw_buf_printf(p->out, "icmp/%s", icmp[below(p, 6)]);
			return 1u << ZW_IPV4;
		}
		zw_buf_printf(p->out, "icmpv6/%s", icmpv6[below(p, 5)]);
		return 1u << ZW_IPV6;
	case 7:
		other = others[below(p, 12)];
		zw_buf_puts(p->out, other);
		p->other |= !strstr("tcp udp icmp icmpv6", other);
		if (!strcmp(other, "ah"))
			return 1u << ZW_IPV4;
		return !strcmp(other, "icmp")	  ? 1u << ZW_IPV4
		       : !strcmp(other, "icmpv6") ? 1u << ZW_IPV6
						  : 3;
	default:
		number = below(p, p->service_count);
		zw_buf_printf(p->out, "s%u", number);
		p->other |= p->service_other[number];
		return p->service_families[number];
	}
}

static u32 print_services(struct policy *p, u32 most, bool names)
{
	u32 i, n = 1 + below(p, most), families = 0;

	p->other = false;
	for (i = 0; i < n; i++) {
		if (i)
			zw_buf_puts(p->out, ", ");
		families |= print_service(p, names);
	}
	return families;
}

/* ---- sides --------------------------------------------------------------- */

/* What a zone holds; without networks nearly everything. */
static u32 families_of(const struct zone *zone)
{
	u32 i, families = 0;

	if (!zone->has_network)
		return 3;
	for (i = 0; i < zone->networks.n; i++)
		families |= 1u << zone->networks.v[i].family;
	return families;
}

static bool print_narrowing(struct policy *p, const struct zone *zone,
			    u32 *families)
{
	struct range part;
	u32 tries, d;

	for (tries = 0; tries < 4; tries++) {
		if (p->define_count && one_in(p, 2)) {
			d = below(p, p->define_count);
			*families = common(&zone->networks, &p->defines[d]);
			if (!*families)
				continue;
			zw_buf_printf(p->out, "(d%u)", d);
			return true;
		}
		if (!zone->networks.n)
			continue;
		part = part_of(p, zone->networks.v[below(p, zone->networks.n)]);
		*families = 1u << part.family;
		zw_buf_puts(p->out, "(");
		print_range(p, &part);
		if (one_in(p, 3)) {
			part = part_of(
				p,
				zone->networks.v[below(p, zone->networks.n)]);
			*families |= 1u << part.family;
			zw_buf_puts(p->out, ", ");
			print_range(p, &part);
		}
		zw_buf_puts(p->out, ")");
		return true;
	}
	return false;
}

static u32 print_hosts_of(struct policy *p, const struct zone *zone)
{
	u32 a = below(p, zone->hosts), b = below(p, zone->hosts), families;

	families = (zone->host_family[a][0] ? 1u : 0) |
		   (zone->host_family[a][1] ? 2u : 0);
	if (a == b) {
		zw_buf_printf(p->out, ".h%u", a);
		return families;
	}
	zw_buf_printf(p->out, ".{h%u, h%u}", a, b);
	return families | (zone->host_family[b][0] ? 1u : 0) |
	       (zone->host_family[b][1] ? 2u : 0);
}

static void print_named(struct policy *p, struct side *side, bool except)
{
	u32 number = below(p, p->n), families, part;
	const struct zone *zone = &p->zones[number];
	bool whole = true;

	families = families_of(zone);
	zw_buf_puts(p->out, zone->name);
	switch (below(p, 4)) {
	case 0:
		if (print_narrowing(p, zone, &part)) {
			families = part;
			whole = false;
		}
		break;
	case 1:
		if (zone->hosts) {
			families = print_hosts_of(p, zone);
			whole = false;
		}
		break;
	default:
		break;
	}
	if (!except)
		side->families[number] |= families;
	else if (whole)
		side->families[number] = 0;
}

/* False if no zone is of the kind drawn; then nothing was written. */
static bool print_kind(struct policy *p, struct side *side)
{
	static const char *const words[] = { "", "external", "dmz",
					     "internal" };
	enum kind kind = (enum kind)(1 + below(p, 3));
	bool found = false, narrow;
	u32 i, d, left = 0;

	for (i = 0; i < p->n; i++)
		found |= p->zones[i].kind == kind;
	if (!found)
		return false;
	zw_buf_puts(p->out, words[kind]);
	narrow = p->define_count && one_in(p, 5);
	d = narrow ? below(p, p->define_count) : 0;
	for (i = 0; i < p->n && narrow; i++) {
		if (p->zones[i].kind == kind)
			left |= common(&p->zones[i].networks, &p->defines[d]);
	}
	if (left)
		zw_buf_printf(p->out, "(d%u)", d);
	for (i = 0; i < p->n; i++) {
		if (p->zones[i].kind != kind)
			continue;
		side->families[i] |=
			left ? common(&p->zones[i].networks, &p->defines[d])
			     : families_of(&p->zones[i]);
	}
	return true;
}

static void print_any(struct policy *p, struct side *side)
{
	u32 i;

	zw_buf_puts(p->out, "any");
	for (i = 0; i < p->n; i++)
		side->families[i] = families_of(&p->zones[i]);
	if (p->define_count && one_in(p, 6)) {
		u32 d = below(p, p->define_count);

		zw_buf_printf(p->out, "(d%u)", d);
		for (i = 0; i < p->n; i++)
			side->families[i] =
				common(&p->zones[i].networks, &p->defines[d]);
	}
	if (p->n > 2 && one_in(p, 2)) {
		zw_buf_puts(p->out, " except ");
		print_named(p, side, true);
		if (p->n > 4 && one_in(p, 3)) {
			zw_buf_puts(p->out, ", ");
			print_named(p, side, true);
		}
	}
}

static void print_list(struct policy *p, struct side *side, bool self)
{
	u32 i, n = 2 + below(p, 2);

	for (i = 0; i < n; i++) {
		if (i)
			zw_buf_puts(p->out, ", ");
		print_named(p, side, false);
	}
	if (self && one_in(p, 3)) {
		zw_buf_puts(p->out, ", self");
		side->families[ZONES_MAX] = 3;
	}
}

static void print_side(struct policy *p, struct side *side, bool self)
{
	*side = (struct side){ .lone = false };
	switch (below(p, 12)) {
	case 0:
	case 1:
		print_any(p, side);
		return;
	case 2:
	case 3:
		if (print_kind(p, side))
			return;
		break;
	case 4:
	case 5:
	case 6:
		if (!self)
			break;
		zw_buf_puts(p->out, "self");
		if (one_in(p, 8))
			zw_buf_puts(p->out, "(10.0.0.1, 2001:db8::1)");
		side->families[ZONES_MAX] = 3;
		return;
	case 7:
	case 8:
		print_list(p, side, self);
		return;
	default:
		break;
	}
	side->lone = true;
	print_named(p, side, false);
}

/* ---- rules --------------------------------------------------------------- */

/* Is there a pair of zones with a family that both sides and the services have?
 * And no protocol without ports from an internal zone to a DMZ. */
static bool makes_sense(const struct policy *p, const struct side *from,
			const struct side *to, u32 services, bool allow)
{
	bool found = false;
	u32 i, k;

	for (i = 0; i <= ZONES_MAX; i++) {
		for (k = 0; k <= ZONES_MAX; k++) {
			if (!(from->families[i] & to->families[k] & services))
				continue;
			if (i == k && (i == ZONES_MAX ||
				       (allow && !(from->lone && to->lone))))
				continue;
			found = true;
			if (allow && p->other && i < p->n && k < p->n &&
			    p->zones[i].kind == INTERNAL &&
			    p->zones[k].kind == DMZ)
				return false;
		}
	}
	return found;
}

static void print_sides(struct policy *p, struct side *from, struct side *to)
{
	bool self = one_in(p, 2), by_self = self && one_in(p, 2);
	u32 number;

	if (!one_in(p, 12)) {
		print_side(p, from, by_self);
		zw_buf_puts(p->out, " -> ");
		print_side(p, to, self && !by_self);
		return;
	}
	number = below(p, p->n);
	zw_buf_printf(p->out, "%s -> %s", p->zones[number].name,
		      p->zones[number].name);
	*from = *to = (struct side){ .lone = true };
	from->families[number] = to->families[number] =
		families_of(&p->zones[number]);
}

/* One rule; taken back and tried again where it could match nothing. */
static void print_rule(struct policy *p)
{
	static const char *const words[] = { "allow",  "allow", "allow",
					     "allow",  "deny",	"deny",
					     "reject", "allow" };
	size_t start = p->out->n;
	struct side from, to;
	u32 tries, services;

	for (tries = 0; tries < 12; tries++) {
		const char *word = words[below(p, 8)];

		p->out->n = start;
		services = 3;
		p->other = false;
		zw_buf_printf(p->out, "%s ", word);
		print_sides(p, &from, &to);
		if (!one_in(p, 6)) {
			zw_buf_puts(p->out, " : ");
			if (one_in(p, 8))
				zw_buf_puts(p->out, "any");
			else
				services = print_services(p, 3, true);
		}
		zw_buf_puts(p->out, "\n");
		if (makes_sense(p, &from, &to, services, *word == 'a'))
			return;
	}
	p->out->n = start;
}

/* ---- the whole ----------------------------------------------------------- */

void zw_random_policy(struct zw_buf *out, struct zw_random *random, u32 rules)
{
	struct policy p = { .out = out, .random = random };
	u32 i, n = 2 + below(&p, ZONES_MAX - 1), defines, services;

	if (!rules)
		rules = one_in(&p, 25) ? 200 + below(&p, 60)
				       : 1 + below(&p, one_in(&p, 4) ? 40 : 14);
	for (i = 0; i < n; i++)
		print_zone(&p, i);
	defines = below(&p, DEFINES_MAX + 1);
	for (i = 0; i < defines; i++) {
		print_define(&p, i);
		p.define_count++;
	}
	services = below(&p, SERVICES_MAX + 1);
	for (i = 0; i < services; i++) {
		zw_buf_printf(out, "service s%u = ", i);
		p.service_families[i] = print_services(&p, 4, true);
		p.service_other[p.service_count++] = p.other;
		zw_buf_puts(out, "\n");
	}
	for (i = 0; i < rules; i++)
		print_rule(&p);
	if (out->data)
		out->data[out->n] = 0;
}
