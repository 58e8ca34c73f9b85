/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lookups: a set's elements become one table, whatever their number, and a map
 * one table of its different values, each of which is followed once.
 *
 * A set that packets or timeouts change holds nobody knows what; an element
 * that may vanish is in it or not, as nobody can say. */
#include <stdlib.h>

#include "verifier/symbolic_rule.h"

#define VALUES_MAX 4096 /* different values of a map that are followed */

/* Which values a lookup can give: equal ones are followed once. */
struct values {
	u32 n;		    /* 1..n; 0 is a miss */
	const u32 *element; /* [1..n]: an element that has it, or CATCHALL */
};

#define CATCHALL UINT32_MAX

static struct zw_component *set_components(const struct zw_rule_run *run,
					   const struct zw_set *set,
					   size_t *count)
{
	struct zw_component *c =
		ZW_NEW_ARRAY(run->arena, struct zw_component,
			     set->n_fields ? set->n_fields : 1);
	u32 i, first = 0;

	*count = 1;
	c[0] = (struct zw_component){ 0, 8 * set->key_len };
	if (set->kind != ZW_SET_BOXES)
		return c;
	for (i = 0; i < set->n_fields; i++) {
		c[i] = (struct zw_component){ first, 8u * set->field_len[i] };
		first += (8u * set->field_len[i] + 31) / 32 * 32;
	}
	*count = set->n_fields;
	return c;
}

/* The elements' value as text to compare, and the catch-all's. */
static struct zw_str value_of(const struct zw_set *set, u32 element)
{
	const struct zw_ruling *r;

	if (set->data_kind == ZW_DATA_RULING) {
		r = element == CATCHALL ? &set->catchall_ruling
					: &set->elements.rulings[element];
		return (struct zw_str){ (const char *)r, sizeof(*r) };
	}
	if (set->data_kind == ZW_DATA_VALUE) {
		const u8 *p = element == CATCHALL
				      ? set->catchall_data
				      : set->elements.data +
						(size_t)element * set->data_len;

		return (struct zw_str){ (const char *)p, set->data_len };
	}
	return ZW_STR("");
}

/* Number the values; LEAVES gets each element's number, doubled, plus 1 where
 * the element may vanish. */
static bool number_values(const struct zw_rule_run *run,
			  const struct zw_set *set, u32 *leaves, u32 *otherwise,
			  struct values *values)
{
	ZW_VEC(u32) element = { 0 };
	struct zw_map map;
	u32 i, n = set->elements.n, number;

	zw_map_init(&map, run->arena);
	zw_push(run->arena, element, 0);
	*otherwise = 0;
	for (i = 0; i < n + (set->has_catchall ? 1 : 0); i++) {
		u32 e = i < n ? i : CATCHALL;
		u8 marks = e == CATCHALL	 ? set->catchall_marks
			   : set->elements.marks ? set->elements.marks[e]
						 : 0;
		struct zw_str value = value_of(set, e);

		if (!zw_map_get(&map, value, &number)) {
			number = (u32)element.n;
			if (number > VALUES_MAX &&
			    set->data_kind != ZW_DATA_RULING)
				return false;
			zw_map_put(&map, value, number);
			zw_push(run->arena, element, e);
		}
		number = number * 2 + (marks != 0);
		if (e == CATCHALL)
			*otherwise = number;
		else
			leaves[e] = number;
	}
	values->n = (u32)element.n - 1;
	values->element = element.v;
	return true;
}

/* The whole lookup as a diagram of value numbers (as above); false if it
 * cannot be told. */
