/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bricks of the lowering: drafts of rules, chains, sets. Address sets are
 * kept by content, so a blocklist that forty pairs of zones use stands in the
 * kernel once; a set that is one prefix is no set but a comparison. A chain
 * that has grown to its limit goes on in another. */
#include "compiler/lower_internal.h"

static struct zw_plan_match *next(struct zw_draft *draft,
				  enum zw_plan_test test, enum zw_key key)
{
	struct zw_plan_match *match;

	ZW_ASSERT(draft->n < sizeof(draft->matches) / sizeof(*draft->matches));
	match = &draft->matches[draft->n++];
	*match = (struct zw_plan_match){ .test = test,
					 .fields = 1,
					 .field = { (u8)key } };
	return match;
}

static void network_bytes(enum zw_key key, u64 value, u8 *out)
{
	for (unsigned i = zw_key_info(key)->bytes; i--; value >>= 8)
		out[i] = (u8)value;
}

/* VALUE as the field's bytes: network order, or host order where the kernel
 * has it so. */
static void value_bytes(enum zw_key key, u64 value, u8 *out)
{
	const struct zw_key_info *info = zw_key_info(key);
	u32 host = (u32)value;

	ZW_ASSERT(info->bytes <= 4);
	if (info->host_order && info->bytes == 4) {
		memcpy(out, &host, 4);
		return;
	}
	network_bytes(key, value, out);
}

void zw_draft_equal(struct zw_draft *draft, enum zw_key key, u64 value)
{
	value_bytes(key, value, next(draft, ZW_TEST_EQ, key)->value);
}

void zw_draft_range(struct zw_draft *draft, enum zw_key key, u64 lo, u64 hi)
{
	struct zw_plan_match *match;

	if (lo == hi) {
		zw_draft_equal(draft, key, lo);
		return;
	}
	match = next(draft, ZW_TEST_RANGE, key);
	network_bytes(key, lo, match->value);
	network_bytes(key, hi, match->other);
}

void zw_draft_any(struct zw_draft *draft, enum zw_key key, u64 mask)
{
	value_bytes(key, mask, next(draft, ZW_TEST_MASK_ANY, key)->other);
}

void zw_draft_lookup(struct zw_lowering *l, struct zw_draft *draft, u32 set)
{
	const struct zw_plan_set *plan = &l->plan->sets.v[set];
	struct zw_plan_match *match =
		next(draft, plan->map || plan->data ? ZW_TEST_MAP : ZW_TEST_IN,
		     (enum zw_key)plan->field[0]);

	match->fields = plan->fields;
	memcpy(match->field, plan->field, sizeof(match->field));
	match->set = set;
}

void zw_draft_lookup_as(struct zw_lowering *l, struct zw_draft *draft, u32 set,
			enum zw_key key)
{
	zw_draft_lookup(l, draft, set);
	draft->matches[draft->n - 1].field[0] = (u8)key;
}

void zw_draft_family(struct zw_draft *draft, enum zw_family family)
{
	u64 value = family == ZW_IPV4 ? 2 : 10;

	for (u32 i = 0; i < draft->n; i++)
		if (draft->matches[i].field[0] == ZW_KEY_NFPROTO)
			return;
	zw_draft_equal(draft, ZW_KEY_NFPROTO, value);
}

void zw_draft_interface(struct zw_draft *draft, enum zw_key key,
			struct zw_str name)
{
	ZW_ASSERT(name.n < 16);
	memcpy(next(draft, ZW_TEST_EQ, key)->value, name.p, name.n);
}

/* The connection's own addresses need no test of the family: the expression
 * breaks for the other one. */
static void family_for(struct zw_draft *draft, enum zw_key key,
		       enum zw_family family)
{
	if (zw_key_info(key)->nfproto)
		zw_draft_family(draft, family);
}

