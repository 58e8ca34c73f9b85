/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables that look at content, clock, sockets, bridges and kinds
 * of addresses, on one packet; each function names the kernel's one.
 *
 * Of a packet whose content is anybody's guess (zw_packet.free_content) what
 * lies behind the headers is asked for like any other choice. */
#include <ctype.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_u32.h>
#include <string.h>

#include "verifier/interpret_internal.h"

static enum zw_held held(bool holds)
{
	return holds ? ZW_HOLDS : ZW_BREAKS;
}

static u32 word_at(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* ---- headers ------------------------------------------------------------- */

/* esp_mt, ah_mt */
static enum zw_held spi(const struct zw_machine *m, const struct zw_xt *xt)
{
	u32 now;

	if (!m->d.has_transport || m->d.fragoff)
		return ZW_BREAKS;
	if (m->d.thoff + xt->spi.header > m->packet->n)
		return ZW_HELD_DROPS;
	now = word_at(m->packet->bytes + m->d.thoff + xt->spi.offset);
	return held((now >= xt->spi.lo && now <= xt->spi.hi) != xt->spi.invert);
}

/* ecn_mt4, ecn_mt6: without a whole TCP header its flags do not hold. */
static enum zw_held ecn(const struct zw_machine *m, const struct zw_xt *xt)
{
	const u8 *p = m->packet->bytes;
	u8 now = m->v6 ? p[1] >> 4 & 3 : p[1] & 3;

	if (xt->ecn.network &&
	    (now == xt->ecn.codepoint) == xt->ecn.invert_network)
		return ZW_BREAKS;
	if (!xt->ecn.mask)
		return ZW_HOLDS;
	if (!m->d.has_transport || m->d.thoff + 20 > m->packet->n)
		return ZW_BREAKS;
	return held((p[m->d.thoff + 13] & xt->ecn.mask) == xt->ecn.wanted);
}

/* tcpmss_mt: of fragments, too, the bytes at that place */
static enum zw_held mss(const struct zw_machine *m, const struct zw_xt *xt)
{
	const u8 *th = m->packet->bytes + m->d.thoff;
	u32 size, i = 20, now;

	if (!m->d.has_transport)
		return ZW_BREAKS;
	if (m->d.thoff + 20 > m->packet->n)
		return ZW_HELD_DROPS;
	if (m->content_changed || (m->packet->free_content &&
				   (m->d.fragoff || !zw_machine_has_entry(m))))
		return ZW_ASKS_UNREAL;
	if (m->packet->free_content)
		return ZW_ASKS;
	size = 4u * (th[12] >> 4);
	if (size < 20 || m->d.thoff + size > m->packet->n)
		return ZW_HELD_DROPS;
	while (i < size) {
		if (th[i] == 2 && size - i >= 4 && th[i + 1] == 4) {
			now = (u32)th[i + 2] << 8 | th[i + 3];
			return held((now >= xt->mss.lo && now <= xt->mss.hi) !=
				    xt->mss.invert);
		}
		if (th[i] < 2 || i + 1 >= size)
			i++;
		else
			i += th[i + 1] ? th[i + 1] : 1;
	}
	return held(xt->mss.invert);
}

/* ---- content ------------------------------------------------------------- */

/* The word at AT of the packet, or false. */
static bool word(const struct zw_machine *m, u64 at, u32 *value)
{
	if (at + 4 > m->packet->n)
		return false;
	*value = word_at(m->packet->bytes + at);
	return true;
}

/* u32_match_it, one test */
static bool u32_test(const struct zw_machine *m, const struct xt_u32_test *test)
{
	u32 value, i;
	u64 at = 0;

	if (!word(m, test->location[0].number, &value))
		return false;
	for (i = 1; i < test->nnums; i++) {
		u32 number = test->location[i].number;

		switch (test->location[i].nextop) {
		case XT_U32_AND:
			value &= number;
			break;
		case XT_U32_LEFTSH:
			value <<= number;
			break;
		case XT_U32_RIGHTSH:
			value >>= number;
			break;
		default:
			at += value;
			if (at > UINT32_MAX || !word(m, at + number, &value))
				return false;
		}
	}
	for (i = 0; i < test->nvalues; i++) {
		if (value >= test->value[i].min && value <= test->value[i].max)
			return true;
	}
	return false;
}

/* u32_mt */
static enum zw_held u32s(const struct zw_machine *m, const struct xt_u32 *all)
{
	struct zw_xt_u32_place place;
	bool asks = false;
	u32 i;

	for (i = 0; i < all->ntests; i++) {
		if ((m->packet->free_content || m->content_changed) &&
		    !zw_xt_u32_place(&all->tests[i], m->v6, &place))
			asks = true;
		else if (!u32_test(m, &all->tests[i]))
			return held(all->invert);
	}
	if (asks)
		return m->content_changed ? ZW_ASKS_UNREAL : ZW_ASKS;
	return held(!all->invert);
}

/* toupper of lib/ctype.c, which has the letters of Latin 1 */
static u8 upper(u8 c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c != 0xf7))
		return c - 32;
	return c;
}

