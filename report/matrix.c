/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells are lists of services; one that passes for some addresses of the pair
 * alone has a "*", a cell that hangs on a limit or the like a "~". Parties that
 * nothing reaches and that reach nothing are left out but for the zones. */
#include "report/matrix.h"

#include "report/class_text.h"

#define CLASSES_SHOWN 60
#define EDGES_SHOWN 60
#define RANGES_SHOWN 6

/* ---- cells --------------------------------------------------------------- */

static const struct zw_cell *cell_at(const struct zw_matrix *m, size_t from,
				     size_t to)
{
	return &m->cells[from * m->parties.list.n + to];
}

static void add_services(struct zw_buf *out, const struct zw_flows *flows,
			 const struct zw_classes *classes, const char *mark)
{
	size_t i;

	for (i = 0; i < classes->list.n; i++) {
		struct zw_buf one = { 0 };

		zw_class_services(&one, flows, &classes->list.v[i]);
		zw_buf_printf(out, "%s%s%s", out->n ? ", " : "", one.data,
			      mark);
		zw_buf_free(&one);
	}
}

static void put_any(struct zw_buf *out, const struct zw_flows *flows,
		    const struct zw_cell *cell)
{
	struct zw_buf but = { 0 };

	add_services(&but, flows, &cell->but, "");
	zw_buf_puts(out, but.n ? "any but " : "any");
	zw_buf_add(out, but.data, but.n);
	zw_buf_free(&but);
}

