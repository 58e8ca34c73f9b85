/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix and the division of addresses, asked of the interpreter: what a
 * cell has for all its addresses passes for every one, what passes is in its
 * cell; addresses of one class fare alike, those of two do not. */
#include <stdlib.h>

#include "tests/questions/asked.h"
#include "verifier/entry.h"
#include "verifier/matrix.h"

#define SPORT 10000

static const struct zw_matrix_question question = { .sport = SPORT };

static u32 rounds(u32 usual)
{
	const char *text = getenv("ZW_ROUNDS");

	return text ? (u32)atoi(text) : usual;
}

static zw_node union_of(struct zw_space *space, const struct zw_classes *list)
{
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < list->list.n; i++)
		out = zw_or(space->d, out,
			    zw_class_node(space, &list->list.v[i]));
	return out;
}

/* With the matrix's source port, where there are ports. */
static zw_node from_port(struct zw_space *space, zw_node set)
{
	return zw_and(space->d, set,
		      zw_if(space->d, zw_entry_ports(space),
			    zw_space_is(space, ZW_FIELD_SPORT, SPORT), ZW_ALL));
}

/* Points of SET: each passes. */
static void all_pass(const struct asked *a, enum zw_path path, zw_node set,
		     struct zw_random *random, const struct zw_buf *policy)
{
	struct zw_classes classes;
	u32 *values = ZW_NEW_ARRAY(a->pipelines[0].arena, u32,
				   zw_variable_count(a->study->d));
	u32 i;

	zw_classes_of(a->pipelines[0].arena, a->study->space, set, 0, &classes);
	for (i = 0; i < 5 && classes.list.n; i++) {
		u32 which = zw_random_below(random, (u32)classes.list.n);
		struct zw_buf text = { 0 };

		if (!asked_point(a, random, &classes.list.v[which], values) ||
		    !zw_at(a->study->d, set, values))
			continue;
		asked_print(&text, a, path, values);
		ZW_CHECK(asked_passes(a, 0, path, values),
			 "%s does not pass\n%s", text.data, policy->data);
		zw_buf_free(&text);
	}
}

static void check_cell(const struct asked *a, const struct zw_party *from,
		       const struct zw_party *to, const struct zw_cell *cell,
		       struct zw_random *random, const struct zw_buf *policy)
{
	struct zw_space *space = a->study->space;
	struct zw_diagrams *d = a->study->d;
	struct zw_flows *f = a->study->of[0];
	zw_node set, listed, mine;
	enum zw_path path;

	if (!zw_parties_path(from, to, &path))
		return;
	mine = zw_and(d, from->from, to->to);
	set = from_port(space, zw_parties_between(space, from, to,
						  f->paths[path].possible));
	listed = zw_or(d, union_of(space, &cell->all),
		       union_of(space, &cell->some));
	ZW_CHECK(cell->open == !zw_same(set, ZW_EMPTY), "open or not");
	ZW_CHECK(cell->any || zw_subset(d, set, listed),
		 "more passes than is listed\n%s", policy->data);
	if (path != ZW_PATH_OUTPUT)
		mine = zw_and(d, mine, zw_parties_members(f, from));
	if (path != ZW_PATH_INPUT)
		mine = zw_and(d, mine, zw_parties_destinations(f, to));
	mine = zw_and(d, from_port(space, mine), union_of(space, &cell->all));
	/* ICMP of the other family cannot be sent */
	mine = zw_minus(d, mine,
			zw_if(d, zw_space_is(space, ZW_FIELD_FAMILY, 0),
			      zw_space_is(space, ZW_FIELD_PROTO, 58),
			      zw_space_is(space, ZW_FIELD_PROTO, 1)));
	ZW_CHECK(zw_subset(d, mine, f->paths[path].possible),
		 "not all of them pass\n%s", policy->data);
	if (cell->sure)
		all_pass(a, path, mine, random, policy);
}

static void cells(void)
{
	struct zw_random random = { zw_test_seed() + 2 };
	u32 i, n = rounds(15);

	for (i = 0; i < n; i++) {
		struct zw_buf text = { 0 };
		struct zw_matrix m;
		struct zw_str policy;
		struct asked a;
		size_t from, to;

		asked_random_text(&random, &text);
		policy = (struct zw_str){ text.data, text.n };
		asked_new(&a, &policy, 1);
		if (a.study) {
			zw_matrix_of(a.study, &question, &m);
			for (from = 0; from < m.parties.list.n; from++)
				for (to = 0; to < m.parties.list.n; to++)
					check_cell(
						&a, &m.parties.list.v[from],
						&m.parties.list.v[to],
						&m.cells[from * m.parties.list
									 .n +
							 to],
						&random, &text);
		}
		asked_free(&a);
		zw_buf_free(&text);
	}
}

