/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of random rules, and translations. Two translations that can meet one
 * flow are an error, so the pairs of zones that have one are remembered, and
 * published ports are numbered; now and then two publications share address
 * and port for sources of different zones. */
#include <string.h>

#include "tests/harness/random_policy_parts.h"

/* ---- options ------------------------------------------------------------- */

static void print_rate(struct policy *p)
{
	static const char *const units[] = { "second", "minute", "hour",
					     "day" };

	zw_buf_printf(p->out, " limit %u/%s", 1 + below(p, 3) * 10,
		      units[below(p, 4)]);
	if (one_in(p, 2))
		zw_buf_printf(p->out, " burst %u", 1 + below(p, 3) * 4);
	if (one_in(p, 2))
		zw_buf_puts(p->out, " per source");
}

/* Times by half hours. */
static void print_during(struct policy *p)
{
	static const char *const days[] = { "sun", "mon", "tue", "wed",
					    "thu", "fri", "sat" };
	u32 form = below(p, 4), from = below(p, 48), to = below(p, 49);

	zw_buf_puts(p->out, " during \"");
	if (form != 0)
		zw_buf_puts(p->out, days[below(p, 7)]);
	if (form == 2)
		zw_buf_printf(p->out, "-%s", days[below(p, 7)]);
	if (form == 3)
		zw_buf_printf(p->out, ",%s", days[below(p, 7)]);
	if (form != 0 && one_in(p, 4)) {
		zw_buf_puts(p->out, "\"");
		return;
	}
	if (from == to)
		to++;
	zw_buf_printf(p->out, "%s%02u:%02u-%02u:%02u\"", form ? " " : "",
		      from / 2, from % 2 * 30, to / 2, to % 2 * 30);
}

static void print_log(struct policy *p)
{
	zw_buf_puts(p->out, " log");
	if (one_in(p, 2))
		zw_buf_puts(p->out, " \"noted\"");
	if (one_in(p, 2))
		zw_buf_printf(p->out, " group %u", below(p, 4));
}

void zw_policy_print_options(struct policy *p, const char *word)
{
	bool forbids = *word == 'd' || *word == 'r', log;

	if (!p->options || one_in(p, 2))
		return;
	log = one_in(p, 3);
	if (one_in(p, 3) && (log || !forbids))
		print_rate(p);
	if (one_in(p, 6) && !forbids)
		zw_buf_printf(p->out, " limit connections %u per source",
			      1 + below(p, 3) * 7);
	if (one_in(p, 3))
		print_during(p);
	if (log)
		print_log(p);
	if (one_in(p, 4))
		zw_buf_puts(p->out, one_in(p, 2) ? " count" : " count \"c\"");
	if (one_in(p, 8))
		zw_buf_puts(p->out, " owner \"netops\" ticket \"N-1\"");
	if (one_in(p, 8))
		zw_buf_puts(p->out, " because \"a # b; c\" until 9999-12-31");
}

/* ---- other sources ------------------------------------------------------- */

/* Mark the pairs of FROM and TO in FAMILIES; false, and nothing is marked, if
 * there is none or one is marked already. */
static bool mark(struct policy *p, const struct side *from,
		 const struct side *to, u32 families)
{
	bool any = false;
	u32 pass, i, k, f;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i <= ZONES_MAX; i++) {
			for (k = 0; k < ZONES_MAX; k++) {
				u32 both = from->families[i] & to->families[k] &
					   families;

				if (i == k && !(from->lone && to->lone))
					continue;
				for (f = 0; f < 2; f++) {
					if (!(both >> f & 1))
						continue;
					any = true;
					if (!pass && i < p->n &&
					    p->zones[i].hazy)
						return false;
					if (!pass && p->translated[i][k][f])
						return false;
					if (pass)
						p->translated[i][k][f] = true;
				}
			}
		}
		if (!any)
			return false;
	}
	return true;
}

static void print_source(struct policy *p)
{
	static const char *const words[] = { "", " ipv6", " all" };
	static const u32 masks[] = { 1u << ZW_IPV4, 1u << ZW_IPV6, 3 };
	bool masquerade = one_in(p, 2);
	u32 tries, how, families;
	size_t start = p->out->n;
	struct side from, to;

	for (tries = 0; tries < 4; tries++) {
		p->out->n = start;
		how = masquerade ? below(p, 3) : below(p, 2);
		families = masks[how];
		zw_buf_puts(p->out, masquerade ? "masquerade " : "snat ");
		zw_policy_print_side(p, &from, one_in(p, 4));
		zw_buf_puts(p->out, " -> ");
		zw_policy_print_side(p, &to, false);
		if (masquerade)
			zw_buf_puts(p->out, words[how]);
		else if (how == 0)
			zw_buf_puts(p->out, one_in(p, 2) ? " as 203.0.113.7"
							 : " as 203.0.113.8-"
							   "203.0.113.11");
		else
			zw_buf_puts(p->out, one_in(p, 2)
						    ? " as 2001:db8:ffff::7"
						    : " as 2001:db8:ffff::8-"
						      "2001:db8:ffff::b");
		zw_buf_puts(p->out, "\n");
		if (mark(p, &from, &to, families))
			return;
	}
	p->out->n = start;
}

