/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goldens of trees: tests/golden/tree/NAME.zw is read and its tree, with
 * spans, is NAME.tree. UPDATE=1 in the environment rewrites them. The folder
 * is found from the root of the tree, or from where ZW_ROOT says. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

#define FOLDER "tests/golden/tree"

/* The first line in which A and B differ, for the message. */
static void show_difference(const char *name, const char *want, const char *got)
{
	unsigned line = 1;

	while (*want && *want == *got) {
		line += *want == '\n';
		want++;
		got++;
	}
	ZW_CHECK(false,
		 "%s.tree:%u: the rest should be\n%.200s\nbut is\n%.200s", name,
		 line, want, got);
}

static void compare(struct reading *reading, const char *folder,
		    const char *name)
{
	const char *dump = reading_dump(reading, true);
	struct zw_str want;
	const char *path;

	path = zw_strf(reading->arena, "%s/%s.tree", folder, name).p;
	if (getenv("UPDATE"))
		CU_ASSERT_EQUAL(zw_write_file(path, dump, strlen(dump)), 0);
	CU_ASSERT_FATAL(zw_read_file(reading->arena, path, 1u << 20, &want) ==
			0);
	if (!zw_str_is(want, dump))
		show_difference(name, want.p, dump);
}

static void one(const char *folder, const char *name)
{
	struct reading reading;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s.zw", folder, name);
	reading_of_file(&reading, path);
	ZW_CHECK(!reading.diags.errors, "%s: %s", path,
		 reading_mistakes(&reading));
	compare(&reading, folder, name);
	if (zw_sources_count(reading.sources) == 1)
		reading_check_again(&reading, name);
	reading_free(&reading);
}

static void goldens(void)
{
	const char *root = getenv("ZW_ROOT");
	struct dirent *entry;
	char folder[512];
	unsigned count = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/%s", root ? root : ".", FOLDER);
	dir = opendir(folder);
	CU_ASSERT_FATAL(dir != NULL);
	while ((entry = readdir(dir))) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".zw"))
			continue;
		*dot = '\0';
		one(folder, entry->d_name);
		count++;
	}
	closedir(dir);
	ZW_CHECK(count > 5, "%u goldens found", count);
}

void suite_tree(void);
void suite_tree(void)
{
	static CU_TestInfo tests[] = {
		{ "goldens", goldens },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: trees", tests);
}
