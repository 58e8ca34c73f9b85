/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 as FIPS 180-4 has it. Law: the bytes may come in any pieces; the
 * digest depends on their sequence alone. */
#ifndef ZW_BASE_SHA256_H
#define ZW_BASE_SHA256_H

#include "base/types.h"

#define ZW_SHA256_BYTES 32
#define ZW_SHA256_TEXT 65 /* in hex, with the NUL */

struct zw_sha256 {
	u32 state[8];
	u64 length;   /* bytes so far */
	u8 block[64]; /* length % 64 of them wait here */
	bool plain;   /* without the processor's instructions for it */
};

void zw_sha256_begin(struct zw_sha256 *sha);
void zw_sha256_add(struct zw_sha256 *sha, const void *bytes, size_t n);
/* The digest of all that was added; SHA must begin anew afterwards. */
void zw_sha256_end(struct zw_sha256 *sha, u8 digest[ZW_SHA256_BYTES]);

/* All three in one. */
void zw_sha256(const void *bytes, size_t n, u8 digest[ZW_SHA256_BYTES]);
/* Lower-case hex; returns OUT. */
char *zw_sha256_text(const u8 digest[ZW_SHA256_BYTES],
		     char out[ZW_SHA256_TEXT]);

#endif
