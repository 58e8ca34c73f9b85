/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of iptables on one packet, as nft_compat.c runs them: a target goes
 * on or gives a verdict. Each function names the kernel's one; what hangs on
 * more than the packet is asked of the caller. */
#include <netinet/in.h>
#include <string.h>

#include "verifier/interpret_internal.h"

static u32 shifted(const struct zw_xt *xt, u32 value)
{
	return xt->set_mark.right ? value >> xt->set_mark.shift
				  : value << xt->set_mark.shift;
}

/* connmark_tg_shift */
static void set_connmark(struct zw_machine *m, const struct zw_xt *xt)
{
	struct zw_packet *p = m->packet;
	u32 now = p->ct.mark;

	if (!zw_machine_has_entry(m))
		return;
	switch (xt->set_mark.mode) {
	case ZW_XT_SET:
		p->ct.mark = shifted(xt, (now & ~xt->set_mark.clear) ^
						 xt->set_mark.value);
		return;
	case ZW_XT_SAVE:
		p->ct.mark = (now & ~xt->set_mark.clear) ^
			     shifted(xt, p->mark & xt->set_mark.packet_mask);
		return;
	case ZW_XT_RESTORE:
		p->mark = (p->mark & ~xt->set_mark.packet_mask) ^
			  shifted(xt, now & xt->set_mark.clear);
		return;
	}
}

/* ttl_tg, hl_tg6 */
static void set_hops(struct zw_machine *m, const struct zw_xt *xt)
{
	u32 at = m->v6 ? 7 : 8, now = m->packet->bytes[at];
	u32 value = xt->set_hops.value;
	u8 new;

	if (xt->set_hops.mode == ZW_XT_HOPS_SET)
		now = value;
	else if (xt->set_hops.mode == ZW_XT_HOPS_MORE)
		now = now + value > 255 ? 255 : now + value;
	else
		now = now < value ? 0 : now - value;
	new = (u8)now;
	zw_packet_rewrite(m->packet, at, &new, 1);
}

/* dscp_tg, dscp_tg6, tos_tg, tos_tg6: of IPv6 two halves of two bytes */
static void set_tos(struct zw_machine *m, u8 clear, u8 value)
{
	const u8 *p = m->packet->bytes;
	u8 old = m->v6 ? (u8)(p[0] << 4 | p[1] >> 4) : p[1];
	u8 new = (u8)((old & ~clear) ^ value);
	u8 both[2] = { (u8)((p[0] & 0xf0) | new >> 4),
		       (u8)(new << 4 | (p[1] & 15)) };

	if (m->v6)
		zw_packet_rewrite(m->packet, 0, both, 2);
	else
		zw_packet_rewrite(m->packet, 1, &new, 1);
}

/* ecn_tg: a TCP header that is cut drops the packet (set_ect_tcp). */
static void set_ecn(struct zw_machine *m, const struct zw_xt *xt)
{
	u32 at = m->d.thoff + 13;
	u8 flags;

	if (xt->set_ecn.network)
		set_tos(m, 3, xt->set_ecn.codepoint);
	if (!xt->set_ecn.clear || m->d.l4proto != IPPROTO_TCP)
		return;
	if (m->d.thoff + 20 > m->packet->n) {
		m->verdict = (struct zw_ruling){ NF_DROP, ZW_NONE };
		return;
	}
	flags = (u8)((m->packet->bytes[at] & ~xt->set_ecn.clear) |
		     xt->set_ecn.value);
	zw_packet_rewrite(m->packet, at, &flags, 1);
}

/* The option behind the one at I of TH (optlen of xt_TCPMSS.c). */
static u32 next_option(const u8 *th, u32 i)
{
	return i + (th[i] < 2 || !th[i + 1] ? 1u : th[i + 1]);
}

/* An option of four bytes before all others, where nothing follows the header
 * (tcpmss_mangle_packet). */
static void add_mss(struct zw_machine *m, u32 size, u16 mss)
{
	struct zw_packet *p = m->packet;
	u32 at = m->d.thoff + 20, least = m->v6 ? 1220 : 536, length;
	u8 both[2];

	if (p->n > m->d.thoff + size || size >= 60 ||
	    p->n + 4 > sizeof(p->bytes))
		return;
	if (mss > least)
		mss = (u16)least;
	memmove(p->bytes + at + 4, p->bytes + at, p->n - at);
	p->n += 4;
	p->bytes[at] = 2;
	p->bytes[at + 1] = 4;
	p->bytes[at + 2] = (u8)(mss >> 8);
	p->bytes[at + 3] = (u8)mss;
	p->bytes[m->d.thoff + 12] += 0x10;
	length = ((u32)p->bytes[m->v6 ? 4 : 2] << 8 | p->bytes[m->v6 ? 5 : 3]) +
		 4;
	both[0] = (u8)(length >> 8);
	both[1] = (u8)length;
	zw_packet_rewrite(p, m->v6 ? 4 : 2, both, 2);
}

