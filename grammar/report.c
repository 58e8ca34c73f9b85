/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A syntax error in words that a person understands. The parser gives the
 * token found and all that could have stood in its place; from these, and from
 * the token before, the message names what is due ("a zone name", "an
 * option") and leaves out what is merely possible. A misspelt word is met with
 * the nearest one among those that would have been right. */
#include "grammar/scan.h"

#include "grammar/habits.h"
#include "grammar/words.h"

#define MOST_NAMED 5

struct expectation {
	const char *const *v; /* aliases of tokens */
	size_t n;
};

static bool expects(const struct expectation *set, const char *alias)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (!strcmp(set->v[i], alias))
			return true;
	}
	return false;
}

static unsigned classes_of(const char *alias)
{
	const struct zw_word *word = zw_word_find(zw_str_from(alias));

	return word ? word->classes : 0;
}

/* Can a member of a zone stand there, more than a gateway's block takes? */
static bool expects_members(const struct expectation *set)
{
	return expects(set, "network") && expects(set, "interface");
}

static size_t count_class(const struct expectation *set, unsigned class)
{
	size_t i, n = 0;

	for (i = 0; i < set->n; i++)
		n += (classes_of(set->v[i]) & class) != 0;
	return n;
}

/* -- what was found -- */

static const char *found_text(struct zw_parse *parse, int found)
{
	struct zw_span span = parse->layout.last_span;

	if (!span.len)
		return "the end of the file";
	if (found == TOKEN_END && parse->text.p[span.off] != ';')
		return "the end of the line";
	return zw_strf(parse->arena, "'%s'", zw_quoted(parse, span)).p;
}

/* " after 'x'", or nothing at the start of a statement. */
static const char *behind_text(struct zw_parse *parse)
{
	if (parse->layout.previous == TOKEN_END)
		return "";
	return zw_strf(parse->arena, " after '%s'",
		       zw_quoted(parse, parse->layout.previous_span))
		.p;
}

/* -- what was due -- */

struct phrases {
	const char *v[MOST_NAMED];
	size_t n;
	bool more;
};

static void say(struct phrases *phrases, const char *what)
{
	if (phrases->n == MOST_NAMED)
		phrases->more = true;
	else
		phrases->v[phrases->n++] = what;
}

static const char *name_phrase(struct zw_parse *parse,
			       const struct expectation *set)
{
	if (expects(set, "self"))
		return parse->layout.previous == TOKEN_PUBLISH
			       ? "a host (zone.host)"
		       : expects(set, "a text in double quotes")
			       ? "an interface name"
			       : "a zone name";
	if (expects(set, "any"))
		return "a service";
	if (expects(set, "an address"))
		return "an address or the name of a define";
	switch (parse->layout.previous) {
	case TOKEN_DOT:
	case TOKEN_HOST:
		return "a host name";
	case TOKEN_ZONE:
		return "the zone's name";
	case TOKEN_GATEWAY:
		return "the gateway's name";
	case TOKEN_BETWEEN:
		return "a gateway's name";
	case TOKEN_INTERFACE:
	case TOKEN_LINK:
		return "a zone name";
	case TOKEN_SLASH:
		return "an ICMP type";
	default:
		return "a name";
	}
}

/* Signs that continue what stands there are left out where something else can
 * follow as well; they are hardly what was forgotten. */
static bool merely_possible(const char *alias)
{
	static const char *const signs[] = { ",", "(", ".",	"/",
					     "-", ";", "except" };
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!strcmp(alias, signs[i]))
			return true;
	}
	return false;
}

static bool is_sign(const char *alias)
{
	return strchr("-,:=/.;*(){}", alias[0]) != NULL;
}

/* The phrase for one alias; NULL if another phrase covers it. */
static const char *phrase(struct zw_parse *parse, const struct expectation *set,
			  const char *alias)
{
	unsigned classes = classes_of(alias);
	bool name = expects(set, "a name");

	if (!strcmp(alias, "a name"))
		return name_phrase(parse, set);
	if (!strcmp(alias, "a name that starts with a digit"))
		return NULL;
	if (name && (classes || !strcmp(alias, "an address") ||
		     (!strcmp(alias, "a number") &&
		      expects(set, "a name that starts with a digit")) ||
		     (!strcmp(alias, "a text in double quotes") &&
		      expects(set, "self"))))
		return NULL;
	if (classes & ZW_WORD_OPTION && count_class(set, ZW_WORD_OPTION) > 2)
		return NULL;
	if (classes & ZW_WORD_MEMBER && expects_members(set))
		return NULL;
	if (!strcmp(alias, "a number") && expects(set, "{"))
		return "a port";
	if (classes || is_sign(alias))
		return zw_strf(parse->arena, "'%s'", alias).p;
	return alias;
}

