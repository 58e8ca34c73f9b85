/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that are under way while another policy is loaded: those it
 * forbids are found, and ended. Law: what is judged is what the kernel holds
 * now, and every connection is judged; what the verdict hangs on and nobody
 * knows, stays. */
#ifndef ZW_CLI_CONNECTIONS_H
#define ZW_CLI_CONNECTIONS_H

#include "cli/cli.h"
#include "loader/socket.h"
#include "statement/connection.h"
#include "statement/gateway.h"
#include "statement/statement.h"

/* What is judged by: a dump of the kernel behind SOCKET (N bytes), its gateway,
 * and the statement of what is in force. */
struct zw_connections_rules {
	const void *dump;
	size_t n;
	const struct zw_gateway *gateway;
	const struct zw_statement *statement;
};

/* Judge all connections. False after a diagnostic. */
bool zw_connections_find(struct zw_cli *cli, struct zw_socket *socket,
			 const struct zw_connections_rules *rules,
			 struct zw_connections_found *found);
/* Judge CONNECTION alone, which the kernel need not hold. False after a
 * diagnostic. */
bool zw_connection_judge(struct zw_cli *cli,
			 const struct zw_connections_rules *rules,
			 const struct zw_connection *connection,
			 bool *forbidden);
/* End the forbidden ones. False after a diagnostic. */
bool zw_connections_end(struct zw_cli *cli, struct zw_socket *socket,
			struct zw_connections_found *found);

#endif
