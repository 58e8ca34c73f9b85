/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab: a network out of namespaces, a ruleset in its gateway, and packets
 * through it that must fare as the proof says. Law: everything lies in
 * namespaces without names that die with the process, so nothing is left behind
 * whatever ends it; what is expected comes from the bytes that were proved and
 * from nothing that the kernel says of itself, so what is changed behind the
 * loader's back is found. */
#ifndef ZW_LAB_LAB_H
#define ZW_LAB_LAB_H

#include "lab/aim.h"
#include "lab/capture.h"
#include "lab/oracle.h"

enum { ZW_LAB_SHOWN = 3 }; /* differences that are told in full */

struct zw_difference {
	struct zw_str kind, shot, expected, happened, wrong;
	struct zw_str from, to;	    /* parties; empty: a connection's */
	ZW_VEC(struct zw_step) way; /* by the interpreter */
	struct zw_str trace;	    /* by the kernel; lines */
	bool again;		    /* it differed when it was sent again */
};

struct zw_lab_count {
	const char *what; /* a literal */
	u64 n;
};

struct zw_lab_result {
	u64 sent, fates[ZW_FATE_COUNT];
	u64 either;  /* allowed by one of several outcomes */
	u64 nothing; /* about which the interpreter has no opinion */
	struct zw_str nothing_reason; /* of the first of them */
	u64 differences;
	ZW_VEC(struct zw_difference) shown;
	ZW_VEC(struct zw_lab_count) kinds;
	size_t targets, tried; /* boxes, and those that a packet was sent for */
};

struct zw_lab {
	struct zw_arena *arena;
	const struct zw_network *network;
	const struct zw_ruleset *ruleset;
	struct zw_testbed *bed;
	struct zw_oracle oracle;
	struct zw_random random;
	struct zw_capture *capture; /* or NULL */
	struct zw_met *met;	    /* of RULESET */
	bool noted; /* what is met is noted: the oracle is RULESET's */
	struct zw_lab_result result;
	/* The connections since conntrack was emptied: hashes of their ends. */
	u64 used[4096];
	u32 used_count;
	u32 number;
	/* Called now and then with a share done in 0..1000; may be NULL. */
	void (*progress)(void *context, unsigned done);
	void *progress_context;
};

/* The calling process leaves its network for an empty one, for good, so that
 * nothing it does can reach the other; one that is not root becomes root of a
 * namespace for users. 0 or negative errno. */
int zw_lab_enter(void);

/* Build the bed of LAB->network, without rules; false with the reason in
 * ERROR. */
bool zw_lab_build(struct zw_lab *lab, struct zw_buf *error);
/* Send PROBES shots at AIM's targets in turn. False where the bed failed:
 * ERROR. */
bool zw_lab_shoot(struct zw_lab *lab, struct zw_aim *aim, u64 probes,
		  struct zw_buf *error);
/* Send one shot and hold what comes against the oracle; FROM and TO name
 * parties or are empty. False where the bed failed. */
bool zw_lab_try(struct zw_lab *lab, const struct zw_shot *shot,
		struct zw_str from, struct zw_str to, struct zw_probe *probe,
		struct zw_buf *error);
/* False where a packet with SHOT's ends, or with those that it will have as E
 * expects it, was noted since connections were last forgotten: they must be,
 * first. */
bool zw_lab_fresh(const struct zw_lab *lab, const struct zw_shot *shot,
		  const struct zw_expectation *e);
/* It is about to be sent. */
void zw_lab_note(struct zw_lab *lab, const struct zw_shot *shot,
		 const struct zw_expectation *e);
/* Forget all connections. */
bool zw_lab_forget(struct zw_lab *lab, struct zw_buf *error);
void zw_lab_close(struct zw_lab *lab);

#endif
