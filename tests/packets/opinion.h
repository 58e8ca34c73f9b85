/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the interpreter says about a frame, for comparison with the kernel. Kept
 * apart from the test bed, whose names it shares. */
#ifndef ZW_TESTS_OPINION_H
#define ZW_TESTS_OPINION_H

#include "base/inet.h"

struct zw_opinion;

/* Decode the N BYTES of a dump. On failure the diagnostics are printed and NULL
 * is returned. */
struct zw_opinion *zw_opinion_new(const u8 *bytes, size_t n);
void zw_opinion_free(struct zw_opinion *opinion);
/* The decoded ruleset as text; valid as long as OPINION. */
const char *zw_opinion_text(struct zw_opinion *opinion);

enum zw_opinion_state {
	ZW_OPINION_NEW,
	ZW_OPINION_INVALID,
	ZW_OPINION_ORIGINAL, /* of an established connection */
	ZW_OPINION_REPLY,
};

struct zw_opinion_question {
	const u8 *frame; /* with its Ethernet header of 14 bytes */
	size_t length;
	const char *in;
	enum zw_opinion_state state;
	/* The interface that DST leaves by, or NULL if it is the gateway's. */
	const char *(*route)(struct zw_ip dst);
};

struct zw_opinion_answer {
	bool accepted;
	bool rejected;
	bool reassembled;
	const char *unmodelled; /* why; NULL if all is modelled */
	const char *out;	/* by which it leaves; NULL: to the gateway */
	struct zw_ip src, dst;	/* as it left */
	u32 mark;
};

void zw_opinion_ask(struct zw_opinion *opinion,
		    const struct zw_opinion_question *question,
		    struct zw_opinion_answer *answer);
/* The same with the rules that it met, as text; the caller frees it. */
char *zw_opinion_trace(struct zw_opinion *opinion,
		       const struct zw_opinion_question *question);

/* Do two rulesets treat all packets of the family alike that have whole headers
 * and are no later fragments, whatever else it hangs on? WHERE: the path on
 * which they differ. */
bool zw_opinion_same(const struct zw_opinion *a, const struct zw_opinion *b,
		     enum zw_family family, const char **where);

#endif
