/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The acceptance record: everything that was asked and found of one policy, as
 * one JSON value. Law: the page that people read (report/html.h) is made from
 * this value and from nothing else, so both have the same figures. What was not
 * done is null in it, never left out. */
#ifndef ZW_REPORT_ACCEPTANCE_H
#define ZW_REPORT_ACCEPTANCE_H

#include <jansson.h>

#include "base/source.h"
#include "statement/statement.h"

/* A generation that the state has of this gateway. */
struct zw_acceptance_generation {
	u32 number;
	struct zw_str when; /* "2026-11-26 07:00:00" in UTC */
	struct zw_str who, policy, ruleset;
	bool loaded; /* the last that the kernel was given */
};

struct zw_acceptance {
	const char *policy;    /* as the user wrote it */
	const char *version;   /* of this program */
	struct zw_str date;    /* YYYY-MM-DD of the record */
	struct zw_str ruleset; /* digest of what `compile` writes */
	const struct zw_statement *statement;
	const struct zw_sources *sources;
	/* The JSON answers of other commands; empty: not asked. DIFFERENCE is
	 * from GENERATION to the policy. */
	struct zw_str check, matrix, faults, lab, difference;
	/* The files that the policy consists of. */
	const struct zw_file_copy *files;
	size_t file_count;
	/* NULL: none is recorded. */
	const struct zw_acceptance_generation *generation;
	struct zw_str trail; /* lines of the audit trail, the last ones */
	bool trail_whole;    /* it is what was written */
};

json_t *zw_acceptance_json(const struct zw_acceptance *acceptance);

/* Claims that FORMER (such a value, read from somewhere) has as proved and that
 * are not in RECORD, or not proved. Their texts, in ARENA. */
struct zw_acceptance_fallen {
	ZW_VEC(struct zw_str) claims;
};
void zw_acceptance_compare(struct zw_arena *arena, const json_t *former,
			   const json_t *record,
			   struct zw_acceptance_fallen *fallen);

#endif
