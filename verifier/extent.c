/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a violation is: the set of packets seen as (source, destination,
 * protocol, key) alone, the key being a destination port or an ICMP type and
 * code; all else is quantified away. Families and kinds of key are counted by
 * themselves and added. */
#include <netinet/in.h>
#include <stdlib.h>

#include "verifier/prove.h"

/* Sums and products of decimal numbers, most significant digit first. */
static void add_decimal(char sum[200], const char *term)
{
	char out[200];
	size_t a = strlen(sum), b = strlen(term), n = 0, i;
	u32 carry = 0;

	while (a || b || carry) {
		u32 digit = carry;

		if (a)
			digit += (u32)(sum[--a] - '0');
		if (b)
			digit += (u32)(term[--b] - '0');
		out[n++] = (char)('0' + digit % 10);
		carry = digit / 10;
	}
	for (i = 0; i < n; i++)
		sum[i] = out[n - 1 - i];
	sum[n] = 0;
}

struct view {
	const struct zw_space *space;
	enum zw_family family;
	bool icmp;   /* the key is type and code */
	zw_node set; /* over the variables below alone */
	u32 variables[80];
	size_t n;
};

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static void add_field(struct view *v, u32 field)
{
	const struct zw_field_info *info = &v->space->fields.v[field];
	u32 i;

	for (i = 0; i < info->slice_count; i++)
		v->variables[v->n++] = info->slices[i].variable;
}

static void make_view(struct view *v, zw_node set)
{
	struct zw_diagrams *d = v->space->d;
	u32 i, count = zw_variable_count(d), words;
	u32 *others = zw_heap_resize(NULL, count, sizeof(*others));
	size_t n = 0;

	words = v->family == ZW_IPV4 ? 1 : 4;
	add_field(v, ZW_FIELD_PROTO);
	add_field(v, v->icmp ? ZW_FIELD_SPORT : ZW_FIELD_DPORT);
	for (i = 0; i < words; i++) {
		add_field(v, ZW_FIELD_DST + i);
		add_field(v, ZW_FIELD_SRC + i);
	}
	qsort(v->variables, v->n, sizeof(*v->variables), by_number);
	for (i = 0; i < count; i++) {
		if (!bsearch(&i, v->variables, v->n, sizeof(i), by_number))
			others[n++] = i;
	}
	v->set = zw_exists(d, set, others, n);
	free(others);
}

/* ---- the largest of the first boxes -------------------------------------- */

struct best {
	struct view *v;
	double size;
	double src, dst, key;
	u32 proto, protos, lo, hi, keys;
	u32 boxes;
	bool found;
};

static double width(const struct zw_box *box, u32 variable)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < box->counts[variable]; i++)
		sum += (double)box->ranges[variable][i].hi -
		       (double)box->ranges[variable][i].lo + 1;
	return sum;
}

static double field_width(const struct view *v, const struct zw_box *box,
			  u32 field)
{
	const struct zw_field_info *info = &v->space->fields.v[field];
	double product = 1;
	u32 i;

	for (i = 0; i < info->slice_count; i++)
		product *= width(box, info->slices[i].variable);
	return product;
}

static double address_width(const struct view *v, const struct zw_box *box,
			    u32 field)
{
	u32 i, words = v->family == ZW_IPV4 ? 1 : 4;
	double product = 1;

	for (i = 0; i < words; i++)
		product *= field_width(v, box, field + i);
	return product;
}

static bool see_box(void *context, const struct zw_box *box)
{
	struct best *b = context;
	struct view *v = b->v;
	u32 proto = v->space->fields.v[ZW_FIELD_PROTO].slices[0].variable;
	u32 key = v->space->fields.v[v->icmp ? ZW_FIELD_SPORT : ZW_FIELD_DPORT]
			  .slices[0]
			  .variable;
	double src = address_width(v, box, ZW_FIELD_SRC);
	double dst = address_width(v, box, ZW_FIELD_DST);
	double keys =
		field_width(v, box, v->icmp ? ZW_FIELD_SPORT : ZW_FIELD_DPORT);
	double size = src * dst * keys * width(box, proto);

	if (size > b->size) {
		b->size = size;
		b->src = src;
		b->dst = dst;
		b->key = keys;
		b->proto = box->ranges[proto][0].lo;
		b->protos = (u32)width(box, proto);
		b->keys = box->counts[key];
		b->lo = box->ranges[key][0].lo;
		b->hi = box->ranges[key][0].hi;
		b->found = true;
	}
	return ++b->boxes < 10000;
}

