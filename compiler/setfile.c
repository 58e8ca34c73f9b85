/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a define to a set: one address, prefix or range a line, `#`
 * begins a comment, LF or CR LF ends a line. Millions of lines are usual, so
 * the plain forms (dotted quads) are read digit by digit in one pass and
 * everything else by the general way; both accept the same. The text becomes a
 * source, for its places, only when a line of it is wrong. At most
 * ZW_ERROR_LIMIT lines are reported; a file with a wrong line gives no set. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/resolve.h"

/* Room for some fifteen million lines. */
#define SET_FILE_LIMIT (256u << 20)

struct list {
	struct zw_interval *v;
	size_t n, cap;
};

struct reader {
	struct zw_resolver *r;
	struct zw_span place; /* of the define's mention */
	struct zw_str name;   /* of the file, as shown */
	struct zw_str text;
	struct list lists[ZW_FAMILY_COUNT]; /* heap */
	u32 file;			    /* once a source */
	unsigned wrong;
};

static void add(struct reader *reader, enum zw_family family, u128 lo, u128 hi)
{
	struct list *list = &reader->lists[family];

	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 1024;
		list->v = zw_heap_resize(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = (struct zw_interval){ lo, hi };
}

static struct zw_diag *wrong(struct reader *reader, enum zw_code code,
			     struct zw_str piece, const char *what,
			     const char *here)
{
	struct zw_resolver *r = reader->r;
	struct zw_span span = { .len = (u32)piece.n };
	struct zw_diag *diag;

	if (reader->file == ZW_NO_FILE)
		reader->file = zw_sources_add(r->sources, reader->name,
					      reader->text, reader->place);
	reader->wrong++;
	span.file = reader->file;
	span.off = (u32)(piece.p - reader->text.p);
	diag = zw_diag(r->diags, code, span, "%s", what);
	zw_diag_here(r->diags, diag, "%s", here);
	zw_diag_label(r->diags, diag, reader->place, "the set is used here");
	return diag;
}

/* A dotted quad at P, before END; returns what follows it, NULL if there is
 * none. */
static const char *quad(const char *p, const char *end, u32 *value)
{
	u32 v = 0;
	int part;

	for (part = 0; part < 4; part++) {
		u32 number = 0;
		const char *start;

		if (part && (p == end || *p++ != '.'))
			return NULL;
		start = p;
		while (p < end && *p >= '0' && *p <= '9' && p - start < 4)
			number = number * 10 + (u32)(*p++ - '0');
		if (p == start || number > 255 ||
		    (*start == '0' && p - start > 1))
			return NULL;
		v = v << 8 | number;
	}
	*value = v;
	return p;
}

static bool decimal(struct zw_str text, unsigned *value)
{
	size_t i;

	if (!text.n || text.n > 3)
		return false;
	*value = 0;
	for (i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*value = *value * 10 + (unsigned)(text.p[i] - '0');
	}
	return true;
}

static struct zw_str trim(struct zw_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' ||
		       s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static void prefix(struct reader *reader, struct zw_str all, struct zw_ip ip,
		   struct zw_str length)
{
	unsigned bits = zw_family_bits(ip.family), n;
	struct zw_interval range = zw_family_all(ip.family);
	struct zw_diag *diag;
	char text[100];

	if (!decimal(length, &n) || n > bits) {
		wrong(reader, ZW_Z2003, all, "prefix length out of range",
		      ip.family == ZW_IPV4 ? "IPv4: 0 to 32"
					   : "IPv6: 0 to 128");
		return;
	}
	if (n) {
		u128 host = n == bits ? 0 : ((u128)1 << (bits - n)) - 1;

		range.lo = ip.value & ~host;
		range.hi = ip.value | host;
	}
	if (range.lo == ip.value) {
		add(reader, ip.family, range.lo, range.hi);
		return;
	}
	diag = wrong(reader, ZW_Z2001, all,
		     "prefix has bits set behind its length", "is no network");
	zw_diag_help(reader->r->diags, diag, "write %s",
		     zw_ip_range_format(ip.family, range, text));
}

/* The general way, for one trimmed line. */
static void odd_line(struct reader *reader, struct zw_str all)
{
	const char *mark = memchr(all.p, '/', all.n);
	struct zw_str left = all, right = { NULL, 0 };
	struct zw_ip first, last;

	if (!mark)
		mark = memchr(all.p, '-', all.n);
	if (mark) {
		left.n = (size_t)(mark - all.p);
		right.p = mark + 1;
		right.n = all.n - left.n - 1;
	}
	if (!zw_ip_parse(trim(left), &first)) {
		wrong(reader, ZW_Z2008, all,
		      "line is no address, prefix or range", "not understood");
	} else if (!mark) {
		add(reader, first.family, first.value, first.value);
	} else if (*mark == '/') {
		prefix(reader, all, first, right);
	} else if (!zw_ip_parse(trim(right), &last) ||
		   last.family != first.family) {
		wrong(reader, ZW_Z2008, all,
		      "line is no address, prefix or range", "not understood");
	} else if (last.value < first.value) {
		wrong(reader, ZW_Z2002, all, "range ends before it begins",
		      "the first address is the higher");
	} else {
		add(reader, first.family, first.value, last.value);
	}
}

/* The plain way: QUAD or QUAD/LEN right at the line's start, nothing behind.
 * False: not that, take the general way. */
static bool plain_line(struct reader *reader, const char *p, const char *end)
{
	u32 value, host, length = 0;

	p = quad(p, end, &value);
	if (!p)
		return false;
	if (p < end && *p == '/') {
		const char *start = ++p;

		while (p < end && *p >= '0' && *p <= '9' && p - start < 3)
			length = length * 10 + (u32)(*p++ - '0');
		if (p == start || length > 32)
			return false;
		host = length ? ~(u32)(0xffffffff00000000u >> length) : ~0u;
		if (value & host)
			return false;
	} else {
		host = 0;
	}
	if (p < end && *p == '\r')
		p++;
	if (p != end)
		return false;
	add(reader, ZW_IPV4, value, value | host);
	return true;
}

static void read_lines(struct reader *reader)
{
	const char *p = reader->text.p, *end = p + reader->text.n;

	while (p < end && reader->wrong < ZW_ERROR_LIMIT) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *comment;
		struct zw_str line;

		if (!stop)
			stop = end;
		if (!plain_line(reader, p, stop)) {
			comment = memchr(p, '#', (size_t)(stop - p));
			line.p = p;
			line.n = (size_t)((comment ? comment : stop) - p);
			line = trim(line);
			if (line.n)
				odd_line(reader, line);
		}
		p = stop + 1;
	}
}

/* FILE as seen from the file that names it. */
static struct zw_str beside(struct zw_resolver *r, struct zw_span place,
			    struct zw_str file)
{
	struct zw_str from;
	size_t n;

	if (place.file == ZW_NO_FILE || (file.n && file.p[0] == '/'))
		return file;
	from = zw_sources_get(r->sources, place.file)->name;
	for (n = from.n; n && from.p[n - 1] != '/'; n--)
		;
	return zw_strf(r->arena, "%.*s%.*s", (int)n, from.p, ZW_STR_ARG(file));
}

static void unreadable(struct zw_resolver *r, struct zw_span place,
		       struct zw_str name, int error)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z6002, place,
				       "cannot read '%.*s'", ZW_STR_ARG(name));

	if (error == -EFBIG)
		zw_diag_here(r->diags, diag, "over %u MiB",
			     SET_FILE_LIMIT >> 20);
	else
		zw_diag_here(r->diags, diag, "%s", strerror(-error));
}

bool zw_read_set_file(struct zw_resolver *r, struct zw_span place,
		      struct zw_str name, struct zw_ipset *set)
{
	struct zw_arena *scratch = zw_arena_new();
	struct reader reader = { .r = r, .place = place, .file = ZW_NO_FILE };
	int error, f;

	reader.name = beside(r, place, name);
	error = zw_sources_read(r->sources, scratch,
				zw_cstr(scratch, reader.name), SET_FILE_LIMIT,
				&reader.text);
	if (error)
		unreadable(r, place, reader.name, error);
	else
		read_lines(&reader);
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct list *list = &reader.lists[f];
		struct zw_intervals normal =
			zw_intervals_from(scratch, list->v, list->n);
		struct zw_interval *kept =
			ZW_NEW_ARRAY(r->arena, struct zw_interval, normal.n);

		if (normal.n)
			memcpy(kept, normal.v, normal.n * sizeof(*kept));
		set->of[f] = (struct zw_intervals){ kept, normal.n };
		free(list->v);
	}
	zw_arena_free(scratch);
	return !error && !reader.wrong;
}
