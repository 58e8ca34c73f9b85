/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each half is shown by its zone and the statement that allows it, as it
 * stands in the policy, blanks and line ends within it made one blank. */
#include "report/proxy.h"

#include "report/json_value.h"
#include "statement/proxy.h"

#define STATEMENT_COLUMN 36

static struct zw_str one_line(struct zw_arena *arena,
			      const struct zw_sources *sources,
			      struct zw_span span)
{
	struct zw_str text = zw_sources_text(sources, span), out;
	struct zw_buf buf = { 0 };
	size_t i;

	for (i = 0; i < text.n; i++) {
		bool blank = (u8)text.p[i] <= ' ';

		if (blank && (!buf.n || buf.data[buf.n - 1] == ' '))
			continue;
		zw_buf_putc(&buf, blank ? ' ' : text.p[i]);
	}
	out = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

static void put_half(struct zw_buf *out, struct zw_arena *arena,
		     const struct zw_statement *statement,
		     const struct zw_sources *sources,
		     const struct zw_proxy_half *half, bool in)
{
	struct zw_str zone = zw_statement_zone_name(statement, half->zone);
	struct zw_place place = zw_sources_place(sources, half->rule->span);
	size_t start = out->n;

	zw_buf_puts(out, "            ");
	zw_buf_puts(out, in ? "" : "self -> ");
	zw_buf_add_escaped(out, zone);
	zw_buf_puts(out, in ? " -> self" : "");
	do
		zw_buf_putc(out, ' ');
	while (out->n - start < STATEMENT_COLUMN);
	zw_buf_add_escaped(out, one_line(arena, sources, half->rule->span));
	zw_buf_puts(out, "  ");
	zw_buf_add_escaped(out, place.file);
	zw_buf_printf(out, ":%u\n", place.line);
}

void zw_proxy_text(struct zw_buf *out, const struct zw_statement *statement,
		   const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_proxy ways = zw_statement_proxy(arena, statement);
	size_t i;

	if (ways.in.n)
		zw_buf_puts(out, "  beside    no proof covers what a proxy on "
				 "the gateway makes of these:\n");
	for (i = 0; i < ways.in.n; i++)
		put_half(out, arena, statement, sources, &ways.in.v[i], true);
	for (i = 0; i < ways.out.n; i++)
		put_half(out, arena, statement, sources, &ways.out.v[i], false);
	zw_arena_free(arena);
}

static json_t *half_json(struct zw_arena *arena,
			 const struct zw_statement *statement,
			 const struct zw_sources *sources,
			 const struct zw_proxy_half *half)
{
	json_t *object = json_object();

	zw_json_set(
		object, "zone",
		zw_json_text(zw_statement_zone_name(statement, half->zone)));
	zw_json_set(object, "statement",
		    zw_json_text(one_line(arena, sources, half->rule->span)));
	zw_json_set_place(object, sources, half->rule->span);
	return object;
}

json_t *zw_proxy_json(const struct zw_statement *statement,
		      const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	json_t *root = json_object(), *in = json_array(), *out = json_array();
	struct zw_proxy ways = { 0 };
	size_t i;

	if (statement)
		ways = zw_statement_proxy(arena, statement);
	for (i = 0; i < ways.in.n; i++)
		zw_json_add(in, half_json(arena, statement, sources,
					  &ways.in.v[i]));
	for (i = 0; i < ways.out.n; i++)
		zw_json_add(out, half_json(arena, statement, sources,
					   &ways.out.v[i]));
	zw_json_set(root, "from_dmz", in);
	zw_json_set(root, "to_internal", out);
	zw_arena_free(arena);
	return root;
}
