/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan is emitted whole under the names that the kernel's objects have, and
 * decoded; then object is compared with object of the same name. Whether a
 * chain can stay depends on what it refers to and the other way round (maps
 * name chains), so we begin with all that look alike and strike out whatever
 * refers to something that cannot stay, until nothing more falls: the largest
 * set of objects that can stay together.
 *
 * Sets are exchanged in place only if nothing else changes and no packet reads
 * two of them (one for each family): then the kernel's transaction is the whole
 * difference between the two rulesets, and there is no state in between. */
#include "cli/kept.h"

#include <linux/netfilter.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/diag.h"
#include "cli/kept_rows.h"
#include "loader/names.h"
#include "verifier/decode.h"

/* An object of the kernel's table by its name without generation. */
struct named {
	struct zw_str stem;
	u32 generation, index;
};

typedef ZW_VEC(struct named) named_list;

/* One chain or set of the plan on its way. */
struct place {
	u32 held, want; /* in the rulesets; ZW_NONE: not there */
	bool ok;
	bool differs; /* a set whose elements alone are others */
};

struct finder {
	struct zw_arena *arena;
	const struct zw_plan *plan;
	const struct zw_ruleset *held;
	struct zw_ruleset want;
	u32 held_table, want_table;
	struct zw_kept *kept;
	struct place *chains, *sets;
	u32 *chain_of, *set_of; /* of want's objects: the plan's */
	struct zw_buf texts[2]; /* scratch */
};

static struct zw_str stem_of(struct zw_str name)
{
	size_t n = name.n;

	if (!zw_name_generation(name))
		return name;
	while (name.p[n - 1] != 'g')
		n--;
	return (struct zw_str){ name.p, n - 2 };
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = zw_str_cmp(x->stem, y->stem);

	if (order)
		return order;
	return (x->generation > y->generation) -
	       (x->generation < y->generation);
}

static void add_named(struct zw_arena *arena, named_list *list,
		      struct zw_str name, u32 index)
{
	struct named one = { stem_of(name), zw_name_generation(name), index };

	zw_push(arena, *list, one);
}

static void sort_named(named_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), compare_named);
}

/* The oldest object of that name. */
static const struct named *find_named(const named_list *list,
				      struct zw_str stem)
{
	size_t lo = 0, hi = list->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (zw_str_cmp(list->v[mid].stem, stem) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < list->n && zw_str_eq(list->v[lo].stem, stem))
		return &list->v[lo];
	return NULL;
}

static void list_objects(struct zw_arena *arena,
			 const struct zw_ruleset *ruleset, u32 table,
			 named_list *chains, named_list *sets)
{
	const struct zw_table *t = &ruleset->tables.v[table];
	size_t i;

	for (i = 0; i < t->chains.n; i++)
		add_named(arena, chains, ruleset->chains.v[t->chains.v[i]].name,
			  t->chains.v[i]);
	for (i = 0; i < t->sets.n; i++)
		if (!(ruleset->sets.v[t->sets.v[i]].flags & NFT_SET_ANONYMOUS))
			add_named(arena, sets,
				  ruleset->sets.v[t->sets.v[i]].name,
				  t->sets.v[i]);
	sort_named(chains);
	sort_named(sets);
}

/* ---- names: which of the kernel's objects a plan's may be ---- */

static void choose(struct finder *f, const named_list *chains,
		   const named_list *sets)
{
	size_t i;

	for (i = 0; i < f->plan->chains.n; i++) {
		const struct named *found =
			find_named(chains, f->plan->chains.v[i].name);

		f->chains[i] = (struct place){ ZW_NONE, ZW_NONE, false, false };
		if (!found)
			continue;
		f->chains[i].held = found->index;
		f->kept->chains[i] =
			(struct zw_emit_kept){ true, found->generation };
	}
	for (i = 0; i < f->plan->sets.n; i++) {
		const struct named *found =
			find_named(sets, f->plan->sets.v[i].name);

		f->sets[i] = (struct place){ ZW_NONE, ZW_NONE, false, false };
		if (!found)
			continue;
		f->sets[i].held = found->index;
		f->kept->sets[i] =
			(struct zw_emit_kept){ true, found->generation };
	}
}

/* Counters stay, whatever they have counted; those that the plan has not go. */
static void compare_counters(struct finder *f)
{
	const struct zw_plan *plan = f->plan;
	const struct zw_table *table = &f->held->tables.v[f->held_table];
	size_t i, k;

	for (k = 0; k < table->objects.n; k++) {
		const struct zw_object *object =
			&f->held->objects.v[table->objects.v[k]];
		bool wanted = false;

		if (object->type != NFT_OBJECT_COUNTER)
			continue;
		for (i = 0; i < plan->counters.n; i++) {
			if (!zw_str_eq(plan->counters.v[i], object->name))
				continue;
			f->kept->counters[i] = wanted = true;
		}
		if (!wanted)
			zw_push(f->arena, f->kept->old.counters, object->name);
	}
}

