/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames into their fields, the way back of lab/frame.c but written from the
 * RFCs' layouts for itself and with every length checked. */
#include "tests/harness/packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum { AH = 51, LONGEST_CHAIN = 16 };

struct zw_ip zw_test_ip(const char *text)
{
	struct zw_ip ip;

	ZW_ASSERT(zw_ip_parse(zw_str_from(text), &ip));
	return ip;
}

static u16 get16(const u8 *at)
{
	return (u16)(at[0] << 8 | at[1]);
}

static u32 get32(const u8 *at)
{
	return (u32)get16(at) << 16 | get16(at + 2);
}

static struct zw_ip get_ip(enum zw_family family, const u8 *at)
{
	struct zw_ip ip = { .family = family };
	size_t n = family == ZW_IPV4 ? 4 : 16;

	while (n--)
		ip.value = ip.value << 8 | *at++;
	return ip;
}

static bool ports(const u8 *at, size_t n, struct zw_packet *packet)
{
	if (n < 4)
		return false;
	packet->sport = get16(at);
	packet->dport = get16(at + 2);
	return true;
}

/* Returns the length of the transport header, 0 if it is cut short. */
static size_t transport(const u8 *at, size_t n, struct zw_packet *packet)
{
	switch (packet->protocol) {
	case IPPROTO_TCP:
		if (!ports(at, n, packet) || n < 20)
			return 0;
		packet->tcp_seq = get32(at + 4);
		packet->tcp_ack = get32(at + 8);
		packet->tcp_flags = at[13];
		return (size_t)(at[12] >> 4) * 4;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return ports(at, n, packet) ? 8 : 0;
	case IPPROTO_SCTP:
		return ports(at, n, packet) ? 12 : 0;
	case IPPROTO_DCCP:
		return ports(at, n, packet) && n > 4 ? at[4] * 4u : 0;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (n < 8)
			return 0;
		packet->type = at[0];
		packet->code = at[1];
		packet->icmp_id = get16(at + 4);
		packet->icmp_seq = get16(at + 6);
		return 8;
	default:
		return 0;
	}
}

static bool sum_right(const u8 *ip, const u8 *at, size_t n, u8 protocol)
{
	size_t address = ip[0] >> 4 == 4 ? 4 : 16;
	u32 sum = 0;

	switch (protocol) {
	case IPPROTO_SCTP: {
		u8 copy[ZW_FRAME_ROOM];

		if (n < 12 || n > sizeof(copy))
			return false;
		memcpy(copy, at, n);
		memset(copy + 8, 0, 4);
		return zw_crc32c(copy, n) == __builtin_bswap32(get32(at + 8));
	}
	case IPPROTO_UDP:
		if (n >= 8 && !get16(at + 6))
			return address == 4;
		break;
	case IPPROTO_TCP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_ICMPV6:
		break;
	case IPPROTO_ICMP:
		return zw_sum_fold(zw_sum(0, at, n)) == 0xffff;
	default:
		return true;
	}
	sum = zw_sum((u32)n + protocol, ip + (address == 4 ? 12 : 8),
		     2 * address);
	return zw_sum_fold(zw_sum(sum, at, n)) == 0xffff;
}

static void after_ip(const u8 *ip, const u8 *at, size_t n,
		     struct zw_packet *packet)
{
	size_t header;

	packet->payload = at;
	packet->payload_length = n;
	if (packet->fragment && packet->fragment_offset)
		return;
	if (!packet->fragment)
		packet->checksums_right &=
			sum_right(ip, at, n, packet->protocol);
	header = transport(at, n, packet);
	if (header > n)
		header = n;
	packet->payload = at + header;
	packet->payload_length = n - header;
}

static bool parse_ipv4(const u8 *ip, size_t n, struct zw_packet *packet)
{
	size_t header = (ip[0] & 15u) * 4, total;
	u16 flags;

	if (n < 20 || header < 20 || header > n)
		return false;
	total = get16(ip + 2);
	if (total < n && total >= header)
		n = total;
	flags = get16(ip + 6);
	packet->tos = ip[1];
	packet->id = get16(ip + 4);
	packet->fragment_offset = flags & 0x1fff;
	packet->more_fragments = flags & 0x2000;
	packet->fragment = flags & 0x3fff;
	packet->ttl = ip[8];
	packet->protocol = ip[9];
	packet->options = (u8)(header - 20);
	packet->src = get_ip(ZW_IPV4, ip + 12);
	packet->dst = get_ip(ZW_IPV4, ip + 16);
	packet->checksums_right = zw_sum_fold(zw_sum(0, ip, header)) == 0xffff;
	after_ip(ip, ip + header, n - header, packet);
	return true;
}

