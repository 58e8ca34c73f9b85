/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of iptables, for all packets at once: what they do to the packet or
 * its entry, and then the rest of the rule. Written from the kernel's files
 * (verifier/xt.h names them) and apart from the interpreter. */
#include <netinet/in.h>

#include "verifier/symbolic_xt.h"

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
	return zw_if(zw_run_diagrams(run), zw_xt_has_entry(run),
		     zw_run_change(run, i, field, bits, regs),
		     zw_run_go(run, i + 1, regs));
}

/* FIELD becomes what nobody knows. */
static zw_node set_unknown(struct zw_rule_run *run,
			   const struct registers *regs, u32 i, u32 field)
{
	zw_bit bits[32];
	u32 bit;

	for (bit = 0; bit < 32; bit++)
		bits[bit] = ZW_BIT_UNKNOWN;
	return zw_run_change(run, i, field, bits, regs);
}

/* ---- headers ------------------------------------------------------------- */

static void put_byte(zw_bit bits[8], u8 value)
{
	u32 k;

	for (k = 0; k < 8; k++)
		bits[k] = value >> (7 - k) & 1;
}

/* In ways that are not followed the packet's hops may be used up, so that it is
 * not forwarded: those of NODE that go on may be dropped as well. */
static zw_node may_die(struct zw_rule_run *run, u32 i, zw_node node)
{
	return zw_if(zw_run_diagrams(run),
		     zw_run_maybe(run, i, false, "hops that are used up"),
		     zw_run_leaf(run, DROPS), node);
}

/* Forwarding takes one off between prerouting and what follows: two fields. A
 * sum is not followed. */
static zw_node set_hops(struct zw_rule_run *run, const struct registers *regs,
			const struct zw_xt *xt, u32 i)
{
	bool before =
		run->scene->path == ZW_PATH_FORWARD && !run->scene->has_out;
	bool set = xt->set_hops.mode == ZW_XT_HOPS_SET;
	u32 value = xt->set_hops.value;
	zw_bit now[8], later[8];
	struct zw_field_change v[2] = {
		{ zw_hops_field(run->scene), now },
		{ ZW_FIELD_HOPS, later },
	};
	zw_node rest;
	u32 k;

	for (k = 0; k < 8; k++)
		now[k] = later[k] = ZW_BIT_UNKNOWN;
	if (set) {
		put_byte(now, (u8)value);
		put_byte(later, (u8)(value - 1));
	}
	rest = zw_run_changes(run, i, v, before ? 2 : 1, regs);
	if (!before || xt->set_hops.mode == ZW_XT_HOPS_MORE ||
	    (set && value > 1))
		return rest;
	if (set || value > 253)
		return may_die(run, i, rest);
	return zw_if(
		zw_run_diagrams(run),
		zw_space_range(zw_run_space(run), v[0].field, value + 2, 255),
		rest, may_die(run, i, rest));
}

/* Type of service and traffic class become (old & ~CLEAR) ^ VALUE: one way for
 * each value of the bits that stay, where they are few; else unknown. Of IPv6
 * the bytes are shared with version and flow label. */
static zw_node set_tos(struct zw_rule_run *run, const struct registers *regs,
		       u32 i, u8 clear, u8 value)
{
	struct zw_space *space = zw_run_space(run);
	bool four = run->scene->family == ZW_IPV4;
	enum zw_byte_base base = four ? ZW_BYTE_NETWORK4 : ZW_BYTE_NETWORK6;
	zw_bit first[8], second[8];
	struct zw_field_change v[2] = {
		{ zw_space_byte(space, base, four ? 1 : 0), first },
		{ zw_space_byte(space, base, 1), second },
	};
	u32 k, kept, label, n = four ? 1 : 2;
	zw_node out, old;
	u8 new;

	for (k = 0; k < 8; k++)
		first[k] = second[k] = ZW_BIT_UNKNOWN;
	out = zw_run_changes(run, i, v, n, regs);
	for (kept = 0; __builtin_popcount(clear) >= 5 && kept < 256; kept++) {
		new = (u8)(kept ^ value);
		for (label = 0; !(kept & clear) && label < (four ? 1u : 16u);
		     label++) {
			old = zw_xt_tos(run, i, (u8)~clear, (u8)kept);
			put_byte(first, four ? new : (u8)(0x60 | new >> 4));
			put_byte(second, (u8)(new << 4 | label));
			if (!four)
				old = zw_and(space->d, old,
					     zw_xt_masked(run, i, v[1].field, 8,
							  15, label));
			out = zw_if(space->d, old,
				    zw_run_changes(run, i, v, n, regs), out);
		}
	}
	return out;
}

