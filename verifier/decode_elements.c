/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages about the elements of sets: NEWSETELEM and DELSETELEM become a list
 * of changes; settle_elements.c puts them in order when the transaction ends.
 *
 * Follows nf_tables_api.c: nf_tables_newsetelem, nft_add_set_elem,
 * nft_setelem_parse_flags, nft_del_setelem, nft_set_flush. Keys and values
 * borrow the message's bytes until then. */
#include <stdlib.h>
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

static struct zw_changes *changes_of(struct zw_decoder *d, u32 set)
{
	while (d->changes.n <= set) {
		struct zw_changes none = { 0 };

		zw_push(d->scratch, d->changes, none);
	}
	return &d->changes.v[set];
}

static void add_change(struct zw_changes *changes,
		       const struct zw_change *change)
{
	if (changes->n == changes->cap) {
		changes->cap = changes->cap ? 2 * changes->cap : 16;
		changes->v = zw_heap_resize(changes->v, changes->cap,
					    sizeof(*changes->v));
	}
	changes->v[changes->n++] = *change;
}

void zw_decode_forget(struct zw_decoder *d, u32 set)
{
	if (set >= d->changes.n)
		return;
	free(d->changes.v[set].v);
	d->changes.v[set] = (struct zw_changes){ 0 };
}

/* ---- expressions of elements ---- */

bool zw_decode_expr_breaks(const struct zw_attr *expr)
{
	struct zw_attrs attrs;
	struct zw_str name;

	zw_attrs_parse(&attrs, expr->data, expr->len, NFTA_EXPR_MAX);
	if (!zw_attr_str(&attrs.at[NFTA_EXPR_NAME], ZW_OBJECT_NAME_MAX, &name))
		return true;
	return !zw_str_is(name, "counter") && !zw_str_is(name, "last");
}

bool zw_decode_list_breaks(const struct zw_attr *list)
{
	struct zw_attr_walk walk = zw_attr_walk(list->data, list->len);
	struct zw_attr attr;

	while (zw_attr_next(&walk, &attr)) {
		if (zw_decode_expr_breaks(&attr))
			return true;
	}
	return walk.broken;
}

/* ---- one element ---- */

/* A key: exactly the set's length. NULL after refusing. */
static const u8 *read_key(struct zw_decoder *d, const struct zw_set *set,
			  const struct zw_attr *attr)
{
	struct zw_attr_walk walk = zw_attr_walk(attr->data, attr->len);
	struct zw_attr value;

	if (zw_attr_next(&walk, &value) && value.type == NFTA_DATA_VALUE &&
	    value.len == set->key_len && !walk.n)
		return value.data;
	zw_decode_refuse(d, "a key that has not %u bytes (EINVAL)",
			 set->key_len);
	return NULL;
}

static bool read_value(struct zw_decoder *d, const struct zw_set *set,
		       const struct zw_attrs *attrs, struct zw_change *change)
{
	const struct zw_attr *ref = &attrs->at[NFTA_SET_ELEM_OBJREF];
	const struct zw_attr *attr = &attrs->at[NFTA_SET_ELEM_DATA];
	struct zw_decoded_data data;
	struct zw_str name;

	if ((attr->data && set->data_kind != ZW_DATA_VALUE &&
	     set->data_kind != ZW_DATA_RULING) ||
	    (ref->data && set->data_kind != ZW_DATA_OBJECT) ||
	    (change->end && (attr->data || ref->data))) {
		zw_decode_refuse(d,
				 "an element with a value that it cannot have");
		return false;
	}
	if (change->end || set->data_kind == ZW_DATA_NONE)
		return true;
	if (set->data_kind == ZW_DATA_OBJECT) {
		change->object = ZW_NONE;
		if (zw_attr_str(ref, ZW_OBJECT_NAME_MAX, &name))
			change->object = zw_decode_find(
				d, ZW_NAME_OBJECT + (set->object_type & 31),
				set->table, name);
		if (change->object == ZW_NONE) {
			zw_decode_refuse(d,
					 "an element for no object (ENOENT)");
			return false;
		}
		return true;
	}
	if (!zw_decode_data(d, set->table, attr, &data))
		return false;
	if (data.is_ruling != (set->data_kind == ZW_DATA_RULING) ||
	    (!data.is_ruling && data.len != set->data_len)) {
		zw_decode_refuse(d, "a value of another type (EINVAL)");
		return false;
	}
	if (data.is_ruling)
		change->ruling = data.ruling;
	else
		change->data = data.bytes;
	return true;
}

static void read_marks(const struct zw_set *set, const struct zw_attrs *attrs,
		       struct zw_change *change)
{
	const struct zw_attr *one = &attrs->at[NFTA_SET_ELEM_EXPR];
	const struct zw_attr *list = &attrs->at[NFTA_SET_ELEM_EXPRESSIONS];

	if (attrs->at[NFTA_SET_ELEM_TIMEOUT].data ||
	    attrs->at[NFTA_SET_ELEM_EXPIRATION].data || set->timeout)
		change->marks |= ZW_ELEM_TIMEOUT;
	if (attrs->unknown || attrs->broken ||
	    (one->data && zw_decode_expr_breaks(one)) ||
	    (list->data && zw_decode_list_breaks(list)))
		change->marks |= ZW_ELEM_DOUBT;
}

