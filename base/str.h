/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text as pointer and length. Law: a zw_str borrows its bytes and is not
 * NUL-terminated; what must reach libc as a C string goes through zw_cstr(). */
#ifndef ZW_BASE_STR_H
#define ZW_BASE_STR_H

#include <stdarg.h>

#include "base/arena.h"

struct zw_str {
	const char *p;
	size_t n;
};

#define ZW_STR(literal) ((struct zw_str){ (literal), sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define ZW_STR_ARG(s) (int)(s).n, (s).p

struct zw_str zw_str_from(const char *cstr);
bool zw_str_eq(struct zw_str a, struct zw_str b);
bool zw_str_is(struct zw_str a, const char *cstr);
/* Order by bytes, a prefix first; <0, 0, >0. */
int zw_str_cmp(struct zw_str a, struct zw_str b);
/* A copy in ARENA, with a NUL behind it that does not count. */
struct zw_str zw_str_copy(struct zw_arena *arena, struct zw_str s);
const char *zw_cstr(struct zw_arena *arena, struct zw_str s);
/* printf into ARENA; NUL-terminated. */
struct zw_str zw_strf(struct zw_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Text (or bytes) that grows. Law: zero-initialised is empty; free with
 * zw_buf_free(); DATA is always NUL-terminated once something was added. */
struct zw_buf {
	char *data;
	size_t n;
	size_t cap;
};

void zw_buf_free(struct zw_buf *buf);
void zw_buf_add(struct zw_buf *buf, const void *bytes, size_t n);
void zw_buf_puts(struct zw_buf *buf, const char *cstr);
void zw_buf_putc(struct zw_buf *buf, char c);
void zw_buf_printf(struct zw_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void zw_buf_vprintf(struct zw_buf *buf, const char *format, va_list args);

/* Copy S into BUF with control characters, bidirectional overrides and
 * invalid UTF-8 shown as \xNN or \u{NNNN}, so that text from a policy cannot
 * steer a terminal. Newlines are escaped as well. */
void zw_buf_add_escaped(struct zw_buf *buf, struct zw_str s);

#endif
