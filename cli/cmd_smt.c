/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger smt X CLAIM`: the claim's negation, for a solver that Zwinger's
 * authors did not write. */
#include "cli/input.h"
#include "verifier/smt.h"

static const struct zw_claim *last_claim(const struct zw_statement *s)
{
	return s->claims.n ? &s->claims.v[s->claims.n - 1] : NULL;
}

static bool write_script(struct zw_cli *cli, const struct zw_input *input,
			 const struct zw_claim *claim, struct zw_buf *out)
{
	struct zw_study *study = zw_input_study(cli, input, 1);
	bool ok;

	if (!study)
		return false;
	zw_smt_write(out, study, claim);
	ok = !zw_study_spent(study);
	if (!ok)
		zw_input_too_large(cli, input->name);
	zw_study_free(study);
	return ok;
}

enum zw_status zw_cmd_smt(struct zw_cli *cli)
{
	struct zw_input_additions add = {
		.claims = zw_strf(cli->arena, "%s\n", cli->operands[1]),
		.needs_zones = true,
	};
	const struct zw_claim *claim;
	struct zw_buf out = { 0 };
	struct zw_input input;
	struct zw_diag *diag;

	if (!zw_input_read(cli, cli->operands[0], &add, &input))
		return zw_status_of(&cli->diags);
	claim = last_claim(input.statement);
	if (!claim || !zw_smt_can(claim)) {
		diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			       "'%s' is no claim that can be written so",
			       cli->operands[1]);
		zw_diag_help(
			&cli->diags, diag,
			"never, only, unspoofed or always, as in a policy: 'never dmz -> internal'");
		return ZW_STATUS_INVALID;
	}
	if (write_script(cli, &input, claim, &out))
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
