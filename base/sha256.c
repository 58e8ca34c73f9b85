/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compression function and padding of FIPS 180-4, sections 5 and 6.2, in
 * the names of that text. Not hardened against side channels: what is hashed
 * here is no secret. */
#include "base/sha256.h"
#include "base/sha256_x86.h"

#include <string.h>

/* The first 32 bits of the fractional parts of the cube roots of the first 64
 * primes. */
static const u32 K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotr(u32 x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static u32 big_endian(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* One round, the letter a being v[FIRST]. */
static inline __attribute__((always_inline)) void step(u32 v[8], size_t first,
						       u32 add)
{
	u32 a = v[first], b = v[(first + 1) & 7], c = v[(first + 2) & 7];
	u32 e = v[(first + 4) & 7], f = v[(first + 5) & 7];
	u32 g = v[(first + 6) & 7];
	u32 t1 = v[(first + 7) & 7] + add +
		 (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g)));
	u32 t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +
		 ((a & b) | (c & (a | b)));

	v[(first + 3) & 7] += t1;
	v[(first + 7) & 7] = t1 + t2;
}

static void compress(u32 H[8], const u8 *block)
{
	u32 W[64], v[8];
	size_t t;

	for (t = 0; t < 16; t++)
		W[t] = big_endian(block + 4 * t);
	for (t = 16; t < 64; t++) {
		u32 x = W[t - 15], y = W[t - 2];

		W[t] = (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10) + W[t - 7] +
		       (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + W[t - 16];
	}
	memcpy(v, H, sizeof(v)); /* a to h are v[0] to v[7] */
	/* eight rounds turn the letters once round, so nothing is moved */
	for (t = 0; t < 64; t += 8) {
		step(v, 0, K[t] + W[t]);
		step(v, 7, K[t + 1] + W[t + 1]);
		step(v, 6, K[t + 2] + W[t + 2]);
		step(v, 5, K[t + 3] + W[t + 3]);
		step(v, 4, K[t + 4] + W[t + 4]);
		step(v, 3, K[t + 5] + W[t + 5]);
		step(v, 2, K[t + 6] + W[t + 6]);
		step(v, 1, K[t + 7] + W[t + 7]);
	}
	for (t = 0; t < 8; t++)
		H[t] += v[t];
}

static void compress_all(struct zw_sha256 *sha, const u8 *blocks, size_t n)
{
	if (!sha->plain) {
		zw_sha256_x86(sha->state, K, blocks, n);
		return;
	}
	for (; n; n--, blocks += 64)
		compress(sha->state, blocks);
}

void zw_sha256_begin(struct zw_sha256 *sha)
{
	/* from the square roots of the first eight primes */
	static const u32 first[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memset(sha, 0, sizeof(*sha));
	memcpy(sha->state, first, sizeof(first));
	sha->plain = !zw_sha256_x86_has();
}

void zw_sha256_add(struct zw_sha256 *sha, const void *bytes, size_t n)
{
	const u8 *p = bytes;
	size_t waiting = sha->length % 64;

	sha->length += n;
	if (waiting && n) {
		size_t room = 64 - waiting;
		size_t some = n < room ? n : room;

		memcpy(sha->block + waiting, p, some);
		p += some;
		n -= some;
		if (some < room)
			return;
		compress_all(sha, sha->block, 1);
	}
	compress_all(sha, p, n / 64);
	p += n & ~(size_t)63;
	n &= 63;
	if (n)
		memcpy(sha->block, p, n);
}

void zw_sha256_end(struct zw_sha256 *sha, u8 digest[ZW_SHA256_BYTES])
{
	static const u8 padding[64] = { 0x80 };
	u64 bits = sha->length * 8;
	u8 tail[8];
	size_t i;

	for (i = 0; i < 8; i++)
		tail[i] = (u8)(bits >> (56 - 8 * i));
	zw_sha256_add(sha, padding, 1 + (119 - sha->length % 64) % 64);
	zw_sha256_add(sha, tail, sizeof(tail));
	for (i = 0; i < ZW_SHA256_BYTES; i++)
		digest[i] = (u8)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void zw_sha256(const void *bytes, size_t n, u8 digest[ZW_SHA256_BYTES])
{
	struct zw_sha256 sha;

	zw_sha256_begin(&sha);
	zw_sha256_add(&sha, bytes, n);
	zw_sha256_end(&sha, digest);
}

char *zw_sha256_text(const u8 digest[ZW_SHA256_BYTES], char out[ZW_SHA256_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < ZW_SHA256_BYTES; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[2 * i] = '\0';
	return out;
}
