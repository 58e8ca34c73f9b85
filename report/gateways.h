/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers of all gateways of one policy as one. Law: each gateway has its
 * own part, in the order of the text, also one whose answer never came; the
 * verdict of all is proved only where each is. */
#ifndef ZW_REPORT_GATEWAYS_H
#define ZW_REPORT_GATEWAYS_H

#include "report/style.h"
#include "verifier/verify.h"

/* What came back of one gateway. The texts are ready made, where the format
 * asked for needs them. */
struct zw_gateway_answer {
	struct zw_str name;
	size_t number; /* among all of the policy's, from 0 */
	bool came; /* false: the process that proves it died */
	enum zw_verdict verdict;
	bool families[ZW_FAMILY_COUNT];
	size_t claims, failed, undecided;
	ZW_VEC(struct zw_str) assumptions; /* of the whole proof */
	struct zw_str text; /* its claims in full: zw_verdict_text() */
	struct zw_str json; /* zw_json_gateway() */
	struct zw_str suite; /* zw_junit_suite() */
};

/* Which of several shares of the gateways an answer is about, and all that
 * tells whether others belong to it. */
struct zw_gateway_share {
	u32 number; /* from 1 */
	u32 of; /* 0: it is about all gateways, and no share */
	ZW_VEC(struct zw_str) gateways; /* of the policy, all of them */
	bool linked; /* there is something to decide end to end */
	struct zw_str sources; /* digest of all files that were read */
};

struct zw_gateway_answers {
	const char *policy;
	ZW_VEC(struct zw_gateway_answer) list;
	struct zw_gateway_share share;
	/* There are links, and so what goes over several gateways is decided
	 * besides, by the first share: as of a gateway called "end to end",
	 * whose TEXT is a line for each claim. */
	bool linked;
	struct zw_gateway_answer ends;
};

/* "net.zw, gateway hq", and "net.zw, end to end" where GATEWAY is empty. */
const char *zw_gateway_suite(struct zw_arena *arena, const char *policy,
			     struct zw_str gateway);

/* Of all: NULL where one did not come, or a share has none. */
const enum zw_verdict *
zw_gateways_verdict(const struct zw_gateway_answers *answers,
		    enum zw_verdict *verdict);

/* A line a gateway, and one a claim that was decided end to end; then in full those that are not proved, then the
 * assumptions, each once. */
void zw_gateways_text(struct zw_buf *out,
		      const struct zw_gateway_answers *answers,
		      const struct zw_style *style);

/* An answer as of check (docs/check.schema.json), about what was decided end to
 * end, with a member "gateways". */
void zw_gateways_json(struct zw_buf *out,
		      const struct zw_gateway_answers *answers,
		      const struct zw_diags *diags,
		      const struct zw_sources *sources);
/* One element of that member. */
void zw_json_gateway(struct zw_buf *out, struct zw_str name,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_sources *sources);

/* A suite for each gateway. */
void zw_gateways_junit(struct zw_buf *out,
		       const struct zw_gateway_answers *answers);

#endif
