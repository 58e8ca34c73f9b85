/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel reads out of a packet's bytes, and packets built from fields.
 *
 * The dissection follows include/net/netfilter/nf_tables_ipv4.h and _ipv6.h
 * (nft_set_pktinfo_ipv4_validate, nft_set_pktinfo_ipv6_validate) and
 * ipv6_find_hdr (net/ipv6/exthdrs_core.c). Of an IPv6 fragment that is not the
 * first the kernel leaves the transport offset 0, so that loads from the
 * transport header read the network header; that is kept. */
#include <string.h>

#include "verifier/packet.h"
#include "verifier/packet_walk.h"

static u16 be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

/* ---- reading ---- */

static bool is_extension(u8 next)
{
	switch (next) {
	case 0:	 /* hop by hop */
	case 43: /* routing */
	case 44: /* fragment */
	case 51: /* authentication */
	case 59: /* none */
	case 60: /* destination options */
		return true;
	default:
		return false;
	}
}

static u32 header_length(const u8 *p, u8 number)
{
	switch (number) {
	case 44:
		return 8;
	case 51:
		return (p[1] + 2u) * 4;
	default:
		return (p[1] + 1u) * 8;
	}
}

bool zw_packet_find_header(const struct zw_packet *packet, int target,
			   struct zw_header *found)
{
	const u8 *p = packet->bytes;
	u32 at = 40, step;
	u8 next = p[6];

	*found = (struct zw_header){ .named_at = 6 };
	for (;;) {
		bool here = next == target;

		if (!is_extension(next) || next == 59) {
			if (target >= 0 && !here)
				return false;
			break;
		}
		if (at + 2 > packet->n || (next == 43 && at + 4 > packet->n))
			return false;
		if (next == 44) {
			if (at + 4 > packet->n)
				return false;
			found->fragment = true;
			found->fragoff = be16(p + at + 2) & 0xfff8;
			if (found->fragoff && !here) {
				if (target >= 0 ||
				    (is_extension(p[at]) && p[at] != 59))
					return false;
				found->proto = p[at];
				return true; /* OFFSET stays 0 */
			}
		}
		step = header_length(p + at, next);
		if (here)
			break;
		next = p[at];
		found->named_at = at;
		at += step;
	}
	found->proto = next;
	found->offset = at;
	return true;
}

/* Does the fragment whose header is at AT, the first one, end before its
 * transport header does (ipv6frag_thdr_truncated)? */
static bool ends_early(const struct zw_packet *packet, u32 at)
{
	const u8 *p = packet->bytes;
	u8 next = 44;
	u32 need;

	while (is_extension(next)) {
		u32 least = next == 44 ? 4 : 2;

		if (next == 59 || at + least > packet->n)
			return false;
		if (next == 44 && be16(p + at + 2) & 0xfff8)
			return false;
		need = header_length(p + at, next);
		next = p[at];
		at += need;
	}
	if (next == IPPROTO_TCP)
		need = 20;
	else if (next == IPPROTO_UDP || next == IPPROTO_ICMPV6)
		need = 8;
	else
		need = 1;
	return at + need > packet->n;
}

enum zw_joined zw_packet_join(struct zw_packet *packet)
{
	u8 *p = packet->bytes;
	struct zw_header fragment;
	u32 at, end;

	if (packet->ethertype != ETH_P_IPV6)
		return ZW_JOIN_WAITS;
	if (packet->n < 40 || !be16(p + 4) ||
	    !zw_packet_find_header(packet, 44, &fragment))
		return ZW_JOIN_PASSES;
	at = fragment.offset;
	if (ends_early(packet, at))
		return ZW_JOIN_PASSES;
	if (at + 8 > packet->n)
		return ZW_JOIN_WAITS;
	end = fragment.fragoff + be16(p + 4) + 40u - at - 8;
	if (p[at + 3] & 1)
		return end & 7 && end <= 65535 ? ZW_JOIN_PASSES : ZW_JOIN_WAITS;
	if (fragment.fragoff)
		return ZW_JOIN_WAITS;
	p[fragment.named_at] = p[at];
	memmove(p + at, p + at + 8, packet->n - at - 8);
	packet->n -= 8;
	put16(p + 4, be16(p + 4) - 8u);
	return ZW_JOIN_WHOLE;
}

static void dissect_ipv4(const struct zw_packet *packet,
			 struct zw_dissection *out)
{
	const u8 *p = packet->bytes;
	u32 header, total;

	if (packet->n < 20 || p[0] >> 4 != 4)
		return;
	header = (p[0] & 15u) * 4;
	total = be16(p + 2);
	if (header < 20 || total > packet->n || total < header)
		return;
	out->family = NFPROTO_IPV4;
	out->has_transport = true;
	out->l4proto = p[9];
	out->thoff = header;
	out->fragoff = be16(p + 6) & 0x1fff;
	out->fragment = be16(p + 6) & 0x3fff;
}

static void dissect_ipv6(const struct zw_packet *packet,
			 struct zw_dissection *out)
{
	const u8 *p = packet->bytes;
	struct zw_header last, first;
	u8 next;

	if (packet->n < 40 || p[0] >> 4 != 6)
		return;
	if (be16(p + 4) + 40u > packet->n)
		return;
	out->family = NFPROTO_IPV6;
	out->fragment = zw_packet_find_header(packet, 44, &first);
	if (!zw_packet_find_header(packet, -1, &last))
		return;
	next = last.proto;
	out->has_transport = true;
	out->l4proto = next;
	out->thoff = last.offset;
	out->fragoff = (u16)(last.offset ? 0 : last.fragoff >> 3);
}

