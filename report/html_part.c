/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words, escaping and tags. Escaping is twofold: what would steer a terminal
 * or turn the direction of writing is spelled out first (base/str.h), then what
 * would be markup becomes entities. */
#include "report/html_part.h"

#include <stdarg.h>
#include <string.h>

#include "base/assert.h"

static const char *const words[ZW_WORDS][ZW_LANGUAGES] = {
#define ZW_WORD(name, english, german) { english, german },
#include "report/html_words.def"
#undef ZW_WORD
};

const char *zw_word(const struct zw_page *page, enum zw_word word)
{
	ZW_ASSERT(word < ZW_WORDS);
	return words[word][page->language];
}

enum zw_word zw_word_of(enum zw_word first, const char *const *names, size_t n,
			const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(names[i], name))
			return (enum zw_word)(first + i);
	}
	return first;
}

void zw_html(struct zw_page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	zw_buf_vprintf(page->out, format, args);
	va_end(args);
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void zw_html_text(struct zw_page *page, const char *text)
{
	struct zw_buf safe = { 0 };
	size_t i;

	zw_buf_add_escaped(&safe, zw_str_from(text));
	for (i = 0; i < safe.n; i++) {
		const char *name = entity(safe.data[i]);

		if (name)
			zw_buf_puts(page->out, name);
		else
			zw_buf_putc(page->out, safe.data[i]);
	}
	zw_buf_free(&safe);
}

void zw_html_word(struct zw_page *page, enum zw_word word)
{
	zw_html_text(page, zw_word(page, word));
}

void zw_html_in(struct zw_page *page, const char *tag, const char *text)
{
	size_t name = strcspn(tag, " ");

	zw_html(page, "<%s>", tag);
	zw_html_text(page, text);
	zw_html(page, "</%.*s>", (int)name, tag);
}

void zw_html_word_in(struct zw_page *page, const char *tag, enum zw_word word)
{
	zw_html_in(page, tag, zw_word(page, word));
}

/* ---- the record ---------------------------------------------------------- */

const json_t *zw_child(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

const char *zw_member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

json_int_t zw_member_count(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* ---- pieces -------------------------------------------------------------- */

void zw_html_section(struct zw_page *page, const char *id, enum zw_word title)
{
	zw_html(page, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id,
		id);
	zw_html(page, "<h2 id=\"%s-title\">", id);
	zw_html_word(page, title);
	zw_html(page, "</h2>\n");
}

void zw_html_table(struct zw_page *page, const char *class,
		   const enum zw_word *columns, size_t n)
{
	size_t i;

	zw_html(page, "<table class=\"%s\">\n<thead><tr>", class);
	for (i = 0; i < n; i++)
		zw_html_word_in(page, "th scope=\"col\"", columns[i]);
	zw_html(page, "</tr></thead>\n<tbody>\n");
}

void zw_html_cell(struct zw_page *page, enum zw_word column)
{
	zw_html(page, "<td data-label=\"");
	zw_html_word(page, column);
	zw_html(page, "\">");
}

static void put_end(struct zw_page *page, const json_t *w, const char *address,
		    const char *port)
{
	bool six = strchr(zw_member(w, address), ':') != NULL;
	bool ports = zw_child(w, port) != NULL;

	zw_html_text(page, six && ports ? "[" : "");
	zw_html_text(page, zw_member(w, address));
	zw_html_text(page, six && ports ? "]" : "");
	if (ports)
		zw_html(page, ":%lld", (long long)zw_member_count(w, port));
}

void zw_html_packet(struct zw_page *page, const json_t *w)
{
	zw_html(page, "<code>");
	zw_html_text(page, zw_member(w, "from"));
	zw_html(page, " ");
	put_end(page, w, "src", "sport");
	zw_html(page, " &rarr; ");
	zw_html_text(page, zw_member(w, "to"));
	zw_html(page, " ");
	put_end(page, w, "dst", "dport");
	zw_html(page, " ");
	zw_html_text(page, zw_member(w, "proto"));
	if (zw_child(w, "type"))
		zw_html(page, "/%lld", (long long)zw_member_count(w, "type"));
	zw_html(page, ", ");
	zw_html_text(page, zw_member(w, "state"));
	if (*zw_member(w, "details")) {
		zw_html(page, ", ");
		zw_html_text(page, zw_member(w, "details"));
	}
	zw_html(page, "</code>");
}

static void put_classes(struct zw_page *page, const json_t *list, bool *first)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		if (!*first)
			zw_html(page, ", ");
		*first = false;
		zw_html_text(page,
			     zw_member(json_array_get(list, i), "services"));
	}
}

void zw_html_services(struct zw_page *page, const json_t *pair)
{
	const json_t *but = zw_child(pair, "but");
	const json_t *all = zw_child(pair, "all");
	const json_t *some = zw_child(pair, "some");
	bool first = true;

	if (json_is_true(zw_child(pair, "any"))) {
		zw_html_word(page,
			     json_array_size(but) ? ZW_W_ANY_BUT : ZW_W_ANY);
		zw_html(page, json_array_size(but) ? " " : "");
		put_classes(page, but, &first);
		if (json_array_size(all) || json_array_size(some))
			zw_html(page, "; ");
		first = true;
	}
	put_classes(page, all, &first);
	put_classes(page, some, &first);
}
