/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spelling of limits' names; nothing but this file knows it. */
#include <inttypes.h>

#include "verifier/predicate.h"

#define BURST_DEFAULT 5 /* NFT_LIMIT_PKT_BURST_DEFAULT */

struct zw_str zw_predicate_key(struct zw_arena *arena, const zw_bit *bits,
			       size_t n, u32 room)
{
	struct zw_buf buf = { 0 };
	struct zw_str out;
	size_t i;

	zw_buf_printf(&buf, "one of %u by", room);
	for (i = 0; i < n; i++) {
		if (zw_bit_is_field(bits[i]))
			zw_buf_printf(&buf, " %u.%u", zw_bit_field(bits[i]),
				      zw_bit_index(bits[i]));
	}
	out = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

struct zw_str zw_predicate_source(struct zw_arena *arena, enum zw_family family)
{
	u32 words = family == ZW_IPV4 ? 1 : 2, i;
	zw_bit bits[64];

	for (i = 0; i < 32 * words; i++)
		bits[i] = zw_bit_of(ZW_FIELD_SRC + i / 32, 31 - i % 32);
	return zw_predicate_key(arena, bits, (size_t)32 * words,
				ZW_SOURCES_MAX);
}

struct zw_str zw_predicate_rate(struct zw_arena *arena, u64 amount, u64 seconds,
				u64 burst, struct zw_str key)
{
	return zw_strf(arena,
		       "rate %" PRIu64 "/%" PRIu64 " burst %" PRIu64 " %.*s",
		       amount, seconds, burst ? burst : BURST_DEFAULT,
		       ZW_STR_ARG(key));
}

struct zw_str zw_predicate_connections(struct zw_arena *arena, u64 amount,
				       struct zw_str key)
{
	return zw_strf(arena, "connections %" PRIu64 " %.*s", amount,
		       ZW_STR_ARG(key));
}
