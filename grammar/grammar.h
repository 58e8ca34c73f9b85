/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From text to syntax tree and back. Law: reading never stops at the first
 * mistake; whatever could be read is in the tree, everything else is a
 * diagnostic, and a statement with a mistake in it is left out of the tree. */
#ifndef ZW_GRAMMAR_GRAMMAR_H
#define ZW_GRAMMAR_GRAMMAR_H

#include "base/diag.h"
#include "grammar/ast.h"

/* Bounds: a policy text of at most 16 MiB, nesting of at most 64 (braces,
 * parentheses), 64 files deep and 1024 files in all (whose texts together keep
 * to the same 16 MiB), names and strings of at most 1024 bytes, lists of at
 * most 2^20 elements. */
#define ZW_POLICY_SIZE_LIMIT (16u << 20)
#define ZW_NESTING_LIMIT 64
#define ZW_INCLUDE_LIMIT 64
#define ZW_FILES_LIMIT 1024
#define ZW_TEXT_LIMIT 1024
#define ZW_LIST_LIMIT (1u << 20)

/* Read the policy file PATH ("-": standard input) with all that it includes.
 * Appends to AST. Mistakes go to DIAGS; a PATH that cannot be read is a
 * diagnostic as well (at INCLUDED_FROM, if that is a place). */
void zw_parse_file(struct zw_arena *arena, struct zw_sources *sources,
		   struct zw_diags *diags, const char *path,
		   struct zw_ast *ast);

/* The same for a text that is already in memory; includes are relative to the
 * folder of NAME. */
void zw_parse_text(struct zw_arena *arena, struct zw_sources *sources,
		   struct zw_diags *diags, struct zw_str name,
		   struct zw_str text, struct zw_ast *ast);

/* The text as a file by itself: includes are statements like others and are
 * not followed, and its comments are kept beside the tree. */
void zw_parse_alone(struct zw_arena *arena, struct zw_sources *sources,
		    struct zw_diags *diags, struct zw_str name,
		    struct zw_str text, struct zw_ast *ast);

/* One statement in canonical spelling, on one line, without its newline. */
void zw_ast_print_stmt(struct zw_buf *out, const struct zw_ast_stmt *stmt);
void zw_ast_print_side(struct zw_buf *out, const struct zw_ast_side *side);
void zw_ast_print_services(struct zw_buf *out, const zw_ast_services *services);
void zw_ast_print_service(struct zw_buf *out,
			  const struct zw_ast_service *service);
void zw_ast_print_addr(struct zw_buf *out, const struct zw_ast_addr *addr);
void zw_ast_print_interface(struct zw_buf *out, struct zw_str name);
/* What stands behind the names of a gateway's interfaces: "not ipsec". */
void zw_ast_print_binding_ipsec(struct zw_buf *out,
				const struct zw_ast_member *member);
void zw_ast_print_option(struct zw_buf *out,
			 const struct zw_ast_option *option);

/* The tree as indented text with spans, for tests and for those who learn;
 * without spans where SOURCES is NULL. */
void zw_ast_dump(struct zw_buf *out, const struct zw_ast *ast,
		 const struct zw_sources *sources);

#endif
