/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First what was sent and what became of it, then differences, then what no
 * packet met and what a lab cannot do, then the verdict in one line. */
#include "report/lab.h"

#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "report/json_value.h"
#include "verifier/ruleset.h"

enum { RULES_SHOWN = 10, SETS_SHOWN = 10, WAY_SHOWN = 40 };

/* ---- what was not met ---------------------------------------------------- */

struct unmet {
	const struct zw_chain *chain; /* of a rule; NULL: a set's elements */
	const struct zw_set *set;
	const struct zw_rule *rule;
	u32 position;
	u32 elements; /* not met, of a set */
	const char *why;
};

struct unmets {
	struct zw_arena *arena;
	ZW_VEC(struct unmet) list;
	u32 rules, rules_unmet, elements, elements_unmet;
};

static bool is_loopback(const struct zw_value *value)
{
	return value->len >= 3 && !memcmp(value->bytes, "lo", 3);
}

/* Why a rule may have met none of the packets that a lab sends. */
static const char *reason_of(const struct zw_rule *rule)
{
	const char *why = "none of the packets that were drawn came here";
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *e = &rule->exprs[i];

		switch (e->kind) {
		case ZW_EXPR_CMP:
			if (e->cmp.op == NFT_CMP_EQ &&
			    is_loopback(&e->cmp.value))
				return "nothing is sent over the loopback";
			break;
		case ZW_EXPR_META:
			if (e->meta.key == NFT_META_SECPATH)
				return "the lab makes no IPsec";
			break;
		case ZW_EXPR_PAYLOAD:
			if (e->payload.base == NFT_PAYLOAD_NETWORK_HEADER &&
			    e->payload.offset == 6 && e->payload.len == 2)
				why = "connection tracking joins fragments before";
			break;
		case ZW_EXPR_EXTHDR:
			if (e->exthdr.type == 44)
				why = "connection tracking joins fragments before";
			break;
		case ZW_EXPR_RT:
		case ZW_EXPR_XFRM:
			return "the lab makes no IPsec";
		case ZW_EXPR_SOCKET:
			return "nobody listens on the gateway";
		case ZW_EXPR_LIMIT:
		case ZW_EXPR_QUOTA:
		case ZW_EXPR_CONNLIMIT:
			why = "it hangs on a limit";
			break;
		default:
			break;
		}
	}
	return why;
}

static bool is_entered(const struct zw_lab *lab, size_t number)
{
	size_t i;

	for (i = 0; i < lab->ruleset->chains.v[number].rules.n; i++)
		if (lab->met->rules[number][i])
			return true;
	return lab->ruleset->chains.v[number].base;
}

/* It ends its chain, whatever comes. */
static bool is_last_word(const struct zw_chain *chain, size_t i)
{
	const struct zw_rule *rule = chain->rules.v[i];

	return i + 1 == chain->rules.n && i && rule->n_exprs == 1 &&
	       rule->exprs[0].kind == ZW_EXPR_IMMEDIATE;
}

static void add_rules(struct unmets *u, const struct zw_lab *lab, size_t number)
{
	const struct zw_chain *chain = &lab->ruleset->chains.v[number];
	u32 i;

	for (i = 0; i < chain->rules.n; i++) {
		struct unmet one = { .chain = chain,
				     .rule = chain->rules.v[i],
				     .position = i + 1 };

		u->rules++;
		if (lab->met->rules[number][i])
			continue;
		u->rules_unmet++;
		one.why = reason_of(one.rule);
		if (!is_entered(lab, number))
			one.why = "nothing came to its chain";
		else if (is_last_word(chain, i))
			one.why = "the rules before it left nothing";
		zw_push(u->arena, u->list, one);
	}
}

static void add_rows(struct unmets *u, const struct zw_lab *lab, size_t number)
{
	const struct zw_set *set = &lab->ruleset->sets.v[number];
	struct unmet one = { .set = set };
	u32 i;

	for (i = 0; i < set->elements.n; i++)
		one.elements += !lab->met->rows[number][i];
	u->elements += set->elements.n;
	u->elements_unmet += one.elements;
	if (one.elements)
		zw_push(u->arena, u->list, one);
}

