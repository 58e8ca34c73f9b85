/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of one packet, for people and for programs (docs/trace.schema.json).
 */
#ifndef ZW_REPORT_TRACE_H
#define ZW_REPORT_TRACE_H

#include "base/diag.h"
#include "report/style.h"
#include "statement/match.h"
#include "verifier/verify.h"

struct zw_trace_answer {
	const char *name;	  /* of X */
	struct zw_witness packet; /* with path, outcome and assumptions */
	struct zw_str from, to;	  /* zones; empty if not known */
	bool dnat, snat, masqueraded, redirected;
	struct zw_ip new_src, new_dst;
	u16 new_sport, new_dport;
	/* Statements of the policy that decide about this flow. */
	zw_spans lines;
	struct zw_str because; /* one sentence; may be empty */
	/* Of a packet that is not let pass: the claims that forbid it, else
	 * the statement that would let it pass; empty if none was found. */
	ZW_VEC(const struct zw_claim *) forbidden;
	struct zw_str allow;
};

void zw_trace_text(struct zw_buf *out, const struct zw_trace_answer *answer,
		   const struct zw_sources *sources,
		   const struct zw_style *style);
/* ANSWER may be NULL: then there are only diagnostics. */
void zw_trace_json(struct zw_buf *out, const struct zw_trace_answer *answer,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources);

#endif
