/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways around the hooks that are proved:
 *
 *  another packet filter  legacy iptables, IPVS and BPF programs on the same
 *                         hooks can rewrite, redirect and answer packets
 *                         (net/ipv4/netfilter/ip_tables.c, ip_vs_core.c,
 *                         nf_bpf_link.c)
 *  before and behind IP   XDP on arrival (XDP_REDIRECT), filters of tc on
 *                         arrival and departure (act_mirred)
 *  below IP               a bridge forwards between its ports
 *                         (net/bridge/br_forward.c); what reaches the gateway
 *                         from a port has the bridge as its input interface, as
 *                         ports of bonds, teams and VRFs have theirs
 *                         (drivers/net/vrf.c, which runs hooks a second time)
 *  after the decision     source routes: the next hop is not the destination
 *                         that filters see (net/ipv4/ip_options.c,
 *                         ip_options_rcv_srr); segment routing sends on what
 *                         was addressed to the gateway (net/ipv6/exthdrs.c,
 *                         ipv6_srh_rcv)
 *
 * The settings route_localnet, accept_local and mc_forwarding open no such way:
 * every source and destination is taken as possible in any case. */
#include "verifier/beside.h"

/* ---- interfaces ---------------------------------------------------------- */

static bool zone_covers(const struct zw_zone *zone, struct zw_str name)
{
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++) {
		if (zw_interface_covers(&zone->interfaces.v[i], name))
			return true;
	}
	return false;
}

/* Is LINK an interface of the terms' zones? */
static bool at_terms(const struct zw_statement *statement,
		     const zw_claim_terms *terms, const struct zw_link *link)
{
	size_t i, z;

	for (i = 0; i < terms->n; i++) {
		u32 zone = terms->v[i].zone;

		if (zone < statement->zones.n &&
		    zone_covers(&statement->zones.v[zone], link->name))
			return true;
		if (zone != ZW_ELSEWHERE)
			continue;
		for (z = 0; z < statement->zones.n; z++) {
			if (zone_covers(&statement->zones.v[z], link->name))
				break;
		}
		if (z == statement->zones.n)
			return true;
	}
	return false;
}

static struct zw_str port_of(struct zw_prover *p, const struct zw_zone *zone,
			     const struct zw_link *link)
{
	const struct zw_link *master =
		zw_gateway_link(p->space->gateway, link->master);

	if (zw_str_is(link->kind, "vrf"))
		return zw_strf(
			p->arena,
			"interface '%.*s' of zone '%.*s' is a VRF: packets of its members meet the hooks twice",
			ZW_STR_ARG(link->name), ZW_STR_ARG(zone->name));
	if (!link->master)
		return ZW_STR("");
	if (!master)
		return zw_strf(
			p->arena,
			"interface '%.*s' of zone '%.*s' belongs to interface number %u, which is not there",
			ZW_STR_ARG(link->name), ZW_STR_ARG(zone->name),
			link->master);
	if (zw_str_is(master->kind, "bridge"))
		return zw_strf(
			p->arena,
			"interface '%.*s' of zone '%.*s' is a port of the bridge '%.*s', which forwards below IP",
			ZW_STR_ARG(link->name), ZW_STR_ARG(zone->name),
			ZW_STR_ARG(master->name));
	return zw_strf(
		p->arena,
		"interface '%.*s' of zone '%.*s' belongs to '%.*s' (%.*s), by which its packets come",
		ZW_STR_ARG(link->name), ZW_STR_ARG(zone->name),
		ZW_STR_ARG(master->name), ZW_STR_ARG(master->kind));
}

static struct zw_str zone_reason(struct zw_prover *p,
				 const struct zw_zone *zone)
{
	const struct zw_gateway *gateway = p->space->gateway;
	struct zw_str reason = ZW_STR("");
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++) {
		const struct zw_interface *interface = &zone->interfaces.v[i];

		if (!interface->pattern && !gateway->early &&
		    !zw_gateway_named(gateway, interface->name))
			return zw_strf(
				p->arena,
				"interface '%.*s' of zone '%.*s' is not there",
				ZW_STR_ARG(interface->name),
				ZW_STR_ARG(zone->name));
	}
	for (i = 0; i < gateway->links.n && !reason.n; i++) {
		if (zone_covers(zone, gateway->links.v[i].name))
			reason = port_of(p, zone, &gateway->links.v[i]);
	}
	return reason;
}

