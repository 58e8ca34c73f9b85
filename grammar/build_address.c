/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, prefixes and ranges as written. Both ends of a range are of one
 * family and a prefix fits its family; host bits and the order of a range's
 * ends are left to the resolver. */
#include "grammar/build.h"

zw_ast_addrs *zw_build_addr_list(struct zw_parse *parse, zw_ast_addrs *list,
				 const struct zw_ast_addr *addr)
{
	if (!list)
		list = ZW_NEW(parse->arena, zw_ast_addrs);
	zw_build_push(parse, *list, *addr, addr->span);
	return list;
}

struct zw_ast_addr *zw_build_addr(struct zw_parse *parse,
				  enum zw_ast_addr_kind kind,
				  const struct zw_ast_name *name,
				  struct zw_span span)
{
	struct zw_ast_addr *addr = ZW_NEW(parse->arena, struct zw_ast_addr);

	addr->kind = kind;
	addr->span = span;
	addr->prefix_len = -1;
	if (name)
		addr->name = *name;
	return addr;
}

struct zw_ast_addr *zw_build_file(struct zw_parse *parse,
				  const struct zw_ast_name *name,
				  bool allow_empty, struct zw_span span)
{
	struct zw_ast_addr *addr;

	addr = zw_build_addr(parse, ZW_ADDR_FILE, name, span);
	addr->allow_empty = allow_empty;
	return addr;
}

struct zw_ast_addr *zw_build_range(struct zw_parse *parse, struct zw_ip lo,
				   struct zw_ip hi, struct zw_span span)
{
	struct zw_ast_addr *addr;

	addr = zw_build_addr(parse, ZW_ADDR_LITERAL, NULL, span);
	addr->family = lo.family;
	addr->lo = lo.value;
	addr->hi = hi.value;
	if (lo.family != hi.family)
		zw_mistake(parse, ZW_Z0012, span,
			   "a range from one family to the other: '%s'",
			   zw_quoted(parse, span));
	return addr;
}

struct zw_ast_addr *zw_build_prefix(struct zw_parse *parse, struct zw_ip ip,
				    u64 len, struct zw_span len_span,
				    struct zw_span span)
{
	struct zw_ast_addr *addr = zw_build_range(parse, ip, ip, span);
	unsigned bits = ip.family == ZW_IPV4 ? 32 : 128;

	if (len > bits) {
		zw_mistake(parse, ZW_Z0012, len_span,
			   "an IPv%d prefix has at most %u bits, not %s",
			   ip.family == ZW_IPV4 ? 4 : 6, bits,
			   zw_quoted(parse, len_span));
		len = bits;
	}
	addr->prefix_len = (int)len;
	return addr;
}

zw_ast_addrs *zw_build_as(struct zw_parse *parse, enum zw_ast_addr_kind kind,
			  const struct zw_ast_name *name, struct zw_span span)
{
	return zw_build_addr_list(parse, NULL,
				  zw_build_addr(parse, kind, name, span));
}

void zw_build_refuse_files(struct zw_parse *parse, const zw_ast_addrs *addrs)
{
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		struct zw_diag *diag;

		if (addrs->v[i].kind != ZW_ADDR_FILE)
			continue;
		diag = zw_mistake(parse, ZW_Z0020, addrs->v[i].span,
				  "'file' stands in a define only");
		zw_mistake_help(parse, diag,
				"give the file a name: define NAME = %s",
				zw_quoted(parse, addrs->v[i].span));
		return;
	}
}
