/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a string of abstract bits and a list of keys to a diagram.
 *
 * The string is divided into chunks: the longest runs of constants, or of
 * descending bits of one slice. A key's component is a range in lexicographic
 * order; over several chunks it falls apart into boxes (at most two for each
 * chunk but the first), and each box says for each chunk which range its bits
 * may lie in. Boxes are then told in terms of variables:
 *
 *  - a variable with one chunk that begins at its top: a range is a range;
 *  - several chunks, each fixed, that make up a prefix: gathered to a range
 *    (host-endian marks come here, their bytes being turned round);
 *  - enumerated and narrow variables: the values are tried one by one;
 *  - anything else asks for cuts at the borders of the chunks.
 *
 * What remains is a table of boxes over whole variables. */
#include "base/assert.h"
#include "verifier/field_internal.h"

#define CHUNKS_MAX 128
#define COMPONENTS_MAX 32
#define RUNS_MAX 64    /* of a variable wider than a byte */
#define BOXES_MAX 4096 /* of one key */
#define TRY_BITS 16

struct chunk {
	u32 pos, bits; /* in the key */
	bool constant, inverted;
	u128 value; /* of a constant */
	u32 field;
	u32 top;      /* the highest bit of the field in it */
	u32 variable; /* index in lookup.variables */
	u32 shift;    /* its lowest bit within the variable */
};

struct user {
	u32 variable; /* of the diagrams */
	u32 max, width;
	const struct zw_field_info *field;
	bool name;
	bool direct; /* one chunk, from the top */
	u32 chunks;  /* how many */
};

/* One chunk's range in a box. */
struct bounds {
	u128 lo, hi;
};

struct lookup {
	struct zw_space *space;
	u32 n;
	u32 components;
	u32 user_count;
	u32 leaf;
	u32 boxes;
	bool failed;
	struct zw_arena *arena; /* of the rows; NULL before the first */
	ZW_VEC(struct zw_range) rows;
	ZW_VEC(u32) leaves;
	/* from here on not initialised */
	u32 first[COMPONENTS_MAX + 1]; /* chunk at which a component begins */
	struct chunk chunks[CHUNKS_MAX];
	struct user users[CHUNKS_MAX]; /* ascending by variable */
	struct bounds now[CHUNKS_MAX];
	struct zw_range row[CHUNKS_MAX];
};

