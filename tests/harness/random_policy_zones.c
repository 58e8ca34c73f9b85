/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interface a zone of a random policy takes, and what else it says about
 * its packets: zones on one interface must be told apart by their networks, by
 * IPsec or by request ids, no DMZ is among internal zones but by IPsec, and at
 * most one of those that are told apart by addresses alone takes every other
 * source. */
#include <string.h>

#include "tests/harness/random_policy_parts.h"

static bool takes_any(const struct zone *zone)
{
	return zone->forges || !zone->has_network;
}

static bool dmz_and_internal(const struct zone *a, const struct zone *b)
{
	return (a->kind == DMZ && b->kind == INTERNAL) ||
	       (a->kind == INTERNAL && b->kind == DMZ);
}

static bool is_guarded(const struct zone *zone)
{
	return zone->kind == DMZ || zone->kind == INTERNAL;
}

/* IPSEC: some zone there says `ipsec`. */
static bool may_share(const struct zone *a, const struct zone *b, bool ipsec)
{
	bool a_only = a->way == BY_IPSEC, b_only = b->way == BY_IPSEC;

	if (a_only == b_only && dmz_and_internal(a, b))
		return false;
	if (a_only && b_only)
		return a->reqid && b->reqid && a->reqid != b->reqid;
	if (a_only || b_only)
		return true;
	if ((a->forges && is_guarded(b)) || (b->forges && is_guarded(a)))
		return false;
	if (takes_any(a) && takes_any(b))
		return false;
	return ipsec || (a->has_network && b->has_network);
}

static bool on(const struct zone *zone, const char *interface)
{
	return !strcmp(zone->interface, interface);
}

static bool fits(const struct policy *p, const struct zone *zone,
		 const char *interface)
{
	bool ipsec = zone->way == BY_IPSEC;
	u32 i;

	for (i = 0; i < p->n; i++)
		ipsec |= on(&p->zones[i], interface) &&
			 p->zones[i].way == BY_IPSEC;
	for (i = 0; i < p->n; i++) {
		if (on(&p->zones[i], interface) &&
		    !may_share(zone, &p->zones[i], ipsec))
			return false;
	}
	return true;
}

bool zw_policy_share(struct policy *p, struct zone *zone)
{
	static const enum way ways[] = { EITHER,   EITHER,   EITHER,
					 BY_IPSEC, BY_IPSEC, IN_THE_CLEAR };
	const char *interface;
	u32 i;

	if (one_in(p, 3))
		zone->way = ways[below(p, 6)];
	if (zone->way == BY_IPSEC && !one_in(p, 3))
		zone->reqid = 1 + below(p, 2);
	zone->forges = zone->has_network && zone->kind != DMZ &&
		       zone->kind != INTERNAL && one_in(p, 4);
	if (!p->n || !one_in(p, 3))
		return false;
	interface = p->zones[below(p, p->n)].interface;
	if (!fits(p, zone, interface))
		return false;
	for (i = 0; i < p->n; i++) {
		struct zone *other = &p->zones[i];

		if (on(other, interface) && takes_any(other) && takes_any(zone))
			other->hazy = zone->hazy = true;
	}
	memcpy(zone->interface, interface, sizeof(zone->interface));
	return true;
}

void zw_policy_print_words(struct policy *p, const struct zone *zone)
{
	if (zone->way == IN_THE_CLEAR)
		zw_buf_puts(p->out, "    not ipsec\n");
	else if (zone->reqid)
		zw_buf_printf(p->out, "    ipsec reqid %u\n", zone->reqid);
	else if (zone->way == BY_IPSEC)
		zw_buf_puts(p->out, "    ipsec\n");
	if (zone->forges)
		zw_buf_puts(p->out, "    spoofing allow\n");
}
