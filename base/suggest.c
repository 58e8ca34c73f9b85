/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean": the nearest candidate by optimal string alignment, that is
 * insertions, deletions, substitutions and swaps of neighbours, each counted
 * once and no piece edited twice. Bytes are compared, not characters. Words
 * over WORD_MAX bytes get no suggestion, which bounds the work per candidate.
 */
#include "base/diag.h"

#include <string.h>

#define WORD_MAX 64
#define ROW (WORD_MAX + WORD_MAX / 3 + 2)

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The distance of A and B; needs a.n <= WORD_MAX, b.n < ROW. */
static size_t distance(struct zw_str a, struct zw_str b)
{
	size_t rows[3][ROW];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t i, j;

	for (j = 0; j <= b.n; j++)
		last[j] = j;
	for (i = 1; i <= a.n; i++) {
		size_t *free_row = before;

		now[0] = i;
		for (j = 1; j <= b.n; j++) {
			size_t change = a.p[i - 1] != b.p[j - 1];

			now[j] = least(last[j - 1] + change,
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.n];
}

struct zw_str zw_suggest(struct zw_str word, const struct zw_str *candidates,
			 size_t n)
{
	struct zw_str best = { "", 0 };
	size_t limit = word.n < 3 ? 1 : word.n / 3;
	size_t i, d, nearest = limit + 1;

	if (!word.n || word.n > WORD_MAX)
		return best;
	for (i = 0; i < n; i++) {
		struct zw_str c = candidates[i];

		if (c.n > word.n + limit || c.n + limit < word.n)
			continue;
		d = distance(word, c);
		/* the word itself is no help, nor is one that shares nothing */
		if (!d || d >= (c.n > word.n ? c.n : word.n) || d > nearest)
			continue;
		/* of two as near, the one that begins alike: hardly anybody
		 * mistypes the first letter */
		if (d == nearest &&
		    (!best.n || best.p[0] == word.p[0] || c.p[0] != word.p[0]))
			continue;
		nearest = d;
		best = c;
	}
	return best;
}
