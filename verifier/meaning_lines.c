/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The single conditions that the lines of docs/FLOWS.md are made of. */
#include <netinet/in.h>

#include "verifier/entry.h"
#include "verifier/meaning_internal.h"

static zw_node range(struct zw_space *space, u32 field, u32 lo, u32 hi)
{
	return zw_space_range(space, field, lo, hi);
}

static zw_node proto(struct zw_space *space, u32 number)
{
	return zw_space_is(space, ZW_FIELD_PROTO, number);
}

/* ICMP types LO..HI, any code. */
static zw_node types(struct zw_space *space, u32 lo, u32 hi)
{
	return range(space, ZW_FIELD_SPORT, lo << 8, hi << 8 | 255);
}

/* An IPv6 prefix given by its first 16 bits. */
static zw_node prefix6(struct zw_space *space, u32 field, u32 first, u32 bits)
{
	u128 lo = (u128)first << 112;
	struct zw_interval v = { lo, lo | ((~(u128)0) >> bits) };
	struct zw_intervals set = { &v, 1 };
	struct zw_interval *copy;

	/* the memory of sets keeps what it is given */
	copy = ZW_NEW(space->arena, struct zw_interval);
	*copy = v;
	set.v = copy;
	return zw_space_addresses(space, field, ZW_IPV6, set);
}

static zw_node one_address(struct zw_space *space, u32 field,
			   enum zw_family family, u128 value)
{
	struct zw_intervals set = zw_intervals_one(space->arena, value, value);

	return zw_space_addresses(space, field, family, set);
}

static zw_node link_local(struct zw_space *space, u32 field)
{
	return prefix6(space, field, 0xfe80, 10);
}

/* ---- members ------------------------------------------------------------- */

zw_node zw_meaning_members(struct meaning *m, u32 field, u32 zone,
			   enum zw_family family)
{
	struct zw_ipset set;

	if (zone == ZW_SELF)
		return ZW_ALL;
	set = field == ZW_FIELD_SRC || field == ZW_FIELD_ORIGINAL_SRC
		      ? zw_meaning_sources(m->space->arena, m->statement, zone)
		      : m->statement->zones.v[zone].members;
	return zw_space_addresses(m->space, field, family, set.of[family]);
}

struct zw_ipset zw_meaning_sources(struct zw_arena *arena,
				   const struct zw_statement *statement,
				   u32 zone)
{
	struct zw_ipset set = zw_ipset_all(arena);
	size_t z;

	if (!statement->zones.v[zone].spoofing_allowed)
		return statement->zones.v[zone].members;
	for (z = 0; z < statement->zones.n; z++) {
		if (z != zone)
			set = zw_ipset_minus(arena, set,
					     statement->zones.v[z].networks);
	}
	return set;
}

bool zw_meaning_is_whole(const struct meaning *m, const struct zw_flow_box *box)
{
	return box->from != ZW_SELF &&
	       zw_ipset_equal(zw_meaning_sources(m->space->arena, m->statement,
						 box->from),
			      box->src);
}

zw_node zw_meaning_ipsec(struct zw_space *space, const struct zw_zone *zone,
			 bool out)
{
	u32 field = out ? ZW_FIELD_IPSEC_OUT : ZW_FIELD_IPSEC_IN;

	zw_node by;

	if (zone->ipsec == ZW_IPSEC_EITHER)
		return ZW_ALL;
	by = zw_space_is(space, field, zone->ipsec == ZW_IPSEC_ONLY);
	if (!zone->has_reqid)
		return by;
	field = out ? ZW_FIELD_REQID_OUT : ZW_FIELD_REQID_IN;
	return zw_and(space->d, by, zw_space_is(space, field, zone->reqid));
}

/* ---- services ------------------------------------------------------------ */

static bool has_ports(u8 number)
{
	return number == IPPROTO_TCP || number == IPPROTO_UDP ||
	       number == IPPROTO_UDPLITE || number == IPPROTO_SCTP ||
	       number == IPPROTO_DCCP;
}

zw_node zw_meaning_services(struct zw_space *space, enum zw_family family,
			    const zw_service_items *items)
{
	zw_node *v = zw_heap_resize(NULL, items->n + 1, sizeof(*v)), out;
	size_t i, n = 0;

	for (i = 0; i < items->n; i++) {
		const struct zw_service_item *item = &items->v[i];
		zw_node key = ZW_ALL;

		if (!(item->families >> family & 1))
			continue;
		if (has_ports(item->proto))
			key = range(space, ZW_FIELD_DPORT, item->lo, item->hi);
		else if (item->proto == IPPROTO_ICMP ||
			 item->proto == IPPROTO_ICMPV6)
			key = range(space, ZW_FIELD_SPORT, item->lo, item->hi);
		v[n++] = zw_and(space->d, proto(space, item->proto), key);
	}
	out = zw_or_all(space->d, v, n);
	free(v);
	return out;
}

/* ---- lines 1 to 3 -------------------------------------------------------- */

