/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machinery of `diff`, on states instead of files. Both sides are called by
 * the policy's zones; lines of it are named for the later one alone. */
#include "cli/outlook.h"

#include "cli/input.h"
#include "report/diff.h"

#define EXAMPLES 20

const struct zw_diff_answer *
zw_outlook_compare(struct zw_cli *cli, const struct zw_statement *statement,
		   const char *path, const struct zw_buf *before,
		   const struct zw_buf *after, struct zw_study **study)
{
	struct zw_diff_answer *answer =
		ZW_NEW(cli->arena, struct zw_diff_answer);
	struct zw_comparison *comparison =
		ZW_NEW(cli->arena, struct zw_comparison);
	struct zw_input sides[2] = {
		{ .name = "now", .statement = statement },
		{ .name = path, .statement = statement, .has_policy = true },
	};
	u32 i;

	*study = NULL;
	sides[0].ruleset = zw_input_decode(cli, before);
	sides[1].ruleset = zw_input_decode(cli, after);
	if (!sides[0].ruleset || !sides[1].ruleset)
		return NULL;
	*study = zw_input_study(cli, sides, 2);
	if (!*study)
		return NULL;
	zw_compare(*study, EXAMPLES, comparison);
	answer->comparison = comparison;
	for (i = 0; i < 2; i++) {
		answer->names[i] = sides[i].name;
		answer->flows[i] = (*study)->of[i];
		answer->has_policy[i] = sides[i].has_policy;
	}
	if (!zw_study_spent(*study))
		return answer;
	zw_input_too_large(cli, path);
	return NULL;
}

void zw_outlook_end(struct zw_study *study)
{
	zw_study_free(study);
}
