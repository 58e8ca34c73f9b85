/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger plan POLICY`: what an apply would do to this host, proved like one
 * and not done: for packets, for the kernel's objects, for connections that are
 * under way. What it says can be kept in a file, which `apply` does then, or
 * refuses if the host has moved on. */
#include <string.h>

#include "cli/connections.h"
#include "cli/load_policy.h"
#include "cli/outlook.h"
#include "cli/planned.h"
#include "cli/refusal.h"
#include "report/outlook.h"

struct plan {
	struct zw_apply a;
	struct zw_buf after; /* the kernel's tables, and what would be sent */
	struct zw_study *study;
	const struct zw_diff_answer *difference;
	struct zw_connections_found connections;
	struct zw_table_names made;
};

static bool judge(struct plan *p)
{
	const struct zw_connections_rules rules = {
		.dump = p->after.data,
		.n = p->after.n,
		.gateway = &p->a.gateway,
		.statement = p->a.job.statement,
	};

	return zw_connections_find(p->a.cli, p->a.socket, &rules,
				   &p->connections);
}

static bool write_plan(struct plan *p, const char *path)
{
	struct zw_cli *cli = p->a.cli;
	struct zw_buf text = { 0 };
	struct zw_planned planned;
	int err;

	zw_planned_make(&p->a, &planned);
	if (!planned.live.n)
		return false;
	zw_planned_print(cli->arena, &text, &planned);
	err = zw_write_file(path, text.data, text.n);
	zw_buf_free(&text);
	if (err)
		zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
			"cannot write '%s': %s", path, strerror(-err));
	return !err;
}

static bool prepare(struct zw_apply *a)
{
	struct zw_cli *cli = a->cli;
	const char *netns = cli->values[ZW_OPT_NETNS];
	int err;

	cli->live = true;
	zw_sources_keep(cli->sources);
	if (!zw_job_policy(cli, cli->operands[0], &a->job) ||
	    !zw_load_has_rules(a))
		return false;
	err = zw_socket_open(netns, &a->socket);
	a->ours = true; /* nothing is sent, whoever owns the table */
	if (!err)
		return zw_load_prepare(a);
	zw_say_open_error(&cli->diags, err, netns);
	return false;
}

static bool look(struct plan *p)
{
	const struct zw_transactions *t = &p->a.transactions;

	const char *path = p->a.cli->values[ZW_OPT_OUTPUT];

	if (!prepare(&p->a))
		return false;
	zw_buf_add(&p->after, p->a.world.data, p->a.world.n);
	zw_buf_add(&p->after, t->bytes.data, t->bytes.n);
	p->difference =
		zw_outlook_compare(p->a.cli, p->a.job.statement, p->a.job.path,
				   &p->a.world, &p->after, &p->study);
	if (!p->difference || !judge(p))
		return false;
	zw_table_names(p->a.cli->arena, (const u8 *)t->bytes.data, t->bytes.n,
		       &p->made);
	return !path || write_plan(p, path);
}

static void answer(struct plan *p, enum zw_format format, bool whole)
{
	const struct zw_kept_changes *c = &p->a.transactions.changes;
	struct zw_style style = { .colour = p->a.cli->colour_out };
	const struct zw_outlook outlook = {
		.table = "inet " ZW_PLAN_TABLE,
		.netns = p->a.cli->values[ZW_OPT_NETNS],
		.file = p->a.cli->values[ZW_OPT_OUTPUT],
		.generation = p->a.transactions.generation,
		.transactions = p->a.transactions.list.n,
		.bytes = p->a.transactions.bytes.n,
		.rules = { c->rules_added, c->rules_removed },
		.sets = { c->sets_added, c->sets_removed },
		.elements = { c->elements_added, c->elements_removed },
		.new_sets = { p->made.sets.v, p->made.sets.n },
		.new_chains = { p->made.chains.v, p->made.chains.n },
		.difference = p->difference,
		.connections = &p->connections,
	};
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_outlook_json(&out, whole ? &outlook : NULL, p->a.job.path,
				p->a.verification, p->a.job.statement,
				&p->a.cli->diags, p->a.cli->sources);
	else if (whole)
		zw_outlook_text(&out, &outlook, p->a.cli->sources, &style);
	if (out.n)
		zw_cli_answer(p->a.cli, &out);
	zw_buf_free(&out);
}

enum zw_status zw_cmd_plan(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct plan p = { .a = { .cli = cli, .job.path = cli->operands[0] } };
	enum zw_format format;
	bool whole;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	whole = look(&p);
	if (format == ZW_FORMAT_TEXT && p.a.verification)
		zw_job_answer(cli, &p.a.job, p.a.verification, format);
	answer(&p, format, whole);
	zw_outlook_end(p.study);
	zw_buf_free(&p.after);
	zw_socket_close(p.a.socket);
	zw_load_end(&p.a);
	return zw_status_of(&cli->diags);
}
