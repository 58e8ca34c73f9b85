/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows nf_conntrack_core.c (resolve_normal_ct, init_conntrack) and
 * nf_nat_core.c (nf_nat_inet_fn, nf_nat_packet).
 *
 * A packet in state new or established is of the direction whose tuple it has,
 * so that tuple is known from the packet. The other direction's tuple is its
 * mirror image unless the entry's status says that source or destination were
 * translated; then it may be anything. ICMP errors carry their entry's tuples
 * within, not in their own header: both tuples may be anything. What other
 * packets in state related are (expected by a helper) has entries of its own.
 *
 * Ports of tuples are known for protocols that have ports; for others (ids of
 * echo requests, keys of tunnels) the fields are left open. */
#include <netinet/in.h>

#include "base/assert.h"
#include "verifier/entry.h"

static zw_node states(struct zw_space *space, enum zw_state_index lo,
		      enum zw_state_index hi)
{
	return zw_space_index(space, ZW_FIELD_STATE, lo, hi);
}

static zw_node bit(struct zw_space *space, u32 number)
{
	return zw_space_bit(space, ZW_FIELD_CT_STATUS, number);
}

/* ICMP in state related is about another flow. */
static zw_node quoting(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node icmp =
		zw_or(d, zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMP),
		      zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMPV6));

	return zw_and(d, icmp, states(space, ZW_IS_RELATED, ZW_IS_RELATED));
}

zw_node zw_entry_first(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node out = states(space, ZW_IS_RELATED, ZW_IS_NEW);

	out = zw_minus(d, out, quoting(space));
	out = zw_and(d, out, zw_space_is(space, ZW_FIELD_DIRECTION, 0));
	return zw_minus(d, out,
			zw_space_bit(space, ZW_FIELD_CT_STATUS,
				     ZW_STATUS_BIT_CONFIRMED));
}

zw_node zw_entry_untouched(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node out = zw_and(d, states(space, ZW_IS_NEW, ZW_IS_NEW),
			     zw_entry_first(space));

	out = zw_minus(d, out, bit(space, ZW_STATUS_BIT_DNAT));
	return zw_minus(d, out, bit(space, ZW_STATUS_BIT_SNAT));
}

zw_node zw_entry_beginnings(struct zw_space *space, zw_node set)
{
	struct zw_diagrams *d = space->d;
	zw_node first = zw_and(d, set, zw_entry_untouched(space));
	zw_node new = zw_and(d, set, states(space, ZW_IS_NEW, ZW_IS_NEW));

	if (!zw_same(first, ZW_EMPTY))
		return first;
	return zw_same(new, ZW_EMPTY) ? set : new;
}

zw_node zw_entry_ports(struct zw_space *space)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE,
				     IPPROTO_SCTP, IPPROTO_DCCP };
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < sizeof(protos); i++)
		out = zw_or(space->d, out,
			    zw_space_is(space, ZW_FIELD_PROTO, protos[i]));
	return out;
}

/* ---- rewrites ------------------------------------------------------------ */

void zw_entry_copy(const struct zw_space *space, u32 field, u32 from, u32 words,
		   struct zw_rewrite *v, size_t *n)
{
	u32 w, i;

	for (w = 0; w < words; w++) {
		const struct zw_field_info *to = &space->fields.v[field + w];
		const struct zw_field_info *of = &space->fields.v[from + w];

		ZW_ASSERT(to->slice_count == of->slice_count);
		for (i = 0; i < to->slice_count; i++) {
			ZW_ASSERT(*n < ZW_ENTRY_REWRITES);
			v[(*n)++] =
				(struct zw_rewrite){ to->slices[i].variable,
						     true,
						     of->slices[i].variable };
		}
	}
}

void zw_entry_set(const struct zw_space *space, u32 field, u32 value,
		  struct zw_rewrite *v, size_t *n)
{
	const struct zw_field_info *info = &space->fields.v[field];
	u32 i;

