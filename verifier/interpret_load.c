/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions that read or write the packet and what surrounds it: payload,
 * meta and ct.
 *
 * Follows nft_payload.c and nft_payload_fast_eval (nf_tables_core.c),
 * nft_meta.c, nft_ct.c. Two things differ from what one would expect. A load
 * of 1, 2 or 4 aligned bytes from the transport header takes the fast way,
 * which does not ask whether the packet is a later fragment and so reads its
 * payload (or, of IPv6, the network header); any other load breaks there. And
 * before conntrack, or for a packet without entry, `ct state` loads "invalid"
 * while every other key breaks. */
#include <string.h>

#include "verifier/interpret_internal.h"

/* ---- payload ---- */

static bool is_fast(const struct zw_expr *expr)
{
	u32 len = expr->payload.len;

	return (len == 1 || len == 2 || len == 4) &&
	       expr->payload.offset % len == 0 &&
	       (expr->payload.base == NFT_PAYLOAD_NETWORK_HEADER ||
		expr->payload.base == NFT_PAYLOAD_TRANSPORT_HEADER);
}

/* The transport header's payload (nft_payload_inner_offset). */
static bool inner_offset(const struct zw_machine *m, u32 *at)
{
	u32 thoff = m->d.thoff;

	if (!m->d.has_transport || m->d.fragoff)
		return false;
	if (m->d.l4proto == IPPROTO_UDP) {
		*at = thoff + 8;
		return true;
	}
	if (m->d.l4proto != IPPROTO_TCP || thoff + 20 > m->packet->n)
		return false;
	*at = thoff + (m->packet->bytes[thoff + 12] >> 4) * 4u;
	return true;
}

/* Where the base begins; false: break. */
static bool base_offset(const struct zw_machine *m, const struct zw_expr *expr,
			u32 *at)
{
	switch (expr->payload.base) {
	case NFT_PAYLOAD_NETWORK_HEADER:
		*at = 0;
		return true;
	case NFT_PAYLOAD_TRANSPORT_HEADER:
		if (!m->d.has_transport ||
		    (m->d.fragoff &&
		     !(is_fast(expr) && expr->kind == ZW_EXPR_PAYLOAD)))
			return false;
		*at = m->d.thoff;
		return true;
	case NFT_PAYLOAD_INNER_HEADER:
		return inner_offset(m, at);
	default:
		return false;
	}
}

/* LEN bytes from OFFSET of the link header on, which the packet follows. */
static bool load_link(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_packet *p = m->packet;
	u8 bytes[256];
	u32 i, at;

	if (!p->link_len ||
	    expr->payload.offset + expr->payload.len > p->link_len + p->n)
		return false;
	for (i = 0; i < expr->payload.len; i++) {
		at = expr->payload.offset + i;
		bytes[i] = at < p->link_len ? p->link[at]
					    : p->bytes[at - p->link_len];
	}
	zw_machine_store(m, expr->payload.dreg, bytes, expr->payload.len);
	return true;
}

void zw_eval_payload(struct zw_machine *m, const struct zw_expr *expr)
{
	u32 at, len = expr->payload.len;

	if (expr->payload.base == NFT_PAYLOAD_LL_HEADER) {
		if (!load_link(m, expr))
			zw_machine_break(m);
		return;
	}
	if (!base_offset(m, expr, &at) ||
	    (u64)at + expr->payload.offset + len > m->packet->n) {
		zw_machine_break(m);
		return;
	}
	zw_machine_store(m, expr->payload.dreg,
			 m->packet->bytes + at + expr->payload.offset, len);
}

/* Are there addresses or ports among the LEN bytes from OFFSET of the header? A
 * translation writes those of conntrack's tuples (nf_nat_core.c,
 * nf_nat_proto.c: nf_nat_manip_pkt), whatever is in the packet by then. */
static bool undone(const struct zw_machine *m, const struct zw_expr *expr)
{
	u32 lo = m->v6 ? 8 : 12, hi = m->v6 ? 40 : 20;

	if (!m->in->nat[m->v6] || !zw_machine_has_entry(m))
		return false;
	if (expr->payload.base == NFT_PAYLOAD_TRANSPORT_HEADER) {
		lo = 0;
		hi = 4;
	} else if (expr->payload.base != NFT_PAYLOAD_NETWORK_HEADER) {
		return false;
	}
	return expr->payload.offset < hi &&
	       expr->payload.offset + expr->payload.len > lo;
}