static const char *due_text(struct zw_parse *parse,
			    const struct expectation *set)
{
	struct phrases phrases = { .n = 0 };
	struct zw_buf text = { 0 };
	const char *all;
	size_t i, j;

	for (i = 0; i < set->n; i++) {
		const char *alias = set->v[i];

		if (set->n > 1 && merely_possible(alias) &&
		    !(set->n == 2 && expects(set, ",")))
			continue;
		alias = phrase(parse, set, alias);
		if (alias)
			say(&phrases, alias);
	}
	if (!expects(set, "a name")) {
		if (expects_members(set))
			say(&phrases, "a member of the zone");
		if (count_class(set, ZW_WORD_OPTION) > 2)
			say(&phrases, "an option");
	}
	for (j = 0; j < phrases.n; j++) {
		if (j)
			zw_buf_puts(&text, j + 1 < phrases.n || phrases.more
						   ? ", "
						   : " or ");
		zw_buf_puts(&text, phrases.v[j]);
	}
	if (phrases.more)
		zw_buf_puts(&text, " or the like");
	all = zw_cstr(parse->arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
	return all;
}

/* -- the nearest right word -- */

/* A word of another language for one of the candidates. */
static struct zw_str habit(struct zw_str text, const struct zw_str *candidates,
			   size_t n)
{
	struct zw_str ours = zw_habit(text);
	size_t i;

	for (i = 0; i < n; i++) {
		if (zw_str_eq(candidates[i], ours))
			return ours;
	}
	return (struct zw_str){ "", 0 };
}

static void suggest(struct zw_parse *parse, const struct expectation *set,
		    struct zw_diag *diag)
{
	struct zw_str candidates[128], best;
	struct zw_span span = parse->layout.last_span;
	size_t i, n = 0;

	for (i = 0; i < set->n && n < 128; i++) {
		if (classes_of(set->v[i]))
			candidates[n++] = zw_str_from(set->v[i]);
	}
	best = zw_suggest(zw_sources_text(parse->reading->sources, span),
			  candidates, n);
	if (!best.n)
		best = habit(zw_sources_text(parse->reading->sources, span),
			     candidates, n);
	if (best.n)
		zw_mistake_help(parse, diag, "did you mean '%.*s'?",
				ZW_STR_ARG(best));
}

static bool is_word(int token)
{
	return token == TOKEN_NAME || zw_word_of_token(token);
}

/* -- the kinds of mistakes -- */

static void unclosed(struct zw_parse *parse, struct zw_span other,
		     const char *what)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_diag *diag;
	bool paren = layout->blamed.opener == '(';

	diag = zw_mistake(parse, ZW_Z0004, layout->blamed.span,
			  "'%c' is not closed", paren ? '(' : '{');
	if (!diag)
		return;
	if (other.len)
		zw_diag_label(parse->reading->diags, diag, other, "%s", what);
	else
		zw_diag_note(parse->reading->diags, diag,
			     "the file ends before it is closed");
	zw_mistake_help(parse, diag, "close it with '%c'", paren ? ')' : '}');
}

/* The word before, first in its line, was taken as a name; it did not go on
 * like one. */
static bool suspect_was_statement(const struct zw_layout *layout, int found)
{
	return layout->suspect.file != ZW_NO_FILE &&
	       layout->suspect.off == layout->previous_span.off &&
	       is_word(found);
}

/* Mistakes about brackets; false if it is none. */
static bool bracket_mistake(struct zw_parse *parse, int found)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_span span = layout->last_span;
	bool closer = found == TOKEN_CLOSE_PAREN || found == TOKEN_CLOSE_BRACE;
	bool opener = found == TOKEN_OPEN_PAREN || found == TOKEN_OPEN_BRACE;

	if (found == TOKEN_UNCLOSED)
		unclosed(parse, span, "a statement starts here");
	else if (suspect_was_statement(layout, found))
		unclosed(parse, layout->suspect, "a statement starts here");
	else if ((found == TOKEN_ARROW || found == TOKEN_COLON) &&
		 layout->depth && layout->blamed.opener != '{')
		unclosed(parse, span, "this cannot stand inside");
	else if (closer && layout->closer == ZW_CLOSER_CROSSED)
		unclosed(parse, span, "something else is closed here");
	else if (closer && layout->closer == ZW_CLOSER_STRAY)
		zw_mistake(parse, ZW_Z0004, span, "'%c' closes nothing",
			   parse->text.p[span.off]);
	else if (opener && layout->nested)
		zw_mistake(parse, ZW_Z0005, span,
			   "'%c' inside another bracket that takes none",
			   parse->text.p[span.off]);
	else
		return false;
	return true;
}

static void statement_start(struct zw_parse *parse, int found,
			    const struct expectation *set)
{
	const struct zw_word *word = zw_word_of_token(found);
	struct zw_span span = parse->layout.last_span;
	struct zw_diag *diag;

	if (!is_word(found)) {
		zw_mistake(parse, ZW_Z0001, span,
			   "expected a statement, found %s",
			   found_text(parse, found));
		return;
	}
	diag = zw_mistake(parse, ZW_Z0007, span,
			  "no statement starts with '%s'",
			  zw_quoted(parse, span));
	if (word && (word->classes & ZW_WORD_MEMBER))
		zw_mistake_help(parse, diag,
				"'%s' stands inside a zone's braces",
				zw_quoted(parse, span));
	else
		suggest(parse, set, diag);
}

