/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims to sets of packets.
 *
 * A flow starts with a packet of conntrack state new, untracked or invalid, or
 * with one that a helper expected (related, original direction, no ICMP error).
 * The built-in claim takes every packet of the original direction besides, in
 * any state, and related ones of the reply direction that do not come from the
 * zone of the quoted flow's other end.
 *
 * Where zones share an interface and nothing but addresses tells them apart,
 * a source of another zone there is that zone's; a source of none of them is a
 * forged one of any. */
#include <netinet/in.h>

#include "verifier/region.h"

struct zw_regions *zw_regions_new(struct zw_arena *arena,
				  struct zw_space *space,
				  const struct zw_statement *statement)
{
	struct zw_regions *r = ZW_NEW(arena, struct zw_regions);

	r->arena = arena;
	r->space = space;
	r->statement = statement;
	r->ports = zw_meaning_ports(arena, space, statement);
	return r;
}

static const struct zw_zone *zone_of(const struct zw_regions *r, u32 zone)
{
	return &r->statement->zones.v[zone];
}

/* A set of addresses of both families, by the packet's family. */
static zw_node addresses(const struct zw_regions *r, u32 field,
			 struct zw_ipset set)
{
	struct zw_branch branches[2];
	u32 f, variable =
		       r->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;

	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		branches[f] = (struct zw_branch){
			f, zw_space_addresses(r->space, field, f, set.of[f])
		};
	return zw_switch(r->space->d, variable, branches, 2);
}

/* ---- interfaces ---------------------------------------------------------- */

static bool has_zone(const struct zw_regions *r, u32 class, u32 zone)
{
	u32 i;

	for (i = 0; i < r->ports.counts[class]; i++) {
		if (r->ports.zones[class][i] == zone)
			return true;
	}
	return false;
}

/* Has the gateway interfaces of its own in ZONE? */
static bool is_here(const struct zw_regions *r, u32 zone)
{
	return !r->attached || r->attached[zone] == ZW_ATTACHED_HERE;
}

static bool is_loopback(const struct zw_regions *r, u32 class)
{
	u32 first, last;

	return zw_space_names(r->space, ZW_STR("lo"), false, &first, &last) &&
	       class >= first && class <= last;
}

zw_node zw_region_elsewhere(struct zw_regions *r, u32 field)
{
	zw_node out = ZW_EMPTY;
	u32 c;

	for (c = 0; c < r->space->class_count; c++) {
		if (!r->ports.counts[c] && !is_loopback(r, c))
			out = zw_or(r->space->d, out,
				    zw_space_index(r->space, field, c, c));
	}
	return out;
}

/* Can IPsec tell A from B on an interface that they share? */
static bool told_apart(const struct zw_zone *a, const struct zw_zone *b)
{
	if (a->ipsec == ZW_IPSEC_ONLY && b->ipsec == ZW_IPSEC_ONLY)
		return a->has_reqid && b->has_reqid && a->reqid != b->reqid;
	return (a->ipsec == ZW_IPSEC_ONLY && b->ipsec == ZW_IPSEC_NOT) ||
	       (a->ipsec == ZW_IPSEC_NOT && b->ipsec == ZW_IPSEC_ONLY);
}

/* The addresses of the other zones that share class C with ZONE. What lies
 * beyond a link shares it with whoever sends on it. */
static struct zw_ipset neighbours(const struct zw_regions *r, u32 class,
				  u32 zone)
{
	struct zw_ipset out = { 0 };
	u32 i;

	for (i = 0; i < r->ports.counts[class]; i++) {
		u32 other = r->ports.zones[class][i];

		if (other == zone || !is_here(r, other) ||
		    told_apart(zone_of(r, zone), zone_of(r, other)))
			continue;
		out = zw_ipset_union(r->arena, out, zone_of(r, other)->members);
	}
	return out;
}

