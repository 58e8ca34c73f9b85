/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's half of cli/input.c. */
#include "cli/input.h"
#include "verifier/decode.h"
#include "verifier/flows.h"

const struct zw_ruleset *zw_input_decode(struct zw_cli *cli,
					 const struct zw_buf *bytes)
{
	struct zw_ruleset *ruleset = ZW_NEW(cli->arena, struct zw_ruleset);

	/* a kernel without tables sends nothing */
	if (bytes->n &&
	    !zw_decode(cli->arena, &cli->diags, (const u8 *)bytes->data,
		       bytes->n, NULL, ruleset))
		return NULL;
	return ruleset;
}

void zw_input_too_large(struct zw_cli *cli, const char *name)
{
	struct zw_diag *diag;

	diag = zw_diag(&cli->diags, ZW_Z4002, ZW_NO_SPAN,
		       "'%s' takes more memory than zwinger allows itself",
		       name);
	zw_diag_note(
		&cli->diags, diag,
		"the decision diagrams of its paths have more than 20 million nodes");
}

struct zw_study *zw_input_study(struct zw_cli *cli,
				const struct zw_input *inputs, size_t n)
{
	struct zw_subject subjects[ZW_STUDY_MAX];
	struct zw_study *study;
	size_t i;

	for (i = 0; i < n; i++)
		subjects[i] = (struct zw_subject){ inputs[i].ruleset,
						   inputs[i].statement,
						   inputs[i].further.v,
						   inputs[i].further.n };
	study = zw_study_new(cli->arena, subjects, n, 0);
	if (study)
		return study;
	zw_input_too_large(cli, inputs[n - 1].name);
	return NULL;
}
