/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reload torture of what loads beside `apply`: the guard of a load that
 * nobody confirms, `rollback`, and `boot`. Nothing forbidden passes meanwhile,
 * and nothing is lost that both policies allow. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"
#include "tests/reload/bed.h"
#include "tests/reload/trial.h"

enum { USUAL = 2, MOST = 200 };

static void run(struct zw_trial *t, const char *folder,
		const char *const *words)
{
	const char *argv[10] = { zw_binary() };
	struct zw_run ran;
	size_t n = 1;

	while (*words)
		argv[n++] = *words++;
	argv[n++] = "--netns";
	argv[n++] = zw_testbed_name(t->bed);
	zw_run(&ran, folder, argv);
	ZW_CHECK(ran.status == 0, "%s: status %d: %s", argv[1], ran.status,
		 ran.err.n ? ran.err.data : "");
	zw_run_free(&ran);
}

/* The guard of the load that waits goes back at once when it is told to end. */
static void relieve(const char *path)
{
	char state = 'X', text[256];
	FILE *file = fopen(path, "r");
	int pid = 0, i;

	ZW_CHECK(file && fscanf(file, "%d", &pid) == 1 && pid > 1 &&
			 !kill(pid, SIGTERM),
		 "no guard");
	if (file)
		fclose(file);
	for (i = 0; i < 400 && pid > 1; i++) {
		snprintf(text, sizeof(text), "/proc/%d/stat", pid);
		file = fopen(text, "r");
		state = 'X';
		if (file && fgets(text, sizeof(text), file) &&
		    strrchr(text, ')'))
			state = strrchr(text, ')')[2];
		if (file)
			fclose(file);
		if (state == 'X' || state == 'Z')
			return;
		usleep(50000);
	}
	ZW_CHECK(false, "the guard does not end");
}

static void test_ways_back(void)
{
	static const char *const apply[] = { "apply", "torture.zw", NULL };
	static const char *const wait[] = { "apply", "torture.zw", "--confirm",
					    "60s", NULL };
	static const char *const rollback[] = { "rollback", NULL };
	static const char *const boot[] = { "boot", NULL };
	unsigned i, rounds = zw_reload_rounds(USUAL, MOST);
	char text[ZW_COUNTS_TEXT], state[4200], guard[4300];
	struct zw_counts counts;
	struct zw_trial t;

	if (!zw_trial_begin(&t, &zw_reload_cases[1]))
		return;
	snprintf(state, sizeof(state), "%s/state", t.folder);
	snprintf(guard, sizeof(guard), "%s/guard", state);
	setenv("ZWINGER_STATE", state, 1);
	run(&t, "a", apply);
	zw_injector_start(t.injector);
	for (i = 0; i < rounds; i++) {
		run(&t, "b", wait);
		relieve(guard);
		run(&t, "b", apply);
		run(&t, NULL, rollback);
		run(&t, NULL, boot);
		run(&t, "a", apply);
	}
	zw_injector_stop(t.injector, &counts);
	zw_counts_format(t.injector, &counts, text);
	printf("  %u loads by guard, rollback and boot: %s\n", 3 * rounds,
	       text);
	ZW_CHECK(!counts.leaks && !counts.losses && !counts.missed, "%s", text);
	zw_trial_end(&t);
}

void suite_ways_back(void);
void suite_ways_back(void)
{
	static CU_TestInfo tests[] = {
		{ "guard, rollback and boot leave no gap", test_ways_back },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("ways_back", tests);
}
