/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interface names as numbers: the space of all 16-byte names, in the order of
 * memcmp, is cut wherever the ruleset or the statement can tell two names
 * apart; what lies between two cuts is a class. A class without any legal name
 * (net/core/dev.c, dev_valid_name: 1 to 15 bytes, not "." or "..", no '/', ':'
 * or white space) is left out, so that no proof fails for a name that cannot
 * exist. */
#include "base/assert.h"
#include "verifier/field_internal.h"

void zw_cuts_init(struct zw_cuts *cuts, struct zw_arena *arena)
{
	*cuts = (struct zw_cuts){ .arena = arena };
	/* confirmed, and both translations, are asked for by bit */
	cuts->field[ZW_FIELD_CT_STATUS] = 15u << 3;
}

static u128 name_number(struct zw_str name)
{
	u128 value = 0;
	size_t i;

	for (i = 0; i < 16; i++)
		value = value << 8 | (i < name.n ? (u8)name.p[i] : 0);
	return value;
}

/* All names that begin with NAME, or NAME alone. */
static void name_range(struct zw_str name, bool pattern, u128 *lo, u128 *hi)
{
	size_t n = name.n < 16 ? name.n : 16;

	*lo = name_number(name);
	*hi = *lo;
	if (pattern && n < 16)
		*hi |= ((u128)1 << (8 * (16 - n))) - 1;
	else if (pattern && !n)
		*hi = ~(u128)0;
}

void zw_cuts_range(struct zw_cuts *cuts, u128 lo, u128 hi)
{
	zw_push(cuts->arena, cuts->names, lo);
	if (hi != ~(u128)0)
		zw_push(cuts->arena, cuts->names, hi + 1);
}

void zw_cuts_name(struct zw_cuts *cuts, struct zw_str name, bool pattern)
{
	u128 lo, hi;

	name_range(name, pattern, &lo, &hi);
	zw_cuts_range(cuts, lo, hi);
}

static bool legal_byte(u8 c)
{
	return c && c != '/' && c != ':' && c != ' ' && c != 0xa0 &&
	       !(c >= '\t' && c <= '\r');
}

/* The next legal byte above C; 0 if there is none. */
static u8 next_byte(u8 c)
{
	while (c < 0xff) {
		if (legal_byte(++c))
			return c;
	}
	return 0;
}

/* Make the name at B the smallest one that is greater and differs in byte I or
 * before; false if there is none. */
static bool increase(u8 b[16], size_t i)
{
	size_t k;

	for (k = i + 1; k-- > 0;) {
		u8 c = next_byte(b[k]);

		if (c) {
			b[k] = c;
			memset(b + k + 1, 0, 16 - k - 1);
			return true;
		}
	}
	return false;
}

static bool all_zero(const u8 *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (b[i])
			return false;
	}
	return true;
}

/* Is B legal? If not, raise it to the next candidate; *MORE is false when there
 * is none. */
static bool legal_or_next(u8 b[16], bool *more)
{
	size_t i;

	*more = true;
	for (i = 0; i < 15 && b[i]; i++) {
		if (!legal_byte(b[i])) {
			*more = increase(b, i);
			return false;
		}
	}
	if (!all_zero(b + i, 16 - i)) {
		if (i == 15)
			*more = increase(b, 14);
		else
			b[i] = 1, memset(b + i + 1, 0, 16 - i - 1);
		return false;
	}
	if (!i) {
		b[0] = 1;
		return false;
	}
	if ((i == 1 && b[0] == '.') || (i == 2 && b[0] == '.' && b[1] == '.')) {
		b[i] = 1;
		return false;
	}
	return true;
}

/* The smallest legal name that is LO or greater. */
bool zw_name_first_legal(u128 lo, u128 *name)
{
	bool more;
	u8 b[16];
	size_t i;

	for (i = 0; i < 16; i++)
		b[i] = (u8)(lo >> (8 * (15 - i)));
	while (!legal_or_next(b, &more)) {
		if (!more)
			return false;
	}
	*name = name_number((struct zw_str){ (const char *)b, 16 });
	return true;
}