static bool lookup_table(const struct zw_rule_run *run,
			 const struct zw_set *set, const struct registers *regs,
			 u32 slot, struct values *values, zw_node *out)
{
	struct zw_arena *scratch = run->arena;
	u32 i, n = set->elements.n, len = set->key_len, otherwise = 0;
	struct zw_key *keys = ZW_NEW_ARRAY(scratch, struct zw_key, n);
	u32 *leaves = ZW_NEW_ARRAY(scratch, u32, n);
	struct zw_component *components;
	size_t count;

	if (4 * slot + len > ZW_REG_BYTES ||
	    !number_values(run, set, leaves, &otherwise, values))
		return false;
	components = set_components(run, set, &count);
	for (i = 0; i < n; i++)
		keys[i] = (struct zw_key){ set->elements.lo + (size_t)i * len,
					   set->elements.hi + (size_t)i * len,
					   leaves[i] };
	return zw_space_lookup(run->scene->s->space, &regs->bits[32 * slot],
			       components, count, keys, n, otherwise, out);
}

static bool is_unread(const struct zw_set *set)
{
	return set->unread || set->doubt || set->flags & NFT_SET_EVAL;
}

struct follow {
	struct zw_rule_run *run;
	const struct zw_set *set;
	const struct zw_expr *expr;
	const struct registers *regs;
	const struct values *values;
	u32 i;
	zw_node maybe; /* for elements that may vanish */
	bool has_maybe;
};

/* What the rule does once the lookup gave value NUMBER. */
static zw_node follow_hit(struct follow *f, u32 number)
{
	struct zw_rule_run *run = f->run;
	u32 element = f->values->element[number];
	u32 dreg = f->expr->lookup.dreg;
	struct registers regs;
	struct zw_str value;
	u32 b;

	if (f->set->data_kind == ZW_DATA_RULING && dreg == ZW_REG_VERDICT) {
		const struct zw_ruling *r =
			element == CATCHALL
				? &f->set->catchall_ruling
				: &f->set->elements.rulings[element];

		if (r->code == NFT_CONTINUE)
			return zw_run_go(f->run, f->i + 1, f->regs);
		return zw_run_ruling(run, f->i, r);
	}
	regs = *f->regs;
	value = value_of(f->set, element);
	zw_put_unknown(&regs, dreg, f->set->data_len, true);
	for (b = 0; b < 8 * value.n && 32 * dreg + b < 8 * ZW_REG_BYTES; b++)
		regs.bits[32 * dreg + b] =
			(u8)value.p[b / 8] >> (7 - b % 8) & 1;
	return zw_run_go(f->run, f->i + 1, &regs);
}

static zw_node follow_value(void *context, u32 number)
{
	struct follow *f = context;
	zw_node hit;

	if (!number)
		return zw_run_leaf(f->run, GO_ON);
	hit = follow_hit(f, number / 2);
	if (!(number & 1))
		return hit;
	if (!f->has_maybe) {
		f->maybe = zw_run_maybe(f->run, f->i, true,
					"an element that ends");
		f->has_maybe = true;
	}
	return zw_run_guard(f->run, f->maybe, hit);
}

#define VERDICTS_MAX 64

/* A verdict map whose content is known and whose key is not: any of its
 * verdicts, or none. */
static zw_node any_verdict(struct follow *f)
{
	const char *what = "a value that varies";
	zw_node out = zw_run_leaf(f->run, GO_ON);
	u32 i, n = f->set->elements.n;

	for (i = 0; i < n + (f->set->has_catchall ? 1 : 0); i++)
		out = zw_if(zw_run_diagrams(f->run),
			    zw_run_maybe(f->run, f->i, false, what),
			    zw_run_ruling(f->run, f->i,
					  i < n ? &f->set->elements.rulings[i]
						: &f->set->catchall_ruling),
			    out);
	return out;
}

