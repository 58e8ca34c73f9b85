/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger lint X`: what is valid and yet not as one would write it. */
#include <string.h>

#include "cli/findings.h"
#include "cli/job.h"
#include "cli/lint_rules.h"
#include "cli/permits.h"
#include "compiler/lint.h"
#include "report/lint.h"
#include "verifier/redundant.h"

static void say_by(struct zw_cli *cli, const struct zw_job *job,
		   struct zw_diag *diag, const struct zw_redundant *r,
		   const char *what)
{
	size_t i;

	for (i = 0; i < r->by.n; i++)
		zw_diag_label(&cli->diags, diag,
			      job->statement->rules.v[r->by.v[i]].span, "%s",
			      what);
}

static void say(struct zw_cli *cli, const struct zw_job *job,
		const struct zw_redundant *r)
{
	struct zw_span span = job->statement->rules.v[r->rule].span;
	bool allow = job->statement->rules.v[r->rule].action == ZW_ALLOW;
	struct zw_diag *diag;

	switch (r->kind) {
	case ZW_REDUNDANT_DEAD:
		diag = zw_diag(&cli->diags, ZW_Z3030, span,
			       "nothing that this rule allows passes");
		say_by(cli, job, diag, r,
		       r->by.n > 1 ? "refused here, in part" : "refused here");
		return;
	case ZW_REDUNDANT_COVERED:
		diag = zw_diag(&cli->diags, ZW_Z3031, span,
			       "without this rule nothing would change");
		zw_diag_here(&cli->diags, diag,
			     allow ? "all of it is decided elsewhere"
				   : "all of it is refused elsewhere");
		say_by(cli, job, diag, r,
		       r->by.n > 1 ? "decides a part of it"
				   : "decides all of it");
		return;
	case ZW_REDUNDANT_IDLE:
		diag = zw_diag(&cli->diags, ZW_Z3031, span,
			       "without this rule nothing would change");
		zw_diag_here(&cli->diags, diag, "no rule allows any of it");
		return;
	}
}

static void lint_rules(struct zw_cli *cli, const struct zw_job *job)
{
	size_t i, n = job->statement->rules.n;
	bool *matters = ZW_NEW_ARRAY(cli->arena, bool, n + 1);
	zw_redundants found;
	struct zw_diag *diag;

	for (i = 0; i < n && i < job->model->rules.n; i++)
		matters[i] = job->model->rules.v[i].options.log ||
			     job->model->rules.v[i].options.count;
	if (!zw_redundant_rules(cli->arena, job->statement, matters, 0,
				&found)) {
		diag = zw_diag(
			&cli->diags, ZW_Z4002, ZW_NO_SPAN,
			"these rules take more memory to compare than zwinger allows itself");
		zw_diag_note(&cli->diags, diag,
			     "which of them are redundant is not known");
		return;
	}
	for (i = 0; i < found.n; i++)
		say(cli, job, &found.v[i]);
}

/* --fail-on: the least level that gives status 5. */
static bool read_fail_on(struct zw_cli *cli, enum zw_level *level, bool *never)
{
	const char *text = cli->values[ZW_OPT_FAIL_ON];
	struct zw_diag *diag;

	*level = ZW_WARNING;
	*never = text && !strcmp(text, "never");
	if (!text || *never || !strcmp(text, "warning"))
		return true;
	*level = ZW_NOTE;
	if (!strcmp(text, "note"))
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--fail-on cannot be '%s' here", text);
	zw_diag_help(&cli->diags, diag, "warning, note or never");
	return false;
}

static bool found_any(const struct zw_cli *cli, enum zw_level level)
{
	size_t i;

	for (i = 0; i < cli->diags.list.n; i++) {
		if (cli->diags.list.v[i]->level >= level)
			return true;
	}
	return false;
}

static void answer(struct zw_cli *cli, enum zw_format format, size_t permitted)
{
	const char *name = cli->operands[0];
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_lint_json(&out, name, permitted, &cli->diags, cli->sources);
	else if (zw_cli_is_findings(format))
		zw_cli_findings(cli, format, name, NULL, &out);
	else
		zw_lint_text(&out, name, permitted, &cli->diags);
	zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

static size_t lint_policy(struct zw_cli *cli)
{
	struct zw_job job;

	if (!zw_job_policy(cli, cli->operands[0], &job))
		return 0;
	zw_lint_names(&cli->diags, job.ast);
	zw_lint_logs(&cli->diags, job.model);
	zw_lint_wide(cli->arena, &cli->diags, job.ast, job.model);
	lint_rules(cli, &job);
	return zw_permits_apply(cli);
}

static size_t lint_ruleset(struct zw_cli *cli)
{
	struct zw_input input;
	size_t permitted;

	if (!zw_input_read(cli, cli->operands[0], NULL, &input))
		return 0;
	permitted = zw_lint_ruleset(cli, &input);
	return permitted + zw_permits_apply(cli);
}

enum zw_status zw_cmd_lint(struct zw_cli *cli)
{
	static const enum zw_format formats[] = {
		ZW_FORMAT_TEXT, ZW_FORMAT_JSON, ZW_FORMAT_SARIF,
		ZW_FORMAT_JUNIT, ZW_FORMAT_GITHUB
	};
	enum zw_level level = ZW_WARNING;
	enum zw_format format;
	enum zw_status status;
	size_t permitted = 0;
	bool never = false;

	if (!zw_job_format(cli, formats, 5, &format))
		return ZW_STATUS_INVALID;
	if (read_fail_on(cli, &level, &never))
		permitted = zw_input_is_policy(cli, cli->operands[0])
				    ? lint_policy(cli)
				    : lint_ruleset(cli);
	answer(cli, format, permitted);
	status = zw_status_of(&cli->diags);
	if (!never && found_any(cli, level))
		status = zw_status_worse(status, ZW_STATUS_DIFFERS);
	return status;
}
