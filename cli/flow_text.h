/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet that `trace` is asked about, as text:
 *
 *   front(192.0.2.10) -> data(10.2.0.5) : tcp/5432 [OPTION...]
 *   in dmz0 192.0.2.10 > 10.2.0.5 : tcp/5432 [OPTION...]
 *
 * with the options "sport N", "state S", "in NAME", "out NAME". The first form
 * is resolved by the policy's own names, so it becomes a claim that says the
 * same. */
#ifndef ZW_CLI_FLOW_TEXT_H
#define ZW_CLI_FLOW_TEXT_H

#include "cli/cli.h"
#include "statement/match.h"
#include "verifier/packet.h"

struct zw_flow_text {
	bool by_zone;
	struct zw_str claim;   /* by_zone: "always FROM -> TO : SERVICES" */
	struct zw_ip src, dst; /* else */
	u8 proto;
	u16 key;
	char in[ZW_NAME_MAX], out[ZW_NAME_MAX]; /* empty: not said */
	bool has_sport;
	u16 sport;
	enum zw_ct_state state;
	bool reply;
};

/* False after a diagnostic. */
bool zw_flow_text_parse(struct zw_cli *cli, const char *text,
			struct zw_flow_text *out);

#endif
