/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zwinger as a program, and what it said where it ended otherwise. */
#include "tests/deploy/site.h"

#include "base/assert.h"
#include "tests/harness/harness.h"

#define WORDS_MAX 8

void zw_site_run(struct zw_testbed *bed, const char *const *words, int status,
		 struct zw_run *run)
{
	const char *argv[WORDS_MAX + 6] = { zw_binary() };
	size_t n = 1;

	for (; words[n - 1]; n++) {
		ZW_ASSERT(n <= WORDS_MAX);
		argv[n] = words[n - 1];
	}
	argv[n++] = "--color";
	argv[n++] = "never";
	argv[n++] = "--netns";
	argv[n] = zw_testbed_name(bed);
	zw_run(run, NULL, argv);
	ZW_CHECK(run->status == status, "%s %s: status %d, not %d\n%s%s",
		 words[0], words[1] ? words[1] : "", run->status, status,
		 run->out.n ? run->out.data : "",
		 run->err.n ? run->err.data : "");
}

void zw_site_apply(struct zw_testbed *bed, const char *policy)
{
	const char *const words[] = { "apply", policy, NULL };
	struct zw_run run;

	zw_site_run(bed, words, 0, &run);
	zw_run_free(&run);
}