void zw_eval_payload_set(struct zw_machine *m, const struct zw_expr *expr)
{
	struct zw_packet *p = m->packet;
	u32 at, len = expr->payload.len, offset = expr->payload.offset;
	const u8 *src = zw_machine_reg(m, expr->payload.sreg);

	if (expr->payload.base == NFT_PAYLOAD_LL_HEADER) {
		if (offset + len > p->link_len) {
			zw_machine_break(m);
			return;
		}
		memcpy(p->link + offset, src, len);
		return;
	}
	if (!base_offset(m, expr, &at) || (u64)at + offset + len > p->n) {
		zw_machine_break(m);
		return;
	}
	if (undone(m, expr))
		zw_machine_unmodelled(m, "a write that a translation may undo");
	at += offset;
	if (expr->payload.csum_type != NFT_PAYLOAD_CSUM_NONE && len <= 16)
		zw_packet_rewrite(p, at, src, len);
	else
		memcpy(p->bytes + at, src, len);
	zw_packet_dissect(p, &m->d);
}

/* ---- meta ---- */

static void store_name(struct zw_machine *m, u8 dreg, bool known,
		       const char name[ZW_NAME_MAX])
{
	char none[ZW_NAME_MAX] = { 0 };

	zw_machine_store(m, dreg, known ? name : none, ZW_NAME_MAX);
}

/* Is the number that is loaded only compared with 0? */
static bool asks_for_any(const struct zw_machine *m, const struct zw_expr *expr)
{
	static const u8 zero[4] = { 0 };
	const struct zw_expr *next;

	if (m->expr + 1 >= m->rule->n_exprs)
		return false;
	next = &m->rule->exprs[m->expr + 1];
	return next->kind == ZW_EXPR_CMP && !next->doubt &&
	       next->cmp.sreg == expr->meta.dreg && next->cmp.value.len == 4 &&
	       !memcmp(next->cmp.value.bytes, zero, 4);
}

static void load_index(struct zw_machine *m, const struct zw_expr *expr,
		       bool known, const char *name, u32 index)
{
	u32 none = 0, some = UINT32_MAX;

	if (!known || !name[0])
		zw_machine_store(m, expr->meta.dreg, &none, 4);
	else if (index)
		zw_machine_store(m, expr->meta.dreg, &index, 4);
	else if (asks_for_any(m, expr))
		zw_machine_store(m, expr->meta.dreg, &some, 4);
	else
		zw_machine_ask_load(m, expr, expr->meta.dreg, 4,
				    "an interface by number");
}

static void load_u8(struct zw_machine *m, u8 dreg, u8 value)
{
	zw_machine_store(m, dreg, &value, 1);
}

/* Known where the packet has an Ethernet header, and of the loopback. */
static void load_link_type(struct zw_machine *m, const struct zw_expr *expr)
{
	u16 type = 1; /* ARPHRD_ETHER */

	if (!m->has_in) {
		zw_machine_break(m);
		return;
	}
	if (!strcmp(m->packet->in, "lo"))
		type = 772; /* ARPHRD_LOOPBACK */
	else if (m->packet->link_len < ETH_HLEN) {
		zw_machine_ask_load(m, expr, expr->meta.dreg, 2,
				    "the type of an interface");
		return;
	}
	zw_machine_store(m, expr->meta.dreg, &type, 2);
}

