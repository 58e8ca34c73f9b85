/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every command that a page shows is run, and what the page says it prints is
 * compared. A page is followed from its first line to its last in a folder of
 * its own that looks like the root of the tree, with a network and a
 * /run of its own. Its blocks:
 *
 *	```zw name.zw	becomes that file, and so does ```nft name
 *	```zw		a fragment: checked behind an include of the last
 *			file named town.zw, or alone if there is none
 *	```console	lines "$ command" and what each prints; a line "..."
 *			stands for any lines
 *	```sh		commands that must succeed; apt-get and make, which
 *			need a fresh host, are left to `make demo`
 *
 * UPDATE=1 writes what was printed where it differs. Commands in other blocks
 * and in running text are not run, but must be commands, with options that they
 * have. The example of each command's help is run as well. */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "base/vec.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define MARK "\036" /* ends what a command printed */

enum kind { FILE_BLOCK, FRAGMENT, CONSOLE, SHELL };

struct step {
	enum kind kind;
	unsigned line;
	struct zw_str name;	/* FILE_BLOCK */
	struct zw_str text;	/* of the file, or the command */
	struct zw_str expected; /* CONSOLE: a slice of the page */
};

struct page {
	struct zw_arena *arena;
	const char *path;
	struct zw_str text;
	ZW_VEC(struct step) steps;
};

static struct zw_str slice(const char *from, const char *to)
{
	return (struct zw_str){ from, (size_t)(to - from) };
}

static const char *next_line(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline ? newline + 1 : end;
}

static bool starts(const char *p, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - p) >= n && !memcmp(p, with, n);
}

/* ---- reading a page ------------------------------------------------------ */

static void add_commands(struct page *page, enum kind kind, const char *p,
			 const char *end, unsigned line)
{
	const char *next, *stop;

	for (; p < end; p = stop) {
		struct step step = { .kind = kind, .line = line };

		next = stop = next_line(p, end);
		line++;
		if (kind == CONSOLE && !starts(p, end, "$ ")) {
			ZW_CHECK(false, "%s:%u: output of no command",
				 page->path, line - 1);
			continue;
		}
		step.text = slice(kind == CONSOLE ? p + 2 : p, next);
		for (;
		     kind == CONSOLE && stop < end && !starts(stop, end, "$ ");
		     line++)
			stop = next_line(stop, end);
		step.expected = slice(next, stop);
		if (kind == SHELL &&
		    (starts(p, end, "apt-get ") || starts(p, end, "make")))
			continue;
		zw_push(page->arena, page->steps, step);
	}
}

static void add_block(struct page *page, struct zw_str info, const char *p,
		      const char *end, unsigned line)
{
	struct step step = { .line = line, .text = slice(p, end) };

	if (zw_str_is(info, "console") || zw_str_is(info, "sh")) {
		add_commands(page, info.p[0] == 'c' ? CONSOLE : SHELL, p, end,
			     line);
		return;
	}
	if (info.n > 4 && !memcmp(info.p, "nft ", 4)) {
		step.kind = FILE_BLOCK;
		step.name = slice(info.p + 4, info.p + info.n);
		zw_push(page->arena, page->steps, step);
		return;
	}
	if (info.n < 2 || memcmp(info.p, "zw", 2))
		return;
	step.kind = info.n > 3 ? FILE_BLOCK : FRAGMENT;
	if (info.n > 3)
		step.name = slice(info.p + 3, info.p + info.n);
	zw_push(page->arena, page->steps, step);
}

static void read_page(struct page *page)
{
	const char *p = page->text.p, *end = p + page->text.n, *next;
	const char *block = NULL;
	struct zw_str info = { 0 };
	unsigned line = 0, first = 0;

	for (; p < end; p = next) {
		next = next_line(p, end);
		line++;
		if (!starts(p, end, "```"))
			continue;
		if (block)
			add_block(page, info, block, p, first);
		block = block ? NULL : next;
		info = slice(p + 3, next - 1);
		first = line + 1;
	}
	ZW_CHECK(!block, "%s: a block is not closed", page->path);
}

/* ---- following it -------------------------------------------------------- */

static void put_file(struct zw_buf *script, const char *name,
		     struct zw_str text)
{
	zw_buf_printf(script, "cat > '%s' <<'END-OF-FILE'\n%.*sEND-OF-FILE\n",
		      name, ZW_STR_ARG(text));
}

