/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger lab`, between the file that was read and the lab that tests it. Law:
 * the names of compiler and verifier collide, so whoever reads files and
 * whoever runs the lab meet here alone. */
#ifndef ZW_CLI_LAB_H
#define ZW_CLI_LAB_H

#include "cli/cli.h"
#include "cli/format.h"
#include "statement/gateway.h"
#include "statement/statement.h"

struct zw_lab_task {
	struct zw_cli *cli;
	const char *name; /* of the file, as the user wrote it */
	const struct zw_statement *statement;
	struct zw_buf bytes; /* what was proved: batches, or a dump */
	/* Names and numbers of interfaces in BYTES; NULL: none are in them. */
	const struct zw_gateway *gateway;
	/* Put the ruleset into the network namespace NETNS, a descriptor. False
	 * after a diagnostic. */
	bool (*load)(void *context, int netns);
	/* Put it there once more, in place of what is there; BYTES then hold
	 * both loads. NULL: that cannot be done. */
	bool (*reload)(void *context, int netns);
	void *context;

	enum zw_format format;
	u64 probes, seed;
	const char *after_load; /* a command for the shell; or NULL */
	int pcap;		/* a descriptor, or -1 */
	/* Where the answer goes; NULL: to standard output. */
	struct zw_buf *answer;
};

/* Build, load, send, tell. What is wrong is in the diagnostics. */
void zw_lab_run(struct zw_lab_task *task);
/* The answer where there is nothing to run: of text none. */
void zw_lab_refuse(struct zw_lab_task *task);

#endif
