/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of an acceptance record that the verifier answers. Law: the names
 * of compiler and verifier collide, so this header needs neither; all parts are
 * asked of the same bytes. */
#ifndef ZW_CLI_RECORD_H
#define ZW_CLI_RECORD_H

#include "cli/cli.h"
#include "statement/statement.h"

/* A policy's bytes as `compile` writes them, and what they are to mean. */
struct zw_record_side {
	const char *name;
	const struct zw_statement *statement;
	struct zw_buf bytes;
};

/* Who may reach whom, as JSON appended to OUT. False after a diagnostic. */
bool zw_record_matrix(struct zw_cli *cli, const struct zw_record_side *side,
		      struct zw_buf *out);
/* What single faults do, of SAMPLE (0: all) drawn with SEED. */
bool zw_record_faults(struct zw_cli *cli, const struct zw_record_side *side,
		      u64 sample, u64 seed, struct zw_buf *out);
/* What differs from BEFORE to AFTER. */
bool zw_record_difference(struct zw_cli *cli,
			  const struct zw_record_side *before,
			  const struct zw_record_side *after,
			  struct zw_buf *out);
/* What a lab finds, by the options --probes and --seed; cli/cmd_lab.c. */
bool zw_record_lab(struct zw_cli *cli, struct zw_buf *out);

#endif