/* One shell script; behind each step MARK and its status. */
static void put_script(struct zw_buf *script, const struct page *page)
{
	char root[4096];
	size_t i;

	zw_buf_printf(script,
		      "mount -t tmpfs none /run\n"
		      "ip link set lo up\n"
		      "PATH=$(dirname %s):$PATH\n"
		      "for f in '%s'/*; do ln -s \"$f\" .; done\n"
		      "exec 2>&1 </dev/null\n",
		      zw_binary(), getcwd(root, sizeof(root)) ? root : ".");
	for (i = 0; i < page->steps.n; i++) {
		const struct step *s = &page->steps.v[i];

		switch (s->kind) {
		case FILE_BLOCK:
			put_file(script, zw_cstr(page->arena, s->name),
				 s->text);
			break;
		case FRAGMENT:
			put_file(script, "fragment.zw", s->text);
			zw_buf_puts(
				script,
				"{ [ ! -f town.zw ] || echo 'include "
				"\"town.zw\"'; cat fragment.zw; } >whole.zw\n"
				"zwinger check whole.zw\n");
			break;
		case CONSOLE:
		case SHELL:
			zw_buf_printf(script, "%.*s", ZW_STR_ARG(s->text));
			break;
		}
		zw_buf_puts(script, "printf '" MARK "%d\\n' $?\n");
	}
}

/* Do the lines of TEXT fit PATTERN, in which "..." is any lines? */
static bool fits(const char *pattern, const char *pattern_end, const char *text,
		 const char *text_end)
{
	for (; pattern < pattern_end;) {
		const char *after = next_line(pattern, pattern_end), *line;

		if (slice(pattern, after).n == 4 &&
		    starts(pattern, after, "...\n")) {
			for (;; text = next_line(text, text_end)) {
				if (fits(after, pattern_end, text, text_end))
					return true;
				if (text == text_end)
					return false;
			}
		}
		line = next_line(text, text_end);
		if (!zw_str_eq(slice(pattern, after), slice(text, line)))
			return false;
		pattern = after;
		text = line;
	}
	return text == text_end;
}

static void judge(const struct page *page, const struct step *s,
		  struct zw_str said, int status, struct zw_buf *updated,
		  const char **copied)
{
	const char *expected_end = s->expected.p + s->expected.n;

	if (s->kind != CONSOLE) {
		ZW_CHECK(!status, "%s:%u: status %d: %.*s\n%.*s", page->path,
			 s->line, status, ZW_STR_ARG(s->text),
			 ZW_STR_ARG(said));
		return;
	}
	if (fits(s->expected.p, expected_end, said.p, said.p + said.n))
		return;
	if (getenv("UPDATE")) {
		zw_buf_add(updated, *copied, (size_t)(s->expected.p - *copied));
		zw_buf_add(updated, said.p, said.n);
		*copied = expected_end;
		return;
	}
	ZW_CHECK(false, "%s:%u: %.*sprints\n%.*snot\n%.*s", page->path, s->line,
		 ZW_STR_ARG(s->text), ZW_STR_ARG(said),
		 ZW_STR_ARG(s->expected));
}

static void compare(const struct page *page, const struct zw_run *run)
{
	const char *p = run->out.n ? run->out.data : "", *end = p + run->out.n;
	const char *copied = page->text.p;
	struct zw_buf updated = { 0 };
	size_t i;

	for (i = 0; i < page->steps.n; i++) {
		const struct step *s = &page->steps.v[i];
		const char *mark = memchr(p, MARK[0], (size_t)(end - p));

		if (!mark) {
			ZW_CHECK(false, "%s:%u: the page stops here: %.*s",
				 page->path, s->line, (int)(end - p), p);
			break;
		}
		judge(page, s, slice(p, mark), atoi(mark + 1), &updated,
		      &copied);
		p = next_line(mark, end);
	}
	if (copied != page->text.p) {
		zw_buf_add(&updated, copied,
			   page->text.n - (size_t)(copied - page->text.p));
		ZW_CHECK(!zw_write_file(page->path, updated.data, updated.n),
			 "cannot write %s", page->path);
	}
	zw_buf_free(&updated);
}

static void follow(struct page *page)
{
	char folder[] = "/tmp/zw-page-XXXXXX";
	const char *argv[] = { "unshare", "--net", "--mount", "sh",
			       "-c",	  NULL,	   NULL };
	const char *const clean[] = { "rm", "-rf", folder, NULL };
	struct zw_buf script = { 0 };
	struct zw_run run;

	if (!page->steps.n)
		return;
	if (!mkdtemp(folder)) {
		ZW_CHECK(false, "no folder for %s", page->path);
		return;
	}
	put_script(&script, page);
	argv[5] = script.data;
	zw_run(&run, folder, argv);
	ZW_CHECK(!run.err.n, "%s: %s", page->path, run.err.data);
	compare(page, &run);
	zw_run_free(&run);
	zw_buf_free(&script);
	zw_run(&run, NULL, clean);
	zw_run_free(&run);
}

