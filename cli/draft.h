/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A first policy for a host. Law: what is written parses, and proves as it
 * stands, whatever the interfaces and routes are; its columns are left to
 * zw_format_text(). */
#ifndef ZW_CLI_DRAFT_H
#define ZW_CLI_DRAFT_H

#include "loader/routes.h"

/* HOST is the machine's name. */
void zw_draft_policy(struct zw_arena *arena, const struct zw_routes *routes,
		     const char *host, struct zw_buf *out);

#endif
