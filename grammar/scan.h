/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw tokens: words, numbers, addresses and signs, with every newline. Law: a
 * token has a span within the file; malformed ones are reported where they are
 * read and handed on as if they were well, so that they are reported once.
 * Private to grammar/. */
#ifndef ZW_GRAMMAR_SCAN_H
#define ZW_GRAMMAR_SCAN_H

#include "grammar/build.h"
#include "grammar/parse.tab.h"

/* Beside the parser's TOKEN_...: a line ended here. 0 is the end of file. */
#define ZW_RAW_NEWLINE (-2)

struct zw_token {
	int token;
	ZW_GRAMMAR_STYPE value;
	struct zw_span span;
};

/* The next raw token of PARSE's file. Made by flex from scan.l. */
int zw_scan_token(ZW_GRAMMAR_STYPE *value, struct zw_span *span,
		  void *yyscanner);

/* -- from the bytes of a token to its value: token.c -- */
int zw_token_word(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		  struct zw_span span);
/* A run of letters, digits, _ and - that starts with a digit: a number, a
 * date, or a name. Sets *USED to how many bytes of it belong to the token. */
int zw_token_digits(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		    struct zw_span span, u32 *used);
int zw_token_address(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		     struct zw_span span);
/* SPAN includes the opening quote, and the closing one if ENDED. */
int zw_token_string(struct zw_parse *parse, ZW_GRAMMAR_STYPE *value,
		    struct zw_span span, bool ended);
void zw_token_comment(struct zw_parse *parse, struct zw_span span);
void zw_token_strange(struct zw_parse *parse, struct zw_span span);

/* A scanner for PARSE's text from its offset on, in parse->scanner. */
void zw_scan_open(struct zw_parse *parse);
void zw_scan_close(struct zw_parse *parse);

#endif
