/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A point of the space to bytes that a gateway could send: headers with valid
 * lengths and checksums, IPv4 options and IPv6 extension headers where the
 * point wants them, and the conntrack entry that goes with its state. Bytes
 * that no field names are as zw_packet_build() leaves them. */
#include <netinet/in.h>

#include "verifier/witness.h"

static u32 value(const struct zw_space *space, u32 field, const u32 *point)
{
	return zw_space_value(space, field, point);
}

static struct zw_ip address(const struct zw_space *space, u32 field,
			    enum zw_family family, const u32 *point)
{
	struct zw_ip ip = { family, 0 };
	u32 i, words = family == ZW_IPV4 ? 1 : 4;

	for (i = 0; i < words; i++)
		ip.value = ip.value << 32 | value(space, field + i, point);
	return ip;
}

static u16 get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void fix_header_checksum(struct zw_packet *packet)
{
	u32 sum = 0, i, n = 4u * (packet->bytes[0] & 15);

	put16(packet->bytes + 10, 0);
	for (i = 0; i < n; i += 2)
		sum += get16(packet->bytes + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(packet->bytes + 10, ~sum & 0xffff);
}

/* Make room for N bytes at AT. */
static void insert(struct zw_packet *packet, u32 at, const u8 *bytes, u32 n)
{
	memmove(packet->bytes + at + n, packet->bytes + at, packet->n - at);
	memcpy(packet->bytes + at, bytes, n);
	packet->n += n;
}

/* An option with room for one address, and a byte of padding. */
static void add_option(struct zw_packet *packet, u8 type)
{
	u8 source_route[8] = { type, 7, 4, 192, 0, 2, 1, 1 };
	u8 alert[4] = { 148, 4, 0, 0 };
	bool is_alert = type == 148;
	u32 n = is_alert ? 4 : 8;

	insert(packet, 20, is_alert ? alert : source_route, n);
	packet->bytes[0] = (u8)(packet->bytes[0] + n / 4);
	put16(packet->bytes + 2, packet->n);
}

/* As it arrives: a forwarded packet has lost one when filters see it. */
static u8 hops(const struct zw_space *space, const u32 *point,
	       enum zw_path path)
{
	return (u8)(value(space, ZW_FIELD_HOPS, point) +
		    (path == ZW_PATH_FORWARD));
}

static void finish_ipv4(const struct zw_space *space, const u32 *point,
			enum zw_path path, struct zw_packet *packet)
{
	static const struct {
		u32 field;
		u8 type;
	} options[] = {
		{ ZW_FIELD_HAS_ALERT, 148 },
		{ ZW_FIELD_HAS_RR, 7 },
		{ ZW_FIELD_HAS_SSRR, 137 },
		{ ZW_FIELD_HAS_LSRR, 131 },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (value(space, options[i].field, point))
			add_option(packet, options[i].type);
	}
	packet->bytes[8] = hops(space, point, path);
	put16(packet->bytes + 6, value(space, ZW_FIELD_FRAG, point));
}

static void add_extension(struct zw_packet *packet, u8 type)
{
	/* next header, length 0 (8 bytes), padding; a routing header of type 0
	 * without segments left, a fragment that is whole */
	u8 header[8] = { packet->bytes[6], 0, 1, 4, 0, 0, 0, 0 };

	if (type == IPPROTO_ROUTING || type == IPPROTO_FRAGMENT)
		header[2] = header[3] = 0;
	insert(packet, 40, header, sizeof(header));
	packet->bytes[6] = type;
	put16(packet->bytes + 4, packet->n - 40);
}

/* A fragment without an entry in conntrack is shown as one that is not the
 * first: what the kernel then reads as ports is in the IPv6 header. */
static bool is_later(const struct zw_space *space, const u32 *point)
{
	u32 state = value(space, ZW_FIELD_STATE, point);

	return value(space, ZW_FIELD_HAS_FRAGMENT, point) &&
	       (state == ZW_STATE_INVALID || state == ZW_STATE_UNTRACKED);
}

static void finish_ipv6(const struct zw_space *space, const u32 *point,
			enum zw_path path, struct zw_packet *packet)
{
	packet->bytes[7] = hops(space, point, path);
	if (value(space, ZW_FIELD_HAS_FRAGMENT, point)) {
		add_extension(packet, IPPROTO_FRAGMENT);
		/* more follow, and what is here ends within eight bytes: no
		 * defragmentation takes it in (nf_ct_frag6_queue) */
		if (space->joined)
			packet->bytes[43] = 1;
		if (is_later(space, point))
			packet->bytes[43] |= 8;
	}
	if (value(space, ZW_FIELD_HAS_ROUTING, point))
		add_extension(packet, IPPROTO_ROUTING);
	if (value(space, ZW_FIELD_HAS_DSTOPTS, point))
		add_extension(packet, IPPROTO_DSTOPTS);
	if (value(space, ZW_FIELD_HAS_HOPOPTS, point))
		add_extension(packet, IPPROTO_HOPOPTS);
}

/* Where the transport header begins. */
static u32 transport(const struct zw_space *space, const u32 *point,
		     const struct zw_packet *packet, enum zw_family family)
{
	u32 at = 40, f;

	if (family == ZW_IPV4)
		return 4u * (packet->bytes[0] & 15);
	for (f = ZW_FIELD_HAS_HOPOPTS; f <= ZW_FIELD_HAS_DSTOPTS; f++)
		at += 8 * value(space, f, point);
	return at;
}

/* Bytes of a network header that say how long the packet is: they stay as they
 * must be, or nobody would take the packet. */
static bool is_length(const struct zw_field_info *info)
{
	if (info->base == ZW_BYTE_NETWORK4)
		return info->offset == 0 || info->offset == 2 ||
		       info->offset == 3;
	return info->base == ZW_BYTE_NETWORK6 &&
	       (info->offset == 4 || info->offset == 5);
}

static void set_link(struct zw_packet *packet, u32 offset, u8 value)
{
	if (offset == ZW_BYTE_NO_LINK)
		packet->link_len = 0;
	else if (packet->link_len)
		packet->link[offset] = value;
}

/* Header bytes that fields on demand stand for, where the point says other
 * than zero (what is not tested is zero). */
static void set_bytes(const struct zw_space *space, const u32 *point,
		      struct zw_packet *packet, enum zw_family family,
		      u32 thoff)
{
	u32 f;

	for (f = ZW_FIELD_COUNT; f < space->fields.n; f++) {
		const struct zw_field_info *info = &space->fields.v[f];
		u32 v = value(space, f, point), at = info->offset;

		if (!v || is_length(info))
			continue;
		if (info->base == ZW_BYTE_LINK) {
			set_link(packet, info->offset, (u8)v);
			continue;
		}
		if (info->base == ZW_BYTE_TRANSPORT)
			at += thoff;
		else if (info->base == ZW_BYTE_NONE ||
			 (info->base == ZW_BYTE_NETWORK4) !=
				 (family == ZW_IPV4))
			continue;
		if (at < packet->n && at)
			packet->bytes[at] = (u8)v;
	}
}

static bool is_built(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return true;
	default:
		return false;
	}
}