static struct zw_str cell_text(struct zw_arena *arena,
			       const struct zw_matrix_answer *a,
			       const struct zw_cell *cell)
{
	struct zw_buf text = { 0 };
	struct zw_str out;

	if (!cell->open)
		return ZW_STR("-");
	if (cell->everything && !a->service.n) {
		zw_buf_puts(&text, "everything");
	} else if (cell->any) {
		put_any(&text, a->flows, cell);
		add_services(&text, a->flows, &cell->all, "");
		add_services(&text, a->flows, &cell->some, "*");
	} else if (a->service.n) {
		zw_buf_puts(&text, cell->some.list.n ? "some*" : "yes");
	} else {
		add_services(&text, a->flows, &cell->all, "");
		add_services(&text, a->flows, &cell->some, "*");
	}
	if (!cell->sure)
		zw_buf_puts(&text, " ~");
	out = zw_str_copy(arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
	return out;
}

static bool is_shown(const struct zw_matrix *m, size_t party)
{
	size_t i;

	if (m->parties.list.v[party].zone != ZW_ELSEWHERE)
		return true;
	for (i = 0; i < m->parties.list.n; i++) {
		if (cell_at(m, party, i)->open || cell_at(m, i, party)->open)
			return true;
	}
	return false;
}

static bool uses(const struct zw_matrix *m, bool part)
{
	size_t i, n = m->parties.list.n;

	for (i = 0; i < n * n; i++) {
		if (part ? m->cells[i].some.list.n > 0
			 : m->cells[i].open && !m->cells[i].sure)
			return true;
	}
	return false;
}

/* ---- the table ----------------------------------------------------------- */

struct table {
	struct zw_arena *arena;
	const struct zw_matrix_answer *a;
	size_t *shown; /* parties */
	size_t n;
	struct zw_str *cells; /* [row * n + column] */
	size_t *widths;
	size_t left;
};

static void make_table(struct table *t, const struct zw_matrix_answer *a)
{
	const struct zw_parties *p = &a->matrix->parties;
	size_t i, k;

	t->a = a;
	t->shown = ZW_NEW_ARRAY(t->arena, size_t, p->list.n);
	for (i = 0; i < p->list.n; i++) {
		if (is_shown(a->matrix, i))
			t->shown[t->n++] = i;
	}
	t->cells = ZW_NEW_ARRAY(t->arena, struct zw_str, t->n * t->n + 1);
	t->widths = ZW_NEW_ARRAY(t->arena, size_t, t->n + 1);
	for (i = 0; i < t->n; i++) {
		struct zw_str name = p->list.v[t->shown[i]].name;

		t->left = name.n > t->left ? name.n : t->left;
		t->widths[i] = name.n > t->widths[i] ? name.n : t->widths[i];
		for (k = 0; k < t->n; k++) {
			struct zw_str text = cell_text(
				t->arena, a,
				cell_at(a->matrix, t->shown[i], t->shown[k]));

			t->cells[i * t->n + k] = text;
			if (text.n > t->widths[k])
				t->widths[k] = text.n;
		}
	}
}

static void put_padded(struct zw_buf *out, struct zw_str text, size_t width)
{
	size_t start = out->n;

	zw_buf_add_escaped(out, text);
	while (out->n - start < width + 2)
		zw_buf_putc(out, ' ');
}

static void end_line(struct zw_buf *out)
{
	while (out->n && out->data[out->n - 1] == ' ')
		out->n--;
	zw_buf_putc(out, '\n');
}

static void put_table(struct zw_buf *out, const struct table *t)
{
	const struct zw_parties *p = &t->a->matrix->parties;
	size_t i, k;

	put_padded(out, ZW_STR("from \\ to"), t->left > 9 ? t->left : 9);
	for (k = 0; k < t->n; k++)
		put_padded(out, p->list.v[t->shown[k]].name, t->widths[k]);
	end_line(out);
	for (i = 0; i < t->n; i++) {
		put_padded(out, p->list.v[t->shown[i]].name,
			   t->left > 9 ? t->left : 9);
		for (k = 0; k < t->n; k++)
			put_padded(out, t->cells[i * t->n + k], t->widths[k]);
		end_line(out);
	}
}

/* TEXT in lines of WIDTH columns behind INDENT blanks, broken at ", ". */
static void put_wrapped(struct zw_buf *out, struct zw_str text, size_t indent,
			size_t width)
{
	size_t at = indent, i = 0;

	while (i < text.n) {
		size_t end = i;

		while (end < text.n &&
		       (text.p[end] != ' ' || text.p[end - (end > 0)] != ','))
			end++;
		if (at > indent && at + (end - i) > width) {
			end_line(out);
			zw_buf_printf(out, "%*s", (int)indent, "");
			at = indent;
		}
		zw_buf_add_escaped(out, (struct zw_str){ text.p + i, end - i });
		zw_buf_putc(out, ' ');
		at += end - i + 1;
		i = end + 1;
	}
	end_line(out);
}

static void put_lists(struct zw_buf *out, const struct table *t, size_t width)
{
	const struct zw_parties *p = &t->a->matrix->parties;
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		bool any = false;

		for (k = 0; k < t->n; k++) {
			struct zw_str text = t->cells[i * t->n + k];

			if (zw_str_is(text, "-"))
				continue;
			if (!any) {
				zw_buf_add_escaped(out,
						   p->list.v[t->shown[i]].name);
				zw_buf_puts(out, " ->\n");
			}
			any = true;
			zw_buf_puts(out, "    ");
			put_padded(out, p->list.v[t->shown[k]].name, t->left);
			put_wrapped(out, text, t->left + 6, width);
		}
		if (!any) {
			zw_buf_add_escaped(out, p->list.v[t->shown[i]].name);
			zw_buf_puts(out, " -> nobody\n");
		}
	}
}

static void put_unknowns(struct zw_buf *out, const struct zw_flows *flows)
{
	size_t i;

	for (i = 0; i < flows->unknowns.n; i++) {
		zw_buf_puts(out, "    depends on ");
		zw_buf_add_escaped(out, flows->unknowns.v[i]);
		zw_buf_putc(out, '\n');
	}
}

/* ---- by address ---------------------------------------------------------- */

static void put_ranges(struct zw_buf *out, const struct zw_address_class *c,
		       size_t limit)
{
	char text[100];
	size_t i;

	for (i = 0; i < c->addresses.n && i < limit; i++)
		zw_buf_printf(
			out, "%s%s", i ? ", " : "",
			zw_ip_range_format(c->family, c->addresses.v[i], text));
	if (c->addresses.n > limit)
		zw_buf_printf(out, " and %zu more", c->addresses.n - limit);
}

