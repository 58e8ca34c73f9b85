/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of policies between which a gateway reloads, and the packets that say
 * whether it did so without a gap. */
#ifndef ZW_TESTS_RELOAD_CASES_H
#define ZW_TESTS_RELOAD_CASES_H

#include "base/str.h"
#include "tests/reload/bed.h"

struct zw_reload_case {
	const char *name;
	/* What follows the zones in either policy. */
	const char *rules[2];
	/* Write the files that the rules name into the present folder; ELEMENTS
	 * each. NULL: none. */
	void (*files)(unsigned elements);
	unsigned elements;
	unsigned rounds; /* reloads as a rule */
	/* Besides the streams that every case has; they end at a NULL name. */
	struct zw_stream streams[8];
};

extern const struct zw_reload_case zw_reload_cases[];
extern const size_t zw_reload_case_count;

/* Write the two policies "a/torture.zw" and "b/torture.zw" and their files into
 * the present folder, which has the folders. Of one name, so that rules that
 * did not change carry the same comment. */
void zw_reload_case_write(const struct zw_reload_case *reload);

/* Fill STREAMS (room for ZW_STREAMS) with those of the case and those that
 * every case has; returns how many. The connections that they belong to are
 * made now, so one of the policies must be in force. */
unsigned zw_reload_case_streams(const struct zw_reload_case *reload,
				struct zw_testbed *bed,
				struct zw_stream *streams);

#endif
