/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file's name to a verdict, for check, compile and apply. */
#include "cli/job.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/confined.h"
#include "cli/findings.h"
#include "cli/own.h"
#include "cli/progress.h"
#include "grammar/grammar.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/verdict.h"

/* YYYY-MM-DD as days since 1970-01-01. */
static bool read_today(struct zw_cli *cli, s64 *days)
{
	const char *text = cli->values[ZW_OPT_TODAY];
	struct tm date = { 0 };
	struct zw_diag *diag;
	int end = 0, year, month, day;
	time_t when;

	*days = 0;
	if (!text)
		return true;
	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 &&
	    !text[end] && end == 10) {
		date.tm_year = year - 1900;
		date.tm_mon = month - 1;
		date.tm_mday = day;
		when = timegm(&date);
		if (date.tm_mday == day && date.tm_mon == month - 1) {
			*days = when / 86400;
			return true;
		}
	}
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--today cannot be '%s'", text);
	zw_diag_help(&cli->diags, diag, "a day as YYYY-MM-DD");
	return false;
}

static void add_text(struct zw_cli *cli, struct zw_str text, struct zw_ast *ast)
{
	if (text.n)
		zw_parse_text(cli->arena, cli->sources, &cli->diags,
			      ZW_STR("(question)"), text, ast);
}

static bool resolve(struct zw_cli *cli, const char *path, bool zones_alone,
		    const struct zw_job_additions *additions,
		    struct zw_job *job)
{
	struct zw_resolve_options options = { .zones_alone = zones_alone };
	struct zw_ast *ast = ZW_NEW(cli->arena, struct zw_ast);
	struct zw_ast claims = { 0 };

	*job = (struct zw_job){ .path = path, .ast = ast };
	if (!read_today(cli, &options.today))
		return false;
	zw_parse_file(cli->arena, cli->sources, &cli->diags, path, ast);
	if (cli->values[ZW_OPT_CLAIMS]) {
		zw_parse_file(cli->arena, cli->sources, &cli->diags,
			      cli->values[ZW_OPT_CLAIMS], &claims);
		options.claims = &claims;
	}
	add_text(cli, additions->statements, ast);
	if (additions->claims.n) {
		add_text(cli, additions->claims, &claims);
		options.claims = &claims;
	}
	if (!zw_cli_own(cli, ast, &options.own))
		return false;
	job->model = zw_resolve(cli->arena, cli->sources, &cli->diags, ast,
				&options);
	if (!job->model)
		return false;
	job->statement = zw_statement_from(cli->arena, job->model);
	return true;
}

bool zw_job_policy(struct zw_cli *cli, const char *path, struct zw_job *job)
{
	const struct zw_job_additions none = { 0 };

	return zw_job_policy_with(cli, path, &none, job);
}

struct compiling {
	const char *path;
	const struct zw_job_additions *additions;
	struct zw_job job;
	bool done;
};

static void compile(struct zw_cli *cli, void *context)
{
	struct compiling *c = context;

	c->done = resolve(cli, c->path, false, c->additions, &c->job);
	if (c->done)
		c->job.plan = zw_lower(cli->arena, c->job.model);
}

bool zw_job_policy_with(struct zw_cli *cli, const char *path,
			const struct zw_job_additions *additions,
			struct zw_job *job)
{
	struct compiling c;
	struct zw_diags before = cli->diags;

	if (zw_confines(cli))
		zw_cli_read_own(cli);
	/* files that only privileges can read (a home of somebody else) are
	 * read here, one after another */
	do {
		cli->diags = before;
		c = (struct compiling){ .path = path, .additions = additions };
		zw_confined(cli, compile, &c, sizeof(c));
	} while (!c.done && zw_confines(cli) &&
		 zw_sources_denied(cli->sources).n &&
		 !zw_sources_fetch(cli->sources));
	*job = c.job;
	return c.done;
}

