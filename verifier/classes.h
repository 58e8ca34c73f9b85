/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of flows as short lists of boxes. Law: the classes of a set are disjoint
 * and their union is the set; each is a product of one set of values per
 * dimension, of one family. Lists are as short as merging makes them, in the
 * order of the diagram. */
#ifndef ZW_VERIFIER_CLASSES_H
#define ZW_VERIFIER_CLASSES_H

#include "verifier/flows.h"

/* In the order of the fields' variables, but that addresses may come before
 * protocol and port (struct zw_cuts). */
enum zw_dim {
	ZW_DIM_IN, /* numbers of zw_space.classes */
	ZW_DIM_OUT,
	ZW_DIM_FAMILY, /* one value, or both where addresses do not matter */
	ZW_DIM_IPSEC_IN,
	ZW_DIM_IPSEC_OUT,
	ZW_DIM_REQID_IN, /* 32 bits */
	ZW_DIM_REQID_OUT,
	ZW_DIM_PROTO,
	ZW_DIM_DPORT,
	ZW_DIM_DST, /* IPv4: 32 bits, IPv6: 128 */
	ZW_DIM_SRC,
	ZW_DIM_SPORT, /* of ICMP: type << 8 | code */
	ZW_DIM_COUNT,
};

struct zw_class {
	struct zw_intervals of[ZW_DIM_COUNT];
};

struct zw_classes {
	ZW_VEC(struct zw_class) list;
	/* False: the list was cut, or the set has too fine a grain to be
	 * written as intervals; then it is no cover. */
	bool complete;
};

/* At most LIMIT classes (0: 20,000) of SET, which must test the fields of flows
 * alone. */
void zw_classes_of(struct zw_arena *arena, struct zw_space *space, zw_node set,
		   size_t limit, struct zw_classes *out);
/* The set that CLASS is. */
zw_node zw_class_node(struct zw_space *space, const struct zw_class *class);

/* The values of a family's part of DIM: all of them? */
bool zw_class_is_full(const struct zw_space *space,
		      const struct zw_class *class, enum zw_dim dim);
/* The one family of CLASS; ZW_FAMILY_COUNT if it is of both. */
enum zw_family zw_class_family(const struct zw_class *class);

/* ---- for others that look at a diagram dimension by dimension ------------ */

/* The values that lead to SUB, which tests later dimensions alone. */
struct zw_part {
	struct zw_interval values;
	zw_node sub;
};

struct zw_parts {
	ZW_VEC(struct zw_part) list; /* ascending; covers the dimension */
	bool complete;
};

/* The dimensions in the order of the variables of SPACE. */
const enum zw_dim *zw_dims_of(const struct zw_space *space);

/* Divide NODE, which tests no dimension before DIM, by the values of DIM.
 * FAMILY matters for addresses. */
void zw_parts_of(struct zw_arena *arena, const struct zw_space *space,
		 enum zw_dim dim, enum zw_family family, zw_node node,
		 struct zw_parts *out);

#endif
