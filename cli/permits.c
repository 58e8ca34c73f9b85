/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comments are looked for in the texts of all policy files; what stands in a
 * string is no comment. */
#include "cli/permits.h"

#include <string.h>

struct permit {
	u32 file, line; /* of the statement that it is about */
	enum zw_code code;
	struct zw_span span; /* of "permit Zdddd" */
	bool reasoned;
	bool used;
};

struct permits {
	ZW_VEC(struct permit) list;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool starts(struct zw_str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && !memcmp(s.p, word, n);
}

/* What stands behind the "#" of LINE, or nothing. */
static struct zw_str comment_of(struct zw_str line)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < line.n; i++) {
		if (line.p[i] == '"')
			quoted = !quoted;
		if (line.p[i] == '#' && !quoted)
			return (struct zw_str){ line.p + i + 1,
						line.n - i - 1 };
	}
	return (struct zw_str){ line.p + line.n, 0 };
}

static bool is_alone(struct zw_str line, struct zw_str comment)
{
	const char *at = line.p;

	while (at < comment.p - 1 && is_blank(*at))
		at++;
	return comment.n && at == comment.p - 1;
}

/* A comment of the form wanted; *REST: what stands behind the code. */
static bool read_permit(struct zw_str comment, struct permit *permit,
			struct zw_str *rest)
{
	struct zw_str s = comment, name;

	while (s.n && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	if (!starts(s, "permit Z"))
		return false;
	name = (struct zw_str){ s.p + 7, s.n - 7 < 5 ? s.n - 7 : 5 };
	if (name.n < 5 || !zw_code_find(name, &permit->code))
		return false;
	*rest = (struct zw_str){ name.p + 5, s.n - 12 };
	return true;
}

static bool has_reason(struct zw_str rest)
{
	size_t i = 0;

	if (!rest.n || rest.p[0] != ':')
		return false;
	for (i = 1; i < rest.n; i++) {
		if (!is_blank(rest.p[i]))
			return true;
	}
	return false;
}

/* The first line from LINE on that is more than a comment. */
static u32 next_statement(const struct zw_sources *sources, u32 file, u32 line)
{
	u32 last = (u32)zw_sources_get(sources, file)->line_count;

	while (line < last) {
		struct zw_str text = zw_sources_line(sources, file, ++line);

		if (!is_alone(text, comment_of(text)))
			return line;
	}
	return line;
}

static void see_line(struct zw_cli *cli, u32 file, u32 line,
		     struct permits *out)
{
	const struct zw_source *source = zw_sources_get(cli->sources, file);
	struct zw_str text = zw_sources_line(cli->sources, file, line);
	struct zw_str comment = comment_of(text), rest;
	struct permit permit = { .file = file, .line = line };

	if (!comment.n || !read_permit(comment, &permit, &rest))
		return;
	permit.reasoned = has_reason(rest);
	permit.span =
		(struct zw_span){ file, (u32)(rest.p - 12 - source->text.p),
				  12 };
	if (is_alone(text, comment))
		permit.line = next_statement(cli->sources, file, line);
	zw_push(cli->arena, out->list, permit);
}

/* A lint at this place? */
static bool takes_out(struct zw_cli *cli, struct permit *permit,
		      const struct zw_diag *diag)
{
	struct zw_span span = diag->primary.span;

	return permit->reasoned && diag->code == permit->code &&
	       diag->level != ZW_ERROR && span.file == permit->file &&
	       zw_sources_place(cli->sources, span).line == permit->line &&
	       zw_code_info(diag->code)->name[1] == '3';
}

static bool is_permitted(struct zw_cli *cli, struct permits *permits,
			 const struct zw_diag *diag)
{
	size_t i;
	bool found = false;

	for (i = 0; i < permits->list.n; i++) {
		if (!takes_out(cli, &permits->list.v[i], diag))
			continue;
		permits->list.v[i].used = found = true;
	}
	return found;
}

static void complain(struct zw_cli *cli, const struct permit *permit)
{
	struct zw_diag *diag;

	if (permit->used)
		return;
	if (!permit->reasoned) {
		diag = zw_diag(&cli->diags, ZW_Z3034, permit->span,
			       "a lint is permitted only with a reason");
		zw_diag_help(&cli->diags, diag,
			     "write it behind a colon: # permit %s: REASON",
			     zw_code_info(permit->code)->name);
		return;
	}
	diag = zw_diag(&cli->diags, ZW_Z3034, permit->span,
		       "%s is not found here",
		       zw_code_info(permit->code)->name);
	zw_diag_help(&cli->diags, diag,
		     "take the comment out, or it hides the next one");
}

size_t zw_permits_apply(struct zw_cli *cli)
{
	struct permits permits = { 0 };
	size_t i, kept = 0, n = cli->diags.list.n;
	u32 file, line;

	for (file = 0; file < zw_sources_count(cli->sources); file++) {
		const struct zw_source *s = zw_sources_get(cli->sources, file);

		for (line = 1; line <= s->line_count; line++)
			see_line(cli, file, line, &permits);
	}
	for (i = 0; i < n; i++) {
		if (!is_permitted(cli, &permits, cli->diags.list.v[i]))
			cli->diags.list.v[kept++] = cli->diags.list.v[i];
	}
	cli->diags.list.n = kept;
	for (i = 0; i < permits.list.n; i++)
		complain(cli, &permits.list.v[i]);
	return n - kept;
}
