/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger matrix X`: who may reach whom. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/format.h"
#include "cli/input.h"
#include "report/matrix.h"

#define DEFAULT_SPORT 10000
#define DEFAULT_WIDTH 80

struct wish {
	enum zw_format format;
	struct zw_matrix_question question;
	bool by_address;
	struct zw_str claim; /* holds --service */
};

static bool refuse(struct zw_cli *cli, const char *option, const char *value,
		   const char *help)
{
	struct zw_diag *diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				       "--%s cannot be '%s'", option, value);

	zw_diag_help(&cli->diags, diag, "%s", help);
	return false;
}

static bool read_port(struct zw_cli *cli, u16 *port)
{
	const char *text = cli->values[ZW_OPT_SPORT];
	unsigned long value;
	char *end;

	*port = DEFAULT_SPORT;
	if (!text)
		return true;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || value > 65535)
		return refuse(cli, "sport", text, "a port, 0 to 65535");
	*port = (u16)value;
	return true;
}

static bool read_wish(struct zw_cli *cli, struct wish *wish)
{
	const char *by = cli->values[ZW_OPT_BY];
	const char *assume = cli->values[ZW_OPT_ASSUME];
	const char *service = cli->values[ZW_OPT_SERVICE];

	if (by && strcmp(by, "zone") && strcmp(by, "address"))
		return refuse(cli, "by", by, "zone or address");
	if (assume && strcmp(assume, "unspoofed"))
		return refuse(
			cli, "assume", assume,
			"unspoofed: sources are of the networks of the zone that they come from");
	wish->by_address = by && !strcmp(by, "address");
	wish->question.unspoofed = assume != NULL;
	if (service)
		wish->claim =
			zw_strf(cli->arena, "never any -> any : %s\n", service);
	return read_port(cli, &wish->question.sport);
}

/* As wide as the terminal, or as COLUMNS says. */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && atoi(columns) > 20)
		return (size_t)atoi(columns);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col > 20)
		return size.ws_col;
	return DEFAULT_WIDTH;
}

static void answer(struct zw_cli *cli, const struct zw_matrix_answer *a,
		   enum zw_format format)
{
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_matrix_json(&out, a, &cli->diags, cli->sources);
	else if (a && format == ZW_FORMAT_CSV)
		zw_matrix_csv(&out, a);
	else if (a && format == ZW_FORMAT_DOT)
		zw_matrix_dot(&out, a);
	else if (a)
		zw_matrix_text(&out, a, terminal_width());
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

static void ask(struct zw_cli *cli, const struct wish *wish,
		struct zw_study *study, struct zw_matrix_answer *a)
{
	struct zw_matrix *matrix = ZW_NEW(cli->arena, struct zw_matrix);
	struct zw_partition *partition =
		ZW_NEW(cli->arena, struct zw_partition);

	a->flows = study->of[0];
	if (wish->by_address) {
		zw_partition_of(study, &wish->question, partition);
		a->partition = partition;
	} else {
		zw_matrix_of(study, &wish->question, matrix);
		a->matrix = matrix;
	}
}

enum zw_status zw_cmd_matrix(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON, ZW_FORMAT_DOT,
						  ZW_FORMAT_CSV };
	struct zw_input_additions add = { 0 };
	struct zw_matrix_answer a = { 0 };
	struct zw_study *study = NULL;
	struct zw_input input;
	struct wish wish = { 0 };

	if (!zw_job_format(cli, formats, 4, &wish.format))
		return ZW_STATUS_INVALID;
	if (read_wish(cli, &wish)) {
		add.claims = wish.claim;
		add.needs_zones = wish.claim.n > 0;
		if (zw_input_read(cli, cli->operands[0], &add, &input))
			study = zw_input_study(cli, &input, 1);
	}
	if (study) {
		const struct zw_statement *s = input.statement;

		a.name = input.name;
		if (wish.claim.n) {
			a.service = zw_str_from(cli->values[ZW_OPT_SERVICE]);
			wish.question.services =
				&s->claims.v[s->claims.n - 1].services;
		}
		ask(cli, &wish, study, &a);
		if (zw_study_spent(study))
			zw_input_too_large(cli, input.name);
	}
	answer(cli, study && !zw_study_spent(study) ? &a : NULL, wish.format);
	zw_study_free(study);
	return zw_status_of(&cli->diags);
}
