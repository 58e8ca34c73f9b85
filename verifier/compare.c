/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The product of two rulesets.
 *
 * Diagrams of one space are canonical, so equal rulesets have equal diagrams
 * whatever their layout. Unequal ones are looked at through plain packets
 * first: what can pass in one and not in the other, whatever the unknowns;
 * then, of what is the same in that respect, where conditions, addresses or the
 * manner of refusal are not. Whatever else differs (established packets,
 * fragments, ...) mostly follows from a flow that was opened or closed between
 * the same parties; it is reported where it does not. */
#include "verifier/compare.h"

#include "verifier/interpret.h"
#include "verifier/prove.h"

struct comparer {
	struct zw_study *study;
	struct zw_diagrams *d;
	struct zw_comparison *out;
	size_t examples;
	zw_node named[ZW_STUDY_MAX][ZW_PATH_COUNT];
	zw_node differs[ZW_PATH_COUNT]; /* of all packets that can exist */
	bool *said; /* by pair of parties of the second: something was */
};

/* ---- one name for what is the same unknown ------------------------------- */

static struct zw_str unknown_name(struct zw_flows *f,
				  const struct zw_approximation *a, u32 number)
{
	const struct zw_chain *chain =
		&f->symbolic->ruleset->chains.v[a->chain];
	const struct zw_rule *rule = chain->rules.v[a->position - 1];
	struct zw_buf text = { 0 };
	struct zw_str name;

	zw_expr_print(&text, f->symbolic->ruleset, &rule->exprs[a->expr]);
	name = zw_strf(f->arena, "unknown %u %u %u %s", number, a->family,
		       a->path, text.n ? text.data : "");
	zw_buf_free(&text);
	return name;
}

/* How many unknowns before this one have the same text. */
static u32 occurrence(struct zw_flows *f, size_t i)
{
	const struct zw_approximation *v = f->symbolic->approximations.v;
	struct zw_str mine = unknown_name(f, &v[i], 0);
	u32 n = 0;
	size_t k;

	for (k = 0; k < i; k++) {
		if (v[k].predicate == ZW_NONE && v[k].position &&
		    zw_str_eq(mine, unknown_name(f, &v[k], 0)))
			n++;
	}
	return n;
}

static void name_unknowns(struct zw_flows *f)
{
	struct zw_symbolic *s = f->symbolic;
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		struct zw_approximation *a = &s->approximations.v[i];

		if (a->predicate == ZW_NONE && a->position)
			a->predicate = zw_space_predicate(
				f->space, unknown_name(f, a, occurrence(f, i)));
	}
}

/* ---- where they differ --------------------------------------------------- */

static u32 any_difference(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b;
}

static u32 one_passes(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return (zw_pass_of(a) == ZW_PASS_ACCEPT) !=
	       (zw_pass_of(b) == ZW_PASS_ACCEPT);
}

static u32 both_pass(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b && zw_pass_of(a) == ZW_PASS_ACCEPT &&
	       zw_pass_of(b) == ZW_PASS_ACCEPT;
}

static u32 none_passes(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b && zw_pass_of(a) != ZW_PASS_ACCEPT &&
	       zw_pass_of(b) != ZW_PASS_ACCEPT;
}

/* Of all packets that can exist, those on which COMBINE says yes. */
static zw_node where(struct comparer *c, enum zw_path path, zw_combine *combine)
{
	zw_node set = zw_apply_differing(c->d, zw_tag_new(c->d), combine, NULL,
					 c->named[0][path], c->named[1][path]);

	set = zw_and(c->d, set, c->study->of[0]->paths[path].legal);
	return zw_and(c->d, set, c->study->of[1]->paths[path].legal);
}

/* The same for plain packets, as a set of flows. */
static zw_node flows_where(struct comparer *c, enum zw_path path,
			   zw_combine *combine)
{
	zw_node set = zw_and(c->d, where(c, path, combine),
			     c->study->of[1]->paths[path].plain);

	return zw_exists(c->d, set, c->study->details, c->study->detail_count);
}