/* What can be sent on ZONE's interfaces, by class: on a link, anything. */
static zw_node any_source(struct zw_regions *r, u32 zone)
{
	struct zw_diagrams *d = r->space->d;
	zw_node out = ZW_EMPTY;
	u32 c;

	for (c = 0; is_here(r, zone) && c < r->space->class_count; c++) {
		struct zw_ipset others;
		zw_node on;

		if (!has_zone(r, c, zone))
			continue;
		on = zw_space_index(r->space, ZW_FIELD_IN, c, c);
		others = neighbours(r, c, zone);
		if (!zone_of(r, zone)->is_link && !zw_ipset_empty(others))
			on = zw_minus(d, on,
				      addresses(r, ZW_FIELD_SRC, others));
		out = zw_or(d, out, on);
	}
	return out;
}

zw_node zw_region_by(struct zw_regions *r, u32 field, u32 zone)
{
	zw_node out = ZW_EMPTY;
	u32 c;

	for (c = 0; c < r->space->class_count; c++) {
		if (has_zone(r, c, zone))
			out = zw_or(r->space->d, out,
				    zw_space_index(r->space, field, c, c));
	}
	return out;
}

zw_node zw_region_on(struct zw_regions *r, u32 field, u32 zone)
{
	return zw_and(r->space->d, zw_region_by(r, field, zone),
		      zw_meaning_ipsec(r->space, zone_of(r, zone),
				       field == ZW_FIELD_OUT));
}

/* ---- terms --------------------------------------------------------------- */

static zw_node narrowed(const struct zw_regions *r, u32 field,
			const struct zw_claim_term *term, zw_node set)
{
	if (!term->narrowed)
		return set;
	return zw_and(r->space->d, set, addresses(r, field, term->addrs));
}

/* Packets from TERM, with any source that it may mean. */
static zw_node from_any(struct zw_regions *r, const struct zw_claim_term *term)
{
	struct zw_diagrams *d = r->space->d;
	zw_node on;

	if (term->zone == ZW_SELF)
		on = ZW_ALL;
	else if (term->zone == ZW_ELSEWHERE)
		on = zw_region_elsewhere(r, ZW_FIELD_IN);
	else
		on = zw_and(d, any_source(r, term->zone),
			    zw_meaning_ipsec(r->space, zone_of(r, term->zone),
					     false));
	return narrowed(r, ZW_FIELD_SRC, term, on);
}

zw_node zw_region_onto_links(struct zw_regions *r)
{
	zw_node out = ZW_EMPTY;
	u32 z;

	if (r->onto_links_known)
		return r->onto_links;
	for (z = 0; r->links && z < r->statement->zones.n; z++)
		if (r->links[z] && is_here(r, z))
			out = zw_or(r->space->d, out,
				    zw_region_on(r, ZW_FIELD_OUT, z));
	r->onto_links = out;
	r->onto_links_known = true;
	return out;
}

/* Packets to TERM: by its interfaces, or to its networks by any. */
static zw_node to_any(struct zw_regions *r, const struct zw_claim_term *term)
{
	struct zw_diagrams *d = r->space->d;
	const struct zw_zone *zone;
	zw_node on;

	if (term->zone == ZW_SELF)
		return narrowed(r, ZW_FIELD_DST, term, ZW_ALL);
	if (term->zone == ZW_ELSEWHERE)
		return narrowed(r, ZW_FIELD_DST, term,
				zw_region_elsewhere(r, ZW_FIELD_OUT));
	zone = zone_of(r, term->zone);
	on = is_here(r, term->zone) ? zw_region_on(r, ZW_FIELD_OUT, term->zone)
				    : ZW_EMPTY;
	if (zone->shares_interface)
		on = zw_and(d, on, addresses(r, ZW_FIELD_DST, zone->members));
	if (zone->has_network)
		on = zw_or(d, on,
			   zw_minus(d,
				    addresses(r, ZW_FIELD_DST, zone->networks),
				    zw_region_onto_links(r)));
	return narrowed(r, ZW_FIELD_DST, term, on);
}

