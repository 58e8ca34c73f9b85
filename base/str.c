/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slices, growing buffers, and the escaping that keeps policy text from
 * speaking to a terminal. */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"

struct zw_str zw_str_from(const char *cstr)
{
	return (struct zw_str){ cstr, strlen(cstr) };
}

bool zw_str_eq(struct zw_str a, struct zw_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool zw_str_is(struct zw_str a, const char *cstr)
{
	return zw_str_eq(a, zw_str_from(cstr));
}

int zw_str_cmp(struct zw_str a, struct zw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

struct zw_str zw_str_copy(struct zw_arena *arena, struct zw_str s)
{
	char *p = zw_alloc(arena, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct zw_str){ p, s.n };
}

const char *zw_cstr(struct zw_arena *arena, struct zw_str s)
{
	return zw_str_copy(arena, s).p;
}

struct zw_str zw_strf(struct zw_arena *arena, const char *format, ...)
{
	va_list args, again;
	char *p;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	ZW_ASSERT(n >= 0);
	p = zw_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct zw_str){ p, (size_t)n };
}

void zw_buf_free(struct zw_buf *buf)
{
	free(buf->data);
	*buf = (struct zw_buf){ 0 };
}

static void reserve(struct zw_buf *buf, size_t more)
{
	size_t need, cap = buf->cap ? buf->cap : 64;

	if (__builtin_add_overflow(buf->n, more + 1, &need))
		ZW_ASSERT(!"a buffer that fits into memory");
	if (need <= buf->cap)
		return;
	while (cap < need)
		cap *= 2;
	buf->data = zw_heap_resize(buf->data, cap, 1);
	buf->cap = cap;
}

void zw_buf_add(struct zw_buf *buf, const void *bytes, size_t n)
{
	reserve(buf, n);
	if (n)
		memcpy(buf->data + buf->n, bytes, n);
	buf->n += n;
	buf->data[buf->n] = '\0';
}

void zw_buf_puts(struct zw_buf *buf, const char *cstr)
{
	zw_buf_add(buf, cstr, strlen(cstr));
}

void zw_buf_putc(struct zw_buf *buf, char c)
{
	zw_buf_add(buf, &c, 1);
}

void zw_buf_vprintf(struct zw_buf *buf, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	ZW_ASSERT(n >= 0);
	reserve(buf, (size_t)n);
	vsnprintf(buf->data + buf->n, (size_t)n + 1, format, args);
	buf->n += (size_t)n;
}

void zw_buf_printf(struct zw_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	zw_buf_vprintf(buf, format, args);
	va_end(args);
}

/* Characters that reorder or hide text on a terminal: U+200B..U+200F,
 * U+202A..U+202E, U+2060..U+2069, U+FEFF. */
static bool steers_text(u32 c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void zw_buf_add_escaped(struct zw_buf *buf, struct zw_str s)
{
	size_t at = 0;

	while (at < s.n) {
		u32 c;
		size_t n = zw_utf8_decode(s.p + at, s.n - at, &c);

		if (!n) {
			zw_buf_printf(buf, "\\x%02x", (u8)s.p[at]);
			at++;
			continue;
		}
		if (c < 0x20 || c == 0x7f)
			zw_buf_printf(buf, "\\x%02x", c);
		else if ((c >= 0x80 && c < 0xa0) || steers_text(c))
			zw_buf_printf(buf, "\\u{%04x}", c);
		else
			zw_buf_add(buf, s.p + at, n);
		at += n;
	}
}
