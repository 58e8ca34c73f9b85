/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger help [COMMAND]`. */
#include <string.h>

#include "cli/cli.h"

enum zw_status zw_cmd_help(struct zw_cli *cli)
{
	size_t i, n;
	const struct zw_command *commands = zw_commands(&n);
	struct zw_buf out = { 0 };

	if (!cli->operand_count) {
		zw_help_all(&out);
	} else {
		for (i = 0; i < n; i++) {
			if (!strcmp(commands[i].name, cli->operands[0]))
				zw_help_command(&out, &commands[i]);
		}
		if (!out.n)
			zw_cli_unknown_command(cli, cli->operands[0]);
	}
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
