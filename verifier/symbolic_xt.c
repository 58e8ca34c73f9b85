/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches and targets of iptables, for all packets at once.
 *
 * A match is the set of packets for which it holds; where the kernel asks for a
 * header, later fragments break the rule and packets that are cut within it are
 * dropped. Written from the kernel's files (verifier/xt.h names them) and apart
 * from the interpreter, which does the same on bytes.
 *
 * Not followed: TCP options, lengths, what a target writes into hop limit and
 * type of service; each is an unknown. */
#include <netinet/in.h>

#include "verifier/symbolic_rule.h"
#include "verifier/xt.h"

static struct zw_space *space_of(const struct zw_rule_run *run)
{
	return run->scene->s->space;
}

static zw_node inverted(const struct zw_rule_run *run, zw_node set, bool invert)
{
	return invert ? zw_not(zw_run_diagrams(run), set) : set;
}

/* ---- pieces -------------------------------------------------------------- */

/* (FIELD & MASK) == WANTED, of BITS bits. Where the field must be cut first,
 * it is unknown for now. */
static zw_node masked(const struct zw_rule_run *run, u32 i, u32 field, u32 bits,
		      u32 mask, u32 wanted)
{
	zw_bit string[32];
	u8 key[4] = { 0 };
	struct zw_component component = { 0, (bits + 7) / 8 * 8 };
	struct zw_key one = { key, key, 1 };
	u32 k, bit, pad = component.bits - bits;
	zw_node out;

	if (wanted & ~mask)
		return ZW_EMPTY;
	for (k = 0; k < component.bits; k++) {
		bit = component.bits - 1 - k;
		string[k] = k >= pad && mask >> bit & 1 ? zw_bit_of(field, bit)
							: ZW_BIT_0;
		if (k >= pad && wanted >> bit & 1)
			key[k / 8] |= (u8)(128u >> k % 8);
	}
	if (zw_space_lookup(space_of(run), string, &component, 1, &one, 1, 0,
			    &out))
		return out;
	return zw_run_maybe(run, i, false, "a mask that is not followed");
}

static zw_node in_ranges(const struct zw_rule_run *run, u32 field,
			 const struct zw_xt_port_test *test)
{
	zw_node out = ZW_EMPTY;
	u32 i;

	for (i = 0; i < test->n; i++) {
		if (test->ranges[i].lo <= test->ranges[i].hi)
			out = zw_or(zw_run_diagrams(run), out,
				    zw_space_range(space_of(run), field,
						   test->ranges[i].lo,
						   test->ranges[i].hi));
	}
	return out;
}

static zw_node ports_hold(const struct zw_rule_run *run,
			  const struct zw_xt_port_test *test, u32 sport,
			  u32 dport)
{
	zw_node found = ZW_EMPTY;

	if (test->side != ZW_XT_DESTINATION)
		found = in_ranges(run, sport, test);
	if (test->side != ZW_XT_SOURCE)
		found = zw_or(zw_run_diagrams(run), found,
			      in_ranges(run, dport, test));
	return inverted(run, found, test->invert);
}

static zw_node has_entry(const struct zw_rule_run *run)
{
	if (!run->scene->has_entry)
		return ZW_EMPTY;
	return zw_space_index(space_of(run), ZW_FIELD_STATE, ZW_IS_ESTABLISHED,
			      ZW_IS_NEW);
}

/* ---- transport headers --------------------------------------------------- */

struct header {
	u32 bytes; /* that the match asks for */
	bool evil; /* fragments of offset 1 are dropped */
};

/* The rule where the match HOLDS for packets that have the header. */
static zw_node with_header(struct zw_rule_run *run, u32 i,
			   const struct registers *regs, struct header header,
			   zw_node holds)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node later, then;

	then = zw_run_guard(run, holds, zw_run_go(run, i + 1, regs));
	then = zw_if(d, zw_bytes_there(run->scene, header.bytes), then,
		     zw_run_leaf(run, DROPS));
	later = zw_run_leaf(run, GO_ON);
	if (header.evil && run->scene->family == ZW_IPV4)
		later = zw_if(d, masked(run, i, ZW_FIELD_FRAG, 16, 0x1fff, 1),
			      zw_run_leaf(run, DROPS), later);
	return zw_if(d, zw_not_later(run->scene, i), then, later);
}