void zw_draft_address(struct zw_draft *draft, enum zw_key key,
		      enum zw_family family, u128 value)
{
	family_for(draft, key, family);
	zw_ip_bytes((struct zw_ip){ family, value },
		    next(draft, ZW_TEST_EQ, key)->value);
}

/* Large sets are found by where they stand first: hashing a million intervals
 * once for each pair of zones would take seconds. */
u32 zw_lower_address_id(struct zw_lowering *l, enum zw_family family,
			struct zw_intervals set)
{
	struct {
		const void *v;
		size_t n;
		u64 family;
	} where = { set.v, set.n, family };
	struct zw_str at = { (const char *)&where, sizeof(where) };
	struct zw_str content = { (const char *)set.v, set.n * sizeof(*set.v) };
	u32 id;

	if (zw_map_get(&l->address_places, at, &id))
		return id;
	if (!zw_map_get(&l->address_ids[family], content, &id)) {
		id = (u32)l->address_sets.n;
		zw_push(l->arena, l->address_sets, ZW_NONE);
		zw_map_put(&l->address_ids[family], content, id);
	}
	zw_map_put(&l->address_places, zw_str_copy(l->arena, at), id);
	return id;
}

/* The set of these addresses, made under NAME if there is none of equal
 * content. */
static u32 address_set(struct zw_lowering *l, enum zw_family family,
		       struct zw_intervals set, struct zw_str name)
{
	enum zw_key key =
		family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
	u32 id = zw_lower_address_id(l, family, set), index;
	struct zw_plan_set *plan;

	if (l->address_sets.v[id] != ZW_NONE)
		return l->address_sets.v[id];
	if (!name.n)
		name = zw_lower_number_name(l, "addr");
	index = zw_lower_set(l, name, true, false, &key, 1,
			     zw_lower_no_cause(l));
	plan = &l->plan->sets.v[index];
	plan->is_addresses = true;
	plan->family = family;
	plan->addresses = set;
	l->address_sets.v[id] = index;
	return index;
}

void zw_draft_addresses(struct zw_lowering *l, struct zw_draft *draft,
			enum zw_key key, enum zw_family family,
			struct zw_intervals set, struct zw_str name)
{
	struct zw_interval all = zw_family_all(family);
	struct zw_plan_match *match;
	u128 differ;

	ZW_ASSERT(set.n);
	family_for(draft, key, family);
	if (set.n > 1) {
		zw_draft_lookup_as(l, draft, address_set(l, family, set, name),
				   key);
		return;
	}
	differ = set.v[0].lo ^ set.v[0].hi;
	if (set.v[0].lo == all.lo && set.v[0].hi == all.hi)
		return;
	if (!differ) {
		zw_draft_address(draft, key, family, set.v[0].lo);
		return;
	}
	if ((differ & (differ + 1)) || (set.v[0].lo & differ)) {
		zw_draft_lookup_as(l, draft, address_set(l, family, set, name),
				   key);
		return;
	}
	match = next(draft, ZW_TEST_MASK_EQ, key);
	zw_ip_bytes((struct zw_ip){ family, set.v[0].lo }, match->value);
	zw_ip_bytes((struct zw_ip){ family, all.hi & ~differ }, match->other);
}

void zw_draft_members(struct zw_lowering *l, struct zw_draft *draft,
		      enum zw_key key, enum zw_family family, u32 zone)
{
	struct zw_str label = zw_lower_zone_label(l, zone);
	struct zw_ipset set = zw_lower_members(l, key, zone);
	bool forged = !zw_ipset_equal(set, l->model->zones.v[zone].members);

	zw_draft_addresses(
		l, draft, key, family, set.of[family],
		zw_strf(l->arena, "%s.%.*s.%d", forged ? "z_forged" : "z_zone",
			ZW_STR_ARG(label), family == ZW_IPV4 ? 4 : 6));
}

