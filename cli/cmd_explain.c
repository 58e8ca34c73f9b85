/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger explain [CODE]`: a code's page, or the list of all codes. */
#include "cli/cli.h"
#include "report/explain.h"

static void list_codes(struct zw_buf *out)
{
	size_t i;

	for (i = 0; i < ZW_CODE_COUNT; i++) {
		const struct zw_code_info *info =
			zw_code_info((enum zw_code)i);

		zw_buf_printf(out, "%s  %s\n", info->name, info->title);
	}
}

static void no_such_code(struct zw_cli *cli, const char *word)
{
	struct zw_str names[ZW_CODE_COUNT];
	struct zw_str near;
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < ZW_CODE_COUNT; i++)
		names[i] = zw_str_from(zw_code_info((enum zw_code)i)->name);
	near = zw_suggest(zw_str_from(word), names, ZW_CODE_COUNT);
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "there is no diagnostic '%s'", word);
	if (near.n)
		zw_diag_help(&cli->diags, diag,
			     "did you mean '%.*s'? 'zwinger explain' lists them all",
			     ZW_STR_ARG(near));
	else
		zw_diag_help(&cli->diags, diag,
			     "'zwinger explain' lists them all");
}

enum zw_status zw_cmd_explain(struct zw_cli *cli)
{
	struct zw_buf out = { 0 };
	enum zw_code code;
	size_t i;

	if (!cli->operand_count) {
		list_codes(&out);
	} else if (zw_code_find(zw_str_from(cli->operands[0]), &code)) {
		for (i = 0; i < zw_explanation_count; i++) {
			if (zw_str_is(zw_str_from(zw_explanations[i].code),
				      zw_code_info(code)->name))
				zw_buf_puts(&out, zw_explanations[i].text);
		}
	} else {
		no_such_code(cli, cli->operands[0]);
	}
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
