/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes stand before values, so nothing in a value can be taken for what
 * follows it. The digest is compared first; what does not parse afterwards was
 * written by another version, and counts as damaged, too. */
#include "state/record.h"

#include "base/sha256.h"

#define DIGEST_LINE (sizeof("sha256 ") - 1 + ZW_SHA256_TEXT)

void zw_record_add(struct zw_arena *arena, struct zw_record *record,
		   const char *name, struct zw_str value)
{
	const struct zw_record_value added = { zw_str_from(name), value };

	zw_push(arena, record->values, added);
}

void zw_record_add_number(struct zw_arena *arena, struct zw_record *record,
			  const char *name, s64 number)
{
	zw_record_add(arena, record, name,
		      zw_strf(arena, "%lld", (long long)number));
}

struct zw_str zw_record_text(const struct zw_record *record, const char *name)
{
	size_t i;

	for (i = 0; i < record->values.n; i++)
		if (zw_str_is(record->values.v[i].name, name))
			return record->values.v[i].value;
	return (struct zw_str){ 0 };
}

static bool read_number(struct zw_str text, s64 *number)
{
	bool negative = text.n && text.p[0] == '-';
	size_t i;

	*number = 0;
	for (i = negative; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' ||
		    __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, text.p[i] - '0', number))
			return false;
	}
	if (negative)
		*number = -*number;
	return text.n > negative;
}

s64 zw_record_number(const struct zw_record *record, const char *name)
{
	s64 number;

	return read_number(zw_record_text(record, name), &number) ? number : 0;
}

static void add_digest(struct zw_buf *out, struct zw_str text)
{
	u8 digest[ZW_SHA256_BYTES];
	char hex[ZW_SHA256_TEXT];

	zw_sha256(text.p, text.n, digest);
	zw_buf_printf(out, "sha256 %s\n", zw_sha256_text(digest, hex));
}

void zw_record_print(struct zw_buf *out, const char *kind,
		     const struct zw_record *record)
{
	size_t i, start = out->n;

	zw_buf_printf(out, "zwinger %s 1\n", kind);
	for (i = 0; i < record->values.n; i++) {
		const struct zw_record_value *v = &record->values.v[i];

		zw_buf_printf(out, "%.*s %zu\n", ZW_STR_ARG(v->name),
			      v->value.n);
		if (v->value.n)
			zw_buf_add(out, v->value.p, v->value.n);
		zw_buf_putc(out, '\n');
	}
	add_digest(out, (struct zw_str){ out->data + start, out->n - start });
}

/* Is TEXT followed by what its end says? Cuts the end off. */
static bool check_digest(struct zw_str *text)
{
	struct zw_buf expected = { 0 };
	struct zw_str end;
	bool same;

	if (text->n < DIGEST_LINE)
		return false;
	text->n -= DIGEST_LINE;
	end = (struct zw_str){ text->p + text->n, DIGEST_LINE };
	add_digest(&expected, *text);
	same = zw_str_eq((struct zw_str){ expected.data, expected.n }, end);
	zw_buf_free(&expected);
	return same;
}

/* Cut the first line off TEXT, without its end. */
static bool take_line(struct zw_str *text, struct zw_str *line)
{
	const char *end = memchr(text->p, '\n', text->n);

	if (!end)
		return false;
	*line = (struct zw_str){ text->p, (size_t)(end - text->p) };
	text->p += line->n + 1;
	text->n -= line->n + 1;
	return true;
}

static bool take_value(struct zw_str *text, struct zw_record_value *value)
{
	struct zw_str line;
	const char *blank;
	s64 size;

	if (!take_line(text, &line))
		return false;
	blank = memchr(line.p, ' ', line.n);
	if (!blank)
		return false;
	value->name = (struct zw_str){ line.p, (size_t)(blank - line.p) };
	if (!read_number(
		    (struct zw_str){ blank + 1, line.n - value->name.n - 1 },
		    &size) ||
	    size < 0 || (u64)size >= text->n || text->p[size] != '\n')
		return false;
	value->value = (struct zw_str){ text->p, (size_t)size };
	text->p += size + 1;
	text->n -= (size_t)size + 1;
	return true;
}

bool zw_record_parse(struct zw_arena *arena, const char *kind,
		     struct zw_str text, struct zw_record *record)
{
	struct zw_record_value value;
	struct zw_str line;

	*record = (struct zw_record){ 0 };
	if (!check_digest(&text) || !take_line(&text, &line) ||
	    !zw_str_eq(line, zw_strf(arena, "zwinger %s 1", kind)))
		return false;
	while (text.n) {
		if (!take_value(&text, &value))
			return false;
		zw_push(arena, record->values, value);
	}
	return true;
}
