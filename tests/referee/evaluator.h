/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The third opinion: what a policy says about one packet, read off its syntax
 * tree. Law: written from the language's page, docs/FLOWS.md and
 * docs/TRANSLATION.md alone; it calls nothing of compiler/, statement/ or
 * verifier/, looks things up by walking lists, and asks of sets only "is this
 * address in it". Slow on purpose. */
#ifndef ZW_TESTS_EVALUATOR_H
#define ZW_TESTS_EVALUATOR_H

#include "grammar/ast.h"
#include "tests/harness/sample.h"

enum zw_answer {
	ZW_ANSWER_DROP,
	ZW_ANSWER_ACCEPT,
	ZW_ANSWER_RESET,      /* rejected with a TCP reset */
	ZW_ANSWER_PROHIBITED, /* rejected, ICMP administratively prohibited */
};

/* What becomes of a packet. The translation is a first packet's; later ones
 * follow their entries. */
struct zw_evaluation {
	enum zw_answer answer;
	bool translates; /* the packet is a first one that passes */
	/* Its destination then: the one it had, or the published host. */
	struct zw_ip dst;
	u16 port; /* of protocols that have them */
	/* Its source: as it was, the address of the output interface, or one of
	 * FROM_LO..FROM_HI. */
	bool masqueraded, from_another;
	u128 from_lo, from_hi;
};

struct zw_evaluator;
/* Lives in ARENA, borrows AST. FOLDER: where `file "..."` is looked up. */
struct zw_evaluator *zw_evaluator_new(struct zw_arena *arena,
				      const struct zw_ast *ast,
				      const char *folder);
/* Of a policy of several gateways, what one of them does: GATEWAY, or the first
 * (NULL). *SEEN is the policy as it sees it; else AST. */
struct zw_evaluator *zw_evaluator_at(struct zw_arena *arena,
				     const struct zw_ast *ast,
				     const char *folder, const char *gateway,
				     const struct zw_ast **seen);
void zw_evaluate(const struct zw_evaluator *evaluator,
		 const struct zw_sample *sample,
		 struct zw_evaluation *evaluation);
/* The answer alone. */
enum zw_answer zw_evaluator_answer(const struct zw_evaluator *evaluator,
				   const struct zw_sample *sample);
const char *zw_answer_name(enum zw_answer answer);

/* If SAMPLE were accepted, would that break what always holds? `never dmz ->
 * internal`, in every conntrack state for packets of the original direction. */
bool zw_evaluator_dmz_to_internal(const struct zw_evaluator *evaluator,
				  const struct zw_sample *sample);
/* `unspoofed dmz, internal`. */
bool zw_evaluator_spoofed(const struct zw_evaluator *evaluator,
			  const struct zw_sample *sample);

#endif