struct zw_ipset zw_lower_members(const struct zw_lowering *l, enum zw_key key,
				 u32 zone)
{
	switch (key) {
	case ZW_KEY_IP_SADDR:
	case ZW_KEY_IP6_SADDR:
	case ZW_KEY_CT_ORIGINAL_IP_SADDR:
	case ZW_KEY_CT_ORIGINAL_IP6_SADDR:
		return l->model->sources[zone];
	default:
		return l->model->zones.v[zone].members;
	}
}

bool zw_lower_sends(const struct zw_lowering *l, u32 zone,
		    enum zw_family family)
{
	return l->model->sources[zone].of[family].n;
}

struct zw_cause zw_lower_no_cause(const struct zw_lowering *l)
{
	return (struct zw_cause){ ZW_NO_SPAN, l->place };
}

struct zw_plan_rule *zw_draft_end(struct zw_lowering *l,
				  const struct zw_draft *draft, u32 chain,
				  enum zw_plan_verdict verdict, u32 target,
				  struct zw_cause cause)
{
	struct zw_plan_rule rule = {
		.match_count = draft->n,
		.verdict = verdict,
		.chain = target,
		.span = cause.span,
		.place = cause.place,
	};
	struct zw_plan_chain *home = &l->plan->chains.v[chain];

	ZW_ASSERT(home->rules.n < ZW_CHAIN_LIMIT);
	rule.matches = ZW_NEW_ARRAY(l->arena, struct zw_plan_match, draft->n);
	memcpy(rule.matches, draft->matches, draft->n * sizeof(*rule.matches));
	zw_push(l->arena, home->rules, rule);
	return &home->rules.v[home->rules.n - 1];
}

void zw_lower_rule(struct zw_lowering *l, const struct zw_draft *draft,
		   u32 chain, enum zw_plan_verdict verdict)
{
	zw_draft_end(l, draft, chain, verdict, 0, zw_lower_no_cause(l));
}

void zw_lower_rule_to(struct zw_lowering *l, const struct zw_draft *draft,
		      u32 chain, enum zw_plan_verdict verdict, u32 target)
{
	zw_draft_end(l, draft, chain, verdict, target, zw_lower_no_cause(l));
}

void zw_lower_final_drop(struct zw_lowering *l, u32 chain)
{
	bool base = l->plan->chains.v[chain].hook != ZW_PLAN_NO_HOOK;
	struct zw_draft draft = { .n = 0 };

	if (l->translating)
		return;
	if (l->drop != ZW_NONE)
		zw_lower_rule_to(l, &draft, chain, ZW_PLAN_GOTO, l->drop);
	/* a base chain's last word is its own, whatever hangs from it */
	if (l->drop == ZW_NONE || base)
		zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
}

u32 zw_lower_chain(struct zw_lowering *l, struct zw_str name)
{
	struct zw_plan_chain chain = { .name = name, .hook = ZW_PLAN_NO_HOOK };

	zw_push(l->arena, l->plan->chains, chain);
	return (u32)l->plan->chains.n - 1;
}

u32 zw_lower_base_chain(struct zw_lowering *l, const char *name,
			enum zw_plan_hook hook, int priority)
{
	u32 index = zw_lower_chain(l, zw_str_from(name));

	l->plan->chains.v[index].hook = hook;
	l->plan->chains.v[index].priority = priority;
	return index;
}

u32 zw_lower_reject_chain(struct zw_lowering *l)
{
	struct zw_draft tcp = { .n = 0 }, rest = { .n = 0 };

	if (l->reject != ZW_NONE)
		return l->reject;
	l->reject = zw_lower_chain(l, ZW_STR("z_reject"));
	zw_draft_equal(&tcp, ZW_KEY_L4PROTO, 6);
	zw_lower_rule(l, &tcp, l->reject, ZW_PLAN_REJECT_RESET);
	zw_lower_rule(l, &rest, l->reject, ZW_PLAN_REJECT_PROHIBITED);
	return l->reject;
}