static void put_names(struct zw_buf *out, const struct zw_partition *p,
		      const u32 *v, size_t n, size_t limit)
{
	size_t i;

	for (i = 0; i < n && i < limit; i++) {
		zw_buf_puts(out, i ? ", " : "");
		if (v[i] == ZW_SELF)
			zw_buf_puts(out, "self");
		else
			zw_buf_add_escaped(out, p->classes.v[v[i]].name);
	}
	if (n > limit)
		zw_buf_printf(out, " and %zu more", n - limit);
}

static void put_partition(struct zw_buf *out, const struct zw_matrix_answer *a)
{
	const struct zw_partition *p = a->partition;
	size_t i, width = 0;

	for (i = 0; i < p->classes.n && i < CLASSES_SHOWN; i++)
		width = p->classes.v[i].name.n > width ? p->classes.v[i].name.n
						       : width;
	zw_buf_printf(out, "%zu classes of addresses\n", p->classes.n);
	for (i = 0; i < p->classes.n && i < CLASSES_SHOWN; i++) {
		const struct zw_address_class *c = &p->classes.v[i];

		zw_buf_puts(out, "  ");
		put_padded(out, c->name, width);
		put_ranges(out, c, RANGES_SHOWN);
		zw_buf_puts(out, c->used ? "\n" : "  (no flow)\n");
	}
	if (p->classes.n > CLASSES_SHOWN)
		zw_buf_printf(out, "  and %zu more: --format json has all\n",
			      p->classes.n - CLASSES_SHOWN);
	zw_buf_puts(out, "\nwho reaches whom\n");
	for (i = 0; i < p->edges.n && i < EDGES_SHOWN; i++) {
		const struct zw_address_edge *e = &p->edges.v[i];

		zw_buf_puts(out, "  ");
		put_names(out, p, e->from.v, e->from.n, RANGES_SHOWN);
		zw_buf_puts(out, " -> ");
		put_names(out, p, e->to.v, e->to.n, RANGES_SHOWN);
		zw_buf_puts(out, " : ");
		zw_class_services(out, a->flows, &e->services);
		zw_buf_putc(out, '\n');
	}
	if (p->edges.n > EDGES_SHOWN)
		zw_buf_printf(out, "  and %zu more: --format json has all\n",
			      p->edges.n - EDGES_SHOWN);
	if (!p->complete)
		zw_buf_puts(out, "  the list is not complete\n");
}

void zw_matrix_text(struct zw_buf *out, const struct zw_matrix_answer *a,
		    size_t width)
{
	struct table t = { .arena = zw_arena_new() };
	size_t i, all;

	zw_buf_add_escaped(out, zw_str_from(a->name));
	if (a->service.n) {
		zw_buf_puts(out, ": ");
		zw_buf_add_escaped(out, a->service);
	}
	zw_buf_puts(out, "\n\n");
	if (a->partition) {
		put_partition(out, a);
		put_unknowns(out, a->flows);
		zw_arena_free(t.arena);
		return;
	}
	make_table(&t, a);
	all = t.left > 9 ? t.left + 2 : 11;
	for (i = 0; i < t.n; i++)
		all += t.widths[i] + 2;
	if (all <= width + 2)
		put_table(out, &t);
	else
		put_lists(out, &t, width);
	if (uses(a->matrix, true))
		zw_buf_puts(out, "\n  * for some addresses of the two\n");
	if (uses(a->matrix, false)) {
		zw_buf_puts(out, "\n  ~ not at all times\n");
		put_unknowns(out, a->flows);
	}
	zw_arena_free(t.arena);
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *classes_of(const struct zw_flows *flows,
			  const struct zw_classes *classes)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < classes->list.n; i++)
		zw_json_add(array,
			    zw_class_json_service(flows, &classes->list.v[i]));
	return array;
}