/* Members alone, by their own interfaces. */
static zw_node members(struct zw_regions *r, const struct zw_claim_term *term,
		       u32 side, u32 field)
{
	struct zw_ipset whole;

	if (term->zone == ZW_SELF)
		return narrowed(r, field, term, ZW_ALL);
	if (term->zone == ZW_ELSEWHERE)
		return ZW_EMPTY;
	if (term->narrowed)
		whole = term->addrs;
	else if (side == ZW_FIELD_IN)
		whole = zw_meaning_sources(r->arena, r->statement, term->zone);
	else
		whole = zone_of(r, term->zone)->members;
	return zw_and(r->space->d, zw_region_on(r, side, term->zone),
		      addresses(r, field, whole));
}

/* Does a term with self, or without, belong to this end of PATH? */
static bool at_end(u32 zone, enum zw_path path, bool from)
{
	bool self = path == (from ? ZW_PATH_OUTPUT : ZW_PATH_INPUT);

	return (zone == ZW_SELF) == self;
}

/* ---- states -------------------------------------------------------------- */

static zw_node state(struct zw_regions *r, enum zw_state_index index)
{
	return zw_space_index(r->space, ZW_FIELD_STATE, index, index);
}

zw_node zw_region_expected(struct zw_regions *r)
{
	struct zw_diagrams *d = r->space->d;
	zw_node expected, icmp;

	icmp = zw_or(d, zw_space_is(r->space, ZW_FIELD_PROTO, IPPROTO_ICMP),
		     zw_space_is(r->space, ZW_FIELD_PROTO, IPPROTO_ICMPV6));
	expected = zw_and(d, state(r, ZW_IS_RELATED),
			  zw_space_is(r->space, ZW_FIELD_DIRECTION, 0));
	return zw_minus(d, expected, icmp);
}

/* States in which a packet begins a flow. */
static zw_node beginning(struct zw_regions *r, enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node out;

	out = zw_or(d, zw_or(d, state(r, ZW_IS_NEW), state(r, ZW_IS_INVALID)),
		    state(r, ZW_IS_UNTRACKED));
	if (path == ZW_PATH_OUTPUT)
		return out;
	return zw_or(d, out, zw_region_expected(r));
}

/* Whose flows an error that comes from ZONE may be about: its own, and by a
 * link those of all that come by its interfaces. */
static struct zw_ipset answered(const struct zw_regions *r, u32 zone)
{
	struct zw_ipset out = zone_of(r, zone)->members;
	u32 c, i;

	for (c = 0; zone_of(r, zone)->is_link && c < r->space->class_count; c++)
		for (i = 0; has_zone(r, c, zone) && i < r->ports.counts[c]; i++)
			out = zw_ipset_union(
				r->arena, out,
				zone_of(r, r->ports.zones[c][i])->members);
	return out;
}

/* Every packet that no reply or error to ZONE's own flows can be. */
static zw_node original(struct zw_regions *r, u32 zone)
{
	struct zw_diagrams *d = r->space->d;
	zw_node out, foreign;

	out = zw_or(d, state(r, ZW_IS_ESTABLISHED), state(r, ZW_IS_RELATED));
	out = zw_and(d, out, zw_space_is(r->space, ZW_FIELD_DIRECTION, 0));
	foreign = state(r, ZW_IS_RELATED);
	if (zone < r->statement->zones.n)
		foreign = zw_minus(
			d, foreign,
			addresses(r, ZW_FIELD_REPLY_SRC, answered(r, zone)));
	return zw_or(d, out, foreign);
}

/* ---- services ------------------------------------------------------------ */

static zw_node services(struct zw_regions *r, const struct zw_claim *claim)
{
	return zw_space_by_family(
		r->space,
		zw_meaning_services(r->space, ZW_IPV4, &claim->services),
		zw_meaning_services(r->space, ZW_IPV6, &claim->services));
}

/* Fragments whose ports are not there to be read: they have no entry in
 * conntrack. */
