/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading members out of sets: pick, boxes and count against enumeration. */
#include "tests/unit/verifier/diagram_space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60 };

static const u32 everything[SPACE_VARIABLES] = { 0, 1, 2, 3, 4 };

/* What pick promises: descend, preferred value first, else the lowest. */
static void check_pick(struct space *s, const struct function *f, u32 round)
{
	zw_node a = diagram_of(s, f);
	u32 preferred[SPACE_VARIABLES], values[SPACE_VARIABLES], p, first;
	bool found;

	for (first = 0; first < SPACE_POINTS && !f->leaf[first]; first++)
		;
	found = zw_pick(s->d, a, NULL, values);
	ZW_CHECK(found == (first < SPACE_POINTS), "round %u", round);
	if (!found)
		return;
	ZW_CHECK(point_of(values) == first,
		 "round %u: %u is not the lowest member, %u is", round,
		 point_of(values), first);
	for (p = 0; p < SPACE_POINTS; p += 7) {
		point_values(p, preferred);
		ZW_CHECK(zw_pick(s->d, a, preferred, values), "round %u",
			 round);
		ZW_CHECK(zw_at(s->d, a, values) == 1, "round %u", round);
		if (f->leaf[p])
			ZW_CHECK(point_of(values) == p,
				 "round %u: the preferred point is a member",
				 round);
	}
}

static void picks(void)
{
	struct space s = space_new(21);
	u32 values[SPACE_VARIABLES], round;
	u32 preferred[SPACE_VARIABLES] = { 9, 5, 0, 1, 99 };

	for (round = 0; round < ROUNDS; round++) {
		struct function f = function_random(&s, 2);

		check_pick(&s, &f, round);
	}
	/* Outside the domain means no preference. */
	ZW_CHECK(zw_pick(s.d, ZW_ALL, preferred, values), "all");
	ZW_CHECK(values[0] == 0 && values[1] == 5 && values[4] == 0, "%u %u %u",
		 values[0], values[1], values[4]);
	space_free(&s);
}

struct painting {
	u32 times[SPACE_POINTS];
	u32 boxes;
	u32 stop_after;
	u32 first[SPACE_VARIABLES]; /* lowest corner of the box before */
	bool ascending;
};

static bool within(const struct zw_box *box, u32 variable, u32 value)
{
	u32 i;

	for (i = 0; i < box->counts[variable]; i++)
		if (value >= box->ranges[variable][i].lo &&
		    value <= box->ranges[variable][i].hi)
			return true;
	return false;
}

static bool paint_box(void *context, const struct zw_box *box)
{
	struct painting *painting = context;
	u32 p, v, values[SPACE_VARIABLES], corner[SPACE_VARIABLES];

	for (p = 0; p < SPACE_POINTS; p++) {
		point_values(p, values);
		for (v = 0; v < SPACE_VARIABLES; v++)
			if (!within(box, v, values[v]))
				break;
		painting->times[p] += v == SPACE_VARIABLES;
	}
	for (v = 0; v < SPACE_VARIABLES; v++)
		corner[v] = box->ranges[v][0].lo;
	if (painting->boxes > 0 &&
	    point_of(corner) <= point_of(painting->first))
		painting->ascending = false;
	memcpy(painting->first, corner, sizeof(corner));
	return ++painting->boxes != painting->stop_after;
}

static void boxes(void)
{
	struct space s = space_new(22);
	u32 round, p, wrong;

	for (round = 0; round < ROUNDS; round++) {
		struct function f = function_random(&s, 2);
		struct painting painting = { .ascending = true };
		zw_node a = diagram_of(&s, &f);

		ZW_CHECK(zw_boxes(s.d, a, paint_box, &painting),
			 "round %u: ended early", round);
		for (p = 0, wrong = 0; p < SPACE_POINTS; p++)
			wrong += painting.times[p] != f.leaf[p];
		ZW_CHECK(wrong == 0, "round %u: %u points are wrong", round,
			 wrong);
		ZW_CHECK(painting.ascending, "round %u: order", round);
		if (painting.boxes < 2)
			continue;
		painting.boxes = 0;
		painting.stop_after = 1;
		ZW_CHECK(!zw_boxes(s.d, a, paint_box, &painting) &&
				 painting.boxes == 1,
			 "round %u: not ended by the visitor", round);
	}
	space_free(&s);
}