	for (i = 0; i < info->slice_count; i++) {
		const struct zw_slice *slice = &info->slices[i];
		u32 bits = (u32)(slice->hi - slice->lo) + 1;
		u32 mask = bits >= 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;

		ZW_ASSERT(*n < ZW_ENTRY_REWRITES);
		v[(*n)++] = (struct zw_rewrite){ slice->variable, false,
						 value >> slice->lo & mask };
	}
}

/* ---- tuples -------------------------------------------------------------- */

/* A tuple's fields: its source, and the ports beside. */
struct tuple {
	u32 src, dst, sport, dport;
};

/* One end of a tuple: the fields of an address, and of the port beside. */
struct end {
	u32 address, port;
};

static const struct tuple header = { ZW_FIELD_SRC, ZW_FIELD_DST, ZW_FIELD_SPORT,
				     ZW_FIELD_DPORT };
static const struct tuple original = { ZW_FIELD_ORIGINAL_SRC,
				       ZW_FIELD_ORIGINAL_DST,
				       ZW_FIELD_ORIGINAL_SPORT,
				       ZW_FIELD_ORIGINAL_DPORT };
static const struct tuple reply = { ZW_FIELD_REPLY_SRC, ZW_FIELD_REPLY_DST,
				    ZW_FIELD_REPLY_SPORT,
				    ZW_FIELD_REPLY_DPORT };

/* NODE where the packet is of the direction MINE, and the other tuple mirrors
 * its destination (SAME_DST) and its source (SAME_SRC). */
static zw_node seen(struct zw_space *space, enum zw_family family, zw_node node,
		    const struct tuple *mine, const struct tuple *other,
		    bool same_dst, bool same_src, bool ports)
{
	u32 words = family == ZW_IPV4 ? 1 : 4;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	size_t n = 0;

	zw_entry_copy(space, mine->src, header.src, words, v, &n);
	zw_entry_copy(space, mine->dst, header.dst, words, v, &n);
	if (same_dst)
		zw_entry_copy(space, other->src, header.dst, words, v, &n);
	if (same_src)
		zw_entry_copy(space, other->dst, header.src, words, v, &n);
	if (ports) {
		zw_entry_copy(space, mine->sport, header.sport, 1, v, &n);
		zw_entry_copy(space, mine->dport, header.dport, 1, v, &n);
	}
	if (ports && same_dst)
		zw_entry_copy(space, other->sport, header.dport, 1, v, &n);
	if (ports && same_src)
		zw_entry_copy(space, other->dport, header.sport, 1, v, &n);
	return zw_substitute(space->d, node, v, n);
}

static zw_node seen_any(struct zw_space *space, enum zw_family family,
			zw_node node, bool is_reply, bool same_dst,
			bool same_src)
{
	const struct tuple *mine = is_reply ? &reply : &original;
	const struct tuple *other = is_reply ? &original : &reply;

	return zw_if(space->d, zw_entry_ports(space),
		     seen(space, family, node, mine, other, same_dst, same_src,
			  true),
		     seen(space, family, node, mine, other, same_dst, same_src,
			  false));
}

/* By the status of the entry. The translation of a source is told by the
 * destination of the replies, and so on. */
static zw_node by_status(struct zw_space *space, enum zw_family family,
			 zw_node node, bool is_reply)
{
	struct zw_diagrams *d = space->d;
	zw_node dst_bit =
		bit(space, is_reply ? ZW_STATUS_BIT_SNAT : ZW_STATUS_BIT_DNAT);
	zw_node src_bit =
		bit(space, is_reply ? ZW_STATUS_BIT_DNAT : ZW_STATUS_BIT_SNAT);
	zw_node v[2][2];
	u32 a, b;

	for (a = 0; a < 2; a++) {
		for (b = 0; b < 2; b++)
			v[a][b] = seen_any(space, family, node, is_reply, a, b);
	}
	return zw_if(d, dst_bit, zw_if(d, src_bit, v[0][0], v[0][1]),
		     zw_if(d, src_bit, v[1][0], v[1][1]));
}

