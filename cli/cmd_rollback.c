/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger rollback [N]`: a generation that was kept is compiled from what it
 * was made from, proved again, on what the kernel and the other tables hold
 * today, and loaded. Without N it is the last confirmed one before that which
 * is loaded. */
#include <stdlib.h>
#include <string.h>

#include "cli/deploy.h"
#include "cli/guard.h"
#include "cli/say_load.h"

static void list_kept(struct zw_deploy *d, struct zw_diag *diag)
{
	struct zw_numbers numbers;
	struct zw_buf text = { 0 };
	size_t i;

	if (zw_generation_numbers(d->cli->arena, &d->folder, &numbers))
		return;
	for (i = 0; i < numbers.n; i++)
		zw_buf_printf(&text, "%s%u", i ? ", " : "", numbers.v[i]);
	if (numbers.n)
		zw_diag_help(&d->cli->diags, diag,
			     "kept are %s; 'zwinger status' tells of them",
			     text.data);
	else
		zw_diag_help(
			&d->cli->diags, diag,
			"nothing is kept in '%s' yet: 'zwinger apply' does",
			d->path);
	zw_buf_free(&text);
}

/* Where what waits would go back to, else the last confirmed one below what is
 * loaded. */
static u32 former(const struct zw_deploy *d)
{
	const struct zw_ledger *s = &d->ledger;
	u32 best = ZW_GENERATION_NONE;
	size_t i;

	if (s->waiting != ZW_GENERATION_NONE)
		return s->back;
	for (i = 0; i < s->confirmed.n; i++) {
		u32 number = s->confirmed.v[i];

		if (number != ZW_GENERATION_BUILT_IN && number < s->loaded &&
		    (best == ZW_GENERATION_NONE || number > best))
			best = number;
	}
	return best;
}

static bool choose(struct zw_deploy *d, u32 *number)
{
	struct zw_cli *cli = d->cli;
	const char *word = cli->operand_count ? cli->operands[0] : NULL;
	struct zw_numbers numbers;
	char *end;
	size_t i;

	*number = word ? (u32)strtoul(word, &end, 10) : former(d);
	if (word && (*end || strlen(word) > 9 || !*word)) {
		list_kept(d,
			  zw_diag(&cli->diags, ZW_Z6021, ZW_NO_SPAN,
				  "'%s' is no number of a generation", word));
		return false;
	}
	/* what a first load that waits goes back to */
	if (!word && *number == ZW_GENERATION_BUILT_IN)
		return true;
	if (!zw_generation_numbers(cli->arena, &d->folder, &numbers))
		for (i = 0; i < numbers.n; i++)
			if (numbers.v[i] == *number)
				return true;
	if (word)
		list_kept(d,
			  zw_diag(&cli->diags, ZW_Z6021, ZW_NO_SPAN,
				  "there is no generation number %u", *number));
	else
		list_kept(
			d,
			zw_diag(&cli->diags, ZW_Z6021, ZW_NO_SPAN,
				"there is no former generation to go back to"));
	return false;
}

/* True if it is loaded now. */
static bool run(struct zw_apply *a)
{
	struct zw_cli *cli = a->cli;
	struct zw_deploy deploy;
	bool loaded = false;
	u32 number;

	cli->live = true;
	if (zw_deploy_begin(&deploy, cli, "rollback") &&
	    zw_guard_time(cli, &deploy.confirm) && choose(&deploy, &number) &&
	    zw_deploy_recall(&deploy, number)) {
		a->job.path = zw_cstr(cli->arena, deploy.generation.policy);
		loaded = zw_job_policy(cli, a->job.path, &a->job) &&
			 zw_deploy_load(&deploy, a);
	}
	zw_deploy_end(&deploy);
	return loaded;
}

enum zw_status zw_cmd_rollback(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct zw_apply a = { .cli = cli, .job.path = "" };
	enum zw_format format;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	zw_say_load(&a, format, run(&a));
	zw_load_end(&a);
	return zw_status_of(&cli->diags);
}
