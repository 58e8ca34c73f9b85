/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger check POLICY`: compile, prove on the bytes, answer. With --batch the
 * bytes are given; the policy then only says what is to be proved of them. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/check_all.h"
#include "cli/share.h"
#include "compiler/paths.h"
#include "report/stats.h"

#define BATCH_LIMIT ((size_t)1 << 30)

static bool get_bytes(struct zw_cli *cli, const struct zw_job *job,
		      struct zw_buf *bytes)
{
	const struct zw_emit_options options = { .step = ZW_EMIT_WHOLE,
						 .generation = 1 };
	const char *path = cli->values[ZW_OPT_BATCH];
	struct zw_str text;
	int err;

	if (!path) {
		zw_emit_netlink(cli->arena, bytes, job->plan, &options, NULL);
		return true;
	}
	err = zw_read_file(cli->arena, path, BATCH_LIMIT, &text);
	if (err) {
		zw_diag(&cli->diags, ZW_Z6002, ZW_NO_SPAN,
			"cannot read '%s': %s", path, strerror(-err));
		return false;
	}
	zw_buf_add(bytes, text.p, text.n);
	return true;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --stats: times differ from run to run, so they go to standard error. */
static void say_stats(const struct zw_cli *cli, const struct zw_job *job,
		      size_t bytes, const struct zw_verification *verification,
		      double compiled, double proved)
{
	struct zw_plan_stats stats;
	struct zw_buf out = { 0 };

	zw_plan_stats(cli->arena, job->model, job->plan, &stats);
	zw_stats_totals(&out, &stats, bytes);
	fputs(out.data, stderr);
	fprintf(stderr,
		"%zu diagram nodes; compiled in %.1f ms, proved in %.1f ms\n",
		verification->nodes, compiled * 1e3, proved * 1e3);
	zw_buf_free(&out);
}

/* False after a diagnostic if OPTION is given, which is about one gateway. */
static bool of_one_gateway(struct zw_cli *cli, enum zw_option option)
{
	struct zw_diag *diag;

	if (!cli->values[option])
		return true;
	diag = zw_diag(
		&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		"'--%s' is about one gateway, and the policy has several",
		option == ZW_OPT_BATCH ? "batch" : "stats");
	zw_diag_help(&cli->diags, diag, "name it with '--gateway NAME'");
	return false;
}

enum zw_status zw_cmd_check(struct zw_cli *cli)
{
	static const enum zw_format formats[] = {
		ZW_FORMAT_TEXT, ZW_FORMAT_JSON, ZW_FORMAT_SARIF,
		ZW_FORMAT_JUNIT, ZW_FORMAT_GITHUB
	};
	struct zw_verification *verification = NULL;
	enum zw_format format;
	struct zw_share share;
	struct zw_buf bytes = { 0 };
	double start = seconds(), compiled = 0;
	struct zw_job job;

	if (!zw_job_format(cli, formats, 5, &format))
		return ZW_STATUS_INVALID;
	if (cli->values[ZW_OPT_SHARE])
		zw_sources_keep(cli->sources);
	if (!zw_share_read(cli, &share)) {
		job = (struct zw_job){ .path = cli->operands[0] };
	} else if (zw_job_policy_whole(cli, cli->operands[0], &job) &&
		   !job.model) {
		if (of_one_gateway(cli, ZW_OPT_BATCH) &&
		    of_one_gateway(cli, ZW_OPT_STATS))
			return zw_check_all(cli, &job, &share, format);
		return zw_status_of(&cli->diags);
	} else if (job.plan && cli->values[ZW_OPT_SHARE]) {
		zw_share_of_one(cli, job.path);
		job.plan = NULL;
	}
	if (job.plan && get_bytes(cli, &job, &bytes)) {
		if (cli->values[ZW_OPT_STATEMENT])
			zw_job_statement(cli, &job);
		compiled = seconds();
		verification = zw_job_prove(cli, &job, (const u8 *)bytes.data,
					    bytes.n);
		if (cli->values[ZW_OPT_STATS])
			say_stats(cli, &job, bytes.n, verification,
				  compiled - start, seconds() - compiled);
	}
	zw_job_answer(cli, &job, verification, format);
	zw_buf_free(&bytes);
	return zw_status_of(&cli->diags);
}
