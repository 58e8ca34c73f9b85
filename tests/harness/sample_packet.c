/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sample written down: IP header with options or extension headers, transport
 * header, payload, and the conntrack entry that it would find. Written without
 * the verifier's own builder, so that the two cannot share a mistake. Checksums
 * are left zero: no hook of nf_tables looks at them. */
#include <string.h>

#include "tests/harness/sample.h"

bool zw_sample_is_fragment(const struct zw_sample *sample)
{
	return sample->headers & (ZW_SAMPLE_MORE | ZW_SAMPLE_LATER);
}

bool zw_sample_is_source_routed(const struct zw_sample *sample)
{
	return sample->headers &
	       (ZW_SAMPLE_LSRR | ZW_SAMPLE_SSRR | ZW_SAMPLE_ROUTING);
}

static void put(struct zw_packet *packet, u32 byte)
{
	packet->bytes[packet->n++] = (u8)byte;
}

static void put16(struct zw_packet *packet, u32 value)
{
	put(packet, value >> 8);
	put(packet, value);
}

static void put_address(struct zw_packet *packet, enum zw_family family,
			u128 value)
{
	zw_ip_bytes((struct zw_ip){ family, value }, packet->bytes + packet->n);
	packet->n += family == ZW_IPV4 ? 4 : 16;
}

static void put_transport(struct zw_packet *packet,
			  const struct zw_sample *sample)
{
	u32 i, start = packet->n;

	if (sample->proto == 1 || sample->proto == 58) {
		put(packet, sample->first);
		put(packet, sample->second);
		for (i = 0; i < 38; i++)
			put(packet, 0);
	} else {
		put16(packet, sample->first);
		put16(packet, sample->second);
		for (i = 0; i < 36; i++)
			put(packet, 0);
		if (sample->proto == 6) {
			packet->bytes[start + 12] = 5 << 4;
			packet->bytes[start + 13] = sample->tcp_flags;
		}
		if (sample->proto == 17 || sample->proto == 136)
			packet->bytes[start + 5] = 40;
	}
	if (sample->cut)
		packet->n = start + 2;
}

/* RFC 791: type, length, pointer, one address; the alert is RFC 2113's. */
static void put_option(struct zw_packet *packet, u32 type)
{
	u32 i;

	put(packet, type);
	if (type == 148) {
		put(packet, 4);
		put16(packet, 0);
		return;
	}
	put(packet, 7);
	put(packet, 4);
	for (i = 0; i < 4; i++)
		put(packet, 0);
	put(packet, 1); /* no operation, to a multiple of four */
}

static void put_ipv4(struct zw_packet *packet, const struct zw_sample *sample)
{
	u32 frag = 0;

	if (sample->headers & ZW_SAMPLE_MORE)
		frag |= 0x2000;
	if (sample->headers & ZW_SAMPLE_LATER)
		frag |= 100;
	put(packet, 0);
	put(packet, 0);
	put16(packet, 0);
	put16(packet, 1);
	put16(packet, frag);
	put(packet, sample->hops);
	put(packet, sample->proto);
	put16(packet, 0);
	put_address(packet, ZW_IPV4, sample->src);
	put_address(packet, ZW_IPV4, sample->dst);
	if (sample->headers & ZW_SAMPLE_LSRR)
		put_option(packet, 131);
	if (sample->headers & ZW_SAMPLE_SSRR)
		put_option(packet, 137);
	if (sample->headers & ZW_SAMPLE_RECORD)
		put_option(packet, 7);
	if (sample->headers & ZW_SAMPLE_ALERT)
		put_option(packet, 148);
	packet->bytes[0] = (u8)(4 << 4 | packet->n / 4);
	put_transport(packet, sample);
	packet->bytes[2] = (u8)(packet->n >> 8);
	packet->bytes[3] = (u8)packet->n;
}

