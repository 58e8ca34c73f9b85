/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes by kind and by pair of zones: the classes of flows, one packet, and
 * the lines behind it. A flow that is newly allowed is so by a line of the new
 * policy, or because one of the old that refused it is gone. */
#include "report/diff.h"

#include "report/class_text.h"
#include "report/verdict.h"

#define CLASSES_SHOWN 8

const char *zw_diff_kind(enum zw_change_kind kind)
{
	switch (kind) {
	case ZW_CHANGE_OPENED:
		return "newly allowed";
	case ZW_CHANGE_CLOSED:
		return "no longer allowed";
	case ZW_CHANGE_CONDITION:
		return "allowed under other limits or times";
	case ZW_CHANGE_TRANSLATED:
		return "translated otherwise";
	case ZW_CHANGE_REFUSAL:
		return "refused in another manner";
	case ZW_CHANGE_OTHER:
	case ZW_CHANGE_KINDS:
		break;
	}
	return "other packets that fare otherwise";
}

static enum zw_ink ink_of(enum zw_change_kind kind)
{
	return kind == ZW_CHANGE_OPENED	  ? ZW_INK_ERROR
	       : kind == ZW_CHANGE_CLOSED ? ZW_INK_NOTE
					  : ZW_INK_WARNING;
}

/* ---- lines --------------------------------------------------------------- */

static struct zw_flow flow_of(const struct zw_change *change,
			      const struct zw_witness *w)
{
	struct zw_flow flow = { .from = change->from->zone,
				.to = change->to->zone,
				.src = w->src,
				.dst = w->dst,
				.passed_dst = w->dst,
				.proto = w->proto };

	flow.key = w->has_type ? (u16)(w->type << 8 | w->code) : w->dport;
	flow.passed_key = flow.key;
	return flow;
}

/* Whether what decides on this side allows, or refuses. */
static bool allows_on(enum zw_change_kind kind, u32 side)
{
	switch (kind) {
	case ZW_CHANGE_OPENED:
		return side == 1;
	case ZW_CHANGE_CLOSED:
		return side == 0;
	case ZW_CHANGE_REFUSAL:
		return false;
	default:
		return true;
	}
}

zw_spans zw_diff_lines(struct zw_arena *arena, const struct zw_diff_answer *a,
		       const struct zw_change *change,
		       const struct zw_change_example *example, u32 side)
{
	struct zw_flow flow = flow_of(change, &example->witness);
	zw_spans none = { 0 };

	if (!example->found || !a->has_policy[side] ||
	    change->kind == ZW_CHANGE_OTHER)
		return none;
	if (change->kind == ZW_CHANGE_TRANSLATED)
		return zw_flow_translations(
			arena, a->flows[side]->subject.statement, &flow);
	return zw_flow_lines(arena, a->flows[side]->subject.statement, &flow,
			     allows_on(change->kind, side));
}

/* ---- text ---------------------------------------------------------------- */

static void put_spans(struct zw_buf *out, const zw_spans *spans,
		      const struct zw_sources *sources)
{
	size_t i;

	for (i = 0; i < spans->n; i++) {
		struct zw_place place = zw_sources_place(sources, spans->v[i]);

		zw_buf_puts(out, "      ");
		zw_buf_add_escaped(out, place.file);
		zw_buf_printf(out, ":%u  ", place.line);
		zw_buf_add_escaped(
			out,
			zw_sources_line(sources, spans->v[i].file, place.line));
		zw_buf_putc(out, '\n');
	}
}

/* Where no line of a policy can be named: the rule that decided. */
static void put_step(struct zw_buf *out, const char *name,
		     const struct zw_step *step)
{
	zw_buf_puts(out, "      ");
	zw_buf_add_escaped(out, zw_str_from(name));
	zw_buf_puts(out, ": ");
	zw_buf_add_escaped(out, step->table);
	zw_buf_putc(out, ' ');
	zw_buf_add_escaped(out, step->chain);
	if (step->position)
		zw_buf_printf(out, " rule %u", step->position);
	zw_buf_puts(out, ": ");
	zw_buf_add_escaped(out, step->what);
	if (step->comment.n) {
		zw_buf_puts(out, "  <- ");
		zw_buf_add_escaped(out, step->comment);
	}
	zw_buf_putc(out, '\n');
}

