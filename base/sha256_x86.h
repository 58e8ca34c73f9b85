/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256's compression by the instructions that x86 processors have for it;
 * for sha256.c alone. Elsewhere there are none. */
#ifndef ZW_BASE_SHA256_X86_H
#define ZW_BASE_SHA256_X86_H

#include "base/types.h"

/* Has this processor the instructions? */
bool zw_sha256_x86_has(void);
/* N blocks of 64 bytes into H, with the constants K of FIPS 180-4. Only where
 * the processor has them. */
void zw_sha256_x86(u32 H[8], const u32 K[64], const u8 *blocks, size_t n);

#endif
