/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state lives in two registers, as ABEF and CDGH; four rounds take four
 * words of the message with their constants, and the words of the next rounds
 * are made sixteen at a time in a ring. (Intel, "SHA Extensions", 2013.) */
#include "base/sha256_x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

bool zw_sha256_x86_has(void)
{
	unsigned a, b, c, d;

	/* SSE4.1, and SHA */
	return __get_cpuid(1, &a, &b, &c, &d) && c & (1u << 19) &&
	       __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & (1u << 29);
}

static inline __attribute__((always_inline, target("sha,sse4.1"))) __m128i
load(const void *at)
{
	return _mm_loadu_si128(at);
}

/* Words T to T + 3 of the message, for T of 16 and more. */
static inline __attribute__((always_inline, target("sha,sse4.1"))) __m128i
next_words(const __m128i w[4], unsigned group)
{
	__m128i before = w[(group + 3) & 3];
	__m128i sum = _mm_sha256msg1_epu32(w[group & 3], w[(group + 1) & 3]);

	sum = _mm_add_epi32(sum,
			    _mm_alignr_epi8(before, w[(group + 2) & 3], 4));
	return _mm_sha256msg2_epu32(sum, before);
}

__attribute__((target("sha,sse4.1"))) void
zw_sha256_x86(u32 H[8], const u32 K[64], const u8 *blocks, size_t n)
{
	const __m128i swap =
		_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i low = load(H);
	__m128i high = load(H + 4);
	__m128i abef, cdgh;

	low = _mm_shuffle_epi32(low, 0xb1);   /* C D A B */
	high = _mm_shuffle_epi32(high, 0x1b); /* E F G H */
	abef = _mm_alignr_epi8(low, high, 8);
	cdgh = _mm_blend_epi16(high, low, 0xf0);
	for (; n; n--, blocks += 64) {
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];
		unsigned group;

#pragma GCC unroll 16
		for (group = 0; group < 16; group++) {
			__m128i sum;

			if (group < 4)
				w[group] = _mm_shuffle_epi8(
					load(blocks + 16 * group), swap);
			else
				w[group & 3] = next_words(w, group);
			sum = _mm_add_epi32(w[group & 3], load(K + 4 * group));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			sum = _mm_shuffle_epi32(sum, 0x0e);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, sum);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	low = _mm_shuffle_epi32(abef, 0x1b); /* A B E F, turned */
	high = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)(void *)H,
			 _mm_blend_epi16(low, high, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)(H + 4),
			 _mm_alignr_epi8(high, low, 8));
}

#else

bool zw_sha256_x86_has(void)
{
	return false;
}

void zw_sha256_x86(u32 H[8], const u32 K[64], const u8 *blocks, size_t n)
{
	(void)H;
	(void)K;
	(void)blocks;
	(void)n;
}

#endif
