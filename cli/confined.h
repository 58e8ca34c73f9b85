/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of a command in a process without privileges (loader/confine.h). Law: a
 * command that may change the kernel parses, compiles and proves there; what it
 * reads of the kernel for that it reads before. A step's diagnostics and
 * sources come back as if it had been done here. */
#ifndef ZW_CLI_CONFINED_H
#define ZW_CLI_CONFINED_H

#include "cli/cli.h"

/* Does CLI's command give up its privileges for such steps? */
bool zw_confines(const struct zw_cli *cli);

/* A step: CLI is a copy that it may use as its own; CONTEXT is the caller's, in
 * which it leaves its results. */
typedef void zw_confined_step(struct zw_cli *cli, void *context);

/* Do it there, or here where CLI's command is not confined. The process ends
 * with status 70 where the step does, and with 4 where no such process can be
 * made. CONTEXT has N bytes. */
void zw_confined(struct zw_cli *cli, zw_confined_step *step, void *context,
		 size_t n);

#endif
