/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy that takes addresses from interfaces, as it would stand if they had
 * been written (docs/INTERFACES.md). A test's policy text says itself what the
 * gateway has, a line of comment each: `#: wan0 203.0.113.5/24`. Law: reads the
 * text and the tree, and nothing that the resolver made of them. */
#ifndef ZW_TESTS_WRITTEN_OUT_H
#define ZW_TESTS_WRITTEN_OUT_H

#include "base/own.h"
#include "grammar/ast.h"

/* What the lines of TEXT say the gateway has, for the resolver. */
void zw_text_addresses(struct zw_arena *arena, struct zw_str text,
		       struct zw_own_addresses *own);

/* AST with `network from interface` as the prefixes, and `as interface` as one
 * publication for each address of a family that the host, whose addresses stand
 * there as literals, has. What is not changed is shared with AST. */
void zw_write_out(struct zw_arena *arena, struct zw_str text,
		  const struct zw_ast *ast, struct zw_ast *out);

#endif