/* ---- words --------------------------------------------------------------- */

/* The help of the command WORD; empty if there is none. */
static struct zw_str help_of(struct zw_arena *arena, const char *word)
{
	const char *const argv[] = { zw_binary(), "help", word, NULL };
	struct zw_str help = { "", 0 };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	if (!run.status && run.out.n)
		help = zw_str_copy(arena,
				   (struct zw_str){ run.out.data, run.out.n });
	zw_run_free(&run);
	return help;
}

/* The options on the rest of the line P must be in HELP. */
static void check_options(const struct page *page, const char *word,
			  const char *p, const char *help)
{
	const char *end;
	char option[64];

	for (; *p && !strchr("\n`#|;&", *p); p++) {
		if (strncmp(p, " --", 3) || !islower((unsigned char)p[3]))
			continue;
		for (end = p + 3; islower((unsigned char)*end) || *end == '-';
		     end++)
			;
		snprintf(option, sizeof(option), "%.*s", (int)(end - p - 1),
			 p + 1);
		ZW_CHECK(strstr(help, option) != NULL,
			 "%s: 'zwinger %s' has no option %s", page->path, word,
			 option);
	}
}

/* "zwinger WORD" in a command's place: behind a backquote, a prompt, or the
 * blanks that make a block. */
static void check_words(const struct page *page)
{
	static const char before[] = "zwinger ";
	const char *p = page->text.p, *end, *help;
	char word[32];

	for (; (p = strstr(p, before)); p = end) {
		bool command = p > page->text.p + 1 &&
			       (p[-1] == '`' || !strncmp(p - 2, "$ ", 2) ||
				(p > page->text.p + 4 &&
				 !strncmp(p - 5, "\n    ", 5)));

		p += strlen(before);
		for (end = p; islower((unsigned char)*end); end++)
			;
		if (!command || end == p || end - p >= (long)sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)(end - p), p);
		help = help_of(page->arena, word).p;
		ZW_CHECK(*help, "%s: 'zwinger %s' is no command", page->path,
			 word);
		if (*help)
			check_options(page, word, end, help);
	}
}

/* A page made of the example in each command's help; one of them may refute. */
static void test_help(void)
{
	static const char before[] = "\nExample:\n  ";
	struct page page = { .path = "zwinger help" };
	struct zw_buf text = { 0 };
	const char *p;

	if (!zw_netns_usable())
		return;
	page.arena = zw_arena_new();
	p = help_of(page.arena, NULL).p;
	zw_buf_puts(&text, "```sh\nip netns add test\n");
	for (p = strstr(p, "\nCommands:\n"); p && (p = strstr(p, "\n  "));
	     p++) {
		const char *name = p + 3, *example;

		if (!islower((unsigned char)*name))
			continue;
		example =
			help_of(page.arena,
				zw_cstr(page.arena,
					slice(name, name + strcspn(name, " "))))
				.p;
		example = strstr(example, before);
		ZW_CHECK(example, "no example: %.9s", name);
		if (example)
			zw_buf_printf(
				&text, "%.*s || [ $? = 1 ]\n",
				(int)strcspn(example + strlen(before), "\n"),
				example + strlen(before));
	}
	zw_buf_puts(&text, "```\n");
	page.text = (struct zw_str){ text.data, text.n };
	read_page(&page);
	ZW_CHECK(page.steps.n > 5, "only %zu examples", page.steps.n);
	follow(&page);
	zw_buf_free(&text);
	zw_arena_free(page.arena);
}

/* ---- all pages ----------------------------------------------------------- */

static void pages(const char *pattern)
{
	glob_t found = { 0 };
	size_t i;

	ZW_CHECK(!glob(pattern, 0, NULL, &found), "no page %s", pattern);
	for (i = 0; i < found.gl_pathc; i++) {
		struct page page = { .arena = zw_arena_new(),
				     .path = found.gl_pathv[i] };

		ZW_CHECK(!zw_read_file(page.arena, page.path, 1 << 20,
				       &page.text),
			 "cannot read %s", page.path);
		page.text = zw_str_copy(page.arena, page.text);
		read_page(&page);
		follow(&page);
		check_words(&page);
		zw_arena_free(page.arena);
	}
	globfree(&found);
}

static void test_pages(void)
{
	static const char *const patterns[] = { "*.md", "docs/*.md",
						"examples/*.md",
						"examples/*/*.md" };
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		pages(patterns[i]);
}

void suite_pages(void);
void suite_pages(void)
{
	static CU_TestInfo tests[] = {
		{ "the pages print what they say", test_pages },
		{ "the examples of help run", test_help },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("pages", tests);
}
