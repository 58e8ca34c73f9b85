/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One character at a time, by RFC 3629 section 4. */
#include "base/utf8.h"

size_t zw_utf8_decode(const char *p, size_t n, u32 *c)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *b = (const u8 *)p;
	size_t len, i;
	u32 v;

	if (!n)
		return 0;
	if (b[0] < 0x80) {
		*c = b[0];
		return 1;
	}
	if (b[0] >= 0xc2 && b[0] <= 0xdf) {
		len = 2;
		v = b[0] & 0x1fu;
	} else if ((b[0] & 0xf0) == 0xe0) {
		len = 3;
		v = b[0] & 0x0fu;
	} else if (b[0] >= 0xf0 && b[0] <= 0xf4) {
		len = 4;
		v = b[0] & 0x07u;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (b[i] & 0x3fu);
	}
	if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*c = v;
	return len;
}