/* A TCP header that is cut drops the packet; one that lies about its length
 * may, and conntrack has no entry for such (nf_conntrack_proto_tcp.c,
 * tcp_error). */
static zw_node set_tcp(struct zw_rule_run *run, const struct registers *regs,
		       u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node rest = zw_run_go(run, i + 1, regs), whole, tcp;

	whole = zw_if(
		d, zw_xt_has_entry(run), rest,
		zw_if(d, zw_run_maybe(run, i, false, "broken options of TCP"),
		      zw_run_leaf(run, DROPS), rest));
	whole = zw_if(d, zw_bytes_there(run->scene, 20), whole,
		      zw_run_leaf(run, DROPS));
	tcp = zw_space_is(zw_run_space(run), ZW_FIELD_PROTO, IPPROTO_TCP);
	return zw_if(d, zw_and(d, tcp, zw_not_later(run->scene, i)), whole,
		     rest);
}

/* Both the type of service and TCP's flags, bit by bit, are not followed. */
static zw_node set_ecn(struct zw_rule_run *run, const struct registers *regs,
		       const struct zw_xt *xt, u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_bit unknown[8];
	struct zw_field_change v[2];
	zw_node plain, tcp, there;
	u32 k, n = 0;

	for (k = 0; k < 8; k++)
		unknown[k] = ZW_BIT_UNKNOWN;
	if (xt->set_ecn.network)
		v[n++] = (struct zw_field_change){
			zw_space_byte(zw_run_space(run), ZW_BYTE_NETWORK4, 1),
			unknown
		};
	plain = zw_run_changes(run, i, v, n, regs);
	if (!xt->set_ecn.clear)
		return plain;
	v[n++] = (struct zw_field_change){ ZW_FIELD_FLAGS, unknown };
	there = zw_if(d, zw_bytes_there(run->scene, 20),
		      zw_run_changes(run, i, v, n, regs),
		      zw_run_leaf(run, DROPS));
	tcp = zw_space_is(zw_run_space(run), ZW_FIELD_PROTO, IPPROTO_TCP);
	return zw_if(d, tcp, there, plain);
}

zw_node zw_run_target(struct zw_rule_run *run, const struct registers *regs,
		      u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_xt *xt = expr->xt.means;

	if (!xt)
		return zw_run_anything(run, i,
				       zw_xt_not_known(run, expr, "target"));
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
	case ZW_XT_SET_HOPS:
		return set_hops(run, regs, xt, i);
	case ZW_XT_SET_TOS:
		return set_tos(run, regs, i, xt->set_tos.clear,
			       xt->set_tos.value);
	case ZW_XT_SET_ECN:
		return set_ecn(run, regs, xt, i);
	case ZW_XT_SET_TCP:
		return set_tcp(run, regs, i);
	case ZW_XT_SET_ANY:
		return set_unknown(run, regs, i, ZW_FIELD_MARK);
	case ZW_XT_ZONE: /* the state is the packet's, whatever the zone */
		return zw_run_go(run, i + 1, regs);
	case ZW_XT_COPY:
		return zw_run_beside_lost(run, i, regs, xt->what);
	case ZW_XT_ELSEWHERE:
		return zw_run_lost(run, xt->what);
	case ZW_XT_QUEUE:
		return zw_if(zw_run_diagrams(run),
			     zw_run_maybe(run, i, true,
					  "the program behind a queue"),
			     zw_run_leaf(run, ACCEPTS),
			     zw_run_leaf(run, DROPS));
	default:
		return zw_run_anything(run, i,
				       zw_xt_not_known(run, expr, "target"));
	}
}
