/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address translation: the nat hook, and the expressions nat, masq, redir.
 *
 * Follows nf_nat_core.c (nf_nat_inet_fn, nf_nat_setup_info,
 * get_unique_tuple), nft_nat.c, nft_masq.c, nft_redir.c. All chains of type nat
 * run where the kernel's nat hook stands, whatever priority they name; they
 * meet the first packet of a connection alone, the first of them that sets a
 * binding ends the hook, and later packets are rewritten by the binding.
 *
 * Which address of several, which port of several, and the gateway's own
 * addresses (masq, redir) are not in the ruleset: the caller chooses. That a
 * tuple is taken already, so that the kernel changes the port, is not
 * modelled. */
#include <string.h>

#include "verifier/interpret_internal.h"
#include "verifier/xt.h"

#define RANGE_NETMAP (1u << 6) /* NF_NAT_RANGE_NETMAP */

static bool destination_hook(u32 hook)
{
	return hook == NF_INET_PRE_ROUTING || hook == NF_INET_LOCAL_OUT;
}

static u32 address_len(const struct zw_machine *m)
{
	return m->v6 ? 16 : 4;
}

static u32 address_at(const struct zw_machine *m, bool destination)
{
	if (m->v6)
		return destination ? 24 : 8;
	return destination ? 16 : 12;
}

/* Where the port is; 0 if the packet has none to rewrite. */
static u32 port_at(const struct zw_machine *m, bool destination)
{
	if (!m->d.has_transport || m->d.fragoff)
		return 0;
	switch (m->d.l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return m->d.thoff + (destination ? 2 : 0);
	default:
		return 0;
	}
}

static void rewrite_address(struct zw_machine *m, bool destination,
			    const u8 *address)
{
	zw_packet_rewrite(m->packet, address_at(m, destination), address,
			  address_len(m));
}

static void rewrite_port(struct zw_machine *m, bool destination, u16 port)
{
	u8 bytes[2] = { (u8)(port >> 8), (u8)port };
	u32 at = port_at(m, destination);

	if (at)
		zw_packet_rewrite(m->packet, at, bytes, 2);
}

/* The packet now has this binding: the other direction's tuple answers to it.
 */
static void set_binding(struct zw_machine *m, bool destination,
			const u8 *address, u16 port)
{
	struct zw_conntrack *ct = &m->packet->ct;
	struct zw_tuple *reply = &ct->tuple[(ct->direction & 1) ^ 1];

	if (destination) {
		memcpy(reply->src, address, address_len(m));
		reply->sport = port;
		ct->status |= ZW_STATUS_DNAT;
		m->run->dnat = true;
	} else {
		memcpy(reply->dst, address, address_len(m));
		reply->dport = port;
		ct->status |= ZW_STATUS_SNAT;
		m->run->snat = true;
	}
}

/* ---- one expression ---- */

struct target {
	bool destination;
	bool has_address;
	u8 address[16];
	u16 port;
};

static u16 port_now(const struct zw_machine *m, bool destination)
{
	u32 at = port_at(m, destination);

	if (!at || at + 2 > m->packet->n)
		return 0;
	return (u16)(m->packet->bytes[at] << 8 | m->packet->bytes[at + 1]);
}

static u16 reg_port(struct zw_machine *m, u8 slot)
{
	const u8 *p = zw_machine_reg(m, slot);

	return (u16)(p[0] << 8 | p[1]);
}

/* What the expression asks for, whether its registers or its structure say it.
 */
struct wish {
	bool destination, masquerade, redirect;
	bool has_address, has_port;
	u8 lo[16], hi[16];
	u16 port_lo, port_hi;
	u32 flags;
};

static struct wish wish_of(struct zw_machine *m, const struct zw_expr *expr)
{
	struct wish w = { .destination = expr->nat.type == NFT_NAT_DNAT,
			  .masquerade = expr->kind == ZW_EXPR_MASQ,
			  .redirect = expr->kind == ZW_EXPR_REDIR,
			  .flags = expr->nat.flags };
	u32 len = address_len(m);

	if (expr->kind == ZW_EXPR_NAT &&
	    expr->nat.sreg_addr_min != ZW_REG_NONE) {
		w.has_address = true;
		memcpy(w.lo, zw_machine_reg(m, expr->nat.sreg_addr_min), len);
		memcpy(w.hi, zw_machine_reg(m, expr->nat.sreg_addr_max), len);
	}
	if (expr->nat.sreg_port_min != ZW_REG_NONE) {
		w.has_port = true;
		w.port_lo = reg_port(m, expr->nat.sreg_port_min);
		w.port_hi = reg_port(m, expr->nat.sreg_port_max);
	}
	return w;
}

static struct wish wish_of_target(const struct zw_machine *m,
				  const struct zw_xt *xt)
{
	struct wish w = { .destination = xt->nat.destination,
			  .masquerade = xt->nat.masquerade,
			  .redirect = xt->nat.redirect,
			  .has_address = xt->nat.has_address,
			  .has_port = xt->nat.has_port,
			  .port_lo = xt->nat.port_lo,
			  .port_hi = xt->nat.port_hi,
			  .flags = xt->nat.flags };

	if (xt->nat.by_hook)
		w.destination = destination_hook(m->hook);
	memcpy(w.lo, xt->nat.lo, 16);
	memcpy(w.hi, xt->nat.hi, 16);
	return w;
}

