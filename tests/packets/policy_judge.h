/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy says about one packet that conntrack has seen: the evaluator of
 * the referee, asked with a packet described in this folder's words. Law: the
 * answer comes from the policy's syntax tree alone. (The evaluator's packets
 * and those of the test bed have one name, so they never meet in one file.) */
#ifndef ZW_TESTS_POLICY_JUDGE_H
#define ZW_TESTS_POLICY_JUDGE_H

#include "base/inet.h"

/* What conntrack says of the packet. */
enum zw_tracked {
	ZW_TRACKED_NEW,
	ZW_TRACKED_ORIGINAL, /* established, in the first packet's direction */
	ZW_TRACKED_REPLY,
	ZW_TRACKED_RELATED_ORIGINAL,
	ZW_TRACKED_RELATED_REPLY,
	ZW_TRACKED_INVALID,
	ZW_TRACKED_UNTRACKED,
};
const char *zw_tracked_name(enum zw_tracked tracked);

struct zw_question {
	const char *in, *out; /* interfaces; NULL: the gateway itself */
	struct zw_ip src, dst;
	u8 proto;
	u16 first, second; /* ports, or type and code */
	u8 tcp_flags;
	u8 hops; /* TTL or hop limit */
	bool source_routed, fragment;
	enum zw_tracked tracked;
	/* The sources of the entry's two tuples; for new packets not read. */
	struct zw_ip original_source, reply_source;
};

enum zw_judgement {
	ZW_JUDGED_DROP,
	ZW_JUDGED_ACCEPT,
	ZW_JUDGED_RESET,
	ZW_JUDGED_PROHIBITED,
};
const char *zw_judgement_name(enum zw_judgement judgement);

struct zw_judge;
/* For the policy in the file PATH. NULL, with a failed check of the running
 * test, if it cannot be read. */
struct zw_judge *zw_judge_new(const char *path);
/* The same for a TEXT that names no files. */
struct zw_judge *zw_judge_new_text(const char *text);
void zw_judge_free(struct zw_judge *judge);
enum zw_judgement zw_judge_ask(const struct zw_judge *judge,
			       const struct zw_question *question);

/* The same of a flow's first packet, with its addresses behind translation (the
 * destination also where it does not pass). */
struct zw_judged_flow {
	enum zw_judgement judgement;
	struct zw_ip dst;
	u16 port;
	bool masqueraded;  /* the source is the output interface's, or */
	bool from_another; /* one of these */
	u128 from_lo, from_hi;
};

void zw_judge_flow(const struct zw_judge *judge,
		   const struct zw_question *question,
		   struct zw_judged_flow *flow);

#endif
