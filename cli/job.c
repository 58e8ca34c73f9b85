/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file's name to a verdict, for check, compile and apply. */
#include "cli/job.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/progress.h"
#include "grammar/grammar.h"
#include "report/json.h"
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

bool zw_job_policy(struct zw_cli *cli, const char *path, struct zw_job *job)
{
	struct zw_resolve_options options = { 0 };
	struct zw_ast ast = { 0 }, claims = { 0 };

	*job = (struct zw_job){ .path = path };
	if (!read_today(cli, &options.today))
		return false;
	zw_parse_file(cli->arena, cli->sources, &cli->diags, path, &ast);
	if (cli->values[ZW_OPT_CLAIMS]) {
		zw_parse_file(cli->arena, cli->sources, &cli->diags,
			      cli->values[ZW_OPT_CLAIMS], &claims);
		options.claims = &claims;
	}
	job->model = zw_resolve(cli->arena, cli->sources, &cli->diags, &ast,
				&options);
	if (!job->model)
		return false;
	job->statement = zw_statement_from(cli->arena, job->model);
	job->plan = zw_lower(cli->arena, job->model);
	return true;
}

struct zw_verification *zw_job_prove(struct zw_cli *cli,
				     const struct zw_job *job, const u8 *bytes,
				     size_t n)
{
	struct zw_progress progress;
	struct zw_verify_options options = {
		.progress = zw_progress_step,
		.progress_context = &progress,
	};
	struct zw_verification *verification;

	zw_progress_begin(&progress, "proving");
	verification = zw_verify_batch(cli->arena, &cli->diags, cli->sources,
				       bytes, n, job->statement, &options);
	zw_progress_end(&progress);
	zw_verdict_diagnose(&cli->diags, verification, job->statement);
	return verification;
}

static const char *const format_names[] = {
	[ZW_FORMAT_TEXT] = "text",
	[ZW_FORMAT_JSON] = "json",
	[ZW_FORMAT_NFT] = "nft",
	[ZW_FORMAT_NETLINK] = "netlink",
};

bool zw_job_format(struct zw_cli *cli, const enum zw_format *allowed, size_t n,
		   enum zw_format *format)
{
	const char *text = cli->values[ZW_OPT_FORMAT];
	struct zw_buf list = { 0 };
	struct zw_diag *diag;
	size_t i;

	*format = allowed[0];
	for (i = 0; text && i < n; i++) {
		if (!strcmp(text, format_names[allowed[i]])) {
			*format = allowed[i];
			break;
		}
		zw_buf_printf(&list, "%s%s", i ? ", " : "",
			      format_names[allowed[i]]);
	}
	if (!text || i < n) {
		cli->json = *format == ZW_FORMAT_JSON;
		zw_buf_free(&list);
		return true;
	}
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--format cannot be '%s' here", text);
	zw_diag_help(&cli->diags, diag, "one of: %s", list.data);
	zw_buf_free(&list);
	return false;
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
	else if (verification)
		zw_verdict_text(&out, verification, cli->sources, job->path,
				&style);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}
