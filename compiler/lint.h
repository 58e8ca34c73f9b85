/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lints that names and options show. Law: a lint is a warning about a policy
 * that is valid; what it means for packets is verifier/redundant.h's. */
#ifndef ZW_COMPILER_LINT_H
#define ZW_COMPILER_LINT_H

#include "base/diag.h"
#include "compiler/model.h"
#include "grammar/ast.h"

/* Z3032: defines, services and hosts that nothing names. */
void zw_lint_names(struct zw_diags *diags, const struct zw_ast *ast);
/* Z3033: logs without limit. */
void zw_lint_logs(struct zw_diags *diags, const struct zw_model *model);

/* Z3037: defines that reach beyond the zones that a rule narrows by them. ARENA
 * is for scratch. */
void zw_lint_wide(struct zw_arena *arena, struct zw_diags *diags,
		  const struct zw_ast *ast, const struct zw_model *model);

#endif
