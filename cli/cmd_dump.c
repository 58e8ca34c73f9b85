/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger dump -o FILE`: what this kernel holds, and what else there is on the
 * gateway, in one file for `zwinger verify --dump` elsewhere. */
#include <stdio.h>
#include <string.h>

#include "cli/reading.h"
#include "loader/dumpfile.h"

enum zw_status zw_cmd_dump(struct zw_cli *cli)
{
	const char *path = cli->values[ZW_OPT_OUTPUT];
	struct zw_reading reading;
	struct zw_buf out = { 0 };
	struct zw_diag *diag;
	int err;

	if (!path) {
		diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			       "'dump' needs a file to write");
		zw_diag_help(&cli->diags, diag,
			     "-o FILE; '-' is standard output");
		return ZW_STATUS_INVALID;
	}
	if (!zw_read_live(cli, cli->values[ZW_OPT_NETNS], &reading))
		return zw_status_of(&cli->diags);
	zw_dumpfile_write(&out, reading.messages.p, reading.messages.n,
			  &reading.gateway);
	err = zw_write_file(path, out.data, out.n);
	zw_buf_free(&out);
	if (err)
		zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
			"cannot write '%s': %s", path, strerror(-err));
	return zw_status_of(&cli->diags);
}