u32 zw_lower_set(struct zw_lowering *l, struct zw_str name, bool interval,
		 bool map, const enum zw_key *keys, unsigned n,
		 struct zw_cause cause)
{
	struct zw_plan_set set = {
		.name = name,
		.fields = (u8)n,
		.interval = interval,
		.map = map,
		.span = cause.span,
		.place = cause.place,
	};

	for (unsigned i = 0; i < n; i++) {
		set.field[i] = (u8)keys[i];
		set.key_bytes =
			(u8)(set.key_bytes + zw_key_info(keys[i])->bytes);
	}
	zw_push(l->arena, l->plan->sets, set);
	return (u32)l->plan->sets.n - 1;
}

struct zw_plan_element *zw_lower_set_add(struct zw_lowering *l, u32 index,
					 const u8 *lo, const u8 *hi)
{
	struct zw_plan_set *set = &l->plan->sets.v[index];
	struct zw_plan_element element = { 0 };
	u8 *room = zw_alloc(l->arena, (hi ? 2u : 1u) * set->key_bytes);

	memcpy(room, lo, set->key_bytes);
	element.lo = room;
	if (hi) {
		memcpy(room + set->key_bytes, hi, set->key_bytes);
		element.hi = room + set->key_bytes;
	}
	zw_push(l->arena, set->elements, element);
	return &set->elements.v[set->elements.n - 1];
}

u32 zw_lower_byte_set(struct zw_lowering *l, const char *name, enum zw_key key,
		      const u8 *values, size_t n)
{
	struct zw_str text = zw_str_from(name);
	u32 set;

	if (zw_map_get(&l->sets, text, &set))
		return set;
	set = zw_lower_set(l, text, false, false, &key, 1,
			   zw_lower_no_cause(l));
	for (size_t i = 0; i < n; i++)
		zw_lower_set_add(l, set, &values[i], NULL);
	zw_map_put(&l->sets, text, set);
	return set;
}

struct zw_str zw_lower_number_name(struct zw_lowering *l, const char *what)
{
	return zw_strf(l->arena, "z_%s.%u", what, ++l->numbers);
}

struct zw_str zw_lower_comment(struct zw_arena *arena, struct zw_str place)
{
	size_t cut = place.n > 127 ? place.n - 127 : 0;
	char *text;

	/* not within a character */
	while (cut && cut < place.n && ((u8)place.p[cut] & 0xc0) == 0x80)
		cut++;
	text = zw_alloc(arena, place.n - cut + 1);
	for (size_t i = cut; i < place.n; i++) {
		u8 c = (u8)place.p[i];

		text[i - cut] = c < ' ' || c == 0x7f || c == '"' || c == '\\'
					? '?'
					: (char)c;
	}
	return (struct zw_str){ text, place.n - cut };
}

u32 zw_lower_known_chain(const struct zw_lowering *l, struct zw_str key)
{
	u32 chain;

	return zw_map_get(&l->chains, key, &chain) ? chain : ZW_NONE;
}

/* The two sets of ICMP types that are errors. */
u32 zw_lower_error_types(struct zw_lowering *l, enum zw_family family)
{
	static const u8 four[] = { 3, 11, 12 }, six[] = { 1, 2, 3, 4 };

	if (family == ZW_IPV4)
		return zw_lower_byte_set(l, "z_errors.4", ZW_KEY_ICMP_TYPE,
					 four, sizeof(four));
	return zw_lower_byte_set(l, "z_errors.6", ZW_KEY_ICMP6_TYPE, six,
				 sizeof(six));
}

void zw_draft_error(struct zw_lowering *l, struct zw_draft *draft,
		    enum zw_family family)
{
	zw_draft_family(draft, family);
	zw_draft_equal(draft, ZW_KEY_L4PROTO, family == ZW_IPV4 ? 1 : 58);
	zw_draft_lookup(l, draft, zw_lower_error_types(l, family));
}
