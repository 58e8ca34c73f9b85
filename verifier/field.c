/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a packet and their variables.
 *
 * The order is the one that keeps diagrams of firewalls small: interfaces and
 * conntrack state first, since rulesets are divided by them, then protocol,
 * destination port, destination, source (or these two before those, where the
 * first order spends the budget); what few rules look at comes last.
 * Fields made on demand and unknowns follow in the order of their making. */
#include "base/assert.h"
#include "verifier/field_internal.h"

#define MEMO_BUCKETS 4096

static const u32 state_values[] = { ZW_STATE_INVALID, ZW_STATE_ESTABLISHED,
				    ZW_STATE_RELATED, ZW_STATE_NEW,
				    ZW_STATE_UNTRACKED };

/* Bits of each field; 32 is what is not listed. */
static u8 bits_of(u32 field)
{
	switch (field) {
	case ZW_FIELD_IN:
	case ZW_FIELD_OUT:
		return 128;
	case ZW_FIELD_FAMILY:
	case ZW_FIELD_IPSEC_IN:
	case ZW_FIELD_IPSEC_OUT:
	case ZW_FIELD_DIRECTION:
	case ZW_FIELD_HAS_HOPOPTS:
	case ZW_FIELD_HAS_ROUTING:
	case ZW_FIELD_HAS_FRAGMENT:
	case ZW_FIELD_HAS_DSTOPTS:
	case ZW_FIELD_HAS_LSRR:
	case ZW_FIELD_HAS_SSRR:
	case ZW_FIELD_HAS_RR:
	case ZW_FIELD_HAS_ALERT:
	case ZW_FIELD_NOTRACK:
		return 1;
	case ZW_FIELD_PKTTYPE:
		return 2;
	case ZW_FIELD_DAY:
		return 3;
	case ZW_FIELD_HOUR:
		return 17;
	case ZW_FIELD_LENGTH:
		return 5;
	case ZW_FIELD_PROTO:
	case ZW_FIELD_FLAGS:
	case ZW_FIELD_HOPS:
	case ZW_FIELD_ARRIVAL_HOPS:
	case ZW_FIELD_NEXTHDR:
		return 8;
	case ZW_FIELD_DPORT:
	case ZW_FIELD_SPORT:
	case ZW_FIELD_FRAG:
	case ZW_FIELD_ORIGINAL_SPORT:
	case ZW_FIELD_ORIGINAL_DPORT:
	case ZW_FIELD_REPLY_SPORT:
	case ZW_FIELD_REPLY_DPORT:
		return 16;
	default:
		return 32;
	}
}

static u32 mask_of(u32 bits)
{
	return bits >= 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
}

static void one_variable(struct zw_space *space, struct zw_field_info *info,
			 u32 max)
{
	info->slice_count = 1;
	info->slices[0].variable = zw_variable_new(space->d, max);
	info->slices[0].hi = (u8)(info->bits - 1);
	info->slices[0].lo = 0;
}

/* Slices from the top: a set bit I of CUTS ends one above bit I. */
static void cut_variables(struct zw_space *space, struct zw_field_info *info,
			  u32 cuts)
{
	s32 hi = info->bits - 1, bit;

	for (bit = hi; bit >= 0; bit--) {
		struct zw_slice *slice = &info->slices[info->slice_count];

		if (bit && !(cuts >> bit & 1 && info->slice_count < 7))
			continue;
		slice->hi = (u8)hi;
		slice->lo = (u8)bit;
		slice->variable =
			zw_variable_new(space->d, mask_of((u32)(hi - bit) + 1));
		info->slice_count++;
		hi = bit - 1;
	}
}

static void add_field(struct zw_space *space, u32 field)
{
	struct zw_field_info info = { .bits = bits_of(field) };

	switch (field) {
	case ZW_FIELD_IN:
	case ZW_FIELD_OUT:
		one_variable(space, &info, space->class_count - 1);
		break;
	case ZW_FIELD_STATE:
		info.values = state_values;
		info.value_count = sizeof(state_values) / sizeof(u32);
		one_variable(space, &info, info.value_count - 1);
		break;
	case ZW_FIELD_LENGTH:
		one_variable(space, &info, ZW_LENGTH_WHOLE);
		break;
	case ZW_FIELD_DAY:
		one_variable(space, &info, 6);
		break;
	case ZW_FIELD_HOUR:
		one_variable(space, &info, 86399);
		break;
	default:
		cut_variables(space, &info, space->cuts->field[field]);
		break;
	}
	space->fields.v[field] = info;
}

