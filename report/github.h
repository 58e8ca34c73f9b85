/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Annotations for GitHub's workflow log: "::error file=F,line=N,col=N::TEXT".
 * Law: what is special to that form is escaped as the runner unescapes it, so
 * text from a policy is never a command. */
#ifndef ZW_REPORT_GITHUB_H
#define ZW_REPORT_GITHUB_H

#include "base/diag.h"

/* KIND is error, warning or notice; SPAN may be ZW_NO_SPAN. */
void zw_github_line(struct zw_buf *out, const char *kind,
		    const struct zw_sources *sources, struct zw_span span,
		    const char *title, struct zw_str text);

/* Each diagnostic as one line, in their order. */
void zw_github_diagnostics(struct zw_buf *out, const struct zw_diags *diags,
			   const struct zw_sources *sources);

#endif
