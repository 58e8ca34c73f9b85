/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What docs/TRANSLATION.md denotes: published services, other sources, and how
 * a packet arrives whose destination is not the one that rules speak of.
 *
 * The lines of docs/FLOWS.md are about the packet behind destination
 * translation. Here that function becomes one of the packet as it arrives:
 * first packets of a flow are sent where a publication sends them, later ones
 * where their entry says. What passes carries its translation in its leaf. */
#include <netinet/in.h>

#include "base/assert.h"
#include "verifier/entry.h"
#include "verifier/meaning_internal.h"
#include "verifier/translation.h"

static zw_node one_address(struct zw_space *space, u32 field, struct zw_ip ip)
{
	return zw_space_addresses(
		space, field, ip.family,
		zw_intervals_one(space->arena, ip.value, ip.value));
}

static bool is_icmp(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* ---- the flows of a publication ------------------------------------------ */

/* Protocol, outer port by the flow's original tuple, and inner port. */
static zw_node pairs_set(struct zw_space *space, const struct zw_publication *p)
{
	static const struct zw_component components[] = { { 0, 8 },
							  { 8, 16 },
							  { 24, 16 } };
	struct zw_arena *arena = zw_arena_new();
	ZW_VEC(struct zw_key) keys = { 0 };
	zw_node icmp = ZW_EMPTY, out = ZW_EMPTY;
	zw_bit bits[40];
	size_t i;
	u32 k;

	for (k = 0; k < 40; k++)
		bits[k] = k < 8	   ? zw_bit_of(ZW_FIELD_PROTO, 7 - k)
			  : k < 24 ? zw_bit_of(ZW_FIELD_ORIGINAL_DPORT, 23 - k)
				   : zw_bit_of(ZW_FIELD_DPORT, 39 - k);
	for (i = 0; i < p->pairs.n; i++) {
		const struct zw_port_pair *pair = &p->pairs.v[i];

		if (is_icmp(pair->proto)) {
			icmp = zw_or(
				space->d, icmp,
				zw_and(space->d,
				       zw_space_is(space, ZW_FIELD_PROTO,
						   pair->proto),
				       zw_space_range(space, ZW_FIELD_SPORT,
						      pair->outer_lo,
						      pair->outer_hi)));
			continue;
		}
		for (k = pair->outer_lo; k <= pair->outer_hi; k++) {
			u32 inner = pair->inner_lo + (k - pair->outer_lo);
			u8 *key = ZW_NEW_ARRAY(arena, u8, 5);
			struct zw_key row = { key, key, 1 };

			key[0] = pair->proto;
			key[1] = (u8)(k >> 8);
			key[2] = (u8)k;
			key[3] = (u8)(inner >> 8);
			key[4] = (u8)inner;
			zw_push(arena, keys, row);
		}
	}
	if (!zw_space_lookup(space, bits, components, 3, keys.v, keys.n, 0,
			     &out))
		out = ZW_EMPTY; /* the space is stale */
	zw_arena_free(arena);
	return zw_or(space->d, out, icmp);
}

/* The flow's first packet went to the published address. */
static zw_node flow_set(struct meaning *m, const struct zw_publication *p,
			const struct zw_source_part *part)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node out = zw_space_addresses(space, ZW_FIELD_SRC, p->family,
					 part->src.of[p->family]);

	out = zw_and(d, out, one_address(space, ZW_FIELD_DST, p->host));
	out = zw_and(d, out,
		     zw_space_addresses(space, ZW_FIELD_ORIGINAL_DST, p->family,
					p->addresses));
	return zw_and(d, out, pairs_set(space, p));
}

zw_node zw_meaning_offer(struct meaning *m, const struct zw_publication *p,
			 const struct zw_source_part *part,
			 enum zw_family family)
{
	if (p->family != family)
		return ZW_EMPTY;
	return zw_and(
		m->space->d, flow_set(m, p, part),
		zw_meaning_predicates(m, &p->predicates, ZW_ALLOW, family));
}

/* ---- interfaces ---------------------------------------------------------- */

/* Packets by the interfaces of ZONE, in or out, with IPsec as it wants. */
static zw_node by_zone(struct meaning *m, u32 field, u32 zone)
{
	const struct zw_ports *ports = m->ports;
	struct zw_diagrams *d = m->space->d;
	zw_node out = ZW_EMPTY;
	u32 c, i;

	if (zone == ZW_SELF)
		return ZW_ALL;
	for (c = 0; c < m->space->class_count; c++) {
		for (i = 0; i < ports->counts[c]; i++) {
			if (ports->zones[c][i] == zone)
				out = zw_or(
					d, out,
					zw_space_index(m->space, field, c, c));
		}
	}
	return zw_and(d, out,
		      zw_meaning_ipsec(m->space, &m->statement->zones.v[zone],
				       field == ZW_FIELD_OUT));
}

/* ---- sources ------------------------------------------------------------- */

/* Leaves: numbers of translations. */
static zw_node number_where(struct meaning *m, zw_node set, u32 number,
			    zw_node otherwise)
{
	return zw_if(m->space->d, set, zw_leaf(m->space->d, number), otherwise);
}

