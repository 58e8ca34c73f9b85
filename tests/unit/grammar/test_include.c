/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that include files, in a temporary folder: order, relative paths,
 * cycles under any name, chains and fans beyond the limits, files that cannot
 * be read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

static char folder[] = "/tmp/zw-include-XXXXXX";
static struct zw_buf made; /* the files, to be removed: NAME\0NAME\0... */

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void remember(const char *name)
{
	zw_buf_add(&made, name, strlen(name) + 1);
}

static void make_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	CU_ASSERT_FATAL(file != NULL);
	fputs(text, file);
	fclose(file);
	remember(name);
}

static void make_folder(const char *name)
{
	CU_ASSERT_EQUAL(mkdir(path_of(name), 0755), 0);
	remember(name);
}

static void begin(void)
{
	strcpy(folder, "/tmp/zw-include-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
}

/* Remove what was made, the last first. */
static void end(void)
{
	size_t at = made.n;

	while (at) {
		at--; /* the NUL that ends a name */
		while (at && made.data[at - 1])
			at--;
		remove(path_of(made.data + at));
	}
	CU_ASSERT_EQUAL(rmdir(folder), 0);
	zw_buf_free(&made);
}

static void check(const char *name, const char *mistakes, const char *printed)
{
	struct reading reading;

	reading_of_file(&reading, path_of(name));
	ZW_CHECK(!strcmp(reading_mistakes(&reading), mistakes), "%s: %s", name,
		 reading_mistakes(&reading));
	if (printed)
		ZW_CHECK(!strcmp(reading_printed(&reading), printed), "%s: %s",
			 name, reading_printed(&reading));
	reading_free(&reading);
}

static void order_and_paths(void)
{
	begin();
	make_folder("deep");
	make_folder("deep/er");
	make_file("a.zw", "gateway a1\ninclude \"deep/b.zw\"\ngateway a2");
	make_file("deep/b.zw", "include \"er/c.zw\"; gateway b");
	make_file("deep/er/c.zw", "gateway c\ninclude \"../../d.zw\"\nallow x");
	make_file("d.zw", "gateway d");
	check("a.zw",
	      "Z0008 3:8+0 expected '->' after 'x', found the end of the file\n",
	      "gateway a1\ninclude \"deep/b.zw\"\ninclude \"er/c.zw\"\n"
	      "gateway c\ninclude \"../../d.zw\"\ngateway d\ngateway b\n"
	      "gateway a2\n");
	/* twice is no cycle */
	make_file("twice.zw", "include \"d.zw\"\ninclude \"d.zw\"");
	check("twice.zw", "",
	      "include \"d.zw\"\ngateway d\ninclude \"d.zw\"\ngateway d\n");
	end();
}

static void unreadable(void)
{
	struct reading reading;
	char mistakes[1024];

	begin();
	make_file("a.zw", "include \"none.zw\"\ninclude \".\"\n"
			  "include \"/dev/zero\"\ngateway g");
	snprintf(
		mistakes, sizeof(mistakes),
		"Z6002 1:9+9 cannot read '%s/none.zw': %s\n"
		"Z6002 2:9+3 cannot read '%s/.': %s\n"
		"Z0006 3:9+11 cannot read '/dev/zero': more than 16 MiB of policy\n",
		folder, strerror(ENOENT), folder, strerror(EISDIR));
	check("a.zw", mistakes, NULL);
	/* the first file has no place */
	reading_of_file(&reading, path_of("none.zw"));
	CU_ASSERT_EQUAL_FATAL(reading.diags.list.n, 1);
	CU_ASSERT_EQUAL(reading.diags.list.v[0]->code, ZW_Z6002);
	CU_ASSERT_EQUAL(reading.diags.list.v[0]->primary.span.file, ZW_NO_FILE);
	reading_free(&reading);
	end();
}

static void cycles(void)
{
	struct reading reading;
	const struct zw_diag *diag;

	begin();
	make_file("a.zw", "gateway a\ninclude \"b.zw\"");
	make_file("b.zw", "include \"c.zw\"\ngateway b");
	make_file("c.zw", "gateway c\ninclude \"again.zw\"");
	CU_ASSERT_EQUAL(symlink("a.zw", path_of("again.zw")), 0);
	remember("again.zw");
	check("a.zw",
	      "Z6004 2:9+10 this include never ends: \"again.zw\" is being read already\n",
	      "gateway a\ninclude \"b.zw\"\ninclude \"c.zw\"\ngateway c\n"
	      "include \"again.zw\"\ngateway b\n");
	reading_of_file(&reading, path_of("a.zw"));
	diag = reading.diags.list.v[0];
	CU_ASSERT_EQUAL(diag->labels.n, 2);
	CU_ASSERT_EQUAL(diag->labels.v[0].span.file, 1);
	CU_ASSERT_EQUAL(diag->labels.v[1].span.file, 0);
	reading_free(&reading);
	make_file("self.zw", "include \"./self.zw\"");
	check("self.zw",
	      "Z6004 1:9+11 this include never ends: \"./self.zw\" is being read already\n",
	      NULL);
	end();
}

static void a_long_chain(void)
{
	char name[16], text[64];
	u32 i;

	begin();
	for (i = 0; i < ZW_INCLUDE_LIMIT + 2; i++) {
		snprintf(name, sizeof(name), "%u.zw", i);
		snprintf(text, sizeof(text), "include \"%u.zw\"", i + 1);
		make_file(name, i > ZW_INCLUDE_LIMIT ? "gateway g" : text);
	}
	check("0.zw", "Z6004 1:9+7 includes are nested more than 64 deep\n",
	      NULL);
	check("1.zw", "", NULL);
	end();
}

/* Each of 30 files includes the next one twice: 2^30 readings. */
static void a_wide_fan(void)
{
	char name[16], text[128];
	u32 i;

	begin();
	for (i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "%u.zw", i);
		snprintf(text, sizeof(text),
			 "include \"%u.zw\"\ninclude \"%u.zw\"", i + 1, i + 1);
		make_file(name, i == 29 ? "gateway g" : text);
	}
	check("0.zw", "Z6004 2:9+7 a policy of more than 1024 files\n", NULL);
	end();
}

static void a_huge_file(void)
{
	struct reading reading;
	size_t before;

	begin();
	make_file("huge.zw", "gateway g\n");
	CU_ASSERT_EQUAL(truncate(path_of("huge.zw"), 100 << 20), 0);
	make_file("a.zw", "include \"huge.zw\"\ngateway g");
	reading_of_file(&reading, path_of("a.zw"));
	before = zw_arena_size(reading.arena);
	ZW_CHECK(before < 1u << 20, "%zu bytes were taken", before);
	CU_ASSERT_EQUAL(reading.diags.errors, 1);
	CU_ASSERT_EQUAL(reading.diags.list.v[0]->code, ZW_Z0006);
	CU_ASSERT_EQUAL(reading.ast.stmts.n, 2);
	reading_free(&reading);
	end();
}

void suite_include(void);
void suite_include(void)
{
	static CU_TestInfo tests[] = {
		{ "order and paths", order_and_paths },
		{ "unreadable", unreadable },
		{ "cycles", cycles },
		{ "a long chain", a_long_chain },
		{ "a wide fan", a_wide_fan },
		{ "a huge file", a_huge_file },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: includes", tests);
}