static void newest(u32 *generation, const named_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->v[i].generation > *generation)
			*generation = list->v[i].generation;
}

/* Emit the plan under these names and decode it. */
static void make_want(struct finder *f)
{
	struct zw_emit_options options = { .step = ZW_EMIT_WHOLE,
					   .generation = f->kept->generation,
					   .kept_chains = f->kept->chains,
					   .kept_sets = f->kept->sets };
	struct zw_buf bytes = { 0 };
	struct zw_diags diags;
	named_list chains = { 0 }, sets = { 0 };
	bool decoded;
	size_t i;

	zw_diags_init(&diags, f->arena);
	zw_emit_netlink(f->arena, &bytes, f->plan, &options, NULL);
	decoded = zw_decode(f->arena, &diags, (const u8 *)bytes.data, bytes.n,
			    NULL, &f->want);
	ZW_ASSERT(decoded);
	zw_buf_free(&bytes);
	f->want_table =
		zw_find_table(&f->want, NFPROTO_INET, ZW_STR(ZW_PLAN_TABLE));
	ZW_ASSERT(f->want_table != ZW_NONE);
	list_objects(f->arena, &f->want, f->want_table, &chains, &sets);
	f->chain_of = ZW_NEW_ARRAY(f->arena, u32, f->want.chains.n + 1);
	f->set_of = ZW_NEW_ARRAY(f->arena, u32, f->want.sets.n + 1);
	for (i = 0; i < f->plan->chains.n; i++) {
		const struct named *found =
			find_named(&chains, f->plan->chains.v[i].name);

		ZW_ASSERT(found);
		f->chains[i].want = found->index;
		f->chain_of[found->index] = (u32)i;
	}
	for (i = 0; i < f->plan->sets.n; i++) {
		const struct named *found =
			find_named(&sets, f->plan->sets.v[i].name);

		ZW_ASSERT(found);
		f->sets[i].want = found->index;
		f->set_of[found->index] = (u32)i;
	}
}

/* ---- alike by themselves ---- */

static bool rules_alike(struct finder *f, const struct zw_rule *held,
			const struct zw_rule *want)
{
	u32 i;

	if (held->n_exprs != want->n_exprs ||
	    !zw_str_eq(held->comment, want->comment))
		return false;
	for (i = 0; i < held->n_exprs; i++) {
		const struct zw_expr *a = &held->exprs[i], *b = &want->exprs[i];

		if (a->kind != b->kind || a->doubt || b->doubt)
			return false;
		if (a->kind == ZW_EXPR_COUNTER)
			continue;
		f->texts[0].n = f->texts[1].n = 0;
		zw_expr_print(&f->texts[0], f->held, a);
		zw_expr_print(&f->texts[1], &f->want, b);
		if (f->texts[0].n != f->texts[1].n ||
		    memcmp(f->texts[0].data, f->texts[1].data, f->texts[0].n))
			return false;
	}
	return true;
}

static bool chains_alike(struct finder *f, const struct place *place)
{
	const struct zw_chain *held, *want = &f->want.chains.v[place->want];
	size_t i;

	if (place->held == ZW_NONE)
		return false;
	held = &f->held->chains.v[place->held];
	if (held->doubt || held->base != want->base ||
	    held->rules.n != want->rules.n ||
	    !zw_str_eq(held->name, want->name))
		return false;
	if (held->base &&
	    (held->hook != want->hook || held->priority != want->priority ||
	     held->type != want->type ||
	     held->policy_drop != want->policy_drop))
		return false;
	for (i = 0; i < held->rules.n; i++)
		if (!rules_alike(f, held->rules.v[i], want->rules.v[i]))
			return false;
	return true;
}

static void look_at_sets(struct finder *f)
{
	size_t i;

	for (i = 0; i < f->plan->sets.n; i++) {
		struct place *place = &f->sets[i];
		const struct zw_set *want = &f->want.sets.v[place->want];
		const struct zw_set *held;

		if (place->held == ZW_NONE)
			continue;
		held = &f->held->sets.v[place->held];
		if (want->flags & NFT_SET_EVAL) {
			place->ok = zw_kept_declared_alike(held, want);
			continue;
		}
		if (!zw_kept_shape_alike(held, want))
			continue;
		place->ok = zw_kept_rows_alike(f->arena, f->held, held,
					       &f->want, want);
		place->differs = !place->ok &&
				 want->data_kind == ZW_DATA_NONE &&
				 want->kind != ZW_SET_BOXES;
	}
}

