/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables on one packet, as nft_compat.c runs them: a match holds,
 * or breaks the rule, or (a header that is cut short) drops the packet.
 *
 * Each function names the kernel's one. What hangs on more than the packet is
 * asked of the caller, like other choices. */
#include <string.h>

#include "verifier/interpret_internal.h"

static enum zw_held held(bool holds)
{
	return holds ? ZW_HOLDS : ZW_BREAKS;
}

/* ---- transport headers --------------------------------------------------- */

/* skb_header_pointer() of N bytes: ZW_HOLDS if they are there. EVIL: a fragment
 * of offset 1, which could overwrite flags, is dropped (tcp_mt; IPv6 counts
 * its offsets in bytes, so none there is 1). */
static enum zw_held transport(const struct zw_machine *m, u32 n, bool evil)
{
	if (!m->d.has_transport)
		return ZW_BREAKS;
	if (m->d.fragoff)
		return evil && !m->v6 && m->d.fragoff == 1 ? ZW_HELD_DROPS
							   : ZW_BREAKS;
	return m->d.thoff + n <= m->packet->n ? ZW_HOLDS : ZW_HELD_DROPS;
}

static u16 port_at(const struct zw_machine *m, bool destination)
{
	const u8 *p = m->packet->bytes + m->d.thoff + (destination ? 2 : 0);

	return (u16)(p[0] << 8 | p[1]);
}

static bool in_ranges(const struct zw_xt_port_test *test, u16 port)
{
	u32 i;

	for (i = 0; i < test->n; i++) {
		if (port >= test->ranges[i].lo && port <= test->ranges[i].hi)
			return true;
	}
	return false;
}

static bool ports_hold(const struct zw_machine *m,
		       const struct zw_xt_port_test *test)
{
	bool found = false;

	if (test->side != ZW_XT_DESTINATION)
		found = in_ranges(test, port_at(m, false));
	if (test->side != ZW_XT_SOURCE)
		found = found || in_ranges(test, port_at(m, true));
	return found != test->invert;
}

/* multiport_mt, udp_mt, sctp match_packet */
static enum zw_held ports(const struct zw_machine *m, const struct zw_xt *xt)
{
	enum zw_held there = transport(m, xt->ports.header, false);
	u32 i;

	for (i = 0; i < xt->ports.n && there == ZW_HOLDS; i++)
		there = held(ports_hold(m, &xt->ports.tests[i]));
	if (there != ZW_HOLDS || !xt->ports.more)
		return there;
	return m->packet->free_content ? ZW_ASKS : ZW_ASKS_UNREAL;
}

/* tcp_find_option */
static enum zw_held tcp_option(const struct zw_machine *m,
			       const struct zw_xt *xt)
{
	const u8 *th = m->packet->bytes + m->d.thoff;
	u32 size = 4u * (th[12] >> 4), i = 20;

	if (m->content_changed)
		return ZW_ASKS_UNREAL;
	if (size < 20)
		return ZW_HELD_DROPS;
	if (size == 20)
		return held(xt->tcp.invert_option);
	if (m->d.thoff + size > m->packet->n)
		return ZW_HELD_DROPS;
	while (i < size) {
		if (th[i] == xt->tcp.option)
			return held(!xt->tcp.invert_option);
		if (th[i] < 2 || i + 1 >= size)
			i++;
		else
			i += th[i + 1] ? th[i + 1] : 1;
	}
	return held(xt->tcp.invert_option);
}

/* tcp_mt */
static enum zw_held tcp(const struct zw_machine *m, const struct zw_xt *xt)
{
	enum zw_held there = transport(m, 20, true);
	u8 flags;

	if (there != ZW_HOLDS)
		return there;
	flags = m->packet->bytes[m->d.thoff + 13];
	if (!ports_hold(m, &xt->tcp.tests[0]) ||
	    !ports_hold(m, &xt->tcp.tests[1]) ||
	    ((flags & xt->tcp.mask) == xt->tcp.wanted) == xt->tcp.invert_flags)
		return ZW_BREAKS;
	return xt->tcp.option ? tcp_option(m, xt) : ZW_HOLDS;
}

/* icmp_match, icmp6_match */
static enum zw_held icmp(const struct zw_machine *m, const struct zw_xt *xt)
{
	enum zw_held there = transport(m, 8, false);
	const u8 *p = m->packet->bytes + m->d.thoff;
	bool same;