static zw_node box_set(struct meaning *m, const struct zw_flow_box *box,
		       enum zw_family family, enum zw_path path)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node out = by_zone(m, ZW_FIELD_OUT, box->to);

	if ((box->from == ZW_SELF) != (path == ZW_PATH_OUTPUT) ||
	    box->to == ZW_SELF)
		return ZW_EMPTY;
	out = zw_and(d, out,
		     zw_space_addresses(space, ZW_FIELD_DST, family,
					box->dst.of[family]));
	out = zw_and(d, out,
		     zw_space_addresses(space, ZW_FIELD_SRC, family,
					box->src.of[family]));
	return zw_and(d, out, by_zone(m, ZW_FIELD_IN, box->from));
}

static bool is_for(const struct zw_source_translation *t, enum zw_family family)
{
	size_t i;

	for (i = 0; i < t->boxes.n; i++) {
		if (t->boxes.v[i].src.of[family].n &&
		    t->boxes.v[i].dst.of[family].n)
			return t->masquerade || t->family == family;
	}
	return false;
}

static u32 source_number(struct meaning *m,
			 const struct zw_source_translation *t)
{
	struct zw_target target = { 0 };

	if (!t || t->masquerade)
		return zw_translation_masquerade(m->space, &target);
	target.has_address = true;
	target.lo = (struct zw_ip){ t->family, t->addresses.lo };
	target.hi = (struct zw_ip){ t->family, t->addresses.hi };
	return zw_translation_from(m->space, &target);
}

/* Which translation of its source a first packet gets that passes. */
static zw_node sources(struct meaning *m, enum zw_family family,
		       enum zw_path path)
{
	const struct zw_statement *s = m->statement;
	struct zw_diagrams *d = m->space->d;
	zw_node out = ZW_EMPTY, hairpin;
	size_t i, k;

	if (path == ZW_PATH_INPUT)
		return out;
	for (i = 0; i < s->translations.n; i++) {
		const struct zw_source_translation *t = &s->translations.v[i];

		for (k = 0; is_for(t, family) && k < t->boxes.n; k++)
			out = number_where(
				m, box_set(m, &t->boxes.v[k], family, path),
				source_number(m, t), out);
	}
	for (i = 0; i < s->publications.n && path == ZW_PATH_FORWARD; i++) {
		const struct zw_publication *p = &s->publications.v[i];

		for (k = 0; p->family == family && k < p->from.n; k++) {
			if (p->from.v[k].zone != p->to)
				continue;
			hairpin = zw_and(d, by_zone(m, ZW_FIELD_IN, p->to),
					 by_zone(m, ZW_FIELD_OUT, p->to));
			hairpin = zw_and(d, hairpin,
					 flow_set(m, p, &p->from.v[k]));
			out = number_where(m, hairpin, source_number(m, NULL),
					   out);
		}
	}
	return out;
}

/* ---- leaves -------------------------------------------------------------- */

/* What passes with the number of its source's translation beside. */
static u32 with_source(void *context, u32 pass, u32 number)
{
	(void)context;
	if (pass == ZW_UNDETERMINED)
		return pass;
	if (pass != ZW_PASS_ACCEPT)
		return pass;
	return number == ZW_UNDETERMINED ? number
					 : number * ZW_PASS_KINDS + pass;
}

struct finish {
	struct meaning *m;
	u32 dst;
};

static zw_node finish_leaf(void *context, u32 leaf)
{
	struct finish *f = context;

	if (zw_pass_of(leaf) != ZW_PASS_ACCEPT)
		return zw_leaf(f->m->space->d, leaf);
	return zw_leaf(
		f->m->space->d,
		zw_translation_leaf(f->m->space, f->dst, leaf / ZW_PASS_KINDS));
}

static zw_node finish(struct meaning *m, zw_node node, u32 dst)
{
	struct finish f = { m, dst };

	return zw_bind(m->space->d, node, finish_leaf, &f);
}

/* ---- destinations -------------------------------------------------------- */

/* NODE for packets that are sent to the host and port INNER. */
static zw_node sent(struct meaning *m, zw_node node,
		    const struct zw_publication *p, bool port, u32 inner)
{
	u32 words = p->family == ZW_IPV4 ? 1 : 4, w;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	size_t n = 0;

	for (w = 0; w < words; w++)
		zw_entry_set(m->space, ZW_FIELD_DST + w,
			     (u32)(p->host.value >> (32 * (words - 1 - w))), v,
			     &n);
	if (port)
		zw_entry_set(m->space, ZW_FIELD_DPORT, inner, v, &n);
	return zw_substitute(m->space->d, node, v, n);
}

