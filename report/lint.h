/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `lint` says beside its diagnostics: a summary, or all as JSON
 * (docs/questions.schema.json). */
#ifndef ZW_REPORT_LINT_H
#define ZW_REPORT_LINT_H

#include "base/diag.h"

/* PERMITTED: how many findings the source permits. */
void zw_lint_text(struct zw_buf *out, const char *name, size_t permitted,
		  const struct zw_diags *diags);
void zw_lint_json(struct zw_buf *out, const char *name, size_t permitted,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources);

#endif