/* tcpmss_mangle_packet; where the path tells the size it is not known. */
static void set_mss(struct zw_machine *m, u32 size, u16 mss)
{
	u8 *th = m->packet->bytes + m->d.thoff;
	u32 i;

	for (i = 20; i + 4 <= size; i = next_option(th, i)) {
		if (th[i] != 2 || th[i + 1] != 4)
			continue;
		if (((u32)th[i + 2] << 8 | th[i + 3]) > mss) {
			th[i + 2] = (u8)(mss >> 8);
			th[i + 3] = (u8)mss;
		}
		return;
	}
	add_mss(m, size, mss);
}

/* tcpoptstrip_mangle_packet */
static void strip(struct zw_machine *m, u32 size, const u8 bits[32])
{
	u8 *th = m->packet->bytes + m->d.thoff;
	u32 i, next;

	for (i = 20; i + 1 < size; i = next) {
		next = next_option(th, i);
		if (next > size)
			return;
		if (bits[th[i] / 8] >> th[i] % 8 & 1)
			memset(th + i, 1, next - i);
	}
}

/* tcpmss_tg4, tcpmss_tg6, tcpoptstrip_mangle_packet: a header that lies about
 * its length drops the packet. Of one that conntrack has an entry for it does
 * not (nf_conntrack_proto_tcp.c, tcp_error). */
static void set_tcp(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	u32 left, size;

	if (!m->d.has_transport || m->d.fragoff || m->d.l4proto != IPPROTO_TCP)
		return;
	left = m->packet->n - m->d.thoff;
	size = left < 20 ? 0 : 4u * (m->packet->bytes[m->d.thoff + 12] >> 4);
	if (size < 20 || size > left ||
	    (m->packet->free_content && !zw_machine_has_entry(m) &&
	     zw_machine_ask(m, expr, false, "broken options of TCP").holds)) {
		m->verdict = (struct zw_ruling){ NF_DROP, ZW_NONE };
		return;
	}
	if (m->packet->free_content || xt->set_tcp.by_path)
		m->content_changed = true;
	else if (xt->set_tcp.strips)
		strip(m, size, xt->set_tcp.options);
	else
		set_mss(m, size, xt->set_tcp.mss);
}

static void reject(struct zw_machine *m, const struct zw_xt *xt)
{
	m->run->reject_type = xt->reject.type;
	m->run->reject_code = xt->reject.code;
	m->verdict = (struct zw_ruling){ ZW_VERDICT_REJECT, ZW_NONE };
}

void zw_eval_target(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	bool back;

	switch (xt ? xt->kind : ZW_XT_OUTSIDE) {
	case ZW_XT_ALWAYS:
		return;
	case ZW_XT_REJECT:
		reject(m, xt);
		return;
	case ZW_XT_SET_MARK:
		m->packet->mark = (m->packet->mark & ~xt->set_mark.clear) ^
				  xt->set_mark.value;
		return;
	case ZW_XT_SET_CTMARK:
		set_connmark(m, xt);
		return;
	case ZW_XT_NOTRACK:
		if (!zw_machine_has_entry(m))
			m->untracked = true;
		return;
	case ZW_XT_NAT:
		zw_eval_nat(m, expr);
		return;
	case ZW_XT_QUEUE:
		back = zw_machine_ask(m, expr, true, NULL).holds;
		m->verdict = (struct zw_ruling){ back ? NF_ACCEPT : NF_DROP,
						 ZW_NONE };
		return;
	case ZW_XT_SET_HOPS:
		set_hops(m, xt);
		return;
	case ZW_XT_SET_TOS:
		set_tos(m, xt->set_tos.clear, xt->set_tos.value);
		return;
	case ZW_XT_SET_ECN:
		set_ecn(m, xt);
		return;
	case ZW_XT_SET_TCP:
		set_tcp(m, expr);
		return;
	case ZW_XT_SET_ANY:
		zw_machine_ask(m, expr, true, "a mark that is drawn");
		return;
	case ZW_XT_ZONE:
		zw_machine_ask(m, expr, true, "a zone of conntrack");
		return;
	case ZW_XT_COPY:
		zw_machine_ask(m, expr, true, xt->what);
		return;
	case ZW_XT_ELSEWHERE:
		zw_machine_ask(m, expr, true, xt->what);
		return;
	default:
		if (!zw_machine_ask(m, expr, true, "a target that is not known")
			     .holds)
			zw_machine_break(m);
	}
}