zw_node zw_meaning_redirects(struct zw_space *space, enum zw_family family)
{
	if (family == ZW_IPV4)
		return zw_and(space->d, proto(space, IPPROTO_ICMP),
			      types(space, 5, 5));
	return zw_and(space->d, proto(space, IPPROTO_ICMPV6),
		      types(space, 137, 137));
}

/* Neither offset nor "more fragments" (bit 13). */
static zw_node unfragmented(struct zw_space *space)
{
	struct zw_range ranges[4] = {
		{ 0, 0 },
		{ 0x4000, 0x4000 },
		{ 0x8000, 0x8000 },
		{ 0xc000, 0xc000 },
	};
	zw_node v[4];
	u32 i;

	for (i = 0; i < 4; i++)
		v[i] = range(space, ZW_FIELD_FRAG, ranges[i].lo, ranges[i].hi);
	return zw_or_all(space->d, v, 4);
}

zw_node zw_meaning_refused(struct zw_space *space, enum zw_family family)
{
	zw_node v[4];
	u32 n = 0;

	v[n++] = zw_meaning_redirects(space, family);
	if (family == ZW_IPV4) {
		v[n++] = zw_space_is(space, ZW_FIELD_HAS_LSRR, 1);
		v[n++] = zw_space_is(space, ZW_FIELD_HAS_SSRR, 1);
		v[n++] = zw_not(space->d, unfragmented(space));
	} else {
		v[n++] = zw_space_is(space, ZW_FIELD_HAS_ROUTING, 1);
		v[n++] = zw_space_is(space, ZW_FIELD_HAS_FRAGMENT, 1);
	}
	return zw_or_all(space->d, v, n);
}

/* A type that is there to be read. */
static zw_node link_types(struct zw_space *space, zw_node wanted)
{
	return zw_and(space->d, proto(space, IPPROTO_ICMPV6),
		      zw_and(space->d, wanted, zw_meaning_there(space, 1)));
}

zw_node zw_meaning_link(struct zw_space *space)
{
	return link_types(space, zw_or(space->d, types(space, 130, 136),
				       types(space, 143, 143)));
}

static zw_node reports(struct zw_space *space)
{
	return zw_or(space->d, types(space, 130, 132), types(space, 143, 143));
}

zw_node zw_meaning_link_in(struct meaning *m, u32 zone)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	bool external = m->statement->zones.v[zone].kind == ZW_ZONE_EXTERNAL;
	zw_node local = link_local(space, ZW_FIELD_SRC);
	zw_node src = zw_or(
		d, zw_meaning_members(m, ZW_FIELD_SRC, zone, ZW_IPV6),
		zw_or(d, local, one_address(space, ZW_FIELD_SRC, ZW_IPV6, 0)));
	zw_node wanted = types(space, 133, 136);

	if (!external)
		wanted = zw_minus(d, wanted, types(space, 134, 134));
	wanted = zw_and(d, wanted, zw_space_is(space, ZW_FIELD_HOPS, 255));
	wanted = zw_and(d, wanted, src);
	return link_types(space,
			  zw_or(d, wanted, zw_and(d, reports(space), local)));
}

zw_node zw_meaning_link_out(struct meaning *m, u32 zone)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node dst =
		zw_or(d, zw_meaning_members(m, ZW_FIELD_DST, zone, ZW_IPV6),
		      zw_or(d, link_local(space, ZW_FIELD_DST),
			    prefix6(space, ZW_FIELD_DST, 0xff02, 16)));
	zw_node wanted = zw_and(d, types(space, 133, 136),
				zw_space_is(space, ZW_FIELD_HOPS, 255));

	wanted = zw_or(
		d, wanted,
		zw_and(d, reports(space), link_local(space, ZW_FIELD_SRC)));
	return link_types(space, zw_and(d, wanted, dst));
}

/* ---- lines 4 and 6 ------------------------------------------------------- */

static zw_node udp_ports(struct zw_space *space, u32 from, u32 to)
{
	struct zw_diagrams *d = space->d;

	return zw_and(d, proto(space, IPPROTO_UDP),
		      zw_and(d, zw_space_is(space, ZW_FIELD_DPORT, to),
			     zw_space_is(space, ZW_FIELD_SPORT, from)));
}

zw_node zw_meaning_dhcp(struct meaning *m, u32 zone, enum zw_family family)
{
	struct zw_space *space = m->space;
	struct zw_diagrams *d = space->d;
	zw_node client, server, local;

	if (!m->statement->zones.v[zone].has_network)
		return ZW_EMPTY;
	if (family == ZW_IPV4)
		return zw_and(
			d, udp_ports(space, 68, 67),
			zw_and(d,
			       one_address(space, ZW_FIELD_DST, ZW_IPV4,
					   UINT32_MAX),
			       one_address(space, ZW_FIELD_SRC, ZW_IPV4, 0)));
	local = link_local(space, ZW_FIELD_SRC);
	client = zw_and(d, udp_ports(space, 546, 547),
			one_address(space, ZW_FIELD_DST, ZW_IPV6,
				    (u128)0xff02 << 112 | 0x10002));
	server = zw_and(d, udp_ports(space, 547, 546),
			link_local(space, ZW_FIELD_DST));
	return zw_and(d, local, zw_or(d, client, server));
}

