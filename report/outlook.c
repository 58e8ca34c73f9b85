/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First what it means for packets, then what the kernel would be sent, then the
 * connections that would end. */
#include "report/outlook.h"

#include "report/connections.h"
#include "report/diff.h"
#include "report/json.h"
#include "report/json_value.h"

/* So many names are told to people. */
#define NAMES_MAX 12

static void put_count(struct zw_buf *out, const char *what,
		      struct zw_loaded_count count, bool *more)
{
	if (!count.added && !count.removed)
		return;
	zw_buf_printf(out, "%s%zu %s%s added, %zu removed", *more ? "; " : "  ",
		      count.added, what, count.added == 1 ? "" : "s",
		      count.removed);
	*more = true;
}

static void put_names(struct zw_buf *out, const char *what,
		      const struct zw_outlook_names *names)
{
	size_t i;

	for (i = 0; i < names->n && i < NAMES_MAX; i++) {
		zw_buf_puts(out, i ? ", " : what);
		zw_buf_add_escaped(out, names->v[i]);
	}
	if (names->n > NAMES_MAX)
		zw_buf_printf(out, " and %zu more", names->n - NAMES_MAX);
	if (names->n)
		zw_buf_putc(out, '\n');
}

static void put_objects(struct zw_buf *out, const struct zw_outlook *o)
{
	bool more = false;

	if (!o->transactions) {
		zw_buf_printf(out, "nothing to load into table %s\n", o->table);
		return;
	}
	zw_buf_printf(
		out,
		"would be generation %u of table %s, %zu transaction%s of %zu bytes\n",
		o->generation, o->table, o->transactions,
		o->transactions == 1 ? "" : "s", o->bytes);
	put_count(out, "rule", o->rules, &more);
	put_count(out, "set", o->sets, &more);
	put_count(out, "element", o->elements, &more);
	zw_buf_puts(out, more ? "\n" : "  no rule or set is another\n");
	put_names(out, "  new chains: ", &o->new_chains);
	put_names(out, "  new sets: ", &o->new_sets);
}

void zw_outlook_text(struct zw_buf *out, const struct zw_outlook *o,
		     const struct zw_sources *sources,
		     const struct zw_style *style)
{
	zw_diff_text(out, o->difference, sources, style);
	put_objects(out, o);
	zw_connections_text(out, o->connections, true);
	if (o->file)
		zw_buf_printf(out,
			      "the plan is in %s: 'zwinger apply %s' does it\n",
			      o->file, o->file);
}

static json_t *names_of(const struct zw_outlook_names *names)
{
	return zw_json_texts(names->v, names->n);
}

static json_t *plan_of(const struct zw_outlook *o,
		       const struct zw_sources *sources)
{
	json_t *plan = json_object(), *difference = json_object();

	zw_json_set(plan, "table", json_string(o->table));
	zw_json_set(plan, "netns",
		    o->netns ? zw_json_text(zw_str_from(o->netns))
			     : json_null());
	zw_json_set(plan, "file",
		    o->file ? zw_json_text(zw_str_from(o->file)) : json_null());
	zw_json_set(plan, "generation", json_integer(o->generation));
	zw_json_set(plan, "transactions",
		    json_integer((json_int_t)o->transactions));
	zw_json_set(plan, "bytes", json_integer((json_int_t)o->bytes));
	zw_json_set(plan, "rules", zw_json_count(o->rules));
	zw_json_set(plan, "sets", zw_json_count(o->sets));
	zw_json_set(plan, "elements", zw_json_count(o->elements));
	zw_json_set(plan, "new_chains", names_of(&o->new_chains));
	zw_json_set(plan, "new_sets", names_of(&o->new_sets));
	zw_diff_set(difference, o->difference, sources);
	zw_json_set(plan, "difference", difference);
	zw_json_set(plan, "connections", zw_connections_json(o->connections));
	return plan;
}

void zw_outlook_json(struct zw_buf *out, const struct zw_outlook *outlook,
		     const char *name,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_diags *diags,
		     const struct zw_sources *sources)
{
	json_t *root = zw_json_check_value(name, verification, statement, diags,
					   sources);

	zw_json_set(root, "plan",
		    outlook ? plan_of(outlook, sources) : json_null());
	zw_json_put(out, root);
}
