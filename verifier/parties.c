/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is at which end, as sets over interface, IPsec and address. On an
 * interface of several zones an address is its owner's; the first zone that
 * IPsec allows has what is nobody's. */
#include "verifier/parties.h"

/* A side's fields. */
struct side {
	u32 port, ipsec, address;
};

static const struct side sides[] = {
	{ ZW_FIELD_IN, ZW_FIELD_IPSEC_IN, ZW_FIELD_SRC },
	{ ZW_FIELD_OUT, ZW_FIELD_IPSEC_OUT, ZW_FIELD_DST },
};

static bool is_loopback(const struct zw_space *space, u32 class)
{
	u32 first, last;

	return zw_space_names(space, ZW_STR("lo"), false, &first, &last) &&
	       class >= first && class <= last;
}

static zw_node on_class(struct zw_flows *f, const struct side *side, u32 class)
{
	return zw_space_index(f->space, side->port, class, class);
}

static zw_node addresses(struct zw_flows *f, const struct side *side,
			 struct zw_ipset set)
{
	zw_node four = zw_space_addresses(f->space, side->address, ZW_IPV4,
					  set.of[ZW_IPV4]);
	zw_node six = zw_space_addresses(f->space, side->address, ZW_IPV6,
					 set.of[ZW_IPV6]);

	return zw_if(f->space->d, zw_space_is(f->space, ZW_FIELD_FAMILY, 0),
		     four, six);
}

/* On CLASS, the packets of ZONE: what earlier and later zones there do not
 * have. */
static zw_node on_shared(struct zw_flows *f, const struct side *side, u32 class,
			 u32 zone)
{
	const struct zw_statement *statement = f->subject.statement;
	struct zw_diagrams *d = f->space->d;
	zw_node left = ZW_ALL, mine = ZW_EMPTY, fits;
	u32 i, n = f->ports.counts[class];

	for (i = 0; i < n; i++) {
		u32 other = f->ports.zones[class][i];
		zw_node own = zw_and(
			d,
			zw_meaning_ipsec(f->space, &statement->zones.v[other],
					 side == &sides[1]),
			addresses(f, side, statement->zones.v[other].members));

		own = zw_and(d, own, left);
		if (other == zone)
			mine = own;
		left = zw_minus(d, left, own);
	}
	for (i = 0; i < n; i++) {
		u32 other = f->ports.zones[class][i];

		fits = zw_and(d, left,
			      zw_meaning_ipsec(f->space,
					       &statement->zones.v[other],
					       side == &sides[1]));
		if (other == zone)
			return zw_or(d, mine, fits);
		left = zw_minus(d, left, fits);
	}
	return mine;
}

static bool has_zone(const struct zw_flows *f, u32 class, u32 zone)
{
	u32 i;

	for (i = 0; i < f->ports.counts[class]; i++) {
		if (f->ports.zones[class][i] == zone)
			return true;
	}
	return false;
}

static zw_node at_zone(struct zw_flows *f, const struct side *side, u32 zone)
{
	zw_node out = ZW_EMPTY, here;
	u32 c;

	for (c = 0; c < f->space->class_count; c++) {
		if (!has_zone(f, c, zone))
			continue;
		here = on_class(f, side, c);
		if (f->ports.counts[c] > 1)
			here = zw_and(f->space->d, here,
				      on_shared(f, side, c, zone));
		out = zw_or(f->space->d, out, here);
	}
	return out;
}

static void add(struct zw_flows *f, struct zw_parties *out, struct zw_str name,
		u32 zone, zw_node from, zw_node to)
{
	struct zw_party party = { name, zone, from, to };

	zw_push(f->arena, out->list, party);
}

static zw_node nowhere(struct zw_flows *f, const struct side *side)
{
	zw_node out = ZW_EMPTY;
	u32 c;

	for (c = 0; c < f->space->class_count; c++) {
		if (!f->ports.counts[c] && !is_loopback(f->space, c))
			out = zw_or(f->space->d, out, on_class(f, side, c));
	}
	return out;
}

/* One name, or a pattern's; false: names that nothing tells apart and that have
 * no more in common. */
static bool class_name(struct zw_arena *arena,
		       const struct zw_name_class *class, struct zw_str *name)
{
	u8 lo[16], hi[16];
	u32 i, n = 0;

	for (i = 0; i < 16; i++) {
		lo[i] = (u8)(class->lo >> (120 - 8 * i));
		hi[i] = (u8)(class->hi >> (120 - 8 * i));
	}
	while (n < 16 && lo[n] == hi[n])
		n++;
	*name = zw_str_copy(arena, zw_str_from(class->sample));
	if (n == 16)
		return true;
	for (i = n; i < 16; i++) {
		if (lo[i] || hi[i] != 0xff)
			return false;
	}
	*name = zw_strf(arena, "%.*s*", (int)n, (const char *)lo);
	return n > 0;
}

static void add_interfaces(struct zw_flows *f, struct zw_parties *out)
{
	zw_node in = ZW_EMPTY, leaves = ZW_EMPTY;
	u32 c;

	for (c = 0; c < f->space->class_count; c++) {
		zw_node from = on_class(f, &sides[0], c);
		zw_node to = on_class(f, &sides[1], c);
		struct zw_str name;

		if (is_loopback(f->space, c))
			continue;
		if (class_name(f->arena, &f->space->classes[c], &name)) {
			add(f, out, name, ZW_PARTY_INTERFACE, from, to);
		} else {
			in = zw_or(f->space->d, in, from);
			leaves = zw_or(f->space->d, leaves, to);
		}
	}
	add(f, out, ZW_STR("other"), ZW_ELSEWHERE, in, leaves);
}

void zw_parties_of(struct zw_flows *f, struct zw_parties *out)
{
	const struct zw_statement *statement = f->subject.statement;
	u32 z;

	*out = (struct zw_parties){ 0 };
	for (z = 0; z < statement->zones.n; z++)
		add(f, out, statement->zones.v[z].name, z,
		    at_zone(f, &sides[0], z), at_zone(f, &sides[1], z));
	if (statement->zones.n)
		add(f, out, ZW_STR("elsewhere"), ZW_ELSEWHERE,
		    nowhere(f, &sides[0]), nowhere(f, &sides[1]));
	else
		add_interfaces(f, out);
	add(f, out, ZW_STR("self"), ZW_SELF, ZW_ALL, ZW_ALL);
}

bool zw_parties_path(const struct zw_party *from, const struct zw_party *to,
		     enum zw_path *path)
{
	*path = from->zone == ZW_SELF ? ZW_PATH_OUTPUT
		: to->zone == ZW_SELF ? ZW_PATH_INPUT
				      : ZW_PATH_FORWARD;
	return from->zone != ZW_SELF || to->zone != ZW_SELF;
}

zw_node zw_parties_between(struct zw_space *space, const struct zw_party *from,
			   const struct zw_party *to, zw_node set)
{
	return zw_and(space->d, zw_and(space->d, set, from->from), to->to);
}

static zw_node members(struct zw_flows *f, const struct side *side,
		       const struct zw_party *party)
{
	if (party->zone >= f->subject.statement->zones.n)
		return ZW_ALL;
	return addresses(f, side,
			 f->subject.statement->zones.v[party->zone].members);
}

zw_node zw_parties_members(struct zw_flows *f, const struct zw_party *party)
{
	return members(f, &sides[0], party);
}

zw_node zw_parties_destinations(struct zw_flows *f,
				const struct zw_party *party)
{
	return members(f, &sides[1], party);
}
