/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prove a policy and load it: what every command does that changes what the
 * kernel holds. Law: nothing is sent that was not proved together with all the
 * kernel holds; the kernel has the former rules or the new ones, whole; what
 * went wrong is in the diagnostics. */
#ifndef ZW_CLI_LOAD_POLICY_H
#define ZW_CLI_LOAD_POLICY_H

#include "cli/apply.h"

/* Where others stand in the way of a load. Each may be NULL; each says itself
 * why it returns false. */
struct zw_load_hooks {
	/* Proved, not sent: APPLY's world, held, gateway, transactions and
	 * verification are those of this attempt. Called once more when the
	 * ruleset changed in between. False: nothing is sent. */
	bool (*before)(struct zw_apply *apply, void *context);
	/* Loaded, read back and proved once more; also where nothing had to be
	 * sent. False: the load stands, but the command has failed. */
	bool (*after)(struct zw_apply *apply, void *context);
	void *context;
};

/* Load APPLY's job into the namespace that its command names. A socket that is
 * there already is used and stays open; otherwise one is opened and closed.
 * HOOKS may be NULL. True if the job is what the kernel holds now and the hook
 * AFTER did not object. Finish with zw_load_end(), also after a failure. */
bool zw_load_policy(struct zw_apply *apply, const struct zw_load_hooks *hooks);

/* False after a diagnostic if APPLY's job has zones and claims alone. */
bool zw_load_has_rules(struct zw_apply *apply);

/* What a load would do: APPLY's world, gateway, transactions and verification as
 * of its first attempt, on a socket that is open; nothing is sent. False unless
 * it is proved. */
bool zw_load_prepare(struct zw_apply *apply);

/* Give back what a load has read and made. */
void zw_load_end(struct zw_apply *apply);

/* Say on standard error what took how long, and what of the read-back could
 * not be afforded; nothing where nothing was sent. */
void zw_load_say_figures(const struct zw_apply *apply);

#endif
