/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appending is written ahead: the head (record "audit-head") names the line to
 * come before it goes to the trail, and that it is there afterwards. Killed in
 * between, the trail has a part of that line, which the next append completes;
 * nothing else is ever taken for unfinished. */
#include "state/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/source.h"
#include "state/audit_entry.h"
#include "state/record.h"

#define HEAD "audit-head"
#define NOTHING_BEFORE \
	"0000000000000000000000000000000000000000000000000000000000000000"

struct head {
	bool known;
	u64 count, size;      /* lines and bytes that are settled */
	struct zw_str digest; /* of the last one */
	struct zw_str next; /* the line under way, without its end; or empty */
};

static struct zw_str digest_of(struct zw_arena *arena, struct zw_str line)
{
	u8 digest[ZW_SHA256_BYTES];
	char hex[ZW_SHA256_TEXT];

	zw_sha256(line.p, line.n, digest);
	return zw_strf(arena, "%s", zw_sha256_text(digest, hex));
}

static int read_head(struct zw_arena *arena, const struct zw_folder *folder,
		     struct head *head)
{
	struct zw_record record;
	struct zw_str text;
	int err = zw_folder_read(arena, folder, HEAD, &text);

	*head = (struct head){ .digest = ZW_STR(NOTHING_BEFORE) };
	if (err)
		return err == -ENOENT ? 0 : err;
	if (!zw_record_parse(arena, HEAD, text, &record))
		return ZW_STATE_DAMAGED;
	head->known = true;
	head->count = (u64)zw_record_number(&record, "count");
	head->size = (u64)zw_record_number(&record, "size");
	head->digest = zw_record_text(&record, "digest");
	head->next = zw_record_text(&record, "next");
	return 0;
}

static int write_head(struct zw_arena *arena, const struct zw_folder *folder,
		      const struct head *head)
{
	struct zw_record record = { 0 };
	struct zw_buf out = { 0 };
	int err;

	zw_record_add_number(arena, &record, "count", (s64)head->count);
	zw_record_add_number(arena, &record, "size", (s64)head->size);
	zw_record_add(arena, &record, "digest", head->digest);
	zw_record_add(arena, &record, "next", head->next);
	zw_record_print(&out, HEAD, &record);
	err = zw_folder_write(folder, HEAD, (struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return err;
}

int zw_audit_open(const char *path, const struct zw_folder *folder,
		  struct zw_audit *audit)
{
	const char *slash = strrchr(path, '/');
	struct zw_folder above = { .fd = -1, .lock = -1 };
	struct zw_buf name = { 0 };
	struct stat st;
	int err = 0;

	*audit = (struct zw_audit){ zw_str_from(path), folder, -1 };
	if (slash && slash > path) {
		zw_buf_add(&name, path, (size_t)(slash - path));
		err = zw_folder_open(name.data, true, &above);
		zw_buf_free(&name);
		if (err)
			return err;
		zw_folder_close(&above);
	}
	audit->fd =
		open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		     0600);
	if (audit->fd < 0 || fstat(audit->fd, &st))
		err = -errno;
	else if (S_ISREG(st.st_mode) && (st.st_mode & (S_IWGRP | S_IWOTH)))
		err = ZW_STATE_EXPOSED;
	if (err)
		zw_audit_close(audit);
	return err;
}

void zw_audit_close(struct zw_audit *audit)
{
	if (audit->fd >= 0)
		close(audit->fd);
	audit->fd = -1;
}

static int append(int fd, struct zw_str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text.p += n;
		text.n -= (size_t)n;
	}
	return fsync(fd) && errno != EINVAL ? -errno : 0;
}

static int size_of(int fd, u64 *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	*size = (u64)st.st_size;
	return 0;
}

/* LINE with its end is in the trail. */
static int settle(struct zw_arena *arena, struct zw_audit *audit,
		  struct head *head)
{
	int err = size_of(audit->fd, &head->size);

	head->count++;
	head->digest = digest_of(arena, head->next);
	head->next = ZW_STR("");
	return err ? err : write_head(arena, audit->folder, head);
}

/* Finish what was begun, as far as the trail's end is the beginning of it. */
static int complete(struct zw_arena *arena, struct zw_audit *audit,
		    struct head *head)
{
	struct zw_str line, there = { 0 };
	char *room;
	u64 size;
	ssize_t n;
	int err = size_of(audit->fd, &size);

