/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms. */
#ifndef ZW_BASE_UTF8_H
#define ZW_BASE_UTF8_H

#include "base/types.h"

/* Decode the first character of the N bytes at P into *C. Returns how many
 * bytes it has, 0 if they are not valid UTF-8 (or N is 0). */
size_t zw_utf8_decode(const char *p, size_t n, u32 *c);

#endif