static bool is_reserved(int token)
{
	const struct zw_word *word = zw_word_of_token(token);

	return word && (word->classes & ZW_WORD_RESERVED);
}

/* A dot, a star and the like behind an unquoted interface name. */
static bool unquoted_interface(const struct zw_parse *parse, int found,
			       const struct expectation *set)
{
	if (found != TOKEN_DOT && found != TOKEN_STAR && found != TOKEN_COLON)
		return false;
	return expects(set, "interface") && expects(set, "not") &&
	       parse->layout.depth;
}

static struct zw_diag *unquoted(struct zw_parse *parse)
{
	struct zw_span span = parse->layout.previous_span;
	struct zw_diag *diag;

	while (span.off + span.len < parse->text.n &&
	       !strchr(" \t\r\n,;}#\"", parse->text.p[span.off + span.len]))
		span.len++;
	diag = zw_mistake(parse, ZW_Z0018, span,
			  "this interface name stands in quotes");
	zw_mistake_help(parse, diag, "write \"%s\"", zw_quoted(parse, span));
	return diag;
}

static struct zw_diag *in_statement(struct zw_parse *parse, int found,
				    const struct expectation *set)
{
	struct zw_span span = parse->layout.last_span;

	if (is_reserved(found) && expects(set, "a name"))
		return zw_mistake(parse, ZW_Z0014, span,
				  "'%s' is a reserved word and no name",
				  zw_quoted(parse, span));
	if (unquoted_interface(parse, found, set))
		return unquoted(parse);
	if (expects(set, "->"))
		return zw_mistake(parse, ZW_Z0008, span,
				  "expected '->'%s, found %s",
				  behind_text(parse), found_text(parse, found));
	if (expects(set, "a date"))
		return zw_mistake(
			parse, ZW_Z0015, span,
			"expected a date such as 2027-01-31, found %s",
			found_text(parse, found));
	return zw_mistake(parse, ZW_Z0001, span, "expected %s%s, found %s",
			  due_text(parse, set), behind_text(parse),
			  found_text(parse, found));
}

static bool is_text(struct zw_parse *parse, struct zw_span span,
		    const char *word)
{
	return zw_str_is(zw_sources_text(parse->reading->sources, span), word);
}

static bool is_protocol(struct zw_parse *parse, struct zw_span span)
{
	return is_text(parse, span, "tcp") || is_text(parse, span, "udp") ||
	       is_text(parse, span, "sctp");
}

/* Ports as other languages write them: "port 80", ": 80", "tcp:80". */
static bool services_help(struct zw_parse *parse, int found,
			  const struct expectation *set, struct zw_diag *diag)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_span span = layout->last_span;

	if (found == TOKEN_COLON && is_protocol(parse, layout->previous_span))
		zw_mistake_help(parse, diag, "write %s/PORT",
				zw_quoted(parse, layout->previous_span));
	else if (found == TOKEN_NUMBER && layout->previous == TOKEN_COLON &&
		 expects(set, "any"))
		zw_mistake_help(parse, diag,
				"a port has a protocol: tcp/%s or udp/%s",
				zw_quoted(parse, span), zw_quoted(parse, span));
	else if (expects(set, ":") &&
		 (is_text(parse, span, "port") ||
		  is_text(parse, span, "dport") ||
		  is_text(parse, span, "service") || is_protocol(parse, span)))
		zw_mistake_help(parse, diag,
				"services stand behind a colon: ': tcp/443'");
	else
		return false;
	return true;
}

static void syntax_mistake(struct zw_parse *parse, int found,
			   const struct expectation *set)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_diag *diag;

	if (bracket_mistake(parse, found))
		return;
	if (layout->previous == TOKEN_END) {
		statement_start(parse, found, set);
		return;
	}
	diag = in_statement(parse, found, set);
	if (!diag)
		return;
	if (layout->comma.file != ZW_NO_FILE)
		zw_diag_label(parse->reading->diags, diag, layout->comma,
			      "the list goes on after this comma");
	if (services_help(parse, found, set, diag))
		return;
	if (is_word(found))
		suggest(parse, set, diag);
	else if (found == TOKEN_ADDRESS && expects(set, "self"))
		zw_mistake_help(parse, diag,
				"addresses narrow a zone: zone(%s)",
				zw_quoted(parse, layout->last_span));
}

void zw_report_syntax(struct zw_parse *parse, int found,
		      const char *const *expected, size_t n)
{
	struct expectation set = { expected, n };

	if (!parse->failed)
		syntax_mistake(parse, found, &set);
	parse->failed = parse->silent = true;
	parse->layout.recovering = found != TOKEN_END;
}
