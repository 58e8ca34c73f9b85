/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two rulesets compared for all packets at once: both as diagrams of one space,
 * equal but for packets that a match of iptables drops and one of nft passes
 * over (headers that are cut, fragments without). */
#include "tests/packets/opinion_inside.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"

#define ATTEMPTS 12

static u32 differ(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b;
}

static zw_node whole(struct zw_space *space, enum zw_family family)
{
	struct zw_diagrams *d = space->d;
	zw_node out = zw_space_is(space, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE);

	out = zw_and(d, out, zw_space_is(space, ZW_FIELD_FAMILY, family));
	if (family == ZW_IPV4)
		return zw_minus(d, out, zw_meaning_later_fragments(space));
	return zw_and(d, out, zw_space_is(space, ZW_FIELD_HAS_FRAGMENT, 0));
}

/* Both on PATH; what neither knows is no difference, what one does not is. */
static bool same_on(struct zw_symbolic *one, struct zw_symbolic *other,
		    enum zw_family family, enum zw_path path)
{
	struct zw_space *space = one->space;
	struct zw_diagrams *d = space->d;
	zw_node a = zw_symbolic_path(one, path);
	zw_node b = zw_symbolic_path(other, path);
	zw_node set = zw_apply(d, zw_tag_new(d), differ, NULL, a, b);

	set = zw_and(d, set, whole(space, family));
	set = zw_and(d, set, zw_meaning_legal(space, one->tracked, path));
	return zw_same(set, ZW_EMPTY);
}

/* True if this attempt tells. */
static bool attempt(const struct zw_opinion *a, const struct zw_opinion *b,
		    enum zw_family family, struct zw_cuts *cuts,
		    const char **where)
{
	static const char *const names[] = { "forward", "input", "output" };
	struct zw_arena *arena = zw_arena_new();
	struct zw_diagrams *d = zw_diagrams_new(1u << 21, 1u << 23);
	struct zw_space *space = zw_space_new(arena, d, cuts);
	struct zw_symbolic *one, *other;
	enum zw_path path;
	bool told;

	one = zw_symbolic_new(arena, space, &a->ruleset);
	other = zw_symbolic_new(arena, space, &b->ruleset);
	*where = NULL;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		if (!same_on(one, other, family, path) && !*where)
			*where = names[path];
	}
	if (!*where && one->doubts.n + other->doubts.n)
		*where = "a doubt";
	told = !zw_space_stale(space);
	if (zw_diagrams_exhausted(d))
		*where = "budget";
	zw_diagrams_free(d);
	zw_arena_free(arena);
	return told;
}

bool zw_opinion_same(const struct zw_opinion *a, const struct zw_opinion *b,
		     enum zw_family family, const char **where)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_cuts cuts;
	u32 i;

	zw_cuts_init(&cuts, arena);
	zw_symbolic_cuts(&cuts, &a->ruleset);
	zw_symbolic_cuts(&cuts, &b->ruleset);
	for (i = 0; i < ATTEMPTS; i++) {
		if (attempt(a, b, family, &cuts, where))
			break;
	}
	zw_arena_free(arena);
	return i < ATTEMPTS && !*where;
}