static zw_node later_fragments(struct zw_regions *r)
{
	struct zw_diagrams *d = r->space->d;
	zw_node none;

	none = zw_or(d, state(r, ZW_IS_INVALID), state(r, ZW_IS_UNTRACKED));
	return zw_and(d, none,
		      zw_space_by_family(
			      r->space, zw_meaning_later_fragments(r->space),
			      zw_space_is(r->space, ZW_FIELD_HAS_FRAGMENT, 1)));
}

/* What CLAIM's services forbid (or, of only, do not name). */
static zw_node forbidden(struct zw_regions *r, const struct zw_claim *claim,
			 enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node named, link, out;

	link = zw_space_by_family(r->space, ZW_EMPTY,
				  zw_meaning_link(r->space));
	if (claim->any_service) {
		out = claim->kind == ZW_ONLY ? ZW_EMPTY : ZW_ALL;
		return path == ZW_PATH_FORWARD ? out : zw_minus(d, out, link);
	}
	named = services(r, claim);
	if (claim->kind == ZW_ONLY) {
		out = zw_not(d, zw_minus(d, named, later_fragments(r)));
		return path == ZW_PATH_FORWARD ? out : zw_minus(d, out, link);
	}
	/* a fragment of a protocol that is named may be of any port */
	out = zw_and(d, later_fragments(r),
		     zw_exists(d, named,
			       (u32[]){ r->space->fields.v[ZW_FIELD_DPORT]
						.slices[0]
						.variable,
					r->space->fields.v[ZW_FIELD_SPORT]
						.slices[0]
						.variable },
			       2));
	return zw_or(d, named, out);
}

/* ---- claims -------------------------------------------------------------- */

static zw_node never_from(struct zw_regions *r, const struct zw_claim *claim,
			  enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node from = ZW_EMPTY, begin = beginning(r, path);
	size_t i;

	for (i = 0; i < claim->from.n; i++) {
		const struct zw_claim_term *term = &claim->from.v[i];
		zw_node states = begin;

		if (!at_end(term->zone, path, true))
			continue;
		if (claim->built_in && !r->beginnings)
			states = zw_or(d, states, original(r, term->zone));
		from = zw_or(d, from, zw_and(d, from_any(r, term), states));
	}
	return from;
}

static zw_node never_to(struct zw_regions *r, const struct zw_claim *claim,
			enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node to = ZW_EMPTY;
	size_t i;

	for (i = 0; i < claim->to.n; i++) {
		if (at_end(claim->to.v[i].zone, path, false))
			to = zw_or(d, to, to_any(r, &claim->to.v[i]));
	}
	if (zw_same(to, ZW_EMPTY))
		return ZW_EMPTY;
	return zw_and(d, to, forbidden(r, claim, path));
}

zw_node zw_region_passing(struct zw_regions *r, const struct zw_claim *claim,
			  enum zw_path path)
{
	zw_node out = beginning(r, path);

	/* whose errors they are, the first gateway tells */
	if (claim->built_in)
		out = zw_or(r->space->d, out, original(r, ZW_ELSEWHERE));
	return out;
}

static zw_node region_never(struct zw_regions *r, const struct zw_claim *claim,
			    enum zw_path path)
{
	zw_node from = never_from(r, claim, path);

	if (zw_same(from, ZW_EMPTY))
		return ZW_EMPTY;
	return zw_and(r->space->d, from, never_to(r, claim, path));
}

zw_node zw_region_members_from(struct zw_regions *r,
			       const struct zw_claim *claim, enum zw_path path)
{
	zw_node from = ZW_EMPTY;
	size_t i;

	for (i = 0; i < claim->from.n; i++) {
		if (at_end(claim->from.v[i].zone, path, true))
			from = zw_or(r->space->d, from,
				     members(r, &claim->from.v[i], ZW_FIELD_IN,
					     ZW_FIELD_SRC));
	}
	return from;
}

