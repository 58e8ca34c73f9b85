/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger services [NAME...]`: the standard library, as policy text. */
#include <string.h>

#include "cli/cli.h"
#include "compiler/compiler.h"

/* The line "service NAME = ..." of TEXT; empty if there is none. */
static struct zw_str line_of(struct zw_str text, struct zw_str name)
{
	size_t at = 0;

	while (at < text.n) {
		const char *line = text.p + at;
		const char *end = memchr(line, '\n', text.n - at);
		size_t n = end ? (size_t)(end - line) : text.n - at;

		if (n > 8 + name.n && !memcmp(line, "service ", 8) &&
		    !memcmp(line + 8, name.p, name.n) &&
		    line[8 + name.n] == ' ')
			return (struct zw_str){ line, n };
		at += n + 1;
	}
	return (struct zw_str){ 0 };
}

enum zw_status zw_cmd_services(struct zw_cli *cli)
{
	struct zw_buf all = { 0 }, out = { 0 };
	int i;

	zw_services_print(&all);
	for (i = 0; i < cli->operand_count; i++) {
		struct zw_str line =
			line_of((struct zw_str){ all.data, all.n },
				zw_str_from(cli->operands[i]));

		if (!line.n) {
			struct zw_diag *diag = zw_diag(
				&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				"the standard library has no service '%s'",
				cli->operands[i]);

			zw_diag_help(&cli->diags, diag,
				     "'zwinger services' lists them all");
			continue;
		}
		zw_buf_add(&out, line.p, line.n);
		zw_buf_putc(&out, '\n');
	}
	zw_cli_answer(cli, cli->operand_count ? &out : &all);
	zw_buf_free(&all);
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
