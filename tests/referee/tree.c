/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to a syntax tree about zones, addresses and sides, each answered
 * as the language's page puts it. Names are looked up by walking all
 * statements. Checks nothing: the policy has been accepted by the resolver. */
#include "tests/referee/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct zw_tree_file {
	struct zw_str name;
	zw_ast_addrs addrs;
};

u128 zw_tree_last_of(const struct zw_ast_addr *addr)
{
	unsigned bits = addr->family == ZW_IPV4 ? 32 : 128, i;
	u128 hi = addr->lo;

	if (addr->prefix_len < 0)
		return addr->hi;
	for (i = 0; i < bits - (unsigned)addr->prefix_len; i++)
		hi |= (u128)1 << i;
	return hi;
}

static const struct zw_ast_stmt *find(const struct zw_tree *tree,
				      enum zw_ast_kind kind, struct zw_str name)
{
	size_t i;

	for (i = 0; i < tree->ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = tree->ast->stmts.v[i];

		if (stmt->kind == kind && zw_str_eq(stmt->name.text, name))
			return stmt;
	}
	return NULL;
}

const struct zw_ast_stmt *zw_tree_zone(const struct zw_tree *tree,
				       struct zw_str name)
{
	return find(tree, ZW_AST_ZONE, name);
}

/* ---- addresses ----------------------------------------------------------- */

static const struct zw_tree_file *file_of(const struct zw_tree *tree,
					  struct zw_str name)
{
	size_t i;

	for (i = 0; i < tree->files.n; i++) {
		if (zw_str_eq(tree->files.v[i]->name, name))
			return tree->files.v[i];
	}
	return NULL;
}

bool zw_tree_in_addrs(const struct zw_tree *tree, const zw_ast_addrs *addrs,
		      struct zw_ip ip)
{
	const struct zw_ast_stmt *define;
	const struct zw_tree_file *file;
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];

		switch (addr->kind) {
		case ZW_ADDR_LITERAL:
			if (addr->family == ip.family && addr->lo <= ip.value &&
			    ip.value <= zw_tree_last_of(addr))
				return true;
			break;
		case ZW_ADDR_NAME:
			define = find(tree, ZW_AST_DEFINE, addr->name.text);
			if (define &&
			    zw_tree_in_addrs(tree, &define->addrs, ip))
				return true;
			break;
		case ZW_ADDR_FILE:
			file = file_of(tree, addr->name.text);
			if (file && zw_tree_in_addrs(tree, &file->addrs, ip))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* ---- zones --------------------------------------------------------------- */

bool zw_tree_has_network(const struct zw_ast_stmt *zone)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].kind == ZW_MEMBER_NETWORK)
			return true;
	}
	return false;
}

bool zw_tree_in_networks(const struct zw_tree *tree,
			 const struct zw_ast_stmt *zone, struct zw_ip ip)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].kind == ZW_MEMBER_NETWORK &&
		    zw_tree_in_addrs(tree, &zone->members.v[i].addrs, ip))
			return true;
	}
	return false;
}

/* "a zone without `network` has every address that is in no other zone's
 * networks" */
bool zw_tree_is_member(const struct zw_tree *tree,
		       const struct zw_ast_stmt *zone, struct zw_ip ip)
{
	size_t i;

	if (zw_tree_has_network(zone))
		return zw_tree_in_networks(tree, zone, ip);
	for (i = 0; i < tree->zones.n; i++) {
		if (zw_tree_in_networks(tree, tree->zones.v[i], ip))
			return false;
	}
	return true;
}

/* "a trailing `*` is a pattern" */
static bool names_interface(const struct zw_ast_stmt *zone, const char *name)
{
	size_t i, k;

	for (i = 0; i < zone->members.n; i++) {
		const struct zw_ast_member *member = &zone->members.v[i];

		if (member->kind != ZW_MEMBER_INTERFACE)
			continue;
		for (k = 0; k < member->interfaces.n; k++) {
			struct zw_str text = member->interfaces.v[k].text;

			if (text.p[text.n - 1] == '*') {
				if (!strncmp(name, text.p, text.n - 1))
					return true;
			} else if (strlen(name) == text.n &&
				   !memcmp(name, text.p, text.n)) {
				return true;
			}
		}
	}
	return false;
}

static bool says(const struct zw_ast_stmt *zone, enum zw_ast_member_kind kind)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].kind == kind)
			return true;
	}
	return false;
}

/* "the zone's members, as a source, are the members of a zone without
 * networks", but its own networks are no other zone's */
bool zw_tree_is_source(const struct zw_tree *tree,
		       const struct zw_ast_stmt *zone, struct zw_ip ip)
{
	size_t i;

	if (!says(zone, ZW_MEMBER_SPOOFING_ALLOW))
		return zw_tree_is_member(tree, zone, ip);
	for (i = 0; i < tree->zones.n; i++) {
		if (tree->zones.v[i] != zone &&
		    zw_tree_in_networks(tree, tree->zones.v[i], ip))
			return false;
	}
	return true;
}

