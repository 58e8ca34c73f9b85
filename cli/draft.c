/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and routes to a commented policy. Interfaces with a default route
 * make one external zone, each of the others that leads somewhere an internal
 * one. A zone's networks are what the kernel would send its way: of two routes
 * the longer prefix has the addresses, and of two equal ones the first, so that
 * no two zones overlap. */
#include "cli/draft.h"

#include <ctype.h>
#include <string.h>

#include "grammar/words.h"

struct place {
	struct zw_str interface, zone;
	bool external; /* has a default route */
	struct zw_ipset networks;
};

struct draft {
	struct zw_arena *arena;
	const struct zw_routes *routes;
	struct place *places; /* as routes->links */
	size_t n;
	struct zw_buf *out;
};

/* ---- networks ------------------------------------------------------------ */

static bool is_default(const struct zw_route *route)
{
	struct zw_interval all = zw_family_all(route->family);

	return route->prefix.lo == all.lo && route->prefix.hi == all.hi;
}

/* What the routes of SIZE (host part, all ones) by interface INDEX cover. */
static struct zw_intervals covered(struct draft *d, enum zw_family family,
				   u128 size, u32 index)
{
	const struct zw_routes *routes = d->routes;
	ZW_VEC(struct zw_interval) v = { 0 };
	size_t i;

	for (i = 0; i < routes->routes.n; i++) {
		const struct zw_route *r = &routes->routes.v[i];

		if (r->family == family && r->index == index &&
		    r->prefix.hi - r->prefix.lo == size)
			zw_push(d->arena, v, r->prefix);
	}
	return zw_intervals_from(d->arena, v.v, v.n);
}

static void share_out(struct draft *d, enum zw_family family)
{
	struct zw_intervals taken = { 0 }, mine;
	unsigned bits = zw_family_bits(family), host;
	u128 size = 0;
	size_t i;

	/* From single addresses up to, but without, the default routes. */
	for (host = 0; host < bits; host++, size = size << 1 | 1) {
		for (i = 0; i < d->n; i++) {
			struct place *p = &d->places[i];

			mine = covered(d, family, size,
				       d->routes->links.v[i].index);
			if (!mine.n)
				continue;
			p->networks.of[family] = zw_intervals_union(
				d->arena, p->networks.of[family],
				zw_intervals_minus(d->arena, mine, taken));
			taken = zw_intervals_union(d->arena, taken, mine);
		}
	}
}

/* ---- names --------------------------------------------------------------- */

static bool is_reserved(struct zw_str name)
{
	const struct zw_word *word = zw_word_find(name);

	return word && (word->classes & ZW_WORD_RESERVED);
}

static bool is_taken(const struct draft *d, size_t before, struct zw_str name)
{
	size_t i;

	for (i = 0; i < before; i++) {
		if (zw_str_eq(d->places[i].zone, name))
			return true;
	}
	return zw_str_is(name, "internet");
}

/* TEXT as a name of the language, or PREFIX-NUMBER where that cannot be. */
static struct zw_str name_from(const struct draft *d, struct zw_str text,
			       size_t number, const char *prefix)
{
	struct zw_str name = zw_str_copy(d->arena, text);
	char *p = (char *)(uintptr_t)name.p;
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (!isascii(p[i]) ||
		    (!isalnum((unsigned char)p[i]) && p[i] != '_'))
			p[i] = '-';
	}
	if (name.n && (isalpha((unsigned char)*p) || *p == '_') &&
	    p[name.n - 1] != '-' && !is_reserved(name) &&
	    !is_taken(d, number, name))
		return name;
	return zw_strf(d->arena, "%s-%zu", prefix, number + 1);
}

/* ---- text ---------------------------------------------------------------- */

static bool is_internal(const struct place *p)
{
	return !p->external && !zw_ipset_empty(p->networks);
}

static void put_interface(struct draft *d, struct zw_str name)
{
	size_t i;
	bool plain = name.n && name.p[name.n - 1] != '-' &&
		     (isalpha((unsigned char)name.p[0]) || name.p[0] == '_');

	for (i = 0; i < name.n; i++)
		plain &= isalnum((unsigned char)name.p[i]) ||
			 name.p[i] == '_' || name.p[i] == '-';
	if (!plain || zw_word_find(name))
		zw_buf_printf(d->out, "\"%.*s\"", ZW_STR_ARG(name));
	else
		zw_buf_add(d->out, name.p, name.n);
}

static void put_networks(struct draft *d, struct zw_ipset set)
{
	const char *before = "    network   ";
	u32 family;
	size_t i;

	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		for (i = 0; i < set.of[family].n; i++) {
			char text[100];

			zw_buf_printf(d->out, "%s%s", before,
				      zw_ip_range_format(family,
							 set.of[family].v[i],
							 text));
			before = ", ";
		}
	}
	zw_buf_putc(d->out, '\n');
}

