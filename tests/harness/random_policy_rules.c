/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sides and rules of random policies. What a side speaks of is remembered zone
 * by zone, so that a rule without any pair of a common family is taken back. */
#include <string.h>

#include "tests/harness/random_policy_parts.h"

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
			*families = zw_policy_common(&zone->networks,
						     &p->defines[d]);
			if (!*families)
				continue;
			zw_buf_printf(p->out, "(d%u)", d);
			return true;
		}
		if (!zone->networks.n)
			continue;
		part = zw_policy_part_of(
			p, zone->networks.v[below(p, zone->networks.n)]);
		*families = 1u << part.family;
		zw_buf_puts(p->out, "(");
		zw_policy_print_range(p, &part);
		if (one_in(p, 3)) {
			part = zw_policy_part_of(
				p,
				zone->networks.v[below(p, zone->networks.n)]);
			*families |= 1u << part.family;
			zw_buf_puts(p->out, ", ");
			zw_policy_print_range(p, &part);
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
			left |= zw_policy_common(&p->zones[i].networks,
						 &p->defines[d]);
	}
	if (left)
		zw_buf_printf(p->out, "(d%u)", d);
	for (i = 0; i < p->n; i++) {
		if (p->zones[i].kind != kind)
			continue;
		side->families[i] |=
			left ? zw_policy_common(&p->zones[i].networks,
						&p->defines[d])
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
			side->families[i] = zw_policy_common(
				&p->zones[i].networks, &p->defines[d]);
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

void zw_policy_print_side(struct policy *p, struct side *side, bool self)
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
		zw_policy_print_side(p, from, by_self);
		zw_buf_puts(p->out, " -> ");
		zw_policy_print_side(p, to, self && !by_self);
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
void zw_policy_print_rule(struct policy *p)
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
				services = zw_policy_print_services(p, 3, true);
		}
		zw_policy_print_options(p, word);
		zw_buf_puts(p->out, "\n");
		if (makes_sense(p, &from, &to, services, *word == 'a'))
			return;
	}
	p->out->n = start;
}
