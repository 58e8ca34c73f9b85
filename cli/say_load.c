/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load did: how many rules, sets and elements are others now. */
#include "cli/say_load.h"

#include <stdio.h>

#include "report/connections.h"
#include "report/json.h"

static void say_count(struct zw_buf *out, const char *what, size_t added,
		      size_t removed)
{
	if (added || removed)
		zw_buf_printf(out, "%s%zu %s%s added, %zu removed",
			      out->n ? "; " : "  ", added, what,
			      added == 1 ? "" : "s", removed);
}

/* What is different now, or that nothing is. */
static void say_changes(const struct zw_transactions *t, struct zw_buf *out)
{
	struct zw_buf text = { 0 };

	say_count(&text, "rule", t->changes.rules_added,
		  t->changes.rules_removed);
	say_count(&text, "set", t->changes.sets_added, t->changes.sets_removed);
	say_count(&text, "element", t->changes.elements_added,
		  t->changes.elements_removed);
	if (!text.n)
		zw_buf_puts(&text, t->list.n ? "  no rule or set is another"
					     : "  nothing has changed");
	zw_buf_putc(&text, '\n');
	zw_buf_add(out, text.data, text.n);
	zw_buf_free(&text);
}

static void say_loaded(struct zw_apply *a)
{
	struct zw_buf out = { 0 };

	if (a->transactions.list.n)
		zw_buf_printf(&out, "loaded as generation %u of ",
			      a->transactions.generation);
	else
		zw_buf_puts(&out, "nothing to load into ");
	zw_buf_printf(&out, "table inet %s%s%s\n", ZW_PLAN_TABLE,
		      a->cli->values[ZW_OPT_NETNS] ? " in namespace " : "",
		      a->cli->values[ZW_OPT_NETNS]
			      ? a->cli->values[ZW_OPT_NETNS]
			      : "");
	say_changes(&a->transactions, &out);
	zw_connections_text(&out, &a->connections, false);
	zw_cli_answer(a->cli, &out);
	zw_buf_free(&out);
	zw_load_say_figures(a);
}

static void answer_json(struct zw_apply *a, bool loaded)
{
	const struct zw_kept_changes *c = &a->transactions.changes;
	const struct zw_loaded load = {
		.table = "inet " ZW_PLAN_TABLE,
		.netns = a->cli->values[ZW_OPT_NETNS],
		.number = a->number,
		.waits_ms = a->waits_ms,
		.generation = a->transactions.generation,
		.transactions = a->transactions.list.n,
		.rules = { c->rules_added, c->rules_removed },
		.sets = { c->sets_added, c->sets_removed },
		.elements = { c->elements_added, c->elements_removed },
		.sent_ms = a->sent_ms,
		.read_back_ms = a->back_ms,
		.unread_sets = a->large.sets,
		.unread_elements = a->large.elements,
		.sampled = a->large.sampled,
		.counted = a->large.counted,
		.connections = &a->connections,
	};
	struct zw_buf out = { 0 };

	zw_json_apply(&out, a->job.path, a->verification, a->job.statement,
		      &a->cli->diags, a->cli->sources, loaded ? &load : NULL);
	zw_cli_answer(a->cli, &out);
	zw_buf_free(&out);
}

void zw_say_load(struct zw_apply *a, enum zw_format format, bool loaded)
{
	if (format == ZW_FORMAT_JSON)
		answer_json(a, loaded);
	else if (a->verification)
		zw_job_answer(a->cli, &a->job, a->verification, format);
	if (loaded && format != ZW_FORMAT_JSON)
		say_loaded(a);
}
