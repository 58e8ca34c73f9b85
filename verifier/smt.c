/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams become definitions, one Boolean for each node, children first: "the
 * variable lies in one of these intervals, and what that leads to holds". A
 * variable is a bit vector that is as wide as its domain needs. */
#include "verifier/smt.h"

#include "verifier/diagram_internal.h"

struct writer {
	struct zw_buf *out;
	struct zw_study *study;
	struct id_map written; /* nodes */
	bool *declared;	       /* variables */
	struct zw_str *names;  /* of variables */
	struct zw_str *ends;   /* of their numbers: " 16)" */
};

/* ---- variables ----------------------------------------------------------- */

static u32 width_of(u32 max)
{
	u32 bits = 1;

	while (bits < 32 && max >> bits)
		bits++;
	return bits;
}

static const char *field_name(u32 field)
{
	static const struct {
		u32 field;
		const char *name;
	} names[] = {
		{ ZW_FIELD_IN, "in" },
		{ ZW_FIELD_OUT, "out" },
		{ ZW_FIELD_FAMILY, "family" },
		{ ZW_FIELD_IPSEC_IN, "ipsec-in" },
		{ ZW_FIELD_IPSEC_OUT, "ipsec-out" },
		{ ZW_FIELD_STATE, "state" },
		{ ZW_FIELD_DIRECTION, "direction" },
		{ ZW_FIELD_PROTO, "proto" },
		{ ZW_FIELD_DPORT, "dport" },
		{ ZW_FIELD_SPORT, "sport" },
		{ ZW_FIELD_DST, "dst-0" },
		{ ZW_FIELD_DST + 1, "dst-1" },
		{ ZW_FIELD_DST + 2, "dst-2" },
		{ ZW_FIELD_DST + 3, "dst-3" },
		{ ZW_FIELD_SRC, "src-0" },
		{ ZW_FIELD_SRC + 1, "src-1" },
		{ ZW_FIELD_SRC + 2, "src-2" },
		{ ZW_FIELD_SRC + 3, "src-3" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].field == field)
			return names[i].name;
	}
	return NULL;
}

/* "dport-v12": the field's name where it has one, and the number. */
static void find_names(struct writer *w)
{
	const struct zw_space *space = w->study->space;
	struct zw_arena *arena = w->study->scratch;
	u32 n = zw_variable_count(w->study->d), field, i;

	w->names = ZW_NEW_ARRAY(arena, struct zw_str, n + 1);
	w->ends = ZW_NEW_ARRAY(arena, struct zw_str, n + 1);
	for (i = 0; i < n; i++) {
		w->names[i] = zw_strf(arena, "v%u", i);
		w->ends[i] = zw_strf(arena, " %u)",
				     width_of(zw_variable_max(w->study->d, i)));
	}
	for (field = 0; field < ZW_FIELD_COUNT; field++) {
		const struct zw_field_info *info = &space->fields.v[field];
		const char *name = field_name(field);

		for (i = 0; name && i < info->slice_count; i++)
			w->names[info->slices[i].variable] =
				zw_strf(arena, "%s-v%u", name,
					info->slices[i].variable);
	}
}

static void put_name(struct writer *w, u32 variable)
{
	zw_buf_add(w->out, w->names[variable].p, w->names[variable].n);
}

/* There are millions of them. */
static void put_digits(struct writer *w, u32 value)
{
	char text[10];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	zw_buf_add(w->out, text + at, sizeof(text) - at);
}

static void put_number(struct writer *w, u32 variable, u32 value)
{
	zw_buf_puts(w->out, "(_ bv");
	put_digits(w, value);
	zw_buf_add(w->out, w->ends[variable].p, w->ends[variable].n);
}

static void declare(struct writer *w, u32 variable)
{
	u32 max = zw_variable_max(w->study->d, variable);
	u32 width = width_of(max);

	if (w->declared[variable])
		return;
	w->declared[variable] = true;
	zw_buf_puts(w->out, "(declare-const ");
	put_name(w, variable);
	zw_buf_printf(w->out, " (_ BitVec %u))\n", width);
	if (width == 32 ? max == UINT32_MAX : max == (1u << width) - 1)
		return;
	zw_buf_puts(w->out, "(assert (bvule ");
	put_name(w, variable);
	zw_buf_putc(w->out, ' ');
	put_number(w, variable, max);
	zw_buf_puts(w->out, "))\n");
}

/* ---- nodes --------------------------------------------------------------- */

static void put_reference(struct writer *w, u32 id)
{
	if (id_is_leaf(id)) {
		zw_buf_puts(w->out, id ? "true" : "false");
		return;
	}
	zw_buf_putc(w->out, 'n');
	put_digits(w, id - LEAF_LIMIT);
}

