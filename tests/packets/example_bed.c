/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones to interfaces. A pattern becomes one name that it covers; a network
 * that several prefixes make up is several routes. Zones that only IPsec tells
 * apart share their interface, with a route for the networks of each. */
#include "tests/packets/example_bed.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

enum { MOST_INTERFACES = 64, HOST = 9 };

struct plan {
	struct zw_arena *arena;
	struct zw_testbed_interface interfaces[MOST_INTERFACES];
	unsigned count;
	bool default_routes;
};

static const char *name_of(struct zw_arena *arena,
			   const struct zw_interface *interface)
{
	return zw_strf(arena, "%.*s%s", ZW_STR_ARG(interface->name),
		       interface->pattern ? "7" : "")
		.p;
}

static struct zw_testbed_interface *interface_named(struct plan *plan,
						    const char *name)
{
	unsigned i;

	for (i = 0; i < plan->count; i++)
		if (!strcmp(plan->interfaces[i].name, name))
			return &plan->interfaces[i];
	ZW_ASSERT(plan->count < MOST_INTERFACES);
	plan->interfaces[plan->count].name = name;
	return &plan->interfaces[plan->count++];
}

static void put(const char *list[ZW_TESTBED_PREFIXES], const char *text)
{
	unsigned i;

	for (i = 0; list[i]; i++)
		;
	ZW_ASSERT(i + 1 < ZW_TESTBED_PREFIXES);
	list[i] = text;
}

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

static void add_prefix(struct plan *plan,
		       struct zw_testbed_interface *interface,
		       enum zw_family family, u128 lo, u128 hosts, bool own)
{
	struct zw_ip ip = { family, own && hosts > 2 ? lo + 1 : lo };
	unsigned length = length_of(family, hosts);
	char text[46];

	own &= hosts > 2;
	put(own ? interface->own : interface->routes,
	    zw_strf(plan->arena, "%s/%u", zw_ip_format(ip, text), length).p);
}

static void add_networks(struct plan *plan,
			 struct zw_testbed_interface *interface,
			 const struct zw_ipset *networks, bool own)
{
	u32 family;
	size_t i;

	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		for (i = 0; i < networks->of[family].n; i++) {
			u128 lo = networks->of[family].v[i].lo;
			u128 hi = networks->of[family].v[i].hi, hosts;

			for (;; lo += hosts + 1) {
				hosts = hosts_at(lo, hi);
				add_prefix(plan, interface, family, lo, hosts,
					   own);
				if (lo + hosts == hi)
					break;
			}
		}
	}
}

/* A zone without networks: transfer networks that no example names. */
static void add_world(struct plan *plan, struct zw_testbed_interface *interface)
{
	unsigned n = plan->count;

	put(interface->own, zw_strf(plan->arena, "198.18.%u.1/24", n).p);
	put(interface->own,
	    zw_strf(plan->arena, "2001:db8:eeee:%u::1/64", n).p);
	if (plan->default_routes)
		return;
	plan->default_routes = true;
	put(interface->routes, "0.0.0.0/0");
	put(interface->routes, "::/0");
}

static void add_zone(struct plan *plan, const struct zw_zone *zone)
{
	struct zw_testbed_interface *interface;
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++) {
		interface = interface_named(
			plan, name_of(plan->arena, &zone->interfaces.v[i]));
		if (i)
			continue;
		if (zone->has_network)
			add_networks(plan, interface, &zone->networks,
				     zone->ipsec != ZW_IPSEC_ONLY);
		else
			add_world(plan, interface);
	}
}

bool zw_example_open(struct zw_example *example, const char *path)
{
	struct plan plan = { .arena = NULL };
	struct zw_testbed_spec spec;
	struct zw_str text;
	size_t i;

	*example = (struct zw_example){ .path = path };
	if (!zw_netns_usable())
		return false;
	plan.arena = zw_arena_new();
	ZW_ASSERT(!zw_read_file(plan.arena, path, 1 << 20, &text));
	zw_pipeline_run(&example->pipeline, path, text);
	ZW_CHECK(example->pipeline.valid, "%s is not valid", path);
	if (example->pipeline.valid) {
		const struct zw_statement *s = example->pipeline.statement;

		for (i = 0; i < s->zones.n; i++)
			add_zone(&plan, &s->zones.v[i]);
		spec = (struct zw_testbed_spec){ .interfaces = plan.interfaces,
						 .count = plan.count };
		example->bed = zw_testbed_new(&spec);
	}
	zw_arena_free(plan.arena);
	if (example->bed)
		return true;
	zw_example_close(example);
	return false;
}

void zw_example_close(struct zw_example *example)
{
	zw_testbed_free(example->bed);
	zw_pipeline_free(&example->pipeline);
	*example = (struct zw_example){ .path = example->path };
}

unsigned zw_example_interface(const struct zw_example *example, u32 zone)
{
	const struct zw_zone *z = &example->pipeline.statement->zones.v[zone];

	return zw_testbed_index(example->bed, name_of(example->pipeline.arena,
						      &z->interfaces.v[0]));
}

bool zw_example_host(const struct zw_example *example, u32 zone,
		     enum zw_family family, struct zw_ip *ip)
{
	const struct zw_zone *z = &example->pipeline.statement->zones.v[zone];

	if (!z->has_network) {
		*ip = zw_test_ip(family == ZW_IPV4 ? "198.51.100.77"
						   : "2001:db8:cafe::77");
		return true;
	}
	if (!z->networks.of[family].n)
		return false;
	ip->family = family;
	ip->value = z->networks.of[family].v[0].lo + HOST;
	return true;
}