zw_node zw_meaning_errors(struct zw_space *space, enum zw_family family)
{
	struct zw_diagrams *d = space->d;

	if (family == ZW_IPV4)
		return zw_and(
			d, proto(space, IPPROTO_ICMP),
			zw_or(d, types(space, 3, 3), types(space, 11, 12)));
	return zw_and(d, proto(space, IPPROTO_ICMPV6), types(space, 1, 4));
}

zw_node zw_meaning_reset(struct zw_space *space)
{
	u32 variable = space->fields.v[ZW_FIELD_FLAGS].slices[0].variable;
	struct zw_range ranges[32];
	u32 i;

	/* bit 2: the values 4..7 of each eight */
	for (i = 0; i < 32; i++)
		ranges[i] = (struct zw_range){ 8 * i + 4, 8 * i + 7 };
	return zw_in(space->d, variable, ranges, 32);
}

zw_node zw_meaning_later_fragments(struct zw_space *space)
{
	zw_node first[8];
	u32 i;

	for (i = 0; i < 8; i++)
		first[i] = zw_space_range(space, ZW_FIELD_FRAG, i << 13,
					  i << 13);
	return zw_not(space->d, zw_or_all(space->d, first, 8));
}

/* ---- what can exist ------------------------------------------------------ */

/* The least header without which conntrack gives a packet no entry
 * (nf_ct_get_tuple, nf_conntrack_tcp_packet and its like). */
static const struct {
	u8 number, bytes;
} least[] = { { 6, 20 },  { 17, 8 }, { 136, 8 }, { 132, 12 },
	      { 33, 12 }, { 1, 8 },  { 58, 8 } };

#define LEAST_COUNT (sizeof(least) / sizeof(*least))

static zw_node has_entry(struct zw_space *space)
{
	return zw_space_index(space, ZW_FIELD_STATE, ZW_IS_ESTABLISHED,
			      ZW_IS_NEW);
}

zw_node zw_meaning_there(struct zw_space *space, u32 bytes)
{
	struct zw_diagrams *d = space->d;
	zw_node protos = ZW_EMPTY;
	size_t i;

	for (i = 0; i < LEAST_COUNT; i++) {
		if (least[i].bytes >= bytes)
			protos =
				zw_or(d, protos, proto(space, least[i].number));
	}
	return zw_or(
		d, zw_and(d, has_entry(space), protos),
		zw_space_index(space, ZW_FIELD_LENGTH, bytes, ZW_LENGTH_WHOLE));
}

static zw_node whole_headers(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node out = ZW_ALL;
	size_t i;

	for (i = 0; i < LEAST_COUNT; i++) {
		zw_node cut = zw_space_index(space, ZW_FIELD_LENGTH, 0,
					     least[i].bytes - 1u);

		out = zw_minus(
			d, out,
			zw_and(d, has_entry(space),
			       zw_and(d, proto(space, least[i].number), cut)));
	}
	return out;
}

zw_node zw_meaning_arrival(struct zw_space *space)
{
	struct zw_branch branches[256];
	u32 i, hops = space->fields.v[ZW_FIELD_HOPS].slices[0].variable;

	/* what arrives with 1 or 0 goes no further */
	for (i = 0; i < 256; i++) {
		branches[i] = (struct zw_branch){ i, ZW_EMPTY };
		if (i && i < 255)
			branches[i].to = zw_space_is(
				space, ZW_FIELD_ARRIVAL_HOPS, i + 1);
	}
	return zw_switch(space->d, hops, branches, 256);
}

zw_node zw_meaning_legal(struct zw_space *space,
			 const bool tracked[ZW_FAMILY_COUNT], enum zw_path path)
{
	struct zw_diagrams *d = space->d;
	zw_node legal = whole_headers(space), new;

	/* the first packet of a flow is of the original direction */
	new = zw_space_index(space, ZW_FIELD_STATE, ZW_IS_NEW, ZW_IS_NEW);
	legal = zw_minus(
		d, legal,
		zw_and(d, new, zw_space_is(space, ZW_FIELD_DIRECTION, 1)));
	/* nor is it translated yet */
	legal = zw_minus(d, legal,
			 zw_and(d, zw_entry_first(space),
				zw_or(d,
				      zw_space_bit(space, ZW_FIELD_CT_STATUS,
						   ZW_STATUS_BIT_SNAT),
				      zw_space_bit(space, ZW_FIELD_CT_STATUS,
						   ZW_STATUS_BIT_DNAT))));
	/* one source route at most (net/ipv4/ip_options.c,
	 * __ip_options_compile): otherwise no option counts, and routing
	 * discards the packet */
	legal = zw_minus(d, legal,
			 zw_and(d, zw_space_is(space, ZW_FIELD_HAS_LSRR, 1),
				zw_space_is(space, ZW_FIELD_HAS_SSRR, 1)));
	if (tracked[ZW_IPV4] && path != ZW_PATH_OUTPUT)
		legal = zw_minus(d, legal,
				 zw_and(d,
					zw_space_is(space, ZW_FIELD_FAMILY, 0),
					zw_not(d, unfragmented(space))));
	return legal;
}