void zw_eval_meta(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_packet *p = m->packet;
	u8 dreg = expr->meta.dreg;
	u8 ethertype[2] = { (u8)(p->ethertype >> 8), (u8)p->ethertype };
	u32 len = p->n;

	switch (expr->meta.key) {
	case NFT_META_LEN:
		zw_machine_store(m, dreg, &len, 4);
		return;
	case NFT_META_PROTOCOL:
		zw_machine_store(m, dreg, ethertype, 2);
		return;
	case NFT_META_NFPROTO:
		load_u8(m, dreg,
			m->hook >= NF_INET_NUMHOOKS &&
					m->table_family == NFPROTO_NETDEV
				? NFPROTO_NETDEV
			: m->v6 ? NFPROTO_IPV6
				: NFPROTO_IPV4);
		return;
	case NFT_META_L4PROTO:
		if (m->d.has_transport)
			load_u8(m, dreg, m->d.l4proto);
		else
			zw_machine_break(m);
		return;
	case NFT_META_MARK:
		zw_machine_store(m, dreg, &p->mark, 4);
		return;
	case NFT_META_PRIORITY:
		zw_machine_store(m, dreg, &p->priority, 4);
		return;
	case NFT_META_IIF:
		load_index(m, expr, m->has_in, p->in, p->in_index);
		return;
	case NFT_META_OIF:
		load_index(m, expr, m->has_out, p->out, p->out_index);
		return;
	case NFT_META_IIFNAME:
		store_name(m, dreg, m->has_in, p->in);
		return;
	case NFT_META_OIFNAME:
		store_name(m, dreg, m->has_out, p->out);
		return;
	case NFT_META_PKTTYPE:
		load_u8(m, dreg, p->pkttype);
		return;
	case NFT_META_IIFTYPE:
		load_link_type(m, expr);
		return;
	case NFT_META_SECPATH:
		load_u8(m, dreg, p->in_ipsec);
		return;
	case NFT_META_TIME_DAY:
	case NFT_META_TIME_HOUR:
		if (p->has_time && expr->meta.key == NFT_META_TIME_DAY)
			load_u8(m, dreg, p->day);
		else if (p->has_time)
			zw_machine_store(m, dreg, &p->second, 4);
		else
			zw_machine_ask_load(m, expr, dreg,
					    zw_meta_len(expr->meta.key), NULL);
		return;
	case NFT_META_TIME_NS:
	case NFT_META_PRANDOM:
	case NFT_META_CPU:
		zw_machine_ask_load(m, expr, dreg, zw_meta_len(expr->meta.key),
				    NULL);
		return;
	default:
		zw_machine_ask_load(m, expr, dreg, zw_meta_len(expr->meta.key),
				    "a meta key that is not modelled");
	}
}

void zw_eval_meta_set(struct zw_machine *m, const struct zw_expr *expr)
{
	const u8 *src = zw_machine_reg(m, expr->meta.sreg);

	switch (expr->meta.key) {
	case NFT_META_MARK:
		memcpy(&m->packet->mark, src, 4);
		return;
	case NFT_META_PRIORITY:
		memcpy(&m->packet->priority, src, 4);
		return;
	case NFT_META_PKTTYPE:
		/* nft_meta_set_eval: only between the kinds of an Ethernet
		 * receiver */
		if (m->packet->pkttype <= 3 && src[0] <= 3)
			m->packet->pkttype = src[0];
		return;
	case NFT_META_NFTRACE:
	case NFT_META_SECMARK:
		return;
	default:
		zw_machine_ask(m, expr, true,
			       "a meta key that is not modelled");
	}
}

/* ---- ct ---- */

bool zw_machine_has_entry(const struct zw_machine *m)
{
	switch (m->packet->ct.state) {
	case ZW_CT_NEW:
	case ZW_CT_ESTABLISHED:
	case ZW_CT_RELATED:
		return m->tracked && !m->untracked;
	default:
		return false;
	}
}

static void swap_tuple(const struct zw_tuple *from, struct zw_tuple *to)
{
	*to = *from;
	memcpy(to->src, from->dst, sizeof(to->src));
	memcpy(to->dst, from->src, sizeof(to->dst));
	to->sport = from->dport;
	to->dport = from->sport;
}

static void read_tuple(const struct zw_machine *m, struct zw_tuple *tuple)
{
	const u8 *p = m->packet->bytes, *t = p + m->d.thoff;
	bool icmp =
		m->d.l4proto == IPPROTO_ICMP || m->d.l4proto == IPPROTO_ICMPV6;
	u32 room = m->d.thoff < m->packet->n ? m->packet->n - m->d.thoff : 0;

	*tuple = (struct zw_tuple){ .proto = m->d.l4proto, .known = true };
	memcpy(tuple->src, p + (m->v6 ? 8 : 12), m->v6 ? 16 : 4);
	memcpy(tuple->dst, p + (m->v6 ? 24 : 16), m->v6 ? 16 : 4);
	switch (m->d.l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		break;
	default:
		return;
	}
	if (room >= 4) {
		tuple->sport = (u16)(t[0] << 8 | t[1]);
		tuple->dport = (u16)(t[2] << 8 | t[3]);
	}
	if (icmp) {
		tuple->dport = tuple->sport;
		tuple->sport = room >= 6 ? (u16)(t[4] << 8 | t[5]) : 0;
	}
}