static void put_count(struct zw_buf *buf, double count, const char *one)
{
	if (count < 1e15)
		zw_buf_printf(buf, "%.0f %s%s", count, one,
			      count == 1 ? "" : "s");
	else
		zw_buf_printf(buf, "%.3g %ss", count, one);
}

static const char *known_protocol(u32 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udplite";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		return NULL;
	}
}

static void put_protocol(struct zw_buf *buf, const struct best *b)
{
	const char *name = known_protocol(b->proto);

	if (b->protos > 1) {
		zw_buf_printf(buf, "%u protocols", b->protos);
		return;
	}
	if (name)
		zw_buf_puts(buf, name);
	else
		zw_buf_printf(buf, "proto/%u", b->proto);
	if (!name || b->key > 65535)
		return;
	if (b->keys > 1)
		zw_buf_printf(buf, "/%.0f %s", b->key,
			      b->v->icmp ? "types and codes" : "ports");
	else if (b->v->icmp && b->lo == b->hi)
		zw_buf_printf(buf, "/%u/%u", b->lo >> 8, b->lo & 255);
	else if (b->v->icmp && b->lo >> 8 == b->hi >> 8)
		zw_buf_printf(buf, "/%u", b->lo >> 8);
	else if (b->v->icmp)
		zw_buf_printf(buf, "/%u-%u", b->lo >> 8, b->hi >> 8);
	else if (b->lo == b->hi)
		zw_buf_printf(buf, "/%u", b->lo);
	else
		zw_buf_printf(buf, "/%u-%u", b->lo, b->hi);
}

static struct zw_str box_text(struct zw_arena *arena, const struct best *b)
{
	struct zw_buf buf = { 0 };
	struct zw_str out;

	put_count(&buf, b->src, "source");
	zw_buf_puts(&buf, " x ");
	put_count(&buf, b->dst, "destination");
	zw_buf_puts(&buf, " x ");
	put_protocol(&buf, b);
	out = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

/* ---- all of it ----------------------------------------------------------- */

static zw_node part_of(const struct zw_space *space, zw_node set,
		       enum zw_family family, bool icmp)
{
	struct zw_diagrams *d = space->d;
	struct zw_range protos[2] = { { IPPROTO_ICMP, IPPROTO_ICMP },
				      { IPPROTO_ICMPV6, IPPROTO_ICMPV6 } };
	struct zw_range number = { family, family };
	zw_node kind;

	kind = zw_in(d, space->fields.v[ZW_FIELD_PROTO].slices[0].variable,
		     protos, 2);
	if (!icmp)
		kind = zw_not(d, kind);
	set = zw_and(d, set,
		     zw_in(d,
			   space->fields.v[ZW_FIELD_FAMILY].slices[0].variable,
			   &number, 1));
	return zw_and(d, set, kind);
}

void zw_extent_measure(struct zw_arena *arena, const struct zw_space *space,
		       zw_node set, struct zw_extent *extent)
{
	char sum[200] = "0", term[160];
	struct best best = { .size = 0 };
	u32 part;

	extent->box = ZW_STR("");
	for (part = 0; part < 4; part++) {
		struct view v = { .space = space,
				  .family = part & 1 ? ZW_IPV6 : ZW_IPV4,
				  .icmp = part >= 2 };
		zw_node mine = part_of(space, set, v.family, v.icmp);

		if (zw_same(mine, ZW_EMPTY))
			continue;
		make_view(&v, mine);
		add_decimal(sum,
			    zw_count(space->d, v.set, v.variables, v.n, term));
		best.v = &v;
		best.found = false;
		best.boxes = 0;
		zw_boxes(space->d, v.set, see_box, &best);
		if (best.found)
			extent->box = box_text(arena, &best);
	}
	extent->count = zw_str_copy(arena, zw_str_from(sum));
}
