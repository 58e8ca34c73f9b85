/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of `matrix`, `fmea` and `diff`, of bytes that are there
 * already. */
#include "cli/record.h"

#include "cli/input.h"
#include "cli/progress.h"
#include "report/diff.h"
#include "report/fmea.h"
#include "report/matrix.h"

#define SPORT 10000
#define EXAMPLES 20

static bool read_side(struct zw_cli *cli, const struct zw_record_side *side,
		      struct zw_input *input)
{
	*input = (struct zw_input){ .name = side->name,
				    .statement = side->statement,
				    .has_policy = true };
	input->ruleset = zw_input_decode(cli, &side->bytes);
	return input->ruleset != NULL;
}

bool zw_record_matrix(struct zw_cli *cli, const struct zw_record_side *side,
		      struct zw_buf *out)
{
	const struct zw_matrix_question question = { .sport = SPORT };
	struct zw_matrix_answer a = { .name = side->name };
	struct zw_study *study = NULL;
	struct zw_matrix matrix;
	struct zw_input input;
	bool ok = read_side(cli, side, &input);

	if (ok)
		study = zw_input_study(cli, &input, 1);
	if (!study)
		return false;
	a.flows = study->of[0];
	zw_matrix_of(study, &question, &matrix);
	a.matrix = &matrix;
	ok = !zw_study_spent(study);
	if (ok)
		zw_matrix_json(out, &a, &cli->diags, cli->sources);
	else
		zw_input_too_large(cli, side->name);
	zw_study_free(study);
	return ok;
}

bool zw_record_faults(struct zw_cli *cli, const struct zw_record_side *side,
		      u64 sample, u64 seed, struct zw_buf *out)
{
	struct zw_progress progress;
	const struct zw_fmea_options options = {
		.sample = sample,
		.seed = seed,
		.progress = zw_progress_step,
		.progress_context = &progress,
	};
	struct zw_fmea fmea;
	const struct zw_fmea_answer a = { .name = side->name,
					  .fmea = &fmea,
					  .statement = side->statement,
					  .sources = cli->sources };
	struct zw_input input;
	bool ok;

	if (!read_side(cli, side, &input))
		return false;
	zw_progress_begin(&progress, "proving with faults");
	ok = zw_fmea(cli->arena, cli->sources, input.ruleset, input.statement,
		     &options, &fmea);
	zw_progress_end(&progress);
	if (ok)
		zw_fmea_json(out, &a, &cli->diags, cli->sources);
	else
		zw_input_too_large(cli, side->name);
	return ok;
}

bool zw_record_difference(struct zw_cli *cli,
			  const struct zw_record_side *before,
			  const struct zw_record_side *after,
			  struct zw_buf *out)
{
	struct zw_comparison comparison;
	struct zw_diff_answer a = { .names = { before->name, after->name },
				    .comparison = &comparison };
	struct zw_study *study = NULL;
	struct zw_input sides[2];
	bool ok = read_side(cli, before, &sides[0]) &&
		  read_side(cli, after, &sides[1]);
	u32 i;

	/* the lines of the former policy are no lines of a file that is there
	 */
	sides[0].has_policy = false;
	if (ok)
		study = zw_input_study(cli, sides, 2);
	if (!study)
		return false;
	zw_compare(study, EXAMPLES, &comparison);
	for (i = 0; i < 2; i++)
		a.flows[i] = study->of[i];
	ok = !zw_study_spent(study);
	if (ok)
		zw_diff_json(out, &a, &cli->diags, cli->sources);
	else
		zw_input_too_large(cli, before->name);
	zw_study_free(study);
	return ok;
}
