/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger verify ZONES`: the claims of a zones file on a ruleset that may come
 * from anywhere. The file's own rules count only with --exact. */
#include <stdio.h>
#include <time.h>

#include "cli/job.h"
#include "cli/reading.h"

static bool say_one_source(struct zw_cli *cli, unsigned n)
{
	struct zw_diag *diag;

	if (n == 1)
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       n ? "a ruleset can come from one source only"
			 : "no ruleset to verify");
	zw_diag_help(&cli->diags, diag,
		     "one of --live, --ruleset FILE and --dump FILE");
	return false;
}

/* The words on the command line, before any file is read. */
static bool check_source(struct zw_cli *cli)
{
	bool live = cli->values[ZW_OPT_LIVE] != NULL;
	bool text = cli->values[ZW_OPT_RULESET] != NULL;
	bool dump = cli->values[ZW_OPT_DUMP] != NULL;
	struct zw_diag *diag;

	if (!say_one_source(cli, (unsigned)live + text + dump))
		return false;
	if (!cli->values[ZW_OPT_NETNS] || live)
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--netns says where --live looks");
	zw_diag_help(&cli->diags, diag, "add --live, or leave it out");
	return false;
}

static bool read_source(struct zw_cli *cli, struct zw_reading *reading)
{
	if (cli->values[ZW_OPT_LIVE])
		return zw_read_live(cli, cli->values[ZW_OPT_NETNS], reading);
	if (cli->values[ZW_OPT_DUMP])
		return zw_read_dump(cli, cli->values[ZW_OPT_DUMP], reading);
	return zw_read_texts(cli, cli->given[ZW_OPT_RULESET].v,
			     cli->given[ZW_OPT_RULESET].n, reading);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum zw_status zw_cmd_verify(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON,
						  ZW_FORMAT_SARIF,
						  ZW_FORMAT_JUNIT,
						  ZW_FORMAT_GITHUB };
	const struct zw_job_additions none = { 0 };
	struct zw_verification *verification = NULL;
	struct zw_reading reading;
	enum zw_format format;
	struct zw_job job = { .path = cli->operands[0] };
	double start;

	if (!zw_job_format(cli, formats, 5, &format))
		return ZW_STATUS_INVALID;
	if (check_source(cli) &&
	    zw_job_zones(cli, cli->operands[0], &none, &job) &&
	    read_source(cli, &reading)) {
		if (cli->values[ZW_OPT_STATEMENT])
			zw_job_statement(cli, &job);
		start = seconds();
		verification = zw_job_prove_state(cli, &job, &reading);
		if (cli->values[ZW_OPT_STATS])
			fprintf(stderr,
				"dump of %zu bytes; %zu diagram nodes; proved in %.1f ms\n",
				reading.messages.n, verification->nodes,
				(seconds() - start) * 1e3);
	}
	zw_job_answer(cli, &job, verification, format);
	return zw_status_of(&cli->diags);
}