/* Does NODE look at the fields of either tuple? */
static bool looks_at_tuples(struct zw_space *space, enum zw_family family,
			    zw_node node)
{
	static const struct tuple *const tuples[] = { &original, &reply };
	u32 words = family == ZW_IPV4 ? 1 : 4;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	u32 variables[ZW_ENTRY_REWRITES];
	size_t n = 0, i;

	for (i = 0; i < 2; i++) {
		zw_entry_copy(space, tuples[i]->src, header.src, words, v, &n);
		zw_entry_copy(space, tuples[i]->dst, header.dst, words, v, &n);
		zw_entry_copy(space, tuples[i]->sport, header.sport, 1, v, &n);
		zw_entry_copy(space, tuples[i]->dport, header.dport, 1, v, &n);
	}
	for (i = 0; i < n; i++)
		variables[i] = v[i].variable;
	return zw_tests_any(space->d, node, variables, n);
}

/* Most rulesets look at tuples for ICMP errors alone, which are not the
 * entry's own packets: then nothing is to be put in. */
zw_node zw_entry_found(struct zw_space *space, enum zw_family family,
		       zw_node node)
{
	struct zw_diagrams *d = space->d;
	zw_node own = zw_minus(d, states(space, ZW_IS_ESTABLISHED, ZW_IS_NEW),
			       quoting(space));
	zw_node in_own = zw_constrain(d, node, own), out;

	if (!looks_at_tuples(space, family, in_own))
		return node;
	out = zw_if(d, zw_space_is(space, ZW_FIELD_DIRECTION, 1),
		    by_status(space, family, in_own, true),
		    by_status(space, family, in_own, false));
	return zw_if(d, own, out, node);
}

/* ---- destinations and sources -------------------------------------------- */

/* NODE behind the copy of FROM, an address and a port, to TO. */
static zw_node rewritten(struct zw_space *space, enum zw_family family,
			 zw_node node, struct end to, struct end from)
{
	u32 words = family == ZW_IPV4 ? 1 : 4;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	zw_node bare;
	size_t n = 0;

	zw_entry_copy(space, to.address, from.address, words, v, &n);
	bare = zw_substitute(space->d, node, v, n);
	zw_entry_copy(space, to.port, from.port, 1, v, &n);
	return zw_if(space->d, zw_entry_ports(space),
		     zw_substitute(space->d, node, v, n), bare);
}

/* NODE behind what entries do to packets that are not the first ones: to the
 * TO of those of the original direction where BIT_FORTH is set, FORTH being
 * what they get, and so BACK. */
static zw_node remembered(struct zw_space *space, enum zw_family family,
			  zw_node node, struct end to, u32 bit_forth,
			  struct end forth, u32 bit_back, struct end back)
{
	struct zw_diagrams *d = space->d;
	zw_node later = zw_minus(d, states(space, ZW_IS_ESTABLISHED, ZW_IS_NEW),
				 zw_entry_first(space));
	zw_node there = zw_if(d, bit(space, bit_forth),
			      rewritten(space, family, node, to, forth), node);
	zw_node again = zw_if(d, bit(space, bit_back),
			      rewritten(space, family, node, to, back), node);

	return zw_if(d, later,
		     zw_if(d, zw_space_is(space, ZW_FIELD_DIRECTION, 1), again,
			   there),
		     node);
}

zw_node zw_entry_destination(struct zw_space *space, enum zw_family family,
			     zw_node node)
{
	return remembered(
		space, family, node, (struct end){ header.dst, header.dport },
		ZW_STATUS_BIT_DNAT, (struct end){ reply.src, reply.sport },
		ZW_STATUS_BIT_SNAT,
		(struct end){ original.src, original.sport });
}

zw_node zw_entry_source(struct zw_space *space, enum zw_family family,
			zw_node node)
{
	return remembered(
		space, family, node, (struct end){ header.src, header.sport },
		ZW_STATUS_BIT_SNAT, (struct end){ reply.dst, reply.dport },
		ZW_STATUS_BIT_DNAT,
		(struct end){ original.dst, original.dport });
}
