/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two files that exist in memory alone: the management file as it was read, and
 * one that includes it. */
#include "cli/built_in.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/recall.h"
#include "grammar/grammar.h"

#define NAME "built-in.zw"
/* A policy has a rule, and a rule a zone. */
#define NOBODY "zone nobody { interface zw-nobody }\ndeny nobody -> self\n"

static bool refuse(struct zw_cli *cli, struct zw_span span, const char *path,
		   const char *what)
{
	struct zw_diag *diag =
		zw_diag(&cli->diags, ZW_Z6025, span,
			"'%s' says more than who may reach the gateway", path);

	zw_diag_here(&cli->diags, diag, "%s", what);
	zw_diag_help(
		&cli->diags, diag,
		"only zones, defines, services, and 'allow ZONE -> self : SERVICES' may stand there");
	return false;
}

static bool only_self(const struct zw_ast_side *side)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++)
		if (side->terms.v[i].who != ZW_WHO_SELF)
			return false;
	return side->terms.n > 0;
}

static bool check_statement(struct zw_cli *cli, const char *path,
			    const struct zw_ast_stmt *stmt, bool *opens)
{
	switch (stmt->kind) {
	case ZW_AST_ZONE:
	case ZW_AST_DEFINE:
	case ZW_AST_SERVICE:
		return true;
	case ZW_AST_ALLOW:
		*opens = true;
		return only_self(&stmt->to) ||
		       refuse(cli, stmt->span, path,
			      "this is not about the gateway alone");
	default:
		return refuse(cli, stmt->keyword, path,
			      "no such statement belongs here");
	}
}

/* Is TEXT of PATH what may stand there? */
static bool check(struct zw_cli *cli, const char *path, struct zw_str text,
		  bool *opens)
{
	size_t errors = cli->diags.errors, i;
	struct zw_ast ast = { 0 };
	bool ok = true;

	zw_parse_alone(cli->arena, cli->sources, &cli->diags, zw_str_from(path),
		       text, &ast);
	for (i = 0; i < ast.stmts.n; i++)
		ok = check_statement(cli, path, ast.stmts.v[i], opens) && ok;
	return ok && cli->diags.errors == errors;
}

static bool read_management(struct zw_cli *cli, const char *path, bool named,
			    struct zw_str *text, bool *opens)
{
	u32 mode = 0;
	int err = zw_read_file_mode(cli->arena, path, ZW_POLICY_SIZE_LIMIT,
				    text, &mode);

	if (err == -ENOENT && !named)
		return true;
	if (err) {
		zw_diag(&cli->diags, ZW_Z6002, ZW_NO_SPAN,
			"cannot read '%s': %s", path, strerror(-err));
		return false;
	}
	if (!geteuid() && S_ISREG(mode) && (mode & (S_IWGRP | S_IWOTH))) {
		zw_diag_help(
			&cli->diags,
			zw_diag(&cli->diags, ZW_Z6023, ZW_NO_SPAN,
				"'%s' can be written by others than its owner",
				path),
			"whoever can write it decides who may reach the gateway: 'chmod go-w %s'",
			path);
		return false;
	}
	return check(cli, path, *text, opens);
}

static void compose(struct zw_cli *cli, struct zw_str management,
		    struct zw_str extra, struct zw_generation *g)
{
	const struct zw_file_copy first = {
		.name = ZW_STR(NAME),
		.text = zw_strf(cli->arena, "gateway built-in\n%.*s%s%s",
				ZW_STR_ARG(extra),
				management.n ? "include \"management.zw\"\n"
					     : "",
				management.n || extra.n ? "" : NOBODY),
	};
	const struct zw_file_copy second = {
		.name = ZW_STR("management.zw"),
		.text = management,
	};

	*g = (struct zw_generation){
		.number = ZW_GENERATION_BUILT_IN,
		.policy = ZW_STR(NAME),
		.when = (s64)time(NULL),
	};
	zw_push(cli->arena, g->files, first);
	if (management.n)
		zw_push(cli->arena, g->files, second);
	g->sources = zw_generation_digest(cli->arena, g->files.v, g->files.n);
}

/* With this file; false if it does not compile, which was said. */
static bool compiles(struct zw_cli *cli, const struct zw_generation *g)
{
	struct zw_recalled recalled;
	bool ok = zw_recall(cli, g, &recalled);

	if (!ok)
		zw_cli_flush(&recalled.cli);
	zw_recall_end(&recalled);
	return ok;
}

bool zw_built_in(struct zw_cli *cli, struct zw_str extra, bool *open,
		 struct zw_generation *g)
{
	const char *named = cli->values[ZW_OPT_MANAGEMENT];
	const char *path = named ? named : ZW_MANAGEMENT_FILE;
	struct zw_str management = { 0 };
	bool usable;

	*open = false;
	usable = read_management(cli, path, named != NULL, &management, open);
	if (usable && management.n && *open) {
		compose(cli, management, (struct zw_str){ 0 }, g);
		usable = compiles(cli, g);
		if (usable)
			return true;
	}
	*open = extra.n > 0;
	compose(cli, (struct zw_str){ 0 }, extra, g);
	return usable;
}
