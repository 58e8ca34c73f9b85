/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones: what stands in their braces, and which addresses belong to whom. A
 * zone's members are its networks; zones without networks have every address
 * that is in no zone's networks, so networks come first, then members, then
 * hosts, which must be members. Networks of two zones are disjoint afterwards,
 * and DMZ and internal zones have networks if there are rules: claims and
 * anti-spoofing rest on it. */
#include "compiler/resolve.h"

static void twice_or_both(struct zw_resolver *r, struct zw_span span,
			  struct zw_span first)
{
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z1012, span, "a zone says this once");

	zw_diag_here(r->diags, diag, "said again here");
	zw_diag_label(r->diags, diag, first, "first said here");
}

static void read_ipsec(struct zw_resolver *r, struct zw_zone *zone,
		       const struct zw_ast_member *member,
		       struct zw_span *first)
{
	if (zone->ipsec != ZW_IPSEC_EITHER) {
		twice_or_both(r, member->span, *first);
		return;
	}
	*first = member->span;
	zone->ipsec =
		member->kind == ZW_MEMBER_IPSEC ? ZW_IPSEC_ONLY : ZW_IPSEC_NOT;
	zone->has_reqid = member->has_reqid;
	zone->reqid = member->reqid;
}

static void read_network(struct zw_resolver *r, u32 at,
			 const struct zw_ast_member *member)
{
	struct zw_zone *zone = &r->model->zones.v[at];
	struct zw_addrs_result result;
	bool takes = false;
	size_t i;

	zone->has_network = true;
	for (i = 0; i < member->addrs.n; i++) {
		if (member->addrs.v[i].kind != ZW_ADDR_FROM_INTERFACE)
			continue;
		takes = true;
		if (!zw_one_gateway(r, member->addrs.v[i].span)) {
			r->extras.v[at].poisoned = true;
			continue;
		}
		if (r->extras.v[at].takes.file != ZW_NO_FILE)
			twice_or_both(r, member->addrs.v[i].span,
				      r->extras.v[at].takes);
		else
			r->extras.v[at].takes = member->addrs.v[i].span;
	}
	result = zw_resolve_addrs(r, &r->policy, &member->addrs);
	if (result.poisoned)
		r->extras.v[at].poisoned = true;
	if (zw_ipset_empty(zone->networks))
		zone->networks = result.set;
	else
		zone->networks =
			zw_ipset_union(r->arena, zone->networks, result.set);
	if (!result.poisoned && !takes && zw_ipset_empty(result.set)) {
		zw_diag(r->diags, ZW_Z2007, member->span,
			"network without an address");
		r->extras.v[at].poisoned = true;
	}
}

/* The prefixes of its interfaces, which are known by now. */
static void take_networks(struct zw_resolver *r, u32 at)
{
	struct zw_zone *zone = &r->model->zones.v[at];
	struct zw_zone_extra *extra = &r->extras.v[at];

	if (extra->takes.file == ZW_NO_FILE)
		return;
	if (!zw_take_networks(r, zone, extra->takes, &extra->taken))
		extra->poisoned = true;
	zone->networks = zw_ipset_union(r->arena, zone->networks, extra->taken);
}

static void declare_host(struct zw_resolver *r, u32 zone,
			 const struct zw_ast_member *member)
{
	struct zw_map *hosts = &r->extras.v[zone].hosts;
	struct zw_host host = {
		.name = zw_str_copy(r->arena, member->name.text),
		.zone = zone,
		.span = member->name.span,
	};
	struct zw_diag *diag;
	u32 at;

	if (zw_map_get(hosts, host.name, &at)) {
		diag = zw_diag(r->diags, ZW_Z1005, host.span,
			       "host '%.*s' is declared twice",
			       ZW_STR_ARG(host.name));
		zw_diag_here(r->diags, diag, "declared again here");
		zw_diag_label(r->diags, diag, r->model->hosts.v[at].span,
			      "first declared here");
		return;
	}
	zw_map_put(hosts, host.name, (u32)r->model->hosts.n);
	zw_push(r->arena, r->model->hosts, host);
}