static bool same(const u8 *a, const char *b, u32 n, bool any_case)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u8 x = a[i], y = (u8)b[i];

		if (any_case ? upper(x) != upper(y) : x != y)
			return false;
	}
	return true;
}

/* string_mt, skb_find_text: the first place counts, and must end in time. */
static enum zw_held string(const struct zw_machine *m, const struct zw_xt *xt)
{
	const struct xt_string_info *s = xt->string.what;
	u32 i = s->from_offset, n = s->patlen;

	if (m->content_changed)
		return ZW_ASKS_UNREAL;
	if (!xt->string.plain || m->packet->free_content)
		return ZW_ASKS;
	while (i + n <= m->packet->n &&
	       !same(m->packet->bytes + i, s->pattern, n, xt->string.any_case))
		i++;
	return held((i + n <= m->packet->n && i + n <= s->to_offset) !=
		    xt->string.invert);
}

/* ---- what is around the packet ------------------------------------------- */

/* time_mt */
static enum zw_held time_of_day(const struct zw_machine *m,
				const struct zw_xt *xt)
{
	const struct zw_packet *p = m->packet;
	u32 lo = xt->time.lo, hi = xt->time.hi, day = p->day % 7u;

	if (!p->has_time || xt->time.zone)
		return ZW_ASKS;
	if (lo < hi ? p->second < lo || p->second > hi
		    : p->second < lo && p->second > hi)
		return ZW_BREAKS;
	if (lo >= hi && xt->time.since_evening && p->second <= hi)
		day = (day + 6) % 7;
	if (!(xt->time.weekdays >> (day ? day : 7) & 1))
		return ZW_BREAKS;
	return xt->time.dates ? ZW_ASKS : ZW_HOLDS;
}

/* owner_mt: what passes through has no socket. */
static enum zw_held owner(const struct zw_machine *m, const struct zw_xt *xt)
{
	if (m->run->path == ZW_PATH_OUTPUT)
		return ZW_ASKS;
	return held(xt->owner.without_socket);
}

/* physdev_mt: a routed packet is not bridged, but it may have come, or go, by
 * the port of a bridge. */
static enum zw_held physdev(const struct zw_xt *xt)
{
	if (xt->physdev.ports)
		return ZW_ASKS_UNREAL;
	return held(xt->physdev.unbridged);
}

/* helper_mt: of a connection that another one announced. */
static enum zw_held helper(const struct zw_machine *m, const struct zw_xt *xt)
{
	if (!zw_machine_has_entry(m) || m->packet->ct.state == ZW_CT_NEW)
		return held(xt->helper.invert);
	return ZW_ASKS_UNREAL;
}

/* ---- kinds of addresses -------------------------------------------------- */