static void find_unmet(const struct zw_lab *lab, struct unmets *u)
{
	size_t i;

	*u = (struct unmets){ .arena = lab->arena };
	for (i = 0; i < lab->ruleset->chains.n; i++)
		if (lab->ruleset->chains.v[i].table != ZW_NONE)
			add_rules(u, lab, i);
	for (i = 0; i < lab->ruleset->sets.n; i++)
		if (lab->ruleset->sets.v[i].table != ZW_NONE)
			add_rows(u, lab, i);
}

/* ---- text ---------------------------------------------------------------- */

static void put_way(struct zw_buf *out, const struct zw_difference *d)
{
	size_t i;

	zw_buf_puts(out, "  by the proof:\n");
	if (!d->way.n)
		zw_buf_puts(out, "    it meets no rule\n");
	for (i = 0; i < d->way.n && i < WAY_SHOWN; i++) {
		const struct zw_step *s = &d->way.v[i];

		zw_buf_puts(out, "    ");
		zw_buf_add_escaped(out, s->table);
		zw_buf_puts(out, " ");
		zw_buf_add_escaped(out, s->chain);
		if (s->position)
			zw_buf_printf(out, " rule %u: ", s->position);
		else
			zw_buf_puts(out, ": ");
		zw_buf_add_escaped(out, s->what);
		if (s->comment.n) {
			zw_buf_puts(out, "  <- ");
			zw_buf_add_escaped(out, s->comment);
		}
		zw_buf_putc(out, '\n');
	}
}

static void put_trace(struct zw_buf *out, struct zw_str text)
{
	size_t at = 0, end;

	zw_buf_puts(out, "  by the kernel:\n");
	if (!text.n)
		zw_buf_puts(out, "    it met no rule\n");
	while (at < text.n) {
		for (end = at; end < text.n && text.p[end] != '\n'; end++)
			;
		zw_buf_puts(out, "    ");
		zw_buf_add_escaped(out,
				   (struct zw_str){ text.p + at, end - at });
		zw_buf_putc(out, '\n');
		at = end + 1;
	}
}

static void put_difference(struct zw_buf *out, const struct zw_difference *d,
			   const struct zw_style *style)
{
	zw_ink(out, style, ZW_INK_ERROR);
	zw_buf_puts(out, "differs");
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_printf(out, ": %.*s", ZW_STR_ARG(d->kind));
	if (d->from.n) {
		zw_buf_puts(out, " from ");
		zw_buf_add_escaped(out, d->from);
		zw_buf_puts(out, " to ");
		zw_buf_add_escaped(out, d->to);
	}
	zw_buf_printf(out, ": %.*s\n", ZW_STR_ARG(d->wrong));
	zw_buf_printf(out, "  sent:     %.*s\n", ZW_STR_ARG(d->shot));
	zw_buf_printf(out, "  proved:   %.*s\n", ZW_STR_ARG(d->expected));
	zw_buf_printf(out, "  happened: %.*s\n", ZW_STR_ARG(d->happened));
	if (!d->again)
		zw_buf_puts(
			out,
			"  sent once more it did not differ, or could not be traced\n");
	put_way(out, d);
	put_trace(out, d->trace);
}

static void put_fates(struct zw_buf *out, const struct zw_lab_result *r)
{
	static const char *const names[] = {
		[ZW_FATE_PASSES] = "passed on",
		[ZW_FATE_LOCAL] = "taken by the gateway",
		[ZW_FATE_REJECTED] = "refused",
		[ZW_FATE_DROPPED] = "dropped",
		[ZW_FATE_DIES] = "lost in routing",
	};
	u32 i;

	zw_buf_puts(out, "  to be ");
	for (i = 0; i < ZW_FATE_COUNT; i++)
		zw_buf_printf(out, "%s%llu %s", i ? ", " : "",
			      (unsigned long long)r->fates[i], names[i]);
	zw_buf_putc(out, '\n');
}