	if (err || !head->next.n)
		return err;
	line = zw_strf(arena, "%.*s\n", ZW_STR_ARG(head->next));
	room = zw_alloc(arena, line.n + 1);
	n = pread(audit->fd, room, line.n + 1, (off_t)head->size);
	if (size >= head->size && n >= 0)
		there = (struct zw_str){ room, (size_t)n };
	if (there.n > line.n || memcmp(there.p ? there.p : "", line.p, there.n))
		/* not ours: the line is written whole, behind what is there */
		there.n = 0;
	line.p += there.n;
	line.n -= there.n;
	err = append(audit->fd, line);
	return err ? err : settle(arena, audit, head);
}

/* Without a head the trail's own end is gone on from. */
static int find_end(struct zw_arena *arena, struct zw_audit *audit,
		    struct head *head)
{
	struct zw_str text, line = { 0 };
	struct stat st;
	int err;

	if (head->known || fstat(audit->fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	err = zw_read_file(arena, zw_cstr(arena, audit->path), SIZE_MAX >> 2,
			   &text);
	if (err)
		return err;
	while (zw_audit_line(&text, &line))
		head->count++;
	if (head->count)
		head->digest = digest_of(arena, line);
	return 0;
}

int zw_audit_append(struct zw_arena *arena, struct zw_audit *audit,
		    const struct zw_audit_entry *entry)
{
	struct head head;
	u64 size = 0;
	int err = read_head(arena, audit->folder, &head);

	if (err == ZW_STATE_DAMAGED)
		err = 0;
	if (!err)
		err = find_end(arena, audit, &head);
	if (!err)
		err = complete(arena, audit, &head);
	if (!err)
		err = size_of(audit->fd, &size);
	if (err)
		return err;
	head.size = size;
	head.next =
		zw_audit_entry_line(arena, entry, head.count + 1, head.digest);
	err = write_head(arena, audit->folder, &head);
	if (err)
		return err;
	err = append(audit->fd,
		     zw_strf(arena, "%.*s\n", ZW_STR_ARG(head.next)));
	return err ? err : settle(arena, audit, &head);
}

/* ---- judging ---- */

/* The lines of TEXT among themselves; *LAST becomes the last one's digest. */
static void judge_lines(struct zw_arena *arena, struct zw_str text, u64 settled,
			struct zw_audit_finding *f, struct zw_str *last)
{
	struct zw_str line, previous;
	u64 number;

	*last = ZW_STR(NOTHING_BEFORE);
	while (!f->fault && zw_audit_line(&text, &line)) {
		f->lines++;
		if (!zw_audit_entry_read(arena, line, &number, &previous))
			f->fault = ZW_AUDIT_NO_ENTRY;
		else if (f->lines == 1 && number != 1)
			f->fault = ZW_AUDIT_CUT_BEFORE;
		else if (number != f->lines || !zw_str_eq(previous, *last))
			f->fault = ZW_AUDIT_BROKEN;
		if (f->fault)
			f->line = f->lines;
		*last = digest_of(arena, line);
		if (f->lines == settled)
			memcpy(f->digest, last->p, last->n);
	}
}

int zw_audit_verify(struct zw_arena *arena, const struct zw_folder *folder,
		    struct zw_str text, struct zw_audit_finding *f)
{
	struct zw_str last, rest = text, line;
	struct head head;
	int err = read_head(arena, folder, &head);

	*f = (struct zw_audit_finding){ 0 };
	if (err && err != ZW_STATE_DAMAGED)
		return err;
	f->expected = head.count;
	/* What the head says is under way is no line yet; a part of it may
	 * stand at the end. */
	if (head.next.n && text.n >= head.size) {
		rest.p += head.size;
		rest.n -= head.size;
		line = zw_strf(arena, "%.*s\n", ZW_STR_ARG(head.next));
		f->unfinished =
			rest.n <= line.n && !memcmp(rest.p, line.p, rest.n);
		if (f->unfinished)
			text.n = head.size;
	}
	judge_lines(arena, text, head.count, f, &last);
	if (f->fault)
		return 0;
	if (!head.known)
		f->fault = f->lines ? ZW_AUDIT_NO_HEAD : ZW_AUDIT_WHOLE;
	else if (f->lines < head.count)
		f->fault = ZW_AUDIT_CUT_BEHIND;
	else if (f->lines > head.count)
		f->fault = ZW_AUDIT_LONGER;
	else if (!zw_str_eq(last, head.digest))
		f->fault = ZW_AUDIT_OTHER_END;
	f->line = f->fault == ZW_AUDIT_LONGER ? head.count + 1 : f->lines;
	return 0;
}
