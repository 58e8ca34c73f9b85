/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections behind a magic number, a digest at the end. The digest is compared
 * first, so that what follows reads only what was once written; that may still
 * come from a stranger, so every length is checked as well. */
#include "loader/dumpfile.h"

#include "base/sha256.h"

#define MAGIC "zwdump\r\n"
#define VERSION 1
#define HEAD 12
#define SECTION 12
#define DIGEST 32

enum {
	SECTION_MESSAGES = 1,
	SECTION_HOST = 2,
};

static void put_number(struct zw_buf *out, u64 value, unsigned bytes)
{
	unsigned i;

	for (i = 0; i < bytes; i++)
		zw_buf_putc(out, (char)(value >> (8 * i) & 0xff));
}

static u64 number_at(const char *p, unsigned bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | (u8)p[bytes];
	return value;
}

static void digest(struct zw_str text, u8 out[DIGEST])
{
	struct zw_sha256 sha;

	zw_sha256_begin(&sha);
	zw_sha256_add(&sha, text.p, text.n);
	zw_sha256_end(&sha, out);
}

static void put_section(struct zw_buf *out, u32 kind, const void *bytes,
			size_t n)
{
	put_number(out, kind, 4);
	put_number(out, n, 8);
	if (n)
		zw_buf_add(out, bytes, n);
}

bool zw_dumpfile_is(struct zw_str text)
{
	return text.n >= 8 && !memcmp(text.p, MAGIC, 8);
}

void zw_dumpfile_write(struct zw_buf *out, const void *messages, size_t n,
		       const struct zw_gateway *gateway)
{
	struct zw_buf facts = { 0 };
	size_t start = out->n;
	u8 sum[DIGEST];

	zw_gateway_print(&facts, gateway);
	zw_buf_add(out, MAGIC, 8);
	put_number(out, VERSION, 4);
	put_section(out, SECTION_MESSAGES, messages, n);
	put_section(out, SECTION_HOST, facts.data, facts.n);
	zw_buf_free(&facts);
	digest((struct zw_str){ out->data + start, out->n - start }, sum);
	zw_buf_add(out, sum, DIGEST);
}

static const char *read_sections(struct zw_arena *arena, struct zw_str text,
				 struct zw_str *messages,
				 struct zw_gateway *gateway)
{
	bool has_messages = false, has_host = false;
	u32 line;

	while (text.n) {
		struct zw_str body = { text.p + SECTION, 0 };
		u64 kind, length;

		if (text.n < SECTION)
			return "a section has no end";
		kind = number_at(text.p, 4);
		length = number_at(text.p + 4, 8);
		if (length > text.n - SECTION)
			return "a section has no end";
		body.n = (size_t)length;
		text.p += SECTION + body.n;
		text.n -= SECTION + body.n;
		if (kind == SECTION_MESSAGES && !has_messages) {
			*messages = body;
			has_messages = true;
		} else if (kind == SECTION_HOST && !has_host) {
			has_host = true;
			if (!zw_gateway_parse(arena, body, gateway, &line))
				return zw_strf(arena,
					       "line %u of the gateway's facts is none",
					       line)
					.p;
		} else {
			return "it has a section that this version does not know";
		}
	}
	return has_messages && has_host ? NULL : "a section is missing";
}

const char *zw_dumpfile_read(struct zw_arena *arena, struct zw_str text,
			     struct zw_str *messages,
			     struct zw_gateway *gateway)
{
	u8 sum[DIGEST];
	u64 version;

	if (!zw_dumpfile_is(text))
		return "it does not begin like one";
	if (text.n < HEAD + DIGEST)
		return "it was cut off";
	version = number_at(text.p + 8, 4);
	if (version != VERSION)
		return zw_strf(arena,
			       "it is of version %llu, this program reads 1",
			       (unsigned long long)version)
			.p;
	text.n -= DIGEST;
	digest(text, sum);
	if (memcmp(sum, text.p + text.n, DIGEST) != 0)
		return "it was cut off or changed";
	text.p += HEAD;
	text.n -= HEAD;
	return read_sections(arena, text, messages, gateway);
}
