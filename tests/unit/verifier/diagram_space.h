/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small space of points on which functions are plain tables, so that every
 * diagram operation can be compared with its definition. Law: a function is an
 * array of SPACE_POINTS leaves; diagram_of() builds its one diagram. */
#ifndef ZW_TESTS_DIAGRAM_SPACE_H
#define ZW_TESTS_DIAGRAM_SPACE_H

#include "tests/harness/harness.h"
#include "verifier/diagram.h"

enum {
	SPACE_VARIABLES = 5,
	SPACE_POINTS = 4 * 7 * 1 * 4 * 7,
};

/* How many values each variable has; the first and fourth, and the second and
 * fifth, have equal domains. */
extern const u32 space_sizes[SPACE_VARIABLES];

struct function {
	u32 leaf[SPACE_POINTS];
};

struct space {
	struct zw_diagrams *d;
	struct zw_random random;
};

struct space space_new(u64 salt);
void space_free(struct space *s);

void point_values(u32 point, u32 values[SPACE_VARIABLES]);
u32 point_of(const u32 values[SPACE_VARIABLES]);

/* Random boxes painted over each other, with leaves below LEAVES. */
struct function function_random(struct space *s, u32 leaves);
zw_node diagram_of(struct space *s, const struct function *f);
/* The diagram is exactly F's: same leaves at all points, same id as built. */
bool is_function(struct space *s, zw_node n, const struct function *f);
/* A random ascending subset of the variables; returns its size. */
size_t variables_random(struct space *s, u32 variables[SPACE_VARIABLES]);

#endif