static void put_example(struct zw_buf *out, const struct zw_diff_answer *a,
			const struct zw_change *change,
			const struct zw_change_example *e,
			const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	u32 seen_in = change->kind == ZW_CHANGE_CLOSED ? 0 : 1, side;

	if (!e->found) {
		zw_buf_puts(
			out,
			"      (no packet of it could be built to be shown)\n");
		zw_arena_free(arena);
		return;
	}
	zw_buf_puts(out, "      for example ");
	zw_witness_packet(out, &e->witness);
	zw_buf_puts(out, "\n");
	for (side = 2; side-- > 0;) {
		zw_spans spans = zw_diff_lines(arena, a, change, e, side);

		put_spans(out, &spans, sources);
		if (spans.n || a->has_policy[side])
			continue;
		if (side == seen_in && e->witness.path.n)
			put_step(out, a->names[side],
				 &e->witness.path.v[e->witness.path.n - 1]);
		else if (side != seen_in && e->other_path.n)
			put_step(out, a->names[side],
				 &e->other_path.v[e->other_path.n - 1]);
	}
	zw_arena_free(arena);
}

static void put_change(struct zw_buf *out, const struct zw_diff_answer *a,
		       const struct zw_change *change,
		       const struct zw_sources *sources)
{
	u32 side = change->kind == ZW_CHANGE_CLOSED ? 0 : 1;
	size_t i;

	if (change->kind == ZW_CHANGE_OTHER) {
		zw_buf_puts(out, "    ");
		zw_buf_add_escaped(out, change->from->name);
		zw_buf_puts(out, " -> ");
		zw_buf_add_escaped(out, change->to->name);
		zw_buf_putc(out, '\n');
	} else {
		zw_class_lines(out, a->flows[side], change->from, change->to,
			       &change->classes, "    ", CLASSES_SHOWN);
	}
	for (i = 0; i < change->examples.n && i < 1; i++)
		put_example(out, a, change, &change->examples.v[i], sources);
}

static void put_unknowns(struct zw_buf *out, const struct zw_diff_answer *a)
{
	size_t side, i;

	for (side = 0; side < 2; side++) {
		for (i = 0; i < a->flows[side]->unknowns.n; i++) {
			zw_buf_puts(out, "  depends on ");
			zw_buf_add_escaped(out, a->flows[side]->unknowns.v[i]);
			zw_buf_puts(out, " of ");
			zw_buf_add_escaped(out, zw_str_from(a->names[side]));
			zw_buf_putc(out, '\n');
		}
	}
}

void zw_diff_text(struct zw_buf *out, const struct zw_diff_answer *a,
		  const struct zw_sources *sources,
		  const struct zw_style *style)
{
	const struct zw_comparison *c = a->comparison;
	enum zw_change_kind kind = ZW_CHANGE_KINDS;
	size_t i;

	zw_buf_add_escaped(out, zw_str_from(a->names[0]));
	zw_buf_puts(out, " -> ");
	zw_buf_add_escaped(out, zw_str_from(a->names[1]));
	if (c->equal) {
		zw_buf_puts(out, ": every packet fares alike\n");
		return;
	}
	zw_buf_puts(out, ": not the same\n");
	for (i = 0; i < c->changes.n; i++) {
		const struct zw_change *change = &c->changes.v[i];

		if (change->kind != kind) {
			kind = change->kind;
			zw_buf_puts(out, "\n  ");
			zw_ink(out, style, ink_of(kind));
			zw_buf_puts(out, zw_diff_kind(kind));
			zw_ink(out, style, ZW_INK_PLAIN);
			zw_buf_putc(out, '\n');
		}
		put_change(out, a, change, sources);
	}
	if (c->elsewhere)
		zw_buf_puts(out, "\n  packets between no two zones differ\n");
	put_unknowns(out, a);
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *places(const zw_spans *spans, const struct zw_sources *sources)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < spans->n; i++) {
		json_t *place = json_object();

		zw_json_set_place(place, sources, spans->v[i]);
		zw_json_add(array, place);
	}
	return array;
}

static json_t *example_of(const struct zw_diff_answer *a,
			  const struct zw_change *change,
			  const struct zw_change_example *e,
			  const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	json_t *object = json_object();
	zw_spans before = zw_diff_lines(arena, a, change, e, 0);
	zw_spans after = zw_diff_lines(arena, a, change, e, 1);

	zw_json_set(object, "packet", zw_json_witness(&e->witness));
	zw_json_set(object, "other_outcome", zw_json_text(e->other_outcome));
	zw_json_set(object, "other_path",
		    zw_json_path(e->other_path.v, e->other_path.n));
	zw_json_set(object, "lines_before", places(&before, sources));
	zw_json_set(object, "lines_after", places(&after, sources));
	zw_arena_free(arena);
	return object;
}