static void put_kinds(struct zw_buf *out, const struct zw_lab_result *r)
{
	size_t i, start = out->n;

	for (i = 0; i < r->kinds.n; i++) {
		if (!i)
			zw_buf_puts(out, "  kinds: ");
		else if (out->n - start > 66) {
			zw_buf_puts(out, ",\n    ");
			start = out->n - 4;
		} else
			zw_buf_puts(out, ", ");
		zw_buf_printf(out, "%s %llu", r->kinds.v[i].what,
			      (unsigned long long)r->kinds.v[i].n);
	}
	zw_buf_putc(out, '\n');
}

static void put_unmet(struct zw_buf *out, const struct zw_lab *lab)
{
	struct unmets u;
	u32 rules = 0, sets = 0;
	size_t i;

	find_unmet(lab, &u);
	zw_buf_printf(out, "met: %u of %u rules, %u of %u elements of sets\n",
		      u.rules - u.rules_unmet, u.rules,
		      u.elements - u.elements_unmet, u.elements);
	for (i = 0; i < u.list.n; i++) {
		const struct unmet *one = &u.list.v[i];

		if (one->rule ? rules++ >= RULES_SHOWN : sets++ >= SETS_SHOWN)
			continue;
		zw_buf_puts(out, "  not met: ");
		if (!one->rule) {
			zw_buf_printf(out, "%u of %u elements of ",
				      one->elements, one->set->elements.n);
			zw_buf_add_escaped(out, one->set->name);
			zw_buf_putc(out, '\n');
			continue;
		}
		zw_buf_printf(out, "rule %u of ", one->position);
		zw_buf_add_escaped(out, one->chain->name);
		if (one->rule->comment.n) {
			zw_buf_puts(out, " (");
			zw_buf_add_escaped(out, one->rule->comment);
			zw_buf_puts(out, ")");
		}
		zw_buf_printf(out, ": %s\n", one->why);
	}
	if (rules > RULES_SHOWN || sets > SETS_SHOWN)
		zw_buf_printf(out,
			      "  and more: %u rules, elements of %u sets\n",
			      rules > RULES_SHOWN ? rules - RULES_SHOWN : 0,
			      sets > SETS_SHOWN ? sets - SETS_SHOWN : 0);
}

static void put_limits(struct zw_buf *out, const struct zw_lab_answer *a)
{
	const struct zw_lab_result *r = &a->lab->result;
	size_t i;

	for (i = 0; i < a->lab->network->notes.n; i++) {
		zw_buf_puts(out, "not tested: ");
		zw_buf_add_escaped(out, a->lab->network->notes.v[i]);
		zw_buf_putc(out, '\n');
	}
	if (!a->aim->complete)
		zw_buf_puts(
			out,
			"not tested: some boxes of the proof, which are too many to be listed\n");
	if (r->nothing)
		zw_buf_printf(
			out,
			"not tested: %llu packets about which the interpreter has no opinion: %.*s\n",
			(unsigned long long)r->nothing,
			ZW_STR_ARG(r->nothing_reason));
	if (r->either)
		zw_buf_printf(
			out,
			"%llu packets had several outcomes that are right, such as under a limit\n",
			(unsigned long long)r->either);
}

