/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compiler's face: syntax tree -> model -> plan -> bytes. Law: each stage
 * is a plain value in the arena given, and each refuses with diagnostics
 * rather than widening what the policy says. */
#ifndef ZW_COMPILER_COMPILER_H
#define ZW_COMPILER_COMPILER_H

#include "base/diag.h"
#include "base/own.h"
#include "compiler/model.h"
#include "grammar/ast.h"

struct zw_plan;

struct zw_resolve_options {
	/* "Today" for `until`, as days since 1970-01-01; 0: the clock's
	 * (UTC).*/
	s64 today;
	/* A second tree with claims alone (--claims); may be NULL. */
	const struct zw_ast *claims;
	/* Take zones and claims alone, for a ruleset that was made elsewhere:
	 * rules and translations are passed over with a note, and networks of
	 * zones may overlap, with a warning. */
	bool zones_alone;
	/* Those of the gateway's interfaces; NULL if they are not known:
	 * then a policy that takes addresses from them is an error. */
	const struct zw_own_addresses *own;
};

/* Resolve names and check values. NULL if there was an error (all in DIAGS);
 * warnings alone do not prevent a model. Files named by defines are read here
 * (relative to the file that names them) and added to SOURCES only where a
 * diagnostic needs their text. */
struct zw_model *zw_resolve(struct zw_arena *arena, struct zw_sources *sources,
			    struct zw_diags *diags, const struct zw_ast *ast,
			    const struct zw_resolve_options *options);

/* The model of gateway number GATEWAY of WHOLE, a model of several. Costs what
 * holds at that gateway, not what the policy has. */
struct zw_model *zw_model_at(struct zw_arena *arena,
			     const struct zw_model *whole, size_t gateway);

/* All gateways of WHOLE with their zones, the links between them, and the
 * claims that are to be decided from end to end. Borrows from WHOLE. */
struct zw_network *zw_network_from(struct zw_arena *arena,
				   const struct zw_model *whole);

/* The meaning of the policy, computed from the model alone, without chains or
 * sets: what the verifier compares the bytes with. Calls nothing of the
 * lowering. */
struct zw_statement *zw_statement_from(struct zw_arena *arena,
				       const struct zw_model *model);

/* Lay the model out as tables, chains, sets and maps. */
struct zw_plan *zw_lower(struct zw_arena *arena, const struct zw_model *model);

/* The standard library of services, as policy text ("service dns = ..."), one
 * a line, sorted by name: for `zwinger services`. */
void zw_services_print(struct zw_buf *out);

#endif
