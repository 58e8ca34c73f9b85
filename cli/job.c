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

/* "hq, shop-gw" */
static void list_gateways(struct zw_cli *cli, struct zw_diag *diag,
			  const struct zw_model *whole)
{
	struct zw_buf names = { 0 };
	size_t i;

	for (i = 0; i < whole->gateways.n && i < 8; i++)
		zw_buf_printf(&names, "%s%.*s", i ? ", " : "",
			      ZW_STR_ARG(whole->gateways.v[i].name));
	if (i < whole->gateways.n)
		zw_buf_printf(&names, " and %zu more", whole->gateways.n - i);
	zw_diag_note(&cli->diags, diag, "its gateways are %s", names.data);
	zw_buf_free(&names);
}

static bool no_such_gateway(struct zw_cli *cli, const char *path,
			    const char *name, const struct zw_model *whole)
{
	struct zw_diag *diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				       "'%s' has no gateway '%s'", path, name);
	struct zw_str *names =
		ZW_NEW_ARRAY(cli->arena, struct zw_str, whole->gateways.n + 1);
	struct zw_str near;
	size_t i, n = whole->gateways.n;

	for (i = 0; i < n; i++)
		names[i] = whole->gateways.v[i].name;
	if (n)
		list_gateways(cli, diag, whole);
	else if (whole->gateway.n)
		zw_diag_note(&cli->diags, diag, "it is of the gateway '%.*s'",
			     ZW_STR_ARG(whole->gateway));
	else
		zw_diag_note(&cli->diags, diag, "it names no gateway");
	near = zw_suggest(zw_str_from(name), names, n);
	if (near.n)
		zw_diag_help(&cli->diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	return false;
}

/* Of a policy of several gateways, the one that is asked for. */
static bool choose(struct zw_cli *cli, struct zw_job *job, bool all_gateways)
{
	const char *name = cli->values[ZW_OPT_GATEWAY];
	const struct zw_model *whole = job->model;
	struct zw_diag *diag;
	size_t i;

	if (!whole->gateways.n)
		return !name || zw_str_is(whole->gateway, name) ||
		       no_such_gateway(cli, job->path, name, whole);
	job->whole = whole;
	job->model = NULL;
	if (!name && all_gateways)
		return true;
	if (!name) {
		diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			       "'%s' is a policy of %zu gateways", job->path,
			       whole->gateways.n);
		list_gateways(cli, diag, whole);
		zw_diag_help(&cli->diags, diag,
			     "name one of them with '--gateway NAME'");
		return false;
	}
	for (i = 0; i < whole->gateways.n; i++) {
		if (!zw_str_is(whole->gateways.v[i].name, name))
			continue;
		job->model = zw_model_at(cli->arena, whole, i);
		return true;
	}
	return no_such_gateway(cli, job->path, name, whole);
}

static bool resolve(struct zw_cli *cli, const char *path, bool zones_alone,
		    bool all_gateways, const struct zw_job_additions *additions,
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
	if (!job->model || !choose(cli, job, all_gateways))
		return false;
	if (job->model)
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
	bool all_gateways;
	struct zw_job job;
	bool done;
};

static void compile(struct zw_cli *cli, void *context)
{
	struct compiling *c = context;

	c->done = resolve(cli, c->path, false, c->all_gateways, c->additions,
			  &c->job);
	if (c->done && c->job.model)
		c->job.plan = zw_lower(cli->arena, c->job.model);
}

static bool make(struct zw_cli *cli, const char *path, bool all_gateways,
		 const struct zw_job_additions *additions, struct zw_job *job)
{
	struct compiling c;
	struct zw_diags before = cli->diags;

	if (zw_confines(cli))
		zw_cli_read_own(cli);
	/* files that only privileges can read (a home of somebody else) are
	 * read here, one after another */
	do {
		cli->diags = before;
		c = (struct compiling){ .path = path,
					.additions = additions,
					.all_gateways = all_gateways };
		zw_confined(cli, compile, &c, sizeof(c));
	} while (!c.done && zw_confines(cli) &&
		 zw_sources_denied(cli->sources).n &&
		 !zw_sources_fetch(cli->sources));
	*job = c.job;
	return c.done;
}

bool zw_job_policy_with(struct zw_cli *cli, const char *path,
			const struct zw_job_additions *additions,
			struct zw_job *job)
{
	return make(cli, path, false, additions, job);
}

bool zw_job_policy_whole(struct zw_cli *cli, const char *path,
			 struct zw_job *job)
{
	const struct zw_job_additions none = { 0 };

	return make(cli, path, true, &none, job);
}

void zw_job_at(struct zw_cli *cli, struct zw_job *job, size_t gateway)
{
	job->model = zw_model_at(cli->arena, job->whole, gateway);
	job->statement = zw_statement_from(cli->arena, job->model);
	job->plan = zw_lower(cli->arena, job->model);
}

bool zw_job_zones(struct zw_cli *cli, const char *path,
		  const struct zw_job_additions *additions, struct zw_job *job)
{
	return resolve(cli, path, !cli->values[ZW_OPT_EXACT], false, additions,
		       job);
}

void zw_job_statement(struct zw_cli *cli, const struct zw_job *job)
{
	struct zw_buf text = { 0 };

	zw_statement_print(&text, job->statement);
	zw_cli_answer(cli, &text);
	zw_buf_free(&text);
}

struct zw_verification *zw_job_prove_quietly(struct zw_cli *cli,
					     const struct zw_job *job,
					     const u8 *bytes, size_t n)
{
	const struct zw_verify_options options = { 0 };
	struct zw_verification *verification;

	verification = zw_verify_batch(cli->arena, &cli->diags, cli->sources,
				       bytes, n, job->statement, &options);
	zw_verdict_diagnose(&cli->diags, verification, job->statement);
	return verification;
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
