/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internet addresses between text, bytes and numbers, and sets of them.
 *
 * Text is read by RFC 4291 section 2.2 (all three forms) and written by RFC
 * 5952; the mixed form is written for ::ffff:0:0/96 only, the one prefix that
 * always embeds an IPv4 address. Dotted quads have four decimal parts without
 * leading zeros, since "010" means 8 to one program and 10 to the next. Zone
 * identifiers (fe80::1%eth0) are not read: an address here is a number. */
#include "base/inet.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define GROUPS 8 /* of 16 bits in an IPv6 address */

unsigned zw_family_bits(enum zw_family family)
{
	return family == ZW_IPV4 ? 32 : 128;
}

static u128 last_address(enum zw_family family)
{
	return family == ZW_IPV4 ? (u128)UINT32_MAX : ~(u128)0;
}

struct zw_interval zw_family_all(enum zw_family family)
{
	return (struct zw_interval){ 0, last_address(family) };
}

static bool parse_quad(struct zw_str text, u32 *value)
{
	size_t at = 0, part;
	u32 v = 0;

	for (part = 0; part < 4; part++) {
		size_t start = at;
		u32 byte = 0;

		if (part && (at == text.n || text.p[at] != '.'))
			return false;
		if (part)
			start = ++at;
		while (at < text.n && at - start < 4 && text.p[at] >= '0' &&
		       text.p[at] <= '9')
			byte = byte * 10 + (u32)(text.p[at++] - '0');
		if (at == start || byte > 255)
			return false;
		if (text.p[start] == '0' && at - start > 1)
			return false;
		v = v << 8 | byte;
	}
	if (at != text.n)
		return false;
	*value = v;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What has been read of an IPv6 address. */
struct groups {
	u16 v[GROUPS];
	size_t n;
	size_t gap; /* index of the "::"; GROUPS + 1 if there is none */
};

/* One group, or a dotted quad that ends the text. Returns the bytes read, 0 if
 * there is neither or no room for it. */
static size_t parse_group(struct zw_str rest, struct groups *groups)
{
	size_t at = 0;
	u32 value = 0;

	while (at < rest.n && at < 4 && hex_digit(rest.p[at]) >= 0)
		value = value << 4 | (u32)hex_digit(rest.p[at++]);
	if (!at)
		return 0;
	if (at < rest.n && rest.p[at] == '.') {
		if (groups->n > GROUPS - 2 || !parse_quad(rest, &value))
			return 0;
		groups->v[groups->n++] = (u16)(value >> 16);
		groups->v[groups->n++] = (u16)value;
		return rest.n;
	}
	if (groups->n == GROUPS)
		return 0;
	groups->v[groups->n++] = (u16)value;
	return at;
}

/* "::" at AT, and none before. */
static bool takes_gap(struct zw_str text, size_t at, struct groups *groups)
{
	if (text.n - at < 2 || text.p[at] != ':' || text.p[at + 1] != ':')
		return false;
	if (groups->gap <= GROUPS)
		return false;
	groups->gap = groups->n;
	return true;
}

static bool parse_groups(struct zw_str text, struct groups *groups)
{
	size_t at = 0, n;

	if (takes_gap(text, 0, groups))
		at = 2;
	while (at < text.n) {
		n = parse_group((struct zw_str){ text.p + at, text.n - at },
				groups);
		if (!n)
			return false;
		at += n;
		if (at == text.n)
			break;
		if (takes_gap(text, at, groups))
			at += 2;
		else if (text.p[at] == ':' && text.n - at > 1)
			at++;
		else
			return false;
	}
	/* a "::" stands for one group at least */
	return groups->gap <= GROUPS ? groups->n < GROUPS : groups->n == GROUPS;
}

static bool parse_ipv6(struct zw_str text, u128 *value)
{
	struct groups groups = { .gap = GROUPS + 1 };
	size_t i;
	u128 v = 0;

	if (!parse_groups(text, &groups))
		return false;
	for (i = 0; i < groups.n; i++) {
		if (i == groups.gap)
			v <<= 16 * (GROUPS - groups.n);
		v = v << 16 | groups.v[i];
	}
	if (groups.gap == groups.n && groups.n)
		v <<= 16 * (GROUPS - groups.n);
	*value = v;
	return true;
}

bool zw_ip_parse(struct zw_str text, struct zw_ip *ip)
{
	u32 quad;
	u128 value;

	if (parse_quad(text, &quad)) {
		*ip = (struct zw_ip){ ZW_IPV4, quad };
		return true;
	}
	if (parse_ipv6(text, &value)) {
		*ip = (struct zw_ip){ ZW_IPV6, value };
		return true;
	}
	return false;
}

static size_t format_quad(u32 value, char *out)
{
	return (size_t)sprintf(out, "%u.%u.%u.%u", value >> 24,
			       value >> 16 & 0xff, value >> 8 & 0xff,
			       value & 0xff);
}

/* The first of the longest runs of zero groups; *LEN is 0 if none has two. */
static size_t zero_run(const u16 *v, size_t n, size_t *len)
{
	size_t i, best = 0, start = 0;

	*len = 0;
	for (i = 0; i < n; i++) {
		if (v[i]) {
			start = i + 1;
		} else if (i - start + 1 > *len) {
			best = start;
			*len = i - start + 1;
		}
	}
	if (*len < 2)
		*len = 0;
	return best;
}

static void format_ipv6(u128 value, char *out)
{
	bool mixed = value >> 32 == 0xffff;
	size_t n = mixed ? GROUPS - 2 : GROUPS;
	size_t i, gap, len;
	u16 v[GROUPS];

	for (i = 0; i < GROUPS; i++)
		v[i] = (u16)(value >> (16 * (GROUPS - 1 - i)));
	gap = zero_run(v, n, &len);
	for (i = 0; i < n;) {
		if (len && i == gap) {
			out += sprintf(out, "::");
			i += len;
			continue;
		}
		if (i && !(len && i == gap + len))
			*out++ = ':';
		out += sprintf(out, "%x", v[i++]);
	}
	if (mixed) {
		*out++ = ':';
		out += format_quad((u32)value, out);
	}
	*out = '\0';
}

char *zw_ip_format(struct zw_ip ip, char out[46])
{
	if (ip.family == ZW_IPV4)
		format_quad((u32)ip.value, out);
	else
		format_ipv6(ip.value, out);
	return out;
}

/* The length of the prefix that RANGE is, -1 if it is none. */
static int prefix_length(enum zw_family family, struct zw_interval range)
{
	u128 host = range.hi - range.lo; /* 0...01...1 for a prefix */
	int len = (int)zw_family_bits(family);

	if ((host & (host + 1)) || (range.lo & host))
		return -1;
	for (; host; host >>= 1)
		len--;
	return len;
}

char *zw_ip_range_format(enum zw_family family, struct zw_interval range,
			 char out[100])
{
	int len = prefix_length(family, range);
	size_t n;

	zw_ip_format((struct zw_ip){ family, range.lo }, out);
	n = strlen(out);
	if (len < 0) {
		out[n++] = '-';
		zw_ip_format((struct zw_ip){ family, range.hi }, out + n);
	} else if ((unsigned)len < zw_family_bits(family)) {
		sprintf(out + n, "/%d", len);
	}
	return out;
}

void zw_ip_bytes(struct zw_ip ip, u8 *out)
{
	size_t i, n = zw_family_bits(ip.family) / 8;

	for (i = 0; i < n; i++)
		out[i] = (u8)(ip.value >> (8 * (n - 1 - i)));
}

struct zw_ip zw_ip_from_bytes(enum zw_family family, const u8 *bytes)
{
	size_t i, n = zw_family_bits(family) / 8;
	struct zw_ip ip = { family, 0 };

	for (i = 0; i < n; i++)
		ip.value = ip.value << 8 | bytes[i];
	return ip;
}

struct zw_ipset zw_ipset_all(struct zw_arena *arena)
{
	struct zw_ipset all;
	int f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		all.of[f] = zw_intervals_one(arena, 0,
					     last_address((enum zw_family)f));
	return all;
}

typedef struct zw_intervals
operation(struct zw_arena *arena, struct zw_intervals a, struct zw_intervals b);

static struct zw_ipset each(struct zw_arena *arena, operation *op,
			    struct zw_ipset a, struct zw_ipset b)
{
	struct zw_ipset result;
	int f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		result.of[f] = op(arena, a.of[f], b.of[f]);
	return result;
}

struct zw_ipset zw_ipset_union(struct zw_arena *arena, struct zw_ipset a,
			       struct zw_ipset b)
{
	return each(arena, zw_intervals_union, a, b);
}

struct zw_ipset zw_ipset_intersect(struct zw_arena *arena, struct zw_ipset a,
				   struct zw_ipset b)
{
	return each(arena, zw_intervals_intersect, a, b);
}

struct zw_ipset zw_ipset_minus(struct zw_arena *arena, struct zw_ipset a,
			       struct zw_ipset b)
{
	return each(arena, zw_intervals_minus, a, b);
}

bool zw_ipset_empty(struct zw_ipset a)
{
	return !a.of[ZW_IPV4].n && !a.of[ZW_IPV6].n;
}

bool zw_ipset_equal(struct zw_ipset a, struct zw_ipset b)
{
	return zw_intervals_equal(a.of[ZW_IPV4], b.of[ZW_IPV4]) &&
	       zw_intervals_equal(a.of[ZW_IPV6], b.of[ZW_IPV6]);
}

bool zw_ipset_subset(struct zw_ipset a, struct zw_ipset b)
{
	return zw_intervals_subset(a.of[ZW_IPV4], b.of[ZW_IPV4]) &&
	       zw_intervals_subset(a.of[ZW_IPV6], b.of[ZW_IPV6]);
}

bool zw_ipset_overlap(struct zw_ipset a, struct zw_ipset b)
{
	return zw_intervals_overlap(a.of[ZW_IPV4], b.of[ZW_IPV4]) ||
	       zw_intervals_overlap(a.of[ZW_IPV6], b.of[ZW_IPV6]);
}

bool zw_ipset_contains(struct zw_ipset a, struct zw_ip ip)
{
	return zw_intervals_contain(a.of[ip.family], ip.value);
}