static zw_node changed(struct comparer *c, enum zw_path path,
		       enum zw_change_kind kind)
{
	const struct zw_flow_path *a = &c->study->of[0]->paths[path];
	const struct zw_flow_path *b = &c->study->of[1]->paths[path];
	zw_node apart = zw_or(c->d, zw_minus(c->d, a->possible, b->possible),
			      zw_minus(c->d, b->possible, a->possible));

	switch (kind) {
	case ZW_CHANGE_OPENED:
		return zw_minus(c->d, b->possible, a->possible);
	case ZW_CHANGE_CLOSED:
		return zw_minus(c->d, a->possible, b->possible);
	case ZW_CHANGE_CONDITION:
		return zw_minus(c->d, flows_where(c, path, one_passes), apart);
	case ZW_CHANGE_TRANSLATED:
		return zw_minus(c->d, flows_where(c, path, both_pass), apart);
	case ZW_CHANGE_REFUSAL:
		return flows_where(c, path, none_passes);
	case ZW_CHANGE_OTHER:
	case ZW_CHANGE_KINDS:
		break;
	}
	return zw_exists(c->d, c->differs[path], c->study->details,
			 c->study->detail_count);
}

/* ---- examples ------------------------------------------------------------ */

/* The packet at POINT through the ruleset of F. */
static void run_other(struct comparer *c, const struct zw_flows *f,
		      enum zw_path path, const u32 *point,
		      struct zw_change_example *e)
{
	struct zw_arena *arena = c->study->arena;
	struct zw_packet *packet = ZW_NEW(arena, struct zw_packet);
	struct zw_run *run = ZW_NEW(arena, struct zw_run);
	struct zw_trace trace = { .arena = arena };
	size_t i;

	zw_packet_from_point(c->study->space, point, path, packet);
	zw_interpret(f->interpreter, packet, path, NULL, NULL, &trace, run);
	e->other_outcome = run->verdict == ZW_RUN_ACCEPT   ? ZW_STR("accepted")
			   : run->verdict == ZW_RUN_REJECT ? ZW_STR("rejected")
							   : ZW_STR("dropped");
	for (i = 0; i < trace.steps.n; i++) {
		struct zw_step step = trace.steps.v[i];

		zw_push(arena, e->other_path, step);
	}
}

/* The packets that a change is about, as far as its example is sought there. */
static zw_node packets_of(struct comparer *c, const struct zw_change *change,
			  zw_node flows)
{
	u32 side = change->kind == ZW_CHANGE_CLOSED ? 0 : 1;
	const struct zw_flow_path *p = &c->study->of[side]->paths[change->path];

	if (change->kind == ZW_CHANGE_OTHER)
		return zw_and(c->d, flows, c->differs[change->path]);
	return zw_and(c->d, zw_and(c->d, flows, p->plain),
		      change->kind == ZW_CHANGE_REFUSAL ? p->legal
							: p->accepted);
}

static void add_example(struct comparer *c, struct zw_change *change,
			const struct zw_class *class)
{
	u32 side = change->kind == ZW_CHANGE_CLOSED ? 0 : 1;
	const struct zw_flows *f = c->study->of[side];
	enum zw_wanted wanted =
		change->kind == ZW_CHANGE_REFUSAL ? ZW_WANT_NO_ACCEPT
		: change->kind == ZW_CHANGE_OTHER ? ZW_WANT_SAME
						  : ZW_WANT_ACCEPT;
	struct zw_change_example e = { 0 };
	const u32 *point;
	zw_node set =
		packets_of(c, change, zw_class_node(c->study->space, class));

	e.found = zw_flows_example(f, change->path, set, wanted, &e.witness,
				   &point);
	if (e.found)
		run_other(c, c->study->of[!side], change->path, point, &e);
	zw_push(c->study->arena, change->examples, e);
}

/* ---- pairs --------------------------------------------------------------- */

static bool *said_of(struct comparer *c, size_t from, size_t to)
{
	return &c->said[from * c->out->parties[1].list.n + to];
}