static json_t *change_of(const struct zw_diff_answer *a,
			 const struct zw_change *change,
			 const struct zw_sources *sources)
{
	static const char *const kinds[ZW_CHANGE_KINDS] = {
		"opened",     "closed",	 "condition",
		"translated", "refusal", "other"
	};
	u32 side = change->kind == ZW_CHANGE_CLOSED ? 0 : 1;
	json_t *object = json_object(), *classes = json_array();
	size_t i;

	zw_json_set(object, "kind", json_string(kinds[change->kind]));
	zw_json_set(object, "from", zw_json_text(change->from->name));
	zw_json_set(object, "to", zw_json_text(change->to->name));
	zw_json_set(object, "count", zw_json_text(change->count));
	zw_json_set(object, "complete", json_boolean(change->classes.complete));
	for (i = 0; i < change->classes.list.n; i++) {
		json_t *class = zw_class_json(a->flows[side],
					      &change->classes.list.v[i]);

		zw_json_set(
			class, "example",
			i < change->examples.n && change->examples.v[i].found
				? example_of(a, change, &change->examples.v[i],
					     sources)
				: json_null());
		zw_json_add(classes, class);
	}
	zw_json_set(object, "classes", classes);
	return object;
}

void zw_diff_set(json_t *root, const struct zw_diff_answer *a,
		 const struct zw_sources *sources)
{
	json_t *changes = json_array(), *unknowns = json_array();
	size_t i, side;

	zw_json_set(root, "before", a ? json_string(a->names[0]) : json_null());
	zw_json_set(root, "after", a ? json_string(a->names[1]) : json_null());
	zw_json_set(root, "equal",
		    a ? json_boolean(a->comparison->equal) : json_null());
	for (i = 0; a && i < a->comparison->changes.n; i++)
		zw_json_add(changes, change_of(a, &a->comparison->changes.v[i],
					       sources));
	zw_json_set(root, "changes", changes);
	for (side = 0; a && side < 2; side++) {
		for (i = 0; i < a->flows[side]->unknowns.n; i++)
			zw_json_add(
				unknowns,
				zw_json_text(a->flows[side]->unknowns.v[i]));
	}
	zw_json_set(root, "unknowns", unknowns);
}

void zw_diff_json(struct zw_buf *out, const struct zw_diff_answer *a,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources)
{
	json_t *root = json_object();

	zw_json_set(root, "format", json_integer(1));
	zw_diff_set(root, a, sources);
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}

/* ---- findings ------------------------------------------------------------ */

static const char *const rule_names[ZW_CHANGE_KINDS] = {
	"newly-allowed",	"no-longer-allowed", "other-conditions",
	"translated-otherwise", "refused-otherwise", "other-packets"
};

static struct zw_str finding_text(struct zw_arena *arena,
				  const struct zw_diff_answer *a,
				  const struct zw_change *change)
{
	u32 side = change->kind == ZW_CHANGE_CLOSED ? 0 : 1;
	struct zw_buf text = { 0 };
	struct zw_str out;

	if (change->kind == ZW_CHANGE_OTHER)
		zw_buf_printf(&text, "%.*s -> %.*s",
			      ZW_STR_ARG(change->from->name),
			      ZW_STR_ARG(change->to->name));
	else
		zw_class_lines(&text, a->flows[side], change->from, change->to,
			       &change->classes, "", CLASSES_SHOWN);
	while (text.n && text.data[text.n - 1] == '\n')
		text.n--;
	if (change->examples.n && change->examples.v[0].found) {
		zw_buf_puts(&text, "\nfor example ");
		zw_witness_packet(&text, &change->examples.v[0].witness);
	}
	out = zw_str_copy(arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
	return out;
}

zw_findings zw_diff_findings(struct zw_arena *arena,
			     const struct zw_diff_answer *a)
{
	zw_findings out = { 0 };
	size_t i;

	for (i = 0; i < a->comparison->changes.n; i++) {
		const struct zw_change *change = &a->comparison->changes.v[i];
		struct zw_finding f = {
			.rule = zw_str_from(rule_names[change->kind]),
			.title = zw_str_from(zw_diff_kind(change->kind)),
			.level = change->kind == ZW_CHANGE_CLOSED ? ZW_NOTE
								  : ZW_WARNING,
			.text = finding_text(arena, a, change),
			.span = ZW_NO_SPAN,
		};
		zw_spans lines = { 0 };

		if (change->examples.n)
			lines = zw_diff_lines(arena, a, change,
					      &change->examples.v[0], 1);
		if (lines.n)
			f.span = lines.v[0];
		zw_push(arena, out, f);
	}
	return out;
}
