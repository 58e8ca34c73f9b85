/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an opinion is made of, for the files that form it. */
#ifndef ZW_TESTS_OPINION_INSIDE_H
#define ZW_TESTS_OPINION_INSIDE_H

#include "tests/packets/opinion.h"
#include "verifier/interpret.h"

struct zw_opinion {
	struct zw_arena *arena;
	struct zw_ruleset ruleset;
	struct zw_interpreter *interpreter;
	struct zw_run run;
	struct zw_buf text;
};

#endif