/* Plain new packets to where the claim says. */
static zw_node members_to(struct zw_regions *r, const struct zw_claim *claim,
			  enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node to = ZW_EMPTY, out;
	size_t i;

	for (i = 0; i < claim->to.n; i++) {
		if (at_end(claim->to.v[i].zone, path, false))
			to = zw_or(d, to,
				   members(r, &claim->to.v[i], ZW_FIELD_OUT,
					   ZW_FIELD_DST));
	}
	out = zw_and(d, to, state(r, ZW_IS_NEW));
	if (zw_same(out, ZW_EMPTY))
		return out;
	if (!claim->any_service)
		out = zw_and(d, out, services(r, claim));
	/* ordinary packets: nothing that is refused whoever sends it */
	out = zw_minus(d, out,
		       zw_space_by_family(
			       r->space, zw_meaning_refused(r->space, ZW_IPV4),
			       zw_or(d, zw_meaning_refused(r->space, ZW_IPV6),
				     zw_meaning_link(r->space))));
	return zw_and(d, out,
		      zw_space_index(r->space, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE,
				     ZW_LENGTH_WHOLE));
}

static zw_node region_members(struct zw_regions *r,
			      const struct zw_claim *claim, enum zw_path path)
{
	zw_node from = zw_region_members_from(r, claim, path);

	if (zw_same(from, ZW_EMPTY))
		return from;
	return zw_and(r->space->d, from, members_to(r, claim, path));
}

zw_node zw_region_to(struct zw_regions *r, const struct zw_claim *claim,
		     enum zw_path path)
{
	return claim->kind == ZW_NEVER || claim->kind == ZW_ONLY
		       ? never_to(r, claim, path)
		       : members_to(r, claim, path);
}

/* Sources that belong on class C beside ZONE's. */
static struct zw_ipset belongs(struct zw_regions *r, u32 class, u32 zone)
{
	return zw_ipset_union(r->arena, zone_of(r, zone)->networks,
			      neighbours(r, class, zone));
}

static zw_node region_unspoofed(struct zw_regions *r,
				const struct zw_claim *claim, enum zw_path path)
{
	struct zw_diagrams *d = r->space->d;
	zw_node out = ZW_EMPTY;
	size_t i;
	u32 c;

	if (path != ZW_PATH_FORWARD)
		return out;
	for (i = 0; i < claim->from.n; i++) {
		u32 zone = claim->from.v[i].zone;
		zw_node ipsec;

		if (zone >= r->statement->zones.n ||
		    !zone_of(r, zone)->has_network)
			continue;
		ipsec = zw_meaning_ipsec(r->space, zone_of(r, zone), false);
		for (c = 0; c < r->space->class_count; c++) {
			zw_node on;

			if (!has_zone(r, c, zone))
				continue;
			on = zw_and(d,
				    zw_space_index(r->space, ZW_FIELD_IN, c, c),
				    ipsec);
			on = zw_minus(d, on,
				      addresses(r, ZW_FIELD_SRC,
						belongs(r, c, zone)));
			out = zw_or(d, out, on);
		}
	}
	return out;
}

zw_node zw_region_from(struct zw_regions *r, const struct zw_claim *claim,
		       enum zw_path path)
{
	switch (claim->kind) {
	case ZW_NEVER:
	case ZW_ONLY:
		return never_from(r, claim, path);
	case ZW_UNSPOOFED:
		return path == ZW_PATH_OUTPUT
			       ? ZW_EMPTY
			       : region_unspoofed(r, claim, ZW_PATH_FORWARD);
	case ZW_ALWAYS:
	case ZW_EXPECT:
	case ZW_EXACT:
		break;
	}
	return ZW_EMPTY;
}

zw_node zw_region(struct zw_regions *r, const struct zw_claim *claim,
		  enum zw_path path)
{
	switch (claim->kind) {
	case ZW_NEVER:
	case ZW_ONLY:
		return region_never(r, claim, path);
	case ZW_ALWAYS:
	case ZW_EXPECT:
		return region_members(r, claim, path);
	case ZW_UNSPOOFED:
		return region_unspoofed(r, claim, path);
	case ZW_EXACT:
		return ZW_ALL;
	}
	return ZW_EMPTY;
}