/* The names of all internal zones; how many. */
static size_t put_internal(struct draft *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++) {
		if (!is_internal(&d->places[i]))
			continue;
		zw_buf_printf(d->out, "%s%.*s", n++ ? ", " : "",
			      ZW_STR_ARG(d->places[i].zone));
	}
	return n;
}

static bool put_zones(struct draft *d)
{
	bool external = false;
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (!d->places[i].external)
			continue;
		zw_buf_puts(
			d->out,
			external
				? ", "
				: "\n# Behind the default route: every address that no zone below names.\n"
				  "external zone internet { interface ");
		put_interface(d, d->places[i].interface);
		external = true;
	}
	zw_buf_puts(d->out, external ? " }\n" : "");
	for (i = 0; i < d->n; i++) {
		const struct place *p = &d->places[i];

		if (!is_internal(p))
			continue;
		zw_buf_printf(d->out, "\ninternal zone %.*s {\n    interface ",
			      ZW_STR_ARG(p->zone));
		put_interface(d, p->interface);
		zw_buf_putc(d->out, '\n');
		put_networks(d, p->networks);
		zw_buf_puts(d->out, "}\n");
	}
	for (i = 0; i < d->n; i++) {
		if (is_internal(&d->places[i]) || d->places[i].external)
			continue;
		zw_buf_puts(d->out, "\n# No route leads out of interface ");
		put_interface(d, d->places[i].interface);
		zw_buf_puts(d->out,
			    ", so it is in no zone: nothing passes there.\n");
	}
	return external;
}

static void put_outward(struct draft *d, bool internal)
{
	zw_buf_puts(
		d->out,
		"\n# What this host needs itself, and its provider's answers to DHCP.\n"
		"allow self     -> internet : dns, ntp, http, https, ping, dhcp, dhcpv6\n"
		"allow internet -> self     : dhcp, dhcpv6\n");
	if (!internal) {
		zw_buf_puts(
			d->out,
			"\n# You reach this host from there. Narrow it: internet(198.51.100.7).\n"
			"allow internet -> self : ssh\n");
		return;
	}
	zw_buf_puts(d->out, "# allow internet(198.51.100.7) -> self : ssh\n"
			    "\n# From the inside to everywhere.\nallow ");
	put_internal(d);
	zw_buf_puts(d->out, " -> internet : any\n"
			    "# If the provider gave you one address:\n"
			    "# masquerade ");
	put_internal(d);
	zw_buf_puts(d->out, " -> internet\n");
}

static void put_inward(struct draft *d, bool external)
{
	zw_buf_puts(d->out, "\n# To this host.\nallow ");
	put_internal(d);
	zw_buf_puts(d->out, " -> self : ssh, ping\n# allow ");
	put_internal(d);
	zw_buf_puts(d->out,
		    " -> self : dns, dhcp, dhcpv6    # if it serves them\n"
		    "allow self -> ");
	put_internal(d);
	zw_buf_puts(d->out, " : ping\n\n# What must hold whatever is added "
			    "above; 'zwinger check' proves it.\nalways ");
	put_internal(d);
	zw_buf_puts(d->out, " -> self : ssh    # nobody locks himself out\n");
	if (!external)
		return;
	zw_buf_puts(d->out, "never internet -> ");
	put_internal(d);
	zw_buf_putc(d->out, '\n');
}

void zw_draft_policy(struct zw_arena *arena, const struct zw_routes *routes,
		     const char *host, struct zw_buf *out)
{
	struct draft d = { .arena = arena,
			   .routes = routes,
			   .n = routes->links.n,
			   .out = out };
	bool internal = false, external;
	struct zw_str name;
	size_t i, k;

	d.places = ZW_NEW_ARRAY(arena, struct place, d.n + 1);
	for (i = 0; i < d.n; i++) {
		struct place *p = &d.places[i];

		p->interface = routes->links.v[i].name;
		p->zone = name_from(&d, p->interface, i, "net");
		for (k = 0; k < routes->routes.n; k++)
			p->external |= routes->routes.v[k].index ==
					       routes->links.v[i].index &&
				       is_default(&routes->routes.v[k]);
	}
	share_out(&d, ZW_IPV4);
	share_out(&d, ZW_IPV6);
	for (i = 0; i < d.n; i++)
		internal |= is_internal(&d.places[i]);
	name = name_from(&d, zw_str_from(host), 0, "gateway");
	zw_buf_printf(
		out,
		"# A first policy for %.*s, from its interfaces and routes. Rules have no\n"
		"# order: what no 'allow' names is dropped, and a 'deny' always wins. Make a\n"
		"# zone 'dmz' instead of 'internal' whose hosts the world may reach: nothing\n"
		"# starts from there to an internal zone, and that is proved.\n"
		"gateway %.*s\n",
		ZW_STR_ARG(name), ZW_STR_ARG(name));
	external = put_zones(&d);
	if (external)
		put_outward(&d, internal);
	if (internal)
		put_inward(&d, external);
}
