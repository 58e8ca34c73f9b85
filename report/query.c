/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pair by pair: the classes, how many flows they are, one packet. */
#include "report/query.h"

#include "report/class_text.h"
#include "report/verdict.h"

#define CLASSES_SHOWN 20

void zw_query_text(struct zw_buf *out, const struct zw_query_answer *a)
{
	const struct zw_query_result *r = a->result;
	bool unsure = false;
	size_t i;

	zw_buf_add_escaped(out, zw_str_from(a->name));
	if (!r->pairs.n) {
		zw_buf_puts(out, ": no such flow passes\n");
		return;
	}
	zw_buf_puts(out, ": such flows pass\n");
	for (i = 0; i < r->pairs.n; i++) {
		const struct zw_query_pair *pair = &r->pairs.v[i];

		zw_buf_putc(out, '\n');
		zw_class_lines(out, a->flows, pair->from, pair->to,
			       &pair->classes, "  ", CLASSES_SHOWN);
		zw_buf_printf(out, "    %.*s flow%s%s\n",
			      ZW_STR_ARG(pair->count),
			      zw_str_is(pair->count, "1") ? "" : "s",
			      pair->sure ? "" : ", not at all times");
		unsure = unsure || !pair->sure;
		if (!pair->has_example)
			continue;
		zw_buf_puts(out, "    for example ");
		zw_witness_packet(out, &pair->example);
		zw_buf_putc(out, '\n');
	}
	for (i = 0; unsure && i < a->flows->unknowns.n; i++) {
		zw_buf_puts(out, i ? "  depends on " : "\n  depends on ");
		zw_buf_add_escaped(out, a->flows->unknowns.v[i]);
		zw_buf_putc(out, '\n');
	}
}

static json_t *pair_of(const struct zw_query_answer *a,
		       const struct zw_query_pair *pair)
{
	json_t *object = json_object(), *classes = json_array();
	size_t i;

	zw_json_set(object, "from", zw_json_text(pair->from->name));
	zw_json_set(object, "to", zw_json_text(pair->to->name));
	zw_json_set(object, "count", zw_json_text(pair->count));
	zw_json_set(object, "sure", json_boolean(pair->sure));
	zw_json_set(object, "complete", json_boolean(pair->classes.complete));
	for (i = 0; i < pair->classes.list.n; i++)
		zw_json_add(classes,
			    zw_class_json(a->flows, &pair->classes.list.v[i]));
	zw_json_set(object, "classes", classes);
	zw_json_set(object, "example",
		    pair->has_example ? zw_json_witness(&pair->example)
				      : json_null());
	return object;
}

void zw_query_json(struct zw_buf *out, const struct zw_query_answer *a,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources)
{
	json_t *root = json_object(), *pairs = json_array();
	size_t i;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "name", a ? json_string(a->name) : json_null());
	zw_json_set(root, "query",
		    a ? zw_json_text(zw_str_from(a->text)) : json_null());
	for (i = 0; a && i < a->result->pairs.n; i++)
		zw_json_add(pairs, pair_of(a, &a->result->pairs.v[i]));
	zw_json_set(root, "pairs", pairs);
	zw_json_set(
		root, "unknowns",
		a ? zw_json_texts(a->flows->unknowns.v, a->flows->unknowns.n)
		  : json_array());
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
