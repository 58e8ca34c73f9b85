/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check says of a proxy on the gateway, as text and as JSON: both halves
 * where there are two, and nothing where one is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"

void suite_proxy(void);

#define ZONES                                                      \
	"external zone out { interface wan0 }\n"                   \
	"dmz zone front { interface dmz0 network 192.0.2.0/28 }\n" \
	"internal zone data { interface lan2 network 10.2.0.0/16 }\n"
#define IN "allow out, front -> self : dns,\n    tcp/3128\n"
#define OUT "allow self -> data : tcp/5432\n"

/* Run check on TEXT; what it answers, to be freed with zw_run_free(). */
static void check(const char *text, bool json, struct zw_run *run)
{
	char path[] = "/tmp/zw-proxy-XXXXXX";
	const char *argv[] = { zw_binary(), "check",
			       path,	    json ? "--format" : NULL,
			       "json",	    NULL };
	int fd = mkstemp(path);

	ZW_CHECK(fd >= 0 &&
			 write(fd, text, strlen(text)) == (ssize_t)strlen(text),
		 "no file");
	close(fd);
	zw_run(run, NULL, argv);
	unlink(path);
	zw_buf_putc(&run->out, '\0');
}

static void expect(const char *text, bool json, const char *const *parts,
		   bool there)
{
	struct zw_run run;
	size_t i;

	check(text, json, &run);
	ZW_CHECK(!run.status, "status %d", run.status);
	for (i = 0; parts[i]; i++)
		ZW_CHECK((strstr(run.out.data, parts[i]) != NULL) == there,
			 "'%s' %s in\n%s", parts[i],
			 there ? "is not" : "stands", run.out.data);
	zw_run_free(&run);
}

static const char *const lines[] = {
	"  beside    no proof covers what a proxy on the gateway",
	"front -> self           allow out, front -> self : dns, tcp/3128",
	"self -> data            allow self -> data : tcp/5432",
	NULL,
};

static void test_text(void)
{
	expect(ZONES IN OUT, false, lines, true);
	expect(ZONES IN, false, lines, false);
	expect(ZONES OUT, false, lines, false);
	expect(ZONES "allow out -> self : dns\n" OUT, false, lines, false);
	expect(ZONES "deny front -> self\n" OUT, false, lines, false);
}

static void test_json(void)
{
	static const char *const members[] = { "\"from_dmz\": [\n",
					       "\"zone\": \"front\"",
					       "\"to_internal\": [\n",
					       "\"zone\": \"data\"", NULL };
	static const char *const empty[] = { "\"from_dmz\": []",
					     "\"to_internal\": []", NULL };

	expect(ZONES IN OUT, true, members, true);
	expect(ZONES IN, true, empty, true);
}

void suite_proxy(void)
{
	static CU_TestInfo tests[] = {
		{ "text", test_text },
		{ "JSON", test_json },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("proxy", tests);
}
