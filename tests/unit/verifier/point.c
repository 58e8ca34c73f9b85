/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Few different values, and now and then odd headers. */
#include "tests/unit/verifier/point.h"

void random_point(struct zw_random *random, const struct zw_space *s,
		  u32 *point)
{
	static const u8 protos[] = { 6, 6, 17, 1, 58, 50 };
	u32 i, n = zw_variable_count(s->d);
	bool six = zw_random_below(random, 3) == 0;

	/* unknowns, states, classes, presence bits: anything */
	for (i = 0; i < n; i++)
		point[i] = zw_random_below(
			random, zw_variable_max(s->d, i) < 16
					? zw_variable_max(s->d, i) + 1
					: 3);
	zw_space_set(s, ZW_FIELD_FAMILY, six, point);
	zw_space_set(s, ZW_FIELD_PROTO, protos[zw_random_below(random, 6)],
		     point);
	zw_space_set(s, ZW_FIELD_DPORT, 79 + zw_random_below(random, 5), point);
	for (i = 0; i < 4; i++) {
		zw_space_set(s, ZW_FIELD_SRC + i, 0, point);
		zw_space_set(s, ZW_FIELD_DST + i, 0, point);
	}
	for (i = 0; i < 2; i++) {
		u32 field = i ? ZW_FIELD_SRC : ZW_FIELD_DST;
		u32 low = zw_random_below(random, 6);

		if (six) {
			zw_space_set(s, field, 0x20010db8, point);
			zw_space_set(s, field + 3, low, point);
		} else {
			zw_space_set(s, field,
				     0x0a000000 +
					     (zw_random_below(random, 4) << 8) +
					     low,
				     point);
		}
	}
	zw_space_set(s, ZW_FIELD_FLAGS, 1u << zw_random_below(random, 6),
		     point);
	i = zw_random_below(random, 2) ? 254 : 64;
	zw_space_set(s, ZW_FIELD_HOPS, i, point);
	zw_space_set(s, ZW_FIELD_ARRIVAL_HOPS, i + 1, point);
	zw_space_set(s, ZW_FIELD_MARK,
		     zw_random_below(random, 3)
			     << (8 * zw_random_below(random, 2)),
		     point);
	zw_space_set(s, ZW_FIELD_CT_MARK,
		     zw_random_below(random, 3)
			     << (8 * zw_random_below(random, 2)),
		     point);
	zw_space_set(s, ZW_FIELD_NOTRACK, 0, point);
	zw_space_set(s, ZW_FIELD_FRAG,
		     zw_random_below(random, 8) ? 0x4000 : 0x2001, point);
	if (zw_random_below(random, 8))
		zw_space_set(s, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE, point);
	for (i = ZW_FIELD_HAS_HOPOPTS; i <= ZW_FIELD_HAS_ALERT; i++)
		zw_space_set(s, i, zw_random_below(random, 8) == 0, point);
}

void read_back(const struct zw_space *s, const struct zw_packet *packet,
	       u32 *point)
{
	struct zw_dissection dissection;
	const u8 *th;
	u32 there, i;

	zw_packet_dissect(packet, &dissection);
	th = packet->bytes + dissection.thoff;
	there = packet->n > dissection.thoff ? packet->n - dissection.thoff : 0;
	zw_space_set(s, ZW_FIELD_LENGTH,
		     there < ZW_LENGTH_WHOLE ? there : ZW_LENGTH_WHOLE, point);
	if (there >= 4) {
		zw_space_set(s, ZW_FIELD_SPORT, (u32)th[0] << 8 | th[1], point);
		zw_space_set(s, ZW_FIELD_DPORT, (u32)th[2] << 8 | th[3], point);
	}
	if (there >= 14)
		zw_space_set(s, ZW_FIELD_FLAGS, th[13], point);
	for (i = ZW_FIELD_COUNT; i < s->fields.n; i++) {
		u32 at = s->fields.v[i].offset;

		if (s->fields.v[i].base == ZW_BYTE_LINK)
			continue;
		if (s->fields.v[i].base == ZW_BYTE_TRANSPORT)
			at += dissection.thoff;
		zw_space_set(s, i, at < packet->n ? packet->bytes[at] : 0,
			     point);
	}
}
