/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyword table, expanded, and its two look-ups: by spelling (binary
 * search: the file is sorted, a unit test says so) and by token. */
#include "grammar/words.h"

#include "grammar/parse.tab.h"

static const struct zw_word words[] = {
#define ZW_WORD(token, text, classes) \
	{ { (text), sizeof(text) - 1 }, TOKEN_##token, (classes) },
#include "grammar/keywords.def"
#undef ZW_WORD
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

const struct zw_word *zw_words(size_t *count)
{
	*count = WORD_COUNT;
	return words;
}

const struct zw_word *zw_word_find(struct zw_str text)
{
	size_t lo = 0, hi = WORD_COUNT;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;
		int order = zw_str_cmp(text, words[middle].text);

		if (!order)
			return &words[middle];
		if (order < 0)
			hi = middle;
		else
			lo = middle + 1;
	}
	return NULL;
}

const struct zw_word *zw_word_of_token(int token)
{
	size_t i;

	for (i = 0; i < WORD_COUNT; i++) {
		if (words[i].token == token)
			return &words[i];
	}
	return NULL;
}
