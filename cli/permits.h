/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lints that the source permits: "# permit Z3031: REASON" behind a statement or
 * on a line of its own above it. Law: only warnings and notes of the Z3 kind
 * can be permitted, each by its code, and only with a reason. */
#ifndef ZW_CLI_PERMITS_H
#define ZW_CLI_PERMITS_H

#include "cli/cli.h"

/* Take out of CLI's diagnostics what is permitted where it stands; permissions
 * without a reason, or that permit nothing, are diagnostics (Z3034). Returns
 * how many were taken out. */
size_t zw_permits_apply(struct zw_cli *cli);

#endif
