/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply POLICY`: prove a policy and load it, keep what it was made
 * from, and say what is another now. */
#include <stdio.h>

#include "cli/deploy.h"
#include "cli/guard.h"
#include "cli/say_load.h"

/* Two ways back at once would be none. */
static bool nothing_waits(struct zw_deploy *d)
{
	struct zw_diags *diags = &d->cli->diags;
	struct zw_diag *diag;

	if (!zw_deploy_waits(d))
		return true;
	if (!zw_guard_stands(d)) {
		fprintf(stderr,
			"number %u was never confirmed, and its guard is gone: it is superseded now\n",
			d->ledger.waiting);
		return true;
	}
	diag = zw_diag(diags, ZW_Z5021, ZW_NO_SPAN,
		       "number %u still waits for its confirmation",
		       d->ledger.waiting);
	zw_diag_help(
		diags, diag,
		"'zwinger confirm' keeps it, 'zwinger rollback' takes it back; then apply again");
	return false;
}

/* True if it is loaded now. */
static bool run(struct zw_apply *a)
{
	struct zw_cli *cli = a->cli;
	struct zw_deploy deploy;
	bool loaded;

	cli->live = true;
	zw_sources_keep(cli->sources);
	if (!zw_job_policy(cli, cli->operands[0], &a->job) ||
	    !zw_load_has_rules(a))
		return false;
	loaded = zw_deploy_begin(&deploy, cli, "apply") &&
		 zw_guard_time(cli, &deploy.confirm) &&
		 nothing_waits(&deploy) &&
		 zw_deploy_adopt(&deploy, cli->operands[0]) &&
		 zw_deploy_load(&deploy, a);
	zw_deploy_end(&deploy);
	return loaded;
}

enum zw_status zw_cmd_apply(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct zw_apply a = { .cli = cli, .job.path = cli->operands[0] };
	enum zw_format format;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	zw_say_load(&a, format, run(&a));
	zw_load_end(&a);
	return zw_status_of(&cli->diags);
}