static zw_node ports(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < xt->ports.n; k++)
		out = zw_and(zw_run_diagrams(run), out,
			     ports_hold(run, &xt->ports.tests[k],
					ZW_FIELD_SPORT, ZW_FIELD_DPORT));
	return out;
}

static zw_node tcp(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = zw_and(d,
			     ports_hold(run, &xt->tcp.tests[0], ZW_FIELD_SPORT,
					ZW_FIELD_DPORT),
			     ports_hold(run, &xt->tcp.tests[1], ZW_FIELD_SPORT,
					ZW_FIELD_DPORT));

	out = zw_and(d, out,
		     inverted(run,
			      masked(run, i, ZW_FIELD_FLAGS, 8, xt->tcp.mask,
				     xt->tcp.wanted),
			      xt->tcp.invert_flags));
	if (xt->tcp.option)
		out = zw_and(d, out,
			     zw_run_maybe(run, i, false,
					  "which options a TCP packet has"));
	return out;
}

/* A TCP header whose options are cut, or that lies about its length, is
 * dropped; that hangs on bytes that are no field. */
static zw_node tcp_rule(struct zw_rule_run *run, u32 i,
			const struct registers *regs, const struct zw_xt *xt)
{
	struct header header = { 20, true };
	zw_node out = with_header(run, i, regs, header, tcp(run, xt, i));

	if (!xt->tcp.option)
		return out;
	return zw_if(zw_run_diagrams(run),
		     zw_run_maybe(run, i, false, "broken options of TCP"),
		     zw_run_leaf(run, DROPS), out);
}

/* Type and code are the first two bytes, as the source port is. */
static zw_node icmp(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	zw_node out = ZW_ALL;

	if (!xt->icmp.any)
		out = xt->icmp.lo > xt->icmp.hi
			      ? ZW_EMPTY
			      : zw_space_range(
					space_of(run), ZW_FIELD_SPORT,
					(u32)xt->icmp.type << 8 | xt->icmp.lo,
					(u32)xt->icmp.type << 8 | xt->icmp.hi);
	return inverted(run, out, xt->icmp.invert);
}

/* ---- the network header -------------------------------------------------- */

static zw_node ranges(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	enum zw_family family = run->scene->family;
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < 2; k++) {
		const struct zw_xt_address_test *t = &xt->ranges[k];
		u128 lo = zw_ip_from_bytes(family, t->lo).value;
		u128 hi = zw_ip_from_bytes(family, t->hi).value;
		zw_node in = ZW_EMPTY;

		if (!t->used)
			continue;
		if (lo <= hi)
			in = zw_space_addresses(
				space_of(run), k ? ZW_FIELD_DST : ZW_FIELD_SRC,
				family,
				zw_intervals_one(space_of(run)->arena, lo, hi));
		out = zw_and(zw_run_diagrams(run), out,
			     inverted(run, in, t->invert));
	}
	return out;
}

