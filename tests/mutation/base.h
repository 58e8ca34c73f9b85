/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A proved batch with packets that go each of its ways. Law: what a packet
 * comes to is the concrete interpreter's word; the packets are drawn from the
 * policy's text and chosen so that each rule that decides about any of them
 * has some. */
#ifndef ZW_TESTS_BASE_H
#define ZW_TESTS_BASE_H

#include "tests/harness/drawn.h"

struct probe {
	struct zw_packet packet;
	enum zw_path path;
	enum zw_family family;
	enum zw_pass pass; /* of the batch as it was */
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
	      const struct probe *probe, enum zw_pass *pass);

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