static void look_at_chains(struct finder *f)
{
	size_t i;

	for (i = 0; i < f->plan->chains.n; i++)
		f->chains[i].ok = chains_alike(f, &f->chains[i]);
}

/* ---- alike with all that they refer to ---- */

static bool set_stays(const struct finder *f, u32 want, bool in_place)
{
	const struct place *place = &f->sets[f->set_of[want]];

	return place->ok || (in_place && place->differs);
}

static bool chain_stays(const struct finder *f, const struct place *place,
			bool in_place)
{
	const struct zw_chain *chain = &f->want.chains.v[place->want];
	size_t r;
	u32 i;

	for (r = 0; r < chain->rules.n; r++) {
		const struct zw_rule *rule = chain->rules.v[r];

		for (i = 0; i < rule->n_exprs; i++) {
			const struct zw_expr *e = &rule->exprs[i];

			if (e->kind == ZW_EXPR_LOOKUP &&
			    !set_stays(f, e->lookup.set, in_place))
				return false;
			if (e->kind == ZW_EXPR_DYNSET &&
			    !f->sets[f->set_of[e->dynset.set]].ok)
				return false;
			if (e->kind == ZW_EXPR_IMMEDIATE &&
			    e->immediate.dreg == ZW_REG_VERDICT &&
			    e->immediate.ruling.chain != ZW_NONE &&
			    !f->chains[f->chain_of[e->immediate.ruling.chain]]
				     .ok)
				return false;
		}
	}
	return true;
}

/* The elements that CHAIN's rules have made keep the limits that they were made
 * with, so their sets go with it. */
static void strike_filled(struct finder *f, const struct place *place)
{
	const struct zw_chain *chain = &f->want.chains.v[place->want];
	size_t r;
	u32 i;

	for (r = 0; r < chain->rules.n; r++) {
		const struct zw_rule *rule = chain->rules.v[r];

		for (i = 0; i < rule->n_exprs; i++)
			if (rule->exprs[i].kind == ZW_EXPR_DYNSET)
				f->sets[f->set_of[rule->exprs[i].dynset.set]]
					.ok = false;
	}
}

static bool map_stays(const struct finder *f, const struct place *place)
{
	const struct zw_set *set = &f->want.sets.v[place->want];
	u32 i;

	for (i = 0; set->elements.rulings && i < set->elements.n; i++) {
		u32 chain = set->elements.rulings[i].chain;

		if (chain != ZW_NONE && !f->chains[f->chain_of[chain]].ok)
			return false;
	}
	return true;
}

static void strike_out(struct finder *f, bool in_place)
{
	bool changed = true;
	size_t i;

	while (changed) {
		changed = false;
		for (i = 0; i < f->plan->chains.n; i++)
			if (f->chains[i].ok &&
			    !chain_stays(f, &f->chains[i], in_place)) {
				f->chains[i].ok = false;
				changed = true;
			}
		for (i = 0; i < f->plan->chains.n; i++)
			if (!f->chains[i].ok)
				strike_filled(f, &f->chains[i]);
		for (i = 0; i < f->plan->sets.n; i++)
			if (f->sets[i].ok && !map_stays(f, &f->sets[i])) {
				f->sets[i].ok = false;
				changed = true;
			}
	}
}

/* ---- in place ---- */

/* Nothing changes but at most one set of each family. */
static bool only_sets_differ(const struct finder *f)
{
	unsigned families[ZW_FAMILY_COUNT] = { 0 }, others = 0, i;

	for (i = 0; i < f->plan->chains.n; i++)
		if (!f->chains[i].ok)
			return false;
	for (i = 0; i < f->plan->sets.n; i++) {
		const struct zw_plan_set *set = &f->plan->sets.v[i];

		if (f->sets[i].ok)
			continue;
		if (!f->sets[i].differs)
			return false;
		if (set->is_addresses)
			families[set->family]++;
		else
			others++;
	}
	return others ? others == 1 && !families[0] && !families[1]
		      : families[0] <= 1 && families[1] <= 1;
}

static void note_differences(struct finder *f)
{
	u32 i;

	for (i = 0; i < f->plan->sets.n; i++) {
		struct zw_kept_difference one = { .set = i };

		if (f->sets[i].ok)
			continue;
		zw_kept_rows_difference(f->arena,
					&f->held->sets.v[f->sets[i].held],
					&f->want.sets.v[f->sets[i].want],
					&one.gone, &one.added);
		zw_push(f->arena, f->kept->differences, one);
		f->sets[i].ok = true;
	}
}

/* ---- the answer ---- */

