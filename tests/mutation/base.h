/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A proved batch with packets that go each of its ways. Law: what a packet
 * comes to is the concrete interpreter's word; the packets are drawn from the
 * policy's text and chosen so that each rule that decides about any of them
 * has some. */
#ifndef ZW_TESTS_BASE_H
#define ZW_TESTS_BASE_H

#include "tests/harness/drawn.h"

/* What becomes of a packet; of a first one that passes, with which addresses.
 */
struct outcome {
	enum zw_pass pass;
	bool masqueraded; /* then the source is not known */
	u128 src, dst;
	u16 dport;
};

struct probe {
	struct zw_packet packet;
	struct zw_sample sample; /* which limits are reached */
	enum zw_path path;
	enum zw_family family;
	struct outcome outcome; /* of the batch as it was */
};

struct base {
	char name[64];
	struct zw_buf text;
	struct zw_pipeline pipeline;
	struct zw_drawn drawn; /* for what packets can exist */
	const struct zw_interpreter *interpreter;
	struct zw_sampler *sampler;
	ZW_VEC(struct probe) probes;
};

/* TEXT is copied. False if the policy is refused; free in any case. */
bool base_make(struct base *base, const char *name, struct zw_str text,
	       struct zw_random *random);
void base_free(struct base *base);

/* A further probe, drawn; false if the packet cannot exist. */
bool base_draw(struct base *base, struct zw_random *random,
	       struct probe *probe);
/* What INTERPRETER does with it; false if it cannot say. */
bool base_run(const struct zw_interpreter *interpreter,
	      const struct probe *probe, struct outcome *outcome);
/* The same with another CHOOSE and its CONTEXT. */
bool base_run_by(const struct zw_interpreter *interpreter,
		 const struct probe *probe, zw_choose *choose, void *context,
		 struct outcome *outcome);
bool base_differ(const struct outcome *a, const struct outcome *b);

/* The addresses of sets in MUTANT that are in no set of the base. */
struct changes {
	ZW_VEC(struct zw_ip) addresses;
	ZW_VEC(u32) ports;
};
void base_changes(struct zw_arena *arena, const struct base *base,
		  const struct zw_ruleset *mutant, struct changes *changes);
/* A probe with some of CHANGES in it. */
bool base_draw_changed(struct base *base, struct zw_random *random,
		       const struct changes *changes, struct probe *probe);

#endif
