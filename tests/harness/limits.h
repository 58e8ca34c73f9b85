/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sample says about limits, told to those who judge bytes: whether a
 * limit holds hangs on its parameters alone, so the interpreter learns it by
 * the expression it meets, and a diagram by the predicate's name. */
#ifndef ZW_TESTS_LIMITS_H
#define ZW_TESTS_LIMITS_H

#include "tests/harness/drawn.h"

/* CONTEXT is a struct zw_sample. */
zw_choose zw_limits_choose;
/* Set all limits of AST at the point of DRAWN. */
void zw_limits_set(struct zw_drawn *drawn, const struct zw_ast *ast,
		   const struct zw_sample *sample);

#endif
