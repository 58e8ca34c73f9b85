/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the language as a table. Law: the table is sorted by spelling
 * and is the only list of words; token numbers are the parser's. */
#ifndef ZW_GRAMMAR_WORDS_H
#define ZW_GRAMMAR_WORDS_H

#include "base/str.h"

enum zw_word_class {
	ZW_WORD_STATEMENT = 1 << 0, /* starts a statement */
	ZW_WORD_KIND = 1 << 1,	    /* a kind of zone */
	ZW_WORD_MEMBER = 1 << 2,    /* starts a member in a zone's braces */
	ZW_WORD_OPTION = 1 << 3,    /* starts an option of a rule */
	ZW_WORD_PLACE = 1 << 4,	    /* joins the parts of a statement */
	ZW_WORD_VALUE = 1 << 5,	    /* one of a few answers */
	ZW_WORD_RESERVED = 1 << 6,  /* never a name */
};

struct zw_word {
	struct zw_str text;
	int token; /* TOKEN_... of the parser */
	unsigned classes;
};

/* All words, sorted; *COUNT of them. */
const struct zw_word *zw_words(size_t *count);
/* The word spelt TEXT, or NULL. Letters in the written case only. */
const struct zw_word *zw_word_find(struct zw_str text);
/* The word with the parser's TOKEN, or NULL. */
const struct zw_word *zw_word_of_token(int token);

#endif
