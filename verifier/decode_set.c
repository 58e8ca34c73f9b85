/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets: NEWSET, DELSET, and the references that rules make to them.
 *
 * Follows nf_tables_api.c: nf_tables_newset, nft_set_desc_concat,
 * nf_tables_set_alloc_name, nf_tables_delset, nft_set_lookup_global. Elements
 * are in decode_elements.c. */
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

#define SET_ATTRS 20 /* up to NFTA_SET_COUNT */
#define SET_FLAGS 0x1ffu
#define VERDICT_TYPE 0xffffff00u /* NFT_DATA_VERDICT */

/* One field length of the concatenation. */
static bool read_field(struct zw_decoder *d, const struct zw_attr *attr,
		       struct zw_set *set)
{
	struct zw_attrs field;
	u32 len;

	if (attr->type != NFTA_LIST_ELEM || set->n_fields == ZW_KEY_FIELDS) {
		zw_decode_refuse(d, "no list of at most %u fields (E2BIG)",
				 ZW_KEY_FIELDS);
		return false;
	}
	zw_attrs_parse(&field, attr->data, attr->len, NFTA_SET_FIELD_MAX);
	if (field.unknown || field.broken)
		set->doubt = "unknown attribute of a field";
	if (!zw_attr_u32(&field.at[NFTA_SET_FIELD_LEN], &len) || !len ||
	    len > ZW_KEY_MAX) {
		zw_decode_refuse(d, "a field without a length (EINVAL)");
		return false;
	}
	set->field_len[set->n_fields++] = (u8)len;
	return true;
}

static bool read_description(struct zw_decoder *d, const struct zw_attr *attr,
			     struct zw_set *set)
{
	struct zw_attr_walk walk;
	struct zw_attrs desc;
	struct zw_attr field;
	u32 i, sum = 0;

	if (!attr->data)
		return true;
	zw_attrs_parse(&desc, attr->data, attr->len, NFTA_SET_DESC_MAX);
	if (desc.unknown || desc.broken)
		set->doubt = "unknown attribute of the description";
	zw_attr_u32(&desc.at[NFTA_SET_DESC_SIZE], &set->size);
	if (!desc.at[NFTA_SET_DESC_CONCAT].data)
		return true;
	walk = zw_attr_walk(desc.at[NFTA_SET_DESC_CONCAT].data,
			    desc.at[NFTA_SET_DESC_CONCAT].len);
	while (zw_attr_next(&walk, &field)) {
		if (!read_field(d, &field, set))
			return false;
	}
	for (i = 0; i < set->n_fields; i++)
		sum += (set->field_len[i] + 3u) & ~3u;
	if (walk.broken || (set->n_fields > 1 && sum != set->key_len)) {
		zw_decode_refuse(d, "fields that are not the key (EINVAL)");
		return false;
	}
	return true;
}

static bool read_data_kind(struct zw_decoder *d, const struct zw_attrs *attrs,
			   struct zw_set *set)
{
	u32 flags = set->flags;

	if (flags & NFT_SET_OBJECT) {
		set->data_kind = ZW_DATA_OBJECT;
		if (flags & NFT_SET_MAP ||
		    !zw_attr_u32(&attrs->at[NFTA_SET_OBJ_TYPE],
				 &set->object_type)) {
			zw_decode_refuse(d, "an object map without its type");
			return false;
		}
		return true;
	}
	if (!(flags & NFT_SET_MAP))
		return true;
	if (!zw_attr_u32(&attrs->at[NFTA_SET_DATA_TYPE], &set->data_type)) {
		zw_decode_refuse(d, "a map without its type (EINVAL)");
		return false;
	}
	if (set->data_type == VERDICT_TYPE) {
		set->data_kind = ZW_DATA_RULING;
		return true;
	}
	set->data_kind = ZW_DATA_VALUE;
	if (!zw_attr_u32(&attrs->at[NFTA_SET_DATA_LEN], &set->data_len) ||
	    !set->data_len || set->data_len > ZW_KEY_MAX) {
		zw_decode_refuse(d, "a map with values of %u bytes (EINVAL)",
				 set->data_len);
		return false;
	}
	return true;
}

