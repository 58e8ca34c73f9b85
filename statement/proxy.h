/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program on the gateway could join: services of the gateway that a DMZ
 * may use, and what the gateway may reach of internal zones. No packet of one
 * flow goes all the way, so no proof about flows covers it; a reader can. */
#ifndef ZW_STATEMENT_PROXY_H
#define ZW_STATEMENT_PROXY_H

#include "statement/statement.h"

/* One half of such a way: RULE allows it. */
struct zw_proxy_half {
	u32 zone; /* the DMZ, or the internal zone */
	const struct zw_flow_rule *rule;
};

/* In the order of the text; what other rules deny is not taken away. Both are
 * empty unless both have something. */
struct zw_proxy {
	ZW_VEC(struct zw_proxy_half) in;  /* from a DMZ to the gateway */
	ZW_VEC(struct zw_proxy_half) out; /* from the gateway to inside */
};

struct zw_proxy zw_statement_proxy(struct zw_arena *arena,
				   const struct zw_statement *statement);

#endif