static void put_interval(struct writer *w, u32 variable, u32 lo, u32 hi)
{
	u32 max = zw_variable_max(w->study->d, variable);

	zw_buf_puts(w->out, "(and");
	if (lo) {
		zw_buf_puts(w->out, " (bvuge ");
		put_name(w, variable);
		zw_buf_putc(w->out, ' ');
		put_number(w, variable, lo);
		zw_buf_putc(w->out, ')');
	}
	if (hi < max) {
		zw_buf_puts(w->out, " (bvule ");
		put_name(w, variable);
		zw_buf_putc(w->out, ' ');
		put_number(w, variable, hi);
		zw_buf_putc(w->out, ')');
	}
	zw_buf_puts(w->out, " true)");
}

static void define(struct writer *w, u32 id)
{
	struct zw_diagrams *d = w->study->d;
	u32 i, known, variable, from = 0, first, children;

	if (id_is_leaf(id) || zw_id_map_get(&w->written, id, &known))
		return;
	zw_id_map_put(&w->written, id, 0);
	variable = node_of(d, id)->variable;
	first = node_of(d, id)->first;
	children = child_count(node_of(d, id));
	for (i = 0; i < children; i++)
		define(w, d->edges[first + i].to);
	declare(w, variable);
	zw_buf_puts(w->out, "(define-fun ");
	put_reference(w, id);
	zw_buf_puts(w->out, " () Bool (or false");
	for (i = 0; i < edge_count(d, node_of(d, id)); i++) {
		struct edge e = edge_of(d, node_of(d, id), i);

		if (e.to) {
			zw_buf_puts(w->out, "\n  (and ");
			put_interval(w, variable, from, e.hi);
			zw_buf_putc(w->out, ' ');
			put_reference(w, e.to);
			zw_buf_putc(w->out, ')');
		}
		from = e.hi + 1;
	}
	zw_buf_puts(w->out, "))\n");
}

/* ---- claims -------------------------------------------------------------- */

bool zw_smt_can(const struct zw_claim *claim)
{
	return claim->kind == ZW_NEVER || claim->kind == ZW_ONLY ||
	       claim->kind == ZW_UNSPOOFED || claim->kind == ZW_ALWAYS;
}

static void put_comment(struct writer *w, const char *what, struct zw_str text)
{
	zw_buf_printf(w->out, "; %s", what);
	zw_buf_add_escaped(w->out, text);
	zw_buf_putc(w->out, '\n');
}

static void head(struct writer *w, const struct zw_claim *claim)
{
	const struct zw_space *space = w->study->space;
	const struct zw_symbolic *symbolic = w->study->of[0]->symbolic;
	size_t i;
	u32 c;

	put_comment(w, "the negation of: ", claim->text);
	zw_buf_puts(
		w->out,
		"; unsat: no packet breaks the claim; sat: the values are one that does\n");
	for (i = 0; i < symbolic->doubts.n; i++)
		put_comment(w, "not understood, so neither answer counts: ",
			    symbolic->doubts.v[i]);
	for (c = 0; c < space->class_count; c++) {
		zw_buf_printf(w->out, "; in, out = %u: ", c);
		zw_buf_add_escaped(w->out,
				   zw_str_from(space->classes[c].sample));
		zw_buf_putc(w->out, '\n');
	}
	zw_buf_puts(
		w->out,
		"; state = 0 invalid, 1 established, 2 related, 3 new, 4 untracked\n");
	zw_buf_puts(w->out, "(set-logic QF_BV)\n");
}

static void put_path(struct writer *w, const char *name, zw_node region,
		     const struct zw_flow_path *p, bool passes)
{
	define(w, region.id);
	define(w, p->accepted.id);
	define(w, p->legal.id);
	zw_buf_printf(w->out, "(define-fun breaks-%s () Bool (and ", name);
	put_reference(w, region.id);
	zw_buf_puts(w->out, passes ? " " : " (not ");
	put_reference(w, p->accepted.id);
	zw_buf_puts(w->out, passes ? " " : ") ");
	put_reference(w, p->legal.id);
	zw_buf_puts(w->out, "))\n");
}

void zw_smt_write(struct zw_buf *out, struct zw_study *study,
		  const struct zw_claim *claim)
{
	static const char *const names[ZW_PATH_COUNT] = { "forward", "input",
							  "output" };
	struct writer w = { .out = out, .study = study };
	struct zw_flows *f = study->of[0];
	struct zw_regions *regions = zw_regions_new(
		study->scratch, study->space, f->subject.statement);
	zw_node breaks[ZW_PATH_COUNT];
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT; path++)
		breaks[path] = zw_symbolic_arrivals(
			f->symbolic, path, zw_region(regions, claim, path));
	/* no variable is made from here on */
	w.declared = ZW_NEW_ARRAY(study->scratch, bool,
				  zw_variable_count(study->d) + 1);
	find_names(&w);
	head(&w, claim);
	for (path = 0; path < ZW_PATH_COUNT; path++)
		put_path(&w, names[path], breaks[path], &f->paths[path],
			 claim->kind != ZW_ALWAYS);
	zw_buf_puts(
		out,
		"(assert (or breaks-forward breaks-input breaks-output))\n(check-sat)\n");
	zw_id_map_free(&w.written);
}