/* The order of variables: that of the fields, but for addresses. */
static void add_fields(struct zw_space *space)
{
	bool first = space->cuts->addresses_first;
	u32 field;

	space->fields.v = ZW_NEW_ARRAY(space->arena, struct zw_field_info,
				       ZW_FIELD_COUNT);
	space->fields.n = space->fields.cap = ZW_FIELD_COUNT;
	for (field = 0; field < ZW_FIELD_COUNT; field++) {
		u32 moved = field;

		/* the two before DST change places with its and SRC's words */
		if (first && field >= ZW_FIELD_PROTO && field < ZW_FIELD_SPORT)
			moved = field < ZW_FIELD_SPORT - 2
					? field + 2
					: field - (ZW_FIELD_SPORT - 2) +
						  ZW_FIELD_PROTO;
		add_field(space, moved);
	}
}

/* Fields that are copied to each other are cut alike: addresses word by word,
 * and ports. */
static void cut_alike(struct zw_cuts *cuts, const u32 *fields, size_t n,
		      u32 offset)
{
	u32 all = 0;
	size_t i;

	for (i = 0; i < n; i++)
		all |= cuts->field[fields[i] + offset];
	for (i = 0; i < n; i++)
		cuts->field[fields[i] + offset] = all;
}

static void cut_tuples(struct zw_cuts *cuts)
{
	static const u32 addresses[] = {
		ZW_FIELD_SRC,	       ZW_FIELD_DST,
		ZW_FIELD_ORIGINAL_SRC, ZW_FIELD_ORIGINAL_DST,
		ZW_FIELD_REPLY_SRC,    ZW_FIELD_REPLY_DST
	};
	static const u32 ports[] = {
		ZW_FIELD_SPORT,		 ZW_FIELD_DPORT,
		ZW_FIELD_ORIGINAL_SPORT, ZW_FIELD_ORIGINAL_DPORT,
		ZW_FIELD_REPLY_SPORT,	 ZW_FIELD_REPLY_DPORT
	};
	u32 word;

	for (word = 0; word < 4; word++)
		cut_alike(cuts, addresses, 6, word);
	cut_alike(cuts, ports, 6, 0);
}

struct zw_space *zw_space_new(struct zw_arena *arena, struct zw_diagrams *d,
			      struct zw_cuts *cuts)
{
	struct zw_space *space = ZW_NEW(arena, struct zw_space);

	ZW_ASSERT(zw_variable_count(d) == 0);
	space->arena = arena;
	space->d = d;
	space->cuts = cuts;
	cuts->grown = false;
	cut_tuples(cuts);
	space->memo = ZW_NEW_ARRAY(arena, struct zw_set_memo *, MEMO_BUCKETS);
	zw_map_init(&space->predicates, arena);
	zw_map_init(&space->translations, arena);
	zw_space_make_classes(space);
	add_fields(space);
	return space;
}

u32 zw_space_byte(struct zw_space *space, enum zw_byte_base base, u32 offset)
{
	struct zw_field_info info = { .bits = 8,
				      .base = (u8)base,
				      .offset = offset };
	u32 i;

	for (i = ZW_FIELD_COUNT; i < space->fields.n; i++) {
		if (space->fields.v[i].base == base &&
		    space->fields.v[i].offset == offset)
			return i;
	}
	one_variable(space, &info, 255);
	zw_push(space->arena, space->fields, info);
	return (u32)space->fields.n - 1;
}

u32 zw_space_fresh_up_to(struct zw_space *space, u32 max)
{
	size_t n = space->fresh.n;
	u32 variable;

	if (n < space->fresh_made &&
	    zw_variable_max(space->d, space->fresh.v[n]) == max)
		return space->fresh.v[space->fresh.n++];
	/* their order is that of the variables, so those behind are let go */
	variable = zw_variable_new(space->d, max);
	zw_push(space->arena, space->fresh, variable);
	space->fresh_made = space->fresh.n;
	return variable;
}

