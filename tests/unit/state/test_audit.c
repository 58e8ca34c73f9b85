/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trail: whole after each append, also after one that was cut short
 * anywhere; every change, cut and insertion is found and placed. */
#include "state/audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/source.h"
#include "state/record.h"
#include "tests/harness/harness.h"

enum { LINES = 5 };

struct scene {
	struct zw_arena *arena;
	char path[64], trail[80];
	struct zw_folder folder;
	struct zw_who who;
};

static void set_scene(struct scene *s)
{
	*s = (struct scene){ .arena = zw_arena_new(),
			     .path = "/tmp/zwinger-audit-XXXXXX" };
	if (!mkdtemp(s->path))
		CU_FAIL_FATAL("mkdtemp");
	snprintf(s->trail, sizeof(s->trail), "%s/audit.jsonl", s->path);
	CU_ASSERT_EQUAL(zw_folder_open(s->path, false, &s->folder), 0);
	zw_who(s->arena, &s->who);
}

static void strike_scene(struct scene *s)
{
	static const char *const names[] = { "audit.jsonl", "audit-head",
					     "new" };
	char path[128];
	size_t i;

	zw_folder_close(&s->folder);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", s->path, names[i]);
		unlink(path);
	}
	rmdir(s->path);
	zw_arena_free(s->arena);
}

static void append(struct scene *s, const char *note)
{
	const struct zw_audit_entry entry = {
		.when = 1700000000,
		.event = "apply",
		.stage = "done",
		.who = &s->who,
		.policy = ZW_STR("a \"b\"\n\xff.zw"),
		.generation = 3,
		.former = -1,
		.note = zw_str_from(note),
	};
	struct zw_audit audit;

	CU_ASSERT_EQUAL_FATAL(zw_audit_open(s->trail, &s->folder, &audit), 0);
	CU_ASSERT_EQUAL(zw_audit_append(s->arena, &audit, &entry), 0);
	zw_audit_close(&audit);
}

static struct zw_str read_trail(struct scene *s)
{
	struct zw_str text = { 0 };

	CU_ASSERT_EQUAL(zw_read_file(s->arena, s->trail, 1 << 20, &text), 0);
	return text;
}

