/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking of netlink messages and attributes.
 *
 * The layout is that of include/uapi/linux/netlink.h: a message is a header of
 * 16 bytes and a payload, an attribute a header of 4 bytes and a payload; both
 * carry their length with the header but without the padding to 4 bytes. The
 * last message or attribute may lack its padding. Nothing is checked here
 * about what the numbers mean. */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/assert.h"
#include "verifier/wire.h"

#define ATTR_HEADER 4u	  /* NLA_HDRLEN */
#define TYPE_MASK 0x3fffu /* NLA_TYPE_MASK */

static u16 host16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u32 host32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

bool zw_message_next(struct zw_message_walk *walk, struct zw_message *message)
{
	const u8 *p = walk->p;
	size_t len, step, header = sizeof(struct nlmsghdr);

	if (!walk->n || walk->broken)
		return false;
	if (walk->n < header) {
		walk->broken = true;
		return false;
	}
	len = host32(p);
	if (len < header || len > walk->n) {
		walk->broken = true;
		return false;
	}
	*message = (struct zw_message){
		.type = host16(p + 4),
		.flags = host16(p + 6),
		.seq = host32(p + 8),
		.attrs = p + len,
	};
	if (len >= header + sizeof(struct nfgenmsg)) {
		message->has_family = true;
		message->family = p[header];
		message->res_id = (u16)(p[header + 2] << 8 | p[header + 3]);
		message->attrs = p + header + sizeof(struct nfgenmsg);
		message->n = len - header - sizeof(struct nfgenmsg);
	}
	step = padded(len);
	if (step > walk->n)
		step = walk->n;
	walk->p += step;
	walk->n -= step;
	return true;
}

struct zw_attr_walk zw_attr_walk(const u8 *bytes, size_t n)
{
	return (struct zw_attr_walk){ .p = bytes, .n = n };
}

bool zw_attr_next(struct zw_attr_walk *walk, struct zw_attr *attr)
{
	size_t len, step;

	if (!walk->n || walk->broken)
		return false;
	if (walk->n < ATTR_HEADER) {
		walk->broken = true;
		return false;
	}
	len = host16(walk->p);
	if (len < ATTR_HEADER || len > walk->n) {
		walk->broken = true;
		return false;
	}
	attr->type = host16(walk->p + 2) & TYPE_MASK;
	attr->len = (u16)(len - ATTR_HEADER);
	attr->data = walk->p + ATTR_HEADER;
	step = padded(len);
	if (step > walk->n)
		step = walk->n;
	walk->p += step;
	walk->n -= step;
	return true;
}

void zw_attrs_parse(struct zw_attrs *attrs, const u8 *bytes, size_t n, u16 max)
{
	struct zw_attr_walk walk = zw_attr_walk(bytes, n);
	struct zw_attr attr;

	ZW_ASSERT(max < ZW_ATTRS);
	memset(attrs->at, 0, (max + 1u) * sizeof(attrs->at[0]));
	attrs->unknown = false;
	attrs->unknown_type = 0;
	while (zw_attr_next(&walk, &attr)) {
		if (attr.type && attr.type <= max) {
			attrs->at[attr.type] = attr;
		} else if (!attrs->unknown) {
			attrs->unknown = true;
			attrs->unknown_type = attr.type;
		}
	}
	attrs->broken = walk.broken;
}

bool zw_attr_u8(const struct zw_attr *attr, u8 *out)
{
	if (!attr->data || attr->len != 1)
		return false;
	*out = attr->data[0];
	return true;
}

bool zw_attr_u16(const struct zw_attr *attr, u16 *out)
{
	if (!attr->data || attr->len != 2)
		return false;
	*out = (u16)(attr->data[0] << 8 | attr->data[1]);
	return true;
}

bool zw_attr_u32(const struct zw_attr *attr, u32 *out)
{
	const u8 *p = attr->data;

	if (!p || attr->len != 4)
		return false;
	*out = (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
	return true;
}

bool zw_attr_u64(const struct zw_attr *attr, u64 *out)
{
	u64 v = 0;
	size_t i;

	if (!attr->data || attr->len != 8)
		return false;
	for (i = 0; i < 8; i++)
		v = v << 8 | attr->data[i];
	*out = v;
	return true;
}

bool zw_attr_str(const struct zw_attr *attr, size_t max, struct zw_str *out)
{
	size_t n;

	if (!attr->data)
		return false;
	n = strnlen((const char *)attr->data, attr->len);
	if (!n || n > max)
		return false;
	*out = (struct zw_str){ .p = (const char *)attr->data, .n = n };
	return true;
}