	if (there != ZW_HOLDS)
		return there;
	same = xt->icmp.any || (p[0] == xt->icmp.type && p[1] >= xt->icmp.lo &&
				p[1] <= xt->icmp.hi);
	return held(same != xt->icmp.invert);
}

/* ---- the network header and what goes with the packet -------------------- */

/* iprange_mt4, iprange_mt6 */
static bool ranges(const struct zw_machine *m, const struct zw_xt *xt)
{
	u32 i, len = m->v6 ? 16 : 4;

	for (i = 0; i < 2; i++) {
		const struct zw_xt_address_test *t = &xt->ranges[i];
		const u8 *p = m->packet->bytes + (m->v6 ? 8 : 12) + i * len;

		if (t->used && (memcmp(p, t->lo, len) >= 0 &&
				memcmp(p, t->hi, len) <= 0) == t->invert)
			return false;
	}
	return true;
}

static bool masked(const struct zw_xt *xt, u32 value)
{
	return ((value & xt->masked.mask) == xt->masked.wanted) !=
	       xt->masked.invert;
}

static u32 tos_of(const struct zw_machine *m)
{
	const u8 *p = m->packet->bytes;

	return m->v6 ? (p[0] & 15u) << 4 | p[1] >> 4 : p[1];
}

static u32 length_of(const struct zw_machine *m)
{
	const u8 *p = m->packet->bytes;

	return m->v6 ? 40u + ((u32)p[4] << 8 | p[5]) : (u32)p[2] << 8 | p[3];
}

/* policy_mt; which transformation it was is asked. */
static bool ipsec(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	bool routed =
		m->hook != NF_INET_PRE_ROUTING && m->hook < NF_INET_NUMHOOKS;
	bool by = xt->ipsec.out ? routed && m->packet->out_ipsec
				: m->packet->in_ipsec;

	if (xt->ipsec.none || !by)
		return by != xt->ipsec.none;
	return !xt->ipsec.more ||
	       zw_machine_ask(m, expr, true, "which IPsec it was").holds;
}

/* ---- conntrack ----------------------------------------------------------- */

static bool masked_equal(const u8 *value, const struct zw_xt_address_test *t,
			 u32 len)
{
	u32 i;

	for (i = 0; i < len; i++) {
		if ((value[i] ^ t->lo[i]) & t->hi[i])
			return false;
	}
	return true;
}

static u32 state_of(const struct zw_machine *m)
{
	const struct zw_conntrack *ct = &m->packet->ct;
	u32 state;

	if (m->untracked || (m->tracked && ct->state == ZW_CT_UNTRACKED))
		return ZW_XT_STATE_UNTRACKED;
	if (!zw_machine_has_entry(m))
		return ZW_XT_STATE_INVALID;
	state = ct->state == ZW_CT_ESTABLISHED ? ZW_XT_STATE_ESTABLISHED
		: ct->state == ZW_CT_RELATED   ? ZW_XT_STATE_RELATED
					       : ZW_XT_STATE_NEW;
	if (ct->status & ZW_STATUS_SNAT)
		state |= ZW_XT_STATE_SNAT;
	if (ct->status & ZW_STATUS_DNAT)
		state |= ZW_XT_STATE_DNAT;
	return state;
}

static bool tuples_hold(const struct zw_machine *m, const struct zw_xt *xt)
{
	const struct zw_conntrack *ct = &m->packet->ct;
	u32 i, len = m->v6 ? 16 : 4;

	for (i = 0; i < 4; i++) {
		const struct zw_xt_address_test *t = &xt->conntrack.tuple[i];
		const struct zw_tuple *tuple = &ct->tuple[i / 2];
		const struct zw_xt_port_test *p = &xt->conntrack.ports[i].test;

		if (t->used && masked_equal(i & 1 ? tuple->dst : tuple->src, t,
					    len) == t->invert)
			return false;
		if (xt->conntrack.ports[i].used &&
		    in_ranges(p, i & 1 ? tuple->dport : tuple->sport) ==
			    p->invert)
			return false;
	}
	return true;
}

