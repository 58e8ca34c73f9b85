/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy for when there is no other: all is dropped but loopback and the
 * management access that the administrator has configured, with the neighbour
 * discovery of its links. Law: it is a policy like any other, compiled and
 * proved like any other; nothing else can be said in it than who may reach the
 * gateway itself. */
#ifndef ZW_CLI_BUILT_IN_H
#define ZW_CLI_BUILT_IN_H

#include "cli/cli.h"
#include "state/generation.h"

#define ZW_MANAGEMENT_FILE "/etc/zwinger/management.zw"

/* Make it of --management, or of ZW_MANAGEMENT_FILE where that is there, and
 * say whether it gives any access (*OPEN). A file that cannot be used is a
 * diagnostic, and the policy is as without it: false. EXTRA are statements
 * that stand in for the file; may be empty. */
bool zw_built_in(struct zw_cli *cli, struct zw_str extra, bool *open,
		 struct zw_generation *generation);

#endif
