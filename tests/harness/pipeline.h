/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy text through every stage, as `check` takes it: tree, model,
 * statement, plan, bytes, decoded ruleset. Law: stops at the first stage that
 * refuses; what is there lives until zw_pipeline_free(). */
#ifndef ZW_TESTS_PIPELINE_H
#define ZW_TESTS_PIPELINE_H

#include "base/diag.h"
#include "grammar/ast.h"
#include "statement/statement.h"

struct zw_model;
struct zw_plan;
struct zw_ruleset;

struct zw_pipeline {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_ast ast;
	struct zw_ast written; /* with addresses of interfaces written out */
	struct zw_model *model;
	struct zw_statement *statement;
	struct zw_plan *plan;
	struct zw_buf bytes;
	const struct zw_ruleset *ruleset;
	bool valid; /* the policy was accepted and its bytes decoded */
};

/* NAME's folder is where files are looked up; it may end in "@GATEWAY"
 * (tests/harness/gateways.h). What the gateway's interfaces
 * have stands in TEXT (tests/harness/written_out.h). */
void zw_pipeline_run(struct zw_pipeline *pipeline, const char *name,
		     struct zw_str text);
void zw_pipeline_free(struct zw_pipeline *pipeline);
/* The last stage, for pipeline_run(). */
void zw_pipeline_decode(struct zw_pipeline *pipeline);
/* The messages, one a line: code and text. */
void zw_pipeline_print_diags(struct zw_buf *out,
			     const struct zw_pipeline *pipeline);

#endif