static void write_trail(struct scene *s, struct zw_str text)
{
	FILE *file = fopen(s->trail, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(text.p, 1, text.n, file), text.n);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

static struct zw_audit_finding judge(struct scene *s, struct zw_str text)
{
	struct zw_audit_finding f;

	CU_ASSERT_EQUAL(zw_audit_verify(s->arena, &s->folder, text, &f), 0);
	return f;
}

/* Where line LINE (from 1) of TEXT begins. */
static size_t start_of(struct zw_str text, unsigned line)
{
	size_t at = 0;

	while (--line)
		at += (size_t)((const char *)memchr(text.p + at, '\n',
						    text.n - at) -
			       (text.p + at)) +
		      1;
	return at;
}

static void fill(struct scene *s)
{
	char note[16];
	int i;

	for (i = 0; i < LINES; i++) {
		snprintf(note, sizeof(note), "note %d", i);
		append(s, note);
	}
}

static void test_whole(void)
{
	struct zw_audit_finding f;
	struct zw_buf out = { 0 };
	struct zw_str text;
	struct scene s;
	struct stat st;

	set_scene(&s);
	f = judge(&s, ZW_STR(""));
	CU_ASSERT_EQUAL(f.fault, ZW_AUDIT_WHOLE);
	fill(&s);
	text = read_trail(&s);
	f = judge(&s, text);
	CU_ASSERT_EQUAL(f.fault, ZW_AUDIT_WHOLE);
	CU_ASSERT_EQUAL(f.lines, LINES);
	CU_ASSERT_EQUAL(f.digest[64], 0);
	CU_ASSERT_EQUAL(strlen(f.digest), 64);
	CU_ASSERT(!stat(s.trail, &st) && (st.st_mode & 0777) == 0600);
	zw_audit_print(s.arena, &out, text);
	ZW_CHECK(strstr(out.data, "note 4") &&
			 strstr(out.data, "2023-11-14T22:13:20Z"),
		 "%s", out.data);
	zw_buf_free(&out);
	strike_scene(&s);
}

/* TEXT with its lines FIRST up to END left out, and INSERTED in their place. */
static struct zw_str edited(struct scene *s, struct zw_str text, unsigned first,
			    unsigned end, struct zw_str inserted)
{
	size_t a = start_of(text, first);
	size_t b = end > LINES ? text.n : start_of(text, end);

	return zw_strf(s->arena, "%.*s%.*s%.*s", (int)a, text.p,
		       ZW_STR_ARG(inserted), (int)(text.n - b), text.p + b);
}

static void expect(struct scene *s, const char *what, struct zw_str text,
		   enum zw_audit_fault fault, u64 line)
{
	struct zw_audit_finding f = judge(s, text);

	ZW_CHECK(f.fault == fault && f.line == line,
		 "%s: fault %d at line %llu, not %d at %llu", what,
		 (int)f.fault, (unsigned long long)f.line, (int)fault,
		 (unsigned long long)line);
}

static void test_tampering(void)
{
	struct zw_str text, line, second;
	struct scene s;
	unsigned i;

	set_scene(&s);
	fill(&s);
	text = read_trail(&s);
	second = edited(&s, text, 1, 2, ZW_STR(""));
	second.n = start_of(second, 2);
	for (i = 1; i <= LINES; i++) {
		struct zw_str changed = zw_str_copy(s.arena, text);
		char *p = (char *)(uintptr_t)changed.p;
		const char *note =
			strstr(changed.p + start_of(text, i), "note ");

		p[note - changed.p] = 'N';
		expect(&s, "changed", changed,
		       i == LINES ? ZW_AUDIT_OTHER_END : ZW_AUDIT_BROKEN,
		       i == LINES ? LINES : i + 1);
		line = edited(&s, text, i, i + 1, ZW_STR(""));
		expect(&s, "cut", line,
		       i == 1	    ? ZW_AUDIT_CUT_BEFORE
		       : i == LINES ? ZW_AUDIT_CUT_BEHIND
				    : ZW_AUDIT_BROKEN,
		       i == LINES ? LINES - 1 : i);
		line = edited(&s, text, i, i, second);
		expect(&s, "inserted", line,
		       i == 1 ? ZW_AUDIT_CUT_BEFORE : ZW_AUDIT_BROKEN,
		       i == 2 ? 3 : i); /* of two alike the first is right */
		line = edited(&s, text, i, i, ZW_STR("{}\n"));
		expect(&s, "nonsense", line, ZW_AUDIT_NO_ENTRY, i);
	}
	expect(&s, "all of it cut", ZW_STR(""), ZW_AUDIT_CUT_BEHIND, 0);
	line = (struct zw_str){ text.p, text.n - 9 };
	expect(&s, "cut within the last line", line, ZW_AUDIT_NO_ENTRY, LINES);
	strike_scene(&s);
}

/* One that was written as the next one would be, but by somebody else. */
static void test_forged(void)
{
	struct zw_str head = { 0 }, text;
	struct scene s;

	set_scene(&s);
	fill(&s);
	CU_ASSERT_EQUAL(zw_folder_read(s.arena, &s.folder, "audit-head", &head),
			0);
	append(&s, "forged");
	text = read_trail(&s);
	CU_ASSERT_EQUAL(zw_folder_write(&s.folder, "audit-head", head), 0);
	expect(&s, "added at the end", text, ZW_AUDIT_LONGER, LINES + 1);
	CU_ASSERT_EQUAL(zw_folder_remove(&s.folder, "audit-head"), 0);
	expect(&s, "no head", text, ZW_AUDIT_NO_HEAD, LINES + 1);
	CU_ASSERT_EQUAL(zw_folder_write(&s.folder, "audit-head",
					ZW_STR("zwinger audit-head 1\n")),
			0);
	expect(&s, "a damaged head", text, ZW_AUDIT_NO_HEAD, LINES + 1);
	/* whoever appends goes on from the trail's own end */
	append(&s, "after");
	expect(&s, "gone on", read_trail(&s), ZW_AUDIT_WHOLE, LINES + 2);
	strike_scene(&s);
}

/* The head as it is while line LINES + 1 is under way. */
static void plan_line(struct scene *s, struct zw_str settled, struct zw_str all)
{
	struct zw_record record = { 0 };
	struct zw_buf out = { 0 };
	struct zw_str before = { 0 };

	CU_ASSERT_EQUAL(
		zw_folder_read(s->arena, &s->folder, "audit-head", &before), 0);
	CU_ASSERT(zw_record_parse(s->arena, "audit-head", before, &record));
	record.values.n--; /* "next" */
	zw_record_add(
		s->arena, &record, "next",
		(struct zw_str){ all.p + settled.n, all.n - settled.n - 1 });
	zw_record_print(&out, "audit-head", &record);
	CU_ASSERT_EQUAL(zw_folder_write(&s->folder, "audit-head",
					(struct zw_str){ out.data, out.n }),
			0);
	zw_buf_free(&out);
}

static void test_cut_short(void)
{
	struct zw_str settled, all, head = { 0 };
	struct zw_audit_finding f;
	struct scene s;
	size_t n;

	set_scene(&s);
	fill(&s);
	settled = read_trail(&s);
	CU_ASSERT_EQUAL(zw_folder_read(s.arena, &s.folder, "audit-head", &head),
			0);
	append(&s, "under way");
	all = read_trail(&s);
	for (n = settled.n; n <= all.n; n += 37) {
		CU_ASSERT_EQUAL(zw_folder_write(&s.folder, "audit-head", head),
				0);
		plan_line(&s, settled, all);
		write_trail(&s, (struct zw_str){ all.p, n });
		f = judge(&s, (struct zw_str){ all.p, n });
		ZW_CHECK(!f.fault && f.unfinished && f.lines == LINES,
			 "killed after %zu bytes: fault %d", n - settled.n,
			 (int)f.fault);
		append(&s, "next");
		f = judge(&s, read_trail(&s));
		ZW_CHECK(!f.fault && f.lines == LINES + 2,
			 "completed after %zu bytes: fault %d, %llu lines",
			 n - settled.n, (int)f.fault,
			 (unsigned long long)f.lines);
	}
	strike_scene(&s);
}

void suite_audit(void);
void suite_audit(void)
{
	static CU_TestInfo tests[] = {
		{ "whole after each append", test_whole },
		{ "each change, cut and insertion is found", test_tampering },
		{ "what others append, and a head that is gone", test_forged },
		{ "an append that was cut short is completed", test_cut_short },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("audit", tests);
}
