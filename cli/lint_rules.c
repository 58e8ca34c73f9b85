/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Oddities on a ruleset as diagnostics: at the text's line where there is a
 * text, else by table, chain and handle. */
#include "cli/lint_rules.h"

#include <string.h>

#include "cli/places.h"
#include "verifier/oddities.h"

#define BY_MAX 8 /* rules that are named one by one */

struct permit {
	u32 chain, position;
	enum zw_code code;
	bool reasoned, used;
};

struct linter {
	struct zw_cli *cli;
	const struct zw_ruleset *ruleset;
	struct zw_places places;
	ZW_VEC(struct permit) permits;
	size_t permitted;
};

/* ---- names --------------------------------------------------------------- */

static struct zw_str in_table(const struct linter *l, u32 table)
{
	const struct zw_table *t = &l->ruleset->tables.v[table];

	return zw_strf(l->cli->arena, "in table '%s %.*s'",
		       zw_table_family_name(t->family), ZW_STR_ARG(t->name));
}

static struct zw_str chain_name(const struct linter *l, u32 chain)
{
	const struct zw_chain *c = &l->ruleset->chains.v[chain];

	return zw_strf(l->cli->arena, "chain '%.*s' %.*s", ZW_STR_ARG(c->name),
		       ZW_STR_ARG(in_table(l, c->table)));
}

static const struct zw_rule *rule_at(const struct linter *l, u32 chain,
				     u32 position)
{
	return l->ruleset->chains.v[chain].rules.v[position - 1];
}

static struct zw_str rule_name(const struct linter *l, u32 chain, u32 position)
{
	return zw_strf(l->cli->arena, "rule %u of %.*s", position,
		       ZW_STR_ARG(chain_name(l, chain)));
}

/* Without a text, how to find it: "rule 3 (handle 7)". */
static struct zw_str short_name(const struct linter *l, u32 chain, u32 position)
{
	u64 handle = rule_at(l, chain, position)->handle;

	if (!handle)
		return zw_strf(l->cli->arena, "rule %u", position);
	return zw_strf(l->cli->arena, "rule %u (handle %llu)", position,
		       (unsigned long long)handle);
}

/* ---- permits ------------------------------------------------------------- */

/* A comment of nft's, or of the extension of iptables. */
static struct zw_str comment_of(const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs && !rule->comment.n; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_MATCH &&
		    zw_str_is(expr->xt.name, "comment"))
			return (struct zw_str){ expr->xt.info.p,
						strnlen(expr->xt.info.p,
							expr->xt.info.n) };
	}
	return rule->comment;
}

static void read_permits(struct linter *l, u32 chain, u32 position)
{
	static const char word[] = "permit Z";
	struct zw_str s = comment_of(rule_at(l, chain, position));
	struct permit permit = { .chain = chain, .position = position };
	const char *at = s.n ? memmem(s.p, s.n, word, sizeof(word) - 1) : NULL;
	size_t rest;

	if (!at)
		return;
	at += sizeof(word) - 2;
	rest = (size_t)(s.p + s.n - at);
	if (rest < 5 || !zw_code_find((struct zw_str){ at, 5 }, &permit.code))
		return;
	permit.reasoned = rest > 7 && at[5] == ':';
	zw_push(l->cli->arena, l->permits, permit);
}

static void find_permits(struct linter *l)
{
	u32 chain, i;

	for (chain = 0; chain < l->ruleset->chains.n; chain++) {
		for (i = 1; i <= l->ruleset->chains.v[chain].rules.n; i++)
			read_permits(l, chain, i);
	}
}

static bool is_permitted(struct linter *l, const struct zw_oddity *r,
			 enum zw_code code)
{
	bool found = false;
	size_t i;

	for (i = 0; i < l->permits.n; i++) {
		struct permit *p = &l->permits.v[i];

		if (r->chain != p->chain || r->position != p->position ||
		    p->code != code || !p->reasoned)
			continue;
		p->used = found = true;
	}
	l->permitted += found;
	return found;
}