static u128 ones(u32 bits)
{
	return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

/* ---- chunks -------------------------------------------------------------- */

static bool continues(const struct zw_space *space, const struct chunk *chunk,
		      zw_bit b)
{
	const struct zw_field_info *info;
	u32 bit = zw_bit_index(b);

	if (chunk->bits >= 128)
		return false;
	if (chunk->constant || !zw_bit_is_field(b))
		return chunk->constant && !zw_bit_is_field(b);
	info = &space->fields.v[chunk->field];
	return chunk->field == zw_bit_field(b) &&
	       chunk->inverted == zw_bit_inverted(b) &&
	       bit + chunk->bits == chunk->top &&
	       (info->slice_count == 1 ||
		zw_field_slice(info, bit) == zw_field_slice(info, chunk->top));
}

static bool add_bit(struct lookup *l, u32 pos, bool fresh_component, zw_bit b)
{
	struct chunk *chunk = l->n ? &l->chunks[l->n - 1] : NULL;

	if (b == ZW_BIT_UNKNOWN)
		return false;
	if (fresh_component || !continues(l->space, chunk, b)) {
		if (l->n == CHUNKS_MAX)
			return false;
		chunk = &l->chunks[l->n++];
		*chunk = (struct chunk){ .pos = pos,
					 .constant = !zw_bit_is_field(b) };
		if (!chunk->constant) {
			chunk->field = zw_bit_field(b);
			chunk->top = zw_bit_index(b);
			chunk->inverted = zw_bit_inverted(b);
		}
	}
	chunk->bits++;
	if (chunk->constant)
		chunk->value = chunk->value << 1 | b;
	return true;
}

static bool make_chunks(struct lookup *l, const zw_bit *bits,
			const struct zw_component *components, size_t count)
{
	size_t c;
	u32 i;

	for (c = 0; c < count; c++) {
		l->first[c] = l->n;
		for (i = 0; i < components[c].bits; i++) {
			u32 pos = components[c].first + i;

			if (!add_bit(l, pos, i == 0, bits[pos]))
				return false;
		}
	}
	l->first[count] = l->n;
	l->components = (u32)count;
	return true;
}

/* ---- variables ----------------------------------------------------------- */

static u32 variable_of(const struct lookup *l, const struct chunk *chunk)
{
	const struct zw_field_info *info = &l->space->fields.v[chunk->field];

	return info->slice_count == 1
		       ? info->slices[0].variable
		       : zw_field_slice(info, chunk->top)->variable;
}

static u32 user_at(struct lookup *l, u32 variable)
{
	u32 i, k;

	for (i = 0; i < l->user_count; i++) {
		if (l->users[i].variable >= variable)
			break;
	}
	if (i < l->user_count && l->users[i].variable == variable)
		return i;
	for (k = l->user_count++; k > i; k--)
		l->users[k] = l->users[k - 1];
	l->users[i] = (struct user){ .variable = variable };
	return i;
}

static void place_chunk(struct lookup *l, struct chunk *chunk)
{
	const struct zw_field_info *info = &l->space->fields.v[chunk->field];
	const struct zw_slice *slice =
		info->slice_count == 1 ? &info->slices[0]
				       : zw_field_slice(info, chunk->top);
	struct user *user = &l->users[chunk->variable];

	user->field = info;
	user->name = info->bits == 128;
	user->max = zw_variable_max(l->space->d, user->variable);
	user->width = (u32)(slice->hi - slice->lo) + 1;
	user->chunks++;
	chunk->shift = chunk->top + 1 - chunk->bits - slice->lo;
	user->direct =
		user->chunks == 1 && !info->values && chunk->top == slice->hi;
}

/* False if a name is taken apart in a way that classes cannot follow. */
static bool make_users(struct lookup *l)
{
	u32 i;

	for (i = 0; i < l->n; i++) {
		if (!l->chunks[i].constant)
			user_at(l, variable_of(l, &l->chunks[i]));
	}
	for (i = 0; i < l->n; i++) {
		struct chunk *chunk = &l->chunks[i];

		if (chunk->constant)
			continue;
		chunk->variable = user_at(l, variable_of(l, chunk));
		place_chunk(l, chunk);
	}
	for (i = 0; i < l->user_count; i++) {
		if (l->users[i].name && !l->users[i].direct)
			return false;
	}
	return true;
}

/* ---- rows ---------------------------------------------------------------- */

/* Ask for slices that end where the chunks of variable U do. */
static void ask_cuts(struct lookup *l, u32 u)
{
	u32 i;

	l->failed = true;
	for (i = 0; i < l->n; i++) {
		const struct chunk *chunk = &l->chunks[i];
		u32 low = chunk->top + 1 - chunk->bits, cuts = 0;

		if (chunk->constant || chunk->variable != u ||
		    chunk->field >= ZW_FIELD_COUNT)
			continue;
		if (low)
			cuts |= UINT32_C(1) << low;
		if (chunk->top < 31)
			cuts |= UINT32_C(2) << chunk->top;
		if (cuts & ~l->space->cuts->field[chunk->field]) {
			l->space->cuts->field[chunk->field] |= cuts;
			l->space->cuts->grown = true;
		}
	}
}

static void push_row(struct lookup *l)
{
	u32 i;

	if (++l->boxes > BOXES_MAX) {
		l->failed = true;
		return;
	}
	if (!l->arena)
		l->arena = zw_arena_new();
	for (i = 0; i < l->user_count; i++)
		zw_push(l->arena, l->rows, l->row[i]);
	zw_push(l->arena, l->leaves, l->leaf);
}

static void emit_users(struct lookup *l, u32 u);

/* The one chunk of variable U, from the variable's top. */
static void emit_direct(struct lookup *l, u32 u)
{
	const struct user *user = &l->users[u];
	struct bounds b = { 0, 0 };
	u32 i, rest = 0;

	for (i = 0; i < l->n; i++) {
		if (l->chunks[i].constant || l->chunks[i].variable != u)
			continue;
		b = l->now[i];
		if (l->chunks[i].inverted) {
			u128 all = ones(l->chunks[i].bits), lo = b.lo;

			b.lo = all - b.hi;
			b.hi = all - lo;
		}
		rest = (user->name ? 128 : user->width) - l->chunks[i].bits;
	}
	b.lo <<= rest;
	b.hi = b.hi << rest | ones(rest);
	if (user->name) {
		switch (zw_space_name_range(l->space, b.lo, b.hi, &l->row[u].lo,
					    &l->row[u].hi)) {
		case ZW_NAMES_NONE:
			return;
		case ZW_NAMES_CUT:
			zw_cuts_range(l->space->cuts, b.lo, b.hi);
			l->space->cuts->grown = true;
			l->failed = true;
			return;
		case ZW_NAMES_FIT:
			break;
		}
	} else {
		if (b.lo > user->max)
			return;
		l->row[u].lo = (u32)b.lo;
		l->row[u].hi = b.hi > user->max ? user->max : (u32)b.hi;
	}
	emit_users(l, u + 1);
}

/* Do the chunks of variable U allow VALUE of its bits? */
static bool allows(const struct lookup *l, u32 u, u32 value)
{
	u32 i;

	for (i = 0; i < l->n; i++) {
		const struct chunk *chunk = &l->chunks[i];
		u128 part;

		if (chunk->constant || chunk->variable != u)
			continue;
		part = (u128)(value >> chunk->shift) & ones(chunk->bits);
		if (chunk->inverted)
			part ^= ones(chunk->bits);
		if (part < l->now[i].lo || part > l->now[i].hi)
			return false;
	}
	return true;
}

/* Try every value of variable U; runs of allowed ones become rows. */
static void emit_tried(struct lookup *l, u32 u)
{
	const struct user *user = &l->users[u];
	u32 v, begin = 0, runs = 0;
	bool open = false;

	for (v = 0; v <= user->max; v++) {
		bool ok = allows(
			l, u, user->field->values ? user->field->values[v] : v);

		if (ok && !open) {
			begin = v;
			if (++runs > RUNS_MAX && user->width > 8)
				ask_cuts(l, u);
		}
		if (!ok && open) {
			l->row[u] = (struct zw_range){ begin, v - 1 };
			emit_users(l, u + 1);
		}
		open = ok;
		if (l->failed)
			return;
	}
	if (open) {
		l->row[u] = (struct zw_range){ begin, user->max };
		emit_users(l, u + 1);
	}
}

/* Fixed chunks that together are a prefix of variable U. */
static void emit_gathered(struct lookup *l, u32 u)
{
	const struct user *user = &l->users[u];
	u64 all = (u64)ones(user->width), mask = 0, value = 0, rest;
	u32 i;

	for (i = 0; i < l->n; i++) {
		const struct chunk *chunk = &l->chunks[i];
		u64 bits = (u64)ones(chunk->bits), part;

		if (chunk->constant || chunk->variable != u ||
		    (l->now[i].lo == 0 && l->now[i].hi == bits))
			continue;
		if (l->now[i].lo != l->now[i].hi) {
			ask_cuts(l, u);
			return;
		}
		part = (u64)l->now[i].lo;
		if (chunk->inverted)
			part ^= bits;
		if ((value ^ part << chunk->shift) & mask &
		    bits << chunk->shift)
			return; /* one bit with two values */
		mask |= bits << chunk->shift;
		value |= part << chunk->shift;
	}
	rest = all & ~mask;
	if (rest & (rest + 1)) {
		ask_cuts(l, u);
		return;
	}
	l->row[u] = (struct zw_range){ (u32)value, (u32)(value | rest) };
	emit_users(l, u + 1);
}

static void emit_users(struct lookup *l, u32 u)
{
	const struct user *user = &l->users[u];

	if (l->failed)
		return;
	if (u == l->user_count)
		push_row(l);
	else if (user->direct)
		emit_direct(l, u);
	else if (user->field->values || user->width <= TRY_BITS)
		emit_tried(l, u);
	else
		emit_gathered(l, u);
}

/* ---- boxes --------------------------------------------------------------- */

static u128 chunk_value(const struct chunk *chunk, const u8 *bytes)
{
	u128 value = 0;
	u32 i;

	if (!(chunk->pos % 8) && !(chunk->bits % 8)) {
		for (i = 0; i < chunk->bits / 8; i++)
			value = value << 8 | bytes[chunk->pos / 8 + i];
		return value;
	}
	for (i = 0; i < chunk->bits; i++) {
		u32 pos = chunk->pos + i;

		value = value << 1 | (bytes[pos / 8] >> (7 - pos % 8) & 1);
	}
	return value;
}

static void box_component(struct lookup *l, const struct zw_key *key, u32 c);

/* Chunk I may take LO..HI; go on with chunk NEXT of component C. */
static bool narrow(struct lookup *l, u32 i, u128 lo, u128 hi)
{
	const struct chunk *chunk = &l->chunks[i];

	if (lo > hi)
		return false;
	if (chunk->constant && (chunk->value < lo || chunk->value > hi))
		return false;
	l->now[i] = (struct bounds){ lo, hi };
	return true;
}

static void box_all(struct lookup *l, const struct zw_key *key, u32 c, u32 i)
{
	for (; i < l->first[c + 1]; i++)
		l->now[i] = (struct bounds){ 0, ones(l->chunks[i].bits) };
	box_component(l, key, c + 1);
}

/* The chunks from I on are at least (or, with UPPER, at most) the key's. */
static void box_side(struct lookup *l, const struct zw_key *key, u32 c, u32 i,
		     bool upper)
{
	const struct chunk *chunk = &l->chunks[i];
	u128 all, value;

	if (i == l->first[c + 1]) {
		box_component(l, key, c + 1);
		return;
	}
	all = ones(chunk->bits);
	value = chunk_value(chunk, upper ? key->hi : key->lo);
	if (upper && value && narrow(l, i, 0, value - 1))
		box_all(l, key, c, i + 1);
	if (!upper && value != all && narrow(l, i, value + 1, all))
		box_all(l, key, c, i + 1);
	if (narrow(l, i, value, value))
		box_side(l, key, c, i + 1, upper);
}

/* From chunk I to the component's end, is BYTES all 0 (or all 1)? */
static bool rest_is(const struct lookup *l, u32 c, u32 i, const u8 *bytes,
		    bool set)
{
	for (; i < l->first[c + 1]; i++) {
		if (chunk_value(&l->chunks[i], bytes) !=
		    (set ? ones(l->chunks[i].bits) : 0))
			return false;
	}
	return true;
}

static void box_component(struct lookup *l, const struct zw_key *key, u32 c)
{
	u32 i, end;
	bool low, high;
	u128 lo = 0, hi = 0;

	if (l->failed)
		return;
	if (c == l->components) {
		emit_users(l, 0);
		return;
	}
	end = l->first[c + 1];
	for (i = l->first[c]; i < end; i++) {
		lo = chunk_value(&l->chunks[i], key->lo);
		hi = chunk_value(&l->chunks[i], key->hi);
		if (lo != hi)
			break;
		if (!narrow(l, i, lo, lo))
			return;
	}
	if (i == end) {
		box_component(l, key, c + 1);
		return;
	}
	if (lo > hi)
		return; /* an empty range */
	low = rest_is(l, c, i + 1, key->lo, false);
	high = rest_is(l, c, i + 1, key->hi, true);
	if (narrow(l, i, low ? lo : lo + 1, high ? hi : hi - 1))
		box_all(l, key, c, i + 1);
	if (!low && narrow(l, i, lo, lo))
		box_side(l, key, c, i + 1, false);
	if (!high && narrow(l, i, hi, hi))
		box_side(l, key, c, i + 1, true);
}

/* ---- diagrams ------------------------------------------------------------ */

static zw_node one_row(struct lookup *l, u32 otherwise)
{
	struct zw_diagrams *d = l->space->d;
	zw_node node = zw_leaf(d, l->leaves.v[0]);
	zw_node other = zw_leaf(d, otherwise);
	u32 u;

	for (u = l->user_count; u-- > 0;) {
		struct zw_range range = l->rows.v[u];
		struct zw_branch branches[3];
		size_t n = 0;

		if (range.lo)
			branches[n++] =
				(struct zw_branch){ range.lo - 1, other };
		branches[n++] = (struct zw_branch){ range.hi, node };
		if (range.hi < l->users[u].max)
			branches[n++] =
				(struct zw_branch){ l->users[u].max, other };
		node = zw_switch(d, l->users[u].variable, branches, n);
	}
	return node;
}

static zw_node make_table(struct lookup *l, u32 otherwise)
{
	u32 variables[CHUNKS_MAX], u;

	if (!l->leaves.n)
		return zw_leaf(l->space->d, otherwise);
	if (!l->user_count)
		return zw_leaf(l->space->d, l->leaves.v[0]);
	if (l->leaves.n == 1)
		return one_row(l, otherwise);
	for (u = 0; u < l->user_count; u++)
		variables[u] = l->users[u].variable;
	return zw_table(l->space->d, variables, l->user_count, l->rows.v,
			l->leaves.v, l->leaves.n, otherwise);
}

bool zw_space_lookup(struct zw_space *space, const zw_bit *bits,
		     const struct zw_component *components, size_t count,
		     const struct zw_key *keys, size_t n, u32 otherwise,
		     zw_node *out)
{
	struct lookup l;
	bool ok;
	size_t i;

	ZW_ASSERT(count <= COMPONENTS_MAX);
	memset(&l, 0, offsetof(struct lookup, first));
	l.space = space;
	ok = make_chunks(&l, bits, components, count) && make_users(&l);
	for (i = 0; ok && i < n && !l.failed; i++) {
		l.leaf = keys[i].leaf;
		l.boxes = 0;
		box_component(&l, &keys[i], 0);
	}
	ok = ok && !l.failed;
	if (ok)
		*out = make_table(&l, otherwise);
	zw_arena_free(l.arena);
	return ok;
}