void zw_lab_text(struct zw_buf *out, const struct zw_lab_answer *a,
		 const struct zw_style *style)
{
	const struct zw_lab_result *r = &a->lab->result;
	size_t i;

	zw_buf_printf(out, "%s: lab of %u interfaces, seed %llu\n", a->name,
		      a->lab->network->spec.count, (unsigned long long)a->seed);
	zw_buf_printf(out, "  %llu packets at %zu of %zu boxes of the proof\n",
		      (unsigned long long)r->sent, r->tried, r->targets);
	put_fates(out, r);
	put_kinds(out, r);
	for (i = 0; i < r->shown.n; i++)
		put_difference(out, &r->shown.v[i], style);
	put_unmet(out, a->lab);
	put_limits(out, a);
	if (r->differences) {
		zw_ink(out, style, ZW_INK_ERROR);
		zw_buf_printf(out, "differs: %llu packets",
			      (unsigned long long)r->differences);
	} else {
		zw_ink(out, style, ZW_INK_NOTE);
		zw_buf_printf(
			out,
			"as proved: all %llu packets fared as the proof says",
			(unsigned long long)r->sent);
	}
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_putc(out, '\n');
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *count(u64 n)
{
	return json_integer((json_int_t)n);
}

static json_t *difference(const struct zw_difference *d)
{
	json_t *out = json_object();

	zw_json_set(out, "kind", zw_json_text(d->kind));
	zw_json_set(out, "from",
		    d->from.n ? zw_json_text(d->from) : json_null());
	zw_json_set(out, "to", d->to.n ? zw_json_text(d->to) : json_null());
	zw_json_set(out, "what", zw_json_text(d->wrong));
	zw_json_set(out, "sent", zw_json_text(d->shot));
	zw_json_set(out, "proved", zw_json_text(d->expected));
	zw_json_set(out, "happened", zw_json_text(d->happened));
	zw_json_set(out, "again", json_boolean(d->again));
	zw_json_set(out, "path", zw_json_path(d->way.v, d->way.n));
	zw_json_set(out, "trace", zw_json_text(d->trace));
	return out;
}

static json_t *unmet(const struct unmet *one)
{
	json_t *out = json_object();

	if (one->rule) {
		zw_json_set(out, "chain", zw_json_text(one->chain->name));
		zw_json_set(out, "rule", json_integer(one->position));
		zw_json_set(out, "comment", zw_json_text(one->rule->comment));
		zw_json_set(out, "why", zw_json_text(zw_str_from(one->why)));
	} else {
		zw_json_set(out, "set", zw_json_text(one->set->name));
		zw_json_set(out, "elements", json_integer(one->elements));
		zw_json_set(out, "of", json_integer(one->set->elements.n));
	}
	return out;
}

static void set_answer(json_t *root, const struct zw_lab_answer *a)
{
	static const char *const fates[] = {
		[ZW_FATE_PASSES] = "passed",
		[ZW_FATE_LOCAL] = "taken",
		[ZW_FATE_REJECTED] = "refused",
		[ZW_FATE_DROPPED] = "dropped",
		[ZW_FATE_DIES] = "lost_in_routing",
	};
	const struct zw_lab_result *r = &a->lab->result;
	json_t *expected = json_object(), *kinds = json_object(),
	       *differences = json_array(), *not_met = json_array();
	struct unmets u;
	size_t i;

	find_unmet(a->lab, &u);
	zw_json_set(root, "seed", count(a->seed));
	zw_json_set(root, "interfaces", count(a->lab->network->spec.count));
	zw_json_set(root, "packets", count(r->sent));
	zw_json_set(root, "boxes", count(r->targets));
	zw_json_set(root, "boxes_tried", count(r->tried));
	for (i = 0; i < ZW_FATE_COUNT; i++)
		zw_json_set(expected, fates[i], count(r->fates[i]));
	zw_json_set(root, "expected", expected);
	for (i = 0; i < r->kinds.n; i++)
		zw_json_set(kinds, r->kinds.v[i].what, count(r->kinds.v[i].n));
	zw_json_set(root, "kinds", kinds);
	zw_json_set(root, "several_outcomes", count(r->either));
	zw_json_set(root, "no_opinion", count(r->nothing));
	zw_json_set(root, "different", count(r->differences));
	for (i = 0; i < r->shown.n; i++)
		zw_json_add(differences, difference(&r->shown.v[i]));
	zw_json_set(root, "differences", differences);
	zw_json_set(root, "rules", count(u.rules));
	zw_json_set(root, "rules_met", count(u.rules - u.rules_unmet));
	zw_json_set(root, "elements", count(u.elements));
	zw_json_set(root, "elements_met", count(u.elements - u.elements_unmet));
	for (i = 0; i < u.list.n; i++)
		zw_json_add(not_met, unmet(&u.list.v[i]));
	zw_json_set(root, "not_met", not_met);
	zw_json_set(root, "not_tested",
		    zw_json_texts(a->lab->network->notes.v,
				  a->lab->network->notes.n));
}

void zw_lab_json(struct zw_buf *out, const struct zw_lab_answer *a,
		 const struct zw_diags *diags, const struct zw_sources *sources)
{
	json_t *root = json_object();

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "as_proved",
		    a ? json_boolean(!a->lab->result.differences)
		      : json_null());
	if (a)
		set_answer(root, a);
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