static void read_members(struct zw_resolver *r, u32 at)
{
	const struct zw_ast_stmt *stmt = r->extras.v[at].stmt;
	struct zw_zone *zone = &r->model->zones.v[at];
	struct zw_span first_ipsec = ZW_NO_SPAN, first_spoofing = ZW_NO_SPAN;
	size_t i;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		switch (member->kind) {
		case ZW_MEMBER_INTERFACE:
		case ZW_MEMBER_BINDING: /* of gateways alone */
			break;		/* interfaces.c */
		case ZW_MEMBER_IPSEC:
		case ZW_MEMBER_NOT_IPSEC:
			read_ipsec(r, zone, member, &first_ipsec);
			break;
		case ZW_MEMBER_NETWORK:
			read_network(r, at, member);
			break;
		case ZW_MEMBER_HOST:
			declare_host(r, at, member);
			break;
		case ZW_MEMBER_SPOOFING_ALLOW:
			if (zone->spoofing_allowed) {
				twice_or_both(r, member->span, first_spoofing);
				break;
			}
			zone->spoofing_allowed = true;
			first_spoofing = member->span;
			break;
		}
	}
	zw_resolve_interfaces(r, at);
	take_networks(r, at);
}

/* The first written network of ZONE that meets OTHER's. */
static struct zw_span network_within(struct zw_resolver *r, u32 zone,
				     struct zw_ipset other,
				     struct zw_ipset *part)
{
	const struct zw_ast_stmt *stmt = r->extras.v[zone].stmt;
	size_t i, j;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		if (member->kind != ZW_MEMBER_NETWORK)
			continue;
		for (j = 0; j < member->addrs.n; j++) {
			const struct zw_ast_addr *addr = &member->addrs.v[j];
			struct zw_ipset one = r->extras.v[zone].taken;

			if (addr->kind != ZW_ADDR_FROM_INTERFACE)
				one = zw_resolve_addr(r, &r->policy, addr).set;
			if (zw_ipset_overlap(one, other)) {
				*part = zw_ipset_intersect(r->arena, one,
							   other);
				return addr->span;
			}
		}
	}
	return r->model->zones.v[zone].span;
}

static void overlap(struct zw_resolver *r, u32 a, u32 b)
{
	const struct zw_zone *zones = r->model->zones.v;
	struct zw_ipset part = zones[a].networks, unused;
	struct zw_span second = network_within(r, b, zones[a].networks, &part);
	struct zw_span first = network_within(r, a, part, &unused);
	enum zw_family family = part.of[ZW_IPV4].n ? ZW_IPV4 : ZW_IPV6;
	char text[100];
	struct zw_diag *diag =
		zw_diag(r->diags, r->zones_alone ? ZW_Z3020 : ZW_Z2018, second,
			"networks of zones '%.*s' and '%.*s' overlap",
			ZW_STR_ARG(zones[a].name), ZW_STR_ARG(zones[b].name));

	zw_diag_here(r->diags, diag, "%s is in both",
		     zw_ip_range_format(family, part.of[family].v[0], text));
	zw_diag_label(r->diags, diag, first, "in zone '%.*s' here",
		      ZW_STR_ARG(zones[a].name));
	if (!r->zones_alone)
		zw_diag_help(
			r->diags, diag,
			"an address is in one zone: take it out of one of the two");
	if (zw_ipset_overlap(part, r->extras.v[a].taken) ||
	    zw_ipset_overlap(part, r->extras.v[b].taken))
		zw_note_taken(r, diag, part);
}

static void check_overlaps(struct zw_resolver *r)
{
	const struct zw_zone *zones = r->model->zones.v;
	u32 a, b;

	for (b = 0; b < r->model->zones.n; b++) {
		for (a = 0; a < b; a++) {
			if (r->extras.v[a].poisoned || r->extras.v[b].poisoned)
				continue;
			if (zw_ipset_overlap(zones[a].networks,
					     zones[b].networks))
				overlap(r, a, b);
		}
	}
}

/* All networks in one list each family, sorted once. */
static struct zw_ipset rest(struct zw_resolver *r)
{
	struct zw_ipset taken;
	size_t i, j, n;
	int f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_interval *all;

		for (i = 0, n = 0; i < r->model->zones.n; i++)
			n += r->model->zones.v[i].networks.of[f].n;
		all = ZW_NEW_ARRAY(r->arena, struct zw_interval, n);
		for (i = 0, n = 0; i < r->model->zones.n; i++) {
			struct zw_intervals one =
				r->model->zones.v[i].networks.of[f];

			for (j = 0; j < one.n; j++)
				all[n++] = one.v[j];
		}
		taken.of[f] = zw_intervals_from(r->arena, all, n);
	}
	return zw_ipset_minus(r->arena, r->everything, taken);
}

static void set_members(struct zw_resolver *r)
{
	struct zw_ipset others = rest(r);
	size_t i;

	r->model->sources =
		ZW_NEW_ARRAY(r->arena, struct zw_ipset, r->model->zones.n);

	for (i = 0; i < r->model->zones.n; i++) {
		struct zw_zone *zone = &r->model->zones.v[i];

		zone->members = zone->has_network ? zone->networks : others;
		r->model->sources[i] = zone->members;
		if (zone->spoofing_allowed)
			r->model->sources[i] = zw_ipset_union(r->arena, others,
							      zone->networks);
	}
}

