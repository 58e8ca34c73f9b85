/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules to the two halves of a way through the gateway, one for each rule and
 * zone. */
#include "statement/proxy.h"

static bool is_kind(const struct zw_statement *statement, u32 zone,
		    enum zw_zone_kind kind)
{
	return zone < statement->zones.n &&
	       statement->zones.v[zone].kind == kind;
}

struct zw_proxy zw_statement_proxy(struct zw_arena *arena,
				   const struct zw_statement *statement)
{
	struct zw_proxy ways = { 0 };
	size_t i, b;

	for (i = 0; i < statement->rules.n; i++) {
		const struct zw_flow_rule *rule = &statement->rules.v[i];

		for (b = 0; rule->action == ZW_ALLOW && b < rule->boxes.n;
		     b++) {
			const struct zw_flow_box *box = &rule->boxes.v[b];
			struct zw_proxy_half in = { box->from, rule };
			struct zw_proxy_half out = { box->to, rule };

			if (box->to == ZW_SELF &&
			    is_kind(statement, box->from, ZW_ZONE_DMZ))
				zw_push(arena, ways.in, in);
			if (box->from == ZW_SELF &&
			    is_kind(statement, box->to, ZW_ZONE_INTERNAL))
				zw_push(arena, ways.out, out);
		}
	}
	if (!ways.in.n || !ways.out.n)
		ways.in.n = ways.out.n = 0;
	return ways;
}