static struct zw_str terms_reason(struct zw_prover *p,
				  const zw_claim_terms *terms)
{
	struct zw_str reason = ZW_STR("");
	size_t i;

	for (i = 0; i < terms->n && !reason.n; i++) {
		if (terms->v[i].zone < p->statement->zones.n)
			reason = zone_reason(
				p, &p->statement->zones.v[terms->v[i].zone]);
	}
	return reason;
}

/* ---- programs ------------------------------------------------------------ */

static bool is_loopback(const struct zw_link *link)
{
	return zw_str_is(link->name, "lo");
}

static struct zw_str link_reason(struct zw_prover *p,
				 const struct zw_claim *claim)
{
	const struct zw_gateway *gateway = p->space->gateway;
	size_t i;

	for (i = 0; i < gateway->links.n; i++) {
		const struct zw_link *link = &gateway->links.v[i];

		if (is_loopback(link))
			continue;
		if (link->flags & ZW_LINK_TC)
			return zw_strf(
				p->arena,
				"filters of tc on interface '%.*s' may send packets anywhere",
				ZW_STR_ARG(link->name));
		if (link->flags & ZW_LINK_XDP &&
		    at_terms(p->statement, &claim->from, link))
			return zw_strf(
				p->arena,
				"an XDP program on interface '%.*s' may send packets anywhere",
				ZW_STR_ARG(link->name));
	}
	return ZW_STR("");
}

static struct zw_str beside_text(struct zw_arena *arena,
				 const struct zw_beside *b)
{
	switch (b->kind) {
	case ZW_BESIDE_LEGACY:
		return zw_strf(arena, "the table '%.*s' of legacy iptables",
			       ZW_STR_ARG(b->name));
	case ZW_BESIDE_IPVS:
		return zw_strf(arena, "the IPVS service %.*s",
			       ZW_STR_ARG(b->name));
	case ZW_BESIDE_BPF:
		return zw_strf(arena, "the BPF %.*s on netfilter's hooks",
			       ZW_STR_ARG(b->name));
	case ZW_BESIDE_UNREAD:
		return zw_strf(arena, "what could not be read (%.*s)",
			       ZW_STR_ARG(b->name));
	case ZW_BESIDE_COUNT:
		break;
	}
	return ZW_STR("something");
}

static bool matters(const struct zw_beside *b)
{
	return b->kind != ZW_BESIDE_LEGACY || b->name.n < 4 ||
	       memcmp(b->name.p, "arp ", 4) != 0;
}

static struct zw_str filter_reason(struct zw_prover *p)
{
	const struct zw_gateway *gateway = p->space->gateway;
	size_t i;

	for (i = 0; i < gateway->beside.n; i++) {
		const struct zw_beside *b = &gateway->beside.v[i];

		if (matters(b))
			return zw_strf(p->arena,
				       "%.*s may handle packets as well",
				       ZW_STR_ARG(beside_text(p->arena, b)));
	}
	return ZW_STR("");
}

/* ---- routes in packets ----------------------------------------------------
 */

/* FORMAT with the interface NAME in it. */
static bool is_set(struct zw_prover *p, const char *format, struct zw_str name)
{
	const struct zw_gateway *gateway = p->space->gateway;
	struct zw_buf path = { 0 };
	size_t cut = (size_t)(strchr(format, '*') - format);
	bool on;

	zw_buf_add(&path, format, cut);
	zw_buf_add(&path, name.p, name.n);
	zw_buf_puts(&path, format + cut + 1);
	on = zw_gateway_setting(gateway, (struct zw_str){ path.data, path.n }) >
	     0;
	zw_buf_free(&path);
	return on;
}

/* Packets by the links of the claim's sources where the setting is on, both
 * for all and for the link (IN_DEV_ANDCONF). */
static zw_node by_setting(struct zw_prover *p, const struct zw_claim *claim,
			  const char *format, struct zw_str *name)
{
	const struct zw_gateway *gateway = p->space->gateway;
	zw_node out = ZW_EMPTY;
	u32 first, last;
	size_t i;

	if (!is_set(p, format, ZW_STR("all")))
		return out;
	for (i = 0; i < gateway->links.n; i++) {
		const struct zw_link *link = &gateway->links.v[i];

		if (is_loopback(link) || !is_set(p, format, link->name) ||
		    !at_terms(p->statement, &claim->from, link) ||
		    !zw_space_names(p->space, link->name, false, &first, &last))
			continue;
		*name = link->name;
		out = zw_or(p->space->d, out,
			    zw_space_index(p->space, ZW_FIELD_IN, first, last));
	}
	return out;
}

