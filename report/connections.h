/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that a policy forbids, for people and for programs. */
#ifndef ZW_REPORT_CONNECTIONS_H
#define ZW_REPORT_CONNECTIONS_H

#include <jansson.h>

#include "statement/connection.h"

/* "3 connections that the policy forbids are ended", and which, up to twenty;
 * nothing where there are none. LATER: they would end. */
void zw_connections_text(struct zw_buf *out,
			 const struct zw_connections_found *found, bool later);
/* The same as docs/check.schema.json has it, all of them. */
json_t *zw_connections_json(const struct zw_connections_found *found);

#endif
