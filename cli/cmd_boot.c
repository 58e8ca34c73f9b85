/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger boot`: before the network is up, the confirmed generation; with
 * none, or one that cannot be read, compiled, proved or loaded today, the
 * built-in policy. What cannot be written down stops nothing. With --forwarding
 * the gateway forwards from then on, and not before. */
#include <stdio.h>
#include <string.h>

#include "cli/built_in.h"
#include "cli/deploy.h"
#include "cli/go_back.h"
#include "loader/forwarding.h"

static bool set_forwarding(struct zw_cli *cli, bool on)
{
	int err;

	if (!cli->values[ZW_OPT_FORWARDING])
		return true;
	err = zw_forwarding_set(cli->values[ZW_OPT_NETNS], on);
	if (err)
		zw_diag(&cli->diags, ZW_Z5006, ZW_NO_SPAN,
			"cannot turn forwarding %s: %s", on ? "on" : "off",
			strerror(-err));
	return !err;
}

/* The confirmed generation; NULL, with the reason in *WHY, if there is none to
 * be had. */
static const struct zw_generation *find_good(struct zw_deploy *d, bool open,
					     struct zw_generation *g,
					     const char **why)
{
	u32 good = d->ledger.good;
	int err;

	*why = "what is kept cannot be read";
	if (!open)
		return NULL;
	*why = "no generation was ever confirmed";
	if (good == ZW_GENERATION_NONE || good == ZW_GENERATION_BUILT_IN)
		return NULL;
	err = zw_generation_read(d->cli->arena, &d->folder, good, g);
	if (!err) {
		*why = "the confirmed generation cannot be loaded today";
		return g;
	}
	zw_deploy_say_error(d, err,
			    zw_strf(d->cli->arena, "read number %u", good).p);
	*why = "the confirmed generation cannot be read";
	return NULL;
}

/* What an earlier boot left unfinished is over. */
static void clear_waiting(struct zw_deploy *d)
{
	if (d->ledger.waiting != ZW_GENERATION_NONE)
		d->note = zw_strf(
			d->cli->arena,
			"number %u was not confirmed before the machine went down",
			d->ledger.waiting);
	d->ledger.waiting = d->ledger.back = ZW_GENERATION_NONE;
	d->ledger.loading = ZW_GENERATION_NONE;
}

static void say_built_in(struct zw_cli *cli, const char *why)
{
	struct zw_diag *diag =
		zw_diag(&cli->diags, ZW_Z5026, ZW_NO_SPAN,
			"the built-in policy is in force, since %s", why);
	const char *named = cli->values[ZW_OPT_MANAGEMENT];

	zw_diag_note(
		&cli->diags, diag,
		"all is dropped but loopback and what '%s' lets reach the gateway",
		named ? named : ZW_MANAGEMENT_FILE);
	if (cli->values[ZW_OPT_FORWARDING])
		zw_diag_note(&cli->diags, diag, "nothing is forwarded");
	zw_diag_help(
		&cli->diags, diag,
		"'zwinger apply POLICY' or 'zwinger rollback N' loads another; then 'zwinger boot' will, too");
}

static void answer(struct zw_cli *cli, u32 number)
{
	struct zw_buf out = { 0 };

	zw_buf_printf(&out, "number %u is in force%s\n", number,
		      cli->values[ZW_OPT_FORWARDING]
			      ? ", and packets are forwarded"
			      : "");
	zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

enum zw_status zw_cmd_boot(struct zw_cli *cli)
{
	const struct zw_generation *good;
	struct zw_generation g;
	struct zw_deploy d;
	const char *why;
	bool open;
	u32 number;

	open = zw_deploy_begin(&d, cli, "boot");
	if (d.busy) { /* a policy is being loaded: nothing is open */
		zw_deploy_end(&d);
		return ZW_STATUS_SYSTEM;
	}
	set_forwarding(cli, false);
	if (!open) { /* what cannot be written may still be read */
		zw_deploy_end(&d);
		open = zw_deploy_look(&d, cli, "boot");
		d.mute = true;
	}
	clear_waiting(&d);
	good = find_good(&d, open, &g, &why);
	number = zw_go_back(&d, good);
	if (number == ZW_GENERATION_BUILT_IN)
		say_built_in(cli, why);
	else if (number != ZW_GENERATION_NONE && set_forwarding(cli, true))
		answer(cli, number);
	zw_deploy_end(&d);
	return zw_status_worse(number == ZW_GENERATION_NONE ? ZW_STATUS_SYSTEM
							    : ZW_STATUS_DONE,
			       zw_status_of(&cli->diags));
}