static void counts(void)
{
	struct space s = space_new(23);
	u32 round, p, v[SPACE_VARIABLES], rest[SPACE_VARIABLES];
	char text[160], want[160];
	size_t i, n, kept;

	for (round = 0; round < ROUNDS; round++) {
		struct function f = function_random(&s, 2);
		u32 all = 0, divide = 1;
		zw_node a = diagram_of(&s, &f);

		for (p = 0; p < SPACE_POINTS; p++)
			all += f.leaf[p];
		snprintf(want, sizeof(want), "%u", all);
		zw_count(s.d, a, everything, SPACE_VARIABLES, text);
		ZW_CHECK(!strcmp(text, want), "round %u: %s for %s", round,
			 text, want);
		/* Over a part of the variables, the others projected out. */
		n = variables_random(&s, v);
		a = zw_exists(s.d, a, v, n);
		zw_count(s.d, a, everything, SPACE_VARIABLES, want);
		for (i = 0; i < n; i++)
			divide *= space_sizes[v[i]];
		for (p = 0, i = 0, kept = 0; p < SPACE_VARIABLES; p++) {
			if (i < n && v[i] == p)
				i++;
			else
				rest[kept++] = p;
		}
		zw_count(s.d, a, rest, kept, text);
		ZW_CHECK(strtoul(text, NULL, 10) * divide ==
				 strtoul(want, NULL, 10),
			 "round %u: %s times %u is not %s", round, text, divide,
			 want);
	}
	space_free(&s);
}

/* 2^512, of which a set holds all, all but one, or more. */
static const char power_512[] =
	"13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084096";

static void large_counts(void)
{
	struct zw_diagrams *d = zw_diagrams_new(1000, 10000);
	zw_node one = ZW_ALL, most;
	struct zw_range zero = { 0, 0 };
	u32 v[20], i;
	char text[160], want[160];

	for (i = 0; i < 20; i++)
		v[i] = zw_variable_new(d, UINT32_MAX);
	for (i = 0; i < 20; i++)
		one = zw_and(d, one, zw_in(d, v[i], &zero, 1));
	ZW_CHECK(!strcmp(zw_count(d, ZW_ALL, v, 16, text), power_512), "%s",
		 text);
	ZW_CHECK(!strcmp(zw_count(d, ZW_ALL, v, 17, text), "more than 2^512"),
		 "%s", text);
	/* One point is one point in a space of any size. */
	ZW_CHECK(!strcmp(zw_count(d, one, v, 20, text), "1"), "%s", text);
	ZW_CHECK(!strcmp(zw_count(d, zw_not(d, one), v, 20, text),
			 "more than 2^512"),
		 "%s", text);
	one = ZW_ALL;
	for (i = 0; i < 16; i++)
		one = zw_and(d, one, zw_in(d, v[i], &zero, 1));
	most = zw_not(d, one);
	strcpy(want, power_512);
	want[strlen(want) - 1]--;
	ZW_CHECK(!strcmp(zw_count(d, most, v, 16, text), want), "%s", text);
	ZW_CHECK(!strcmp(zw_count(d, ZW_EMPTY, v, 16, text), "0"), "%s", text);
	ZW_CHECK(!strcmp(zw_count(d, ZW_ALL, v, 0, text), "1"), "%s", text);
	zw_diagrams_free(d);
}

void suite_diagram_walk(void);
void suite_diagram_walk(void)
{
	static CU_TestInfo tests[] = {
		{ "pick", picks },   { "boxes", boxes },
		{ "count", counts }, { "counts up to 2^512", large_counts },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: walks", tests);
}
