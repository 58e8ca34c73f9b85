/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defines that are wider than what a rule narrows by them. An address that is
 * written out must lie in its zone; of a define the part inside is taken, which
 * is right for a list that several zones share, and hides a rule that was meant
 * to say more. What one side of a rule takes of a define altogether is held
 * against the whole of it. */
#include "compiler/lint.h"

#include "base/map.h"

struct wide {
	struct zw_arena *arena;
	struct zw_diags *diags;
	const struct zw_model *model;
	struct zw_map sets;  /* name to number */
	struct zw_map known; /* a question to its answer's number */
	ZW_VEC(struct zw_ipset) answers;
	const struct zw_ast_side *side;
	bool source; /* the side is where flows come from */
};

/* Is ZONE one of those that TERM speaks of? */
static bool speaks_of(const struct zw_ast_term *term,
		      const struct zw_zone *zone)
{
	switch (term->who) {
	case ZW_WHO_NAME:
		return zw_str_eq(zone->name, term->name.text);
	case ZW_WHO_ANY:
		return true;
	case ZW_WHO_SELF:
		return false;
	case ZW_WHO_EXTERNAL:
		return zone->kind == ZW_ZONE_EXTERNAL;
	case ZW_WHO_DMZ:
		return zone->kind == ZW_ZONE_DMZ;
	case ZW_WHO_INTERNAL:
		return zone->kind == ZW_ZONE_INTERNAL;
	}
	return false;
}

static bool narrows_by(const struct zw_ast_term *term, struct zw_str name)
{
	size_t i;

	for (i = 0; i < term->addrs.n; i++) {
		if (term->addrs.v[i].kind == ZW_ADDR_NAME &&
		    zw_str_eq(term->addrs.v[i].name.text, name))
			return true;
	}
	return false;
}

/* What SET has beyond the zones of all terms that it narrows. */
static struct zw_ipset beyond(const struct wide *w,
			      const struct zw_named_set *set)
{
	struct zw_ipset rest = set->set;
	size_t i, z;

	for (i = 0; i < w->side->terms.n; i++) {
		const struct zw_ast_term *term = &w->side->terms.v[i];

		if (!narrows_by(term, set->name))
			continue;
		if (term->who == ZW_WHO_SELF)
			return (struct zw_ipset){ 0 };
		for (z = 0; z < w->model->zones.n; z++) {
			if (speaks_of(term, &w->model->zones.v[z]))
				rest = zw_ipset_minus(
					w->arena, rest,
					w->source
						? w->model->sources[z]
						: w->model->zones.v[z].members);
		}
	}
	return rest;
}

/* The same, computed once for the same define and terms. */
static struct zw_ipset known_beyond(struct wide *w,
				    const struct zw_named_set *set)
{
	struct zw_buf key = { 0 };
	struct zw_ipset rest;
	struct zw_str text;
	u32 number;
	size_t i;

	zw_buf_printf(&key, "%d %.*s", w->source, ZW_STR_ARG(set->name));
	for (i = 0; i < w->side->terms.n; i++) {
		if (narrows_by(&w->side->terms.v[i], set->name))
			zw_buf_printf(
				&key, " %.*s",
				ZW_STR_ARG(w->side->terms.v[i].name.text));
	}
	text = zw_str_copy(w->arena, (struct zw_str){ key.data, key.n });
	zw_buf_free(&key);
	if (zw_map_get(&w->known, text, &number))
		return w->answers.v[number];
	rest = beyond(w, set);
	zw_map_put(&w->known, text, (u32)w->answers.n);
	zw_push(w->arena, w->answers, rest);
	return rest;
}

static void say(const struct wide *w, const struct zw_ast_term *term,
		const struct zw_ast_addr *addr, const struct zw_named_set *set,
		struct zw_ipset rest)
{
	enum zw_family family = rest.of[ZW_IPV4].n ? ZW_IPV4 : ZW_IPV6;
	bool more = rest.of[family].n > 1 ||
		    (family == ZW_IPV4 && rest.of[ZW_IPV6].n);
	struct zw_diag *diag;
	char text[100];

	diag = zw_diag(w->diags, ZW_Z3037, addr->span,
		       "'%.*s' is wider than '%.*s'", ZW_STR_ARG(set->name),
		       ZW_STR_ARG(term->name.text));
	zw_diag_here(w->diags, diag, "%s%s not there: passed over",
		     zw_ip_range_format(family, rest.of[family].v[0], text),
		     more ? " and more are" : " is");
	zw_diag_label(w->diags, diag, set->span, "defined here");
	zw_diag_help(
		w->diags, diag,
		"take it out of the define, or name the zone that has it as well");
}

/* Each define once, where it stands first. */
static bool stood_before(const struct wide *w, size_t term, struct zw_str name)
{
	while (term--) {
		if (narrows_by(&w->side->terms.v[term], name))
			return true;
	}
	return false;
}

static void lint_side(struct wide *w)
{
	size_t i, k;

	for (i = 0; i < w->side->terms.n; i++) {
		const struct zw_ast_term *term = &w->side->terms.v[i];

		for (k = 0; k < term->addrs.n; k++) {
			const struct zw_ast_addr *addr = &term->addrs.v[k];
			const struct zw_named_set *set;
			struct zw_ipset rest;
			u32 number;

			if (addr->kind != ZW_ADDR_NAME ||
			    stood_before(w, i, addr->name.text) ||
			    !zw_map_get(&w->sets, addr->name.text, &number))
				continue;
			set = &w->model->sets.v[number];
			rest = known_beyond(w, set);
			if (!zw_ipset_empty(rest))
				say(w, term, addr, set, rest);
		}
	}
}

void zw_lint_wide(struct zw_arena *arena, struct zw_diags *diags,
		  const struct zw_ast *ast, const struct zw_model *model)
{
	struct wide w = { .arena = arena, .diags = diags, .model = model };
	size_t i;

	zw_map_init(&w.sets, arena);
	zw_map_init(&w.known, arena);
	for (i = 0; i < model->sets.n; i++)
		zw_map_put(&w.sets, model->sets.v[i].name, (u32)i);
	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind != ZW_AST_ALLOW && stmt->kind != ZW_AST_DENY &&
		    stmt->kind != ZW_AST_REJECT)
			continue;
		w.side = &stmt->from;
		w.source = true;
		lint_side(&w);
		w.side = &stmt->to;
		w.source = false;
		lint_side(&w);
	}
}