/* ---- classes of addresses ------------------------------------------------ */

static zw_node fixed(struct zw_space *space, zw_node node, u32 field,
		     enum zw_family family, u128 address)
{
	u32 values[4] = { (u32)(address >> 96), (u32)(address >> 64),
			  (u32)(address >> 32), (u32)address };
	u32 i, k, words = family == ZW_IPV4 ? 1 : 4;

	if (family == ZW_IPV4)
		values[0] = (u32)address;
	for (i = 0; i < words; i++) {
		const struct zw_field_info *info = &space->fields.v[field + i];

		for (k = 0; k < info->slice_count; k++) {
			const struct zw_slice *s = &info->slices[k];
			u32 bits = (u32)(s->hi - s->lo) + 1;
			u32 mask = bits >= 32 ? UINT32_MAX
					      : (UINT32_C(1) << bits) - 1;

			node = zw_fix(space->d, node, s->variable,
				      values[i] >> s->lo & mask);
		}
	}
	return node;
}

/* Does everything fare alike from and to A and B? */
static bool alike(const struct asked *a, enum zw_family family, u128 x, u128 y)
{
	struct zw_space *space = a->study->space;
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		zw_node set = zw_matrix_flows(a->study, &question, path, false);
		u32 first, last;

		set = zw_and(
			space->d, set,
			zw_space_is(space, ZW_FIELD_FAMILY, family == ZW_IPV6));
		if (zw_space_names(space, ZW_STR("lo"), false, &first, &last))
			set = zw_minus(space->d, set,
				       zw_space_index(space,
						      path == ZW_PATH_OUTPUT
							      ? ZW_FIELD_OUT
							      : ZW_FIELD_IN,
						      first, last));
		if (path != ZW_PATH_OUTPUT &&
		    !zw_same(fixed(space, set, ZW_FIELD_SRC, family, x),
			     fixed(space, set, ZW_FIELD_SRC, family, y)))
			return false;
		if (path != ZW_PATH_INPUT &&
		    !zw_same(fixed(space, set, ZW_FIELD_DST, family, x),
			     fixed(space, set, ZW_FIELD_DST, family, y)))
			return false;
	}
	return true;
}

static u128 some_address(struct zw_random *random,
			 const struct zw_address_class *c)
{
	const struct zw_interval *v =
		&c->addresses.v[zw_random_below(random, (u32)c->addresses.n)];

	return zw_random_below(random, 2) ? v->lo : v->hi;
}

static void check_partition(const struct asked *a, struct zw_random *random,
			    const struct zw_buf *policy)
{
	struct zw_partition p;
	struct zw_arena *arena = a->pipelines[0].arena;
	struct zw_intervals all[ZW_FAMILY_COUNT] = { 0 };
	size_t i;

	zw_partition_of(a->study, &question, &p);
	ZW_CHECK(p.complete, "not complete\n%s", policy->data);
	for (i = 0; i < p.classes.n; i++) {
		struct zw_address_class *c = &p.classes.v[i];
		struct zw_address_class *other =
			&p.classes.v[zw_random_below(random, (u32)p.classes.n)];

		ZW_CHECK(!zw_intervals_overlap(all[c->family], c->addresses),
			 "classes overlap\n%s", policy->data);
		all[c->family] =
			zw_intervals_union(arena, all[c->family], c->addresses);
		ZW_CHECK(alike(a, c->family, some_address(random, c),
			       some_address(random, c)),
			 "%.*s is not one class\n%s", ZW_STR_ARG(c->name),
			 policy->data);
		if (c != other && c->family == other->family)
			ZW_CHECK(!alike(a, c->family, some_address(random, c),
					some_address(random, other)),
				 "%.*s and %.*s are one class\n%s",
				 ZW_STR_ARG(c->name), ZW_STR_ARG(other->name),
				 policy->data);
	}
	for (i = 0; i < ZW_FAMILY_COUNT; i++)
		ZW_CHECK(all[i].n == 1, "addresses are missing");
}

static void partitions(void)
{
	struct zw_random random = { zw_test_seed() + 3 };
	u32 i, n = rounds(10);

	for (i = 0; i < n; i++) {
		struct zw_buf text = { 0 };
		struct zw_str policy;
		struct asked a;

		asked_random_text(&random, &text);
		policy = (struct zw_str){ text.data, text.n };
		asked_new(&a, &policy, 1);
		if (a.study)
			check_partition(&a, &random, &text);
		asked_free(&a);
		zw_buf_free(&text);
	}
}

void suite_matrix(void);
void suite_matrix(void)
{
	static CU_TestInfo tests[] = {
		{ "cells", cells },
		{ "classes of addresses", partitions },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("matrix", tests);
}
