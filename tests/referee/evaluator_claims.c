/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What always holds, whatever the rules say: a packet that passes and is one of
 * these is a breach. */
#include "tests/referee/evaluator_internal.h"

/* The addresses of the zones that share the packet's interface with ZONE are
 * theirs, not a forgery of ZONE's. */
static bool is_neighbours(const struct zw_evaluator *e,
			  const struct zw_ast_stmt *zone,
			  const struct zw_sample *p)
{
	size_t i;

	for (i = 0; i < e->tree.zones.n; i++) {
		if (e->tree.zones.v[i] != zone &&
		    zw_comes_from(e, e->tree.zones.v[i], p))
			return true;
	}
	return false;
}

/* "on a link, whatever source is written there" */
static bool is_link(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone)
{
	size_t i;

	for (i = 0; e->view && i < e->tree.zones.n; i++)
		if (e->tree.zones.v[i] == zone)
			return e->view->joined[i];
	return false;
}

/* "any source on A's interfaces" */
static bool sent_on(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	return zw_enters_by(e, zone, p) &&
	       (is_link(e, zone) || !is_neighbours(e, zone, p));
}

/* Of an error: the zone that it is about may be where it comes from. */
static bool is_answered(const struct zw_evaluator *e,
			const struct zw_ast_stmt *from,
			const struct zw_sample *p)
{
	struct zw_ip ip = { p->family, p->reply_source };
	size_t i;

	if (zw_tree_is_member(&e->tree, from, ip))
		return true;
	for (i = 0; is_link(e, from) && i < e->tree.zones.n; i++)
		if (zw_enters_by(e, e->tree.zones.v[i], p) &&
		    zw_tree_is_member(&e->tree, e->tree.zones.v[i], ip))
			return true;
	return false;
}

static bool shares_way_out(const struct zw_evaluator *e,
			   const struct zw_ast_stmt *zone,
			   const struct zw_sample *p)
{
	size_t i;

	for (i = 0; i < e->tree.zones.n; i++) {
		if (e->tree.zones.v[i] != zone &&
		    zw_leaves_by(e, e->tree.zones.v[i], p))
			return true;
	}
	return false;
}

/* "to B means by an interface of B, or to an address in B's networks by
 * whatever interface" */
static bool sent_to(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	if (zw_tree_in_networks(&e->tree, zone, zw_destination(p)))
		return true;
	return zw_leaves_by(e, zone, p) && !shares_way_out(e, zone, p);
}

/* "in every conntrack state for packets of the original direction"; an error
 * about a flow only from the zone that its other end belongs to */
static bool begins_or_carries(const struct zw_evaluator *e,
			      const struct zw_ast_stmt *from,
			      const struct zw_sample *p)
{
	if (p->state != ZW_CT_ESTABLISHED && p->state != ZW_CT_RELATED)
		return true;
	if (p->direction == ZW_CT_ORIGINAL)
		return true;
	return p->state == ZW_CT_RELATED && !is_answered(e, from, p);
}

bool zw_evaluator_dmz_to_internal(const struct zw_evaluator *e,
				  const struct zw_sample *sample)
{
	struct zw_sample now = zw_arrived(e, sample), *p = &now;
	size_t i, k;

	if (p->path != ZW_PATH_FORWARD)
		return false;
	for (i = 0; i < e->tree.zones.n; i++) {
		const struct zw_ast_stmt *from = e->tree.zones.v[i];

		if (from->zone_kind != ZW_AST_ZONE_DMZ ||
		    !sent_on(e, from, p) || !begins_or_carries(e, from, p))
			continue;
		for (k = 0; k < e->tree.zones.n; k++) {
			const struct zw_ast_stmt *to = e->tree.zones.v[k];

			if (to->zone_kind == ZW_AST_ZONE_INTERNAL &&
			    sent_to(e, to, p))
				return true;
		}
	}
	return false;
}

bool zw_evaluator_spoofed(const struct zw_evaluator *e,
			  const struct zw_sample *p)
{
	size_t i;

	if (p->path != ZW_PATH_FORWARD)
		return false;
	for (i = 0; i < e->tree.zones.n; i++) {
		const struct zw_ast_stmt *zone = e->tree.zones.v[i];

		if (zone->zone_kind != ZW_AST_ZONE_DMZ &&
		    zone->zone_kind != ZW_AST_ZONE_INTERNAL)
			continue;
		if (sent_on(e, zone, p) && !is_neighbours(e, zone, p) &&
		    !zw_tree_in_networks(&e->tree, zone, zw_source(p)))
			return true;
	}
	return false;
}
