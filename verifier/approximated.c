/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An approximation is a Boolean of its own, for each path and family, and for
 * each way on which a chain is visited. Whether a verdict hangs on it can be
 * read off the packets that break the claim: if they are the same whatever it
 * is, their diagram does not test it. Where there are no such packets the claim
 * is proved, and holds either way. */
#include "verifier/approximated.h"

#include "base/map.h"
#include "verifier/symbolic.h"

static struct zw_str text_of(struct zw_arena *arena,
			     const struct zw_ruleset *ruleset,
			     const struct zw_approximation *a)
{
	const struct zw_chain *chain = &ruleset->chains.v[a->chain];
	struct zw_str in = ZW_STR("");

	if (chain->table != ZW_NONE) {
		const struct zw_table *table = &ruleset->tables.v[chain->table];

		in = zw_strf(arena, " in table '%s %.*s'",
			     zw_table_family_name(table->family),
			     ZW_STR_ARG(table->name));
	}
	return zw_strf(arena, "rule %u of chain '%.*s'%.*s: %s", a->position,
		       ZW_STR_ARG(chain->name), ZW_STR_ARG(in), a->what);
}

void zw_approximated_list(struct zw_prover *p, struct zw_verification *v)
{
	const struct zw_symbolic *s = p->symbolic;
	bool *tested =
		ZW_NEW_ARRAY(p->scratch, bool, zw_variable_count(p->space->d));
	struct zw_map numbers;
	size_t i;

	v->approximations.n = 0;
	for (i = 0; i < p->violations.n; i++)
		zw_tested(p->space->d, p->violations.v[i], tested);
	zw_map_init(&numbers, p->scratch);
	for (i = 0; i < s->approximations.n; i++) {
		const struct zw_approximation *a = &s->approximations.v[i];
		u32 words[] = { a->chain, a->position, a->expr };
		struct zw_str key = { (const char *)words, sizeof(words) };
		u32 number = (u32)v->approximations.n;

		if (!zw_map_get(&numbers, key, &number)) {
			struct zw_approximated one = {
				text_of(p->arena, s->ruleset, a), false
			};

			zw_map_put(&numbers, zw_str_copy(p->scratch, key),
				   number);
			zw_push(p->arena, v->approximations, one);
		}
		v->approximations.v[number].mattered |= tested[a->variable];
	}
}
