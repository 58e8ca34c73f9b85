/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of extensions that the decoders of matches and targets share: by
 * name, family and revision to the reader of a structure. Law: a structure is
 * read only if it has exactly the size of the revision named. */
#ifndef ZW_VERIFIER_DECODE_XT_H
#define ZW_VERIFIER_DECODE_XT_H

#include "verifier/xt.h"

#define ZW_XT_ANY 0xff /* family or revision */

/* Fill XT from INFO, which has the right size; false: not understood. */
typedef bool zw_xt_reader(struct zw_xt *xt, const void *info);

struct zw_xt_extension {
	const char *name;
	u8 family, revision;
	size_t size; /* 0: any; it is not looked at */
	zw_xt_reader *read;
	enum zw_xt_kind kind; /* without a reader */
	const char *what;     /* likewise */
	bool keeps; /* the reader keeps INFO, so that it lives in the arena */
};

/* Rows: one that is read, one whose reader keeps the structure, one of which
 * the name says all. */
#define ZW_XT_READ(name, family, revision, type, reader)                     \
	{                                                                    \
		name, family, revision, sizeof(type), reader, 0, NULL, false \
	}
#define ZW_XT_KEEP(name, revision, type, reader)                               \
	{                                                                      \
		name, ZW_XT_ANY, revision, sizeof(type), reader, 0, NULL, true \
	}
#define ZW_XT_IS(name, kind, what)                                     \
	{                                                              \
		name, ZW_XT_ANY, ZW_XT_ANY, 0, NULL, kind, what, false \
	}

/* One as the bytes have it. */
struct zw_xt_blob {
	u32 family, revision;
	struct zw_str name, info;
};

/* What BLOB means by the N extensions of TABLE; NULL if that is not known.
 * Lives in ARENA. */
const struct zw_xt *zw_xt_decode(struct zw_arena *arena,
				 const struct zw_xt_extension *table, size_t n,
				 const struct zw_xt_blob *blob);

/* Readers of larger matches (decode_xt_conntrack.c, decode_xt_more.c). */
zw_xt_reader zw_xt_read_conntrack1, zw_xt_read_conntrack2,
	zw_xt_read_conntrack3, zw_xt_read_state, zw_xt_read_time,
	zw_xt_read_u32, zw_xt_read_string0, zw_xt_read_string1,
	zw_xt_read_tcpmss, zw_xt_read_ecn, zw_xt_read_owner, zw_xt_read_physdev,
	zw_xt_read_addrtype0, zw_xt_read_addrtype1, zw_xt_read_esp,
	zw_xt_read_ah4, zw_xt_read_dccp, zw_xt_read_helper;

/* A range of ports. */
struct zw_xt_port_test zw_xt_port_range(enum zw_xt_port_side side,
					const u16 range[2], bool invert);

#endif
