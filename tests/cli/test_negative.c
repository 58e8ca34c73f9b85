/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every file tests/negative/Zdddd-why.zw has the one defect that its name says:
 * `zwinger check` must print exactly Zdddd-why.err (diagnostics, then the exit
 * status) and raise that code. Where a file Zdddd-why.args is there, it is the
 * command line to run instead ("@" is the .zw file); it may stand alone. What
 * needs more (a namespace, less permission) is a script Zdddd-why.sh, which
 * finds the program in $ZWINGER and says on standard error what is compared. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "base/vec.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define FOLDER "tests/negative"
#define WORDS 16

/* Split the line TEXT into words; "@" becomes FILE. */
static void read_args(struct zw_arena *arena, struct zw_str text,
		      const char *file, const char **argv)
{
	char *copy = zw_alloc(arena, text.n + 1), *rest = copy, *word;
	int n = 1;

	memcpy(copy, text.p, text.n);
	while (n < WORDS - 1 && (word = strtok_r(rest, " \n", &rest)))
		argv[n++] = strcmp(word, "@") ? word : file;
	argv[n] = NULL;
}

static void one_case(const char *stem)
{
	struct zw_arena *arena = zw_arena_new();
	const char *argv[WORDS] = { zw_binary(), "check", NULL };
	const char *file = zw_strf(arena, "%s.zw", stem).p;
	const char *args = zw_strf(arena, FOLDER "/%s.args", stem).p;
	const char *script = zw_strf(arena, "%s.sh", stem).p;
	struct zw_str text;
	struct zw_buf all = { 0 };
	struct zw_run run;

	argv[2] = file;
	argv[3] = NULL;
	if (!zw_read_file(arena, args, 4096, &text)) {
		read_args(arena, text, file, argv);
	} else if (!access(zw_strf(arena, FOLDER "/%s", script).p, R_OK)) {
		if (!zw_netns_usable())
			return;
		setenv("ZWINGER", zw_binary(), 1);
		argv[0] = "sh";
		argv[1] = script;
		argv[2] = NULL;
	}
	zw_run(&run, FOLDER, argv);
	zw_buf_add(&all, run.err.data, run.err.n);
	zw_buf_printf(&all, "exit status %d\n", run.status);
	ZW_CHECK(strstr(all.data, zw_strf(arena, "[%.5s]", stem).p) != NULL,
		 "%s: its code was not raised:\n%s", stem, all.data);
	zw_golden(zw_strf(arena, FOLDER "/%s.err", stem).p,
		  (struct zw_str){ all.data, all.n });
	zw_buf_free(&all);
	zw_run_free(&run);
	zw_arena_free(arena);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] == 'Z' && dot &&
	       (!strcmp(dot, ".zw") || !strcmp(dot, ".args") ||
		!strcmp(dot, ".sh"));
}

static void each_defect(void)
{
	struct dirent **list;
	char last[256] = "";
	int i, n = scandir(FOLDER, &list, is_case, alphasort);

	ZW_CHECK(n > 0, "no files in " FOLDER);
	for (i = 0; i < n; i++) {
		*strrchr(list[i]->d_name, '.') = '\0';
		if (strcmp(last, list[i]->d_name))
			one_case(list[i]->d_name);
		snprintf(last, sizeof(last), "%s", list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

void suite_negative(void);
void suite_negative(void)
{
	static CU_TestInfo tests[] = {
		{ "each file has the defect it is named after", each_defect },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("negative", tests);
}
