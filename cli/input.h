/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a question is asked about: a file, read to a decoded ruleset and to the
 * zones that its interfaces are called by. Law: a policy is compiled and its
 * bytes decoded, so that a question about it is a question about what would be
 * loaded. The names of compiler and verifier collide: this header needs
 * neither. */
#ifndef ZW_CLI_INPUT_H
#define ZW_CLI_INPUT_H

#include "cli/cli.h"
#include "statement/statement.h"

struct zw_model;
struct zw_ruleset;
struct zw_study;

struct zw_input {
	const char *name; /* as the user wrote it */
	bool has_policy;  /* rules, so that lines of a policy can be named */
	const struct zw_model *model; /* NULL: no policy */
	const struct zw_statement *statement;
	const struct zw_ruleset *ruleset;
	ZW_VEC(struct zw_interface) further; /* to be told apart besides */
};

/* What a command adds to a policy's own text, shown as a source called
 * "(question)": statements behind it, claims beside it; each may be empty. */
struct zw_input_additions {
	struct zw_str statements, claims;
	bool needs_zones; /* means nothing without zones that have names */
};

/* Read X: a policy, or a ruleset as text, bytes, dump, "live" or
 * "live:NAMESPACE", with the zones of --zones or none. What is wrong is in
 * CLI's diagnostics. ADDITIONS may be NULL. */
bool zw_input_read(struct zw_cli *cli, const char *x,
		   const struct zw_input_additions *additions,
		   struct zw_input *input);
/* Is X a policy? A file that cannot be read is taken for one. */
bool zw_input_is_policy(struct zw_cli *cli, const char *x);
/* How the policy would write this end of a flow: "front.web1" where one of
 * ZONE's hosts is that address alone, "front(192.0.2.1)", or just the zone
 * where it names no networks. */
struct zw_str zw_input_side(struct zw_cli *cli, const struct zw_input *input,
			    u32 zone, struct zw_ip ip);
/* Bytes to a ruleset; NULL after a diagnostic. */
const struct zw_ruleset *zw_input_decode(struct zw_cli *cli,
					 const struct zw_buf *bytes);

/* The study of N inputs; NULL after a diagnostic (Z4002) when it takes too
 * much. To be freed by the caller. */
struct zw_study *zw_input_study(struct zw_cli *cli,
				const struct zw_input *inputs, size_t n);

/* Say that NAME is beyond the budget (Z4002). */
void zw_input_too_large(struct zw_cli *cli, const char *name);

#endif
