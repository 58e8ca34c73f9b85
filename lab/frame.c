/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptions into frames. The frame grows from front to back: Ethernet, IP
 * with options or extension headers, transport, payload; lengths and checksums
 * are filled in when the end is known. Layouts: RFC 791, 8200, 9293, 768, 9260
 * (SCTP: CRC-32c), 792, 4443. What a payload means is the caller's business. */
#include "lab/frame.h"

#include <string.h>

#include "base/assert.h"

enum { AH = 51 };

u32 zw_sum(u32 start, const u8 *bytes, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		start += (u32)(bytes[i] << 8 | bytes[i + 1]);
	if (n & 1)
		start += (u32)bytes[n - 1] << 8;
	return start;
}

u16 zw_sum_fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

u32 zw_crc32c(const u8 *bytes, size_t n)
{
	u32 crc = ~0u;
	unsigned bit;
	size_t i;

	for (i = 0; i < n; i++) {
		crc ^= bytes[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

static void put16(u8 *at, u32 value)
{
	at[0] = (u8)(value >> 8);
	at[1] = (u8)value;
}

static void put32(u8 *at, u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static u8 *grow(struct zw_frame *frame, size_t n)
{
	u8 *at = frame->bytes + frame->length;

	ZW_ASSERT(frame->length + n <= sizeof(frame->bytes));
	memset(at, 0, n);
	frame->length = (u16)(frame->length + n);
	return at;
}

static void append(struct zw_frame *frame, const void *bytes, size_t n)
{
	if (n)
		memcpy(grow(frame, n), bytes, n);
}

static void put_ip(u8 *at, struct zw_ip ip)
{
	size_t n = ip.family == ZW_IPV4 ? 4 : 16;

	while (n--) {
		at[n] = (u8)ip.value;
		ip.value >>= 8;
	}
}

static void build_ipv4(const struct zw_frame_spec *spec, struct zw_frame *frame)
{
	u8 options = (u8)((spec->options_length + 3) & ~3);
	u8 *at = grow(frame, 20u + options);
	u32 flags = spec->fragment_offset;

	ZW_ASSERT(options <= 40);
	if (spec->dont_fragment)
		flags |= 0x4000;
	if (spec->more_fragments)
		flags |= 0x2000;
	at[0] = (u8)(0x40 | (20 + options) / 4);
	at[1] = spec->tos;
	put16(at + 4, spec->id);
	put16(at + 6, flags);
	at[8] = spec->ttl ? spec->ttl : ZW_DEFAULT_TTL;
	at[9] = spec->protocol;
	put_ip(at + 12, spec->src);
	put_ip(at + 16, spec->dst);
	if (options)
		memcpy(at + 20, spec->options, spec->options_length);
	frame->next_at = ZW_ETHERNET_HEADER + 9;
}

static void fragment_header(struct zw_frame *frame, u32 flags, u32 id)
{
	u8 *at;

	frame->bytes[frame->next_at] = IPPROTO_FRAGMENT;
	frame->next_at = frame->length;
	at = grow(frame, 8);
	put16(at + 2, flags);
	put32(at + 4, id);
}

static void extension(const struct zw_extension *entry, struct zw_frame *frame)
{
	unsigned unit = entry->type == AH ? 4 : 8;
	unsigned n = (2u + entry->length + unit - 1) / unit * unit;
	u8 *at;

	frame->bytes[frame->next_at] = entry->type;
	frame->next_at = frame->length;
	at = grow(frame, n);
	at[1] = (u8)(entry->type == AH ? n / 4 - 2 : n / 8 - 1);
	if (entry->length)
		memcpy(at + 2, entry->data, entry->length);
}

static void build_ipv6(const struct zw_frame_spec *spec, struct zw_frame *frame)
{
	u32 flags = (u32)spec->fragment_offset << 3 | spec->more_fragments;
	bool fragment = flags || spec->fragment_header;
	u8 *at = grow(frame, 40);
	u8 i;

	put32(at,
	      6u << 28 | (u32)spec->tos << 20 | (spec->flow_label & 0xfffff));
	at[7] = spec->ttl ? spec->ttl : ZW_DEFAULT_TTL;
	put_ip(at + 8, spec->src);
	put_ip(at + 24, spec->dst);
	frame->next_at = ZW_ETHERNET_HEADER + 6;
	for (i = 0; i < spec->extension_count; i++) {
		if (spec->extensions[i].type != IPPROTO_FRAGMENT) {
			extension(&spec->extensions[i], frame);
			continue;
		}
		fragment_header(frame, flags, spec->id);
		fragment = false;
	}
	if (fragment)
		fragment_header(frame, flags, spec->id);
	frame->bytes[frame->next_at] = spec->protocol;
}

/* Length and checksum of the IP header, when the frame's end is known. */
static void finish_ip(struct zw_frame *frame, bool spoil)
{
	u8 *ip = frame->bytes + ZW_ETHERNET_HEADER;
	u32 total = frame->length - (u32)ZW_ETHERNET_HEADER;
	u16 sum;

	if (ip[0] >> 4 == 6) {
		put16(ip + 4, total - 40);
		return;
	}
	put16(ip + 2, total);
	put16(ip + 10, 0);
	sum = (u16)~zw_sum_fold(zw_sum(0, ip, (ip[0] & 15u) * 4));
	put16(ip + 10, spoil ? sum ^ 0x5555u : sum);
}

static void quote(const struct zw_frame_spec *inner, struct zw_frame *frame)
{
	struct zw_frame whole;
	unsigned n;

	zw_frame_build(inner, &whole);
	n = whole.length - (unsigned)ZW_ETHERNET_HEADER;
	append(frame, whole.bytes + ZW_ETHERNET_HEADER, n < 548 ? n : 548);
}

/* SCTP without a payload is an INIT: conntrack wants a chunk. */
static void sctp_init(struct zw_frame *frame)
{
	static const u8 chunk[20] = { 1, 0, 0, 20, 0, 0, 0, 1, 0, 1,
				      0, 0, 0, 1,  0, 1, 0, 0, 0, 1 };

	append(frame, chunk, sizeof(chunk));
}

static void build_transport(const struct zw_frame_spec *spec,
			    struct zw_frame *frame)
{
	u8 *at;

	switch (spec->protocol) {
	case IPPROTO_TCP:
		at = grow(frame, 20);
		put32(at + 4, spec->tcp_seq);
		put32(at + 8, spec->tcp_ack);
		at[12] = 5 << 4;
		at[13] = spec->tcp_flags;
		put16(at + 14, 64240);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		at = grow(frame, 8);
		break;
	case IPPROTO_SCTP:
		at = grow(frame, 12);
		break;
	case IPPROTO_DCCP:
		/* A request: 16 bytes with long sequence number, service. */
		at = grow(frame, 20);
		at[4] = 5;
		at[8] = 1;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		at = grow(frame, 8);
		at[0] = spec->type;
		at[1] = spec->code;
		put16(at + 4, spec->icmp_id);
		put16(at + 6, spec->icmp_seq);
		return;
	default:
		return;
	}
	put16(at, spec->sport);
	put16(at + 2, spec->dport);
	if (spec->protocol == IPPROTO_SCTP && !spec->payload_length)
		sctp_init(frame);
}

static u32 pseudo_sum(const struct zw_frame_spec *spec, u32 length)
{
	u8 addresses[32];
	size_t n = spec->src.family == ZW_IPV4 ? 4 : 16;

	put_ip(addresses, spec->src);
	put_ip(addresses + n,
	       spec->final_dst.value ? spec->final_dst : spec->dst);
	return zw_sum(length + spec->protocol, addresses, 2 * n);
}

/* Where the checksum of PROTOCOL stands in its header; 0: it has none. */
static unsigned checksum_at(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	case IPPROTO_SCTP:
		return 8;
	default:
		return 0;
	}
}

static void finish_transport(const struct zw_frame_spec *spec,
			     struct zw_frame *frame)
{
	u8 *at = frame->bytes + frame->transport;
	u32 length = (u32)frame->length - frame->transport;
	unsigned where = checksum_at(spec->protocol);
	u32 crc, sum = 0;

	if (!where)
		return;
	if (spec->protocol == IPPROTO_SCTP) {
		crc = zw_crc32c(at, length);
		/* CRC-32c travels with its low byte first (RFC 9260, A). */
		put32(at + where, __builtin_bswap32(crc));
	} else {
		if (spec->protocol == IPPROTO_UDP)
			put16(at + 4, length);
		if (spec->protocol != IPPROTO_ICMP)
			sum = pseudo_sum(spec, length);
		sum = (u16)~zw_sum_fold(zw_sum(sum, at, length));
		if (!sum && spec->protocol == IPPROTO_UDP)
			sum = 0xffff;
		put16(at + where, sum);
	}
	if (spec->bad_checksum)
		at[where] ^= 0x55;
}

void zw_frame_build(const struct zw_frame_spec *spec, struct zw_frame *frame)
{
	u8 *ethernet;

	ZW_ASSERT(spec->src.family == spec->dst.family);
	frame->length = 0;
	ethernet = grow(frame, ZW_ETHERNET_HEADER);
	if (spec->src.family == ZW_IPV4) {
		put16(ethernet + 12, 0x0800);
		build_ipv4(spec, frame);
	} else {
		put16(ethernet + 12, 0x86dd);
		build_ipv6(spec, frame);
	}
	frame->transport = frame->length;
	if (!spec->fragment_offset)
		build_transport(spec, frame);
	if (spec->quoted)
		quote(spec->quoted, frame);
	else
		append(frame, spec->payload, spec->payload_length);
	if (!spec->fragment_offset)
		finish_transport(spec, frame);
	finish_ip(frame, spec->bad_ip_checksum);
}

void zw_frame_split(const struct zw_frame *whole, u16 first, u32 id,
		    struct zw_frame out[2])
{
	u16 rest = (u16)(whole->length - whole->transport);
	u32 offset;
	u8 *ip;
	int i;

	ZW_ASSERT(first % 8 == 0 && first && first < rest);
	for (i = 0; i < 2; i++) {
		out[i] = *whole;
		out[i].length = whole->transport;
		offset = i ? first / 8u : 0;
		ip = out[i].bytes + ZW_ETHERNET_HEADER;
		if (ip[0] >> 4 == 4) {
			put16(ip + 4, id);
			put16(ip + 6, offset | (i ? 0 : 0x2000));
		} else {
			fragment_header(&out[i], offset << 3 | !i, id);
			out[i].bytes[out[i].next_at] =
				whole->bytes[whole->next_at];
			out[i].transport = out[i].length;
		}
		append(&out[i],
		       whole->bytes + whole->transport + (i ? first : 0),
		       i ? rest - first : first);
		finish_ip(&out[i], false);
	}
}

u8 zw_option_route(u8 out[40], enum zw_route_option kind,
		   const struct zw_ip *hops, u8 count)
{
	u8 length = (u8)(3 + 4 * count);
	u8 i;

	ZW_ASSERT(length <= 40);
	memset(out, 0, length);
	out[0] = (u8)kind;
	out[1] = length;
	out[2] = 4;
	for (i = 0; hops && i < count; i++)
		put_ip(out + 3 + 4 * i, hops[i]);
	return length;
}

u8 zw_routing_data(u8 *out, u8 type, u8 left, const struct zw_ip *hops,
		   u8 count)
{
	u8 i;

	ZW_ASSERT(count && count <= 15);
	memset(out, 0, 6);
	out[0] = type;
	out[1] = left;
	if (type == 4)
		out[2] = (u8)(count - 1);
	for (i = 0; i < count; i++)
		put_ip(out + 6 + 16 * i, hops[i]);
	return (u8)(6 + 16 * count);
}
