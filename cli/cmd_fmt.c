/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger fmt FILE...`: each file in canonical layout, in its place. A file
 * with a mistake is left alone, one that is canonical is not touched, the
 * others are replaced whole. Includes are not followed: a file is laid out by
 * whoever names it. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "grammar/format.h"

static void cannot_read(struct zw_cli *cli, struct zw_str name, int err)
{
	if (err == -EFBIG)
		zw_diag(&cli->diags, ZW_Z0006, ZW_NO_SPAN,
			"cannot read '%.*s': more than %u MiB of policy",
			ZW_STR_ARG(name), ZW_POLICY_SIZE_LIMIT >> 20);
	else
		zw_diag(&cli->diags, ZW_Z6002, ZW_NO_SPAN,
			"cannot read '%.*s': %s", ZW_STR_ARG(name),
			strerror(-err));
}

/* The line, from 1, of the first byte in which A and B differ. */
static size_t first_difference(struct zw_str a, const struct zw_buf *b)
{
	size_t i, line = 1;

	for (i = 0; i < a.n && i < b->n && a.p[i] == b->data[i]; i++)
		line += a.p[i] == '\n';
	return line;
}

/* Lay out the file PATH and write, print or compare it. True if it had been
 * canonical. */
static bool one_file(struct zw_cli *cli, struct zw_arena *arena,
		     const char *path, struct zw_buf *report)
{
	const char *to = cli->values[ZW_OPT_OUTPUT];
	bool standard = !strcmp(path, "-"), same;
	struct zw_str text, name;
	struct zw_buf out = { 0 };
	int err;

	name = standard ? ZW_STR("<stdin>") : zw_str_from(path);
	err = zw_read_file(arena, standard ? "/dev/stdin" : path,
			   ZW_POLICY_SIZE_LIMIT, &text);
	if (err) {
		cannot_read(cli, name, err);
		return true;
	}
	if (!zw_format_text(arena, cli->sources, &cli->diags, name, text, &out))
		return true;
	same = out.n == text.n &&
	       (!text.n || !memcmp(out.data, text.p, text.n));
	if (cli->values[ZW_OPT_CHECK]) {
		if (!same) {
			zw_buf_add_escaped(report, name);
			zw_buf_printf(report, ":%zu: not in canonical layout\n",
				      first_difference(text, &out));
		}
	} else if (to || standard || !same) {
		if (!to)
			to = path;
		err = zw_write_file(to, out.data, out.n);
		if (err)
			zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
				"cannot write '%s': %s", to, strerror(-err));
	}
	zw_buf_free(&out);
	return same;
}

static bool check_options(struct zw_cli *cli)
{
	const char *to = cli->values[ZW_OPT_OUTPUT];

	if (to && cli->operand_count > 1)
		zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			"'--output' is for one file, and %d are named",
			cli->operand_count);
	else if (to && cli->values[ZW_OPT_CHECK])
		zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			"'--check' writes nothing, '--output' does");
	else
		return true;
	return false;
}

enum zw_status zw_cmd_fmt(struct zw_cli *cli)
{
	enum zw_status status = ZW_STATUS_DONE;
	struct zw_buf report = { 0 };
	int i;

	if (!check_options(cli))
		return ZW_STATUS_INVALID;
	for (i = 0; i < cli->operand_count; i++) {
		struct zw_arena *arena = zw_arena_new();

		if (!one_file(cli, arena, cli->operands[i], &report) &&
		    cli->values[ZW_OPT_CHECK])
			status = ZW_STATUS_DIFFERS;
		zw_arena_free(arena);
	}
	if (report.n)
		zw_cli_answer(cli, &report);
	zw_buf_free(&report);
	return zw_status_worse(status, zw_status_of(&cli->diags));
}
