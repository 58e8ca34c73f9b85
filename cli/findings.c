/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics and what else was found, in one list. */
#include "cli/findings.h"

bool zw_cli_is_findings(enum zw_format format)
{
	return format == ZW_FORMAT_SARIF || format == ZW_FORMAT_JUNIT ||
	       format == ZW_FORMAT_GITHUB;
}

void zw_cli_findings(struct zw_cli *cli, enum zw_format format,
		     const char *name, const zw_findings *findings,
		     struct zw_buf *out)
{
	zw_findings all = zw_findings_from(cli->arena, &cli->diags);
	size_t i;

	for (i = 0; findings && i < findings->n; i++)
		zw_push(cli->arena, all, findings->v[i]);
	zw_findings_seal(cli->arena, &all, cli->sources);
	if (format == ZW_FORMAT_SARIF)
		zw_sarif(out, &all, cli->sources);
	else if (format == ZW_FORMAT_GITHUB)
		zw_github(out, &all, cli->sources);
	else
		zw_junit(out, name, &all, cli->sources);
}
