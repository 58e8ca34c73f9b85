/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply POLICY`: prove a policy and load it, keep what it was made
 * from, and say what is another now. Of a file that `plan` wrote exactly that
 * is done, or nothing. */
#include <stdio.h>
#include <string.h>

#include "cli/deploy.h"
#include "cli/guard.h"
#include "cli/planned.h"
#include "cli/say_load.h"

#define SIZE_LIMIT ((size_t)1 << 30)

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

/* The operand's policy, or that of the plan it is. NULL after a diagnostic. */
static const char *find_policy(struct zw_apply *a, struct zw_planned *planned)
{
	struct zw_cli *cli = a->cli;
	const char *path = cli->operands[0];
	struct zw_file_copy file = { .name = zw_str_from(path) };

	/* what cannot be read is left to the policy's reader to complain of */
	if (!strcmp(path, "-") ||
	    zw_read_file_mode(cli->arena, path, SIZE_LIMIT, &file.text,
			      &file.mode) ||
	    !zw_planned_is(file.text))
		return path;
	if (!zw_deploy_trusts(cli, &file, 1) ||
	    !zw_planned_read(cli, path, file.text, planned) ||
	    !zw_planned_adopt(cli, planned))
		return NULL;
	a->planned = planned;
	return zw_cstr(cli->arena, planned->policy);
}

/* True if it is loaded now. */
static bool run(struct zw_apply *a)
{
	struct zw_planned *planned = ZW_NEW(a->cli->arena, struct zw_planned);
	const char *path = find_policy(a, planned);
	struct zw_cli *cli = a->cli;
	struct zw_deploy deploy;
	bool loaded;

	if (!path)
		return false;
	cli->live = true;
	zw_sources_keep(cli->sources);
	if (!zw_job_policy(cli, path, &a->job) || !zw_load_has_rules(a))
		return false;
	loaded = zw_deploy_begin(&deploy, cli, "apply") &&
		 zw_guard_time(cli, &deploy.confirm) &&
		 nothing_waits(&deploy) &&
		 zw_deploy_adopt(&deploy, path) &&
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
