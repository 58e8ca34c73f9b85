/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distances by trying every gateway in between, crossing by trying every pair
 * of ends, needs by asking the evaluator what opens a pair. */
#include "tests/referee/view.h"

#include <string.h>

#include "tests/referee/evaluator_internal.h"

#define FAR 1000u

struct site {
	struct zw_arena *arena;
	ZW_VEC(const struct zw_ast_stmt *) zones, gateways, links;
	unsigned *d; /* between gateways */
};

static const struct zw_ast_member *binding(const struct zw_ast_stmt *gateway,
					   const struct zw_ast_stmt *zone)
{
	size_t i;

	for (i = 0; i < gateway->members.n; i++)
		if (zw_str_eq(gateway->members.v[i].name.text, zone->name.text))
			return &gateway->members.v[i];
	return NULL;
}

static bool joins(const struct zw_ast_stmt *link,
		  const struct zw_ast_stmt *gateway)
{
	size_t i;

	for (i = 0; i < link->gateways.n; i++)
		if (zw_str_eq(link->gateways.v[i].text, gateway->name.text))
			return true;
	return false;
}

static unsigned *between(const struct site *s, size_t g, size_t h)
{
	return &s->d[g * s->gateways.n + h];
}

static void measure(struct site *s)
{
	size_t g, h, k, n = s->gateways.n;

	s->d = ZW_NEW_ARRAY(s->arena, unsigned, n *n);
	for (g = 0; g < n; g++) {
		for (h = 0; h < n; h++) {
			*between(s, g, h) = g == h ? 0 : FAR;
			for (k = 0; g != h && k < s->links.n; k++)
				if (joins(s->links.v[k], s->gateways.v[g]) &&
				    joins(s->links.v[k], s->gateways.v[h]))
					*between(s, g, h) = 1;
		}
	}
	for (k = 0; k < n; k++)
		for (g = 0; g < n; g++)
			for (h = 0; h < n; h++)
				if (*between(s, g, k) + *between(s, k, h) <
				    *between(s, g, h))
					*between(s, g, h) = *between(s, g, k) +
							    *between(s, k, h);
}

/* "d(G, A) the least d(G, H) of the gateways H that have A" */
static unsigned to_zone(const struct site *s, size_t g, size_t zone)
{
	unsigned least = FAR;
	size_t h;

	for (h = 0; h < s->gateways.n; h++)
		if (binding(s->gateways.v[h], s->zones.v[zone]) &&
		    *between(s, g, h) < least)
			least = *between(s, g, h);
	return least;
}

static bool crosses(const struct site *s, size_t g, size_t from, size_t to)
{
	size_t n = s->zones.n, a, b;

	if (from == n && to == n)
		return false;
	if (from == n || to == n)
		return to_zone(s, g, from == n ? to : from) < FAR;
	for (a = 0; a < s->gateways.n; a++) {
		for (b = 0; b < s->gateways.n; b++) {
			unsigned way = *between(s, a, b);

			if (binding(s->gateways.v[a], s->zones.v[from]) &&
			    binding(s->gateways.v[b], s->zones.v[to]) &&
			    way < FAR && way == to_zone(s, a, to) &&
			    way == to_zone(s, b, from) &&
			    *between(s, a, g) + *between(s, g, b) == way)
				return true;
		}
	}
	return false;
}

/* ---- interfaces ---------------------------------------------------------- */

static bool has_name(const struct zw_ast_member *member, struct zw_str name)
{
	size_t i;

	for (i = 0; i < member->interfaces.n; i++)
		if (zw_str_eq(member->interfaces.v[i].text, name))
			return true;
	return false;
}

static void add_binding(struct site *s, struct zw_ast_stmt *zone,
			const struct zw_ast_member *from)
{
	struct zw_ast_member by = { .kind = ZW_MEMBER_INTERFACE },
			     ipsec = { 0 };
	size_t i;

	for (i = 0; i < from->interfaces.n; i++)
		if (!has_name(&by, from->interfaces.v[i].text))
			zw_push(s->arena, by.interfaces, from->interfaces.v[i]);
	zw_push(s->arena, zone->members, by);
	if (from->ipsec == ZW_AST_IPSEC_UNSAID)
		return;
	ipsec.kind = from->ipsec == ZW_AST_IPSEC ? ZW_MEMBER_IPSEC
						 : ZW_MEMBER_NOT_IPSEC;
	ipsec.has_reqid = from->has_reqid;
	ipsec.reqid = from->reqid;
	zw_push(s->arena, zone->members, ipsec);
}

