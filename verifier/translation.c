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

static u32 named(struct zw_space *space, const char *verb,
		 const struct zw_target *target)
{
	struct zw_buf buf = { 0 };
	u32 number;

	zw_buf_puts(&buf, verb);
	put_target(&buf, target);
	number =
		zw_space_translation(space, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return number;
}

u32 zw_translation_to(struct zw_space *space, const struct zw_target *target)
{
	return named(space, "sent to ", target);
}

u32 zw_translation_from(struct zw_space *space, const struct zw_target *target)
{
	return named(space, "as from ", target);
}

u32 zw_translation_masquerade(struct zw_space *space,
			      const struct zw_target *target)
{
	return named(space, "masqueraded", target);
}

u32 zw_translation_unknown(struct zw_space *space, const char *what, u32 number)
{
	return zw_space_translation(
		space, zw_strf(space->arena, "%s (%u)", what, number));
}

static struct zw_str name_of(const struct zw_space *space, u32 number)
{
	return number ? space->translation_names.v[number - 1] : ZW_STR("");
}

u32 zw_translation_leaf(struct zw_space *space, u32 dst, u32 src)
{
	struct zw_str name;

	if (!dst && !src)
		return ZW_PASS_ACCEPT;
	name = zw_strf(
		space->arena, "%.*s%s%.*s", ZW_STR_ARG(name_of(space, dst)),
		dst && src ? " and " : "", ZW_STR_ARG(name_of(space, src)));
	return zw_space_translation(space, name) * ZW_PASS_KINDS +
	       ZW_PASS_ACCEPT;
}

struct zw_str zw_translation_text(const struct zw_space *space, u32 leaf)
{
	return name_of(space, leaf / ZW_PASS_KINDS);
}