bool zw_job_zones(struct zw_cli *cli, const char *path,
		  const struct zw_job_additions *additions, struct zw_job *job)
{
	return resolve(cli, path, !cli->values[ZW_OPT_EXACT], additions, job);
}

void zw_job_statement(struct zw_cli *cli, const struct zw_job *job)
{
	struct zw_buf text = { 0 };

	zw_statement_print(&text, job->statement);
	zw_cli_answer(cli, &text);
	zw_buf_free(&text);
}

static struct zw_verification *prove_here(struct zw_cli *cli,
					  const struct zw_job *job,
					  const struct zw_reading *reading,
					  const struct zw_gateway *whole)
{
	const u8 *bytes = (const u8 *)reading->messages.p;
	size_t n = reading->messages.n;
	struct zw_progress progress;
	struct zw_verify_options options = {
		.progress = zw_progress_step,
		.progress_context = &progress,
		.all_tables = whole,
		.gateway = whole,
		.own_table = whole ? ZW_PLAN_TABLE : NULL,
	};
	struct zw_verification *verification;

	memcpy(options.without, reading->without, sizeof(options.without));
	zw_progress_begin(&progress, "proving");
	if (reading->batch)
		verification =
			zw_verify_batch(cli->arena, &cli->diags, cli->sources,
					bytes, n, job->statement, &options);
	else
		verification = zw_verify_state(
			cli->arena, &cli->diags, cli->sources, bytes, n,
			&reading->gateway, job->statement, &options);
	zw_progress_end(&progress);
	zw_verdict_diagnose(&cli->diags, verification, job->statement);
	return verification;
}

struct proving {
	const struct zw_job *job;
	const struct zw_reading *reading;
	const struct zw_gateway *whole;
	struct zw_verification *verification;
};

static void prove_step(struct zw_cli *cli, void *context)
{
	struct proving *p = context;

	p->verification = prove_here(cli, p->job, p->reading, p->whole);
}

static struct zw_verification *prove(struct zw_cli *cli,
				     const struct zw_job *job,
				     const struct zw_reading *reading,
				     const struct zw_gateway *whole)
{
	struct proving p = { job, reading, whole, NULL };

	zw_confined(cli, prove_step, &p, sizeof(p));
	return p.verification;
}

static struct zw_verification *prove_batch(struct zw_cli *cli,
					   const struct zw_job *job,
					   const u8 *bytes, size_t n,
					   const struct zw_gateway *whole)
{
	const struct zw_reading reading = {
		.messages = { (const char *)bytes, n },
		.batch = true,
	};

	return prove(cli, job, &reading, whole);
}

struct zw_verification *zw_job_prove(struct zw_cli *cli,
				     const struct zw_job *job, const u8 *bytes,
				     size_t n)
{
	return prove_batch(cli, job, bytes, n, NULL);
}

struct zw_verification *zw_job_prove_whole(struct zw_cli *cli,
					   const struct zw_job *job,
					   const u8 *bytes, size_t n,
					   const struct zw_gateway *gateway)
{
	return prove_batch(cli, job, bytes, n, gateway);
}

struct zw_verification *zw_job_prove_state(struct zw_cli *cli,
					   const struct zw_job *job,
					   const struct zw_reading *reading)
{
	return prove(cli, job, reading, NULL);
}

void zw_job_answer(struct zw_cli *cli, const struct zw_job *job,
		   const struct zw_verification *verification,
		   enum zw_format format)
{
	struct zw_style style = { .colour = cli->colour_out };
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_json_check(&out, job->path, verification, job->statement,
			      &cli->diags, cli->sources);
	else if (format == ZW_FORMAT_JUNIT)
		zw_junit_check(&out, job->path, verification, &cli->diags,
			       cli->sources);
	else if (zw_cli_is_findings(format))
		zw_cli_findings(cli, format, job->path, NULL, &out);
	else if (verification)
		zw_verdict_text(&out, verification, job->statement,
				cli->sources, job->path, &style);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}
