/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From where to where a packet goes: by the names of its interfaces and its
 * addresses as they are written in the policy. */
#include "tests/referee/evaluator_internal.h"

struct zw_ip zw_source(const struct zw_sample *p)
{
	return (struct zw_ip){ p->family, p->src };
}

struct zw_ip zw_destination(const struct zw_sample *p)
{
	return (struct zw_ip){ p->family, p->dst };
}

bool zw_enters_by(const struct zw_evaluator *e, const struct zw_ast_stmt *zone,
		  const struct zw_sample *p)
{
	if (!zone)
		return p->path == ZW_PATH_OUTPUT;
	return p->path != ZW_PATH_OUTPUT &&
	       zw_tree_on_interface(&e->tree, zone, p->in, p->in_ipsec,
				    p->in_reqid);
}

bool zw_leaves_by(const struct zw_evaluator *e, const struct zw_ast_stmt *zone,
		  const struct zw_sample *p)
{
	if (!zone)
		return p->path == ZW_PATH_INPUT;
	return p->path != ZW_PATH_INPUT &&
	       zw_tree_on_interface(&e->tree, zone, p->out, p->out_ipsec,
				    p->out_reqid);
}

bool zw_comes_from(const struct zw_evaluator *e, const struct zw_ast_stmt *zone,
		   const struct zw_sample *p)
{
	return zw_enters_by(e, zone, p) &&
	       (!zone || zw_tree_is_source(&e->tree, zone, zw_source(p)));
}

bool zw_goes_to(const struct zw_evaluator *e, const struct zw_ast_stmt *zone,
		const struct zw_sample *p)
{
	return zw_leaves_by(e, zone, p) &&
	       (!zone || zw_tree_is_member(&e->tree, zone, zw_destination(p)));
}

const struct zw_ast_stmt *zw_zone_number(const struct zw_evaluator *e, size_t i)
{
	return i < e->tree.zones.n ? e->tree.zones.v[i] : NULL;
}

static size_t number_of(const struct zw_evaluator *e,
			const struct zw_ast_stmt *zone)
{
	size_t i = 0;

	while (i < e->tree.zones.n && e->tree.zones.v[i] != zone)
		i++;
	return i;
}

bool zw_crosses(const struct zw_evaluator *e, const struct zw_ast_stmt *from,
		const struct zw_ast_stmt *to)
{
	return !e->view ||
	       e->view->crosses[number_of(e, from) * (e->view->zones + 1) +
				number_of(e, to)];
}

bool zw_is_here(const struct zw_evaluator *e, const struct zw_ast_stmt *zone)
{
	return !e->view || e->view->here[number_of(e, zone)];
}

/* "a list, kind or `any` never pairs a zone with itself" in what permits or
 * translates. */
bool zw_pairs(const struct zw_ast_stmt *rule, const struct zw_ast_stmt *from,
	      const struct zw_ast_stmt *to)
{
	if (from != to || rule->kind == ZW_AST_DENY ||
	    rule->kind == ZW_AST_REJECT)
		return true;
	return zw_tree_side_is_one_zone(&rule->from) &&
	       zw_tree_side_is_one_zone(&rule->to);
}
