/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where zones lie as one of several gateways sees them, and whether they can
 * be told apart there. A zone beyond is behind the interfaces of the links with
 * which the shortest ways to it begin. */
#include "compiler/holds.h"

struct lies {
	struct zw_resolver *r;
	struct zw_model_gateway *gateway;
	u32 number;
	const struct zw_block *block;
	zw_gateways links;		    /* their numbers */
	const struct zw_binding **bindings; /* by zone, or NULL */
};

static bool has_interface(const struct zw_zone_there *there,
			  const struct zw_interface *interface)
{
	size_t i;

	for (i = 0; i < there->interfaces.n; i++)
		if (there->interfaces.v[i].pattern == interface->pattern &&
		    zw_str_eq(there->interfaces.v[i].name, interface->name))
			return true;
	return false;
}

/* BINDING is the link's; what lies beyond is called by its own zone. */
static void add_interfaces(struct lies *l, struct zw_zone_there *there,
			   const struct zw_binding *binding)
{
	size_t i;

	for (i = 0; i < binding->as.interfaces.n; i++) {
		struct zw_interface interface = binding->as.interfaces.v[i];

		if (there->attached == ZW_ATTACHED_BEYOND)
			interface.span = l->r->model->zones.v[there->zone].span;
		if (!has_interface(there, &interface))
			zw_push(l->r->arena, there->interfaces, interface);
	}
	there->ipsec = binding->as.ipsec;
	there->has_reqid = binding->as.has_reqid;
	there->reqid = binding->as.reqid;
}

static void differ(struct lies *l, const struct zw_zone_there *there,
		   const struct zw_network_link *a,
		   const struct zw_network_link *b)
{
	struct zw_resolver *r = l->r;
	const struct zw_zone *zone = &r->model->zones.v[there->zone];
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z2048, zone->span,
			"links to zone '%.*s' differ in what they say of IPsec",
			ZW_STR_ARG(zone->name));

	zw_diag_here(r->diags, diag, "beyond both, as gateway '%.*s' sees it",
		     ZW_STR_ARG(l->gateway->name));
	zw_diag_label(r->diags, diag, a->span, "the one link");
	zw_diag_label(r->diags, diag, b->span, "as short a way by this one");
	zw_diag_help(r->diags, diag,
		     "say the same of both, or take one of them out");
}

static bool same_ipsec(const struct zw_binding *a, const struct zw_binding *b)
{
	return a->as.ipsec == b->as.ipsec &&
	       a->as.has_reqid == b->as.has_reqid && a->as.reqid == b->as.reqid;
}

static void lies_beyond(struct lies *l, u32 zone)
{
	struct zw_zone_there there = { .zone = zone,
				       .attached = ZW_ATTACHED_BEYOND };
	const struct zw_network_link *first = NULL;
	size_t i;

	for (i = 0; i < l->links.n; i++) {
		const struct zw_network_link *link =
			&l->r->model->links.v[l->links.v[i]];
		const struct zw_binding *binding = l->bindings[link->zone];

		if (!zw_hops_begin(l->r->model->hops, l->number, zone,
				   l->links.v[i]))
			continue;
		if (first && !same_ipsec(l->bindings[first->zone], binding)) {
			differ(l, &there, first, link);
			return;
		}
		first = first ? first : link;
		add_interfaces(l, &there, binding);
	}
	if (first)
		zw_push(l->r->arena, l->gateway->zones, there);
}

static void lies_here(struct lies *l, u32 zone)
{
	struct zw_zone_there there = { .zone = zone,
				       .attached = ZW_ATTACHED_HERE };

	add_interfaces(l, &there, l->bindings[zone]);
	zw_push(l->r->arena, l->gateway->zones, there);
}

/* ---- what shares an interface ---- */

static struct zw_zone *copy_zones(struct lies *l)
{
	const struct zw_model *model = l->r->model;
	struct zw_zone *zones =
		ZW_NEW_ARRAY(l->r->scratch, struct zw_zone, model->zones.n);

	memcpy(zones, model->zones.v, model->zones.n * sizeof(*zones));
	zw_zones_there(l->gateway, zones);
	return zones;
}

static void check_translations(struct lies *l, const struct zw_zone *zones)
{
	const struct zw_model *model = l->r->model;
	size_t i, j;

	for (i = 0; i < l->gateway->translates.n; i++) {
		const struct zw_source_translation *t =
			&model->translates.v[l->gateway->translates.v[i]]
				 .translation;

		for (j = 0; j < t->boxes.n; j++) {
			const struct zw_flow_box *box = &t->boxes.v[j];

			if (!zones[box->to].interfaces.n ||
			    !zw_hops_cross(model->hops, l->number, box->from,
					   box->to))
				continue;
			if (!zw_check_translated(l->r, zones, t->span,
						 box->from, box->src))
				break;
		}
	}
	for (i = 0; i < l->gateway->publishes.n; i++) {
		const struct zw_publication *p =
			&model->publishes.v[l->gateway->publishes.v[i]]
				 .publication;

		for (j = 0; j < p->from.n; j++)
			if (p->from.v[j].zone == p->to)
				zw_check_translated(l->r, zones, p->span, p->to,
						    p->from.v[j].src);
	}
}

static void check(struct lies *l)
{
	struct zw_resolver *r = l->r;
	size_t i, n = r->model->zones.n;
	bool *by_link = ZW_NEW_ARRAY(r->scratch, bool, n);
	struct zw_sharing sharing = { copy_zones(l), n, l->gateway, by_link };

	for (i = 0; i < l->links.n; i++)
		by_link[r->model->links.v[l->links.v[i]].zone] = true;
	for (i = 0; i < l->gateway->zones.n; i++)
		if (l->gateway->zones.v[i].attached == ZW_ATTACHED_BEYOND)
			by_link[l->gateway->zones.v[i].zone] = true;
	zw_check_interfaces(r, &sharing);
	for (i = 0; i < l->gateway->zones.n; i++) {
		struct zw_zone_there *there = &l->gateway->zones.v[i];

		there->is_link = by_link[there->zone] &&
				 there->attached == ZW_ATTACHED_HERE;
		there->ipsec = sharing.zones[there->zone].ipsec;
		there->shares_interface =
			sharing.zones[there->zone].shares_interface;
	}
	check_translations(l, sharing.zones);
}

void zw_place_zones(struct zw_resolver *r, u32 gateway, const bool *needed)
{
	const struct zw_model *model = r->model;
	struct lies l = {
		.r = r,
		.gateway = &r->model->gateways.v[gateway],
		.number = gateway,
		.block = &r->blocks.v[gateway],
	};
	size_t i, j;
	u32 zone;

	r->scratch = zw_arena_new();
	l.bindings = ZW_NEW_ARRAY(r->scratch, const struct zw_binding *,
				  model->zones.n);
	for (i = 0; i < l.block->bindings.n; i++)
		l.bindings[l.block->bindings.v[i].zone] =
			&l.block->bindings.v[i];
	for (i = 0; i < model->links.n; i++)
		for (j = 0; j < model->links.v[i].gateways.n; j++)
			if (model->links.v[i].gateways.v[j] == gateway)
				zw_push(r->scratch, l.links, (u32)i);
	for (zone = 0; zone < model->zones.n; zone++) {
		if (l.bindings[zone])
			lies_here(&l, zone);
		else if (needed[zone] && zw_hops_to_zone(model->hops, gateway,
							 zone) != ZW_NO_WAY)
			lies_beyond(&l, zone);
	}
	check(&l);
	zw_arena_free(r->scratch);
	r->scratch = NULL;
}
