/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generation from long ago, one of whose rules has expired since: `check`
 * refuses its policy, but it comes up, it can be gone back to, and `status`
 * knows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/ledger.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define POLICY                                                          \
	"external zone internet { interface wan0 }\n"                   \
	"internal zone office { interface lan0 network 10.1.0.0/16 }\n" \
	"allow office -> internet : https until 2020-01-05\n"

static void keep(const char *path)
{
	const struct zw_file_copy file = { ZW_STR("gw.zw"), ZW_STR(POLICY),
					   0100644 };
	struct zw_arena *arena = zw_arena_new();
	struct zw_generation g = { .number = 1,
				   .when = 1577836800, /* 2020-01-01 */
				   .who = ZW_STR("somebody"),
				   .policy = ZW_STR("gw.zw"),
				   .verdict = ZW_STR("proved") };
	struct zw_ledger ledger = zw_ledger_none();
	struct zw_folder folder;

	zw_push(arena, g.files, file);
	g.sources = zw_generation_digest(arena, g.files.v, g.files.n);
	ledger.loaded = 1;
	zw_ledger_confirm(arena, &ledger, 1);
	CU_ASSERT_EQUAL(zw_folder_open(path, true, &folder), 0);
	CU_ASSERT_EQUAL(zw_generation_write(arena, &folder, &g), 0);
	CU_ASSERT_EQUAL(zw_ledger_write(arena, &folder, &ledger), 0);
	zw_folder_close(&folder);
	zw_arena_free(arena);
}

static void expect(const char *name, const char *command, const char *operand,
		   int status, const char *said)
{
	const char *argv[] = { zw_binary(), command, "--netns",
			       name,	    operand, NULL };
	struct zw_buf all = { 0 };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	zw_buf_puts(&all, "");
	zw_buf_add(&all, run.out.data, run.out.n);
	zw_buf_add(&all, run.err.data, run.err.n);
	ZW_CHECK(run.status == status && strstr(all.data, said),
		 "%s: status %d, without '%s': %s", command, run.status, said,
		 all.data);
	zw_buf_free(&all);
	zw_run_free(&run);
}

static void test_expired(void)
{
	char folder[] = "/tmp/zwinger-until-XXXXXX", path[64];
	char name[ZW_NETNS_NAME];
	const char *const gone[] = { "rm", "-rf", folder, NULL };
	struct zw_run run;
	int ns;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	if (ns < 0 || zw_netns_publish(ns, name) || !mkdtemp(folder)) {
		ZW_CHECK(false, "no namespace");
		return;
	}
	snprintf(path, sizeof(path), "%s/state", folder);
	setenv("ZWINGER_STATE", path, 1);
	keep(path);
	expect(name, "boot", NULL, 0, "number 1 is in force");
	expect(name, "status", NULL, 0, "meaning   proved now");
	expect(name, "rollback", "1", 0, "proved for IPv4 and IPv6");
	zw_run(&run, NULL, gone);
	zw_run_free(&run);
	zw_netns_unpublish(name);
	close(ns);
}

void suite_until(void);
void suite_until(void)
{
	static CU_TestInfo tests[] = {
		{ "a rule that has expired since stops no boot", test_expired },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("until", tests);
}
