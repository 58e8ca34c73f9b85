/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the corpus to cases: the first word of each says what it is. */
#include "tests/corpus/notation.h"

#include <string.h>

#include "base/source.h"
#include "tests/harness/harness.h"

struct zw_str corpus_word(struct zw_str *rest)
{
	struct zw_str word;
	size_t n = 0;

	while (rest->n && (*rest->p == ' ' || *rest->p == '\t')) {
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = (struct zw_str){ rest->p, n };
	rest->p += n;
	rest->n -= n;
	return word;
}

static bool is(struct zw_str word, const char *text)
{
	return zw_str_eq(word, zw_str_from(text));
}

static void words(struct zw_arena *arena, struct zw_str rest, zw_lines *out)
{
	struct zw_str word;

	while ((word = corpus_word(&rest)).n)
		zw_push(arena, *out, word);
}

/* "family inet hook forward [devices a,b]" */
static bool base_chain(struct corpus_case *c, struct zw_str rest)
{
	c->family = corpus_word(&rest);
	if (!is(corpus_word(&rest), "hook"))
		return false;
	c->hook = corpus_word(&rest);
	if (!rest.n)
		return true;
	if (!is(corpus_word(&rest), "device"))
		return false;
	c->devices = corpus_word(&rest);
	return true;
}

static bool statement(struct zw_arena *arena, struct corpus_case *c,
		      struct zw_str keyword, struct zw_str rest)
{
	const struct {
		const char *keyword;
		zw_lines *lines;
	} kinds[] = {
		{ "rule", &c->rules },	    { "table", &c->table },
		{ "text", &c->text },	    { "passes", &c->passes },
		{ "may", &c->may },	    { "within", &c->within },
		{ "lost", &c->lost },	    { "save", &c->save },
		{ "unknown", &c->unknown }, { "prints", &c->prints },
	};
	size_t i;

	if (is(keyword, "expressions")) {
		words(arena, rest, &c->expressions);
		return true;
	}
	if (is(keyword, "built")) {
		c->built = corpus_word(&rest);
		return true;
	}
	if (is(keyword, "family"))
		return base_chain(c, rest);
	while (rest.n && *rest.p == ' ') {
		rest.p++;
		rest.n--;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (is(keyword, kinds[i].keyword)) {
			zw_push(arena, *kinds[i].lines, rest);
			return true;
		}
	}
	return false;
}

void corpus_read(struct zw_arena *arena, const char *file, corpus_cases *cases)
{
	struct corpus_case *c = NULL;
	struct zw_str text, line, keyword;
	const char *end;
	u32 number = 0;
	int err = zw_read_file(arena, file, 1 << 20, &text);

	ZW_CHECK(!err, "%s: %s", file, strerror(-err));
	while (!err && text.n) {
		end = memchr(text.p, '\n', text.n);
		line = (struct zw_str){ text.p,
					end ? (size_t)(end - text.p) : text.n };
		text.p += line.n + (end != NULL);
		text.n -= line.n + (end != NULL);
		number++;
		keyword = corpus_word(&line);
		if (!keyword.n || *keyword.p == '#')
			continue;
		if (is(keyword, "case")) {
			struct corpus_case fresh = { .file = file,
						     .line = number };

			fresh.name = (struct zw_str){ line.p + 1, line.n - 1 };
			zw_push(arena, *cases, fresh);
			c = &cases->v[cases->n - 1];
			continue;
		}
		ZW_CHECK(c && statement(arena, c, keyword, line),
			 "%s:%u: '%.*s' means nothing here", file, number,
			 ZW_STR_ARG(keyword));
	}
}

static void lines(struct zw_buf *out, const zw_lines *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		zw_buf_printf(out, "%.*s\n", ZW_STR_ARG(v->v[i]));
}

void corpus_text(struct zw_buf *out, const struct corpus_case *c)
{
	if (c->save.n) {
		zw_buf_puts(out, "*filter\n:INPUT DROP [0:0]\n"
				 ":FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n");
		lines(out, &c->save);
		zw_buf_puts(out, "COMMIT\n");
		return;
	}
	zw_buf_printf(out, "table %.*s t {\n", ZW_STR_ARG(c->family));
	lines(out, &c->table);
	zw_buf_printf(out, "chain c {\ntype filter hook %.*s ",
		      ZW_STR_ARG(c->hook));
	if (c->devices.n)
		zw_buf_printf(out, "device \"%.*s\" ", ZW_STR_ARG(c->devices));
	zw_buf_puts(out, "priority 0; policy drop;\n");
	lines(out, &c->rules);
	zw_buf_puts(out, "}\n}\n");
	lines(out, &c->text);
}
