/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first word chooses the command; everything else is the command's. A word
 * that is no command earns the nearest one as a suggestion. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/version.h"
#include "cli/cli.h"
#include "report/diagnostics.h"

static const struct zw_command *find_command(const char *name)
{
	size_t i, n;
	const struct zw_command *commands = zw_commands(&n);

	for (i = 0; i < n; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

void zw_cli_unknown_command(struct zw_cli *cli, const char *name)
{
	size_t i, n;
	const struct zw_command *commands = zw_commands(&n);
	struct zw_str *names = ZW_NEW_ARRAY(cli->arena, struct zw_str, n);
	struct zw_diag *diag;
	struct zw_str near;

	for (i = 0; i < n; i++)
		names[i] = zw_str_from(commands[i].name);
	near = zw_suggest(zw_str_from(name), names, n);
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       name[0] == '-' ? "unknown option '%s'"
				      : "unknown command '%s'",
		       name);
	if (near.n)
		zw_diag_help(&cli->diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	else
		zw_diag_help(&cli->diags, diag,
			     "'zwinger help' lists the commands");
}

static bool wants_colour(int fd)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no && *no)
		return false;
	return isatty(fd) && term && strcmp(term, "dumb");
}

void zw_cli_flush(struct zw_cli *cli)
{
	struct zw_buf text = { 0 };
	struct zw_style style = { .colour = cli->colour };

	if (!cli->json) {
		zw_diagnostics_text(&text, &cli->diags, cli->sources, &style);
		if (text.n)
			fwrite(text.data, 1, text.n, stderr);
	}
	zw_buf_free(&text);
	zw_diags_init(&cli->diags, cli->arena);
}

void zw_cli_answer(struct zw_cli *cli, const struct zw_buf *text)
{
	int err = zw_write_file("-", text->data, text->n);

	if (err)
		zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
			"cannot write to standard output: %s", strerror(-err));
}

static enum zw_status run(struct zw_cli *cli, int argc, char **argv)
{
	const struct zw_command *command;
	struct zw_buf text = { 0 };
	enum zw_status status;
	const char *name;

	if (argc < 2) {
		zw_help_all(&text);
		fwrite(text.data, 1, text.n, stderr);
		zw_buf_free(&text);
		return ZW_STATUS_INVALID;
	}
	name = argv[1];
	if (!strcmp(name, "--version") || !strcmp(name, "-V") ||
	    !strcmp(name, "version")) {
		puts("zwinger " ZW_VERSION);
		return ZW_STATUS_DONE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	command = find_command(name);
	if (!command) {
		zw_cli_unknown_command(cli, name);
		return ZW_STATUS_INVALID;
	}
	if (!zw_options_parse(cli, command, argc - 1, argv + 1))
		return ZW_STATUS_INVALID;
	if (cli->values[ZW_OPT_HELP]) {
		zw_help_command(&text, command);
		zw_cli_answer(cli, &text);
		zw_buf_free(&text);
		return zw_status_of(&cli->diags);
	}
	status = command->run(cli);
	return status;
}

int main(int argc, char **argv)
{
	struct zw_cli cli = { 0 };
	enum zw_status status;

	cli.arena = zw_arena_new();
	cli.sources = zw_sources_new();
	zw_diags_init(&cli.diags, cli.arena);
	cli.colour = wants_colour(STDERR_FILENO);
	cli.colour_out = wants_colour(STDOUT_FILENO);
	status = run(&cli, argc, argv);
	status = zw_status_worse(status, zw_status_of(&cli.diags));
	zw_cli_flush(&cli);
	zw_sources_free(cli.sources);
	zw_arena_free(cli.arena);
	if (fflush(stdout) || ferror(stdout))
		status = zw_status_worse(status, ZW_STATUS_SYSTEM);
	return (int)status;
}
