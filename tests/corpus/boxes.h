/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boxes of packets as a person writes them, to sets.
 *
 *	family 4 src 10.0.0.0-10.0.0.255 not proto 6 dport 80-90 in lan*
 *
 * A component is "FIELD LO-HI" or "FIELD VALUE", in decimal or hexadecimal;
 * "src" and "dst" have addresses, "in" and "out" names or patterns, "state" one
 * name, "byte BASE OFFSET" a header byte (link, ip4, ip6, transport), "bit" one
 * of the status. All must hold; NOT negates the next one. */
#ifndef ZW_TESTS_CORPUS_BOXES_H
#define ZW_TESTS_CORPUS_BOXES_H

#include "tests/corpus/notation.h"
#include "verifier/field.h"

/* Have the names in BOX told apart. */
void corpus_box_cuts(struct zw_cuts *cuts, struct zw_str box);

/* The set; false if a component means nothing. */
bool corpus_box(struct zw_space *space, struct zw_str box, zw_node *set);

/* The union of the boxes V. */
bool corpus_boxes(struct zw_space *space, const zw_lines *v, zw_node *set);

#endif