/* One extension header of eight bytes; its number goes into the byte AT of the
 * header before it. The next one's number goes into its own first byte. */
static void put_extension(struct zw_packet *packet, u32 number, u32 *at,
			  u32 third, u32 fourth)
{
	packet->bytes[*at] = (u8)number;
	*at = packet->n;
	put(packet, 0);
	put(packet, 0);
	put(packet, third);
	put(packet, fourth);
	put16(packet, 0);
	put16(packet, 0);
}

static void put_ipv6(struct zw_packet *packet, const struct zw_sample *sample)
{
	u32 at = 6, frag = 0;

	put(packet, 6 << 4);
	put(packet, 0);
	put16(packet, 0);
	put16(packet, 0);
	put(packet, 0);
	put(packet, sample->hops);
	put_address(packet, ZW_IPV6, sample->src);
	put_address(packet, ZW_IPV6, sample->dst);
	if (sample->headers & ZW_SAMPLE_HOPOPTS) /* PadN of four */
		put_extension(packet, 0, &at, 1, 4);
	if (sample->headers & ZW_SAMPLE_ROUTING) /* type 4, none left */
		put_extension(packet, 43, &at, 4, 0);
	if (sample->headers & ZW_SAMPLE_FRAGMENT ||
	    zw_sample_is_fragment(sample)) {
		if (sample->headers & ZW_SAMPLE_MORE)
			frag |= 1;
		if (sample->headers & ZW_SAMPLE_LATER)
			frag |= 100 << 3;
		put_extension(packet, 44, &at, frag >> 8, frag & 0xff);
	}
	if (sample->headers & ZW_SAMPLE_DSTOPTS)
		put_extension(packet, 60, &at, 1, 4);
	packet->bytes[at] = sample->proto;
	put_transport(packet, sample);
	packet->bytes[4] = (u8)((packet->n - 40) >> 8);
	packet->bytes[5] = (u8)(packet->n - 40);
}

static void set_tuple(struct zw_tuple *tuple, enum zw_family family, u128 src,
		      u128 dst, u16 sport, u16 dport, u8 proto)
{
	zw_ip_bytes((struct zw_ip){ family, src }, tuple->src);
	zw_ip_bytes((struct zw_ip){ family, dst }, tuple->dst);
	tuple->sport = sport;
	tuple->dport = dport;
	tuple->proto = proto;
	tuple->known = true;
}

static void set_tuples(struct zw_packet *packet, const struct zw_sample *p)
{
	bool reply = p->direction == ZW_CT_REPLY;
	u16 sport = reply ? p->second : p->first;
	u16 dport = reply ? p->first : p->second;
	u16 original_sport = reply && p->snat ? p->snat_port : sport;
	u16 original_dport = reply && p->dnat ? p->dnat_port : dport;
	u16 reply_sport = !reply && p->dnat ? p->dnat_port : dport;
	u16 reply_dport = !reply && p->snat ? p->snat_port : sport;

	set_tuple(&packet->ct.tuple[ZW_CT_ORIGINAL], p->family,
		  p->original_source,
		  p->dnat ? p->original_destination : p->reply_source,
		  original_sport, original_dport, p->proto);
	set_tuple(&packet->ct.tuple[ZW_CT_REPLY], p->family, p->reply_source,
		  p->snat ? p->reply_destination : p->original_source,
		  reply_sport, reply_dport, p->proto);
}