u32 zw_space_fresh(struct zw_space *space)
{
	return zw_space_fresh_up_to(space, 1);
}

void zw_space_give_back(struct zw_space *space, size_t n)
{
	if (n < space->fresh_kept)
		n = space->fresh_kept;
	if (n < space->fresh.n)
		space->fresh.n = n;
}

u32 zw_space_predicate(struct zw_space *space, struct zw_str name)
{
	u32 variable;

	if (zw_map_get(&space->predicates, name, &variable))
		return variable;
	variable = zw_space_fresh(space);
	space->fresh_kept = space->fresh.n;
	zw_map_put(&space->predicates, zw_str_copy(space->arena, name),
		   variable);
	return variable;
}

zw_node zw_space_by_family(struct zw_space *space, zw_node four, zw_node six)
{
	struct zw_branch branches[2] = { { 0, four }, { 1, six } };
	u32 variable = space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;

	return zw_switch(space->d, variable, branches, 2);
}

zw_bit zw_bit_invert(zw_bit b)
{
	return b == ZW_BIT_UNKNOWN ? b : b ^ 1;
}

const struct zw_slice *zw_field_slice(const struct zw_field_info *field,
				      u32 bit)
{
	u32 i;

	for (i = 0; i < field->slice_count; i++) {
		if (bit >= field->slices[i].lo)
			return &field->slices[i];
	}
	ZW_ASSERT(!"a bit of the field");
	return NULL;
}

/* A field's bits, or an address's four words. */
static size_t field_bits(const struct zw_space *space, u32 field, u32 words,
			 zw_bit *bits)
{
	size_t n = 0;
	u32 word, bit;

	for (word = 0; word < words; word++) {
		for (bit = space->fields.v[field + word].bits; bit-- > 0;)
			bits[n++] = zw_bit_of(field + word, bit);
	}
	return n;
}

static void number_bytes(u128 value, u32 bits, u8 *out)
{
	u32 i;

	for (i = 0; i < bits / 8; i++)
		out[i] = (u8)(value >> (bits - 8 - 8 * i));
}

zw_node zw_space_index(struct zw_space *space, u32 field, u32 lo, u32 hi)
{
	struct zw_range range = { lo, hi };

	return zw_in(space->d, space->fields.v[field].slices[0].variable,
		     &range, 1);
}

zw_node zw_space_range(struct zw_space *space, u32 field, u32 lo, u32 hi)
{
	const struct zw_field_info *info = &space->fields.v[field];
	struct zw_component component = { 0, info->bits };
	zw_node out = ZW_EMPTY;
	zw_bit bits[32];
	u8 low[4], high[4];
	struct zw_key key = { low, high, 1 };

	if (info->slice_count == 1)
		return zw_space_index(space, field, lo, hi);
	field_bits(space, field, 1, bits);
	number_bytes(lo, info->bits, low);
	number_bytes(hi, info->bits, high);
	ZW_ASSERT(
		zw_space_lookup(space, bits, &component, 1, &key, 1, 0, &out));
	return out;
}

zw_node zw_space_is(struct zw_space *space, u32 field, u32 value)
{
	return zw_space_range(space, field, value, value);
}

u32 zw_field_variable(const struct zw_space *space, u32 field, u32 bit)
{
	const struct zw_slice *slice =
		zw_field_slice(&space->fields.v[field], bit);

	ZW_ASSERT(slice->hi == bit && slice->lo == bit);
	return slice->variable;
}

zw_node zw_space_bit(struct zw_space *space, u32 field, u32 bit)
{
	struct zw_range one = { 1, 1 };

	return zw_in(space->d, zw_field_variable(space, field, bit), &one, 1);
}

/* Sets already built, by first word, family and content. */
struct zw_set_memo {
	struct zw_set_memo *next;
	u32 field;
	enum zw_family family;
	struct zw_intervals set;
	u64 hash;
	zw_node node;
};

