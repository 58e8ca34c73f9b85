/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet to point: each field of the space is read from the bytes by its
 * definition in verifier/field.h, with a walk over headers of its own. Limits
 * are predicates by name, set by the caller; other unknowns stay zero, and
 * rulesets of the policies drawn here have none. */
#include "tests/harness/drawn.h"

#include <string.h>

#define ATTEMPTS 12
#define NODES 4000000

/* ---- diagrams ------------------------------------------------------------ */

static bool attempt(struct zw_drawn *drawn, const struct zw_pipeline *pipeline,
		    struct zw_cuts *cuts)
{
	bool tracked[ZW_FAMILY_COUNT];
	enum zw_path path;
	u32 f;

	drawn->arena = zw_arena_new();
	drawn->diagrams = zw_diagrams_new(NODES, 4 * NODES);
	zw_diagrams_stripe_from(drawn->diagrams, 3);
	drawn->space = zw_space_new(drawn->arena, drawn->diagrams, cuts);
	drawn->symbolic =
		zw_symbolic_new(drawn->arena, drawn->space, pipeline->ruleset);
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		drawn->bytes[path] = zw_symbolic_named(
			drawn->symbolic,
			zw_symbolic_path(drawn->symbolic, path));
		drawn->meaning[path] = zw_meaning_path(
			drawn->arena, drawn->space, pipeline->statement, path,
			drawn->symbolic->translates);
		for (f = 0; f < ZW_FAMILY_COUNT; f++)
			tracked[f] = drawn->symbolic->tracked[f];
		drawn->legal[path] =
			zw_meaning_legal(drawn->space, tracked, path);
	}
	drawn->point = ZW_NEW_ARRAY(drawn->arena, u32,
				    zw_variable_count(drawn->diagrams));
	return !zw_space_stale(drawn->space);
}

bool zw_drawn_make(struct zw_drawn *drawn, const struct zw_pipeline *pipeline)
{
	struct zw_cuts cuts;
	int i;

	zw_cuts_init(&cuts, pipeline->arena);
	zw_meaning_cuts(&cuts, pipeline->statement);
	zw_symbolic_cuts(&cuts, pipeline->ruleset);
	for (i = 0; i < ATTEMPTS; i++) {
		if (attempt(drawn, pipeline, &cuts))
			return !zw_diagrams_exhausted(drawn->diagrams);
		if (i + 1 < ATTEMPTS)
			zw_drawn_free(drawn);
	}
	return false;
}

void zw_drawn_free(struct zw_drawn *drawn)
{
	zw_diagrams_free(drawn->diagrams);
	zw_arena_free(drawn->arena);
}

/* ---- headers ------------------------------------------------------------- */

static void set(struct zw_drawn *drawn, u32 field, u32 value)
{
	zw_space_set(drawn->space, field, value, drawn->point);
}

static u32 get16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static void set_address(struct zw_drawn *drawn, u32 field, const u8 *bytes,
			u32 words)
{
	u32 i;

	for (i = 0; i < words; i++)
		set(drawn, field + i,
		    get16(bytes + 4 * i) << 16 | get16(bytes + 4 * i + 2));
}

static u32 read_ipv4(struct zw_drawn *drawn, const struct zw_packet *packet)
{
	const u8 *b = packet->bytes;
	u32 end = 4u * (b[0] & 15), at;

	for (at = 20; at < end; at += b[at] == 1 ? 1 : b[at + 1]) {
		if (b[at] == 0)
			break;
		if (b[at] == 131)
			set(drawn, ZW_FIELD_HAS_LSRR, 1);
		if (b[at] == 137)
			set(drawn, ZW_FIELD_HAS_SSRR, 1);
		if (b[at] == 7)
			set(drawn, ZW_FIELD_HAS_RR, 1);
		if (b[at] == 148)
			set(drawn, ZW_FIELD_HAS_ALERT, 1);
	}
	set(drawn, ZW_FIELD_FAMILY, 0);
	set(drawn, ZW_FIELD_FRAG, get16(b + 6));
	set(drawn, ZW_FIELD_PROTO, b[9]);
	set_address(drawn, ZW_FIELD_SRC, b + 12, 1);
	set_address(drawn, ZW_FIELD_DST, b + 16, 1);
	return end;
}

