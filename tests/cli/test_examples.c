/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `zwinger check` answers to the examples, letter by letter, that two runs
 * give the same bytes, and that each has a page. Those in examples/broken are
 * refuted or refused as the .said beside them shows; in it the way through the
 * rules is left out, as it changes with the compiler's layout. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"

#define FOLDER "examples"
#define BROKEN "examples/broken"

static int is_policy(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".zw");
}

/* Call ONE with the name of each policy in FOLDER, without ".zw"; how many. */
static int each(const char *folder, void (*one)(const char *name))
{
	struct dirent **list;
	int i, n = scandir(folder, &list, is_policy, alphasort);

	ZW_CHECK(n > 0, "no policies in %s", folder);
	for (i = 0; i < n; i++) {
		*strrchr(list[i]->d_name, '.') = '\0';
		one(list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return n;
}

static void compiled(const char *which)
{
	struct zw_arena *arena = zw_arena_new();
	const char *gateway = zw_gateway_name(which);
	const char *const argv[] = {
		zw_binary(), "compile", zw_gateway_path(arena, which),
		"--format",  "netlink", gateway ? "--gateway" : NULL,
		gateway,     NULL
	};
	struct zw_run run, again;

	zw_run(&run, NULL, argv);
	zw_run(&again, NULL, argv);
	ZW_CHECK(run.out.n && run.out.n == again.out.n &&
			 !memcmp(run.out.data, again.out.data, run.out.n),
		 "%s: two runs, two batches", which);
	zw_run_free(&run);
	zw_run_free(&again);
	zw_arena_free(arena);
}

static void proved(const char *name)
{
	struct zw_arena *arena = zw_arena_new();
	const char *path = zw_strf(arena, FOLDER "/%s.zw", name).p;
	const char *const check[] = { zw_binary(), "check", path, NULL };
	struct zw_run run;

	ZW_CHECK(!access(zw_strf(arena, FOLDER "/%s.md", name).p, R_OK),
		 "%s has no page", path);
	zw_run(&run, NULL, check);
	ZW_CHECK(run.status == 0, "%s: status %d: %s", name, run.status,
		 run.err.n ? run.err.data : "");
	ZW_CHECK(!run.err.n, "%s: warned: %s", name, run.err.data);
	zw_golden(zw_strf(arena, "tests/golden/check/%s.zw.txt", name).p,
		  (struct zw_str){ run.out.data, run.out.n });
	zw_run_free(&run);
	zw_each_gateway(path, compiled);
	zw_arena_free(arena);
}

static void test_proved(void)
{
	each(FOLDER, proved);
}

static void test_layout(void)
{
	const char *const argv[] = {
		"sh", "-c",
		"exec \"$0\" fmt --check examples/*.zw examples/*/*.zw examples/*/*/*.zw",
		zw_binary(), NULL
	};
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(!run.status, "%s", run.out.n ? run.out.data : "");
	zw_run_free(&run);
}

/* All lines of TEXT but those that tell the way through the rules. */
static void add_lines(struct zw_buf *out, const struct zw_buf *text)
{
	const char *line = text->n ? text->data : "", *end;

	for (; *line; line = end) {
		end = strchr(line, '\n');
		end = end ? end + 1 : line + strlen(line);
		if (strncmp(line + strspn(line, " "), "= path:", 7))
			zw_buf_add(out, line, (size_t)(end - line));
	}
}

static void broken(const char *name)
{
	struct zw_arena *arena = zw_arena_new();
	const char *file = zw_strf(arena, "%s.zw", name).p;
	const char *const argv[] = { zw_binary(), "check", file, NULL };
	struct zw_buf said = { 0 };
	struct zw_run run;
	struct zw_str page;

	zw_run(&run, BROKEN, argv);
	ZW_CHECK(run.status == 1 || run.status == 2, "%s: status %d", name,
		 run.status);
	add_lines(&said, &run.out);
	add_lines(&said, &run.err);
	zw_buf_printf(&said, "exit status %d\n", run.status);
	ZW_CHECK(run.status != 1 || strstr(said.data, "= packet: "),
		 "%s is refuted without a packet", name);
	zw_golden(zw_strf(arena, BROKEN "/%s.said", name).p,
		  (struct zw_str){ said.data, said.n });
	ZW_CHECK(!zw_read_file(arena, BROKEN "/README.md", 1 << 20, &page) &&
			 strstr(zw_cstr(arena, page), file),
		 BROKEN "/README.md does not speak of %s", file);
	zw_buf_free(&said);
	zw_run_free(&run);
	zw_arena_free(arena);
}

static void test_broken(void)
{
	ZW_CHECK(each(BROKEN, broken) >= 10, "too few in " BROKEN);
}

static void test_tenants(void)
{
	const char *const argv[] = { "sh", FOLDER "/datacentre/tenants.sh",
				     NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 0, "status %d", run.status);
	zw_golden(FOLDER "/datacentre/tenants.zw",
		  (struct zw_str){ run.out.data, run.out.n });
	zw_run_free(&run);
}

void suite_examples(void);
void suite_examples(void)
{
	static CU_TestInfo tests[] = {
		{ "each example is proved", test_proved },
		{ "all are in canonical layout", test_layout },
		{ "each broken one is refuted or refused", test_broken },
		{ "the tenants are what their script writes", test_tenants },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("examples", tests);
}