static zw_node mac(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	struct zw_space *space = space_of(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_ALL;
	u32 k;

	if (run->scene->path == ZW_PATH_OUTPUT)
		return ZW_EMPTY;
	for (k = 0; k < 6; k++)
		out = zw_and(
			d, out,
			zw_space_is(space,
				    zw_space_byte(space, ZW_BYTE_LINK, 6 + k),
				    xt->mac.address[k]));
	return zw_and(
		d, inverted(run, out, xt->mac.invert),
		zw_space_is(space,
			    zw_space_byte(space, ZW_BYTE_LINK, ZW_BYTE_NO_LINK),
			    0));
}

/* One byte; of IPv6 two halves of two. */
static zw_node tos(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	struct zw_space *space = space_of(run);
	zw_bit string[8];
	u8 key = (u8)xt->masked.wanted;
	struct zw_component component = { 0, 8 };
	struct zw_key one = { &key, &key, 1 };
	zw_node out;
	u32 k, four, high, low;

	if (run->scene->family == ZW_IPV4) {
		four = zw_space_byte(space, ZW_BYTE_NETWORK4, 1);
		for (k = 0; k < 8; k++)
			string[k] = zw_bit_of(four, 7 - k);
	} else {
		high = zw_space_byte(space, ZW_BYTE_NETWORK6, 0);
		low = zw_space_byte(space, ZW_BYTE_NETWORK6, 1);
		for (k = 0; k < 4; k++) {
			string[k] = zw_bit_of(high, 3 - k);
			string[4 + k] = zw_bit_of(low, 7 - k);
		}
	}
	if (xt->masked.wanted & ~xt->masked.mask)
		return inverted(run, ZW_EMPTY, xt->masked.invert);
	for (k = 0; k < 8; k++) {
		if (!(xt->masked.mask >> (7 - k) & 1))
			string[k] = ZW_BIT_0;
	}
	if (zw_space_lookup(space, string, &component, 1, &one, 1, 0, &out))
		return inverted(run, out, xt->masked.invert);
	return zw_run_maybe(run, i, false, "a part of the type of service");
}

static zw_node ipsec(const struct zw_rule_run *run, const struct zw_xt *xt,
		     u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node by = zw_space_is(
		space_of(run),
		xt->ipsec.out ? ZW_FIELD_IPSEC_OUT : ZW_FIELD_IPSEC_IN, 1);

	/* before routing, and of the gateway's own packets, there is none */
	if (xt->ipsec.out ? !run->scene->has_route
			  : run->scene->path == ZW_PATH_OUTPUT)
		by = ZW_EMPTY;
	if (xt->ipsec.none)
		return zw_not(d, by);
	if (!xt->ipsec.more)
		return by;
	return zw_and(d, by, zw_run_maybe(run, i, false, "which IPsec it was"));
}

/* ---- conntrack ----------------------------------------------------------- */

static zw_node state_in(const struct zw_rule_run *run, u32 states)
{
	static const struct {
		u32 state;
		enum zw_state_index index;
	} entries[] = {
		{ ZW_XT_STATE_ESTABLISHED, ZW_IS_ESTABLISHED },
		{ ZW_XT_STATE_RELATED, ZW_IS_RELATED },
		{ ZW_XT_STATE_NEW, ZW_IS_NEW },
		{ ZW_XT_STATE_INVALID, ZW_IS_INVALID },
		{ ZW_XT_STATE_UNTRACKED, ZW_IS_UNTRACKED },
	};
	struct zw_space *space = space_of(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_EMPTY, untracked;
	size_t k;

	if (!run->scene->has_entry) {
		untracked = zw_space_is(space, ZW_FIELD_NOTRACK, 1);
		return zw_if(d, untracked,
			     states & ZW_XT_STATE_UNTRACKED ? ZW_ALL : ZW_EMPTY,
			     states & ZW_XT_STATE_INVALID ? ZW_ALL : ZW_EMPTY);
	}
	for (k = 0; k < sizeof(entries) / sizeof(entries[0]); k++) {
		if (states & entries[k].state)
			out = zw_or(d, out,
				    zw_space_index(space, ZW_FIELD_STATE,
						   entries[k].index,
						   entries[k].index));
	}
	if (states & ZW_XT_STATE_SNAT)
		out = zw_or(d, out,
			    zw_and(d, has_entry(run),
				   zw_space_bit(space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_SNAT)));
	if (states & ZW_XT_STATE_DNAT)
		out = zw_or(d, out,
			    zw_and(d, has_entry(run),
				   zw_space_bit(space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_DNAT)));
	return out;
}

static zw_node tuple_address(const struct zw_rule_run *run, u32 i, u32 field,
			     const struct zw_xt_address_test *t)
{
	u32 words = run->scene->family == ZW_IPV4 ? 1 : 4, w;
	zw_node out = ZW_ALL;

	for (w = 0; w < words; w++) {
		const u8 *v = t->lo + 4 * w, *m = t->hi + 4 * w;
		u32 mask = (u32)m[0] << 24 | (u32)m[1] << 16 | (u32)m[2] << 8 |
			   m[3];
		u32 value = (u32)v[0] << 24 | (u32)v[1] << 16 | (u32)v[2] << 8 |
			    v[3];

		out = zw_and(zw_run_diagrams(run), out,
			     masked(run, i, field + w, 32, mask, value & mask));
	}
	return inverted(run, out, t->invert);
}

static zw_node tuples(const struct zw_rule_run *run, const struct zw_xt *xt,
		      u32 i)
{
	static const u32 addresses[] = { ZW_FIELD_ORIGINAL_SRC,
					 ZW_FIELD_ORIGINAL_DST,
					 ZW_FIELD_REPLY_SRC,
					 ZW_FIELD_REPLY_DST };
	static const u32 numbers[] = { ZW_FIELD_ORIGINAL_SPORT,
				       ZW_FIELD_ORIGINAL_DPORT,
				       ZW_FIELD_REPLY_SPORT,
				       ZW_FIELD_REPLY_DPORT };
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < 4; k++) {
		if (xt->conntrack.tuple[k].used)
			out = zw_and(d, out,
				     tuple_address(run, i, addresses[k],
						   &xt->conntrack.tuple[k]));
		if (xt->conntrack.ports[k].used)
			out = zw_and(d, out,
				     ports_hold(run,
						&xt->conntrack.ports[k].test,
						numbers[k], numbers[k]));
	}
	return out;
}

/* The protocol of the entry is the packet's, but for ICMP errors. */
static zw_node entry_proto(const struct zw_rule_run *run,
			   const struct zw_xt *xt, u32 i)
{
	struct zw_space *space = space_of(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node related = zw_space_index(space, ZW_FIELD_STATE, ZW_IS_RELATED,
					 ZW_IS_RELATED);
	zw_node same = zw_space_is(space, ZW_FIELD_PROTO, xt->conntrack.proto);

	return inverted(run,
			zw_if(d, related,
			      zw_run_maybe(run, i, false,
					   "the protocol of a related flow"),
			      same),
			xt->conntrack.invert_proto);
}

/* Some bit of MASK is set in the status. */
static zw_node status(const struct zw_rule_run *run, const struct zw_xt *xt,
		      u32 i)
{
	zw_node none =
		masked(run, i, ZW_FIELD_CT_STATUS, 32, xt->conntrack.status, 0);

	return inverted(run, zw_not(zw_run_diagrams(run), none),
			xt->conntrack.invert_status);
}

static zw_node conntrack(const struct zw_rule_run *run, const struct zw_xt *xt,
			 u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node state = ZW_ALL, rest = ZW_ALL, entry = has_entry(run);

	if (xt->conntrack.has_state)
		state = inverted(run, state_in(run, xt->conntrack.state),
				 xt->conntrack.invert_state);
	if (xt->conntrack.has_direction)
		rest = zw_space_is(space_of(run), ZW_FIELD_DIRECTION,
				   xt->conntrack.reply);
	if (xt->conntrack.has_proto)
		rest = zw_and(d, rest, entry_proto(run, xt, i));
	rest = zw_and(d, rest, tuples(run, xt, i));
	if (xt->conntrack.has_status)
		rest = zw_and(d, rest, status(run, xt, i));
	if (xt->conntrack.has_expires)
		rest = zw_and(d, rest,
			      zw_run_maybe(run, i, true,
					   "how long an entry will last"));
	return zw_and(d, state,
		      zw_if(d, entry, rest,
			    xt->conntrack.has_state ? ZW_ALL : ZW_EMPTY));
}

/* ---- matches ------------------------------------------------------------- */

static zw_node holds(const struct zw_rule_run *run, const struct zw_xt *xt,
		     u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct zw_space *space = space_of(run);

	switch (xt->kind) {
	case ZW_XT_ALWAYS:
		return ZW_ALL;
	case ZW_XT_NEVER:
		return ZW_EMPTY;
	case ZW_XT_CONNTRACK:
		return conntrack(run, xt, i);
	case ZW_XT_RANGES:
		return ranges(run, xt);
	case ZW_XT_MARK:
		return inverted(run,
				masked(run, i, ZW_FIELD_MARK, 32,
				       xt->masked.mask, xt->masked.wanted),
				xt->masked.invert);
	case ZW_XT_CONNMARK:
		return zw_and(
			d, has_entry(run),
			inverted(run,
				 masked(run, i, ZW_FIELD_CT_MARK, 32,
					xt->masked.mask, xt->masked.wanted),
				 xt->masked.invert));
	case ZW_XT_MAC:
		return mac(run, xt);
	case ZW_XT_HOPS:
		return inverted(run,
				zw_space_range(space, zw_hops_field(run->scene),
					       xt->hops.lo, xt->hops.hi),
				xt->hops.invert);
	case ZW_XT_TOS:
		return tos(run, xt, i);
	case ZW_XT_PKTTYPE:
		return inverted(run,
				masked(run, i, ZW_FIELD_PKTTYPE, 2, 3,
				       xt->pkttype.type),
				xt->pkttype.invert);
	case ZW_XT_LENGTH:
		return zw_run_maybe(run, i, false, "how long the packet is");
	case ZW_XT_IPSEC:
		return ipsec(run, xt, i);
	case ZW_XT_CHANCE:
		return zw_run_maybe(run, i, true, xt->what);
	default:
		return zw_run_maybe(run, i, false, xt->what);
	}
}

static const char *not_known(const struct zw_rule_run *run,
			     const struct zw_expr *expr, const char *what)
{
	return zw_strf(run->scene->s->arena,
		       "the %s '%.*s' of iptables, revision %u", what,
		       ZW_STR_ARG(expr->xt.name), expr->xt.revision)
		.p;
}

zw_node zw_run_match(struct zw_rule_run *run, const struct registers *regs,
		     u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_xt *xt = expr->xt.means;
	struct header header = { 8, false };
	zw_node set;

	if (!xt)
		return zw_run_anything(run, i, not_known(run, expr, "match"));
	switch (xt->kind) {
	case ZW_XT_PORTS:
		header.bytes = xt->ports.header;
		return with_header(run, i, regs, header, ports(run, xt));
	case ZW_XT_TCP:
		return tcp_rule(run, i, regs, xt);
	case ZW_XT_ICMP:
		return with_header(run, i, regs, header, icmp(run, xt));
	default:
		break;
	}
	set = holds(run, xt, i);
	if (zw_same(set, ZW_EMPTY))
		return zw_run_leaf(run, GO_ON);
	return zw_run_guard(run, set, zw_run_go(run, i + 1, regs));
}

/* ---- targets ------------------------------------------------------------- */

/* Bit BIT of (FIELD & ~CLEAR) ^ VALUE. */
static zw_bit changed_bit(u32 field, u32 bit, u32 clear, u32 value)
{
	zw_bit old = clear >> bit & 1 ? ZW_BIT_0 : zw_bit_of(field, bit);

	return value >> bit & 1 ? zw_bit_invert(old) : old;
}

static zw_node set_mark(struct zw_rule_run *run, const struct registers *regs,
			const struct zw_xt *xt, u32 i)
{
	zw_bit bits[32];
	u32 bit;

	for (bit = 0; bit < 32; bit++)
		bits[31 - bit] =
			changed_bit(ZW_FIELD_MARK, bit, xt->set_mark.clear,
				    xt->set_mark.value);
	return zw_run_change(run, i, ZW_FIELD_MARK, bits, regs);
}

/* Bit BIT of what is shifted in: FIELD & MASK. */
static zw_bit shifted_bit(const struct zw_xt *xt, u32 field, u32 mask, u32 bit)
{
	u32 from = xt->set_mark.right ? bit + xt->set_mark.shift
				      : bit - xt->set_mark.shift;

	if (from > 31 || !(mask >> from & 1))
		return ZW_BIT_0;
	return zw_bit_of(field, from);
}

/* The exclusive or of two bits, where that is a bit. */
static zw_bit either_bit(zw_bit a, zw_bit b)
{
	if (a == ZW_BIT_0)
		return b;
	return b == ZW_BIT_0 ? a : ZW_BIT_UNKNOWN;
}

static zw_node set_connmark(struct zw_rule_run *run,
			    const struct registers *regs,
			    const struct zw_xt *xt, u32 i)
{
	u32 clear = xt->set_mark.clear, mask = xt->set_mark.packet_mask, bit;
	u32 field = ZW_FIELD_CT_MARK;
	zw_bit bits[32], old;

	if (!run->scene->has_entry)
		return zw_run_go(run, i + 1, regs);
	for (bit = 0; bit < 32; bit++) {
		switch (xt->set_mark.mode) {
		case ZW_XT_SET:
			old = changed_bit(ZW_FIELD_CT_MARK, bit, clear,
					  xt->set_mark.value);
			if (xt->set_mark.shift)
				old = ZW_BIT_UNKNOWN;
			break;
		case ZW_XT_SAVE:
			old = either_bit(
				changed_bit(ZW_FIELD_CT_MARK, bit, clear, 0),
				shifted_bit(xt, ZW_FIELD_MARK, mask, bit));
			break;
		default:
			field = ZW_FIELD_MARK;
			old = either_bit(
				changed_bit(ZW_FIELD_MARK, bit, mask, 0),
				shifted_bit(xt, ZW_FIELD_CT_MARK, clear, bit));
			break;
		}
		bits[31 - bit] = old;
	}
	return zw_if(zw_run_diagrams(run), has_entry(run),
		     zw_run_change(run, i, field, bits, regs),
		     zw_run_go(run, i + 1, regs));
}

/* FIELDS become what nobody knows, one after another. */
static zw_node set_unknown(struct zw_rule_run *run,
			   const struct registers *regs, u32 i, u32 field)
{
	zw_bit bits[32];
	u32 bit;

	for (bit = 0; bit < 32; bit++)
		bits[bit] = ZW_BIT_UNKNOWN;
	return zw_run_change(run, i, field, bits, regs);
}

static zw_node set_tos(struct zw_rule_run *run, const struct registers *regs,
		       u32 i)
{
	if (run->scene->family == ZW_IPV6)
		return zw_run_anything(run, i, "a traffic class that is set");
	return set_unknown(run, regs, i,
			   zw_space_byte(space_of(run), ZW_BYTE_NETWORK4, 1));
}

zw_node zw_run_target(struct zw_rule_run *run, const struct registers *regs,
		      u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_xt *xt = expr->xt.means;

	if (!xt)
		return zw_run_anything(run, i, not_known(run, expr, "target"));
	switch (xt->kind) {
	case ZW_XT_ALWAYS:
		return zw_run_go(run, i + 1, regs);
	case ZW_XT_REJECT:
		return zw_run_reject(run, xt->reject.type, xt->reject.code);
	case ZW_XT_SET_MARK:
		return set_mark(run, regs, xt, i);
	case ZW_XT_SET_CTMARK:
		return set_connmark(run, regs, xt, i);
	case ZW_XT_NOTRACK:
		return zw_run_notrack(run, regs, i);
	case ZW_XT_NAT:
		return zw_run_translation(run, regs, i);
	case ZW_XT_SET_TOS:
		return set_tos(run, regs, i);
	case ZW_XT_QUEUE:
		return zw_if(zw_run_diagrams(run),
			     zw_run_maybe(run, i, true,
					  "the program behind a queue"),
			     zw_run_leaf(run, ACCEPTS),
			     zw_run_leaf(run, DROPS));
	default:
		return zw_run_anything(run, i, "a hop limit that is set");
	}
}
