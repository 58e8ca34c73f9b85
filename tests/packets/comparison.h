/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel and interpreter side by side: random packets for the small bed, sent
 * for real and asked of the decoded dump. Law: a comparison that differs fails
 * the test and prints the rules, the packet and both ways. */
#ifndef ZW_TESTS_COMPARISON_H
#define ZW_TESTS_COMPARISON_H

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"
#include "tests/packets/opinion.h"

/* What the bed's kernel holds, decoded; NULL (and a failure) if it cannot be
 * read. RULES is for messages. */
struct zw_opinion *zw_comparison_read(struct zw_testbed *bed,
				      const char *rules);

/* Send FRAME on IN and compare. BROKEN: conntrack may also call the packet
 * invalid. */
bool zw_comparison_frame(struct zw_testbed *bed, struct zw_opinion *opinion,
			 const char *rules, unsigned in,
			 const struct zw_frame *frame,
			 enum zw_opinion_state state, bool broken);

struct zw_comparison {
	unsigned count;
	bool odd;	/* also what ordinary senders do not send */
	bool conntrack; /* the rules use it */
};

/* Compare COUNT random packets under the rules that the kernel holds already;
 * each begins a connection of its own. */
void zw_comparison_many(struct zw_testbed *bed, const char *rules,
			struct zw_random *random,
			const struct zw_comparison *what);

struct zw_ip zw_comparison_address(struct zw_random *random, unsigned zone,
				   bool v6);
u16 zw_comparison_port(struct zw_random *random);

#endif
