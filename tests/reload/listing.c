/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A listing is cut into blocks (set, map, chain) by nft's indentation; a word
 * that is another block's name is a reference to it. Elements of a set are
 * listed in any order, so their words are sorted; rules keep theirs. */
#include "tests/reload/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/str.h"

enum { BLOCKS = 4096, NAME = 256 };

struct block {
	char name[NAME];
	const char *text; /* from its first line */
	size_t n;
	bool chain, reached;
};

struct listing {
	struct block blocks[BLOCKS];
	unsigned n;
};

static bool is_word(char c)
{
	return c && !strchr(" \t\n,;@{}\"", c);
}

static void read_block(struct listing *l, const char *line, const char *end)
{
	struct block *b = &l->blocks[l->n];
	const char *name = strchr(line + 1, ' ') + 1;
	size_t n = 0;

	ZW_ASSERT(l->n < BLOCKS);
	while (is_word(name[n]) && n + 1 < NAME)
		n++;
	memcpy(b->name, name, n);
	b->name[n] = '\0';
	b->text = line;
	b->n = (size_t)(end - line);
	b->chain = !strncmp(line, "\tchain ", 7);
	b->reached = b->chain && memmem(line, b->n, "\n\t\ttype ", 8) &&
		     memmem(line, b->n, " hook ", 6);
	l->n++;
}

static void read_blocks(struct listing *l, const char *text)
{
	const char *line = text, *end;

	while (*line) {
		const char *next = strchr(line, '\n');

		next = next ? next + 1 : line + strlen(line);
		if (!strncmp(line, "\tchain ", 7) ||
		    !strncmp(line, "\tset ", 5) ||
		    !strncmp(line, "\tmap ", 5)) {
			end = strstr(line, "\n\t}\n");
			ZW_ASSERT(end);
			read_block(l, line, end + 4);
			next = end + 4;
		}
		line = next;
	}
}

static struct block *find(struct listing *l, const char *word, size_t n)
{
	unsigned i;

	for (i = 0; i < l->n; i++)
		if (strlen(l->blocks[i].name) == n &&
		    !memcmp(l->blocks[i].name, word, n))
			return &l->blocks[i];
	return NULL;
}

/* Mark what B refers to; true if that was news. */
static bool follow(struct listing *l, const struct block *b)
{
	const char *at = b->text, *end = b->text + b->n;
	bool news = false;

	while (at < end) {
		size_t n = 0;

		while (at + n < end && is_word(at[n]))
			n++;
		if (n > 2 && at[0] == 'z' && at[1] == '_') {
			struct block *other = find(l, at, n);

			if (other && !other->reached)
				news = other->reached = true;
		}
		at += n ? n : 1;
	}
	return news;
}

/* Copy a text without "_g" and digits at the ends of words. */
static void put_stems(struct zw_buf *out, const char *text, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = i + 2;
		if (i + 2 < n && text[i] == '_' && text[i + 1] == 'g') {
			while (k < n && text[k] >= '0' && text[k] <= '9')
				k++;
			if (k > i + 2 && (k == n || !is_word(text[k]))) {
				i = k - 1;
				continue;
			}
		}
		zw_buf_putc(out, text[i]);
	}
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_words(struct zw_buf *out, char *text)
{
	size_t room = strlen(text) / 2 + 2, n = 0, i;
	char **words = calloc(room, sizeof(*words)), *word, *rest = text;

	ZW_ASSERT(words);
	while ((word = strtok_r(rest, " \t\n,", &rest)))
		words[n++] = word;
	qsort(words, n, sizeof(*words), compare_words);
	for (i = 0; i < n; i++)
		zw_buf_printf(out, "%s ", words[i]);
	zw_buf_putc(out, '\n');
	free(words);
}

static int compare_blocks(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return strcmp(x->name, y->name);
}

char *zw_listing_reached(const char *text, unsigned *unreached)
{
	struct listing *l = calloc(1, sizeof(*l));
	struct zw_buf out = { 0 };
	bool news = true;
	unsigned i;

	ZW_ASSERT(l);
	read_blocks(l, text);
	while (news) {
		news = false;
		for (i = 0; i < l->n; i++)
			if (l->blocks[i].reached && follow(l, &l->blocks[i]))
				news = true;
	}
	qsort(l->blocks, l->n, sizeof(l->blocks[0]), compare_blocks);
	if (unreached)
		*unreached = 0;
	zw_buf_puts(&out, "");
	for (i = 0; i < l->n; i++) {
		struct zw_buf stems = { 0 };

		if (!l->blocks[i].reached) {
			/* foreign tables have names of their own */
			if (unreached && !strncmp(l->blocks[i].name, "z_", 2))
				++*unreached;
			continue;
		}
		put_stems(&stems, l->blocks[i].text, l->blocks[i].n);
		if (l->blocks[i].chain)
			zw_buf_puts(&out, stems.data);
		else
			put_words(&out, stems.data);
		zw_buf_free(&stems);
	}
	free(l);
	if (!out.data)
		out.data = calloc(1, 1);
	return out.data;
}