static u32 read_ipv6(struct zw_drawn *drawn, const struct zw_packet *packet)
{
	const u8 *b = packet->bytes;
	u32 at = 40, next = b[6];

	/* defragmentation removes the fragment header of a whole packet */
	set(drawn, ZW_FIELD_NEXTHDR, next == 44 ? b[40] : next);
	for (;; next = b[at], at += 8) {
		if (next == 0)
			set(drawn, ZW_FIELD_HAS_HOPOPTS, 1);
		else if (next == 43)
			set(drawn, ZW_FIELD_HAS_ROUTING, 1);
		else if (next == 44)
			set(drawn, ZW_FIELD_HAS_FRAGMENT,
			    (get16(b + at + 2) & 0xfff9) != 0 ||
				    !drawn->symbolic->tracked[ZW_IPV6]);
		else if (next == 60)
			set(drawn, ZW_FIELD_HAS_DSTOPTS, 1);
		else
			break;
	}
	set(drawn, ZW_FIELD_FAMILY, 1);
	set(drawn, ZW_FIELD_PROTO, next);
	set_address(drawn, ZW_FIELD_SRC, b + 8, 4);
	set_address(drawn, ZW_FIELD_DST, b + 24, 4);
	return at;
}

static void read_transport(struct zw_drawn *drawn,
			   const struct zw_packet *packet, u32 at)
{
	u32 length = packet->n - at, f;
	const u8 *b = packet->bytes + at;

	set(drawn, ZW_FIELD_LENGTH,
	    length < ZW_LENGTH_WHOLE ? length : ZW_LENGTH_WHOLE);
	/* bytes that are not there are zero */
	set(drawn, ZW_FIELD_SPORT, get16(b));
	set(drawn, ZW_FIELD_DPORT, get16(b + 2));
	set(drawn, ZW_FIELD_FLAGS, b[13]);
	for (f = ZW_FIELD_COUNT; f < drawn->space->fields.n; f++) {
		const struct zw_field_info *info = &drawn->space->fields.v[f];
		bool four = packet->ethertype == ETH_P_IP;

		if (info->base == ZW_BYTE_TRANSPORT)
			set(drawn, f, b[info->offset]);
		else if (info->base ==
			 (four ? ZW_BYTE_NETWORK4 : ZW_BYTE_NETWORK6))
			set(drawn, f, packet->bytes[info->offset]);
		else if (info->base == ZW_BYTE_LINK)
			set(drawn, f,
			    info->offset == ZW_BYTE_NO_LINK
				    ? !packet->link_len
				    : packet->link[info->offset]);
	}
}

static void read_entry(struct zw_drawn *drawn, const struct zw_packet *packet)
{
	static const u32 states[] = {
		[ZW_CT_NEW] = ZW_STATE_NEW,
		[ZW_CT_ESTABLISHED] = ZW_STATE_ESTABLISHED,
		[ZW_CT_RELATED] = ZW_STATE_RELATED,
		[ZW_CT_INVALID] = ZW_STATE_INVALID,
		[ZW_CT_UNTRACKED] = ZW_STATE_UNTRACKED,
	};
	const struct zw_conntrack *ct = &packet->ct;
	u32 words = packet->ethertype == ETH_P_IP ? 1 : 4;

	set(drawn, ZW_FIELD_STATE, states[ct->state]);
	set(drawn, ZW_FIELD_DIRECTION, ct->direction);
	set(drawn, ZW_FIELD_CT_STATUS, ct->status);
	set(drawn, ZW_FIELD_CT_MARK, ct->mark);
	set(drawn, ZW_FIELD_MARK, packet->mark);
	set(drawn, ZW_FIELD_PKTTYPE, packet->pkttype);
	set(drawn, ZW_FIELD_DAY, packet->day);
	set(drawn, ZW_FIELD_HOUR, packet->second);
	set_address(drawn, ZW_FIELD_ORIGINAL_SRC, ct->tuple[0].src, words);
	set_address(drawn, ZW_FIELD_ORIGINAL_DST, ct->tuple[0].dst, words);
	set_address(drawn, ZW_FIELD_REPLY_SRC, ct->tuple[1].src, words);
	set_address(drawn, ZW_FIELD_REPLY_DST, ct->tuple[1].dst, words);
	set(drawn, ZW_FIELD_ORIGINAL_SPORT, ct->tuple[0].sport);
	set(drawn, ZW_FIELD_ORIGINAL_DPORT, ct->tuple[0].dport);
	set(drawn, ZW_FIELD_REPLY_SPORT, ct->tuple[1].sport);
	set(drawn, ZW_FIELD_REPLY_DPORT, ct->tuple[1].dport);
}