static bool try_sample(struct zw_name_class *class, const char *name)
{
	struct zw_str s = zw_str_from(name);
	u128 value = name_number(s), legal;

	if (s.n > 15 || value < class->lo || value > class->hi ||
	    !zw_name_first_legal(value, &legal) || legal != value)
		return false;
	memset(class->sample, 0, sizeof(class->sample));
	memcpy(class->sample, name, s.n);
	return true;
}

/* A name that looks like one, if there is any in CLASS. */
static void choose_sample(struct zw_name_class *class, u128 first)
{
	static const char *const common[] = { "eth9", "other0", "if9",	"zz9",
					      "br9",  "tun9",	"veth9" };
	char name[17] = { 0 };
	size_t i, n;

	for (i = 0; i < 16; i++)
		name[i] = (char)(first >> (8 * (15 - i)));
	memcpy(class->sample, name, sizeof(class->sample));
	n = strlen(name);
	/* what a pattern begins with is a name as well: append a number */
	if (class->lo != class->hi) {
		while (n && (u8)name[n - 1] < ' ')
			name[--n] = 0;
		if (n && n < 15) {
			name[n] = '0';
			if (try_sample(class, name))
				return;
		}
		for (i = 0; i < sizeof(common) / sizeof(*common); i++) {
			if (try_sample(class, common[i]))
				return;
		}
	}
}

static int by_value(const void *a, const void *b)
{
	u128 x = *(const u128 *)a, y = *(const u128 *)b;

	return x < y ? -1 : x > y;
}

/* Number the classes between the cuts. */
void zw_space_make_classes(struct zw_space *space)
{
	struct zw_cuts *cuts = space->cuts;
	struct zw_name_class *classes;
	size_t i, n = cuts->names.n + 1;
	u128 *cut = ZW_NEW_ARRAY(space->arena, u128, n);

	/* the first class begins at 0 */
	if (cuts->names.n)
		memcpy(cut + 1, cuts->names.v, cuts->names.n * sizeof(*cut));
	qsort(cut, n, sizeof(*cut), by_value);
	classes = ZW_NEW_ARRAY(space->arena, struct zw_name_class, n);
	space->class_count = 0;
	for (i = 0; i < n; i++) {
		u128 first, hi = i + 1 < n ? cut[i + 1] - 1 : ~(u128)0;
		struct zw_name_class *class = &classes[space->class_count];

		if (i + 1 < n && cut[i + 1] == cut[i])
			continue;
		if (!zw_name_first_legal(cut[i], &first) || first > hi)
			continue;
		class->lo = cut[i];
		class->hi = hi;
		choose_sample(class, first);
		space->class_count++;
	}
	space->classes = classes;
	ZW_ASSERT(space->class_count > 0);
}

/* The first class that ends at VALUE or later. */
static u32 class_at(const struct zw_space *space, u128 value)
{
	u32 low = 0, high = space->class_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (space->classes[middle].hi < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum zw_name_fit zw_space_name_range(struct zw_space *space, u128 lo, u128 hi,
				     u32 *first, u32 *last)
{
	u32 a, b;
	u128 legal;

	/* names that cannot exist do not count */
	if (!zw_name_first_legal(lo, &legal) || legal > hi)
		return ZW_NAMES_NONE;
	lo = legal;
	a = class_at(space, lo);
	b = class_at(space, hi);
	if (b == space->class_count || space->classes[b].lo > hi)
		b--;
	*first = a;
	*last = b;
	/* a class that begins below LO may do so without a legal name */
	if (zw_name_first_legal(space->classes[a].lo, &legal) && legal >= lo) {
		if (space->classes[b].hi <= hi || hi == ~(u128)0 ||
		    !zw_name_first_legal(hi + 1, &legal) ||
		    legal > space->classes[b].hi)
			return ZW_NAMES_FIT;
	}
	return ZW_NAMES_CUT;
}

bool zw_space_names(const struct zw_space *space, struct zw_str name,
		    bool pattern, u32 *first, u32 *last)
{
	u128 lo, hi;
	u32 a;

	name_range(name, pattern, &lo, &hi);
	a = class_at(space, lo);
	if (a == space->class_count || space->classes[a].lo > hi)
		return false;
	*first = a;
	*last = class_at(space, hi);
	if (*last == space->class_count || space->classes[*last].lo > hi)
		--*last;
	return true;
}
