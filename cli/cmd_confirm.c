/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger confirm`: who loaded a policy with --confirm can still reach the
 * gateway, so it stays. Whoever comes too late, and finds that the guard was
 * killed, gets what the guard would have done. */
#include <stdio.h>

#include "cli/deploy.h"
#include "cli/go_back.h"
#include "cli/guard.h"

static void say_nothing_waits(struct zw_deploy *d)
{
	struct zw_diags *diags = &d->cli->diags;
	struct zw_diag *diag = zw_diag(diags, ZW_Z5022, ZW_NO_SPAN,
				       "nothing waits for a confirmation");

	if (d->ledger.loaded == ZW_GENERATION_BUILT_IN)
		zw_diag_note(diags, diag, "the built-in policy is loaded");
	else if (d->ledger.loaded != ZW_GENERATION_NONE)
		zw_diag_note(diags, diag, "number %u is loaded, by %.*s",
			     d->ledger.loaded, ZW_STR_ARG(d->ledger.by));
	zw_diag_help(
		diags, diag,
		"'zwinger audit' tells whether time ran out and what was loaded then");
}

/* The guard's work, if there is none any more. */
static void too_late(struct zw_deploy *d)
{
	struct zw_diags *diags = &d->cli->diags;
	bool stands = zw_guard_stands(d);
	struct zw_generation back;
	struct zw_diag *diag;
	u32 number, waited = d->ledger.waiting;

	if (!stands) {
		d->note = ZW_STR("too late, and the guard was gone");
		number = zw_go_back(d, zw_generation_read(d->cli->arena,
							  &d->folder,
							  d->ledger.back, &back)
					       ? NULL
					       : &back);
	}
	diag = zw_diag(diags, ZW_Z5022, ZW_NO_SPAN,
		       "the time to confirm number %u is over", waited);
	if (stands)
		zw_diag_note(diags, diag, "its guard goes back now");
	else if (number == ZW_GENERATION_NONE)
		zw_diag_note(
			diags, diag,
			"its guard is gone, and nothing else could be loaded");
	else if (number == ZW_GENERATION_BUILT_IN)
		zw_diag_note(
			diags, diag,
			"its guard is gone, so the built-in policy was loaded now");
	else
		zw_diag_note(diags, diag,
			     "its guard is gone, so number %u was loaded now",
			     number);
	zw_diag_help(diags, diag, "apply it again to have it");
}

static void confirm(struct zw_deploy *d)
{
	u32 number = d->ledger.waiting;
	struct zw_buf out = { 0 };

	zw_ledger_confirm(d->cli->arena, &d->ledger, number);
	if (!zw_deploy_write_ledger(d) ||
	    !zw_deploy_note(d, "done", number, ZW_STR("")))
		return;
	zw_buf_printf(&out, "number %u is confirmed\n", number);
	zw_cli_answer(d->cli, &out);
	zw_buf_free(&out);
}

enum zw_status zw_cmd_confirm(struct zw_cli *cli)
{
	struct zw_deploy d;

	if (zw_deploy_begin(&d, cli, "confirm")) {
		if (!zw_deploy_waits(&d))
			say_nothing_waits(&d);
		else if (zw_boot_clock() >= d.ledger.deadline)
			too_late(&d);
		else
			confirm(&d);
	}
	zw_deploy_end(&d);
	return zw_status_of(&cli->diags);
}
