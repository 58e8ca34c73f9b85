/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that commands share: a policy file to its model, statement and
 * plan; a plan to bytes; bytes and statement to a verification. Law: a step
 * that fails has said why in CLI's diagnostics. */
#ifndef ZW_CLI_JOB_H
#define ZW_CLI_JOB_H

#include "cli/cli.h"
#include "cli/format.h"
#include "cli/reading.h"
#include "compiler/compiler.h"
#include "compiler/emit_netlink.h"
#include "verifier/verify.h"

struct zw_job {
	const char *path; /* of the policy, as the user wrote it */
	/* Of all gateways, where the policy has several; MODEL is of the one
	 * that --gateway names. NULL: it has one. */
	const struct zw_model *whole;
	struct zw_model *model;
	struct zw_statement *statement;
	struct zw_plan *plan;
	const struct zw_ast *ast; /* of the policy; NULL without one */
};

/* Read, resolve and lay out the policy PATH, with --claims and --today. */
bool zw_job_policy(struct zw_cli *cli, const char *path, struct zw_job *job);

/* The same for a command that is about all gateways of a policy: of several,
 * where --gateway names none, there are no MODEL, STATEMENT and PLAN. */
bool zw_job_policy_whole(struct zw_cli *cli, const char *path,
			 struct zw_job *job);
/* MODEL, STATEMENT and PLAN of gateway number GATEWAY of JOB's WHOLE. */
void zw_job_at(struct zw_cli *cli, struct zw_job *job, size_t gateway);

/* What a command adds to the policy's own text: statements behind it, claims
 * beside it; each may be empty. Shown as a source called "(question)". */
struct zw_job_additions {
	struct zw_str statements, claims;
};
bool zw_job_policy_with(struct zw_cli *cli, const char *path,
			const struct zw_job_additions *additions,
			struct zw_job *job);

/* Prove BYTES against the job's statement, with progress on a terminal; what
 * did not hold is recorded as diagnostics. */
struct zw_verification *zw_job_prove(struct zw_cli *cli,
				     const struct zw_job *job, const u8 *bytes,
				     size_t n);
/* The same without progress, always here. */
struct zw_verification *zw_job_prove_quietly(struct zw_cli *cli,
					     const struct zw_job *job,
					     const u8 *bytes, size_t n);
/* The same, where BYTES begin with a dump of all tables of the kernel, which is
 * GATEWAY's. */
struct zw_verification *zw_job_prove_whole(struct zw_cli *cli,
					   const struct zw_job *job,
					   const u8 *bytes, size_t n,
					   const struct zw_gateway *gateway);

/* The same for the zones and claims of PATH alone; its rules count only with
 * --exact. There is no plan. */
bool zw_job_zones(struct zw_cli *cli, const char *path,
		  const struct zw_job_additions *additions, struct zw_job *job);

/* The same as zw_job_prove for what was read from somewhere. */
struct zw_verification *zw_job_prove_state(struct zw_cli *cli,
					   const struct zw_job *job,
					   const struct zw_reading *reading);

/* Print what is to be proved. */
void zw_job_statement(struct zw_cli *cli, const struct zw_job *job);

/* Print the verdict in FORMAT (TEXT, JSON, SARIF, JUNIT or GITHUB);
 * VERIFICATION may be NULL for all but TEXT. */
void zw_job_answer(struct zw_cli *cli, const struct zw_job *job,
		   const struct zw_verification *verification,
		   enum zw_format format);

#endif