/* As much of the transport header as fields can speak of, even where the
 * protocol has a shorter one; ports and flags are but bytes of a payload for
 * protocols that have none. */
static void set_transport(const struct zw_space *space, const u32 *point,
			  struct zw_packet *packet, u32 thoff)
{
	u8 proto = (u8)value(space, ZW_FIELD_PROTO, point);

	while (packet->n < thoff + ZW_LENGTH_WHOLE)
		packet->bytes[packet->n++] = 0;
	if (!is_built(proto)) {
		put16(packet->bytes + thoff,
		      value(space, ZW_FIELD_SPORT, point));
		put16(packet->bytes + thoff + 2,
		      value(space, ZW_FIELD_DPORT, point));
	}
	if (proto != IPPROTO_TCP)
		packet->bytes[thoff + 13] =
			(u8)value(space, ZW_FIELD_FLAGS, point);
}

static void set_length(struct zw_packet *packet, enum zw_family family)
{
	if (family == ZW_IPV4)
		put16(packet->bytes + 2, packet->n);
	else
		put16(packet->bytes + 4, packet->n - 40);
}

/* ---- conntrack ----------------------------------------------------------- */

static void set_tuple(const struct zw_space *space, const u32 *point,
		      enum zw_family family, u32 src, u32 dst, u32 sport,
		      struct zw_tuple *tuple)
{
	zw_ip_bytes(address(space, src, family, point), tuple->src);
	zw_ip_bytes(address(space, dst, family, point), tuple->dst);
	tuple->sport = (u16)value(space, sport, point);
	tuple->dport = (u16)value(space, sport + 1, point);
	tuple->proto = (u8)value(space, ZW_FIELD_PROTO, point);
	tuple->known = true;
}

/* The tuple of the other direction, where nothing was translated. */
static void mirror(const struct zw_space *space, const u32 *point,
		   enum zw_family family, struct zw_conntrack *ct)
{
	struct zw_tuple *other = &ct->tuple[!ct->direction];
	u32 dst_bit = ct->direction ? ZW_STATUS_SNAT : ZW_STATUS_DNAT;
	u32 src_bit = ct->direction ? ZW_STATUS_DNAT : ZW_STATUS_SNAT;

	if (!(ct->status & dst_bit)) {
		zw_ip_bytes(address(space, ZW_FIELD_DST, family, point),
			    other->src);
		other->sport = (u16)value(space, ZW_FIELD_DPORT, point);
	}
	if (!(ct->status & src_bit)) {
		zw_ip_bytes(address(space, ZW_FIELD_SRC, family, point),
			    other->dst);
		other->dport = (u16)value(space, ZW_FIELD_SPORT, point);
	}
}

static void set_conntrack(const struct zw_space *space, const u32 *point,
			  enum zw_family family, struct zw_conntrack *ct)
{
	u32 state = value(space, ZW_FIELD_STATE, point);
	u32 proto = value(space, ZW_FIELD_PROTO, point);
	bool icmp;