void zw_sample_packet(const struct zw_sample *sample, struct zw_packet *packet)
{

	memset(packet, 0, sizeof(*packet));
	memcpy(packet->in, sample->in, ZW_NAME_MAX);
	memcpy(packet->out, sample->out, ZW_NAME_MAX);
	packet->in_index = sample->in[0] ? 2 : 0;
	packet->out_index = sample->out[0] ? 3 : 0;
	packet->has_time = true;
	packet->day = sample->day;
	packet->second = sample->time;
	packet->in_ipsec = sample->in_ipsec;
	packet->out_ipsec = sample->out_ipsec;
	packet->in_reqid = sample->in_reqid;
	packet->out_reqid = sample->out_reqid;
	if (sample->family == ZW_IPV4) {
		packet->ethertype = ETH_P_IP;
		put_ipv4(packet, sample);
	} else {
		packet->ethertype = ETH_P_IPV6;
		put_ipv6(packet, sample);
	}
	packet->ct.state = sample->state;
	packet->ct.direction = sample->direction;
	if (sample->state == ZW_CT_INVALID || sample->state == ZW_CT_UNTRACKED)
		return;
	if (sample->confirmed)
		packet->ct.status = ZW_STATUS_CONFIRMED;
	if (sample->state == ZW_CT_ESTABLISHED ||
	    sample->state == ZW_CT_RELATED)
		packet->ct.status = ZW_STATUS_CONFIRMED | ZW_STATUS_SEEN_REPLY;
	if (sample->dnat)
		packet->ct.status |= ZW_STATUS_DNAT;
	if (sample->snat)
		packet->ct.status |= ZW_STATUS_SNAT;
	set_tuples(packet, sample);
}

static const char *const path_names[] = { "forward", "input", "output" };
static const char *const state_names[] = { "none",    "new",	 "established",
					   "related", "invalid", "untracked" };

static void print_headers(struct zw_buf *out, const struct zw_sample *sample)
{
	static const char *const names[] = {
		"lsrr",	   "ssrr",    "record-route", "router-alert",
		"hopopts", "routing", "dstopts",      "fragment-header",
		"more",	   "later",
	};
	u32 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (sample->headers >> i & 1)
			zw_buf_printf(out, " %s", names[i]);
	}
	if (sample->cut)
		zw_buf_puts(out, " cut-short");
}

static void print_flow(struct zw_buf *out, const struct zw_sample *p)
{
	char text[46];

	if (p->confirmed)
		zw_buf_puts(out, " confirmed");
	if (p->dnat)
		zw_buf_printf(
			out, " dnat from %s port %u",
			zw_ip_format((struct zw_ip){ p->family,
						     p->original_destination },
				     text),
			p->dnat_port);
	if (p->snat)
		zw_buf_printf(out, " snat to %s port %u",
			      zw_ip_format((struct zw_ip){ p->family,
							   p->reply_destination },
					   text),
			      p->snat_port);
	zw_buf_printf(out, " day %u %02u:%02u:%02u luck %#x", p->day,
		      p->time / 3600, p->time / 60 % 60, p->time % 60,
		      p->luck);
}

void zw_sample_print(struct zw_buf *out, const struct zw_sample *sample)
{
	char a[46], b[46];
	const struct zw_ip src = { sample->family, sample->src };
	const struct zw_ip dst = { sample->family, sample->dst };

	zw_buf_printf(out, "%s in %s%s out %s%s %s -> %s",
		      path_names[sample->path],
		      sample->in[0] ? sample->in : "self",
		      sample->in_ipsec ? " (ipsec)" : "",
		      sample->out[0] ? sample->out : "self",
		      sample->out_ipsec ? " (ipsec)" : "", zw_ip_format(src, a),
		      zw_ip_format(dst, b));
	zw_buf_printf(out, " proto %u %u %u flags 0x%02x hops %u",
		      sample->proto, sample->first, sample->second,
		      sample->tcp_flags, sample->hops);
	zw_buf_printf(out, " ct %s %s", state_names[sample->state],
		      sample->direction == ZW_CT_REPLY ? "reply" : "original");
	zw_buf_printf(out, " original-source %s reply-source %s",
		      zw_ip_format((struct zw_ip){ sample->family,
						   sample->original_source },
				   a),
		      zw_ip_format((struct zw_ip){ sample->family,
						   sample->reply_source },
				   b));
	print_headers(out, sample);
	print_flow(out, sample);
}
