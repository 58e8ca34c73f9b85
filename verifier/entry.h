/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What connection tracking does to packets, whatever the rulesets: tuples, and
 * the translations that entries remember. Law: each function takes a function
 * of the packet behind a step of the kernel's own and gives the function of the
 * packet before it. Bytes and meaning are both seen through these. */
#ifndef ZW_VERIFIER_ENTRY_H
#define ZW_VERIFIER_ENTRY_H

#include "verifier/field.h"

/* Packets for which the chains of type nat are asked: the first ones of their
 * flow. */
zw_node zw_entry_first(struct zw_space *space);

/* First packets of flows in state new, as they arrive: nothing is translated.
 */
zw_node zw_entry_untouched(struct zw_space *space);

/* Those packets of SET that begin a flow, untouched or else in state new, where
 * there are any: they tell more than what goes on in one. Else SET. */
zw_node zw_entry_beginnings(struct zw_space *space, zw_node set);

/* Packets of protocols whose ports translation rewrites. */
zw_node zw_entry_ports(struct zw_space *space);

/* Conntrack finds, or makes, the packet's entry: tuples of the packet's own
 * direction are the packet's, those of the other direction what they must be
 * where nothing is translated. */
zw_node zw_entry_found(struct zw_space *space, enum zw_family family,
		       zw_node node);

/* Later packets get the destination that their entry remembers. */
zw_node zw_entry_destination(struct zw_space *space, enum zw_family family,
			     zw_node node);

/* Later packets get the source that their entry remembers, as they leave. */
zw_node zw_entry_source(struct zw_space *space, enum zw_family family,
			zw_node node);

/* Rewrites of a field (WORDS of them in a row) to another field, or to a
 * number; V has room, *N grows. In no order. */
void zw_entry_copy(const struct zw_space *space, u32 field, u32 from, u32 words,
		   struct zw_rewrite *v, size_t *n);
void zw_entry_set(const struct zw_space *space, u32 field, u32 value,
		  struct zw_rewrite *v, size_t *n);
#define ZW_ENTRY_REWRITES 256

#endif
