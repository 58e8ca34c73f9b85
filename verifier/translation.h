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

/* Numbers as in ZW_FIELD_NEW_DST and _NEW_SRC. */
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
/* "to 192.0.2.10:8443" and "masqueraded"; "" without any. */
struct zw_str zw_translation_text(const struct zw_space *space, u32 leaf);

#endif
