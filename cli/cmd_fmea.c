/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger fmea X`: each single fault, proved again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "report/fmea.h"
#include "report/verdict.h"

struct wish {
	enum zw_format format;
	struct zw_fmea_options options;
	bool isolation; /* --fail-on */
};

static bool refuse(struct zw_cli *cli, const char *option, const char *value,
		   const char *help)
{
	struct zw_diag *diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				       "--%s cannot be '%s'", option, value);

	zw_diag_help(&cli->diags, diag, "%s", help);
	return false;
}

static bool read_number(struct zw_cli *cli, enum zw_option option,
			const char *name, u64 *number)
{
	const char *text = cli->values[option];
	char *end;

	if (!text)
		return true;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno)
		return refuse(cli, name, text, "a number");
	return true;
}

static bool add_mode(struct zw_cli *cli, struct zw_str word, u32 *modes)
{
	struct zw_buf all = { 0 };
	size_t m;

	for (m = 0; m < ZW_FAULT_MODES; m++) {
		if (zw_str_is(word, zw_fault_mode_name(m))) {
			*modes |= UINT32_C(1) << m;
			return true;
		}
	}
	for (m = 0; m < ZW_FAULT_MODES; m++)
		zw_buf_printf(&all, "%s%s", m ? ", " : "",
			      zw_fault_mode_name(m));
	refuse(cli, "modes", zw_cstr(cli->arena, word),
	       zw_cstr(cli->arena, (struct zw_str){ all.data, all.n }));
	zw_buf_free(&all);
	return false;
}

/* --modes: names with commas between them. */
static bool read_modes(struct zw_cli *cli, u32 *modes)
{
	const char *text = cli->values[ZW_OPT_MODES];

	while (text) {
		size_t n = strcspn(text, ",");

		if (!add_mode(cli, (struct zw_str){ text, n }, modes))
			return false;
		text = text[n] ? text + n + 1 : NULL;
	}
	return true;
}

static bool read_wish(struct zw_cli *cli, struct wish *wish)
{
	const char *fail_on = cli->values[ZW_OPT_FAIL_ON];

	wish->isolation = fail_on && !strcmp(fail_on, "isolation");
	if (fail_on && !wish->isolation)
		return refuse(cli, "fail-on", fail_on, "isolation");
	wish->options.seed = 1;
	return read_number(cli, ZW_OPT_SAMPLE, "sample",
			   &wish->options.sample) &&
	       read_number(cli, ZW_OPT_SEED, "seed", &wish->options.seed) &&
	       read_modes(cli, &wish->options.modes);
}

static bool ask(struct zw_cli *cli, const struct wish *wish,
		struct zw_fmea_answer *a, struct zw_fmea *fmea)
{
	struct zw_input_additions add = { .needs_zones = true };
	struct zw_fmea_options options = wish->options;
	struct zw_progress progress;
	struct zw_input input;
	bool ok;

	if (!zw_input_read(cli, cli->operands[0], &add, &input))
		return false;
	options.foreign = !input.statement->has_policy;
	options.progress = zw_progress_step;
	options.progress_context = &progress;
	zw_progress_begin(&progress, "proving with faults");
	ok = zw_fmea(cli->arena, cli->sources, input.ruleset, input.statement,
		     &options, fmea);
	zw_progress_end(&progress);
	/* a claim that does not hold without a fault cannot fall with one */
	zw_verdict_diagnose(&cli->diags, &fmea->base, input.statement);
	*a = (struct zw_fmea_answer){ .name = input.name,
				      .fmea = fmea,
				      .statement = input.statement,
				      .sources = cli->sources };
	return ok;
}

enum zw_status zw_cmd_fmea(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct zw_style style = { .colour = cli->colour_out };
	struct zw_fmea *fmea = ZW_NEW(cli->arena, struct zw_fmea);
	struct wish wish = { 0 };
	struct zw_fmea_answer a;
	struct zw_buf out = { 0 };
	enum zw_status status;
	bool ok;

	if (!zw_job_format(cli, formats, 2, &wish.format))
		return ZW_STATUS_INVALID;
	ok = read_wish(cli, &wish) && ask(cli, &wish, &a, fmea);
	if (wish.format == ZW_FORMAT_JSON)
		zw_fmea_json(&out, ok ? &a : NULL, &cli->diags, cli->sources);
	else if (ok)
		zw_fmea_text(&out, &a, &style);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	status = zw_status_of(&cli->diags);
	if (wish.isolation && fmea->by_effect[ZW_EFFECT_ISOLATION])
		status = zw_status_worse(status, ZW_STATUS_REFUTED);
	return status;
}
