/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which line of the policy is to blame for what a packet met. Law: rules are
 * tied to lines by their comments alone, "hq.zw:14" or "hq.zw:3,14"; the
 * statement is asked only to choose among several. */
#ifndef ZW_VERIFIER_CULPRIT_H
#define ZW_VERIFIER_CULPRIT_H

#include "verifier/verify.h"

/* The line of the last rule that accepted the packet; of a packet that did not
 * pass, of the last rule that names a line. ZW_NO_SPAN if none does. SOURCES
 * may be NULL. */
struct zw_span zw_culprit(const struct zw_statement *statement,
			  const struct zw_sources *sources,
			  const struct zw_witness *witness);
/* Is WHAT, of a step, an accept? */
bool zw_says_accept(struct zw_str what);

#endif
