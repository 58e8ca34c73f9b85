/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a plan: totals as sentences, paths as an aligned table with
 * the names' column as wide as the longest name, or everything as JSON. */
#include <jansson.h>

#include "base/assert.h"
#include "report/stats.h"

/* ---- text ---- */

static void print_cost(struct zw_buf *out, const char *what,
		       const struct zw_plan_cost *cost)
{
	zw_buf_printf(
		out,
		"longest path %s: %zu rules, %zu expressions, %zu hash, %zu interval, %zu concatenated lookups\n",
		what, cost->rules, cost->expressions, cost->hash,
		cost->interval, cost->concatenated);
}

void zw_stats_totals(struct zw_buf *out, const struct zw_plan_stats *stats,
		     size_t bytes)
{
	zw_buf_printf(out,
		      "chains %zu (%zu base), rules %zu, expressions %zu\n",
		      stats->chains, stats->base_chains, stats->rules,
		      stats->expressions);
	zw_buf_printf(out, "sets and maps %zu, elements %zu, batch %zu bytes\n",
		      stats->sets, stats->elements, bytes);
	zw_buf_printf(out,
		      "largest chain %zu rules, largest set %zu elements\n",
		      stats->largest_chain, stats->largest_set);
	print_cost(out, "of a new packet", &stats->new);
	print_cost(out, "of an established packet", &stats->established);
}

/* The name, escaped, and blanks up to WIDTH. */
static void print_name(struct zw_buf *out, struct zw_str name, size_t width)
{
	size_t start = out->n;

	zw_buf_add_escaped(out, name);
	while (out->n - start < width)
		zw_buf_putc(out, ' ');
}

static void print_figures(struct zw_buf *out, const struct zw_plan_cost *cost)
{
	zw_buf_printf(out, "  %5zu %5zu %4zu %8zu %6zu", cost->rules,
		      cost->expressions, cost->hash, cost->interval,
		      cost->concatenated);
}

static size_t widest(const struct zw_plan_stats *stats)
{
	size_t width = sizeof("from") - 1;

	for (size_t i = 0; i < stats->path_count; i++) {
		if (stats->paths[i].from.n > width)
			width = stats->paths[i].from.n;
		if (stats->paths[i].to.n > width)
			width = stats->paths[i].to.n;
	}
	return width;
}

void zw_stats_text(struct zw_buf *out, const struct zw_plan_stats *stats,
		   size_t bytes)
{
	size_t width = widest(stats);

	zw_stats_totals(out, stats, bytes);
	if (!stats->path_count)
		return;
	zw_buf_putc(out, '\n');
	print_name(out, ZW_STR(""), 2 * width + 8);
	zw_buf_puts(
		out,
		"  new: at most                        established: at most\n");
	print_name(out, ZW_STR("from"), width + 1);
	print_name(out, ZW_STR("to"), width + 1);
	zw_buf_puts(out, "family");
	for (unsigned i = 0; i < 2; i++)
		zw_buf_puts(out, "  rules exprs hash interval concat");
	zw_buf_putc(out, '\n');
	for (size_t i = 0; i < stats->path_count; i++) {
		const struct zw_plan_path *path = &stats->paths[i];

		print_name(out, path->from, width + 1);
		print_name(out, path->to, width + 1);
		zw_buf_puts(out, path->family == ZW_IPV4 ? "IPv4  " : "IPv6  ");
		print_figures(out, &path->new);
		print_figures(out, &path->established);
		zw_buf_putc(out, '\n');
	}
}

/* ---- JSON ---- */

static void add(json_t *object, const char *name, json_t *value)
{
	ZW_ASSERT(value);
	json_object_set_new(object, name, value);
}

static void add_number(json_t *object, const char *name, size_t value)
{
	add(object, name, json_integer((json_int_t)value));
}

static json_t *cost_of(const struct zw_plan_cost *cost)
{
	json_t *out = json_object(), *lookups = json_object();

	add_number(out, "rules", cost->rules);
	add_number(out, "expressions", cost->expressions);
	add_number(lookups, "hash", cost->hash);
	add_number(lookups, "interval", cost->interval);
	add_number(lookups, "concatenated", cost->concatenated);
	add(out, "lookups", lookups);
	return out;
}

static json_t *path_of(const struct zw_plan_path *path)
{
	json_t *out = json_object();

	add(out, "from", json_stringn(path->from.p, path->from.n));
	add(out, "to", json_stringn(path->to.p, path->to.n));
	add(out, "family", json_string(path->family == ZW_IPV4 ? "ip" : "ip6"));
	add(out, "new", cost_of(&path->new));
	add(out, "established", cost_of(&path->established));
	return out;
}

static int to_buf(const char *bytes, size_t n, void *out)
{
	zw_buf_add(out, bytes, n);
	return 0;
}

void zw_stats_json(struct zw_buf *out, const struct zw_plan_stats *stats,
		   size_t bytes)
{
	json_t *object = json_object(), *longest = json_object();
	json_t *paths = json_array();

	add_number(object, "format", 1);
	add_number(object, "chains", stats->chains);
	add_number(object, "base_chains", stats->base_chains);
	add_number(object, "rules", stats->rules);
	add_number(object, "expressions", stats->expressions);
	add_number(object, "sets", stats->sets);
	add_number(object, "elements", stats->elements);
	add_number(object, "batch_bytes", bytes);
	add_number(object, "largest_chain", stats->largest_chain);
	add_number(object, "largest_set", stats->largest_set);
	add(longest, "new", cost_of(&stats->new));
	add(longest, "established", cost_of(&stats->established));
	add(object, "longest", longest);
	for (size_t i = 0; i < stats->path_count; i++)
		json_array_append_new(paths, path_of(&stats->paths[i]));
	add(object, "paths", paths);
	json_dump_callback(object, to_buf, out, JSON_INDENT(2));
	zw_buf_putc(out, '\n');
	json_decref(object);
}
