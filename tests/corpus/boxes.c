/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Components of a box, word by word, to sets over the fields of a packet. */
#include "tests/corpus/boxes.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	u32 field;
} fields[] = {
	{ "family", ZW_FIELD_FAMILY },
	{ "ipsec-in", ZW_FIELD_IPSEC_IN },
	{ "ipsec-out", ZW_FIELD_IPSEC_OUT },
	{ "reqid-in", ZW_FIELD_REQID_IN },
	{ "reqid-out", ZW_FIELD_REQID_OUT },
	{ "direction", ZW_FIELD_DIRECTION },
	{ "proto", ZW_FIELD_PROTO },
	{ "dport", ZW_FIELD_DPORT },
	{ "sport", ZW_FIELD_SPORT },
	{ "flags", ZW_FIELD_FLAGS },
	{ "hops", ZW_FIELD_HOPS },
	{ "frag", ZW_FIELD_FRAG },
	{ "hopopts", ZW_FIELD_HAS_HOPOPTS },
	{ "routing", ZW_FIELD_HAS_ROUTING },
	{ "fragment", ZW_FIELD_HAS_FRAGMENT },
	{ "dstopts", ZW_FIELD_HAS_DSTOPTS },
	{ "lsrr", ZW_FIELD_HAS_LSRR },
	{ "ssrr", ZW_FIELD_HAS_SSRR },
	{ "rr", ZW_FIELD_HAS_RR },
	{ "alert", ZW_FIELD_HAS_ALERT },
	{ "length", ZW_FIELD_LENGTH },
	{ "original-sport", ZW_FIELD_ORIGINAL_SPORT },
	{ "original-dport", ZW_FIELD_ORIGINAL_DPORT },
	{ "reply-sport", ZW_FIELD_REPLY_SPORT },
	{ "reply-dport", ZW_FIELD_REPLY_DPORT },
	{ "ctmark", ZW_FIELD_CT_MARK },
	{ "mark", ZW_FIELD_MARK },
	{ "pkttype", ZW_FIELD_PKTTYPE },
	{ "nexthdr", ZW_FIELD_NEXTHDR },
	{ "notrack", ZW_FIELD_NOTRACK },
	{ "status", ZW_FIELD_CT_STATUS },
	{ "new-dst", ZW_FIELD_NEW_DST },
	{ "new-src", ZW_FIELD_NEW_SRC },
};

static const struct {
	const char *name;
	u32 field;
} addresses[] = {
	{ "src", ZW_FIELD_SRC },
	{ "dst", ZW_FIELD_DST },
	{ "original-src", ZW_FIELD_ORIGINAL_SRC },
	{ "original-dst", ZW_FIELD_ORIGINAL_DST },
	{ "reply-src", ZW_FIELD_REPLY_SRC },
	{ "reply-dst", ZW_FIELD_REPLY_DST },
};

static const char *const states[] = { "invalid", "established", "related",
				      "new", "untracked" };
static const struct {
	const char *name;
	enum zw_byte_base base;
} bases[] = {
	{ "ip4", ZW_BYTE_NETWORK4 },
	{ "ip6", ZW_BYTE_NETWORK6 },
	{ "transport", ZW_BYTE_TRANSPORT },
	{ "link", ZW_BYTE_LINK },
};

static bool is(struct zw_str word, const char *text)
{
	return zw_str_eq(word, zw_str_from(text));
}

