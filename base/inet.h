/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internet addresses, prefixes and sets of both families. Law: an address is a
 * number in host order (IPv4: 32 bits, IPv6: 128); a zw_ipset keeps the two
 * families apart and each normal (base/interval.h). */
#ifndef ZW_BASE_INET_H
#define ZW_BASE_INET_H

#include "base/interval.h"
#include "base/str.h"

enum zw_family {
	ZW_IPV4,
	ZW_IPV6,
	ZW_FAMILY_COUNT,
};

/* 32 or 128. */
unsigned zw_family_bits(enum zw_family family);
/* All addresses of FAMILY as one interval. */
struct zw_interval zw_family_all(enum zw_family family);

struct zw_ip {
	enum zw_family family;
	u128 value;
};

/* RFC 4291 text or dotted quad (exactly four decimal parts without leading
 * zeros); false, *IP untouched, if TEXT is neither. */
bool zw_ip_parse(struct zw_str text, struct zw_ip *ip);
/* RFC 5952 text; needs 46 bytes. Returns OUT. */
char *zw_ip_format(struct zw_ip ip, char out[46]);
/* The interval as PREFIX/LEN, a single address, or LO-HI; needs 100 bytes. */
char *zw_ip_range_format(enum zw_family family, struct zw_interval range,
			 char out[100]);
/* Network byte order, 4 or 16 bytes. */
void zw_ip_bytes(struct zw_ip ip, u8 *out);
struct zw_ip zw_ip_from_bytes(enum zw_family family, const u8 *bytes);

struct zw_ipset {
	struct zw_intervals of[ZW_FAMILY_COUNT];
};

struct zw_ipset zw_ipset_all(struct zw_arena *arena);
struct zw_ipset zw_ipset_union(struct zw_arena *arena, struct zw_ipset a,
			       struct zw_ipset b);
struct zw_ipset zw_ipset_intersect(struct zw_arena *arena, struct zw_ipset a,
				   struct zw_ipset b);
struct zw_ipset zw_ipset_minus(struct zw_arena *arena, struct zw_ipset a,
			       struct zw_ipset b);
bool zw_ipset_empty(struct zw_ipset a);
bool zw_ipset_equal(struct zw_ipset a, struct zw_ipset b);
bool zw_ipset_subset(struct zw_ipset a, struct zw_ipset b);
bool zw_ipset_overlap(struct zw_ipset a, struct zw_ipset b);
bool zw_ipset_contains(struct zw_ipset a, struct zw_ip ip);

#endif
