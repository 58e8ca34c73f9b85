/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outcomes and changes, each kept once, so that a leaf is a small number and
 * equal leaves mean equal outcomes. */
#include "base/assert.h"
#include "base/map.h"
#include "verifier/symbolic_internal.h"

struct zw_outcomes *zw_outcomes_new(struct zw_arena *arena)
{
	struct zw_outcomes *o = ZW_NEW(arena, struct zw_outcomes);
	struct change none = { NULL, 0 };
	u32 kind;

	o->arena = arena;
	zw_map_init(&o->outcome_map, arena);
	zw_map_init(&o->change_map, arena);
	zw_push(arena, o->changes, none);
	for (kind = 0; kind < OUTCOME_KINDS; kind++) {
		struct outcome plain = { (u8)kind, 0, 0 };

		zw_push(arena, o->v, plain);
	}
	return o;
}

u32 zw_outcome_leaf(struct zw_outcomes *o, enum outcome_kind kind, u32 change,
		    u32 chain)
{
	struct outcome outcome = { (u8)kind, change, chain };
	u32 words[3] = { kind, change, chain }, number = (u32)o->v.n;
	struct zw_str key = { (const char *)words, sizeof(words) };

	if (!change && kind != JUMPS && kind != GOES_TO && kind != LOSES)
		return kind;
	if (kind == LOSES && change)
		return zw_outcome_leaf(o, kind, 0, chain);
	/* what ends the packet's way ends its changes */
	if (kind <= REJECTS_OTHER && kind != ACCEPTS)
		return kind;
	if (zw_map_get(&o->outcome_map, key, &number))
		return number;
	zw_map_put(&o->outcome_map, zw_str_copy(o->arena, key), number);
	zw_push(o->arena, o->v, outcome);
	return number;
}

u32 zw_change_new(struct zw_outcomes *o, const struct zw_rewrite *v, size_t n)
{
	struct zw_buf buf = { 0 };
	struct change change;
	struct zw_str key;
	u32 number = (u32)o->changes.n;
	size_t i;

	for (i = 0; i < n; i++) {
		u32 words[3] = { v[i].variable, v[i].is_copy, v[i].value };

		zw_buf_add(&buf, words, sizeof(words));
	}
	key = (struct zw_str){ buf.data, buf.n };
	if (!zw_map_get(&o->change_map, key, &number)) {
		struct zw_rewrite *copy =
			ZW_NEW_ARRAY(o->arena, struct zw_rewrite, n);

		memcpy(copy, v, n * sizeof(*v));
		change = (struct change){ copy, (u32)n };
		zw_map_put(&o->change_map, zw_str_copy(o->arena, key), number);
		zw_push(o->arena, o->changes, change);
	}
	zw_buf_free(&buf);
	return number;
}

/* What variable VARIABLE is after CHANGE; false if it is what it was. */
static bool changed(const struct change *change, u32 variable,
		    struct zw_rewrite *out)
{
	u32 i;

	for (i = 0; i < change->n; i++) {
		if (change->v[i].variable == variable) {
			*out = change->v[i];
			return true;
		}
	}
	return false;
}

u32 zw_change_then(struct zw_outcomes *o, u32 first, u32 second)
{
	struct change a = o->changes.v[first], b = o->changes.v[second];
	struct zw_rewrite *v;
	size_t n = 0;
	u32 i = 0, k = 0;

	if (!first || !second)
		return first ? first : second;
	v = ZW_NEW_ARRAY(o->arena, struct zw_rewrite, (size_t)a.n + b.n);
	while (i < a.n || k < b.n) {
		struct zw_rewrite earlier;

		if (k == b.n ||
		    (i < a.n && a.v[i].variable < b.v[k].variable)) {
			v[n++] = a.v[i++];
			continue;
		}
		if (i < a.n && a.v[i].variable == b.v[k].variable)
			i++;
		v[n] = b.v[k++];
		if (v[n].is_copy && changed(&a, v[n].value, &earlier)) {
			v[n].is_copy = earlier.is_copy;
			v[n].value = earlier.value;
		}
		n++;
	}
	return zw_change_new(o, v, n);
}
