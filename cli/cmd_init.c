/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger init`: a first policy, from the interfaces and routes of this host.
 * A file that is there already is never written over. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/draft.h"
#include "cli/refusal.h"
#include "base/assert.h"
#include "base/source.h"
#include "grammar/format.h"

static bool may_write(struct zw_cli *cli, const char *path)
{
	struct zw_diag *diag;

	if (!path || !strcmp(path, "-") || access(path, F_OK) < 0)
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
		       "'%s' is there already", path);
	zw_diag_help(&cli->diags, diag,
		     "give another name, or move it away first");
	return false;
}

enum zw_status zw_cmd_init(struct zw_cli *cli)
{
	const char *path = cli->values[ZW_OPT_OUTPUT];
	const char *netns = cli->values[ZW_OPT_NETNS];
	struct zw_buf draft = { 0 }, text = { 0 };
	struct zw_routes routes;
	struct utsname host;
	int err;

	if (!may_write(cli, path))
		return zw_status_of(&cli->diags);
	err = zw_routes_read(cli->arena, netns, &routes);
	if (err) {
		zw_say_open_error(&cli->diags, err, netns);
		return zw_status_of(&cli->diags);
	}
	zw_draft_policy(cli->arena, &routes, uname(&host) ? "" : host.nodename,
			&draft);
	if (!zw_format_text(cli->arena, cli->sources, &cli->diags,
			    ZW_STR("<draft>"),
			    (struct zw_str){ draft.data, draft.n }, &text))
		zw_bug(__FILE__, __LINE__, draft.data);
	zw_buf_free(&draft);
	err = path ? zw_write_file(path, text.data, text.n) : 0;
	if (err)
		zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
			"cannot write '%s': %s", path, strerror(-err));
	if (!path)
		zw_cli_answer(cli, &text);
	zw_buf_free(&text);
	return zw_status_of(&cli->diags);
}