static void complain(struct linter *l, const struct permit *p)
{
	struct zw_span span = zw_places_rule(&l->places, p->chain, p->position);
	struct zw_str name = rule_name(l, p->chain, p->position);
	const char *code = zw_code_info(p->code)->name;
	struct zw_diag *diag;

	if (p->used)
		return;
	if (!p->reasoned) {
		diag = zw_diag(&l->cli->diags, ZW_Z3034, span,
			       "%.*s permits a lint without a reason",
			       ZW_STR_ARG(name));
		zw_diag_help(&l->cli->diags, diag,
			     "write it behind a colon: permit %s: REASON",
			     code);
		return;
	}
	diag = zw_diag(&l->cli->diags, ZW_Z3034, span,
		       "%.*s permits %s, which is not found there",
		       ZW_STR_ARG(name), code);
	zw_diag_help(&l->cli->diags, diag,
		     "take it out of the comment, or it hides the next one");
}

/* ---- findings ------------------------------------------------------------ */

static struct zw_diag *say_rule(struct linter *l, const struct zw_oddity *r,
				enum zw_code code, const char *before,
				const char *behind)
{
	struct zw_span span = zw_places_rule(&l->places, r->chain, r->position);
	struct zw_str name = rule_name(l, r->chain, r->position);
	u64 handle = rule_at(l, r->chain, r->position)->handle;
	struct zw_diag *diag;

	diag = zw_diag(&l->cli->diags, code, span, "%s%.*s%s", before,
		       ZW_STR_ARG(name), behind);
	if (span.file == ZW_NO_FILE && handle)
		zw_diag_note(&l->cli->diags, diag, "its handle is %llu",
			     (unsigned long long)handle);
	return diag;
}

static void say_by(struct linter *l, struct zw_diag *diag,
		   const struct zw_oddity *r)
{
	const char *what =
		r->by.n > 1 ? "takes a part of it" : "takes all of it";
	struct zw_diags *diags = &l->cli->diags;
	struct zw_buf list = { 0 };
	size_t i;

	for (i = 0; i < r->by.n && i < BY_MAX; i++) {
		struct zw_span span =
			zw_places_rule(&l->places, r->chain, r->by.v[i]);
		struct zw_str name = short_name(l, r->chain, r->by.v[i]);

		if (span.file != ZW_NO_FILE) {
			zw_diag_label(diags, diag, span, "%s", what);
			name = zw_strf(l->cli->arena, "rule %u", r->by.v[i]);
		}
		zw_buf_printf(&list, "%s%.*s", i ? ", " : "", ZW_STR_ARG(name));
	}
	if (r->by.n > BY_MAX)
		zw_buf_printf(&list, " and %zu more", r->by.n - BY_MAX);
	zw_diag_note(diags, diag, "%.*s %s all of it before, and %s",
		     (int)list.n, list.data, r->by.n > 1 ? "take" : "takes",
		     r->by.n > 1    ? (r->otherwise ? "decide otherwise"
						    : "decide the same")
		     : r->otherwise ? "decides otherwise"
				    : "decides the same");
	zw_buf_free(&list);
}

static void say_unmet(struct linter *l, const struct zw_oddity *r)
{
	struct zw_diag *diag = say_rule(l, r, ZW_Z3035, "no packet meets ", "");
	struct zw_diags *diags = &l->cli->diags;

	switch (r->why) {
	case ZW_UNMET_ITSELF:
		zw_diag_note(diags, diag,
			     "no packet can be all that it asks for");
		break;
	case ZW_UNMET_CALLER:
		zw_diag_note(diags, diag,
			     "what it asks for does not come to its chain");
		break;
	case ZW_UNMET_BEFORE:
		if (r->by.n)
			say_by(l, diag, r);
		else
			zw_diag_note(diags, diag,
				     "rules before it take all of it, or change it");
		break;
	}
}

static void say_chain(struct linter *l, const struct zw_oddity *r)
{
	struct zw_str name = chain_name(l, r->chain);
	struct zw_diag *diag;

	diag = zw_diag(&l->cli->diags, ZW_Z3036, l->places.chains[r->chain],
		       "no packet comes to %.*s", ZW_STR_ARG(name));
	zw_diag_note(&l->cli->diags, diag, "%s",
		     r->named ? "rules go there, but none that a packet meets"
			      : "no rule goes there");
}

