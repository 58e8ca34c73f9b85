/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers for programs. Law: JSON is printed for every status, with the same
 * members each time; the form is versioned ("format": 1) and described by
 * docs/check.schema.json; text from a policy is data, invalid UTF-8 cannot
 * occur in it because the scanner refuses it. */
#ifndef ZW_REPORT_JSON_H
#define ZW_REPORT_JSON_H

#include <jansson.h>

#include "report/loaded.h"
#include "verifier/verify.h"

/* The answer of check. VERIFICATION may be NULL (an invalid policy:
 * "verdict" is null and "claims" empty). Ends with a newline. */
void zw_json_check(struct zw_buf *out, const char *name,
		   const struct zw_verification *verification,
		   const struct zw_statement *statement,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources);

/* The same as a value, for answers that have more. */
json_t *zw_json_check_value(const char *name,
			    const struct zw_verification *verification,
			    const struct zw_statement *statement,
			    const struct zw_diags *diags,
			    const struct zw_sources *sources);
/* "added", "removed". */
json_t *zw_json_count(struct zw_loaded_count count);

/* The answer of apply: the same, and what was loaded (NULL: nothing was). */
void zw_json_apply(struct zw_buf *out, const char *name,
		   const struct zw_verification *verification,
		   const struct zw_statement *statement,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources,
		   const struct zw_loaded *loaded);

#endif