static json_t *pairs_of(const struct zw_matrix_answer *a)
{
	const struct zw_parties *p = &a->matrix->parties;
	json_t *array = json_array();
	size_t i, k;

	for (i = 0; i < p->list.n; i++) {
		for (k = 0; k < p->list.n; k++) {
			const struct zw_cell *cell = cell_at(a->matrix, i, k);
			json_t *pair;

			if (!cell->open)
				continue;
			pair = json_object();
			zw_json_set(pair, "from",
				    zw_json_text(p->list.v[i].name));
			zw_json_set(pair, "to",
				    zw_json_text(p->list.v[k].name));
			zw_json_set(pair, "sure", json_boolean(cell->sure));
			zw_json_set(pair, "any", json_boolean(cell->any));
			zw_json_set(pair, "but",
				    classes_of(a->flows, &cell->but));
			zw_json_set(pair, "all",
				    classes_of(a->flows, &cell->all));
			zw_json_set(pair, "some",
				    classes_of(a->flows, &cell->some));
			zw_json_add(array, pair);
		}
	}
	return array;
}

static json_t *address_classes(const struct zw_partition *p)
{
	json_t *array = json_array();
	size_t i, k;

	for (i = 0; i < p->classes.n; i++) {
		const struct zw_address_class *c = &p->classes.v[i];
		json_t *object = json_object(), *ranges = json_array();
		char text[100];

		zw_json_set(object, "name", zw_json_text(c->name));
		zw_json_set(object, "family",
			    json_string(c->family == ZW_IPV4 ? "ip" : "ip6"));
		zw_json_set(object, "used", json_boolean(c->used));
		for (k = 0; k < c->addresses.n; k++)
			zw_json_add(ranges, json_string(zw_ip_range_format(
						    c->family,
						    c->addresses.v[k], text)));
		zw_json_set(object, "addresses", ranges);
		zw_json_add(array, object);
	}
	return array;
}

static json_t *class_names(const struct zw_partition *p, const u32 *v, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		zw_json_add(array,
			    v[i] == ZW_SELF
				    ? json_string("self")
				    : zw_json_text(p->classes.v[v[i]].name));
	return array;
}

static json_t *edges_of(const struct zw_matrix_answer *a)
{
	const struct zw_partition *p = a->partition;
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < p->edges.n; i++) {
		const struct zw_address_edge *e = &p->edges.v[i];
		json_t *object = json_object();

		zw_json_set(object, "from",
			    class_names(p, e->from.v, e->from.n));
		zw_json_set(object, "to", class_names(p, e->to.v, e->to.n));
		zw_json_set(object, "flows",
			    zw_class_json_service(a->flows, &e->services));
		zw_json_add(array, object);
	}
	return array;
}

void zw_matrix_json(struct zw_buf *out, const struct zw_matrix_answer *a,
		    const struct zw_diags *diags,
		    const struct zw_sources *sources)
{
	json_t *root = json_object();
	bool by_address = a && a->partition, by_zone = a && a->matrix;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "name", a ? json_string(a->name) : json_null());
	zw_json_set(root, "service",
		    a && a->service.n ? zw_json_text(a->service) : json_null());
	zw_json_set(root, "pairs", by_zone ? pairs_of(a) : json_array());
	zw_json_set(root, "classes",
		    by_address ? address_classes(a->partition) : json_array());
	zw_json_set(root, "edges", by_address ? edges_of(a) : json_array());
	zw_json_set(root, "complete",
		    json_boolean(!by_address || a->partition->complete));
	zw_json_set(
		root, "unknowns",
		a ? zw_json_texts(a->flows->unknowns.v, a->flows->unknowns.n)
		  : json_array());
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}

/* ---- CSV and dot --------------------------------------------------------- */

/* A field of RFC 4180, quoted. */
static void put_field(struct zw_buf *out, struct zw_str text, char end)
{
	size_t i;

	zw_buf_putc(out, '"');
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			zw_buf_putc(out, '"');
		zw_buf_putc(out, text.p[i]);
	}
	zw_buf_putc(out, '"');
	zw_buf_putc(out, end);
}

static void put_buffer(struct zw_buf *out, struct zw_buf *text, char end)
{
	put_field(out, (struct zw_str){ text->n ? text->data : "", text->n },
		  end);
	zw_buf_free(text);
}

