/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard of a load that is not confirmed yet: a process of its own that goes
 * back when the time is over. Law: it has the way back in memory before
 * anything is loaded, needs neither terminal nor caller, and measures by the
 * clock that nobody sets and that runs while the machine sleeps. */
#ifndef ZW_CLI_GUARD_H
#define ZW_CLI_GUARD_H

#include "cli/deploy.h"

/* --confirm TIME in milliseconds; 0 without. False after a diagnostic. */
bool zw_guard_time(struct zw_cli *cli, s64 *milliseconds);

/* Choose and check the way back of the load under way, and write into DEPLOY's
 * ledger what waits. False after a diagnostic: nothing may be loaded. */
bool zw_guard_prepare(struct zw_deploy *deploy, struct zw_apply *apply);
/* Start the process; the ledger is written. It is at its post when this returns
 * true. */
bool zw_guard_start(struct zw_deploy *deploy);

/* Does a guard stand at the folder of DEPLOY? */
bool zw_guard_stands(const struct zw_deploy *deploy);

/* What the process does. Returns when it has gone back, or has nothing to
 * guard any more. */
void zw_guard_watch(struct zw_deploy *deploy, const struct zw_generation *back,
		    struct zw_str token, int ready);

#endif