/* "LO-HI" or one value. */
static bool numbers(struct zw_str word, u32 *lo, u32 *hi)
{
	char text[40], *end;

	if (!word.n || word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = 0;
	*lo = *hi = (u32)strtoul(text, &end, 0);
	if (*end == '-')
		*hi = (u32)strtoul(end + 1, &end, 0);
	return !*end && *lo <= *hi;
}

static bool address_set(struct zw_space *space, u32 field, struct zw_str word,
			zw_node *set)
{
	const char *dash = memchr(word.p, '-', word.n);
	struct zw_str first = word, last = word;
	struct zw_interval *range;
	struct zw_ip lo, hi;

	if (dash) {
		first.n = (size_t)(dash - word.p);
		last.p = dash + 1;
		last.n = word.n - first.n - 1;
	}
	if (!zw_ip_parse(first, &lo) || !zw_ip_parse(last, &hi) ||
	    lo.family != hi.family)
		return false;
	range = ZW_NEW(space->arena, struct zw_interval);
	*range = (struct zw_interval){ lo.value, hi.value };
	*set = zw_space_addresses(space, field, lo.family,
				  (struct zw_intervals){ range, 1 });
	return true;
}

static bool name_of(struct zw_str *word, bool *pattern)
{
	*pattern = word->n && word->p[word->n - 1] == '*';
	word->n -= *pattern;
	return word->n > 0;
}

static bool name_set(struct zw_space *space, u32 field, struct zw_str word,
		     zw_node *set)
{
	u32 first, last;
	bool pattern;

	if (!name_of(&word, &pattern) ||
	    !zw_space_names(space, word, pattern, &first, &last))
		return false;
	*set = zw_space_index(space, field, first, last);
	return true;
}

static bool component(struct zw_space *space, struct zw_str key,
		      struct zw_str *rest, zw_node *set)
{
	struct zw_str word = corpus_word(rest);
	u32 lo, hi;
	size_t i;

	if (is(key, "in") || is(key, "out"))
		return name_set(space,
				is(key, "in") ? ZW_FIELD_IN : ZW_FIELD_OUT,
				word, set);
	for (i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
		if (is(key, addresses[i].name))
			return address_set(space, addresses[i].field, word,
					   set);
	for (i = 0; is(key, "state") && i < 5; i++) {
		if (!is(word, states[i]))
			continue;
		*set = zw_space_index(space, ZW_FIELD_STATE, (u32)i, (u32)i);
		return true;
	}
	for (i = 0; is(key, "byte") && i < 4; i++) {
		u32 offset;

		if (!is(word, bases[i].name))
			continue;
		if (!numbers(corpus_word(rest), &offset, &offset) ||
		    !numbers(corpus_word(rest), &lo, &hi))
			return false;
		*set = zw_space_range(
			space, zw_space_byte(space, bases[i].base, offset), lo,
			hi);
		return true;
	}
	if (!numbers(word, &lo, &hi))
		return false;
	if (is(key, "bit")) {
		*set = zw_space_bit(space, ZW_FIELD_CT_STATUS, lo);
		return true;
	}
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!is(key, fields[i].name))
			continue;
		if (fields[i].field == ZW_FIELD_FAMILY)
			lo = hi = lo == 6 ? ZW_IPV6 : ZW_IPV4;
		*set = zw_space_range(space, fields[i].field, lo, hi);
		return true;
	}
	return false;
}

bool corpus_box(struct zw_space *space, struct zw_str box, zw_node *set)
{
	struct zw_str key;
	zw_node part;
	bool negated;

	*set = ZW_ALL;
	while ((key = corpus_word(&box)).n) {
		negated = is(key, "not");
		if (negated)
			key = corpus_word(&box);
		if (is(key, "all"))
			continue;
		if (!component(space, key, &box, &part))
			return false;
		if (negated)
			part = zw_not(space->d, part);
		*set = zw_and(space->d, *set, part);
	}
	return true;
}

bool corpus_boxes(struct zw_space *space, const zw_lines *v, zw_node *set)
{
	zw_node box;
	size_t i;

	*set = ZW_EMPTY;
	for (i = 0; i < v->n; i++) {
		if (!corpus_box(space, v->v[i], &box))
			return false;
		*set = zw_or(space->d, *set, box);
	}
	return true;
}

void corpus_box_cuts(struct zw_cuts *cuts, struct zw_str box)
{
	struct zw_str key, name;
	bool pattern;

	while ((key = corpus_word(&box)).n) {
		if (!is(key, "in") && !is(key, "out"))
			continue;
		name = corpus_word(&box);
		if (name_of(&name, &pattern))
			zw_cuts_name(cuts, name, pattern);
	}
}