static void say_unused(struct linter *l, const struct zw_oddity *r)
{
	const struct zw_ruleset *ruleset = l->ruleset;
	struct zw_span span = ZW_NO_SPAN;
	const char *what = "flowtable";
	struct zw_str name;
	u32 table;

	if (r->kind == ZW_ODDITY_SET) {
		const struct zw_set *set = &ruleset->sets.v[r->number];

		what = set->data_kind == ZW_DATA_NONE ? "set" : "map";
		name = set->name;
		table = set->table;
		span = l->places.sets[r->number];
	} else if (r->kind == ZW_ODDITY_OBJECT) {
		what = "object";
		name = ruleset->objects.v[r->number].name;
		table = ruleset->objects.v[r->number].table;
	} else {
		name = ruleset->flowtables.v[r->number].name;
		table = ruleset->flowtables.v[r->number].table;
	}
	zw_diag(&l->cli->diags, ZW_Z3032, span,
		"%s '%.*s' %.*s is not used: no rule looks at it", what,
		ZW_STR_ARG(name), ZW_STR_ARG(in_table(l, table)));
}

static enum zw_code code_of(enum zw_oddity_kind kind)
{
	switch (kind) {
	case ZW_ODDITY_UNMET:
		return ZW_Z3035;
	case ZW_ODDITY_REDUNDANT:
		return ZW_Z3031;
	case ZW_ODDITY_LOG:
		return ZW_Z3033;
	case ZW_ODDITY_CHAIN:
		return ZW_Z3036;
	case ZW_ODDITY_SET:
	case ZW_ODDITY_OBJECT:
	case ZW_ODDITY_FLOWTABLE:
		break;
	}
	return ZW_Z3032;
}

/* Of a table that a policy was compiled to; that one is to be asked. */
static bool is_compiled(const struct linter *l, const struct zw_oddity *r)
{
	const struct zw_ruleset *ruleset = l->ruleset;
	const struct zw_table *t;
	u32 table;

	if (r->chain != ZW_NONE)
		table = ruleset->chains.v[r->chain].table;
	else if (r->kind == ZW_ODDITY_SET)
		table = ruleset->sets.v[r->number].table;
	else if (r->kind == ZW_ODDITY_OBJECT)
		table = ruleset->objects.v[r->number].table;
	else
		table = ruleset->flowtables.v[r->number].table;
	t = &ruleset->tables.v[table];
	return t->family == NFPROTO_INET && zw_str_is(t->name, "zwinger");
}

static void say(struct linter *l, const struct zw_oddity *r)
{
	enum zw_code code = code_of(r->kind);
	struct zw_diag *diag;

	if (is_compiled(l, r) || (r->position && is_permitted(l, r, code)))
		return;
	switch (r->kind) {
	case ZW_ODDITY_UNMET:
		say_unmet(l, r);
		return;
	case ZW_ODDITY_REDUNDANT:
		diag = say_rule(l, r, code, "without ",
				" nothing would change");
		zw_diag_note(
			&l->cli->diags, diag,
			"the rules behind it, or its chain's end, decide the same");
		return;
	case ZW_ODDITY_LOG:
		diag = say_rule(l, r, code, "", " logs without a limit");
		zw_diag_note(&l->cli->diags, diag,
			     "whoever sends such packets can fill the log");
		return;
	case ZW_ODDITY_CHAIN:
		say_chain(l, r);
		return;
	case ZW_ODDITY_SET:
	case ZW_ODDITY_OBJECT:
	case ZW_ODDITY_FLOWTABLE:
		say_unused(l, r);
		return;
	}
}

size_t zw_lint_ruleset(struct zw_cli *cli, const struct zw_input *input)
{
	struct linter l = { .cli = cli, .ruleset = input->ruleset };
	zw_oddities oddities;
	size_t i;

	if (!zw_oddities_of(cli->arena, input->ruleset, 0, &oddities)) {
		zw_input_too_large(cli, input->name);
		return 0;
	}
	zw_places_find(cli, input->name, input->ruleset, &l.places);
	find_permits(&l);
	for (i = 0; i < oddities.n; i++)
		say(&l, &oddities.v[i]);
	for (i = 0; i < l.permits.n; i++)
		complain(&l, &l.permits.v[i]);
	return l.permitted;
}
