/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that commands share: a policy file to its model, statement and
 * plan; a plan to bytes; bytes and statement to a verification. Law: a step
 * that fails has said why in CLI's diagnostics. */
#ifndef ZW_CLI_JOB_H
#define ZW_CLI_JOB_H

#include "cli/cli.h"
#include "compiler/compiler.h"
#include "compiler/emit_netlink.h"
#include "verifier/verify.h"

struct zw_job {
	const char *path; /* of the policy, as the user wrote it */
	struct zw_model *model;
	struct zw_statement *statement;
	struct zw_plan *plan;
};

/* Read, resolve and lay out the policy PATH, with --claims and --today. */
bool zw_job_policy(struct zw_cli *cli, const char *path, struct zw_job *job);

/* Prove BYTES against the job's statement, with progress on a terminal; what
 * did not hold is recorded as diagnostics. */
struct zw_verification *zw_job_prove(struct zw_cli *cli,
				     const struct zw_job *job,
				     const u8 *bytes, size_t n);

enum zw_format {
	ZW_FORMAT_TEXT,
	ZW_FORMAT_JSON,
	ZW_FORMAT_NFT,
	ZW_FORMAT_NETLINK,
};

/* --format, one of the N formats in ALLOWED (the first is the default). */
bool zw_job_format(struct zw_cli *cli, const enum zw_format *allowed, size_t n,
		   enum zw_format *format);

/* Print the verdict in FORMAT (TEXT or JSON); VERIFICATION may be NULL for
 * JSON. */
void zw_job_answer(struct zw_cli *cli, const struct zw_job *job,
		   const struct zw_verification *verification,
		   enum zw_format format);

#endif