static u64 set_hash(struct zw_intervals set)
{
	u64 h = set.n;
	size_t i;

	for (i = 0; i < set.n; i++) {
		h ^= (u64)set.v[i].lo ^ (u64)(set.v[i].lo >> 64) * 3;
		h *= 0x9e3779b97f4a7c15u;
		h ^= ((u64)set.v[i].hi ^ (u64)(set.v[i].hi >> 64) * 3) + h / 7;
		h *= 0xbf58476d1ce4e5b9u;
	}
	return h;
}

static zw_node build_words(struct zw_space *space, u32 field, u32 words,
			   struct zw_intervals set)
{
	struct zw_component component = { 0, 32 * words };
	struct zw_key *keys = ZW_NEW_ARRAY(space->arena, struct zw_key, set.n);
	u8 *bytes = ZW_NEW_ARRAY(space->arena, u8, set.n * 8 * words);
	zw_bit bits[128];
	zw_node out = ZW_EMPTY;
	size_t i;

	field_bits(space, field, words, bits);
	for (i = 0; i < set.n; i++) {
		u8 *lo = bytes + i * 8 * words, *hi = lo + (size_t)4 * words;

		number_bytes(set.v[i].lo, 32 * words, lo);
		number_bytes(set.v[i].hi, 32 * words, hi);
		keys[i] = (struct zw_key){ lo, hi, 1 };
	}
	ZW_ASSERT(zw_space_lookup(space, bits, &component, 1, keys, set.n, 0,
				  &out));
	return out;
}

static zw_node build_ranges(struct zw_space *space, u32 field,
			    struct zw_intervals set)
{
	struct zw_range *ranges = zw_heap_resize(NULL, set.n, sizeof(*ranges));
	zw_node out;
	size_t i;

	for (i = 0; i < set.n; i++)
		ranges[i] =
			(struct zw_range){ (u32)set.v[i].lo, (u32)set.v[i].hi };
	out = zw_in(space->d, space->fields.v[field].slices[0].variable, ranges,
		    set.n);
	free(ranges);
	return out;
}

zw_node zw_space_addresses(struct zw_space *space, u32 field,
			   enum zw_family family, struct zw_intervals set)
{
	struct zw_interval all = zw_family_all(family);
	struct zw_set_memo *memo, **bucket;
	u64 hash;

	if (!set.n)
		return ZW_EMPTY;
	if (set.v[0].lo == all.lo && set.v[0].hi == all.hi)
		return ZW_ALL;
	hash = set_hash(set);
	bucket = &space->memo[hash % MEMO_BUCKETS];
	for (memo = *bucket; memo; memo = memo->next) {
		if (memo->hash == hash && memo->field == field &&
		    memo->family == family &&
		    zw_intervals_equal(memo->set, set))
			return memo->node;
	}
	memo = ZW_NEW(space->arena, struct zw_set_memo);
	*memo = (struct zw_set_memo){ *bucket, field, family,
				      set,     hash,  ZW_EMPTY };
	if (family == ZW_IPV4 && space->fields.v[field].slice_count == 1)
		memo->node = build_ranges(space, field, set);
	else
		memo->node = build_words(space, field,
					 family == ZW_IPV4 ? 1 : 4, set);
	*bucket = memo;
	return memo->node;
}

u32 zw_space_value(const struct zw_space *space, u32 field, const u32 *point)
{
	const struct zw_field_info *info = &space->fields.v[field];
	u32 i, value = 0;

	if (info->values)
		return info->values[point[info->slices[0].variable]];
	for (i = 0; i < info->slice_count; i++)
		value |= point[info->slices[i].variable] << info->slices[i].lo;
	return value;
}

void zw_space_set(const struct zw_space *space, u32 field, u32 value,
		  u32 *point)
{
	const struct zw_field_info *info = &space->fields.v[field];
	u32 i;

	if (info->bits == 128 || field == ZW_FIELD_LENGTH) {
		point[info->slices[0].variable] = value;
		return;
	}
	if (info->values) {
		for (i = 0; i < info->value_count; i++) {
			if (info->values[i] == value)
				point[info->slices[0].variable] = i;
		}
		return;
	}
	for (i = 0; i < info->slice_count; i++) {
		const struct zw_slice *slice = &info->slices[i];

		point[slice->variable] =
			value >> slice->lo &
			mask_of((u32)(slice->hi - slice->lo) + 1);
	}
}
