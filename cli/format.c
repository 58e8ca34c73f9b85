/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of formats. */
#include "cli/format.h"

#include <string.h>

static const char *const format_names[] = {
	[ZW_FORMAT_TEXT] = "text",     [ZW_FORMAT_JSON] = "json",
	[ZW_FORMAT_NFT] = "nft",       [ZW_FORMAT_NETLINK] = "netlink",
	[ZW_FORMAT_DOT] = "dot",       [ZW_FORMAT_CSV] = "csv",
	[ZW_FORMAT_SARIF] = "sarif",   [ZW_FORMAT_JUNIT] = "junit",
	[ZW_FORMAT_GITHUB] = "github", [ZW_FORMAT_PROM] = "prom",
};

bool zw_job_format(struct zw_cli *cli, const enum zw_format *allowed, size_t n,
		   enum zw_format *format)
{
	const char *text = cli->values[ZW_OPT_FORMAT];
	struct zw_buf list = { 0 };
	struct zw_diag *diag;
	size_t i;

	*format = allowed[0];
	for (i = 0; text && i < n; i++) {
		if (!strcmp(text, format_names[allowed[i]])) {
			*format = allowed[i];
			break;
		}
		zw_buf_printf(&list, "%s%s", i ? ", " : "",
			      format_names[allowed[i]]);
	}
	if (!text || i < n) {
		cli->json = *format == ZW_FORMAT_JSON;
		zw_buf_free(&list);
		return true;
	}
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--format cannot be '%s' here", text);
	zw_diag_help(&cli->diags, diag, "one of: %s", list.data);
	zw_buf_free(&list);
	return false;
}