/* conntrack_mt: without an entry only the state is asked for. */
static bool conntrack(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	const struct zw_conntrack *ct = &m->packet->ct;

	if (xt->conntrack.has_state &&
	    !(xt->conntrack.state & state_of(m)) != xt->conntrack.invert_state)
		return false;
	if (!zw_machine_has_entry(m))
		return xt->conntrack.has_state;
	if (xt->conntrack.has_direction &&
	    (ct->direction == ZW_CT_REPLY) != xt->conntrack.reply)
		return false;
	if (xt->conntrack.has_proto &&
	    (ct->tuple[0].proto == xt->conntrack.proto) ==
		    xt->conntrack.invert_proto)
		return false;
	if (!tuples_hold(m, xt))
		return false;
	if (xt->conntrack.has_status &&
	    !(xt->conntrack.status & ct->status) != xt->conntrack.invert_status)
		return false;
	return !xt->conntrack.has_expires ||
	       zw_machine_ask(m, expr, true, NULL).holds;
}

/* connmark_mt */
static bool connmark(const struct zw_machine *m, const struct zw_xt *xt)
{
	return zw_machine_has_entry(m) && masked(xt, m->packet->ct.mark);
}

/* mac_mt: of interfaces of the kind Ethernet, which the loopback is not */
static bool mac(const struct zw_machine *m, const struct zw_xt *xt)
{
	if (m->packet->link_len < 14 || !strcmp(m->packet->in, "lo"))
		return false;
	return !memcmp(m->packet->link + 6, xt->mac.address, 6) !=
	       xt->mac.invert;
}

static bool hops(const struct zw_machine *m, const struct zw_xt *xt)
{
	u8 now = m->packet->bytes[m->v6 ? 7 : 8];

	return (now >= xt->hops.lo && now <= xt->hops.hi) != xt->hops.invert;
}

static bool length(const struct zw_machine *m, const struct zw_xt *xt)
{
	u32 now = length_of(m);

	return (now >= xt->length.lo && now <= xt->length.hi) !=
	       xt->length.invert;
}

static enum zw_held match(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;

	switch (xt->kind) {
	case ZW_XT_ALWAYS:
		return ZW_HOLDS;
	case ZW_XT_NEVER:
		return ZW_BREAKS;
	case ZW_XT_CONNTRACK:
		return held(conntrack(m, expr));
	case ZW_XT_PORTS:
		return ports(m, xt);
	case ZW_XT_TCP:
		return tcp(m, xt);
	case ZW_XT_ICMP:
		return icmp(m, xt);
	case ZW_XT_RANGES:
		return held(ranges(m, xt));
	case ZW_XT_MARK:
		return held(masked(xt, m->packet->mark));
	case ZW_XT_CONNMARK:
		return held(connmark(m, xt));
	case ZW_XT_MAC:
		return held(mac(m, xt));
	case ZW_XT_HOPS:
		return held(hops(m, xt));
	case ZW_XT_TOS:
		return held(masked(xt, tos_of(m)));
	case ZW_XT_PKTTYPE:
		return held((m->packet->pkttype == xt->pkttype.type) !=
			    xt->pkttype.invert);
	case ZW_XT_LENGTH:
		if (m->content_changed)
			return ZW_ASKS_UNREAL;
		return held(length(m, xt));
	case ZW_XT_IPSEC:
		return held(ipsec(m, expr));
	default:
		return zw_match_more(m, xt);
	}
}

/* On what it hangs, in words. */
static const char *matter(const struct zw_xt *xt)
{
	switch (xt->kind) {
	case ZW_XT_PORTS:
		return xt->ports.more;
	case ZW_XT_PHYSDEV:
		return "the port of a bridge";
	case ZW_XT_ADDRTYPE:
		return "the type of an address, by the routes";
	case ZW_XT_HELPER:
		return "the helper of a connection";
	case ZW_XT_MSS:
	case ZW_XT_TCP:
	case ZW_XT_U32:
	case ZW_XT_STRING:
	case ZW_XT_LENGTH:
		return "options of TCP that were changed";
	default:
		return xt->what;
	}
}

void zw_eval_match(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	enum zw_held now = xt ? match(m, expr) : ZW_ASKS_UNREAL;

	if (now == ZW_ASKS)
		now = held(zw_machine_ask(m, expr, true, NULL).holds);
	else if (now == ZW_ASKS_UNREAL)
		now = held(zw_machine_ask(m, expr, true,
					  xt ? matter(xt)
					     : "a match that is not known")
				   .holds);
	if (now == ZW_HELD_DROPS)
		m->verdict = (struct zw_ruling){ NF_DROP, ZW_NONE };
	else if (now == ZW_BREAKS)
		zw_machine_break(m);
}
