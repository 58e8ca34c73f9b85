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
void zw_judge_free(struct zw_judge *judge);
enum zw_judgement zw_judge_ask(const struct zw_judge *judge,
			       const struct zw_question *question);

#endif
