/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fields travel is said by their numbers. Bytes that hold hop limits or
 * checksums do not: the gateway writes the former (ip_forward.c, ip6_output.c),
 * and translation the latter (nf_nat_proto.c). */
#include <netinet/in.h>
#include <stdlib.h>

#include "verifier/on_wire.h"

static bool is_rewritten(const struct zw_field_info *info)
{
	switch (info->base) {
	case ZW_BYTE_NETWORK4: /* time to live, header checksum */
		return info->offset == 8 || info->offset == 10 ||
		       info->offset == 11;
	case ZW_BYTE_NETWORK6: /* hop limit */
		return info->offset == 7;
	case ZW_BYTE_TRANSPORT: /* of ICMP, UDP and DCCP, SCTP, TCP */
		return info->offset == 2 || info->offset == 3 ||
		       (info->offset >= 6 && info->offset <= 11) ||
		       info->offset == 16 || info->offset == 17;
	default:
		return true;
	}
}

static bool travels(const struct zw_space *space, u32 field)
{
	if (field >= ZW_FIELD_COUNT)
		return !is_rewritten(&space->fields.v[field]);
	return field == ZW_FIELD_FAMILY || field == ZW_FIELD_DAY ||
	       field == ZW_FIELD_HOUR || field == ZW_FIELD_NEXTHDR ||
	       (field >= ZW_FIELD_PROTO && field <= ZW_FIELD_LENGTH &&
		field != ZW_FIELD_HOPS && field != ZW_FIELD_ARRIVAL_HOPS);
}

void zw_on_wire_begin(struct zw_arena *arena, struct zw_space *space,
		      struct zw_on_wire *wire)
{
	u32 count = zw_variable_count(space->d), field, i;
	bool *kept = ZW_NEW_ARRAY(arena, bool, count + 1);

	wire->space = space;
	wire->variables = count;
	wire->lost = ZW_NEW_ARRAY(arena, u32, count + 1);
	wire->n = 0;
	for (field = 0; field < space->fields.n; field++) {
		const struct zw_field_info *info = &space->fields.v[field];

		for (i = 0; travels(space, field) && i < info->slice_count; i++)
			kept[info->slices[i].variable] = true;
	}
	for (i = 0; i < count; i++)
		if (!kept[i])
			wire->lost[wire->n++] = i;
}

zw_node zw_on_wire_headers(const struct zw_on_wire *wire, zw_node set)
{
	return zw_exists(wire->space->d, set, wire->lost, wire->n);
}

/* ---- one packet ---------------------------------------------------------- */

static bool has_ports(u32 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP ||
	       proto == IPPROTO_DCCP;
}

static void set_address(const struct zw_space *space, u32 field,
			struct zw_ip ip, u32 *point)
{
	u32 words = ip.family == ZW_IPV4 ? 1 : 4, w;

	for (w = 0; w < words; w++)
		zw_space_set(space, field + w,
			     (u32)(ip.value >> (32 * (words - 1 - w))), point);
}

/* What translation has rewritten, to POINT. */
static void take_over(const struct zw_space *space,
		      const struct zw_packet *left, u32 *point)
{
	struct zw_dissection d;
	const u8 *ports;
	bool six;

	zw_packet_dissect(left, &d);
	six = left->ethertype == ETH_P_IPV6;
	set_address(space, ZW_FIELD_SRC,
		    zw_ip_from_bytes(six ? ZW_IPV6 : ZW_IPV4,
				     left->bytes + (six ? 8 : 12)),
		    point);
	set_address(space, ZW_FIELD_DST,
		    zw_ip_from_bytes(six ? ZW_IPV6 : ZW_IPV4,
				     left->bytes + (six ? 24 : 16)),
		    point);
	if (!d.has_transport || d.fragoff || !has_ports(d.l4proto) ||
	    d.thoff + 4 > left->n)
		return;
	ports = left->bytes + d.thoff;
	zw_space_set(space, ZW_FIELD_SPORT, (u32)ports[0] << 8 | ports[1],
		     point);
	zw_space_set(space, ZW_FIELD_DPORT, (u32)ports[2] << 8 | ports[3],
		     point);
}

zw_node zw_on_wire_next(struct zw_space *space, const u32 *point,
			const struct zw_packet *left, enum zw_path path)
{
	u32 count = zw_variable_count(space->d), field, i;
	u32 *next = zw_heap_resize(NULL, count + 1, sizeof(*next));
	/* as the sender's last filters saw it */
	u32 hops = zw_space_value(space, ZW_FIELD_HOPS, point);
	zw_node out = ZW_ALL;

	memcpy(next, point, count * sizeof(*next));
	take_over(space, left, next);
	if (path == ZW_PATH_FORWARD && hops < 2) {
		free(next);
		return ZW_EMPTY;
	}
	for (field = (u32)space->fields.n; field-- > 0;) {
		const struct zw_field_info *info = &space->fields.v[field];

		for (i = info->slice_count; travels(space, field) && i-- > 0;) {
			u32 value = next[info->slices[i].variable];
			struct zw_range one = { value, value };

			out = zw_and(space->d, out,
				     zw_in(space->d, info->slices[i].variable,
					   &one, 1));
		}
	}
	out = zw_and(space->d, out,
		     zw_space_is(space, ZW_FIELD_HOPS,
				 path == ZW_PATH_FORWARD ? hops - 1 : hops));
	free(next);
	return out;
}

/* ---- bytes --------------------------------------------------------------- */

static void blank(u8 *bytes, u32 n, u32 at, u32 length)
{
	if (at + length <= n)
		memset(bytes + at, 0, length);
}

static void blank_rewritten(const struct zw_packet *packet, u8 *bytes)
{
	struct zw_dissection d;

	memcpy(bytes, packet->bytes, packet->n);
	zw_packet_dissect(packet, &d);
	if (packet->ethertype == ETH_P_IPV6) {
		blank(bytes, packet->n, 7, 1);
	} else {
		blank(bytes, packet->n, 8, 1);
		blank(bytes, packet->n, 10, 2);
	}
	if (!d.has_transport || d.fragoff)
		return;
	switch (d.l4proto) {
	case IPPROTO_TCP:
		blank(bytes, packet->n, d.thoff + 16, 2);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		blank(bytes, packet->n, d.thoff + 6, 2);
		break;
	case IPPROTO_SCTP:
		blank(bytes, packet->n, d.thoff + 8, 4);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		blank(bytes, packet->n, d.thoff + 2, 2);
		break;
	default:
		break;
	}
}

bool zw_on_wire_same(const struct zw_packet *a, const struct zw_packet *b)
{
	u8 first[ZW_PACKET_MAX], second[ZW_PACKET_MAX];

	if (a->ethertype != b->ethertype || a->n != b->n)
		return false;
	blank_rewritten(a, first);
	blank_rewritten(b, second);
	return !memcmp(first, second, a->n);
}
