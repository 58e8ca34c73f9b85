/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a command has the addresses of the gateway's interfaces from. Law: a
 * policy that takes none needs none, and nothing is read for it. */
#ifndef ZW_CLI_OWN_H
#define ZW_CLI_OWN_H

#include "base/own.h"
#include "cli/cli.h"
#include "grammar/ast.h"

/* Ask the kernel now, for a step that cannot (cli/confined.h). */
void zw_cli_read_own(struct zw_cli *cli);

/* What --addresses names, or the kernel has if CLI is live
 * or told to look there; NULL if it is
 * neither, or AST takes no address from an interface and no file is named.
 * False after a diagnostic. */
bool zw_cli_own(struct zw_cli *cli, const struct zw_ast *ast,
		const struct zw_own_addresses **own);

#endif
