/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics as text for people. Law: what comes from a policy is shown
 * escaped, so it cannot steer a terminal; the order is that of the sources
 * (file number, then offset; those without a place last), and equal places
 * keep the order in which they were recorded. */
#ifndef ZW_REPORT_DIAGNOSTICS_H
#define ZW_REPORT_DIAGNOSTICS_H

#include "base/diag.h"
#include "report/style.h"

/* Append every diagnostic, each followed by an empty line, and a last line
 * where errors were suppressed by the limit. Nothing for an empty sink. */
void zw_diagnostics_text(struct zw_buf *out, const struct zw_diags *diags,
			 const struct zw_sources *sources,
			 const struct zw_style *style);

/* Append "2 errors, 1 warning" and a newline (suppressed errors count);
 * nothing where there is neither. */
void zw_diagnostics_summary(struct zw_buf *out, const struct zw_diags *diags);

/* The records of DIAGS in the order above, in ARENA: for other formats. */
struct zw_diag **zw_diagnostics_sorted(struct zw_arena *arena,
				       const struct zw_diags *diags);

#endif