static void resolve_host(struct zw_resolver *r, struct zw_host *host,
			 const struct zw_ast_member *member)
{
	const struct zw_zone *zone = &r->model->zones.v[host->zone];
	struct zw_addrs_result result =
		zw_resolve_addrs(r, &r->policy, &member->addrs);
	struct zw_diag *diag;

	host->addrs = result.set;
	if (result.poisoned || r->extras.v[host->zone].poisoned)
		return;
	if (zw_ipset_empty(result.set)) {
		zw_diag(r->diags, ZW_Z2007, host->span,
			"host '%.*s' has no address", ZW_STR_ARG(host->name));
		return;
	}
	if (zw_ipset_subset(result.set, zone->members))
		return;
	diag = zw_diag(r->diags, ZW_Z2009, member->addrs.v[0].span,
		       "host '%.*s' is not in its zone '%.*s'",
		       ZW_STR_ARG(host->name), ZW_STR_ARG(zone->name));
	zw_diag_here(r->diags, diag,
		     zone->has_network ? "outside the zone's networks"
				       : "in another zone's networks");
	if (!zw_ipset_overlap(result.set, zone->members))
		return;
	zw_diag_note(r->diags, diag, "some of its addresses are");
}

static void resolve_hosts(struct zw_resolver *r, u32 zone)
{
	const struct zw_ast_stmt *stmt = r->extras.v[zone].stmt;
	size_t i;
	u32 at;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		/* a host declared twice keeps its first meaning */
		if (member->kind == ZW_MEMBER_HOST &&
		    zw_map_get(&r->extras.v[zone].hosts, member->name.text,
			       &at) &&
		    !memcmp(&r->model->hosts.v[at].span, &member->name.span,
			    sizeof(struct zw_span)))
			resolve_host(r, &r->model->hosts.v[at], member);
	}
}

/* `spoofing allow` of a zone that has every other source anyway. */
static void forges_already(struct zw_resolver *r, const struct zw_zone *zone,
			   const struct zw_ast_member *member)
{
	struct zw_diag *diag;

	if (zone->has_network)
		return;
	diag = zw_diag(r->diags, ZW_Z3010, member->span,
		       "'spoofing allow' changes nothing for '%.*s'",
		       ZW_STR_ARG(zone->name));
	zw_diag_here(r->diags, diag,
		     "a zone without networks has these sources anyway");
}

static void check_kind(struct zw_resolver *r, u32 at)
{
	const struct zw_zone *zone = &r->model->zones.v[at];
	const struct zw_ast_stmt *stmt = r->extras.v[at].stmt;
	bool guarded =
		(zone->kind == ZW_ZONE_DMZ || zone->kind == ZW_ZONE_INTERNAL) &&
		r->model->has_policy;
	const char *kind = zone->kind == ZW_ZONE_DMZ ? "DMZ" : "internal";
	struct zw_diag *diag;
	size_t i;

	if (guarded && !zone->has_network) {
		diag = zw_diag(r->diags, ZW_Z2020, zone->span,
			       "%s zone '%.*s' names no network", kind,
			       ZW_STR_ARG(zone->name));
		zw_diag_here(r->diags, diag, "which sources are its own?");
		zw_diag_help(r->diags, diag, "add 'network ...' to it");
	}
	for (i = 0; zone->spoofing_allowed && i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		if (member->kind != ZW_MEMBER_SPOOFING_ALLOW)
			continue;
		if (!guarded) {
			forges_already(r, zone, member);
			continue;
		}
		diag = zw_diag(r->diags, ZW_Z2021, member->span,
			       "%s zone '%.*s' must not allow spoofing", kind,
			       ZW_STR_ARG(zone->name));
		zw_diag_here(r->diags, diag,
			     "a forged source could ride on others' flows");
		zw_diag_help(r->diags, diag,
			     "name all networks behind it instead");
		break;
	}
}

void zw_resolve_zones(struct zw_resolver *r)
{
	u32 i;

	for (i = 0; i < r->model->zones.n; i++)
		read_members(r, i);
	if (!r->model->gateways.n)
		zw_check_interfaces(r, &(struct zw_sharing){ r->model->zones.v,
							     r->model->zones.n,
							     NULL, NULL });
	check_overlaps(r);
	set_members(r);
	for (i = 0; i < r->model->zones.n; i++) {
		resolve_hosts(r, i);
		check_kind(r, i);
	}
}
