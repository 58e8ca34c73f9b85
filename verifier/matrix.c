/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of parties: the flows between the two, seen as services alone. What
 * passes for all addresses is what does not fail for some: the flows of the two
 * that do not pass, quantified over everything but the service, taken away. */
#include "verifier/matrix.h"

#include <stdlib.h>

#include "verifier/entry.h"

zw_node zw_matrix_services(struct zw_space *space,
			   const zw_service_items *items)
{
	return zw_if(space->d, zw_space_is(space, ZW_FIELD_FAMILY, 0),
		     zw_meaning_services(space, ZW_IPV4, items),
		     zw_meaning_services(space, ZW_IPV6, items));
}

/* The variables of COUNT fields from FIRST on. */
static size_t variables(const struct zw_space *space, u32 first, u32 count,
			u32 *v, size_t n)
{
	u32 i, k;

	for (i = 0; i < count; i++) {
		const struct zw_field_info *info = &space->fields.v[first + i];

		for (k = 0; k < info->slice_count; k++)
			v[n++] = info->slices[k].variable;
	}
	return n;
}

static zw_node fix_port(struct zw_space *space, zw_node node, u16 port)
{
	const struct zw_field_info *info = &space->fields.v[ZW_FIELD_SPORT];
	u32 i;

	for (i = 0; i < info->slice_count; i++) {
		const struct zw_slice *s = &info->slices[i];
		u32 mask = (UINT32_C(2) << (s->hi - s->lo)) - 1;

		node = zw_fix(space->d, node, s->variable,
			      (u32)port >> s->lo & mask);
	}
	return node;
}

/* Sources that are members of the zone on their interface. */
static zw_node own_sources(struct zw_flows *f)
{
	struct zw_parties parties;
	zw_node out = ZW_EMPTY;
	size_t i;

	zw_parties_of(f, &parties);
	for (i = 0; i < parties.list.n; i++) {
		const struct zw_party *p = &parties.list.v[i];

		if (p->zone != ZW_SELF)
			out = zw_or(f->space->d, out,
				    zw_and(f->space->d, p->from,
					   zw_parties_members(f, p)));
	}
	return out;
}

zw_node zw_matrix_flows(struct zw_study *study,
			const struct zw_matrix_question *q, enum zw_path path,
			bool sure)
{
	struct zw_flows *f = study->of[0];
	struct zw_diagrams *d = study->d;
	zw_node set = sure ? f->paths[path].sure : f->paths[path].possible;

	if (q->services)
		set = zw_and(d, set,
			     zw_matrix_services(study->space, q->services));
	if (q->unspoofed && path != ZW_PATH_OUTPUT)
		set = zw_and(d, set, own_sources(f));
	return zw_if(d, zw_entry_ports(study->space),
		     fix_port(study->space, set, q->sport), set);
}

/* What a policy calls any: what connection tracking follows, without ICMP
 * redirects and the messages of a link. */
static zw_node any_service(struct zw_space *space)
{
	static struct {
		u8 proto;
		u16 lo, hi;
		u8 families;
	} const any[] = { { 6, 0, 65535, 3 },
			  { 17, 0, 65535, 3 },
			  { 132, 0, 65535, 3 },
			  { 136, 0, 65535, 3 },
			  { 1, 0, 5 * 256 - 1, 1 },
			  { 1, 6 * 256, 65535, 1 },
			  { 58, 0, 130 * 256 - 1, 2 },
			  { 58, 138 * 256, 143 * 256 - 1, 2 },
			  { 58, 144 * 256, 65535, 2 } };
	struct zw_service_item items[sizeof(any) / sizeof(*any)];
	zw_service_items list = { items, sizeof(any) / sizeof(*any), 0 };
	size_t i;

	for (i = 0; i < list.n; i++)
		items[i] =
			(struct zw_service_item){ any[i].proto, any[i].lo,
						  any[i].hi, any[i].families };
	return zw_matrix_services(space, &list);
}

/* ICMP of the other family is nothing that could be missed. */
static zw_node sendable(struct zw_space *space)
{
	return zw_if(space->d, zw_space_is(space, ZW_FIELD_FAMILY, 0),
		     zw_not(space->d,
			    zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMPV6)),
		     zw_not(space->d,
			    zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMP)));
}