static bool read_kind(struct zw_decoder *d, struct zw_set *set)
{
	bool concat = set->flags & NFT_SET_CONCAT;

	if (concat != (set->n_fields > 1)) {
		zw_decode_refuse(d, "%u fields and flags %#x (EINVAL)",
				 set->n_fields, set->flags);
		return false;
	}
	if (!(set->flags & NFT_SET_INTERVAL))
		set->kind = ZW_SET_EXACT;
	else
		set->kind = concat ? ZW_SET_BOXES : ZW_SET_INTERVAL;
	return true;
}

/* "__set%d" and the like: the first number that no set of the table has. */
static struct zw_str free_name(struct zw_decoder *d, u32 table,
			       struct zw_str pattern)
{
	struct zw_str name, stem = pattern;
	u32 i = 0;

	stem.n -= 2;
	do {
		name = zw_strf(d->scratch, "%.*s%u", ZW_STR_ARG(stem), i++);
	} while (zw_decode_find(d, ZW_NAME_SET, table, name) != ZW_NONE);
	return name;
}

static bool is_pattern(struct zw_str name)
{
	return name.n > 2 && !memcmp(name.p + name.n - 2, "%d", 2);
}

static bool same_set(const struct zw_set *a, const struct zw_set *b)
{
	u32 flags = ~(u32)NFT_SET_CONSTANT;

	return (a->flags & flags) == (b->flags & flags) &&
	       a->key_type == b->key_type && a->key_len == b->key_len &&
	       a->n_fields == b->n_fields &&
	       !memcmp(a->field_len, b->field_len, sizeof(a->field_len)) &&
	       a->data_type == b->data_type && a->data_len == b->data_len &&
	       a->object_type == b->object_type;
}

/* Expressions that every new element gets. Counters change nothing; a limit
 * and its like make a lookup break. */
static void read_set_exprs(const struct zw_attrs *attrs, struct zw_set *set)
{
	const struct zw_attr *one = &attrs->at[NFTA_SET_EXPR];
	const struct zw_attr *list = &attrs->at[NFTA_SET_EXPRESSIONS];

	if ((one->data && zw_decode_expr_breaks(one)) ||
	    (list->data && zw_decode_list_breaks(list)))
		set->doubt = "its elements carry expressions";
}

static void add_set(struct zw_decoder *d, struct zw_set *set)
{
	u32 number = (u32)d->now.sets.n;

	if (set->doubt)
		zw_decode_doubt(d, "set '%.*s': %s", ZW_STR_ARG(set->name),
				set->doubt);
	if (d->in_batch && is_pattern(set->name))
		set->name = free_name(d, set->table, set->name);
	set->name = zw_str_copy(d->arena, set->name);
	zw_push(d->arena, d->now.sets, *set);
	zw_push(d->arena, d->now.tables.v[set->table].sets, number);
	zw_decode_name(d, ZW_NAME_SET, set->table, set->name, number);
}

