/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matches conntrack and state of iptables, from the bytes of their
 * structures (xt_conntrack.c, xt_state.c). */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>

#include "verifier/decode_xt.h"

_Static_assert(XT_CONNTRACK_STATE_INVALID == ZW_XT_STATE_INVALID &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) ==
			       ZW_XT_STATE_ESTABLISHED &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_RELATED) ==
			       ZW_XT_STATE_RELATED &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_NEW) == ZW_XT_STATE_NEW &&
		       XT_CONNTRACK_STATE_SNAT == ZW_XT_STATE_SNAT &&
		       XT_CONNTRACK_STATE_DNAT == ZW_XT_STATE_DNAT &&
		       XT_CONNTRACK_STATE_UNTRACKED == ZW_XT_STATE_UNTRACKED,
	       "states as the kernel numbers them");

static struct zw_xt_address_test masked_address(const union nf_inet_addr *value,
						const union nf_inet_addr *mask,
						bool used, bool invert)
{
	struct zw_xt_address_test test = { .used = used, .invert = invert };

	memcpy(test.lo, value, 16);
	memcpy(test.hi, mask, 16);
	return test;
}

static void tuple_ports(struct zw_xt *xt, u32 i, u16 lo, u16 hi, bool used,
			bool invert)
{
	u16 range[2] = { lo, hi };

	xt->conntrack.ports[i].used = used;
	xt->conntrack.ports[i].test = zw_xt_port_range(
		i & 1 ? ZW_XT_DESTINATION : ZW_XT_SOURCE, range, invert);
}

/* What all revisions have; INFO begins alike in all of them. */
static bool conntrack(struct zw_xt *xt, const struct xt_conntrack_mtinfo3 *info,
		      u32 state, u32 status, u16 flags, u16 invert)
{
	const u16 known = (XT_CONNTRACK_STATE_ALIAS << 1) - 1;

	if (flags & ~known || invert & ~known || info->l4proto > 255)
		return false;
	xt->kind = ZW_XT_CONNTRACK;
	xt->conntrack.has_state = flags & XT_CONNTRACK_STATE;
	xt->conntrack.invert_state = invert & XT_CONNTRACK_STATE;
	xt->conntrack.state = state;
	xt->conntrack.has_status = flags & XT_CONNTRACK_STATUS;
	xt->conntrack.invert_status = invert & XT_CONNTRACK_STATUS;
	xt->conntrack.status = status;
	xt->conntrack.has_direction = flags & XT_CONNTRACK_DIRECTION;
	xt->conntrack.reply = invert & XT_CONNTRACK_DIRECTION;
	xt->conntrack.has_proto = flags & XT_CONNTRACK_PROTO;
	xt->conntrack.invert_proto = invert & XT_CONNTRACK_PROTO;
	xt->conntrack.proto = (u8)info->l4proto;
	xt->conntrack.has_expires = flags & XT_CONNTRACK_EXPIRES;
	xt->conntrack.tuple[0] = masked_address(
		&info->origsrc_addr, &info->origsrc_mask,
		flags & XT_CONNTRACK_ORIGSRC, invert & XT_CONNTRACK_ORIGSRC);
	xt->conntrack.tuple[1] = masked_address(
		&info->origdst_addr, &info->origdst_mask,
		flags & XT_CONNTRACK_ORIGDST, invert & XT_CONNTRACK_ORIGDST);
	xt->conntrack.tuple[2] = masked_address(
		&info->replsrc_addr, &info->replsrc_mask,
		flags & XT_CONNTRACK_REPLSRC, invert & XT_CONNTRACK_REPLSRC);
	xt->conntrack.tuple[3] = masked_address(
		&info->repldst_addr, &info->repldst_mask,
		flags & XT_CONNTRACK_REPLDST, invert & XT_CONNTRACK_REPLDST);
	return true;
}

bool zw_xt_read_conntrack3(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo3 *c = info;
	const u16 lo[4] = { c->origsrc_port, c->origdst_port, c->replsrc_port,
			    c->repldst_port };
	const u16 hi[4] = { c->origsrc_port_high, c->origdst_port_high,
			    c->replsrc_port_high, c->repldst_port_high };
	u32 i;

	if (!conntrack(xt, c, c->state_mask, c->status_mask, c->match_flags,
		       c->invert_flags))
		return false;
	for (i = 0; i < 4; i++) {
		u32 flag = (u32)XT_CONNTRACK_ORIGSRC_PORT << i;

		tuple_ports(xt, i, lo[i], hi[i], c->match_flags & flag,
			    c->invert_flags & flag);
	}
	return true;
}

/* Before revision 3: single ports, in network order. */
static bool old_conntrack(struct zw_xt *xt,
			  const struct xt_conntrack_mtinfo2 *c, u32 state,
			  u32 status)
{
	const u16 ports[4] = { c->origsrc_port, c->origdst_port,
			       c->replsrc_port, c->repldst_port };
	struct xt_conntrack_mtinfo3 same = { 0 };
	u32 i;

	memcpy(&same, c, offsetof(struct xt_conntrack_mtinfo2, state_mask));
	if (!conntrack(xt, &same, state, status, c->match_flags,
		       c->invert_flags))
		return false;
	for (i = 0; i < 4; i++) {
		u32 flag = (u32)XT_CONNTRACK_ORIGSRC_PORT << i;

		tuple_ports(xt, i, ntohs(ports[i]), ntohs(ports[i]),
			    c->match_flags & flag, c->invert_flags & flag);
	}
	return true;
}

bool zw_xt_read_conntrack2(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo2 *c = info;

	return old_conntrack(xt, c, c->state_mask, c->status_mask);
}

bool zw_xt_read_conntrack1(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo1 *c = info;
	struct xt_conntrack_mtinfo2 same = { 0 };

	memcpy(&same, c, offsetof(struct xt_conntrack_mtinfo1, state_mask));
	return old_conntrack(xt, &same, c->state_mask, c->status_mask);
}

bool zw_xt_read_state(struct zw_xt *xt, const void *info)
{
	const struct xt_state_info *state = info;
	const u32 plain = XT_STATE_INVALID | ZW_XT_STATE_ESTABLISHED |
			  ZW_XT_STATE_RELATED | ZW_XT_STATE_NEW;

	if (state->statemask & ~(plain | XT_STATE_UNTRACKED))
		return false;
	xt->kind = ZW_XT_CONNTRACK;
	xt->conntrack.has_state = true;
	xt->conntrack.state = state->statemask & plain;
	if (state->statemask & XT_STATE_UNTRACKED)
		xt->conntrack.state |= ZW_XT_STATE_UNTRACKED;
	return true;
}

bool zw_xt_reads_tuples(const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	u32 i;

	if (expr->kind != ZW_EXPR_MATCH || !xt || xt->kind != ZW_XT_CONNTRACK)
		return false;
	for (i = 0; i < 4; i++) {
		if (xt->conntrack.tuple[i].used || xt->conntrack.ports[i].used)
			return true;
	}
	return false;
}
