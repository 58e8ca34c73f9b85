/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a lab found, for people and for programs. Law: the same packets give the
 * same text; times are not in it. */
#ifndef ZW_REPORT_LAB_H
#define ZW_REPORT_LAB_H

#include "base/diag.h"
#include "lab/lab.h"
#include "report/style.h"

struct zw_lab_answer {
	const char *name; /* of the file, as the user wrote it */
	u64 seed;
	const struct zw_lab *lab;
	const struct zw_aim *aim;
};

/* What was built and sent; what differs, each with both ways; what no probe
 * met; what the lab cannot do. */
void zw_lab_text(struct zw_buf *out, const struct zw_lab_answer *answer,
		 const struct zw_style *style);
/* ANSWER may be NULL, where the diagnostics have the reason. */
void zw_lab_json(struct zw_buf *out, const struct zw_lab_answer *answer,
		 const struct zw_diags *diags,
		 const struct zw_sources *sources);

#endif