/* ---- published services -------------------------------------------------- */

/* What is published and where, as far as port pairs go. */
static void print_pairs(struct policy *p, const char *address, u32 base)
{
	static const char *const protos[] = { "tcp", "udp", "sctp", "udplite" };
	const char *proto = protos[below(p, 4)];

	switch (below(p, 4)) {
	case 0:
		zw_buf_printf(p->out, " : %s/{80, 8000-8002} as %s : ", proto,
			      address);
		zw_buf_printf(p->out, "%s/%u-%u", proto, base, base + 3);
		break;
	case 1:
		zw_buf_printf(p->out, " : dns as %s : udp/%u, tcp/%u", address,
			      base, base);
		break;
	case 2: /* two ports that lead to one */
		zw_buf_printf(p->out, " : %s/22, %s/22 as %s : %s/{%u, %u}",
			      proto, proto, address, proto, base, base + 1);
		break;
	default:
		zw_buf_printf(p->out, " : %s/%u as %s : %s/%u", proto,
			      one_in(p, 2) ? 443 : base, address, proto, base);
	}
}

static void print_publish(struct policy *p)
{
	u32 number = below(p, p->n), tries, base = 1000 + 10 * p->publishes;
	const struct zone *zone = &p->zones[number];
	size_t start = p->out->n;
	const char *address;
	struct side from;
	u32 host, family;

	if (!zone->hosts)
		return;
	host = below(p, zone->hosts);
	family = zone->host_family[host][0] ? ZW_IPV4 : ZW_IPV6;
	address = family == ZW_IPV4 ? "203.0.113.5" : "2001:db8:ffff::5";
	if (one_in(p, 3))
		address =
			family == ZW_IPV4 ? "203.0.113.6" : "2001:db8:ffff::6";
	if (one_in(p, 4))
		address = "interface pub0";
	for (tries = 0; tries < 4; tries++) {
		bool found = false;
		u32 i;

		p->out->n = start;
		zw_buf_printf(p->out, "publish %s.h%u", zone->name, host);
		print_pairs(p, address, base);
		zw_buf_puts(p->out, " for ");
		zw_policy_print_side(p, &from, false);
		if (one_in(p, 3) && !zone->hazy) {
			/* from its own side as well */
			zw_buf_printf(p->out, ", %s", zone->name);
			from.families[number] = 3;
		}
		zw_policy_print_options(p, "publish");
		zw_buf_puts(p->out, "\n");
		for (i = 0; i < p->n; i++)
			found |= from.families[i] >> family & 1;
		if (!found)
			continue;
		p->publishes++;
		return;
	}
	p->out->n = start;
}

/* ---- segment sizes ---- */

static void print_clamp(struct policy *p)
{
	size_t start = p->out->n;
	struct side from, to;
	u32 tries, i, k;

	for (tries = 0; tries < 4; tries++) {
		bool found = false;

		p->out->n = start;
		zw_buf_puts(p->out, "clamp-mss ");
		zw_policy_print_side(p, &from, one_in(p, 3));
		zw_buf_puts(p->out, " -> ");
		zw_policy_print_side(p, &to, false);
		if (one_in(p, 2))
			zw_buf_printf(p->out, " %u", 88 + 300 * below(p, 5));
		zw_buf_puts(p->out, "\n");
		for (i = 0; i <= ZONES_MAX; i++)
			for (k = 0; k < ZONES_MAX; k++)
				found |= from.families[i] & to.families[k] &&
					 (i != k || (from.lone && to.lone));
		if (found)
			return;
	}
	p->out->n = start;
}

void zw_policy_print_translations(struct policy *p)
{
	u32 i, sources = below(p, 4), publishes = below(p, 4);

	/* what `interface pub0` has */
	zw_buf_puts(p->out, "#: pub0 203.0.113.5/29\n"
			    "#: pub0 203.0.113.6/29\n"
			    "#: pub0 2001:db8:ffff::5/64\n"
			    "#: pub0 2001:db8:ffff::6/64\n"
			    "#: pub0 fe80::6/64\n");
	for (i = below(p, 3); i > 0; i--)
		print_clamp(p);

	for (i = 0; i < sources; i++)
		print_source(p);
	for (i = 0; i < publishes; i++)
		print_publish(p);
}
