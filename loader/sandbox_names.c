/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a text of nft needs, by its words alone: `device NAME`,
 * `devices = { NAMES }`, with variables as the `define` lines before say and
 * files as the `include` lines do. More names than needed do no harm; one too
 * few makes nft refuse the text, with its own message. */
#include <glob.h>

#include "base/source.h"
#include "loader/sandbox.h"

#define TEXT_LIMIT ((size_t)64 << 20)
#define DEPTH 16

struct define {
	struct zw_str name;
	zw_names words;
};

struct scan {
	struct zw_arena *arena;
	struct zw_str text;
	size_t at;
	u32 depth;
	zw_names *names;
};

typedef ZW_VEC(struct define) define_list;

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
	       c == '$' || c == '@' || c == '/' || c == ':' || c == '\\';
}

/* The next word, string (without its quotes) or single sign; empty at the
 * end. A newline is a sign. */
static struct zw_str next(struct scan *s)
{
	const char *p = s->text.p;
	size_t n = s->text.n, from;

	while (s->at < n && (p[s->at] == ' ' || p[s->at] == '\t' ||
			     p[s->at] == '\r' || p[s->at] == '#')) {
		if (p[s->at] == '#') {
			while (s->at < n && p[s->at] != '\n')
				s->at++;
		} else {
			s->at++;
		}
	}
	from = s->at;
	if (from == n)
		return (struct zw_str){ p + n, 0 };
	if (p[from] == '"') {
		for (s->at++; s->at < n && p[s->at] != '"'; s->at++)
			;
		s->at += s->at < n;
		return (struct zw_str){ p + from + 1, s->at - from >= 2
							      ? s->at - from - 2
							      : 0 };
	}
	while (s->at < n && in_word(p[s->at]))
		s->at++;
	s->at += s->at == from;
	return (struct zw_str){ p + from, s->at - from };
}

static bool sign(struct zw_str word, char c)
{
	return word.n == 1 && word.p[0] == c;
}

static void add(struct scan *s, zw_names *names, struct zw_str word)
{
	size_t i;

	if (!word.n || word.n > 15 || !in_word(word.p[0]) || word.p[0] == '$')
		return;
	for (i = 0; i < names->n; i++) {
		if (zw_str_eq(names->v[i], word))
			return;
	}
	zw_push(s->arena, *names, zw_str_copy(s->arena, word));
}

/* A value: a word, a variable, or any of them in braces. */
static void value(struct scan *s, const define_list *defines, zw_names *names)
{
	struct zw_str word = next(s);
	bool braces = sign(word, '{');
	size_t i, k;

	if (braces)
		word = next(s);
	while (word.n && !sign(word, '}')) {
		for (i = 0; word.p[0] == '$' && i < defines->n; i++) {
			struct zw_str name = { word.p + 1, word.n - 1 };
			const struct define *d = &defines->v[i];

			for (k = 0; zw_str_eq(d->name, name) && k < d->words.n;
			     k++)
				add(s, names, d->words.v[k]);
		}
		add(s, names, word);
		if (!braces)
			break;
		word = next(s);
	}
}

static void scan_text(struct zw_arena *arena, struct zw_str text, u32 depth,
		      define_list *defines, zw_names *names);

static void include(struct scan *s, define_list *defines)
{
	struct zw_str pattern = next(s), text;
	glob_t found = { 0 };
	size_t i;

	if (s->depth >= DEPTH || !pattern.n ||
	    glob(zw_cstr(s->arena, pattern), 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		if (!zw_read_file(s->arena, found.gl_pathv[i], TEXT_LIMIT,
				  &text))
			scan_text(s->arena, text, s->depth + 1, defines,
				  s->names);
	}
	globfree(&found);
}

static void define(struct scan *s, define_list *defines)
{
	struct define d = { .name = zw_str_copy(s->arena, next(s)) };

	if (!sign(next(s), '='))
		return;
	value(s, defines, &d.words);
	zw_push(s->arena, *defines, d);
}

static void scan_text(struct zw_arena *arena, struct zw_str text, u32 depth,
		      define_list *defines, zw_names *names)
{
	struct scan s = {
		.arena = arena, .text = text, .depth = depth, .names = names
	};
	struct zw_str word;
	size_t before;

	for (word = next(&s); word.n; word = next(&s)) {
		if (zw_str_is(word, "define")) {
			define(&s, defines);
		} else if (zw_str_is(word, "include")) {
			include(&s, defines);
		} else if (zw_str_is(word, "device") ||
			   zw_str_is(word, "devices")) {
			before = s.at;
			if (!sign(next(&s), '='))
				s.at = before;
			value(&s, defines, names);
		}
	}
}

void zw_sandbox_devices(struct zw_arena *arena, struct zw_str text,
			zw_names *names)
{
	define_list defines = { 0 };

	scan_text(arena, text, 0, &defines, names);
}
