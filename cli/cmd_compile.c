/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger compile POLICY`: the ruleset as text for nft, as JSON, or as the
 * netlink bytes themselves; with --stats, how large it is. Nothing is proved
 * here. */
#include <string.h>
#include <unistd.h>

#include "cli/job.h"
#include "compiler/emit_nft.h"
#include "report/plan_json.h"
#include "report/stats.h"

static void emit(struct zw_cli *cli, const struct zw_job *job,
		 enum zw_format format, struct zw_buf *out)
{
	const struct zw_emit_options options = { .step = ZW_EMIT_WHOLE,
						 .generation = 1 };

	switch (format) {
	case ZW_FORMAT_NETLINK:
		zw_emit_netlink(cli->arena, out, job->plan, &options, NULL);
		break;
	case ZW_FORMAT_JSON:
		zw_plan_json(out, job->plan, cli->sources);
		break;
	default:
		zw_emit_nft(out, job->plan, 1);
		break;
	}
}

/* --stats: instead of the ruleset, how large it is and its longest paths. */
static void stats(struct zw_cli *cli, const struct zw_job *job,
		  enum zw_format format, struct zw_buf *out)
{
	struct zw_plan_stats figures;
	struct zw_buf bytes = { 0 };

	zw_plan_stats(cli->arena, job->model, job->plan, &figures);
	emit(cli, job, ZW_FORMAT_NETLINK, &bytes);
	if (format == ZW_FORMAT_JSON)
		zw_stats_json(out, &figures, bytes.n);
	else
		zw_stats_text(out, &figures, bytes.n);
	zw_buf_free(&bytes);
}

enum zw_status zw_cmd_compile(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_NFT,
						  ZW_FORMAT_NETLINK,
						  ZW_FORMAT_JSON };
	static const enum zw_format answers[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	bool counts = cli->values[ZW_OPT_STATS];
	const char *path = cli->values[ZW_OPT_OUTPUT];
	enum zw_format format;
	struct zw_buf out = { 0 };
	struct zw_job job;
	int err;

	if (!zw_job_format(cli, counts ? answers : formats, counts ? 2 : 3,
			   &format))
		return ZW_STATUS_INVALID;
	cli->json = false; /* diagnostics do not go into the ruleset */
	if (!zw_job_policy(cli, cli->operands[0], &job))
		return zw_status_of(&cli->diags);
	if (counts)
		stats(cli, &job, format, &out);
	else
		emit(cli, &job, format, &out);
	if (!path)
		path = "-";
	if (format == ZW_FORMAT_NETLINK && !strcmp(path, "-") &&
	    isatty(STDOUT_FILENO)) {
		struct zw_diag *diag =
			zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				"netlink bytes are not for a terminal");

		zw_diag_help(&cli->diags, diag, "write them with '-o FILE'");
	} else {
		err = zw_write_file(path, out.data, out.n);
		if (err)
			zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
				"cannot write '%s': %s", path, strerror(-err));
	}
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