/* Packets LO..HI of PROTO that the publication is for, as they arrive. */
static zw_node caught(struct meaning *m, const struct zw_publication *p,
		      u8 proto, u32 lo, u32 hi)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node from = ZW_EMPTY, out;
	size_t i;

	for (i = 0; i < p->from.n; i++)
		from = zw_or(d, from,
			     zw_and(d,
				    by_zone(m, ZW_FIELD_IN, p->from.v[i].zone),
				    zw_space_addresses(
					    space, ZW_FIELD_SRC, p->family,
					    p->from.v[i].src.of[p->family])));
	out = zw_and(
		d, zw_space_is(space, ZW_FIELD_PROTO, proto),
		zw_space_range(space,
			       is_icmp(proto) ? ZW_FIELD_SPORT : ZW_FIELD_DPORT,
			       lo, hi));
	out = zw_and(d, out,
		     zw_space_addresses(space, ZW_FIELD_DST, p->family,
					p->addresses));
	out = zw_and(d, out, from);
	out = zw_minus(d, out, zw_meaning_refused(space, p->family));
	return zw_and(
		d, out,
		zw_space_index(space, ZW_FIELD_STATE, ZW_IS_NEW, ZW_IS_NEW));
}

/* The first packets LO..HI of one run whose inner ports begin at INNER. */
static zw_node catch_run(struct meaning *m, const struct zw_publication *p,
			 const struct zw_port_pair *pair, zw_node node,
			 zw_node otherwise)
{
	struct zw_target target = { .has_address = true,
				    .lo = p->host,
				    .hi = p->host };
	bool port = !is_icmp(pair->proto);
	u32 k = pair->outer_lo;

	if (!port)
		return zw_if(m->space->d,
			     caught(m, p, pair->proto, k, pair->outer_hi),
			     finish(m, sent(m, node, p, false, 0),
				    zw_translation_to(m->space, &target)),
			     otherwise);
	target.has_port = true;
	for (; k <= pair->outer_hi; k++) {
		u32 inner = pair->inner_lo + (k - pair->outer_lo);

		target.port_lo = target.port_hi = (u16)inner;
		otherwise = zw_if(m->space->d, caught(m, p, pair->proto, k, k),
				  finish(m, sent(m, node, p, true, inner),
					 zw_translation_to(m->space, &target)),
				  otherwise);
	}
	return otherwise;
}

static zw_node catch_all(struct meaning *m, enum zw_family family,
			 enum zw_path path, zw_node node)
{
	const struct zw_statement *s = m->statement;
	zw_node out = finish(m, node, 0);
	size_t i, k;

	for (i = 0; i < s->publications.n && path != ZW_PATH_OUTPUT; i++) {
		const struct zw_publication *p = &s->publications.v[i];

		for (k = 0; p->family == family && k < p->pairs.n; k++)
			out = catch_run(m, p, &p->pairs.v[k], node, out);
	}
	return out;
}

/* ---- all of it ----------------------------------------------------------- */

static bool speaks_of(const struct zw_statement *s, enum zw_family family)
{
	size_t i;

	for (i = 0; i < s->publications.n; i++) {
		if (s->publications.v[i].family == family)
			return true;
	}
	for (i = 0; i < s->translations.n; i++) {
		if (is_for(&s->translations.v[i], family))
			return true;
	}
	return false;
}

/* New UDP packets to the gateway from addresses that are in no zone come from
 * one for DHCP alone, and whether it is DHCP is told as they arrive: whatever
 * their entry makes of the destination later. */
static zw_node no_dhcp(struct meaning *m, enum zw_family family)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node inside = ZW_EMPTY, known = ZW_EMPTY, from, set;
	u32 z;

	for (z = 0; z < m->statement->zones.n; z++) {
		from = by_zone(m, ZW_FIELD_IN, z);
		set = zw_or(d, zw_meaning_members(m, ZW_FIELD_SRC, z, family),
			    zw_meaning_dhcp(m, z, family));
		inside = zw_or(d, inside, from);
		known = zw_or(d, known, zw_and(d, from, set));
	}
	set = zw_and(
		d, zw_space_index(space, ZW_FIELD_STATE, ZW_IS_NEW, ZW_IS_NEW),
		zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_UDP));
	return zw_and(d, zw_minus(d, inside, known), set);
}

static zw_node arrive(struct meaning *m, enum zw_family family,
		      enum zw_path path, zw_node node)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node first, later;

	first = zw_apply(d, zw_tag_new(d), with_source, NULL, node,
			 sources(m, family, path));
	first = catch_all(m, family, path, first);
	later = zw_entry_destination(space, family, node);
	if (path == ZW_PATH_INPUT)
		later = zw_if(d, no_dhcp(m, family), ZW_EMPTY, later);
	return zw_entry_found(space, family,
			      zw_if(d, zw_entry_first(space), first, later));
}

zw_node zw_meaning_arrive(struct meaning *m, enum zw_path path, zw_node node,
			  const bool translates[ZW_FAMILY_COUNT])
{
	struct zw_branch branches[2];
	u32 f, variable =
		       m->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;
	bool any = false;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		bool here = (translates && translates[f]) ||
			    speaks_of(m->statement, f);

		any |= here;
		branches[f] = (struct zw_branch){
			f, here ? arrive(m, f, path,
					 zw_fix(m->space->d, node, variable, f))
				: node
		};
	}
	return any ? zw_switch(m->space->d, variable, branches, 2) : node;
}
