/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written addresses to sets: literals with their checks (host bits, order,
 * prefix length), defines by name, files. A define is resolved once, when it is
 * first used or at the end; a define that is reached while it is in work
 * contains itself. Zones are not known here: whether an address lies in a zone
 * is for sides.c and zones.c. */
#include "base/assert.h"
#include "compiler/resolve.h"

static bool bad_prefix(struct zw_resolver *r, const struct zw_ast_addr *addr)
{
	unsigned bits = zw_family_bits(addr->family);
	struct zw_diag *diag;

	if ((unsigned)addr->prefix_len <= bits)
		return false;
	diag = zw_diag(r->diags, ZW_Z2003, addr->span,
		       "prefix length %d is above %u", addr->prefix_len, bits);
	zw_diag_here(r->diags, diag, "an %s address has %u bits",
		     addr->family == ZW_IPV4 ? "IPv4" : "IPv6", bits);
	return true;
}

static void host_bits(struct zw_resolver *r, const struct zw_ast_addr *addr,
		      struct zw_interval prefix)
{
	char text[100];
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z2001, addr->span,
			"prefix has bits set behind its length of %d",
			addr->prefix_len);

	zw_diag_here(
		r->diags, diag, "the network begins at %s",
		zw_ip_format((struct zw_ip){ addr->family, prefix.lo }, text));
	zw_diag_help(r->diags, diag, "write %s",
		     zw_ip_range_format(addr->family, prefix, text));
}

static bool literal(struct zw_resolver *r, const struct zw_ast_addr *addr,
		    struct zw_interval *range)
{
	u128 host;
	struct zw_diag *diag;

	*range = (struct zw_interval){ addr->lo, addr->hi };
	if (addr->prefix_len < 0) {
		if (addr->lo <= addr->hi)
			return true;
		diag = zw_diag(r->diags, ZW_Z2002, addr->span,
			       "range ends before it begins");
		zw_diag_here(r->diags, diag, "the first address is the higher");
		return false;
	}
	if (bad_prefix(r, addr))
		return false;
	host = zw_family_all(addr->family).hi;
	if (addr->prefix_len)
		host = ((u128)1 << (zw_family_bits(addr->family) -
				    (unsigned)addr->prefix_len)) -
		       1;
	range->lo = addr->lo & ~host;
	range->hi = addr->lo | host;
	if (range->lo == addr->lo)
		return true;
	host_bits(r, addr, *range);
	return false;
}

struct zw_define *zw_find_define(struct zw_resolver *r,
				 const struct zw_scope *scope,
				 struct zw_str name)
{
	u32 at;

	for (; scope; scope = scope->outer) {
		if (zw_map_get(&scope->defines, name, &at))
			return &r->defines.v[at];
	}
	return NULL;
}

static void unknown_define(struct zw_resolver *r, struct zw_ast_name name)
{
	size_t i, n = zw_candidates(r, r->defines.n);
	struct zw_ast_name *names =
		ZW_NEW_ARRAY(r->arena, struct zw_ast_name, n);
	struct zw_diag *diag;
	u32 at;

	for (i = 0; i < n; i++)
		names[i] = r->defines.v[i].stmt->name;
	diag = zw_unknown_name(r, ZW_Z1001, "define", name, names, n);
	if (zw_map_get(&r->zones, name.text, &at))
		zw_diag_label(r->diags, diag, r->model->zones.v[at].span,
			      "a zone has this name, no define");
}

static void cycle(struct zw_resolver *r, const struct zw_define *define,
		  struct zw_span use)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z1008, use,
				       "define '%.*s' contains itself",
				       ZW_STR_ARG(define->stmt->name.text));
	size_t i;

	zw_diag_here(r->diags, diag, "used while it is being defined");
	for (i = 0; i < r->defines.n; i++) {
		if (r->defines.v[i].progress == ZW_IN_WORK)
			zw_diag_label(r->diags, diag,
				      r->defines.v[i].stmt->name.span,
				      "on the way round");
	}
}

static bool names_file(const struct zw_ast_stmt *stmt)
{
	size_t i;

	for (i = 0; i < stmt->addrs.n; i++) {
		if (stmt->addrs.v[i].kind == ZW_ADDR_FILE)
			return true;
	}
	return false;
}

static void check_empty(struct zw_resolver *r, struct zw_define *define)
{
	struct zw_ast_name name = define->stmt->name;
	struct zw_diag *diag;

	if (!zw_ipset_empty(define->set))
		return;
	if (define->may_be_empty) {
		diag = zw_diag(r->diags, ZW_Z3001, name.span,
			       "define '%.*s' is empty", ZW_STR_ARG(name.text));
		zw_diag_here(r->diags, diag, "holds no address today");
		return;
	}
	diag = zw_diag(r->diags, ZW_Z2007, name.span, "define '%.*s' is empty",
		       ZW_STR_ARG(name.text));
	zw_diag_here(r->diags, diag, "holds no address");
	if (names_file(define->stmt))
		zw_diag_help(
			r->diags, diag,
			"if the file may be empty, write 'allow-empty' behind it");
	define->poisoned = true;
}

