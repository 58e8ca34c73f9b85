/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single faults do, for people and for programs
 * (docs/questions.schema.json). */
#ifndef ZW_REPORT_FMEA_H
#define ZW_REPORT_FMEA_H

#include "base/diag.h"
#include "report/style.h"
#include "verifier/fmea.h"

struct zw_fmea_answer {
	const char *name;
	const struct zw_fmea *fmea;
	const struct zw_statement *statement;
	const struct zw_sources *sources;
};

/* "rule 3 of chain 'input' of table inet zwinger is lost" */
void zw_fault_text(struct zw_buf *out, const struct zw_fault *fault);
/* What a mode is, in the plural: "rules lost". */
const char *zw_fault_mode_words(enum zw_fault_mode mode);
/* "a flow from a DMZ to an internal zone passes", ... */
const char *zw_effect_words(enum zw_effect effect);

/* A table of modes and effects, then the faults, worst first. */
void zw_fmea_text(struct zw_buf *out, const struct zw_fmea_answer *answer,
		  const struct zw_style *style);
/* ANSWER may be NULL: then there are only diagnostics. */
void zw_fmea_json(struct zw_buf *out, const struct zw_fmea_answer *answer,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources);

#endif
