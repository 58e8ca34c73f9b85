/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger services [NAME...]`: the standard library, as policy text. */
#include <string.h>

#include "base/vec.h"
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

/* The nearest name in ALL, the lines "service NAME = ...". */
static void help_service(struct zw_cli *cli, struct zw_diag *diag,
			 struct zw_str all, const char *name)
{
	ZW_VEC(struct zw_str) names = { 0 };
	struct zw_str near;
	size_t i, end;

	for (i = 0; i + 8 < all.n; i++) {
		if (memcmp(all.p + i, "service ", 8) || (i && all.p[i - 1] != '\n'))
			continue;
		i += 8;
		for (end = i; end < all.n && all.p[end] != ' '; end++)
			;
		near = (struct zw_str){ all.p + i, end - i };
		zw_push(cli->arena, names, near);
	}
	near = zw_suggest(zw_str_from(name), names.v, names.n);
	if (near.n)
		zw_diag_help(&cli->diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	else
		zw_diag_help(&cli->diags, diag,
			     "'zwinger services' lists them all");
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

			help_service(cli, diag, (struct zw_str){ all.data, all.n },
				     cli->operands[i]);
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
