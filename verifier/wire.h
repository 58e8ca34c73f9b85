/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages and attributes, walked over bytes that nobody has checked.
 *
 * Law: total. Whatever the bytes are, a walk ends, nothing outside of them is
 * read, and what is wrong with them is reported by a flag. Everything borrows
 * the bytes. Numbers in attributes are in network order. */
#ifndef ZW_VERIFIER_WIRE_H
#define ZW_VERIFIER_WIRE_H

#include "base/str.h"

/* ---- messages ---- */

struct zw_message {
	u16 type, flags; /* of struct nlmsghdr */
	u32 seq;
	bool has_family; /* long enough for struct nfgenmsg */
	u8 family;
	u16 res_id; /* host order */
	const u8 *attrs;
	size_t n; /* bytes of attributes */
};

struct zw_message_walk {
	const u8 *p;
	size_t n;
	bool broken; /* the rest is no message: too short, or its length lies */
};

/* The next message; false at the end, or with broken set. */
bool zw_message_next(struct zw_message_walk *walk, struct zw_message *message);

/* ---- attributes ---- */

struct zw_attr {
	const u8 *data; /* NULL: absent */
	u16 type;	/* without the NESTED and NET_BYTEORDER flags */
	u16 len;	/* of the payload */
};

struct zw_attr_walk {
	const u8 *p;
	size_t n;
	bool broken; /* the rest is no attribute */
};

struct zw_attr_walk zw_attr_walk(const u8 *bytes, size_t n);
bool zw_attr_next(struct zw_attr_walk *walk, struct zw_attr *attr);

/* Attributes by number. As in the kernel the last one of a number counts. */
#define ZW_ATTRS 32

struct zw_attrs {
	struct zw_attr at[ZW_ATTRS];
	bool broken;	  /* bytes were left over */
	bool unknown;	  /* a number above the MAX given (or 0) */
	u16 unknown_type; /* the first of them */
};

/* Sort the N BYTES by number, 1 .. MAX; MAX < ZW_ATTRS. */
void zw_attrs_parse(struct zw_attrs *attrs, const u8 *bytes, size_t n, u16 max);

/* The payload as a number; false, *OUT untouched, if ATTR is absent or has
 * another length. */
bool zw_attr_u8(const struct zw_attr *attr, u8 *out);
bool zw_attr_u16(const struct zw_attr *attr, u16 *out);
bool zw_attr_u32(const struct zw_attr *attr, u32 *out);
bool zw_attr_u64(const struct zw_attr *attr, u64 *out);
/* The payload up to its first NUL; false if absent, empty, or longer than MAX
 * bytes. */
bool zw_attr_str(const struct zw_attr *attr, size_t max, struct zw_str *out);

#endif
