/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger fmt`: which file is written when, which is left alone, and the
 * statuses. Each case works in a folder of its own under /tmp. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"

#define UGLY "gateway   hq # x\r\nallow a->b"
#define NEAT "gateway hq    # x\nallow a -> b\n"
#define BROKEN "gateway hq\nallow a ->\n"

struct folder {
	char path[64];
	struct zw_arena *arena;
};

static void folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/zw-fmt-XXXXXX");
	folder->arena = zw_arena_new();
	ZW_CHECK(mkdtemp(folder->path) != NULL, "no folder");
}

static const char *file_in(struct folder *folder, const char *name)
{
	return zw_strf(folder->arena, "%s/%s", folder->path, name).p;
}

static void put(struct folder *folder, const char *name, const char *text)
{
	ZW_CHECK(!zw_write_file(file_in(folder, name), text, strlen(text)),
		 "%s", name);
}

static void expect_file(struct folder *folder, const char *name,
			const char *text)
{
	struct zw_str found = ZW_STR("");

	ZW_CHECK(!zw_read_file(folder->arena, file_in(folder, name), 1 << 20,
			       &found),
		 "%s is not there", name);
	ZW_CHECK(zw_str_is(found, text), "%s holds\n%.*s", name,
		 ZW_STR_ARG(found));
}

static void folder_remove(struct folder *folder)
{
	const char *const argv[] = { "rm", "-r", folder->path, NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(!run.status, "%s: not removed", folder->path);
	zw_run_free(&run);
	zw_arena_free(folder->arena);
}

/* Run `zwinger fmt` with up to four WORDS in FOLDER and compare status and
 * standard output; standard error must hold ERR, or nothing. */
static void fmt(struct folder *folder, const char *const *words,
		const char *input, int status, const char *out, const char *err)
{
	const char *argv[8] = { zw_binary(), "fmt" };
	struct zw_run run;
	size_t i;

	for (i = 0; i < 5 && words[i]; i++)
		argv[2 + i] = words[i];
	zw_run_with(&run, folder->path, argv, zw_str_from(input));
	ZW_CHECK(run.status == status, "fmt %s: status %d, %s", words[0],
		 run.status, run.err.n ? run.err.data : "");
	ZW_CHECK(!strcmp(run.out.n ? run.out.data : "", out), "fmt %s: says %s",
		 words[0], run.out.n ? run.out.data : "nothing");
	ZW_CHECK(*err ? run.err.n && strstr(run.err.data, err) != NULL
		      : !run.err.n,
		 "fmt %s: complains: %s", words[0],
		 run.err.n ? run.err.data : "not");
	zw_run_free(&run);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void in_place(void)
{
	struct folder folder;
	struct stat before, after;

	folder_make(&folder);
	put(&folder, "a.zw", UGLY);
	put(&folder, "b.zw", NEAT);
	put(&folder, "c.zw", UGLY);
	chmod(file_in(&folder, "a.zw"), 0640);
	stat(file_in(&folder, "b.zw"), &before);
	fmt(&folder, WORDS("a.zw", "b.zw", "c.zw"), "", 0, "", "");
	expect_file(&folder, "a.zw", NEAT);
	expect_file(&folder, "c.zw", NEAT);
	stat(file_in(&folder, "b.zw"), &after);
	ZW_CHECK(before.st_ino == after.st_ino, "b.zw was replaced");
	stat(file_in(&folder, "a.zw"), &after);
	ZW_CHECK((after.st_mode & 0777) == 0640, "a.zw has mode %o",
		 after.st_mode & 0777);
	folder_remove(&folder);
}

static void only_told(void)
{
	struct folder folder;

	folder_make(&folder);
	put(&folder, "a.zw", UGLY);
	put(&folder, "b.zw", NEAT);
	fmt(&folder, WORDS("--check", "b.zw"), "", 0, "", "");
	fmt(&folder, WORDS("--check", "a.zw", "b.zw"), "", 5,
	    "a.zw:1: not in canonical layout\n", "");
	expect_file(&folder, "a.zw", UGLY);
	fmt(&folder, WORDS("--check", "-"), "gateway hq\n\n\ngateway b\n", 5,
	    "<stdin>:3: not in canonical layout\n", "");
	folder_remove(&folder);
}

static void mistakes(void)
{
	struct folder folder;

	folder_make(&folder);
	put(&folder, "a.zw", UGLY);
	put(&folder, "broken.zw", BROKEN);
	fmt(&folder, WORDS("broken.zw", "a.zw"), "", 2, "", "broken.zw:2:");
	expect_file(&folder, "broken.zw", BROKEN);
	expect_file(&folder, "a.zw", NEAT);
	put(&folder, "a.zw", UGLY); /* 2 is worse than 5 */
	fmt(&folder, WORDS("--check", "a.zw", "broken.zw"), "", 2,
	    "a.zw:1: not in canonical layout\n", "error[");
	fmt(&folder, WORDS("nowhere.zw"), "", 2, "", "Z6002");
	fmt(&folder, WORDS("-o", "x", "a.zw", "a.zw"), "", 2, "", "Z6001");
	fmt(&folder, WORDS("--check", "-o", "x", "a.zw"), "", 2, "", "Z6001");
	ZW_CHECK(access(file_in(&folder, "x"), F_OK) < 0, "x was written");
	folder_remove(&folder);
}

static void elsewhere(void)
{
	struct folder folder;

	folder_make(&folder);
	put(&folder, "a.zw", UGLY);
	fmt(&folder, WORDS("-"), UGLY, 0, NEAT, "");
	fmt(&folder, WORDS("-"), BROKEN, 2, "", "<stdin>:2:");
	fmt(&folder, WORDS("-o", "out.zw", "a.zw"), "", 0, "", "");
	expect_file(&folder, "out.zw", NEAT);
	fmt(&folder, WORDS("--output", "-", "a.zw"), "", 0, NEAT, "");
	fmt(&folder, WORDS("-o", "in.zw", "-"), UGLY, 0, "", "");
	expect_file(&folder, "in.zw", NEAT);
	expect_file(&folder, "a.zw", UGLY);
	fmt(&folder, WORDS("-o", "/dev/full", "a.zw"), "", 4, "", "Z6003");
	folder_remove(&folder);
}

/* Includes are not read, so they need not be there. */
static void includes(void)
{
	struct folder folder;

	folder_make(&folder);
	put(&folder, "a.zw", "include \"b.zw\";include   \"nowhere.zw\"");
	put(&folder, "b.zw", UGLY);
	fmt(&folder, WORDS("a.zw"), "", 0, "", "");
	expect_file(&folder, "a.zw",
		    "include \"b.zw\"\ninclude \"nowhere.zw\"\n");
	expect_file(&folder, "b.zw", UGLY);
	folder_remove(&folder);
}

/* As a user who may not write to the folder: the file is as it was, and
 * nothing stands beside it. */
static void unwritable(void)
{
	static const char script[] =
		"exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" fmt a.zw";
	const char *argv[] = { "sh", "-c", script, zw_binary(), NULL };
	const char *plain[] = { zw_binary(), "fmt", "a.zw", NULL };
	char program[] = "/tmp/zw-fmt-program-XXXXXX";
	struct folder folder;
	struct zw_str bytes;
	struct zw_run run;
	int fd;

	folder_make(&folder);
	put(&folder, "a.zw", UGLY);
	chmod(folder.path, 0555);
	fd = mkstemp(program); /* where that user can reach it */
	ZW_CHECK(fd >= 0 && !zw_read_file(folder.arena, zw_binary(),
					  (size_t)1 << 30, &bytes),
		 "no program");
	close(fd);
	ZW_CHECK(!zw_write_file(program, bytes.p, bytes.n), "no copy");
	chmod(program, 0755);
	argv[3] = program;
	zw_run(&run, folder.path, geteuid() ? plain : argv);
	ZW_CHECK(run.status == 4, "status %d: %s", run.status,
		 run.err.n ? run.err.data : "");
	ZW_CHECK(run.err.n && strstr(run.err.data, "Z6003"), "no reason");
	zw_run_free(&run);
	unlink(program);
	chmod(folder.path, 0755);
	expect_file(&folder, "a.zw", UGLY);
	unlink(file_in(&folder, "a.zw"));
	ZW_CHECK(!rmdir(folder.path), "something was left beside the file");
	mkdir(folder.path, 0755);
	folder_remove(&folder);
}

static void help(void)
{
	const char *const argv[] = { zw_binary(), "help", "fmt", NULL };
	const char *const example[] = { zw_binary(), "fmt", "--check",
					"tests/golden/fmt/hq.fmt", NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 0 && strstr(run.out.data, "--check") &&
			 strstr(run.out.data,
				"zwinger fmt --check tests/golden/fmt/hq.fmt"),
		 "%s", run.out.data);
	zw_run_free(&run);
	zw_run(&run, NULL, example);
	ZW_CHECK(run.status == 0 && !run.out.n, "the example: status %d",
		 run.status);
	zw_run_free(&run);
}

void suite_fmt(void);
void suite_fmt(void)
{
	static CU_TestInfo tests[] = {
		{ "in place", in_place },
		{ "--check only tells", only_told },
		{ "mistakes", mistakes },
		{ "standard input and elsewhere", elsewhere },
		{ "includes are not followed", includes },
		{ "a folder that cannot be written", unwritable },
		{ "help and its example", help },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("fmt", tests);
}
