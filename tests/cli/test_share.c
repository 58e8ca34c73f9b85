/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shares of a policy's gateways: between them they have each gateway once, with
 * what check of all says of it; they say what they are of, and change that when
 * a file does. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"

#define POLICY "examples/chain.zw"

static json_t *check(const char *policy, const char *share)
{
	const char *const argv[] = { zw_binary(), "check",
				     policy,	  "--format",
				     "json",	  share ? "--share" : NULL,
				     share,	  NULL };
	struct zw_run run;
	json_t *root;

	zw_run(&run, NULL, argv);
	root = json_loadb(run.out.data, run.out.n, 0, NULL);
	ZW_CHECK(root && !run.status, "%s, %s: status %d", policy, share,
		 run.status);
	zw_run_free(&run);
	return root;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* How often the gateway that ONE is about is among GATEWAYS, the same. */
static unsigned count(json_t *gateways, json_t *one)
{
	unsigned n = 0;
	size_t i;
	json_t *other;

	json_array_foreach(gateways, i, other)
	{
		if (json_equal(other, one))
			n++;
	}
	return n;
}

static void each_gateway_once(void)
{
	json_t *all = check(POLICY, NULL), *whole, *one;
	unsigned of, number;
	size_t i;

	whole = json_object_get(all, "gateways");
	CU_ASSERT(json_array_size(whole) == 3);
	for (of = 1; of <= 5; of++) {
		json_t *together = json_array();

		for (number = 1; number <= of; number++) {
			json_t *answer, *share;
			char words[32];

			snprintf(words, sizeof(words), "%u/%u", number, of);
			answer = check(POLICY, words);
			share = json_object_get(answer, "share");
			CU_ASSERT(json_integer_value(json_object_get(
					  share, "number")) == number);
			CU_ASSERT(json_integer_value(
					  json_object_get(share, "of")) == of);
			CU_ASSERT(json_array_size(json_object_get(
					  share, "gateways")) == 3);
			json_array_extend(together,
					  json_object_get(answer, "gateways"));
			json_decref(answer);
		}
		CU_ASSERT(json_array_size(together) == 3);
		json_array_foreach(whole, i, one) ZW_CHECK(
			count(together, one) == 1, "%s of %u shares: %u times",
			text(one, "gateway"), of, count(together, one));
		json_decref(together);
	}
	json_decref(all);
}

static void one_without_any(void)
{
	const char *const argv[] = { zw_binary(), "check", POLICY,
				     "--share",	  "5/5",   NULL };
	json_t *answer = check(POLICY, "5/5");
	struct zw_run run;

	CU_ASSERT(!json_array_size(json_object_get(answer, "gateways")));
	CU_ASSERT(json_is_null(json_object_get(answer, "verdict")));
	json_decref(answer);
	zw_run(&run, NULL, argv);
	ZW_CHECK(run.out.n && strstr(run.out.data, "none of the gateways") &&
			 !strstr(run.out.data, "proved"),
		 "says '%s'", run.out.n ? run.out.data : "");
	zw_run_free(&run);
}

/* The digest of a share of the policy, with CLAIMS in the file PATH. */
static void digest_with(const char *path, const char *claims, char digest[65])
{
	const char *const argv[] = { zw_binary(), "check",   POLICY, "--format",
				     "json",	  "--share", "1/2",  "--claims",
				     path,	  NULL };
	struct zw_run run;
	json_t *answer;

	CU_ASSERT(!zw_write_file(path, claims, strlen(claims)));
	zw_run(&run, NULL, argv);
	answer = json_loadb(run.out.data, run.out.n, 0, NULL);
	snprintf(digest, 65, "%s",
		 text(json_object_get(answer, "share"), "sources"));
	json_decref(answer);
	zw_run_free(&run);
}

static void changes_with_a_file(void)
{
	char path[] = "/tmp/zw-share-XXXXXX", first[65], same[65], other[65];
	int fd = mkstemp(path);

	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	digest_with(path, "# none\n", first);
	digest_with(path, "# none\n", same);
	digest_with(path, "# no claim\n", other);
	unlink(path);
	CU_ASSERT(strlen(first) == 64);
	CU_ASSERT_STRING_EQUAL(first, same);
	CU_ASSERT_STRING_NOT_EQUAL(first, other);
}

void suite_share(void);
void suite_share(void)
{
	static CU_TestInfo tests[] = {
		{ "each gateway once", each_gateway_once },
		{ "a share without any", one_without_any },
		{ "it changes with a file", changes_with_a_file },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("share", tests);
}