static void settle(struct finder *f)
{
	struct zw_kept *kept = f->kept;
	size_t i;

	kept->all = kept->hooks = true;
	for (i = 0; i < f->plan->chains.n; i++) {
		bool base = f->plan->chains.v[i].hook != ZW_PLAN_NO_HOOK;

		kept->chains[i].kept = f->chains[i].ok;
		if (!f->chains[i].ok)
			kept->all = false;
		if (!f->chains[i].ok && base)
			kept->hooks = false;
	}
	for (i = 0; i < f->plan->sets.n; i++) {
		kept->sets[i].kept = f->sets[i].ok;
		if (!f->sets[i].ok)
			kept->all = false;
	}
}

/* Base chains stay even if their rules are exchanged. */
static void note_old(struct finder *f, const named_list *chains,
		     const named_list *sets)
{
	bool *stays = ZW_NEW_ARRAY(f->arena, bool, f->held->chains.n + 1);
	bool *set_stay = ZW_NEW_ARRAY(f->arena, bool, f->held->sets.n + 1);
	struct zw_kept *kept = f->kept;
	size_t i;

	for (i = 0; i < f->plan->chains.n; i++)
		if (f->chains[i].held != ZW_NONE &&
		    (f->chains[i].ok ||
		     f->plan->chains.v[i].hook != ZW_PLAN_NO_HOOK))
			stays[f->chains[i].held] = true;
	for (i = 0; i < f->plan->sets.n; i++)
		if (f->sets[i].held != ZW_NONE && f->sets[i].ok)
			set_stay[f->sets[i].held] = true;
	for (i = 0; i < chains->n; i++) {
		const struct zw_chain *chain =
			&f->held->chains.v[chains->v[i].index];

		if (stays[chains->v[i].index])
			continue;
		if (chain->base)
			zw_push(f->arena, kept->old_hooks, chain->name);
		else
			zw_push(f->arena, kept->old.chains, chain->name);
	}
	for (i = 0; i < sets->n; i++)
		if (!set_stay[sets->v[i].index])
			zw_push(f->arena, kept->old.sets,
				f->held->sets.v[sets->v[i].index].name);
}

static void keep_what_can_stay(struct finder *f, bool in_place)
{
	look_at_sets(f);
	look_at_chains(f);
	strike_out(f, in_place);
	if (in_place && only_sets_differ(f)) {
		note_differences(f);
	} else if (in_place) {
		look_at_sets(f);
		look_at_chains(f);
		strike_out(f, false);
	}
}

void zw_kept_find(struct zw_arena *arena, const struct zw_plan *plan,
		  const u8 *held, size_t n, enum zw_keep keep,
		  struct zw_kept *kept)
{
	struct zw_ruleset ruleset = { 0 };
	struct finder f = {
		.arena = arena, .plan = plan, .held = &ruleset, .kept = kept
	};
	struct zw_diags unsaid;
	named_list chains = { 0 }, sets = { 0 };

	/* what is not understood is not kept; the proof says more about it */
	zw_diags_init(&unsaid, arena);
	if (n)
		zw_decode(arena, &unsaid, held, n, NULL, &ruleset);
	*kept = (struct zw_kept){ 0 };
	kept->chains =
		ZW_NEW_ARRAY(arena, struct zw_emit_kept, plan->chains.n + 1);
	kept->sets = ZW_NEW_ARRAY(arena, struct zw_emit_kept, plan->sets.n + 1);
	kept->counters = ZW_NEW_ARRAY(arena, bool, plan->counters.n + 1);
	f.chains = ZW_NEW_ARRAY(arena, struct place, plan->chains.n + 1);
	f.sets = ZW_NEW_ARRAY(arena, struct place, plan->sets.n + 1);
	f.held_table =
		zw_find_table(f.held, NFPROTO_INET, ZW_STR(ZW_PLAN_TABLE));
	kept->table = f.held_table != ZW_NONE;
	if (kept->table)
		kept->table_flags = ruleset.tables.v[f.held_table].flags;
	if (kept->table)
		list_objects(arena, f.held, f.held_table, &chains, &sets);
	newest(&kept->generation, &chains);
	newest(&kept->generation, &sets);
	kept->generation++;
	choose(&f, &chains, &sets);
	make_want(&f);
	if (keep != ZW_KEEP_NOTHING)
		keep_what_can_stay(&f, keep == ZW_KEEP_MOST);
	zw_kept_count(arena, f.held, f.held_table, &f.want, f.want_table,
		      &kept->changes);
	settle(&f);
	note_old(&f, &chains, &sets);
	if (kept->table)
		compare_counters(&f);
	zw_buf_free(&f.texts[0]);
	zw_buf_free(&f.texts[1]);
}
