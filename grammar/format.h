/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canonical layout of one policy file. Law: what is written reads as the
 * same tree as what was read, every comment stays beside what it stood beside,
 * and laying that out again gives the same bytes. Nothing is resolved and
 * nothing changes its order. docs/FORMAT.md says what it looks like. */
#ifndef ZW_GRAMMAR_FORMAT_H
#define ZW_GRAMMAR_FORMAT_H

#include "grammar/grammar.h"

/* Append to OUT the layout of TEXT, which zw_parse_alone() has read into AST
 * without a mistake. ARENA is for what is needed meanwhile. */
void zw_format(struct zw_arena *arena, struct zw_buf *out,
	       const struct zw_ast *ast, struct zw_str text);

/* Lay out TEXT, and read the result again to be sure of the law; false if TEXT
 * has a mistake or the result would be longer than a policy may be, which is
 * in DIAGS then, at NAME, and OUT is untouched. */
bool zw_format_text(struct zw_arena *arena, struct zw_sources *sources,
		    struct zw_diags *diags, struct zw_str name,
		    struct zw_str text, struct zw_buf *out);

#endif
