/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where it hangs on the kernel what conntrack makes of a packet (UDP-Lite,
 * DCCP, multicast router discovery) each state that it may give is allowed. */
#include "lab/shot.h"

#include <netinet/in.h>
#include <string.h>

#define ONLY(state) (1u << (state))

u32 zw_shot_states(const struct zw_frame_spec *spec)
{
	/* ICMP in the other family's packets is looked at as if it were in its
	 * own (nf_conntrack_handle_icmp). */
	const u32 wrong_family =
		ONLY(ZW_CT_NEW) | ONLY(ZW_CT_INVALID) | ONLY(ZW_CT_UNTRACKED);
	bool opens = zw_frame_opens(spec);

	switch (spec->protocol) {
	case IPPROTO_ICMPV6:
		if (spec->src.family == ZW_IPV4)
			return wrong_family;
		if (zw_frame_is_untracked(spec))
			return ONLY(ZW_CT_UNTRACKED);
		/* Multicast router discovery, by the kernel's version. */
		if (spec->type >= 151 && spec->type <= 153)
			return ONLY(ZW_CT_UNTRACKED) | ONLY(ZW_CT_INVALID);
		break;
	case IPPROTO_ICMP:
		if (spec->src.family == ZW_IPV6)
			return wrong_family;
		break;
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return ONLY(ZW_CT_NEW) | ONLY(ZW_CT_INVALID);
	default:
		break;
	}
	return ONLY(opens ? ZW_CT_NEW : ZW_CT_INVALID);
}

static void put_ip(u8 out[16], struct zw_ip ip)
{
	memset(out, 0, 16);
	zw_ip_bytes(ip, out);
}

struct zw_tuple zw_shot_tuple(const struct zw_frame_spec *spec, bool swapped)
{
	struct zw_tuple t = { .proto = spec->protocol, .known = true };
	bool echo = spec->protocol == IPPROTO_ICMP ||
		    spec->protocol == IPPROTO_ICMPV6;

	put_ip(t.src, swapped ? spec->dst : spec->src);
	put_ip(t.dst, swapped ? spec->src : spec->dst);
	t.sport = swapped ? spec->dport : spec->sport;
	t.dport = swapped ? spec->sport : spec->dport;
	if (!echo)
		return t;
	t.sport = spec->icmp_id;
	t.dport = (u16)(spec->type << 8);
	if (swapped)
		t.dport = spec->protocol == IPPROTO_ICMP ? 0 : 129 << 8;
	return t;
}

static void put32(u8 *at, u32 value)
{
	at[0] = (u8)(value >> 24);
	at[1] = (u8)(value >> 16);
	at[2] = (u8)(value >> 8);
	at[3] = (u8)value;
}

void zw_shot_make(struct zw_shot *shot, const struct zw_frame_spec *spec)
{
	struct zw_frame_spec full = *spec;
	u8 payload[32] = "zwinger-lab ";

	/* Whole units of eight behind every transport header, so that it can
	 * be a fragment. */
	put32(payload + 12, shot->number);
	if (!full.payload) {
		full.payload = payload;
		full.payload_length = full.protocol == IPPROTO_TCP ? 20 : 16;
		if (full.protocol == IPPROTO_SCTP)
			full.payload = NULL, full.payload_length = 0;
	}
	if (!full.id)
		full.id = 1 + shot->number % 65535;
	zw_frame_build(&full, &shot->frame);
	shot->spec = *spec;
	shot->spec.payload = NULL;
	shot->spec.options = NULL;
	shot->spec.extensions = NULL;
	shot->spec.quoted = NULL;
}

/* ---- in words ------------------------------------------------------------ */

static u32 get16(const u8 *at)
{
	return (u32)at[0] << 8 | at[1];
}

