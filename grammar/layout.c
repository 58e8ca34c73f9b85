/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From raw tokens to those of the grammar: where statements end. A newline
 * outside of brackets ends one unless a comma precedes; so does a semicolon;
 * so does the end of the file. Inside brackets lines are free, therefore a
 * bracket that is never closed would swallow the rest: a word that starts
 * statements, first in its line, where no name is due, is taken as proof of
 * that, and the bracket is blamed. After a mistake everything up to the end of
 * the statement is skipped here, so that the parser meets one error a
 * statement. Brackets are counted without bound and remembered up to
 * ZW_NESTING_LIMIT. */
#include "grammar/scan.h"

#include "grammar/words.h"

static struct zw_token take(struct zw_parse *parse)
{
	struct zw_token token;

	if (parse->held) {
		token = *parse->held;
		parse->held = NULL;
		return token;
	}
	token.value = (ZW_GRAMMAR_STYPE){ 0 };
	token.token = zw_scan_token(&token.value, &token.span, parse->scanner);
	if (token.token == 0)
		token.span =
			(struct zw_span){ parse->file, (u32)parse->text.n, 0 };
	return token;
}

static void hold(struct zw_parse *parse, const struct zw_token *token)
{
	*parse->room = *token;
	parse->held = parse->room;
}

static int hand_out(struct zw_layout *layout, int token, struct zw_span span)
{
	layout->previous = layout->last;
	layout->previous_span = layout->last_span;
	layout->last = token;
	layout->last_span = span;
	return token;
}

static int end_statement(struct zw_layout *layout, struct zw_span span)
{
	layout->recovering = false;
	layout->depth = 0;
	layout->comma = layout->suspect = ZW_NO_SPAN;
	return hand_out(layout, TOKEN_END, span);
}

/* -- brackets -- */

static struct zw_bracket *innermost(struct zw_layout *layout)
{
	size_t n = layout->depth;

	if (!n)
		return NULL;
	return &layout->open[(n < ZW_NESTING_LIMIT ? n : ZW_NESTING_LIMIT) - 1];
}

static void open_bracket(struct zw_layout *layout, const struct zw_token *token)
{
	const struct zw_bracket *outer = innermost(layout);
	char opener = '(';

	if (token->token == TOKEN_OPEN_BRACE)
		opener =
			layout->last == TOKEN_SLASH || layout->last == TOKEN_DOT
				? '['
				: '{';
	layout->nested = outer && outer->opener != '{';
	if (layout->depth < ZW_NESTING_LIMIT)
		layout->open[layout->depth] =
			(struct zw_bracket){ opener, token->span };
	layout->depth++;
}

static void close_bracket(struct zw_layout *layout, int token)
{
	const struct zw_bracket *inner = innermost(layout);
	bool paren = token == TOKEN_CLOSE_PAREN;

	layout->closer = ZW_CLOSER_MATCHED;
	if (!inner) {
		layout->closer = ZW_CLOSER_STRAY;
	} else if (paren != (inner->opener == '(')) {
		layout->closer = ZW_CLOSER_CROSSED;
		if (!paren) /* a brace closes what is open inside it */
			layout->depth -= layout->depth > 1 ? 2 : 1;
	} else {
		layout->depth--;
	}
}

static void track_brackets(struct zw_layout *layout,
			   const struct zw_token *token)
{
	switch (token->token) {
	case TOKEN_OPEN_PAREN:
	case TOKEN_OPEN_BRACE:
		open_bracket(layout, token);
		break;
	case TOKEN_CLOSE_PAREN:
	case TOKEN_CLOSE_BRACE:
		close_bracket(layout, token->token);
		break;
	}
}

/* -- words that start statements -- */

static bool starts_statement(int token)
{
	const struct zw_word *word = zw_word_of_token(token);

	return word && (word->classes & ZW_WORD_STATEMENT);
}

/* Inside a list a name may well be spelt like a statement's first word. */
static bool name_is_due(struct zw_layout *layout)
{
	switch (layout->last) {
	case TOKEN_COMMA:
	case TOKEN_OPEN_PAREN:
		return true;
	case TOKEN_OPEN_BRACE:
		return innermost(layout)->opener != '{';
	default:
		return false;
	}
}

/* A statement's first word inside a bracket, or while skipping: 0, or the
 * token to hand out before it. */
static int interrupt(struct zw_parse *parse, const struct zw_token *token)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_span before = zw_build_span_behind(layout->last_span);

	if (layout->recovering) {
		hold(parse, token);
		return end_statement(layout, before);
	}
	if (!layout->depth) {
		if (layout->last == TOKEN_COMMA)
			layout->comma = layout->last_span;
		return 0;
	}
	if (name_is_due(layout)) {
		layout->suspect = token->span;
		return 0;
	}
	hold(parse, token);
	return hand_out(layout, TOKEN_UNCLOSED, token->span);
}

/* -- newlines -- */

/* Does the next line that holds anything begin with an opening brace? */
static bool brace_follows(const struct zw_parse *parse, struct zw_span *span)
{
	struct zw_str text = parse->text;
	size_t at = parse->offset;

	while (at < text.n) {
		char c = text.p[at];

		if (c == '#') {
			while (at < text.n && text.p[at] != '\n')
				at++;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			at++;
		} else {
			*span = (struct zw_span){ parse->file, (u32)at, 1 };
			return c == '{';
		}
	}
	return false;
}

static bool newline_ends(struct zw_parse *parse)
{
	struct zw_layout *layout = &parse->layout;
	struct zw_diag *diag;
	struct zw_span brace;

	if (layout->depth || layout->last == TOKEN_END ||
	    layout->last == TOKEN_COMMA)
		return false;
	if (!brace_follows(parse, &brace))
		return true;
	if (parse->failed)
		return false;
	diag = zw_mistake(parse, ZW_Z0017, brace,
			  "'{' does not stand on its statement's line");
	if (diag)
		zw_diag_label(parse->reading->diags, diag, layout->last_span,
			      "it belongs behind this");
	return false;
}

/* -- all together -- */

/* What becomes of TOKEN: the token to hand out, or -1 to read on. */
static int arrange(struct zw_parse *parse, const struct zw_token *token)
{
	struct zw_layout *layout = &parse->layout;
	int instead;

	if (token->token == ZW_RAW_NEWLINE) {
		layout->line_start = true;
		return newline_ends(parse) ? end_statement(layout, token->span)
					   : -1;
	}
	if (layout->depth)
		layout->blamed = *innermost(layout);
	if (token->token == TOKEN_SEMICOLON && !layout->depth)
		return layout->last == TOKEN_END
			       ? -1
			       : end_statement(layout, token->span);
	if (!token->token && layout->last != TOKEN_END) {
		hold(parse, token);
		if (!layout->depth || layout->recovering)
			return end_statement(layout, token->span);
		return hand_out(layout, TOKEN_UNCLOSED, token->span);
	}
	if (layout->line_start && starts_statement(token->token)) {
		instead = interrupt(parse, token);
		if (instead)
			return instead;
	}
	layout->line_start = false;
	track_brackets(layout, token);
	if (layout->recovering) {
		layout->last = token->token;
		layout->last_span = token->span;
		return -1;
	}
	return hand_out(layout, token->token, token->span);
}

int zw_grammar_lex(ZW_GRAMMAR_STYPE *value, struct zw_span *span,
		   struct zw_parse *parse)
{
	struct zw_token token;
	int out;

	do {
		token = take(parse);
		out = arrange(parse, &token);
	} while (out == -1);
	*value = token.value;
	*span = parse->layout.last_span;
	return out;
}