struct maker {
	struct zw_study *study;
	const struct zw_matrix_question *q;
	zw_node possible[ZW_PATH_COUNT], sure[ZW_PATH_COUNT];
	zw_node plain[ZW_PATH_COUNT]; /* all flows there could be */
	u32 *others;		      /* variables beside the service's */
	size_t n_others;
};

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* Members of both, of the interfaces that they have. */
static zw_node everyone(struct maker *m, const struct zw_party *from,
			const struct zw_party *to, enum zw_path path)
{
	struct zw_flows *f = m->study->of[0];
	struct zw_diagrams *d = m->study->d;
	zw_node set = zw_and(d, zw_and(d, from->from, to->to),
			     sendable(m->study->space));

	if (path != ZW_PATH_OUTPUT)
		set = zw_and(d, set, zw_parties_members(f, from));
	if (path != ZW_PATH_INPUT)
		set = zw_and(d, set, zw_parties_destinations(f, to));
	return set;
}

/* Up to so many exceptions are told as such. */
#define BUT_MAX 2

static void make_lists(struct maker *m, zw_node everyone, zw_node all,
		       zw_node some, struct zw_cell *cell)
{
	struct zw_arena *arena = m->study->arena;
	struct zw_diagrams *d = m->study->d;
	struct zw_space *space = m->study->space;
	zw_node any = zw_exists(d, zw_and(d, everyone, any_service(space)),
				m->others, m->n_others);

	zw_classes_of(arena, space, all, 0, &cell->all);
	zw_classes_of(arena, space, some, 0, &cell->some);
	zw_classes_of(arena, space, zw_minus(d, any, all), 0, &cell->but);
	cell->any = !m->q->services && cell->but.complete &&
		    (!cell->but.list.n || (cell->but.list.n <= BUT_MAX &&
					   cell->all.list.n > BUT_MAX));
	if (cell->any)
		zw_classes_of(arena, space, zw_minus(d, all, any), 0,
			      &cell->all);
	else
		cell->but.list.n = 0;
}

static void make_cell(struct maker *m, const struct zw_party *from,
		      const struct zw_party *to, struct zw_cell *cell)
{
	struct zw_diagrams *d = m->study->d;
	zw_node set, some, fails, all_of_them;
	enum zw_path path;

	cell->all.complete = cell->some.complete = true;
	if (!zw_parties_path(from, to, &path))
		return;
	set = zw_parties_between(m->study->space, from, to, m->possible[path]);
	cell->open = !zw_same(set, ZW_EMPTY);
	if (!cell->open)
		return;
	cell->sure = zw_subset(d, set, m->sure[path]);
	some = zw_exists(d, set, m->others, m->n_others);
	all_of_them = everyone(m, from, to, path);
	fails = zw_exists(d, zw_minus(d, zw_and(d, all_of_them, some), set),
			  m->others, m->n_others);
	cell->everything =
		zw_subset(d,
			  zw_exists(d, zw_and(d, m->plain[path], all_of_them),
				    m->others, m->n_others),
			  zw_minus(d, some, fails));
	make_lists(m, all_of_them, zw_minus(d, some, fails),
		   zw_and(d, some, fails), cell);
}

void zw_matrix_of(struct zw_study *study, const struct zw_matrix_question *q,
		  struct zw_matrix *out)
{
	struct maker m = { .study = study, .q = q };
	enum zw_path path;
	size_t i, k, n;

	zw_parties_of(study->of[0], &out->parties);
	n = out->parties.list.n;
	out->cells = ZW_NEW_ARRAY(study->arena, struct zw_cell, n * n);
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		m.possible[path] = zw_matrix_flows(study, q, path, false);
		m.sure[path] = zw_matrix_flows(study, q, path, true);
		m.plain[path] =
			zw_exists(study->d, study->of[0]->paths[path].plain,
				  study->details, study->detail_count);
	}
	m.others =
		ZW_NEW_ARRAY(study->scratch, u32, zw_variable_count(study->d));
	m.n_others = variables(study->space, ZW_FIELD_IN, 7, m.others, 0);
	m.n_others =
		variables(study->space, ZW_FIELD_DST, 8, m.others, m.n_others);
	qsort(m.others, m.n_others, sizeof(*m.others), by_number);
	for (i = 0; i < n; i++) {
		for (k = 0; k < n; k++)
			make_cell(&m, &out->parties.list.v[i],
				  &out->parties.list.v[k],
				  &out->cells[i * n + k]);
	}
}
