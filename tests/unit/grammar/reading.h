/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One text read, with all that belongs to it. Law: free with reading_free(). */
#ifndef ZW_TESTS_UNIT_GRAMMAR_READING_H
#define ZW_TESTS_UNIT_GRAMMAR_READING_H

#include "grammar/grammar.h"

struct reading {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_ast ast;
};

/* Read N bytes of TEXT as the file NAME. */
void reading_of(struct reading *reading, const char *name, const char *text,
		size_t n);
void reading_of_file(struct reading *reading, const char *path);
void reading_free(struct reading *reading);

/* All statements as printed, one a line. In the arena. */
const char *reading_printed(struct reading *reading);
/* The tree; without spans unless SPANS. In the arena. */
const char *reading_dump(struct reading *reading, bool spans);
/* Every diagnostic as "Zdddd LINE:COLUMN+LENGTH message", one a line. */
const char *reading_mistakes(struct reading *reading);

/* Check that what was read, when printed, reads as the same tree and prints as
 * the same text. WHAT names the case. */
void reading_check_again(struct reading *first, const char *what);

#endif