static void resolve_define(struct zw_resolver *r, size_t at)
{
	struct zw_addrs_result result;
	struct zw_define *define = &r->defines.v[at];

	define->progress = ZW_IN_WORK;
	r->depth++;
	result = zw_resolve_addrs(r, define->scope, &define->stmt->addrs);
	r->depth--;
	ZW_ASSERT(define == &r->defines.v[at]); /* all are declared by now */
	define->progress = ZW_DONE;
	define->set = result.set;
	define->poisoned = define->poisoned || result.poisoned;
	define->may_be_empty = result.may_be_empty;
	if (!define->poisoned)
		check_empty(r, define);
}

struct zw_define *zw_use_define(struct zw_resolver *r,
				const struct zw_scope *scope,
				const struct zw_ast_name *name)
{
	struct zw_define *define = zw_find_define(r, scope, name->text);

	if (!define) {
		unknown_define(r, *name);
		return NULL;
	}
	if (define->progress == ZW_IN_WORK) {
		if (!define->poisoned)
			cycle(r, define, name->span);
		define->poisoned = true;
		return NULL;
	}
	if (define->progress == ZW_UNSEEN) {
		if (r->depth >= ZW_DEFINITION_LIMIT) {
			zw_diag(r->diags, ZW_Z1009, name->span,
				"definitions are nested more than %d deep",
				ZW_DEFINITION_LIMIT);
			return NULL;
		}
		resolve_define(r, (size_t)(define - r->defines.v));
	}
	return define;
}

void zw_resolve_all_defines(struct zw_resolver *r)
{
	size_t i;

	for (i = 0; i < r->defines.n; i++) {
		if (r->defines.v[i].progress == ZW_UNSEEN)
			resolve_define(r, i);
	}
}

static struct zw_addrs_result poison(void)
{
	return (struct zw_addrs_result){ .poisoned = true };
}

struct zw_addrs_result zw_resolve_addr(struct zw_resolver *r,
				       const struct zw_scope *scope,
				       const struct zw_ast_addr *addr)
{
	struct zw_addrs_result result = { .poisoned = false };
	struct zw_define *define;
	struct zw_interval range;

	switch (addr->kind) {
	case ZW_ADDR_LITERAL:
		if (!literal(r, addr, &range))
			return poison();
		result.set.of[addr->family] =
			zw_intervals_one(r->arena, range.lo, range.hi);
		return result;
	case ZW_ADDR_NAME:
		define = zw_use_define(r, scope, &addr->name);
		if (!define)
			return poison();
		result.set = define->set;
		result.poisoned = define->poisoned;
		result.may_be_empty = define->may_be_empty;
		return result;
	case ZW_ADDR_FILE:
		if (!zw_read_set_file(r, addr->span, addr->name.text,
				      &result.set))
			return poison();
		result.may_be_empty = addr->allow_empty;
		return result;
	case ZW_ADDR_FROM_INTERFACE: /* zones.c adds them */
		return result;
	case ZW_ADDR_INTERFACE: /* publish.c asks own.c */
		break;
	}
	return poison();
}

/* Many literals are put into one list and sorted once. */
struct zw_addrs_result zw_resolve_addrs(struct zw_resolver *r,
					const struct zw_scope *scope,
					const zw_ast_addrs *addrs)
{
	struct zw_addrs_result result = { .poisoned = false };
	ZW_VEC(struct zw_interval) lists[ZW_FAMILY_COUNT] = { 0 };
	size_t i;
	int f;

	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];
		struct zw_addrs_result one;
		struct zw_interval range;

		if (addr->kind == ZW_ADDR_LITERAL) {
			if (literal(r, addr, &range))
				zw_push(r->arena, lists[addr->family], range);
			else
				result.poisoned = true;
			continue;
		}
		one = zw_resolve_addr(r, scope, addr);
		result.poisoned = result.poisoned || one.poisoned;
		result.may_be_empty = result.may_be_empty || one.may_be_empty;
		if (zw_ipset_empty(result.set))
			result.set = one.set;
		else if (!zw_ipset_empty(one.set))
			result.set =
				zw_ipset_union(r->arena, result.set, one.set);
	}
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_intervals written =
			zw_intervals_from(r->arena, lists[f].v, lists[f].n);

		if (!result.set.of[f].n)
			result.set.of[f] = written;
		else if (written.n)
			result.set.of[f] = zw_intervals_union(
				r->arena, result.set.of[f], written);
	}
	return result;
}
