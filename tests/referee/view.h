/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one of several gateways sees of a policy, from its syntax tree and the
 * part "Several gateways" of docs/FLOWS.md alone: each zone with the interfaces
 * that it has there, as if it had been written so, and which pairs cross. */
#ifndef ZW_TESTS_VIEW_H
#define ZW_TESTS_VIEW_H

#include "grammar/ast.h"

struct zw_evaluator;

struct zw_view {
	size_t zones;  /* in the order of the text; the gateway behind them */
	bool *crosses; /* from * (zones + 1) + to */
	bool *here, *there;	  /* by zone: by its block; by it or beyond */
	bool *joined; /* by zone: here, and a link between this one and others */
	const struct zw_ast *ast; /* with these interfaces */
};

/* NULL where AST has no two blocks. GATEWAY: its name; NULL: the first. */
struct zw_view *zw_view_new(struct zw_arena *arena, const struct zw_ast *ast,
			    const char *folder, const char *gateway);

#endif