static bool read_flags(struct zw_decoder *d, const struct zw_set *set,
		       const struct zw_attr *attr, bool *end, bool *catchall)
{
	u32 flags = 0;

	if (attr->data && !zw_attr_u32(attr, &flags)) {
		zw_decode_refuse(d, "element flags of %u bytes", attr->len);
		return false;
	}
	*end = flags & NFT_SET_ELEM_INTERVAL_END;
	*catchall = flags & NFT_SET_ELEM_CATCHALL;
	if (flags & ~3u || (*end && *catchall) ||
	    (*end && set->kind != ZW_SET_INTERVAL)) {
		zw_decode_refuse(d, "element flags %#x (EINVAL)", flags);
		return false;
	}
	return true;
}

static bool read_element(struct zw_decoder *d, const struct zw_set *set,
			 const struct zw_attr *attr, struct zw_change *change)
{
	const struct zw_attr *key, *key_end;
	struct zw_attrs attrs;
	bool end, catchall;

	zw_attrs_parse(&attrs, attr->data, attr->len, NFTA_SET_ELEM_MAX);
	key = &attrs.at[NFTA_SET_ELEM_KEY];
	key_end = &attrs.at[NFTA_SET_ELEM_KEY_END];
	if (!read_flags(d, set, &attrs.at[NFTA_SET_ELEM_FLAGS], &end,
			&catchall))
		return false;
	if (catchall == (key->data != NULL) ||
	    (key_end->data && (catchall || set->kind != ZW_SET_BOXES))) {
		zw_decode_refuse(d, "an element without its key (EINVAL)");
		return false;
	}
	change->end = end;
	if (!catchall) {
		change->key = read_key(d, set, key);
		if (!change->key)
			return false;
	}
	if (set->kind == ZW_SET_BOXES && !catchall) {
		change->key_end =
			key_end->data ? read_key(d, set, key_end) : change->key;
		if (!change->key_end)
			return false;
	}
	if (!change->remove && !read_value(d, set, &attrs, change))
		return false;
	read_marks(set, &attrs, change);
	return true;
}

/* ---- messages ---- */

/* The set that the message is about; ZW_NONE after refusing. */
static u32 list_set(struct zw_decoder *d, struct zw_attrs *attrs)
{
	u32 table;

	if (!zw_decode_attrs(d, attrs, NFTA_SET_ELEM_LIST_MAX))
		return ZW_NONE;
	table = zw_decode_table(d, &attrs->at[NFTA_SET_ELEM_LIST_TABLE]);
	if (table == ZW_NONE)
		return ZW_NONE;
	return zw_decode_set_ref(d, table, &attrs->at[NFTA_SET_ELEM_LIST_SET],
				 &attrs->at[NFTA_SET_ELEM_LIST_SET_ID]);
}

static void read_list(struct zw_decoder *d, u32 number,
		      const struct zw_attr *list, bool remove, bool lenient)
{
	const struct zw_set *set = &d->now.sets.v[number];
	struct zw_changes *changes = changes_of(d, number);
	struct zw_attr_walk walk = zw_attr_walk(list->data, list->len);
	struct zw_attr attr;

	while (zw_attr_next(&walk, &attr)) {
		struct zw_change change = {
			.message = d->message,
			.remove = remove,
			.lenient = lenient,
			.exclusive =
				d->in_batch && zw_decode_flag(d, NLM_F_EXCL),
		};

		/* The kernel does not ask for the list's attribute number, and
		 * libnftnl counts them up. */
		if (!read_element(d, set, &attr, &change))
			return;
		add_change(changes, &change);
	}
	if (walk.broken)
		zw_decode_refuse(d, "the list of elements is cut");
}

static bool is_bound(const struct zw_decoder *d, u32 number)
{
	/* Anonymous and constant sets are filled before a rule takes them, in
	 * the transaction that makes them. */
	return number < d->first_set &&
	       d->now.sets.v[number].flags &
		       (NFT_SET_ANONYMOUS | NFT_SET_CONSTANT);
}

void zw_decode_newelements(struct zw_decoder *d)
{
	struct zw_attrs attrs;
	u32 number = list_set(d, &attrs);

	if (number == ZW_NONE)
		return;
	if (attrs.unknown && !d->now.sets.v[number].doubt) {
		d->now.sets.v[number].doubt = "unknown attribute of elements";
		zw_decode_doubt(d, "unknown attribute %u beside elements",
				attrs.unknown_type);
	}
	if (d->in_batch && is_bound(d, number)) {
		zw_decode_refuse(d, "the set cannot change any more (EBUSY)");
		return;
	}
	if (!d->in_batch)
		d->now.sets.v[number].unread = false;
	if (!attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS].data) {
		if (d->in_batch)
			zw_decode_refuse(d, "no elements (EINVAL)");
		return;
	}
	read_list(d, number, &attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS], false,
		  false);
}

void zw_decode_delelements(struct zw_decoder *d, bool lenient)
{
	struct zw_changes *changes;
	struct zw_set *set;
	struct zw_attrs attrs;
	u32 number = list_set(d, &attrs);

	if (number == ZW_NONE)
		return;
	if (is_bound(d, number)) {
		zw_decode_refuse(d, "the set cannot change any more (EBUSY)");
		return;
	}
	if (attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS].data) {
		read_list(d, number, &attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS],
			  true, lenient);
		return;
	}
	set = &d->now.sets.v[number];
	set->has_catchall = false;
	changes = changes_of(d, number);
	changes->n = 0;
	changes->cleared = true;
}