static bool share_interface(const struct zw_ast_stmt *a,
			    const struct zw_ast_stmt *b)
{
	size_t i, k;

	for (i = 0; i < b->members.n; i++) {
		const struct zw_ast_member *member = &b->members.v[i];

		for (k = 0; k < member->interfaces.n; k++) {
			struct zw_str text = member->interfaces.v[k].text;
			char name[64];

			if (text.n >= sizeof(name))
				continue;
			memcpy(name, text.p, text.n);
			name[text.n] = 0;
			/* patterns of two zones never meet */
			if (!strchr(name, '*') && names_interface(a, name))
				return true;
		}
	}
	return false;
}

/* "`ipsec reqid N`: what came by an association of this request id" */
static bool takes_reqid(const struct zw_ast_stmt *zone, u32 reqid)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].has_reqid)
			return zone->members.v[i].reqid == reqid;
	}
	return true;
}

/* "A zone that shares an interface with an `ipsec` zone means `not ipsec`, on
 * all its interfaces" */
bool zw_tree_on_interface(const struct zw_tree *tree,
			  const struct zw_ast_stmt *zone, const char *name,
			  bool ipsec, u32 reqid)
{
	size_t i;

	if (!names_interface(zone, name))
		return false;
	if (says(zone, ZW_MEMBER_IPSEC))
		return ipsec && takes_reqid(zone, reqid);
	if (says(zone, ZW_MEMBER_NOT_IPSEC))
		return !ipsec;
	for (i = 0; i < tree->zones.n; i++) {
		if (says(tree->zones.v[i], ZW_MEMBER_IPSEC) &&
		    share_interface(zone, tree->zones.v[i]))
			return !ipsec;
	}
	return true;
}

/* ---- sides of rules ------------------------------------------------------ */

static bool term_names(const struct zw_ast_term *term,
		       const struct zw_ast_stmt *zone)
{
	if (!zone)
		return term->who == ZW_WHO_SELF;
	switch (term->who) {
	case ZW_WHO_NAME:
		return zw_str_eq(term->name.text, zone->name.text);
	case ZW_WHO_ANY:
		return true;
	case ZW_WHO_SELF:
		return false;
	case ZW_WHO_EXTERNAL:
		return zone->zone_kind == ZW_AST_ZONE_EXTERNAL;
	case ZW_WHO_DMZ:
		return zone->zone_kind == ZW_AST_ZONE_DMZ;
	case ZW_WHO_INTERNAL:
		return zone->zone_kind == ZW_AST_ZONE_INTERNAL;
	}
	return false;
}

static const struct zw_ast_member *host_of(const struct zw_ast_stmt *zone,
					   struct zw_str name)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].kind == ZW_MEMBER_HOST &&
		    zw_str_eq(zone->members.v[i].name.text, name))
			return &zone->members.v[i];
	}
	return NULL;
}

static bool only_address(const struct zw_tree *tree, const zw_ast_addrs *addrs,
			 enum zw_family family, u128 *value)
{
	const struct zw_ast_stmt *define;
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];

		if (addr->kind == ZW_ADDR_LITERAL && addr->family == family) {
			*value = addr->lo;
			return true;
		}
		define = addr->kind == ZW_ADDR_NAME
				 ? find(tree, ZW_AST_DEFINE, addr->name.text)
				 : NULL;
		if (define && only_address(tree, &define->addrs, family, value))
			return true;
	}
	return false;
}

bool zw_tree_host_address(const struct zw_tree *tree,
			  const struct zw_ast_stmt *publish,
			  enum zw_family family, u128 *value)
{
	const struct zw_ast_term *term = &publish->to.terms.v[0];
	const struct zw_ast_member *host = host_of(
		zw_tree_zone(tree, term->name.text), term->hosts.v[0].text);

	return host && only_address(tree, &host->addrs, family, value);
}

static bool term_has(const struct zw_tree *tree, const struct zw_ast_term *term,
		     const struct zw_ast_stmt *zone, struct zw_ip ip)
{
	const struct zw_ast_member *host;
	size_t i;

	if (!term_names(term, zone))
		return false;
	if (term->narrowed)
		return zw_tree_in_addrs(tree, &term->addrs, ip);
	if (!term->hosts.n)
		return true;
	for (i = 0; i < term->hosts.n; i++) {
		host = host_of(zone, term->hosts.v[i].text);
		if (host && zw_tree_in_addrs(tree, &host->addrs, ip))
			return true;
	}
	return false;
}

bool zw_tree_side_has(const struct zw_tree *tree,
		      const struct zw_ast_side *side,
		      const struct zw_ast_stmt *zone, struct zw_ip ip)
{
	bool named = false;
	size_t i;

	for (i = 0; i < side->terms.n; i++)
		named |= term_has(tree, &side->terms.v[i], zone, ip);
	for (i = 0; i < side->except.n; i++) {
		if (term_has(tree, &side->except.v[i], zone, ip))
			return false;
	}
	return named;
}

/* Every source, whether nothing narrows the side or the narrowing leaves out
 * none. */
