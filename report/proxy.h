/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two halves of a way through a program on the gateway, as text and as
 * JSON. */
#ifndef ZW_REPORT_PROXY_H
#define ZW_REPORT_PROXY_H

#include <jansson.h>

#include "base/source.h"
#include "statement/statement.h"

/* Nothing where there are no two halves. */
void zw_proxy_text(struct zw_buf *out, const struct zw_statement *statement,
		   const struct zw_sources *sources);
/* { "from_dmz": [...], "to_internal": [...] } */
json_t *zw_proxy_json(const struct zw_statement *statement,
		      const struct zw_sources *sources);

#endif
