/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as people read them: a summary of all claims, and a diagnostic with
 * the packet for each claim that did not hold. Law: nothing is left out of the
 * answer; PROVED is printed with what it assumes. */
#ifndef ZW_REPORT_VERDICT_H
#define ZW_REPORT_VERDICT_H

#include "report/style.h"
#include "verifier/verify.h"

/* "proved", "refuted", "undecided". */
const char *zw_verdict_name(enum zw_verdict verdict);

/* Record a diagnostic (Z4001, Z4002, Z4003) for each claim that is refuted or
 * undecided. */
void zw_verdict_diagnose(struct zw_diags *diags,
			 const struct zw_verification *verification,
			 const struct zw_statement *statement);

/* The summary: one line a claim, then what a proxy on the gateway could join,
 * and the assumptions. NAME is what was
 * checked, as the user calls it. */
void zw_verdict_text(struct zw_buf *out,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_sources *sources, const char *name,
		     const struct zw_style *style);

/* One line a claim alone. */
void zw_verdict_claims(struct zw_buf *out,
		       const struct zw_verification *verification,
		       const struct zw_sources *sources,
		       const struct zw_style *style);

/* "in dmz0 192.0.2.10:40000 -> out lan2 10.2.0.5:5432 tcp, new" */
void zw_witness_packet(struct zw_buf *out, const struct zw_witness *witness);

#endif