static void choose_address(struct zw_machine *m, const struct zw_expr *expr,
			   const struct wish *w, struct target *target)
{
	const u8 *old = m->packet->bytes + address_at(m, target->destination);
	u32 len = address_len(m), i;
	struct zw_choice choice;

	target->has_address = true;
	memcpy(target->address, w->lo, len);
	if (!memcmp(w->lo, w->hi, len))
		return;
	if (w->flags & RANGE_NETMAP) {
		for (i = 0; i < len; i++) {
			u8 host = w->lo[i] ^ w->hi[i];

			target->address[i] =
				(u8)((w->lo[i] & ~host) | (old[i] & host));
		}
		return;
	}
	choice = zw_machine_ask(m, expr, true, NULL);
	if (choice.value_len == len && memcmp(choice.value, w->lo, len) >= 0 &&
	    memcmp(choice.value, w->hi, len) <= 0)
		memcpy(target->address, choice.value, len);
}

static void choose_port(struct zw_machine *m, const struct zw_expr *expr,
			const struct wish *w, struct target *target)
{
	/* of protocols without ports none is rewritten (nf_nat_core.c,
	 * nf_nat_l4proto_unique_tuple) */
	if (!w->has_port || !port_at(m, target->destination))
		return;
	if (target->port >= w->port_lo && target->port <= w->port_hi)
		return;
	if (w->port_lo != w->port_hi)
		zw_machine_ask(m, expr, true, NULL);
	target->port = w->port_lo;
}

/* An address of the gateway, if the caller knows one. */
static void choose_own(struct zw_machine *m, const struct zw_expr *expr,
		       struct target *target)
{
	u32 len = address_len(m);
	struct zw_choice choice = zw_machine_ask(m, expr, true, NULL);

	if (choice.value_len == len) {
		target->has_address = true;
		memcpy(target->address, choice.value, len);
	}
}

static void loopback(const struct zw_machine *m, struct target *target)
{
	target->has_address = true;
	if (m->v6)
		target->address[15] = 1;
	else
		memcpy(target->address, "\x7f\0\0\1", 4);
}

static void translate(struct zw_machine *m, const struct zw_expr *expr,
		      const struct wish *w)
{
	struct target target = { .destination = w->destination };
	u32 len = address_len(m);
	const u8 *old;

	target.port = port_now(m, target.destination);
	old = m->packet->bytes + address_at(m, target.destination);
	memcpy(target.address, old, len);
	if (w->has_address)
		choose_address(m, expr, w, &target);
	else if (w->redirect && m->hook == NF_INET_LOCAL_OUT) {
		memset(target.address, 0, sizeof(target.address));
		loopback(m, &target);
	} else if (w->redirect || w->masquerade)
		choose_own(m, expr, &target);
	choose_port(m, expr, w, &target);
	if (memcmp(target.address, old, len) ||
	    target.port != port_now(m, target.destination)) {
		set_binding(m, target.destination, target.address, target.port);
		rewrite_address(m, target.destination, target.address);
		rewrite_port(m, target.destination, target.port);
	}
	m->run->redirected |= w->redirect;
	m->run->masqueraded |= w->masquerade;
	m->verdict = (struct zw_ruling){ NF_ACCEPT, ZW_NONE };
	m->bound = true;
}

void zw_eval_nat(struct zw_machine *m, const struct zw_expr *expr)
{
	struct wish w;

	if (expr->kind == ZW_EXPR_TARGET) {
		w = wish_of_target(m, expr->xt.means);
	} else {
		/* of the other family: nothing (nft_nat_inet_eval) */
		if (expr->kind == ZW_EXPR_NAT &&
		    expr->nat.family != NFPROTO_INET &&
		    expr->nat.family != (m->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4))
			return;
		w = wish_of(m, expr);
	}
	translate(m, expr, &w);
}

/* ---- the hook ---- */

/* A later packet of a connection: as its binding says (nf_nat_packet). */
static void apply_binding(struct zw_machine *m)
{
	const struct zw_conntrack *ct = &m->packet->ct;
	const struct zw_tuple *other = &ct->tuple[(ct->direction & 1) ^ 1];
	bool destination = destination_hook(m->hook);
	bool reply = ct->direction & 1;
	u32 bit = destination != reply ? ZW_STATUS_DNAT : ZW_STATUS_SNAT;

	if (!(ct->status & bit))
		return;
	if (destination) {
		rewrite_address(m, true, other->src);
		rewrite_port(m, true, other->sport);
		m->run->dnat = true;
	} else {
		rewrite_address(m, false, other->dst);
		rewrite_port(m, false, other->dport);
		m->run->snat = true;
	}
}

/* The first packet of a connection, unless it is about another one. */
static bool begins(const struct zw_machine *m)
{
	const struct zw_conntrack *ct = &m->packet->ct;
	bool icmp = m->d.has_transport && (m->d.l4proto == IPPROTO_ICMP ||
					   m->d.l4proto == IPPROTO_ICMPV6);

	if (ct->direction == ZW_CT_REPLY || ct->status & ZW_STATUS_CONFIRMED)
		return false;
	return ct->state == ZW_CT_NEW || (ct->state == ZW_CT_RELATED && !icmp);
}

s32 zw_run_nat(struct zw_machine *m, const struct zw_hook_list *list)
{
	size_t i;
	s32 code;

	if (!zw_machine_has_entry(m) || !m->in->nat[m->v6])
		return NF_ACCEPT;
	if (!begins(m)) {
		apply_binding(m);
		return NF_ACCEPT;
	}
	for (i = 0; i < list->nat.n; i++) {
		if (!zw_chain_runs(m->ruleset,
				   &m->ruleset->chains.v[list->nat.v[i]]))
			continue;
		m->bound = false;
		code = zw_run_chain(m, list->nat.v[i]);
		if (code != NF_ACCEPT)
			return code;
		if (m->bound)
			break;
	}
	return NF_ACCEPT;
}
