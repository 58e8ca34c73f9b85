/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's errors in the policy's terms. Law: each says what was
 * attempted, which line of the policy asked for it where one did, and what to
 * do where something can be done. */
#ifndef ZW_CLI_REFUSAL_H
#define ZW_CLI_REFUSAL_H

#include "cli/transactions.h"
#include "loader/load.h"
#include "base/diag.h"

/* The kernel's ERESTART, which no userspace header promises. */
#define ZW_ERESTART 85

/* zw_socket_open() failed with ERR in NETNS (may be NULL). */
void zw_say_open_error(struct zw_diags *diags, int err, const char *netns);
/* Something on an open socket failed; ATTEMPTED completes "cannot ...". */
void zw_say_socket_error(struct zw_diags *diags, int err,
			 const char *attempted);
/* Our table belongs to the socket of another process. */
void zw_say_owned(struct zw_diags *diags);
/* Transaction number FAILED was refused. */
void zw_say_refusals(struct zw_diags *diags,
		     const struct zw_transactions *transactions, size_t failed,
		     const struct zw_plan *plan,
		     const struct zw_load_result *result);

#endif
