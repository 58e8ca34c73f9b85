/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng as draft-ietf-opsawg-pcapng has it: a section header, interface
 * descriptions with names, enhanced packet blocks with the direction. Numbers
 * are in the machine's own order, which the section header tells. */
#include "lab/capture.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_NAME = 2,
	OPTION_FLAGS = 2,
	LINK_ETHERNET = 1,
	FLUSH_AT = 1 << 20,
};

static void put32(struct zw_buf *out, u32 value)
{
	zw_buf_add(out, &value, 4);
}

static void put16(struct zw_buf *out, u16 value)
{
	zw_buf_add(out, &value, 2);
}

static void pad(struct zw_buf *out, size_t n)
{
	zw_buf_add(out, "\0\0\0", (4 - n % 4) % 4);
}

/* The length stands at both ends of a block. */
static size_t block(struct zw_buf *out, u32 type)
{
	put32(out, type);
	put32(out, 0);
	return out->n - 8;
}

static void end_block(struct zw_buf *out, size_t start)
{
	u32 length = (u32)(out->n - start + 4);

	put32(out, length);
	memcpy(out->data + start + 4, &length, 4);
}

static void flush(struct zw_capture *c)
{
	size_t at = 0;
	ssize_t done;

	while (at < c->pending.n && !c->error) {
		done = write(c->fd, c->pending.data + at, c->pending.n - at);
		if (done > 0)
			at += (size_t)done;
		else if (errno != EINTR)
			c->error = -errno;
	}
	c->pending.n = 0;
}

void zw_capture_begin(struct zw_capture *c, int fd,
		      const struct zw_testbed_spec *spec)
{
	size_t start, n;
	unsigned i;

	*c = (struct zw_capture){ .fd = fd };
	start = block(&c->pending, BLOCK_SECTION);
	put32(&c->pending, 0x1a2b3c4d);
	put16(&c->pending, 1);
	put16(&c->pending, 0);
	put32(&c->pending, UINT32_MAX);
	put32(&c->pending, UINT32_MAX);
	end_block(&c->pending, start);
	for (i = 0; i < spec->count; i++) {
		n = strlen(spec->interfaces[i].name);
		start = block(&c->pending, BLOCK_INTERFACE);
		put16(&c->pending, LINK_ETHERNET);
		put16(&c->pending, 0);
		put32(&c->pending, 0);
		put16(&c->pending, OPTION_NAME);
		put16(&c->pending, (u16)n);
		zw_buf_add(&c->pending, spec->interfaces[i].name, n);
		pad(&c->pending, n);
		put32(&c->pending, 0);
		end_block(&c->pending, start);
	}
}

void zw_capture_frame(struct zw_capture *c, unsigned interface, bool inbound,
		      const u8 *bytes, size_t n)
{
	struct timespec now;
	size_t start;
	u64 stamp;

	clock_gettime(CLOCK_REALTIME, &now);
	stamp = (u64)now.tv_sec * 1000000u + (u64)now.tv_nsec / 1000u;
	start = block(&c->pending, BLOCK_PACKET);
	put32(&c->pending, interface);
	put32(&c->pending, (u32)(stamp >> 32));
	put32(&c->pending, (u32)stamp);
	put32(&c->pending, (u32)n);
	put32(&c->pending, (u32)n);
	zw_buf_add(&c->pending, bytes, n);
	pad(&c->pending, n);
	put16(&c->pending, OPTION_FLAGS);
	put16(&c->pending, 4);
	put32(&c->pending, inbound ? 1 : 2);
	put32(&c->pending, 0);
	end_block(&c->pending, start);
	if (c->pending.n > FLUSH_AT)
		flush(c);
}

int zw_capture_end(struct zw_capture *c)
{
	flush(c);
	zw_buf_free(&c->pending);
	return c->error;
}
