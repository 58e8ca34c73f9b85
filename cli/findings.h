/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats for programs that watch over changes: sarif, junit, github. */
#ifndef ZW_CLI_FINDINGS_H
#define ZW_CLI_FINDINGS_H

#include "cli/format.h"
#include "report/finding.h"

/* Is FORMAT one of them? */
bool zw_cli_is_findings(enum zw_format format);
/* The diagnostics so far and FINDINGS (may be NULL) in FORMAT; NAME is what was
 * asked about. */
void zw_cli_findings(struct zw_cli *cli, enum zw_format format,
		     const char *name, const zw_findings *findings,
		     struct zw_buf *out);

#endif
