/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger diff X Y`: what changes for packets if Y replaces X. */
#include <string.h>

#include "cli/findings.h"
#include "cli/input.h"
#include "report/diff.h"

#define EXAMPLES 20

/* --fail-on: which changes give status 5. */
static bool read_fail_on(struct zw_cli *cli, bool *widened_only)
{
	const char *text = cli->values[ZW_OPT_FAIL_ON];
	struct zw_diag *diag;

	*widened_only = text && !strcmp(text, "widened");
	if (!text || *widened_only || !strcmp(text, "changed"))
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "--fail-on cannot be '%s' here", text);
	zw_diag_help(
		&cli->diags, diag,
		"changed (any difference) or widened (something is newly allowed)");
	return false;
}

static enum zw_status status_of(const struct zw_comparison *c,
				bool widened_only)
{
	size_t i;

	if (!widened_only)
		return c->equal ? ZW_STATUS_DONE : ZW_STATUS_DIFFERS;
	for (i = 0; i < c->changes.n; i++) {
		if (c->changes.v[i].kind != ZW_CHANGE_CLOSED &&
		    c->changes.v[i].kind != ZW_CHANGE_REFUSAL)
			return ZW_STATUS_DIFFERS;
	}
	return c->elsewhere ? ZW_STATUS_DIFFERS : ZW_STATUS_DONE;
}

static void answer(struct zw_cli *cli, const struct zw_diff_answer *a,
		   enum zw_format format)
{
	struct zw_style style = { .colour = cli->colour_out };
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_diff_json(&out, a, &cli->diags, cli->sources);
	else if (zw_cli_is_findings(format)) {
		zw_findings found = { 0 };

		if (a)
			found = zw_diff_findings(cli->arena, a);
		zw_cli_findings(cli, format, "zwinger diff", &found, &out);
	} else if (a)
		zw_diff_text(&out, a, cli->sources, &style);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

static enum zw_status compare(struct zw_cli *cli, enum zw_format format,
			      bool widened_only)
{
	struct zw_input inputs[2];
	struct zw_comparison comparison;
	struct zw_diff_answer a = { .comparison = &comparison };
	enum zw_status status = ZW_STATUS_UNDECIDED;
	struct zw_study *study = NULL;
	u32 i;
	bool ok = true;

	for (i = 0; i < 2; i++)
		ok = zw_input_read(cli, cli->operands[i], NULL, &inputs[i]) &&
		     ok;
	if (ok)
		study = zw_input_study(cli, inputs, 2);
	if (study) {
		zw_compare(study, EXAMPLES, &comparison);
		for (i = 0; i < 2; i++) {
			a.names[i] = inputs[i].name;
			a.flows[i] = study->of[i];
			a.has_policy[i] = inputs[i].has_policy;
		}
		status = status_of(&comparison, widened_only);
		if (zw_study_spent(study)) {
			zw_input_too_large(cli, inputs[1].name);
			study = NULL;
		}
	}
	answer(cli, study ? &a : NULL, format);
	if (!study)
		return zw_status_of(&cli->diags);
	zw_study_free(study);
	return zw_status_worse(status, zw_status_of(&cli->diags));
}

enum zw_status zw_cmd_diff(struct zw_cli *cli)
{
	static const enum zw_format formats[] = {
		ZW_FORMAT_TEXT, ZW_FORMAT_JSON, ZW_FORMAT_SARIF,
		ZW_FORMAT_JUNIT, ZW_FORMAT_GITHUB
	};
	enum zw_format format;
	bool widened_only;

	if (!zw_job_format(cli, formats, 5, &format))
		return ZW_STATUS_INVALID;
	if (!read_fail_on(cli, &widened_only)) {
		answer(cli, NULL, format);
		return ZW_STATUS_INVALID;
	}
	return compare(cli, format, widened_only);
}