void zw_machine_track(struct zw_machine *m)
{
	struct zw_conntrack *ct = &m->packet->ct;
	u8 mine = ct->direction & 1, other = mine ^ 1;

	m->tracked = true;
	if (m->d.fragoff && zw_machine_has_entry(m))
		ct->state = ZW_CT_INVALID; /* a later fragment has no entry */
	if (!zw_machine_has_entry(m))
		return;
	if (!ct->tuple[mine].known)
		read_tuple(m, &ct->tuple[mine]);
	if (!ct->tuple[other].known)
		swap_tuple(&ct->tuple[mine], &ct->tuple[other]);
}

static void load_state(struct zw_machine *m, u8 dreg)
{
	u32 state = 1; /* NF_CT_STATE_INVALID_BIT */

	if (m->untracked ||
	    (m->tracked && m->packet->ct.state == ZW_CT_UNTRACKED))
		state = 64;
	else if (zw_machine_has_entry(m))
		state = m->packet->ct.state == ZW_CT_ESTABLISHED ? 2
			: m->packet->ct.state == ZW_CT_RELATED	 ? 4
								 : 8;
	zw_machine_store(m, dreg, &state, 4);
}

static void load_port(struct zw_machine *m, u8 dreg, u16 port)
{
	u8 bytes[2] = { (u8)(port >> 8), (u8)port };

	zw_machine_store(m, dreg, bytes, 2);
}

static void load_tuple(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_tuple *tuple =
		&m->packet->ct.tuple[expr->ct.direction & 1];
	u8 *dst = zw_machine_reg(m, expr->ct.dreg);

	switch (expr->ct.key) {
	case NFT_CT_SRC:
		memcpy(dst, tuple->src, m->v6 ? 16 : 4);
		return;
	case NFT_CT_DST:
		memcpy(dst, tuple->dst, m->v6 ? 16 : 4);
		return;
	case NFT_CT_SRC_IP:
	case NFT_CT_DST_IP:
		if (m->v6)
			zw_machine_break(m);
		else
			memcpy(dst,
			       expr->ct.key == NFT_CT_SRC_IP ? tuple->src
							     : tuple->dst,
			       4);
		return;
	case NFT_CT_SRC_IP6:
	case NFT_CT_DST_IP6:
		if (!m->v6)
			zw_machine_break(m);
		else
			memcpy(dst,
			       expr->ct.key == NFT_CT_SRC_IP6 ? tuple->src
							      : tuple->dst,
			       16);
		return;
	case NFT_CT_PROTO_SRC:
		load_port(m, expr->ct.dreg, tuple->sport);
		return;
	default:
		load_port(m, expr->ct.dreg, tuple->dport);
	}
}

void zw_eval_ct(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_conntrack *ct = &m->packet->ct;
	u8 dreg = expr->ct.dreg;
	u32 len = zw_ct_len(expr->ct.key, m->table_family);

	if (expr->ct.key == NFT_CT_STATE) {
		load_state(m, dreg);
		return;
	}
	if (!zw_machine_has_entry(m)) {
		zw_machine_break(m);
		return;
	}
	switch (expr->ct.key) {
	case NFT_CT_DIRECTION:
		load_u8(m, dreg, ct->direction);
		return;
	case NFT_CT_STATUS:
		zw_machine_store(m, dreg, &ct->status, 4);
		return;
	case NFT_CT_MARK:
		zw_machine_store(m, dreg, &ct->mark, 4);
		return;
	case NFT_CT_L3PROTOCOL:
		load_u8(m, dreg, m->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
		return;
	case NFT_CT_PROTOCOL:
		load_u8(m, dreg, ct->tuple[0].proto);
		return;
	case NFT_CT_BYTES:
	case NFT_CT_PKTS:
	case NFT_CT_AVGPKT:
	case NFT_CT_EXPIRATION:
		zw_machine_ask_load(m, expr, dreg, len, NULL);
		return;
	default:
		if (zw_ct_needs_direction(expr->ct.key))
			load_tuple(m, expr);
		else
			zw_machine_ask_load(m, expr, dreg, len,
					    "a ct key that is not modelled");
	}
}

void zw_eval_ct_set(struct zw_machine *m, const struct zw_expr *expr)
{
	const u8 *src = zw_machine_reg(m, expr->ct.sreg);

	switch (expr->ct.key) {
	case NFT_CT_MARK:
		if (zw_machine_has_entry(m))
			memcpy(&m->packet->ct.mark, src, 4);
		return;
	case NFT_CT_LABELS:
	case NFT_CT_SECMARK:
	case NFT_CT_EVENTMASK:
		return;
	default: /* a zone gives the packet another entry, or none */
		zw_machine_ask(m, expr, true, "a ct key that is not modelled");
	}
}