/* The class that the name lies in, as a number in the order of memory. */
static bool read_name(struct zw_drawn *drawn, u32 field, const char *name)
{
	u128 value = 0;
	u32 i;

	if (!name[0])
		return true;
	for (i = 0; i < ZW_NAME_MAX; i++)
		value = value << 8 | (u8)name[i];
	for (i = 0; i < drawn->space->class_count; i++) {
		if (drawn->space->classes[i].lo <= value &&
		    value <= drawn->space->classes[i].hi) {
			set(drawn, field, i);
			return true;
		}
	}
	return false;
}

bool zw_drawn_locate(struct zw_drawn *drawn, const struct zw_packet *packet,
		     enum zw_path path)
{
	u32 at, hops;

	memset(drawn->point, 0,
	       sizeof(u32) * zw_variable_count(drawn->diagrams));
	at = packet->ethertype == ETH_P_IP ? read_ipv4(drawn, packet)
					   : read_ipv6(drawn, packet);
	/* forwarding takes one off before its hook */
	hops = packet->bytes[packet->ethertype == ETH_P_IP ? 8 : 7];
	set(drawn, ZW_FIELD_ARRIVAL_HOPS, hops);
	set(drawn, ZW_FIELD_HOPS,
	    hops && path == ZW_PATH_FORWARD ? hops - 1 : hops);
	read_transport(drawn, packet, at);
	read_entry(drawn, packet);
	set(drawn, ZW_FIELD_IPSEC_IN, packet->in_ipsec);
	set(drawn, ZW_FIELD_IPSEC_OUT, packet->out_ipsec);
	set(drawn, ZW_FIELD_REQID_IN, packet->in_reqid);
	set(drawn, ZW_FIELD_REQID_OUT, packet->out_reqid);
	return read_name(drawn, ZW_FIELD_IN, packet->in) &&
	       read_name(drawn, ZW_FIELD_OUT, packet->out);
}

void zw_drawn_set(struct zw_drawn *drawn, struct zw_str predicate, bool holds)
{
	u32 variable;

	if (zw_map_get(&drawn->space->predicates, predicate, &variable))
		drawn->point[variable] = holds;
}

u32 zw_drawn_at(const struct zw_drawn *drawn, zw_node diagram)
{
	return zw_at(drawn->diagrams, diagram, drawn->point);
}

enum zw_pass zw_drawn_pass(const struct zw_run *run, enum zw_family family)
{
	bool admin;

	if (run->verdict == ZW_RUN_ACCEPT)
		return ZW_PASS_ACCEPT;
	if (run->verdict != ZW_RUN_REJECT)
		return ZW_PASS_DROP;
	if (run->reject_type == NFT_REJECT_TCP_RST)
		return ZW_PASS_REJECT_RESET;
	if (run->reject_type == NFT_REJECT_ICMPX_UNREACH)
		admin = run->reject_code == NFT_REJECT_ICMPX_ADMIN_PROHIBITED;
	else
		admin = run->reject_code == (family == ZW_IPV4 ? 13u : 1u);
	return admin ? ZW_PASS_REJECT_ADMIN : ZW_PASS_REJECT_OTHER;
}