bool zw_tree_side_has_whole(const struct zw_tree *tree,
			    const struct zw_ast_side *side,
			    const struct zw_ast_stmt *zone)
{
	size_t f, k;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		for (k = 0; k < tree->points[f].n; k++) {
			struct zw_ip ip = { (enum zw_family)f,
					    tree->points[f].v[k] };

			if (zw_tree_is_source(tree, zone, ip) &&
			    !zw_tree_side_has(tree, side, zone, ip))
				return false;
		}
	}
	return true;
}

bool zw_tree_side_is_one_zone(const struct zw_ast_side *side)
{
	return side->terms.n == 1 && side->terms.v[0].who == ZW_WHO_NAME;
}

/* ---- the tree as a whole ------------------------------------------------- */

static void add_point(struct zw_tree *tree, enum zw_family family, u128 value)
{
	zw_push(tree->arena, tree->points[family], value);
}

static void add_range(struct zw_tree *tree, const struct zw_ast_addr *addr)
{
	u128 lo = addr->lo, hi = zw_tree_last_of(addr);
	u128 max = addr->family == ZW_IPV4 ? UINT32_MAX : ~(u128)0;

	add_point(tree, addr->family, lo);
	add_point(tree, addr->family, hi);
	if (lo > 0)
		add_point(tree, addr->family, lo - 1);
	if (hi < max)
		add_point(tree, addr->family, hi + 1);
}

static void read_line(struct zw_tree *tree, struct zw_tree_file *file,
		      char *line)
{
	char *end = strpbrk(line, "#\r\n\t "), *slash, *dash;
	struct zw_ast_addr addr = { .kind = ZW_ADDR_LITERAL, .prefix_len = -1 };
	struct zw_ip lo, hi;

	if (end)
		*end = 0;
	slash = strchr(line, '/');
	dash = strchr(line, '-');
	if (slash) {
		*slash = 0;
		addr.prefix_len = atoi(slash + 1);
	}
	if (dash)
		*dash = 0;
	if (!zw_ip_parse(zw_str_from(line), &lo))
		return;
	hi = lo;
	if (dash && !zw_ip_parse(zw_str_from(dash + 1), &hi))
		return;
	addr.family = lo.family;
	addr.lo = lo.value;
	addr.hi = hi.value;
	zw_push(tree->arena, file->addrs, addr);
}

static void read_file(struct zw_tree *tree, struct zw_str name)
{
	struct zw_tree_file *file = ZW_NEW(tree->arena, struct zw_tree_file);
	char line[512];
	FILE *in;

	in = fopen(
		zw_strf(tree->arena, "%s/%.*s", tree->folder, ZW_STR_ARG(name))
			.p,
		"r");
	file->name = name;
	while (in && fgets(line, sizeof(line), in))
		read_line(tree, file, line);
	if (in)
		fclose(in);
	zw_push(tree->arena, tree->files, file);
}

static void add_addrs(struct zw_tree *tree, const zw_ast_addrs *addrs)
{
	size_t i, k;

	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];
		struct zw_tree_file *file;

		if (addr->kind == ZW_ADDR_LITERAL)
			add_range(tree, addr);
		if (addr->kind != ZW_ADDR_FILE)
			continue;
		read_file(tree, addr->name.text);
		file = tree->files.v[tree->files.n - 1];
		for (k = 0; k < file->addrs.n; k++)
			add_range(tree, &file->addrs.v[k]);
	}
}

static void add_side(struct zw_tree *tree, const struct zw_ast_side *side)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++)
		add_addrs(tree, &side->terms.v[i].addrs);
	for (i = 0; i < side->except.n; i++)
		add_addrs(tree, &side->except.v[i].addrs);
}

static int by_value(const void *a, const void *b)
{
	u128 x = *(const u128 *)a, y = *(const u128 *)b;

	return x < y ? -1 : x > y;
}

static void sort_points(zw_points *points)
{
	size_t i, n = 0;

	qsort(points->v, points->n, sizeof(*points->v), by_value);
	for (i = 0; i < points->n; i++) {
		if (!n || points->v[n - 1] != points->v[i])
			points->v[n++] = points->v[i];
	}
	points->n = n;
}

void zw_tree_init(struct zw_tree *tree, struct zw_arena *arena,
		  const struct zw_ast *ast, const char *folder)
{
	size_t i, k;

	*tree = (struct zw_tree){ .arena = arena,
				  .ast = ast,
				  .folder = folder };
	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE)
			zw_push(arena, tree->zones, stmt);
		add_addrs(tree, &stmt->addrs);
		for (k = 0; k < stmt->members.n; k++)
			add_addrs(tree, &stmt->members.v[k].addrs);
		add_side(tree, &stmt->from);
		add_side(tree, &stmt->to);
	}
	add_point(tree, ZW_IPV4, 0);
	add_point(tree, ZW_IPV4, UINT32_MAX);
	add_point(tree, ZW_IPV6, 0);
	add_point(tree, ZW_IPV6, ~(u128)0);
	sort_points(&tree->points[ZW_IPV4]);
	sort_points(&tree->points[ZW_IPV6]);
}
