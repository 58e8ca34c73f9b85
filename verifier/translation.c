/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spelling of translations' names. A leaf's number counts pairs of them,
 * which are names of their own. */
#include <linux/netfilter/nf_nat.h>

#include "verifier/symbolic.h"
#include "verifier/translation.h"

/* These follow from what is given besides. */
#define FLAGS_IMPLIED (NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED)

static void put_ip(struct zw_buf *buf, struct zw_ip ip)
{
	char text[46];

	zw_buf_puts(buf, zw_ip_format(ip, text));
}

static void put_target(struct zw_buf *buf, const struct zw_target *t)
{
	if (t->has_address) {
		put_ip(buf, t->lo);
		if (t->hi.value != t->lo.value) {
			zw_buf_putc(buf, '-');
			put_ip(buf, t->hi);
		}
	}
	if (t->has_port)
		zw_buf_printf(buf, " port %u", t->port_lo);
	if (t->has_port && t->port_hi != t->port_lo)
		zw_buf_printf(buf, "-%u", t->port_hi);
	if (t->flags & ~(u32)FLAGS_IMPLIED)
		zw_buf_printf(buf, " flags %#x",
			      t->flags & ~(u32)FLAGS_IMPLIED);
}

static u32 numbered(struct zw_space *space, const struct zw_translation *one)
{
	struct zw_translation *copy;
	u32 number;

	if (zw_map_get(&space->translations, one->name, &number))
		return number;
	copy = ZW_NEW(space->arena, struct zw_translation);
	*copy = *one;
	copy->name = zw_str_copy(space->arena, one->name);
	zw_push(space->arena, space->translation_list,
		(const struct zw_translation *)copy);
	number = (u32)space->translation_list.n;
	zw_map_put(&space->translations, copy->name, number);
	return number;
}

static u32 named(struct zw_space *space, const char *verb,
		 enum zw_translation_kind kind, const struct zw_target *target)
{
	struct zw_translation one = { .kind = kind, .target = *target };
	struct zw_buf buf = { 0 };
	u32 number;

	zw_buf_puts(&buf, verb);
	put_target(&buf, target);
	one.name = (struct zw_str){ buf.data, buf.n };
	number = numbered(space, &one);
	zw_buf_free(&buf);
	return number;
}

u32 zw_translation_to(struct zw_space *space, const struct zw_target *target)
{
	return named(space, "sent to ", ZW_TRANSLATION_TO, target);
}

u32 zw_translation_from(struct zw_space *space, const struct zw_target *target)
{
	return named(space, "as from ", ZW_TRANSLATION_FROM, target);
}

u32 zw_translation_masquerade(struct zw_space *space,
			      const struct zw_target *target)
{
	return named(space, "masqueraded", ZW_TRANSLATION_MASQUERADE, target);
}

u32 zw_translation_unknown(struct zw_space *space, const char *what, u32 number)
{
	const struct zw_translation one = {
		.name = zw_strf(space->arena, "%s (%u)", what, number),
		.kind = ZW_TRANSLATION_UNKNOWN,
	};

	return numbered(space, &one);
}

static const struct zw_translation *numbered_as(const struct zw_space *space,
						u32 number)
{
	return number ? space->translation_list.v[number - 1] : NULL;
}

static struct zw_str name_of(const struct zw_space *space, u32 number)
{
	return number ? numbered_as(space, number)->name : ZW_STR("");
}

u32 zw_translation_leaf(struct zw_space *space, u32 dst, u32 src)
{
	struct zw_translation both = { .kind = ZW_TRANSLATION_BOTH,
				       .dst = dst,
				       .src = src };

	if (!dst && !src)
		return ZW_PASS_ACCEPT;
	if (!dst || !src)
		return (dst + src) * ZW_PASS_KINDS + ZW_PASS_ACCEPT;
	both.name = zw_strf(space->arena, "%.*s and %.*s",
			    ZW_STR_ARG(name_of(space, dst)),
			    ZW_STR_ARG(name_of(space, src)));
	return numbered(space, &both) * ZW_PASS_KINDS + ZW_PASS_ACCEPT;
}

const struct zw_translation *zw_translation_source(const struct zw_space *space,
						   u32 leaf)
{
	const struct zw_translation *one =
		numbered_as(space, leaf / ZW_PASS_KINDS);

	if (one && one->kind == ZW_TRANSLATION_BOTH)
		one = numbered_as(space, one->src);
	return one && one->kind != ZW_TRANSLATION_TO ? one : NULL;
}

bool zw_translation_has_destination(const struct zw_space *space, u32 leaf)
{
	const struct zw_translation *one =
		numbered_as(space, leaf / ZW_PASS_KINDS);

	return one && one->kind != ZW_TRANSLATION_FROM &&
	       one->kind != ZW_TRANSLATION_MASQUERADE;
}

struct zw_str zw_translation_text(const struct zw_space *space, u32 leaf)
{
	return name_of(space, leaf / ZW_PASS_KINDS);
}