	ct->state = state == ZW_STATE_NEW	    ? ZW_CT_NEW
		    : state == ZW_STATE_ESTABLISHED ? ZW_CT_ESTABLISHED
		    : state == ZW_STATE_RELATED	    ? ZW_CT_RELATED
		    : state == ZW_STATE_INVALID	    ? ZW_CT_INVALID
						    : ZW_CT_UNTRACKED;
	ct->direction = (u8)value(space, ZW_FIELD_DIRECTION, point);
	ct->status = value(space, ZW_FIELD_CT_STATUS, point);
	ct->mark = value(space, ZW_FIELD_CT_MARK, point);
	icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
	set_tuple(space, point, family, ZW_FIELD_ORIGINAL_SRC,
		  ZW_FIELD_ORIGINAL_DST, ZW_FIELD_ORIGINAL_SPORT,
		  &ct->tuple[0]);
	set_tuple(space, point, family, ZW_FIELD_REPLY_SRC, ZW_FIELD_REPLY_DST,
		  ZW_FIELD_REPLY_SPORT, &ct->tuple[1]);
	if (ct->state == ZW_CT_RELATED && icmp)
		return;
	/* the tuple of the packet's own direction is the packet's, the other
	 * one mirrors it but for what was translated */
	ct->tuple[ct->direction].known = false;
	if (ct->state != ZW_CT_ESTABLISHED && ct->direction == ZW_CT_ORIGINAL &&
	    !(ct->status & ZW_STATUS_CONFIRMED))
		ct->tuple[!ct->direction].known = false;
	else
		mirror(space, point, family, ct);
}

static void set_name(const struct zw_space *space, u32 field, const u32 *point,
		     char name[ZW_NAME_MAX])
{
	u32 class = point[space->fields.v[field].slices[0].variable];

	memcpy(name, space->classes[class].sample, ZW_NAME_MAX);
}

/* The number of the interface NAME, where numbers are known. */
static u32 index_of(const struct zw_space *space, const char *name)
{
	const struct zw_link *link;

	if (!space->gateway || !*name)
		return 0;
	link = zw_gateway_named(space->gateway, zw_str_from(name));
	return link ? link->index : ZW_NO_INDEX;
}

/* ---- all of it ----------------------------------------------------------- */

void zw_packet_from_point(const struct zw_space *space, const u32 *point,
			  enum zw_path path, struct zw_packet *packet)
{
	enum zw_family family =
		value(space, ZW_FIELD_FAMILY, point) ? ZW_IPV6 : ZW_IPV4;
	u8 proto = (u8)value(space, ZW_FIELD_PROTO, point);
	u32 sport = value(space, ZW_FIELD_SPORT, point), thoff, there;
	u32 dport = value(space, ZW_FIELD_DPORT, point);
	bool icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;

	memset(packet, 0, sizeof(*packet));
	zw_packet_build(packet, address(space, ZW_FIELD_SRC, family, point),
			address(space, ZW_FIELD_DST, family, point), proto,
			(u16)(icmp ? sport >> 8 : sport),
			(u16)(icmp ? sport & 255 : dport),
			(u8)value(space, ZW_FIELD_FLAGS, point));
	if (family == ZW_IPV4)
		finish_ipv4(space, point, path, packet);
	else
		finish_ipv6(space, point, path, packet);
	thoff = transport(space, point, packet, family);
	set_transport(space, point, packet, thoff);
	set_length(packet, family);
	if (family == ZW_IPV6 && is_later(space, point))
		put16(packet->bytes + 2, value(space, ZW_FIELD_DPORT, point));
	if (path != ZW_PATH_OUTPUT) {
		packet->link_len = 14;
		put16(packet->link + 12, packet->ethertype);
	}
	set_bytes(space, point, packet, family, thoff);
	there = value(space, ZW_FIELD_LENGTH, point);
	if (there < ZW_LENGTH_WHOLE) {
		packet->n = thoff + there;
		set_length(packet, family);
	}
	if (family == ZW_IPV4)
		fix_header_checksum(packet);
	packet->mark = value(space, ZW_FIELD_MARK, point);
	packet->pkttype = (u8)value(space, ZW_FIELD_PKTTYPE, point);
	packet->has_time = true;
	packet->free_content = true;
	packet->gateway = space->gateway;
	packet->day = (u8)value(space, ZW_FIELD_DAY, point);
	packet->second = value(space, ZW_FIELD_HOUR, point);
	packet->in_ipsec = path != ZW_PATH_OUTPUT &&
			   value(space, ZW_FIELD_IPSEC_IN, point) != 0;
	packet->out_ipsec = value(space, ZW_FIELD_IPSEC_OUT, point) != 0;
	packet->in_reqid = value(space, ZW_FIELD_REQID_IN, point);
	packet->out_reqid = value(space, ZW_FIELD_REQID_OUT, point);
	if (path != ZW_PATH_OUTPUT)
		set_name(space, ZW_FIELD_IN, point, packet->in);
	if (path != ZW_PATH_INPUT)
		set_name(space, ZW_FIELD_OUT, point, packet->out);
	packet->in_index = index_of(space, packet->in);
	packet->out_index = index_of(space, packet->out);
	set_conntrack(space, point, family, &packet->ct);
}