/* Can a packet of SET and FAMILY with one of the N FIELDS set pass? Of the
 * other family the fields say nothing. */
static bool passes(struct zw_prover *p, enum zw_path path, zw_node set,
		   enum zw_family family, const u32 *fields, size_t n)
{
	struct zw_diagrams *d = p->space->d;
	zw_node routed = ZW_EMPTY;

	if (zw_same(set, ZW_EMPTY))
		return false;
	if (!zw_prover_path(p, path))
		return true;
	while (n--)
		routed = zw_or(d, routed, zw_space_is(p->space, fields[n], 1));
	set = zw_and(d, set, zw_space_is(p->space, ZW_FIELD_FAMILY, family));
	set = zw_and(d, zw_and(d, set, routed), p->paths[path].accepted);
	/* while rulesets change, what passed before is not this one's doing */
	if (p->is_mixture)
		set = zw_minus(d, set, p->passed[path]);
	return !zw_same(zw_and(d, set, p->paths[path].legal), ZW_EMPTY);
}

static struct zw_str route_reason(struct zw_prover *p,
				  const struct zw_claim *claim)
{
	static const u32 options[] = { ZW_FIELD_HAS_LSRR, ZW_FIELD_HAS_SSRR };
	static const u32 header[] = { ZW_FIELD_HAS_ROUTING };
	struct zw_str name = ZW_STR("");
	zw_node set =
		by_setting(p, claim, "ipv4/conf/*/accept_source_route", &name);

	if (passes(p, ZW_PATH_FORWARD, set, ZW_IPV4, options, 2))
		return zw_strf(
			p->arena,
			"source-routed packets pass, and '%.*s' takes them (accept_source_route): they go on to where the option says",
			ZW_STR_ARG(name));
	set = by_setting(p, claim, "ipv6/conf/*/seg6_enabled", &name);
	if (passes(p, ZW_PATH_INPUT, set, ZW_IPV6, header, 1) ||
	    passes(p, ZW_PATH_FORWARD, set, ZW_IPV6, header, 1))
		return zw_strf(
			p->arena,
			"packets with a routing header pass, and '%.*s' takes them (seg6_enabled): they go on to where it says",
			ZW_STR_ARG(name));
	return ZW_STR("");
}

/* ---- all of it ----------------------------------------------------------- */

struct zw_str zw_beside_reason(struct zw_prover *p,
			       const struct zw_claim *claim)
{
	struct zw_str reason = ZW_STR("");

	if (!p->space->gateway || !p->space->gateway->whole)
		return reason;
	reason = terms_reason(p, &claim->from);
	if (!reason.n)
		reason = terms_reason(p, &claim->to);
	if (!reason.n)
		reason = filter_reason(p);
	if (!reason.n)
		reason = link_reason(p, claim);
	if (!reason.n)
		reason = route_reason(p, claim);
	return reason;
}

static void assume(struct zw_arena *arena, struct zw_verification *v,
		   struct zw_str text)
{
	zw_push(arena, v->assumptions, text);
}

void zw_beside_assume(struct zw_arena *arena, const struct zw_gateway *gateway,
		      struct zw_verification *v)
{
	size_t i, found = 0;

	for (i = 0; i < gateway->beside.n; i++) {
		assume(arena, v,
		       zw_strf(arena, "beside nf_tables there is %.*s",
			       ZW_STR_ARG(beside_text(arena,
						      &gateway->beside.v[i]))));
		found++;
	}
	for (i = 0; i < gateway->links.n; i++) {
		const struct zw_link *link = &gateway->links.v[i];

		if (!(link->flags & (ZW_LINK_XDP | ZW_LINK_TC)))
			continue;
		assume(arena, v,
		       zw_strf(arena, "on interface '%.*s' there %s",
			       ZW_STR_ARG(link->name),
			       link->flags & ZW_LINK_XDP
				       ? "is an XDP program"
				       : "are filters of tc"));
		found++;
	}
	assume(arena, v,
	       found ? ZW_STR("interfaces, addresses and settings stay as they were read")
		     : ZW_STR("interfaces, addresses and settings stay as they were read; nothing but nf_tables was found to handle packets"));
}
