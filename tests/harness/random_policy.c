/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones get neighbouring blocks of a small part of each family, so that borders
 * meet; defines and literals are drawn from the same part. What makes a policy
 * invalid most often (an empty narrowing, sides without a common family) is
 * avoided by remembering the ranges of zones and defines. */
#include "tests/harness/random_policy.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness/random_policy_parts.h"

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
u32 zw_policy_common(const struct ranges *a, const struct ranges *b)
{
	u32 i, families = 0;

	for (i = 0; i < b->n; i++) {
		if (overlaps(a, &b->v[i]))
			families |= 1u << b->v[i].family;
	}
	return families;
}

void zw_policy_print_range(struct policy *p, const struct range *range)
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
		zw_policy_print_range(p, &set->v[i]);
	}
}

/* A part of RANGE: an address, a prefix or a range. */
struct range zw_policy_part_of(struct policy *p, struct range range)
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
			return zw_policy_part_of(
				p,
				zone->networks.v[below(p, zone->networks.n)]);
	}
	range.lo = block(family, 4 * i, 14);
	range.hi = block(family, 4 * i + 1 + below(p, 8), 14) - 1;
	return zw_policy_part_of(p, range);
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
			if (!zone->takes && one_in(p, 3))
				range = zw_policy_part_of(p, range);
			add(&zone->networks, range);
		}
	}
}

/* What one of the zone's interfaces has: all the networks, or of a further one
 * the last of them. The addresses are inside, or at the ends. */
static void print_addresses(struct policy *p, const struct zone *zone,
			    const char *interface, bool all)
{
	char text[46];
	u32 i;

	if (one_in(p, 3))
		zw_buf_printf(p->out, "#: %s fe80::5/64\n", interface);
	for (i = all ? 0 : zone->networks.n - 1; i < zone->networks.n; i++) {
		const struct range *range = &zone->networks.v[i];
		struct zw_ip ip = { range->family, range->lo };
		u128 size = range->hi - range->lo;
		u32 bits = 0;

		while (size >> bits)
			bits++;
		ip.value += below(p, 4) ? 1 + below(p, 99) : size;
		zw_buf_printf(p->out, "#: %s %s/%u\n", interface,
			      zw_ip_format(ip, text),
			      zw_family_bits(ip.family) - bits);
	}
}

static void print_interfaces(struct policy *p, struct zone *zone, u32 number)
{
	u32 i, n = one_in(p, 3) ? below(p, 3) : 0;
	bool pattern = one_in(p, 4), other = one_in(p, 8);
	char name[16];

	if (pattern)
		zw_buf_printf(p->out, "    interface \"p%u*\"", number);
	else
		zw_buf_printf(p->out, "    interface %s", zone->interface);
	for (i = 0; i < n; i++)
		zw_buf_printf(p->out, ", x%u-%u", number, i);
	if (other)
		zw_buf_printf(p->out, ", \"vl%u.*\"", number);
	zw_buf_puts(p->out, "\n");
	if (!zone->takes)
		return;
	snprintf(name, sizeof(name), "p%u-eth", number);
	print_addresses(p, zone, pattern ? name : zone->interface, true);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "x%u-%u", number, i);
		print_addresses(p, zone, name, false);
	}
	snprintf(name, sizeof(name), "vl%u.7", number);
	if (other)
		print_addresses(p, zone, name, one_in(p, 2));
}

/* Written, or taken from the interfaces. */
static void print_networks(struct policy *p, const struct zone *zone)
{
	bool written = !zone->takes || one_in(p, 3);

	zw_buf_puts(p->out, "    network ");
	if (zone->takes)
		zw_buf_puts(p->out,
			    written ? "from interface, " : "from interface");
	if (written)
		print_ranges(p, &zone->networks);
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
		zw_policy_print_range(p, &range);
		zw_buf_puts(p->out, "\n");
		zone->host_family[i][0] = family == ZW_IPV4;
		zone->host_family[i][1] = family == ZW_IPV6;
	}
}

static void print_zone(struct policy *p, u32 number)
{
	static const char *const kinds[] = { "", "external ", "dmz ",
					     "internal " };
	static const enum kind odds[] = { PLAIN,    EXTERNAL, EXTERNAL, DMZ,
					  INTERNAL, INTERNAL, DMZ,	PLAIN };
	struct zone *zone = &p->zones[number];
	bool shares;

	snprintf(zone->name, sizeof(zone->name), "z%u", number);
	snprintf(zone->interface, sizeof(zone->interface), "if%u", number);
	zone->kind = number ? odds[below(p, 8)] : EXTERNAL;
	zone->has_network =
		zone->kind == DMZ || zone->kind == INTERNAL || one_in(p, 2);
	shares = zw_policy_share(p, zone);
	zone->takes = !shares && zone->has_network && one_in(p, 5);
	if (zone->has_network)
		make_networks(p, zone, number);
	zw_buf_printf(p->out, "%szone %s {\n", kinds[zone->kind], zone->name);
	if (shares)
		zw_buf_printf(p->out, "    interface %s\n", zone->interface);
	else
		print_interfaces(p, zone, number);
	zw_policy_print_words(p, zone);
	if (zone->has_network)
		print_networks(p, zone);
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

u32 zw_policy_print_services(struct policy *p, u32 most, bool names)
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
		p.service_families[i] = zw_policy_print_services(&p, 4, true);
		p.service_other[p.service_count++] = p.other;
		zw_buf_puts(out, "\n");
	}
	p.options = rules < 100 && one_in(&p, 2);
	for (i = 0; i < rules; i++)
		zw_policy_print_rule(&p);
	if (one_in(&p, 2))
		zw_policy_print_translations(&p);
	if (out->data)
		out->data[out->n] = 0;
}
