/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to become of a shot, by the concrete interpreter on the proved
 * ruleset and by the network's routes; and whether that is what became of it.
 * Law: the interpreter runs on the bytes that were proved, never on what a
 * kernel says it holds. What hangs on more than packet and ruleset (a limit, a
 * dynamic set) may come out either way; what the interpreter does not model is
 * no opinion at all. */
#ifndef ZW_LAB_ORACLE_H
#define ZW_LAB_ORACLE_H

#include "lab/network.h"
#include "lab/shot.h"
#include "verifier/interpret.h"

struct zw_oracle {
	const struct zw_interpreter *interpreter;
	const struct zw_network *network;
	/* Numbers of interfaces as the ruleset means them; NULL: as the bed
	 * has them. */
	const struct zw_gateway *gateway;
};

enum zw_fate {
	ZW_FATE_PASSES,	  /* leaves by .out */
	ZW_FATE_LOCAL,	  /* is taken by the gateway itself */
	ZW_FATE_REJECTED, /* is refused with an answer */
	ZW_FATE_DROPPED,
	ZW_FATE_DIES, /* in routing, after the rules let it go on */
	ZW_FATE_COUNT,
};

struct zw_expectation {
	enum zw_fate fate;
	unsigned out;
	struct zw_run run;
};

enum zw_judgement {
	ZW_JUDGED_SAME,
	ZW_JUDGED_EITHER, /* one of several that are possible */
	ZW_JUDGED_DIFFERS,
	ZW_JUDGED_NOTHING, /* no opinion: .run.unmodelled_reason */
};

/* The everyday outcome: limits hold, the first possible state. TRACE may be
 * NULL. */
void zw_oracle_expect(const struct zw_oracle *oracle,
		      const struct zw_shot *shot, struct zw_trace *trace,
		      struct zw_expectation *expectation);

/* Hold PROBE, what became of SHOT, against all outcomes that are possible.
 * MET (may be NULL) learns what the everyday one meets. EXPECTATION is that
 * one, or the one that PROBE agrees with. WRONG is
 * a literal that says what differs, of ZW_JUDGED_DIFFERS. */
enum zw_judgement
zw_oracle_judge(const struct zw_oracle *oracle, const struct zw_shot *shot,
		const struct zw_probe *probe, struct zw_trace *met,
		struct zw_expectation *expectation, const char **wrong);

/* The answer that the gateway itself gives to SHOT, a plain one that it takes
 * (where nobody listens: a reset, an echo reply, an ICMP error) or, as EXPECTED
 * has it, refuses; to be judged as what the gateway sends. */
void zw_oracle_answer(const struct zw_oracle *oracle,
		      const struct zw_shot *shot,
		      const struct zw_expectation *expected,
		      struct zw_shot *answer);

/* "leaves by dmz0 as ...", "is dropped". */
void zw_oracle_print(struct zw_buf *out, const struct zw_oracle *oracle,
		     const struct zw_shot *shot,
		     const struct zw_expectation *expectation);
/* What became of it in the same words. */
void zw_oracle_print_probe(struct zw_buf *out, const struct zw_oracle *oracle,
			   const struct zw_probe *probe);

#endif
