/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink bytes to a ruleset, as the kernel would take them.
 *
 * Law: total. Any bytes give a ruleset, or diagnostics; what is not understood
 * inside an accepted message is marked in the ruleset as doubt. A transaction
 * that the kernel would refuse leaves the state before it, with an error that
 * names the message by its number (from 0, over all messages of the bytes).
 *
 * Two kinds of messages are read, mixed as they come:
 * - requests in a batch (BATCH_BEGIN .. BATCH_END; a batch without its END is
 *   not applied, as in the kernel) play as one transaction;
 * - answers of a dump (no NLM_F_REQUEST) describe what is there. Their order
 *   must be tables, chains, sets, objects, flowtables, elements, rules.
 *
 * The kernel refuses more than is checked here (types of hooks that its modules
 * offer, jump depth, memory); a ruleset decoded from bytes that it refuses is
 * never in force, so that is no gap. */
#ifndef ZW_VERIFIER_DECODE_H
#define ZW_VERIFIER_DECODE_H

#include "base/diag.h"
#include "verifier/ruleset.h"

/* Play the N BYTES onto START (NULL: an empty kernel; borrowed, not changed)
 * and give the last state. False if there was an error (also: no message at
 * all). The result lives in ARENA and borrows nothing of BYTES; it may share
 * memory with START. */
bool zw_decode(struct zw_arena *arena, struct zw_diags *diags, const u8 *bytes,
	       size_t n, const struct zw_ruleset *start,
	       struct zw_ruleset *ruleset);

/* The same, and VISIT is called with the state after each batch that took
 * effect (TRANSACTION counts them from 0). The states share what did not
 * change and stay valid as long as ARENA. */
typedef void zw_visit_state(void *context, u32 transaction,
			    const struct zw_ruleset *state);
bool zw_decode_each(struct zw_arena *arena, struct zw_diags *diags,
		    const u8 *bytes, size_t n, const struct zw_ruleset *start,
		    struct zw_ruleset *ruleset, zw_visit_state *visit,
		    void *context);

#endif