static void csv_edges(struct zw_buf *out, const struct zw_matrix_answer *a)
{
	const struct zw_partition *p = a->partition;
	size_t i;

	zw_buf_puts(out, "from,to,services\n");
	for (i = 0; i < p->edges.n; i++) {
		const struct zw_address_edge *e = &p->edges.v[i];
		struct zw_buf from = { 0 }, to = { 0 }, services = { 0 };

		put_names(&from, p, e->from.v, e->from.n, SIZE_MAX);
		put_names(&to, p, e->to.v, e->to.n, SIZE_MAX);
		zw_class_services(&services, a->flows, &e->services);
		put_buffer(out, &from, ',');
		put_buffer(out, &to, ',');
		put_buffer(out, &services, '\n');
	}
}

void zw_matrix_csv(struct zw_buf *out, const struct zw_matrix_answer *a)
{
	const struct zw_parties *p;
	size_t i, k;

	if (a->partition) {
		csv_edges(out, a);
		return;
	}
	p = &a->matrix->parties;
	zw_buf_puts(out, "from,to,all,some,always\n");
	for (i = 0; i < p->list.n; i++) {
		for (k = 0; k < p->list.n; k++) {
			const struct zw_cell *cell = cell_at(a->matrix, i, k);
			struct zw_buf all = { 0 }, some = { 0 };

			if (!cell->open)
				continue;
			put_field(out, p->list.v[i].name, ',');
			put_field(out, p->list.v[k].name, ',');
			if (cell->any)
				put_any(&all, a->flows, cell);
			add_services(&all, a->flows, &cell->all, "");
			add_services(&some, a->flows, &cell->some, "");
			put_buffer(out, &all, ',');
			put_buffer(out, &some, ',');
			zw_buf_puts(out, cell->sure ? "yes\n" : "no\n");
		}
	}
}

/* A quoted identifier of dot. */
static void put_id(struct zw_buf *out, struct zw_str text)
{
	size_t i;

	zw_buf_putc(out, '"');
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			zw_buf_putc(out, '\\');
		zw_buf_putc(out, text.p[i]);
	}
	zw_buf_putc(out, '"');
}

static struct zw_str node_name(const struct zw_partition *p, u32 class)
{
	return class == ZW_SELF ? ZW_STR("self") : p->classes.v[class].name;
}

static void dot_edges(struct zw_buf *out, const struct zw_matrix_answer *a)
{
	const struct zw_partition *p = a->partition;
	size_t i, k, m;

	for (i = 0; i < p->edges.n; i++) {
		const struct zw_address_edge *e = &p->edges.v[i];
		struct zw_buf text = { 0 };

		zw_class_services(&text, a->flows, &e->services);
		for (k = 0; k < e->from.n; k++) {
			for (m = 0; m < e->to.n; m++) {
				zw_buf_puts(out, "  ");
				put_id(out, node_name(p, e->from.v[k]));
				zw_buf_puts(out, " -> ");
				put_id(out, node_name(p, e->to.v[m]));
				zw_buf_puts(out, " [label=");
				put_id(out,
				       (struct zw_str){ text.data, text.n });
				zw_buf_puts(out, "];\n");
			}
		}
		zw_buf_free(&text);
	}
}

void zw_matrix_dot(struct zw_buf *out, const struct zw_matrix_answer *a)
{
	struct zw_arena *arena = zw_arena_new();
	const struct zw_parties *p;
	size_t i, k;

	zw_buf_puts(out,
		    "digraph flows {\n  rankdir=LR;\n  node [shape=box];\n");
	if (a->partition)
		dot_edges(out, a);
	for (i = 0; a->matrix && i < a->matrix->parties.list.n; i++) {
		p = &a->matrix->parties;
		for (k = 0; k < p->list.n; k++) {
			const struct zw_cell *cell = cell_at(a->matrix, i, k);

			if (!cell->open)
				continue;
			zw_buf_puts(out, "  ");
			put_id(out, p->list.v[i].name);
			zw_buf_puts(out, " -> ");
			put_id(out, p->list.v[k].name);
			zw_buf_puts(out, " [label=");
			put_id(out, cell_text(arena, a, cell));
			zw_buf_puts(out, "];\n");
		}
	}
	zw_buf_puts(out, "}\n");
	zw_arena_free(arena);
}
