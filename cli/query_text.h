/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of `query`:
 *
 *   [from SIDE] [to SIDE] [where CONDITION]
 *
 * SIDE as in a claim (zones, kinds, "zone(ADDRS)", self, any, except).
 * CONDITION: FIELD VALUE, FIELD OP VALUE with OP of = != < <= > >=, joined by
 * and, or, not and parentheses ("and" binds tighter); VALUE is a number, a
 * range a-b, a list {a, b-c}, an address, prefix or range, a name. */
#ifndef ZW_CLI_QUERY_TEXT_H
#define ZW_CLI_QUERY_TEXT_H

#include "cli/cli.h"
#include "verifier/query.h"

struct zw_query_text {
	/* Claims that say the same, for the policy to resolve: the sides
	 * (empty: all), then each service, in order. */
	struct zw_str claims;
	bool has_from, has_to;
	struct zw_condition *where;		/* or NULL */
	ZW_VEC(struct zw_condition *) services; /* to be filled */
};

/* False after a diagnostic that points into the text. */
bool zw_query_text_parse(struct zw_cli *cli, const char *text,
			 struct zw_query_text *out);

#endif
