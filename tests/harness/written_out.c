/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The phrases replaced by literals, from the lines of the text alone. */
#include "tests/harness/written_out.h"

#include <stdio.h>
#include <string.h>

#define MARK "#: "

struct line {
	char interface[16];
	struct zw_ip ip;
	unsigned length;
};

typedef ZW_VEC(struct line) lines;

static bool read_line(const char *at, struct line *line)
{
	char address[64];

	return sscanf(at, MARK "%15s %63[^/]/%u", line->interface, address,
		      &line->length) == 3 &&
	       zw_ip_parse(zw_str_from(address), &line->ip);
}

static void read_lines(struct zw_arena *arena, struct zw_str text, lines *out)
{
	const char *whole = zw_cstr(arena, text), *at = whole;
	struct line line;

	while ((at = strstr(at, MARK))) {
		if ((at == whole || strchr("\n\t ", at[-1])) &&
		    read_line(at, &line))
			zw_push(arena, *out, line);
		at += strlen(MARK);
	}
}

void zw_text_addresses(struct zw_arena *arena, struct zw_str text,
		       struct zw_own_addresses *own)
{
	lines all = { 0 };
	size_t i;

	*own = (struct zw_own_addresses){ .source = ZW_STR("the text") };
	read_lines(arena, text, &all);
	for (i = 0; i < all.n; i++)
		zw_own_add(arena, own, zw_str_from(all.v[i].interface),
			   all.v[i].ip, all.v[i].ip, all.v[i].length,
			   ZW_NO_SPAN);
}

/* "Loopback, link-local, and what has scope link or host do not count" */
static bool counts(const struct line *line)
{
	u128 v = line->ip.value;

	if (line->ip.family == ZW_IPV4)
		return v >> 24 != 127 && v >> 16 != 0xa9fe;
	return v != 1 && v >> 118 != 0xfe80 >> 6;
}

static bool is_named(const struct zw_ast_name *name, const struct line *line)
{
	struct zw_str text = name->text;

	if (text.p[text.n - 1] == '*')
		return !strncmp(line->interface, text.p, text.n - 1);
	return zw_str_is(text, line->interface);
}

/* "the prefixes on the links of the zone's interfaces" */
static void add_prefixes(struct zw_arena *arena, const lines *all,
			 const struct zw_ast_stmt *zone, zw_ast_addrs *out)
{
	struct zw_ast_addr addr = { .kind = ZW_ADDR_LITERAL };
	size_t i, k, l;

	for (l = 0; l < all->n; l++) {
		const struct line *line = &all->v[l];
		bool own = false;

		for (i = 0; i < zone->members.n; i++)
			for (k = 0; k < zone->members.v[i].interfaces.n; k++)
				own |= is_named(
					&zone->members.v[i].interfaces.v[k],
					line);
		if (!own || !counts(line))
			continue;
		addr.family = line->ip.family;
		addr.prefix_len = (int)line->length;
		addr.lo = line->ip.value;
		addr.lo >>= zw_family_bits(addr.family) - line->length;
		addr.lo <<= zw_family_bits(addr.family) - line->length;
		zw_push(arena, *out, addr);
	}
}

static struct zw_ast_stmt *write_zone(struct zw_arena *arena, const lines *all,
				      const struct zw_ast_stmt *zone)
{
	struct zw_ast_stmt *copy = ZW_NEW(arena, struct zw_ast_stmt);
	size_t i, k;

	*copy = *zone;
	memset(&copy->members, 0, sizeof(copy->members));
	for (i = 0; i < zone->members.n; i++) {
		struct zw_ast_member member = zone->members.v[i];

		memset(&member.addrs, 0, sizeof(member.addrs));
		for (k = 0; k < zone->members.v[i].addrs.n; k++) {
			const struct zw_ast_addr *addr =
				&zone->members.v[i].addrs.v[k];

			if (addr->kind == ZW_ADDR_FROM_INTERFACE)
				add_prefixes(arena, all, zone, &member.addrs);
			else
				zw_push(arena, member.addrs, *addr);
		}
		zw_push(arena, copy->members, member);
	}
	return copy;
}

/* Has the published host, whose addresses are literals, one of FAMILY? */
static bool host_has(const struct zw_ast *ast, const struct zw_ast_term *host,
		     enum zw_family family)
{
	size_t i, k, l;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *zone = ast->stmts.v[i];

		if (zone->kind != ZW_AST_ZONE ||
		    !zw_str_eq(zone->name.text, host->name.text))
			continue;
		for (k = 0; k < zone->members.n; k++) {
			const struct zw_ast_member *member =
				&zone->members.v[k];

			if (member->kind != ZW_MEMBER_HOST ||
			    !zw_str_eq(member->name.text,
				       host->hosts.v[0].text))
				continue;
			for (l = 0; l < member->addrs.n; l++)
				if (member->addrs.v[l].family == family)
					return true;
		}
	}
	return false;
}

/* "all addresses of NAME, in the families that the published host has" */
static void write_publications(struct zw_arena *arena, const lines *all,
			       const struct zw_ast *ast,
			       const struct zw_ast_stmt *publish,
			       struct zw_ast *out)
{
	struct zw_ast_addr addr = { .kind = ZW_ADDR_LITERAL, .prefix_len = -1 };
	struct zw_ast_stmt *copy;
	size_t l;

	for (l = 0; l < all->n; l++) {
		const struct line *line = &all->v[l];

		if (!is_named(&publish->addrs.v[0].name, line) ||
		    !counts(line) ||
		    !host_has(ast, &publish->to.terms.v[0], line->ip.family))
			continue;
		copy = ZW_NEW(arena, struct zw_ast_stmt);
		*copy = *publish;
		memset(&copy->addrs, 0, sizeof(copy->addrs));
		addr.family = line->ip.family;
		addr.lo = addr.hi = line->ip.value;
		zw_push(arena, copy->addrs, addr);
		zw_push(arena, out->stmts, copy);
	}
}

void zw_write_out(struct zw_arena *arena, struct zw_str text,
		  const struct zw_ast *ast, struct zw_ast *out)
{
	lines all = { 0 };
	size_t i;

	*out = (struct zw_ast){ 0 };
	read_lines(arena, text, &all);
	for (i = 0; i < ast->stmts.n; i++) {
		struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind == ZW_AST_PUBLISH &&
		    stmt->addrs.v[0].kind == ZW_ADDR_INTERFACE) {
			write_publications(arena, &all, ast, stmt, out);
			continue;
		}
		if (stmt->kind == ZW_AST_ZONE)
			stmt = write_zone(arena, &all, stmt);
		zw_push(arena, out->stmts, stmt);
	}
}
