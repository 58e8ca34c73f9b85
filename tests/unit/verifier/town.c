/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A statement put together without a compiler. */
#include "tests/unit/verifier/town.h"

#include "base/assert.h"

struct zw_ipset town_prefix(struct zw_arena *arena, const char *address,
			    u32 bits)
{
	struct zw_ipset set = { 0 };
	struct zw_ip ip;
	u128 rest;

	ZW_ASSERT(zw_ip_parse(zw_str_from(address), &ip));
	rest = bits == zw_family_bits(ip.family)
		       ? 0
		       : zw_family_all(ip.family).hi >> bits;
	set.of[ip.family] =
		zw_intervals_one(arena, ip.value & ~rest, ip.value | rest);
	return set;
}

static void add_interface(struct zw_arena *arena, struct zw_zone *zone,
			  const char *name, bool pattern)
{
	struct zw_interface interface = { zw_str_from(name), pattern,
					  ZW_NO_SPAN };

	zw_push(arena, zone->interfaces, interface);
}

static struct zw_zone make_zone(struct zw_arena *arena, const char *name,
				enum zw_zone_kind kind, const char *interface)
{
	struct zw_zone zone = { .name = zw_str_from(name),
				.kind = kind,
				.span = ZW_NO_SPAN };

	add_interface(arena, &zone, interface, false);
	return zone;
}

static void add_network(struct zw_arena *arena, struct zw_zone *zone,
			const char *address, u32 bits)
{
	zone->has_network = true;
	zone->networks = zw_ipset_union(arena, zone->networks,
					town_prefix(arena, address, bits));
	zone->members = zone->networks;
}

struct zw_statement *town_statement(struct zw_arena *arena)
{
	struct zw_statement *s = ZW_NEW(arena, struct zw_statement);
	struct zw_zone net = make_zone(arena, "net", ZW_ZONE_EXTERNAL, "wan0");
	struct zw_zone dmz = make_zone(arena, "dmz", ZW_ZONE_DMZ, "dmz0");
	struct zw_zone office =
		make_zone(arena, "office", ZW_ZONE_INTERNAL, "lan0");
	struct zw_zone data =
		make_zone(arena, "data", ZW_ZONE_INTERNAL, "lan2");

	add_interface(arena, &office, "vl", true);
	add_network(arena, &dmz, "192.0.2.0", 24);
	add_network(arena, &dmz, "2001:db8:d::", 64);
	add_network(arena, &office, "10.1.0.0", 16);
	add_network(arena, &office, "fd00:1::", 64);
	add_network(arena, &data, "10.2.0.0", 16);
	net.members = zw_ipset_minus(arena, zw_ipset_all(arena), dmz.networks);
	net.members = zw_ipset_minus(arena, net.members, office.networks);
	net.members = zw_ipset_minus(arena, net.members, data.networks);
	zw_push(arena, s->zones, net);
	zw_push(arena, s->zones, dmz);
	zw_push(arena, s->zones, office);
	zw_push(arena, s->zones, data);
	return s;
}

struct zw_service_item town_item(u32 proto, u32 lo, u32 hi, u32 families)
{
	struct zw_service_item item = { (u8)proto, (u16)lo, (u16)hi,
					(u8)families };

	return item;
}

zw_service_items town_service(struct zw_arena *arena, u32 proto, u32 lo, u32 hi)
{
	zw_service_items items = { 0 };

	zw_push(arena, items, town_item(proto, lo, hi, 3));
	return items;
}

static struct zw_ipset side(struct zw_arena *arena,
			    const struct zw_statement *s, u32 zone)
{
	return zone == ZW_SELF ? zw_ipset_all(arena) : s->zones.v[zone].members;
}

struct zw_flow_rule *town_rule(struct zw_arena *arena, struct zw_statement *s,
			       enum zw_action action, u32 from, u32 to,
			       zw_service_items services)
{
	struct zw_flow_rule rule = { .action = action,
				     .services = services,
				     .span = ZW_NO_SPAN };
	struct zw_flow_box box = { .from = from,
				   .to = to,
				   .src = side(arena, s, from),
				   .dst = side(arena, s, to) };

	zw_push(arena, rule.boxes, box);
	zw_push(arena, s->rules, rule);
	s->has_policy = true;
	return &s->rules.v[s->rules.n - 1];
}

struct zw_claim town_claim(struct zw_arena *arena, enum zw_claim_kind kind,
			   u32 from, u32 to)
{
	struct zw_claim claim = { .kind = kind,
				  .text = ZW_STR("a claim"),
				  .span = ZW_NO_SPAN,
				  .any_service = true };
	struct zw_claim_term a = { .zone = from }, b = { .zone = to };

	zw_push(arena, claim.from, a);
	if (kind != ZW_UNSPOOFED)
		zw_push(arena, claim.to, b);
	return claim;
}
