/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --format: in which form a command answers. */
#ifndef ZW_CLI_FORMAT_H
#define ZW_CLI_FORMAT_H

#include "cli/cli.h"

enum zw_format {
	ZW_FORMAT_TEXT,
	ZW_FORMAT_JSON,
	ZW_FORMAT_NFT,
	ZW_FORMAT_NETLINK,
	ZW_FORMAT_DOT,
	ZW_FORMAT_CSV,
	ZW_FORMAT_SARIF,
	ZW_FORMAT_JUNIT,
	ZW_FORMAT_GITHUB,
	ZW_FORMAT_PROM,
};

/* --format, one of the N formats in ALLOWED (the first is the default). False
 * after a diagnostic. */
bool zw_job_format(struct zw_cli *cli, const enum zw_format *allowed, size_t n,
		   enum zw_format *format);

#endif