static zw_node look_into_map(struct zw_rule_run *run,
			     const struct zw_expr *expr, u32 number,
			     const struct registers *regs, u32 i)
{
	const struct zw_set *set = &run->scene->s->ruleset->sets.v[number];
	struct values values;
	zw_node table = ZW_EMPTY;
	struct follow f = { run, set, expr, regs, &values, i, ZW_EMPTY, false };
	struct registers after;

	if (!is_unread(set) &&
	    lookup_table(run, set, regs, expr->lookup.sreg, &values, &table))
		return zw_bind(zw_run_diagrams(run), table, follow_value, &f);
	if (expr->lookup.dreg == ZW_REG_VERDICT && !is_unread(set) &&
	    set->data_kind == ZW_DATA_RULING &&
	    set->elements.n <= VERDICTS_MAX &&
	    i + 1 == run->rule->n_exprs)
		return any_verdict(&f);
	if (expr->lookup.dreg == ZW_REG_VERDICT)
		return zw_run_anything(run, i,
				       "a verdict map that is not known");
	after = *regs;
	zw_put_unknown(&after, expr->lookup.dreg, set->data_len, false);
	return zw_run_guard(run,
			    zw_run_maybe(run, i, !regs->unreal && !set->unread,
					 "a map that changes"),
			    zw_run_go(run, i + 1, &after));
}

/* NUMBER is exchanged in place: the lookup meets what it held or what it holds.
 * Where more is unknown of it, the choices could not be told apart. */
static bool may_be_former(const struct zw_rule_run *run, u32 number)
{
	const struct zw_ruleset *r = run->scene->s->ruleset;
	const struct zw_set *set = &r->sets.v[number], *former;

	if (!set->former)
		return false;
	former = &r->sets.v[set->former - 1];
	return !is_unread(set) && !is_unread(former) && !set->elements.marks &&
	       !former->elements.marks && !set->catchall_marks &&
	       !former->catchall_marks;
}

zw_node zw_run_map(struct zw_rule_run *run, const struct zw_expr *expr,
		   const struct registers *regs, u32 i)
{
	const struct zw_ruleset *r = run->scene->s->ruleset;
	u32 number = expr->lookup.set;
	zw_node former;

	if (!r->sets.v[number].former)
		return look_into_map(run, expr, number, regs, i);
	if (!may_be_former(run, number))
		return zw_run_anything(run, i, "a map that is exchanged");
	former =
		look_into_map(run, expr, r->sets.v[number].former - 1, regs, i);
	return zw_if(zw_run_diagrams(run), zw_unknown_content(run->scene, i),
		     former, look_into_map(run, expr, number, regs, i));
}

/* The elements as keys with these leaves. */
static bool make_set_table(const struct zw_rule_run *run,
			   const struct zw_set *set, const zw_bit *bits,
			   u32 hit, u32 miss, zw_node *out)
{
	u32 i, n = set->elements.n, len = set->key_len;
	struct zw_key *keys =
		zw_heap_resize(NULL, (size_t)n + 1, sizeof(*keys));
	struct zw_component *components;
	size_t count;
	bool ok;

	components = set_components(run, set, &count);
	for (i = 0; i < n; i++)
		keys[i] = (struct zw_key){ set->elements.lo + (size_t)i * len,
					   set->elements.hi + (size_t)i * len,
					   hit };
	ok = zw_space_lookup(run->scene->s->space, bits, components, count,
			     keys, n, set->has_catchall ? hit : miss, out);
	free(keys);
	return ok;
}

/* The same, made once for each set and key. */
static bool set_table(const struct zw_rule_run *run, u32 number,
		      const struct registers *regs, u32 slot, u32 hit, u32 miss,
		      zw_node *out)
{
	struct zw_symbolic *s = run->scene->s;
	const struct zw_set *set = &s->ruleset->sets.v[number];
	u32 words[3 + 8 * ZW_KEY_MAX] = { number, hit, miss };
	struct zw_str key = { (const char *)words, sizeof(*words) * 3 };
	u32 known;

	if (4 * slot + set->key_len > ZW_REG_BYTES)
		return false;
	memcpy(words + 3, &regs->bits[32 * slot],
	       8 * set->key_len * sizeof(zw_bit));
	key.n += 8 * set->key_len * sizeof(zw_bit);
	if (s->base && !s->touched.sets[number] &&
	    zw_map_get(s->base->lookups, key, &known)) {
		*out = s->base->lookup_nodes.v[known];
		return true;
	}
	if (zw_map_get(s->lookups, key, &known)) {
		*out = s->lookup_nodes.v[known];
		return true;
	}
	if (!make_set_table(run, set, &regs->bits[32 * slot], hit, miss, out))
		return false;
	zw_map_put(s->lookups, zw_str_copy(s->arena, key),
		   (u32)s->lookup_nodes.n);
	zw_push(s->arena, s->lookup_nodes, *out);
	return true;
}

