/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Back to a generation when nobody can be asked. Law: what is loaded is proved,
 * or it is the built-in policy; what cannot be written down stops nothing. */
#ifndef ZW_CLI_GO_BACK_H
#define ZW_CLI_GO_BACK_H

#include "cli/deploy.h"

/* Load GENERATION; if it cannot be loaded, or is NULL, the built-in policy.
 * What went wrong is printed on standard error. The number that is loaded then,
 * or ZW_GENERATION_NONE. */
u32 zw_go_back(struct zw_deploy *deploy,
	       const struct zw_generation *generation);

#endif