static void print_end(struct zw_buf *out, enum zw_family family, const u8 *at,
		      bool ports, u32 port)
{
	char text[46];

	zw_ip_format(zw_ip_from_bytes(family, at), text);
	if (!ports)
		zw_buf_puts(out, text);
	else if (family == ZW_IPV4)
		zw_buf_printf(out, "%s:%u", text, port);
	else
		zw_buf_printf(out, "[%s]:%u", text, port);
}

static void print_protocol(struct zw_buf *out, u8 protocol, const u8 *at,
			   size_t n)
{
	static const char letters[] = "FSRPAU";
	u32 i;

	switch (protocol) {
	case IPPROTO_TCP:
		zw_buf_puts(out, " tcp ");
		for (i = 0; n > 13 && i < 6; i++)
			if (at[13] & 1u << i)
				zw_buf_putc(out, letters[i]);
		if (n > 13 && !(at[13] & 63))
			zw_buf_puts(out, "no flags");
		return;
	case IPPROTO_UDP:
		zw_buf_puts(out, " udp");
		return;
	case IPPROTO_UDPLITE:
		zw_buf_puts(out, " udplite");
		return;
	case IPPROTO_SCTP:
		zw_buf_puts(out, " sctp");
		return;
	case IPPROTO_DCCP:
		zw_buf_puts(out, " dccp");
		return;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		zw_buf_puts(out,
			    protocol == IPPROTO_ICMP ? " icmp" : " icmpv6");
		if (n > 1)
			zw_buf_printf(out, " type %u code %u", at[0], at[1]);
		return;
	default:
		zw_buf_printf(out, " protocol %u", protocol);
	}
}

static void print_extras(struct zw_buf *out, const struct zw_packet *packet,
			 const struct zw_dissection *d)
{
	bool v6 = packet->ethertype == ETH_P_IPV6;

	if (d->fragment)
		zw_buf_printf(out, ", fragment at %u", d->fragoff * 8u);
	if (v6 && d->has_transport && d->thoff > 40)
		zw_buf_puts(out, ", extension headers");
	if (!v6 && (packet->bytes[0] & 15) > 5)
		zw_buf_puts(out, ", options");
}

void zw_shot_print_bytes(struct zw_buf *out, const u8 *bytes, size_t n)
{
	struct zw_packet packet = { .n = (u32)n };
	enum zw_family family = ZW_IPV4;
	struct zw_dissection d;
	bool ports;
	u32 at;

	if (n < 20 || n > sizeof(packet.bytes)) {
		zw_buf_puts(out, "no packet");
		return;
	}
	memcpy(packet.bytes, bytes, n);
	packet.ethertype = bytes[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP;
	if (packet.ethertype == ETH_P_IPV6)
		family = ZW_IPV6;
	zw_packet_dissect(&packet, &d);
	at = d.has_transport ? d.thoff : (u32)n;
	ports = d.has_transport && !d.fragoff && at + 4 <= n &&
		(d.l4proto == IPPROTO_TCP || d.l4proto == IPPROTO_UDP ||
		 d.l4proto == IPPROTO_UDPLITE || d.l4proto == IPPROTO_SCTP ||
		 d.l4proto == IPPROTO_DCCP);
	print_end(out, family, bytes + (family == ZW_IPV4 ? 12 : 8), ports,
		  ports ? get16(bytes + at) : 0);
	zw_buf_puts(out, " > ");
	print_end(out, family, bytes + (family == ZW_IPV4 ? 16 : 24), ports,
		  ports ? get16(bytes + at + 2) : 0);
	if (d.has_transport)
		print_protocol(out, d.l4proto, bytes + at,
			       d.fragoff ? 0 : n - at);
	print_extras(out, &packet, &d);
}

void zw_shot_print(struct zw_buf *out, const struct zw_shot *shot,
		   const char *interface)
{
	if (shot->emitted)
		zw_buf_puts(out, "from the gateway ");
	else
		zw_buf_printf(out, "in %s ", interface);
	zw_shot_print_bytes(out, shot->frame.bytes + ZW_ETHERNET_HEADER,
			    shot->frame.length - (size_t)ZW_ETHERNET_HEADER);
}
