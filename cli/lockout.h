/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SSH connection that a command comes by. Law: it counts only if it ends
 * at an address of the namespace that is acted on; whether it may begin is
 * asked of the concrete interpreter, on what the kernel would hold. */
#ifndef ZW_CLI_LOCKOUT_H
#define ZW_CLI_LOCKOUT_H

#include "cli/apply.h"
#include "statement/connection.h"

/* From $SSH_CONNECTION, or, as sudo takes that away, from the environment of
 * the processes above. False if there is none, or it ends elsewhere. */
bool zw_ssh_connection(const struct zw_gateway *gateway,
		       struct zw_connection *connection);

/* Would what APPLY has proved end that connection? Then false, after a
 * diagnostic, unless --lockout-ok. */
bool zw_lockout_check(struct zw_apply *apply);

/* Statements that let CONNECTION's client in, as a zone of its own; empty if
 * nobody knows by which interface it comes. */
struct zw_str zw_lockout_exception(struct zw_cli *cli,
				   const struct zw_gateway *gateway,
				   const struct zw_connection *connection);

#endif
