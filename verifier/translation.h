/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of address translations, and the leaves of paths that have them. Law:
 * equal names mean that the same packets come out with the same addresses, as
 * far as rulesets say which. */
#ifndef ZW_VERIFIER_TRANSLATION_H
#define ZW_VERIFIER_TRANSLATION_H

#include "verifier/field.h"

struct zw_target {
	bool has_address, has_port;
	struct zw_ip lo, hi;
	u16 port_lo, port_hi;
	u32 flags; /* NF_NAT_RANGE_* beyond "an address is given" and such */
};

enum zw_translation_kind {
	ZW_TRANSLATION_TO,	   /* a new destination: TARGET */
	ZW_TRANSLATION_FROM,	   /* a new source: TARGET */
	ZW_TRANSLATION_MASQUERADE, /* a new source: an address of the output
				    * interface, and TARGET's ports */
	ZW_TRANSLATION_UNKNOWN,	   /* to, or as from, what varies */
	ZW_TRANSLATION_BOTH,	   /* destination DST and source SRC */
};

struct zw_translation {
	struct zw_str name; /* equal names are one translation */
	enum zw_translation_kind kind;
	struct zw_target target;
	u32 dst, src;
};

/* Numbers as in ZW_FIELD_NEW_DST and _NEW_SRC, from 1. */
u32 zw_translation_to(struct zw_space *space, const struct zw_target *target);
u32 zw_translation_from(struct zw_space *space, const struct zw_target *target);
u32 zw_translation_masquerade(struct zw_space *space,
			      const struct zw_target *target);
/* One that is like no other. */
u32 zw_translation_unknown(struct zw_space *space, const char *what,
			   u32 number);

/* A path's leaf for what passes with these translations (0: none); the lowest
 * three bits are an enum zw_pass. */
u32 zw_translation_leaf(struct zw_space *space, u32 dst, u32 src);
/* The source that what passes with LEAF gets; NULL: the one it has. Where it is
 * not known whether source or destination varies, it is said to be the source
 * too. */
const struct zw_translation *zw_translation_source(const struct zw_space *space,
						   u32 leaf);
/* Does what passes with LEAF get another destination? */
bool zw_translation_has_destination(const struct zw_space *space, u32 leaf);
/* "to 192.0.2.10:8443" and "masqueraded"; "" without any. */
struct zw_str zw_translation_text(const struct zw_space *space, u32 leaf);

#endif
