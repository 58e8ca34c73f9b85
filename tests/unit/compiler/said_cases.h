/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZW_TESTS_UNIT_COMPILER_SAID_CASES_H
#define ZW_TESTS_UNIT_COMPILER_SAID_CASES_H

#include <stddef.h>

/* A policy, perhaps a claims file, and what fixture_said() gives. */
struct said_case {
	const char *name, *policy, *claims, *said;
};

extern const struct said_case said_cases[];
extern const size_t said_case_count;

#endif
