/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger lint` of a ruleset that is no policy. Law: what a rule's own comment
 * permits ("permit Z3031: REASON") is not reported, in whatever form the
 * ruleset comes. */
#ifndef ZW_CLI_LINT_RULES_H
#define ZW_CLI_LINT_RULES_H

#include "cli/input.h"

/* Record the findings about INPUT, a ruleset, in CLI's diagnostics. Returns how
 * many its rules' comments permit. */
size_t zw_lint_ruleset(struct zw_cli *cli, const struct zw_input *input);

#endif