/* P is among the addresses that the gateway is known to have. */
static bool is_own(const struct zw_machine *m, const u8 *p)
{
	const struct zw_gateway *gateway = m->packet->gateway;
	struct zw_ip ip = zw_ip_from_bytes(m->v6 ? ZW_IPV6 : ZW_IPV4, p);
	size_t i;

	for (i = 0; gateway && i < gateway->addresses.n; i++) {
		const struct zw_link_address *a = &gateway->addresses.v[i];

		if (a->ip.family == ip.family && a->ip.value == ip.value &&
		    zw_gateway_is_own(gateway, a))
			return true;
	}
	return false;
}

/* Is address P of one of TYPES? */
static enum zw_held type4(const struct zw_machine *m, const u8 *p, u32 types)
{
	bool broadcast = p[0] == 0 || word_at(p) == UINT32_MAX;

	if (broadcast)
		return held(types & ZW_XT_TYPE_BROADCAST);
	if (p[0] >> 4 == 14)
		return held(types & ZW_XT_TYPE_MULTICAST);
	if (is_own(m, p))
		return held(types & ZW_XT_TYPE_LOCAL);
	return types & ~ZW_XT_TYPE_MULTICAST ? ZW_ASKS_UNREAL : ZW_BREAKS;
}

static enum zw_held type6(const struct zw_machine *m, const u8 *p, u32 types)
{
	static const u8 none[16];
	bool multicast = p[0] == 0xff, nowhere = !memcmp(p, none, 16);
	bool mapped = !memcmp(p, none, 10) && p[10] == 0xff && p[11] == 0xff;
	const u32 routed =
		ZW_XT_TYPE_LOCAL | ZW_XT_TYPE_ANYCAST | ZW_XT_TYPE_UNREACHABLE;

	if ((types & ZW_XT_TYPE_MULTICAST && !multicast) ||
	    (types & ZW_XT_TYPE_UNICAST && (multicast || nowhere || mapped)) ||
	    (types & ZW_XT_TYPE_UNSPEC && !nowhere))
		return ZW_BREAKS;
	if (types & ZW_XT_TYPE_LOCAL && is_own(m, p))
		return ZW_HOLDS;
	return types & routed ? ZW_ASKS_UNREAL : ZW_HOLDS;
}

/* addrtype_mt_v0, _v1 */
static enum zw_held addrtype(const struct zw_machine *m, const struct zw_xt *xt)
{
	enum zw_held all = ZW_HOLDS, one;
	u32 i;

	for (i = 0; i < 2; i++) {
		const u8 *p =
			m->packet->bytes + (m->v6 ? 8 + 16 * i : 12 + 4 * i);
		u32 types = xt->addrtype.types[i];

		if (!types)
			continue;
		one = m->v6 ? type6(m, p, types) : type4(m, p, types);
		if (xt->addrtype.by_interface)
			one = ZW_ASKS_UNREAL;
		if (one == ZW_ASKS_UNREAL)
			all = one;
		else if ((one == ZW_HOLDS) == xt->addrtype.invert[i])
			return ZW_BREAKS;
	}
	return all;
}

enum zw_held zw_match_more(const struct zw_machine *m, const struct zw_xt *xt)
{
	switch (xt->kind) {
	case ZW_XT_SPI:
		return spi(m, xt);
	case ZW_XT_ECN:
		return ecn(m, xt);
	case ZW_XT_MSS:
		return mss(m, xt);
	case ZW_XT_U32:
		return u32s(m, xt->u32);
	case ZW_XT_STRING:
		return string(m, xt);
	case ZW_XT_TIME:
		return time_of_day(m, xt);
	case ZW_XT_OWNER:
		return owner(m, xt);
	case ZW_XT_PHYSDEV:
		return physdev(xt);
	case ZW_XT_HELPER:
		return helper(m, xt);
	case ZW_XT_ADDRTYPE:
		return addrtype(m, xt);
	case ZW_XT_CHANCE:
		return ZW_ASKS;
	default:
		return ZW_ASKS_UNREAL;
	}
}
