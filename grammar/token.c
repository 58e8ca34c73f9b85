/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the bytes of a raw token to its kind and value. Here stands what a
 * pattern cannot say: which words are known, that numbers fit, that an address
 * is one, that names and texts keep to their length. */
#include "grammar/scan.h"

#include "base/utf8.h"
#include "grammar/words.h"

static struct zw_str bytes_of(const struct zw_parse *parse, struct zw_span span)
{
	return (struct zw_str){ parse->text.p + span.off, span.len };
}

static void check_length(struct zw_parse *parse, struct zw_span span,
			 const char *what)
{
	if (span.len > ZW_TEXT_LIMIT)
		zw_mistake(parse, ZW_Z0006, span,
			   "%s of %u bytes, where %u is the most", what,
			   span.len, ZW_TEXT_LIMIT);
}

static void set_word(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		     struct zw_span span)
{
	value->word = zw_build_word_of_span(parse, span);
}

int zw_token_word(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		  struct zw_span span)
{
	const struct zw_word *word = zw_word_find(bytes_of(parse, span));

	check_length(parse, span, "a name");
	set_word(parse, value, span);
	return word ? word->token : TOKEN_NAME;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static u32 digits_at(struct zw_str text, u32 from)
{
	u32 n = 0;

	while (from + n < text.n && is_digit(text.p[from + n]))
		n++;
	return n;
}

static int number(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		  struct zw_span span)
{
	struct zw_str text = bytes_of(parse, span);
	u64 sum = 0;
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (__builtin_mul_overflow(sum, 10u, &sum) ||
		    __builtin_add_overflow(sum, (u64)(text.p[i] - '0'), &sum)) {
			zw_mistake(parse, ZW_Z0011, span,
				   "number too large: '%s'",
				   zw_quoted(parse, span));
			sum = 0;
			break;
		}
	}
	value->number = sum;
	return TOKEN_NUMBER;
}

/* Digits, dash, digits, dash, digits and nothing else. */
static bool is_date(struct zw_str text)
{
	u32 at = 0, part, n;

	for (part = 0; part < 3; part++) {
		n = digits_at(text, at);
		if (!n)
			return false;
		at += n;
		if (part < 2 && (at >= text.n || text.p[at++] != '-'))
			return false;
	}
	return at == text.n;
}

int zw_token_digits(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		    struct zw_span span, u32 *used)
{
	struct zw_str text = bytes_of(parse, span);
	u32 digits = digits_at(text, 0);
	size_t i;

	*used = span.len;
	if (digits == span.len)
		return number(parse, value, span);
	set_word(parse, value, span);
	check_length(parse, span, "a name"); /* bounds the rereading as well */
	if (span.len > ZW_TEXT_LIMIT)
		return TOKEN_DIGITS_NAME;
	if (is_date(text))
		return TOKEN_DATE;
	for (i = 0; i < text.n; i++) {
		if (!is_digit(text.p[i]) && text.p[i] != '-')
			return TOKEN_DIGITS_NAME;
	}
	*used = digits; /* a range such as 8000-8080 */
	span.len = digits;
	return number(parse, value, span);
}

/* Did somebody forget the blank between an IPv6 address and a colon? Then the
 * text up to some colon is an address. */
static size_t address_before_colon(struct zw_str text)
{
	size_t i = text.n;
	struct zw_ip ip;

	if (text.n > 64)
		return 0;
	while (i-- > 0) {
		if (text.p[i] == ':' &&
		    zw_ip_parse((struct zw_str){ text.p, i }, &ip))
			return i;
	}
	return 0;
}

int zw_token_address(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		     struct zw_span span)
{
	struct zw_str text = bytes_of(parse, span);
	struct zw_diag *diag;
	size_t n;

	value->ip = (struct zw_ip){ 0 };
	if (zw_ip_parse(text, &value->ip))
		return TOKEN_ADDRESS;
	diag = zw_mistake(parse, ZW_Z0012, span, "not an address: '%s'",
			  zw_quoted(parse, span));
	n = address_before_colon(text);
	if (n)
		zw_mistake_help(
			parse, diag,
			"a blank precedes ':' after an IPv6 address: '%.*s :'",
			(int)n, text.p);
	else if (!memchr(text.p, ':', text.n))
		zw_mistake_help(
			parse, diag,
			"an IPv4 address is four numbers up to 255 without leading zeros; interface names with a dot stand in quotes");
	/* what follows must not be blamed for the family of this one */
	parse->silent = true;
	return TOKEN_ADDRESS;
}

int zw_token_string(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		    struct zw_span span, bool ended)
{
	struct zw_diag *diag;

	set_word(parse, value, span);
	value->word.quoted = true;
	value->word.text.p++;
	value->word.text.n -= ended ? 2 : 1;
	if (!ended) {
		diag = zw_mistake(parse, ZW_Z0003,
				  (struct zw_span){ span.file, span.off, 1 },
				  "a text is not closed on its line");
		zw_mistake_help(parse, diag,
				"close it with '\"' before the line ends");
		parse->silent = true; /* it may have swallowed anything */
	}
	if (value->word.text.n > ZW_TEXT_LIMIT)
		check_length(parse, span, "a text");
	return TOKEN_STRING;
}

void zw_token_comment(struct zw_parse *parse, struct zw_span span)
{
	struct zw_reading *reading = parse->reading;

	if (reading->alone)
		zw_push(parse->arena, reading->ast->comments, span);
}

void zw_token_strange(struct zw_parse *parse, struct zw_span span)
{
	struct zw_str text = bytes_of(parse, span);
	struct zw_diag *diag;

	diag = zw_mistake(parse, ZW_Z0016, span,
			  "'%s' means nothing in a policy",
			  zw_quoted(parse, span));
	if (text.p[0] == '>')
		zw_mistake_help(parse, diag, "the arrow is written '->'");
	else if (text.p[0] == '<')
		zw_mistake_help(
			parse, diag,
			"answers pass by themselves; for flows of both directions write two rules");
	else if (text.p[0] == '\'')
		zw_mistake_help(parse, diag, "texts stand in double quotes");
	else if ((u8)text.p[0] >= 0x80)
		zw_mistake_help(
			parse, diag,
			"names hold the letters a to z alone; anything else stands in quotes or in a comment");
	parse->silent = true;
}