/* "those that it has in the zones of the links L on which it is together with
 * an H of d(H, A) = d(G, A) - 1" */
static bool leads(const struct site *s, const struct zw_ast_stmt *link,
		  size_t g, size_t zone)
{
	size_t h;

	if (!joins(link, s->gateways.v[g]))
		return false;
	for (h = 0; h < s->gateways.n; h++)
		if (joins(link, s->gateways.v[h]) &&
		    to_zone(s, h, zone) + 1 == to_zone(s, g, zone))
			return true;
	return false;
}

static const struct zw_ast_member *link_binding(const struct site *s, size_t g,
						const struct zw_ast_stmt *link)
{
	size_t i;

	for (i = 0; i < s->gateways.v[g]->members.n; i++)
		if (zw_str_eq(s->gateways.v[g]->members.v[i].name.text,
			      link->name.text))
			return &s->gateways.v[g]->members.v[i];
	return NULL;
}

static struct zw_ast_stmt *seen(struct site *s, struct zw_view *view, size_t g,
				size_t zone, bool needed)
{
	struct zw_ast_stmt *copy = ZW_NEW(s->arena, struct zw_ast_stmt);
	const struct zw_ast_stmt *whole = s->zones.v[zone];
	size_t i;

	*copy = *whole;
	memset(&copy->members, 0, sizeof(copy->members));
	for (i = 0; i < whole->members.n; i++)
		zw_push(s->arena, copy->members, whole->members.v[i]);
	if (binding(s->gateways.v[g], whole)) {
		view->here[zone] = view->there[zone] = true;
		add_binding(s, copy, binding(s->gateways.v[g], whole));
		return copy;
	}
	for (i = 0; needed && i < s->links.n; i++) {
		if (!leads(s, s->links.v[i], g, zone))
			continue;
		view->there[zone] = true;
		add_binding(s, copy, link_binding(s, g, s->links.v[i]));
	}
	return copy;
}

/* ---- all ----------------------------------------------------------------- */

static void gather(struct site *s, const struct zw_ast *ast)
{
	size_t i;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE)
			zw_push(s->arena, s->zones, stmt);
		else if (stmt->kind == ZW_AST_LINK)
			zw_push(s->arena, s->links, stmt);
		else if (stmt->has_block)
			zw_push(s->arena, s->gateways, stmt);
	}
}

/* "an allow, a publish [...] has a pair with A that crosses G": what opens a
 * pair is asked of a policy whose pairs all cross. */
static bool needed(const struct zw_view *view, const bool *opens, size_t zone)
{
	size_t n = view->zones + 1, other;

	for (other = 0; other < n; other++)
		if ((opens[zone * n + other] &&
		     view->crosses[zone * n + other]) ||
		    (opens[other * n + zone] &&
		     view->crosses[other * n + zone]))
			return true;
	return false;
}

struct zw_view *zw_view_new(struct zw_arena *arena, const struct zw_ast *ast,
			    const char *folder, const char *gateway)
{
	struct zw_view *view = ZW_NEW(arena, struct zw_view);
	struct zw_ast *out = ZW_NEW(arena, struct zw_ast);
	struct site s = { .arena = arena };
	size_t g = 0, i, k, n, zone = 0;
	const bool *opens;

	gather(&s, ast);
	if (s.gateways.n < 2)
		return NULL;
	for (i = 0; gateway && i < s.gateways.n; i++)
		if (zw_str_is(s.gateways.v[i]->name.text, gateway))
			g = i;
	measure(&s);
	n = s.zones.n + 1;
	view->zones = s.zones.n;
	view->crosses = ZW_NEW_ARRAY(arena, bool, n *n);
	view->here = ZW_NEW_ARRAY(arena, bool, n);
	view->there = ZW_NEW_ARRAY(arena, bool, n);
	view->joined = ZW_NEW_ARRAY(arena, bool, n);
	for (i = 0; i < s.links.n; i++)
		for (k = 0; k < s.zones.n; k++)
			view->joined[k] |=
				joins(s.links.v[i], s.gateways.v[g]) &&
				zw_str_eq(s.links.v[i]->name.text,
					  s.zones.v[k]->name.text);
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++)
			view->crosses[i * n + k] = crosses(&s, g, i, k);
	opens = zw_evaluator_new(arena, ast, folder)->opens;
	for (i = 0; i < ast->stmts.n; i++) {
		struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE) {
			stmt = seen(&s, view, g, zone,
				    needed(view, opens, zone));
			zone++;
		}
		zw_push(arena, out->stmts, stmt);
	}
	view->ast = out;
	return view;
}
