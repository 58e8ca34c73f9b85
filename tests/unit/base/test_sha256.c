/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples that NIST publishes for SHA-256, and that pieces do not
 * matter. */
#include "base/sha256.h"

#include <string.h>

#include "tests/harness/harness.h"

struct vector {
	const char *text;
	size_t repeat;
	const char *digest;
};

static const struct vector vectors[] = {
	{ "", 1,
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  1,
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	{ "a", 1000000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void test_vectors(void)
{
	u8 digest[ZW_SHA256_BYTES];
	char text[ZW_SHA256_TEXT];
	struct zw_sha256 sha;
	size_t i, j;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		zw_sha256_begin(&sha);
		for (j = 0; j < vectors[i].repeat; j++)
			zw_sha256_add(&sha, vectors[i].text,
				      strlen(vectors[i].text));
		zw_sha256_end(&sha, digest);
		ZW_CHECK(!strcmp(zw_sha256_text(digest, text),
				 vectors[i].digest),
			 "example %zu gives %s", i, text);
	}
}

/* Every length around the block borders, whole and in random pieces. */
static void test_pieces(void)
{
	struct zw_random random = { zw_test_seed() };
	u8 bytes[300], whole[ZW_SHA256_BYTES], pieces[ZW_SHA256_BYTES];
	u8 last[ZW_SHA256_BYTES] = { 0 };
	struct zw_sha256 sha;
	size_t n, at, some;

	for (n = 0; n < sizeof(bytes); n++)
		bytes[n] = (u8)zw_random_next(&random);
	for (n = 0; n <= sizeof(bytes); n++) {
		zw_sha256(bytes, n, whole);
		zw_sha256_begin(&sha);
		/* with and without the processor's instructions */
		sha.plain |= n % 2;
		for (at = 0; at < n; at += some) {
			some = zw_random_below(&random, 90);
			if (some > n - at)
				some = n - at;
			zw_sha256_add(&sha, bytes + at, some);
		}
		zw_sha256_end(&sha, pieces);
		ZW_CHECK(!memcmp(whole, pieces, sizeof(whole)), "%zu bytes", n);
		ZW_CHECK(memcmp(whole, last, sizeof(whole)),
			 "%zu bytes and one less", n);
		memcpy(last, whole, sizeof(last));
	}
}

void suite_sha256(void);
void suite_sha256(void)
{
	CU_TestInfo tests[] = {
		{ "published examples", test_vectors },
		{ "pieces", test_pieces },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("sha256", tests);
}