static bool any_hit(void *context, u32 number)
{
	(void)context;
	return number >= 2;
}

static bool sure_hit(void *context, u32 number)
{
	(void)context;
	return number >= 2 && !(number & 1);
}

/* Of a set whose elements may vanish: what is in it, as unknown as they. */
static bool marked_set(const struct zw_rule_run *run, const struct zw_set *set,
		       const struct registers *regs, u32 slot, u32 i,
		       zw_node *out)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct values values;
	zw_node table = ZW_EMPTY, hit, sure;

	if (!lookup_table(run, set, regs, slot, &values, &table))
		return false;
	hit = zw_where(d, table, any_hit, NULL);
	sure = zw_where(d, table, sure_hit, NULL);
	*out = hit;
	if (!zw_same(sure, hit))
		*out = zw_or(d, sure,
			     zw_and(d, hit,
				    zw_run_maybe(run, i, true,
						 "an element that ends")));
	return true;
}

static zw_node look_into_set(struct zw_rule_run *run, u32 i, u32 number,
			     const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_set *set = &run->scene->s->ruleset->sets.v[number];
	u32 slot = expr->lookup.sreg, go_on = GO_ON, leaf_number;
	bool marked = set->elements.marks || set->catchall_marks;
	bool invert = expr->lookup.invert;
	zw_node rest = zw_run_go(run, i + 1, regs), out = ZW_EMPTY;

	if (!is_unread(set) && !marked &&
	    zw_is_leaf(zw_run_diagrams(run), rest)) {
		/* no set in between: the elements lead to the verdict */
		leaf_number = zw_leaf_value(zw_run_diagrams(run), rest);
		run->scene->kinds |= KIND(GO_ON);
		if (set_table(run, number, regs, slot,
			      invert ? go_on : leaf_number,
			      invert ? leaf_number : go_on, &out))
			return out;
	} else if (!is_unread(set)) {
		bool ok = marked ? marked_set(run, set, regs, slot, i, &out)
				 : set_table(run, number, regs, slot, !invert,
					     invert, &out);

		if (ok)
			return zw_run_guard(
				run,
				marked && invert
					? zw_not(zw_run_diagrams(run), out)
					: out,
				rest);
	}
	return zw_run_guard(
		run,
		zw_run_maybe(run, i,
			     !regs->unreal && !set->unread && !set->doubt,
			     "a set that changes"),
		rest);
}

/* What follows a lookup in a set without values. */
zw_node zw_run_set(struct zw_rule_run *run, u32 i, const struct registers *regs)
{
	const struct zw_ruleset *r = run->scene->s->ruleset;
	u32 number = run->rule->exprs[i].lookup.set;
	zw_node former;

	if (!r->sets.v[number].former)
		return look_into_set(run, i, number, regs);
	if (!may_be_former(run, number))
		return zw_run_guard(
			run,
			zw_run_maybe(run, i, false, "a set that is exchanged"),
			zw_run_go(run, i + 1, regs));
	former = look_into_set(run, i, r->sets.v[number].former - 1, regs);
	return zw_if(zw_run_diagrams(run), zw_unknown_content(run->scene, i),
		     former, look_into_set(run, i, number, regs));
}
