/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the page share: words, escaping, tags, and getting at the
 * record. Law: text comes onto the page by these functions alone. */
#ifndef ZW_REPORT_HTML_PART_H
#define ZW_REPORT_HTML_PART_H

#include "report/html.h"

enum zw_word {
#define ZW_WORD(name, english, german) ZW_W_##name,
#include "report/html_words.def"
#undef ZW_WORD
	ZW_WORDS,
};

struct zw_page {
	struct zw_buf *out;
	const json_t *record;
	enum zw_language language;
};

const char *zw_word(const struct zw_page *page, enum zw_word word);
/* The word after WORD by as many places as the number of NAME among the N
 * NAMES; WORD itself if it is none. */
enum zw_word zw_word_of(enum zw_word first, const char *const *names, size_t n,
			const char *name);

/* Markup of ours, as it is. */
void zw_html(struct zw_page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Text of anybody's. */
void zw_html_text(struct zw_page *page, const char *text);
void zw_html_word(struct zw_page *page, enum zw_word word);
/* "<tag>text</tag>" */
void zw_html_in(struct zw_page *page, const char *tag, const char *text);
void zw_html_word_in(struct zw_page *page, const char *tag, enum zw_word word);

/* Members of an object: a text ("" if there is none or it is null), a number.
 */
const char *zw_member(const json_t *object, const char *name);
json_int_t zw_member_count(const json_t *object, const char *name);
const json_t *zw_child(const json_t *object, const char *name);

/* A section with its number and heading; to be closed with "</section>". */
void zw_html_section(struct zw_page *page, const char *id, enum zw_word title);
/* The head of a table with N columns: its cells are found by their labels on a
 * narrow screen. */
void zw_html_table(struct zw_page *page, const char *class,
		   const enum zw_word *columns, size_t n);
/* Open a cell of that column. */
void zw_html_cell(struct zw_page *page, enum zw_word column);
/* A packet in one line. */
void zw_html_packet(struct zw_page *page, const json_t *witness);
/* "tcp/{80, 443}" of a pair of the matrix, in the page's language. */
void zw_html_services(struct zw_page *page, const json_t *pair);

/* The picture of the zones. */
void zw_html_picture(struct zw_page *page);
/* Failures, the lab, changes. */
void zw_html_tests(struct zw_page *page);
/* Norms. */
void zw_html_mapping(struct zw_page *page);
/* The look of it all. */
void zw_html_style(struct zw_page *page);

#endif
