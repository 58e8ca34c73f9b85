/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names are read from the syntax tree. */
#include "tests/harness/gateways.h"

#include <string.h>

#include "base/diag.h"
#include "grammar/grammar.h"

void zw_each_gateway(const char *path, void (*one)(const char *which))
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_sources *sources = zw_sources_new();
	struct zw_ast ast = { 0 };
	struct zw_diags diags;
	size_t i, n = 0;

	zw_diags_init(&diags, arena);
	zw_parse_file(arena, sources, &diags, path, &ast);
	for (i = 0; i < ast.stmts.n; i++)
		n += ast.stmts.v[i]->has_block;
	for (i = 0; n > 1 && i < ast.stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast.stmts.v[i];

		if (stmt->has_block)
			one(zw_strf(arena, "%s@%.*s", path,
				    ZW_STR_ARG(stmt->name.text))
				    .p);
	}
	if (n < 2)
		one(path);
	zw_sources_free(sources);
	zw_arena_free(arena);
}

const char *zw_gateway_path(struct zw_arena *arena, const char *which)
{
	struct zw_str path = { which, strcspn(which, "@") };

	return zw_cstr(arena, path);
}

const char *zw_gateway_name(const char *which)
{
	const char *at = strchr(which, '@');

	return at ? at + 1 : NULL;
}