void zw_decode_newset(struct zw_decoder *d)
{
	struct zw_set set = { 0 };
	struct zw_attrs attrs;
	u32 number;

	if (!zw_decode_attrs(d, &attrs, SET_ATTRS))
		return;
	set.table = zw_decode_table(d, &attrs.at[NFTA_SET_TABLE]);
	if (set.table == ZW_NONE)
		return;
	zw_attr_u32(&attrs.at[NFTA_SET_FLAGS], &set.flags);
	zw_attr_u32(&attrs.at[NFTA_SET_ID], &set.id);
	zw_attr_u32(&attrs.at[NFTA_SET_KEY_TYPE], &set.key_type);
	zw_attr_u64(&attrs.at[NFTA_SET_TIMEOUT], &set.timeout);
	if (!zw_attr_str(&attrs.at[NFTA_SET_NAME], ZW_OBJECT_NAME_MAX,
			 &set.name) ||
	    !zw_attr_u32(&attrs.at[NFTA_SET_KEY_LEN], &set.key_len) ||
	    !set.key_len || set.key_len > ZW_KEY_MAX) {
		zw_decode_refuse(d,
				 "a set without name or key length (EINVAL)");
		return;
	}
	if (set.flags & ~SET_FLAGS) {
		zw_decode_refuse(d, "set flags %#x (EINVAL)", set.flags);
		return;
	}
	if (attrs.unknown)
		set.doubt = "unknown attribute of the set";
	read_set_exprs(&attrs, &set);
	if (!read_description(d, &attrs.at[NFTA_SET_DESC], &set) ||
	    !read_data_kind(d, &attrs, &set) || !read_kind(d, &set))
		return;
	number = zw_decode_find(d, ZW_NAME_SET, set.table, set.name);
	if (number != ZW_NONE) {
		if (d->in_batch && (zw_decode_flag(d, NLM_F_EXCL) ||
				    zw_decode_flag(d, NLM_F_REPLACE)))
			zw_decode_refuse(d,
					 "the set is there already (EEXIST)");
		else if (!same_set(&set, &d->now.sets.v[number]))
			zw_decode_refuse(
				d,
				"the set is there with another type (EEXIST)");
		else
			d->now.sets.v[number].id = set.id;
		return;
	}
	if (d->in_batch && !zw_decode_flag(d, NLM_F_CREATE)) {
		zw_decode_refuse(d, "no such set, and not to create (ENOENT)");
		return;
	}
	if (!d->in_batch) {
		zw_attr_u64(&attrs.at[NFTA_SET_HANDLE], &set.handle);
		set.unread = true;
	}
	add_set(d, &set);
}

u32 zw_decode_set_ref(struct zw_decoder *d, u32 table,
		      const struct zw_attr *name_attr,
		      const struct zw_attr *id_attr)
{
	struct zw_str name = { 0 };
	u32 number, id;

	if (zw_attr_str(name_attr, ZW_OBJECT_NAME_MAX, &name)) {
		number = zw_decode_find(d, ZW_NAME_SET, table, name);
		if (number != ZW_NONE)
			return number;
	}
	/* A set of this transaction, by number; anonymous ones only so. */
	if (d->in_batch && zw_attr_u32(id_attr, &id)) {
		for (number = (u32)d->now.sets.n; number-- > d->first_set;) {
			if (d->now.sets.v[number].id == id &&
			    d->now.sets.v[number].table == table)
				return number;
		}
	}
	zw_decode_refuse(d, "no set '%.*s' (ENOENT)", ZW_STR_ARG(name));
	return ZW_NONE;
}

void zw_decode_delset(struct zw_decoder *d, bool lenient)
{
	struct zw_str name = { 0 };
	struct zw_attrs attrs;
	u32 table, number;
	u64 handle;

	if (!zw_decode_attrs(d, &attrs, SET_ATTRS))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_SET_TABLE]);
	if (table == ZW_NONE)
		return;
	if (zw_attr_u64(&attrs.at[NFTA_SET_HANDLE], &handle)) {
		for (number = 0; number < d->now.sets.n; number++) {
			if (d->now.sets.v[number].table == table && handle &&
			    d->now.sets.v[number].handle == handle)
				break;
		}
		if (number == d->now.sets.n)
			number = ZW_NONE;
	} else {
		zw_attr_str(&attrs.at[NFTA_SET_NAME], ZW_OBJECT_NAME_MAX,
			    &name);
		number = zw_decode_find(d, ZW_NAME_SET, table, name);
	}
	if (number != ZW_NONE)
		zw_decode_drop_set(d, number);
	else if (!lenient)
		zw_decode_refuse(d, "no such set (ENOENT)");
}