/* A party of the first is the second's of the same name. */
static size_t number_of(const struct comparer *c, const struct zw_party *party)
{
	size_t i;

	for (i = 0; i < c->out->parties[1].list.n; i++) {
		if (zw_str_eq(c->out->parties[1].list.v[i].name, party->name))
			return i;
	}
	return SIZE_MAX;
}

static void note_said(struct comparer *c, const struct zw_change *change)
{
	size_t from = number_of(c, change->from);
	size_t to = number_of(c, change->to);

	if (from == SIZE_MAX || to == SIZE_MAX)
		return;
	*said_of(c, from, to) = *said_of(c, to, from) = true;
}

static void add_change(struct comparer *c, enum zw_change_kind kind,
		       const struct zw_party *from, const struct zw_party *to,
		       enum zw_path path, zw_node set)
{
	struct zw_change change = {
		.kind = kind, .from = from, .to = to, .path = path
	};
	struct zw_extent extent;
	size_t i;

	zw_classes_of(c->study->arena, c->study->space, set, 0,
		      &change.classes);
	zw_extent_measure(c->study->arena, c->study->space, set, &extent);
	change.count = extent.count;
	for (i = 0; i < change.classes.list.n && i < c->examples; i++)
		add_example(c, &change, &change.classes.list.v[i]);
	note_said(c, &change);
	zw_push(c->study->arena, c->out->changes, change);
}

static void each_pair(struct comparer *c, enum zw_change_kind kind,
		      const zw_node sets[ZW_PATH_COUNT])
{
	const struct zw_parties *parties =
		&c->out->parties[kind == ZW_CHANGE_CLOSED ? 0 : 1];
	size_t i, k, n = parties->list.n;

	for (i = 0; i < n; i++) {
		for (k = 0; k < n; k++) {
			const struct zw_party *from = &parties->list.v[i];
			const struct zw_party *to = &parties->list.v[k];
			enum zw_path path;
			zw_node set;

			if (!zw_parties_path(from, to, &path) ||
			    zw_same(sets[path], ZW_EMPTY) ||
			    (kind == ZW_CHANGE_OTHER && *said_of(c, i, k)))
				continue;
			set = zw_parties_between(c->study->space, from, to,
						 sets[path]);
			if (!zw_same(set, ZW_EMPTY))
				add_change(c, kind, from, to, path, set);
		}
	}
}

/* ---- all of it ----------------------------------------------------------- */

static bool find_differences(struct comparer *c)
{
	enum zw_path path;
	bool equal = true;
	u32 i;

	for (i = 0; i < ZW_STUDY_MAX; i++) {
		name_unknowns(c->study->of[i]);
		for (path = 0; path < ZW_PATH_COUNT; path++)
			c->named[i][path] = zw_symbolic_named(
				c->study->of[i]->symbolic,
				c->study->of[i]->paths[path].diagram);
	}
	zw_study_update(c->study);
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		c->differs[path] = zw_same(c->named[0][path], c->named[1][path])
					   ? ZW_EMPTY
					   : where(c, path, any_difference);
		equal = equal && zw_same(c->differs[path], ZW_EMPTY);
	}
	return !equal;
}

void zw_compare(struct zw_study *study, size_t examples,
		struct zw_comparison *out)
{
	struct comparer c = {
		.study = study, .d = study->d, .out = out, .examples = examples
	};
	enum zw_change_kind kind;
	enum zw_path path;
	size_t n;

	*out = (struct zw_comparison){ .equal = true };
	if (!find_differences(&c))
		return;
	out->equal = false;
	zw_parties_of(study->of[0], &out->parties[0]);
	zw_parties_of(study->of[1], &out->parties[1]);
	n = out->parties[1].list.n;
	c.said = ZW_NEW_ARRAY(study->scratch, bool, n *n);
	for (kind = 0; kind < ZW_CHANGE_KINDS; kind++) {
		zw_node sets[ZW_PATH_COUNT];

		for (path = 0; path < ZW_PATH_COUNT; path++)
			sets[path] = zw_same(c.differs[path], ZW_EMPTY)
					     ? ZW_EMPTY
					     : changed(&c, path, kind);
		each_pair(&c, kind, sets);
	}
	out->elsewhere = !out->changes.n;
}