void zw_packet_dissect(const struct zw_packet *packet,
		       struct zw_dissection *out)
{
	*out = (struct zw_dissection){ .family = NFPROTO_UNSPEC };
	if (packet->ethertype == ETH_P_IP)
		dissect_ipv4(packet, out);
	else if (packet->ethertype == ETH_P_IPV6)
		dissect_ipv6(packet, out);
}

/* ---- building ---- */

static u32 sum_words(u32 sum, const u8 *p, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		sum += be16(p + i);
	if (n & 1)
		sum += (u32)p[n - 1] << 8;
	return sum;
}

static u16 fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static u32 crc32c(const u8 *p, size_t n)
{
	u32 crc = UINT32_MAX;
	size_t i;
	int bit;

	for (i = 0; i < n; i++) {
		crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

/* The transport header's length; ports or type and code are in it. */
static u32 write_transport(u8 *t, u8 proto, u16 a, u16 b, u8 tcp_flags)
{
	switch (proto) {
	case IPPROTO_TCP:
		put16(t, a);
		put16(t + 2, b);
		t[7] = 1; /* sequence number */
		t[12] = 5 << 4;
		t[13] = tcp_flags;
		put16(t + 14, 8192);
		return 20;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		put16(t, a);
		put16(t + 2, b);
		put16(t + 4, 8);
		return 8;
	case IPPROTO_SCTP:
		put16(t, a);
		put16(t + 2, b);
		t[12] = 1; /* INIT, 20 bytes */
		t[15] = 20;
		t[19] = 1;	  /* initiate tag */
		t[23] = 1;	  /* window */
		put16(t + 24, 1); /* streams out and in */
		put16(t + 26, 1);
		return 32;
	case IPPROTO_DCCP:
		put16(t, a);
		put16(t + 2, b);
		t[4] = 5; /* data offset: 20 bytes */
		t[8] = 1; /* REQUEST, long sequence numbers */
		return 20;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		t[0] = (u8)a;
		t[1] = (u8)b;
		return 8;
	default:
		return 16;
	}
}

/* Where the transport checksum is; 0 if there is none of the usual kind. */
static u32 checksum_at(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

static void write_checksum(u8 *t, u32 n, u8 proto, u32 pseudo)
{
	u32 at = checksum_at(proto), crc;
	u16 sum;

	if (proto == IPPROTO_SCTP) {
		crc = crc32c(t, n);
		t[8] = (u8)crc;
		t[9] = (u8)(crc >> 8);
		t[10] = (u8)(crc >> 16);
		t[11] = (u8)(crc >> 24);
		return;
	}
	if (!at)
		return;
	sum = fold(sum_words(proto == IPPROTO_ICMP ? 0 : pseudo, t, n));
	put16(t + at, sum || proto == IPPROTO_ICMP ? sum : 0xffff);
}

void zw_packet_build(struct zw_packet *packet, struct zw_ip src,
		     struct zw_ip dst, u8 proto, u16 a, u16 b, u8 tcp_flags)
{
	bool v4 = src.family == ZW_IPV4;
	u32 header = v4 ? 20 : 40, n, pseudo;
	u8 *p = packet->bytes, *t = p + header;

	memset(p, 0, 128);
	n = write_transport(t, proto, a, b, tcp_flags);
	packet->ethertype = v4 ? ETH_P_IP : ETH_P_IPV6;
	packet->n = header + n;
	if (v4) {
		p[0] = 0x45;
		put16(p + 2, packet->n);
		p[8] = 64;
		p[9] = proto;
		zw_ip_bytes(src, p + 12);
		zw_ip_bytes(dst, p + 16);
		put16(p + 10, fold(sum_words(0, p, 20)));
		pseudo = sum_words(0, p + 12, 8) + proto + n;
	} else {
		p[0] = 0x60;
		put16(p + 4, n);
		p[6] = proto;
		p[7] = 64;
		zw_ip_bytes(src, p + 8);
		zw_ip_bytes(dst, p + 24);
		pseudo = sum_words(0, p + 8, 32) + proto + n;
	}
	write_checksum(t, n, proto, pseudo);
}

/* ---- rewriting ---- */

static void adjust(u8 *sum, const u8 *old, const u8 *new, u32 n, u32 parity)
{
	u32 s = (u16)~be16(sum), i;

	for (i = 0; i < n; i++) {
		u32 shift = (i + parity) & 1 ? 0 : 8;

		s += (u32) new[i] << shift;
		s += 0xffffu - ((u32)old[i] << shift);
	}
	put16(sum, fold(s));
}

/* Of the network header the transport checksum covers the addresses, but not
 * for ICMP of IPv4. */
static bool in_pseudo_header(const struct zw_dissection *d, u32 at)
{
	if (d->family == NFPROTO_IPV6)
		return at >= 8 && at < 40;
	return at >= 12 && at < 20 && d->l4proto != IPPROTO_ICMP;
}

void zw_packet_rewrite(struct zw_packet *packet, u32 at, const u8 *new, u32 n)
{
	struct zw_dissection d;
	u8 old[16], *p = packet->bytes;
	u32 sum_at;

	zw_packet_dissect(packet, &d);
	if (at + n > packet->n || n > sizeof(old))
		return;
	memcpy(old, p + at, n);
	memcpy(p + at, new, n);
	if (d.family == NFPROTO_IPV4 && at < 20)
		adjust(p + 10, old, new, n, at & 1);
	if (!d.has_transport || d.fragoff)
		return;
	sum_at = checksum_at(d.l4proto);
	if (!sum_at || d.thoff + sum_at + 2 > packet->n)
		return;
	if (at < d.thoff && !in_pseudo_header(&d, at))
		return;
	sum_at += d.thoff;
	if (d.l4proto == IPPROTO_UDP && !be16(p + sum_at))
		return; /* sent without */
	adjust(p + sum_at, old, new, n, at & 1);
}