static bool is_extension(u8 type)
{
	return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING ||
	       type == IPPROTO_FRAGMENT || type == IPPROTO_DSTOPTS ||
	       type == AH;
}

/* Step over the extension header at AT; its length, 0 if cut short. */
static size_t extension(const u8 *at, size_t n, struct zw_packet *packet)
{
	u8 type = packet->protocol;
	size_t length;

	if (n < 8)
		return 0;
	length = type == AH ? (at[1] + 2u) * 4 : (at[1] + 1u) * 8;
	if (type == IPPROTO_FRAGMENT) {
		length = 8;
		packet->fragment = true;
		packet->fragment_offset = get16(at + 2) >> 3;
		packet->more_fragments = at[3] & 1;
		packet->id = get32(at + 4);
	}
	if (length > n)
		return 0;
	packet->protocol = at[0];
	packet->extensions++;
	return length;
}

static bool parse_ipv6(const u8 *ip, size_t n, struct zw_packet *packet)
{
	size_t at = 40, step, total;

	if (n < 40)
		return false;
	total = get16(ip + 4) + 40u;
	if (total < n)
		n = total;
	packet->tos = (u8)(get32(ip) >> 20);
	packet->flow_label = get32(ip) & 0xfffff;
	packet->protocol = ip[6];
	packet->ttl = ip[7];
	packet->src = get_ip(ZW_IPV6, ip + 8);
	packet->dst = get_ip(ZW_IPV6, ip + 24);
	packet->checksums_right = true;
	while (is_extension(packet->protocol) &&
	       packet->extensions < LONGEST_CHAIN && !packet->fragment_offset) {
		step = extension(ip + at, n - at, packet);
		if (!step)
			return true;
		at += step;
	}
	after_ip(ip, ip + at, n - at, packet);
	return true;
}

bool zw_packet_parse_ip(const u8 *bytes, size_t length,
			struct zw_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	if (!length)
		return false;
	if (bytes[0] >> 4 == 4)
		return parse_ipv4(bytes, length, packet);
	return bytes[0] >> 4 == 6 && parse_ipv6(bytes, length, packet);
}

bool zw_packet_parse(const u8 *frame, size_t length, struct zw_packet *packet)
{
	u16 type;

	memset(packet, 0, sizeof(*packet));
	if (length < ZW_ETHERNET_HEADER)
		return false;
	type = get16(frame + 12);
	if (type != 0x0800 && type != 0x86dd)
		return false;
	return zw_packet_parse_ip(frame + ZW_ETHERNET_HEADER,
				  length - ZW_ETHERNET_HEADER, packet);
}

bool zw_packet_is_error(const struct zw_packet *packet)
{
	if (packet->fragment_offset)
		return false;
	if (packet->protocol == IPPROTO_ICMPV6)
		return packet->type < 128;
	return packet->protocol == IPPROTO_ICMP &&
	       (packet->type == 3 || packet->type == 4 || packet->type == 5 ||
		packet->type == 11 || packet->type == 12);
}

static const char *ip_text(struct zw_ip ip, char out[INET6_ADDRSTRLEN])
{
	u8 bytes[16];
	size_t n = ip.family == ZW_IPV4 ? 4 : 16, i;

	for (i = n; i--; ip.value >>= 8)
		bytes[i] = (u8)ip.value;
	inet_ntop(n == 4 ? AF_INET : AF_INET6, bytes, out, INET6_ADDRSTRLEN);
	return out;
}

char *zw_packet_format(const struct zw_packet *packet, char out[ZW_PACKET_TEXT])
{
	static const char letters[] = "FSRPAU";
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	char what[64] = "", flags[8] = "", part[48] = "";
	unsigned i, n = 0;

	if (packet->protocol == IPPROTO_TCP) {
		for (i = 0; i < 6; i++)
			if (packet->tcp_flags >> i & 1)
				flags[n++] = letters[i];
		snprintf(what, sizeof(what), "tcp %s", flags);
	} else if (packet->protocol == IPPROTO_ICMP ||
		   packet->protocol == IPPROTO_ICMPV6) {
		snprintf(what, sizeof(what), "icmp type %u code %u id %u",
			 packet->type, packet->code, packet->icmp_id);
	} else {
		snprintf(what, sizeof(what), "protocol %u", packet->protocol);
	}
	if (packet->fragment)
		snprintf(part, sizeof(part), " fragment %u%s",
			 packet->fragment_offset * 8u,
			 packet->more_fragments ? "+" : "");
	snprintf(out, ZW_PACKET_TEXT, "%s.%u > %s.%u %s ttl %u%s, %zu bytes%s",
		 ip_text(packet->src, src), packet->sport,
		 ip_text(packet->dst, dst), packet->dport, what, packet->ttl,
		 part, packet->payload_length,
		 packet->checksums_right ? "" : ", bad checksum");
	return out;
}
