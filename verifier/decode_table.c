/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables and flowtables: NEWTABLE, DELTABLE, NEWFLOWTABLE, DELFLOWTABLE, and
 * the lists of hook devices that chains and flowtables share.
 *
 * Follows nf_tables_api.c: nf_tables_newtable, nf_tables_updtable,
 * nf_tables_deltable, nf_tables_newflowtable, nf_tables_delflowtable. A
 * flowtable's devices are kept; that they exist is not checked. */
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

#define OWNER 2u   /* NFT_TABLE_F_OWNER, since 5.12 */
#define PERSIST 4u /* NFT_TABLE_F_PERSIST, since 6.9 */
#define TABLE_FLAGS (NFT_TABLE_F_DORMANT | OWNER | PERSIST)

/* A table that wakes registers its base chains anew, in their order. */
static void wake(struct zw_decoder *d, struct zw_table *table)
{
	size_t i;

	for (i = 0; i < table->chains.n; i++) {
		struct zw_chain *chain = &d->now.chains.v[table->chains.v[i]];

		if (chain->base)
			chain->registered = ++d->registered;
	}
}

static bool has_foreign_owner(const struct zw_table *table)
{
	return table->flags & OWNER && table->handle && !table->adopted;
}

static void update_table(struct zw_decoder *d, struct zw_table *table,
			 const struct zw_attrs *attrs)
{
	/* its owner is gone, so another socket may take it */
	bool orphan = table->flags & PERSIST && !(table->flags & OWNER);
	u32 flags;

	if (d->in_batch && zw_decode_flag(d, NLM_F_EXCL)) {
		zw_decode_refuse(d, "the table is there already (EEXIST)");
		return;
	}
	if (d->in_batch && zw_decode_flag(d, NLM_F_REPLACE)) {
		zw_decode_refuse(d, "a table cannot be replaced (EOPNOTSUPP)");
		return;
	}
	if (!zw_attr_u32(&attrs->at[NFTA_TABLE_FLAGS], &flags))
		return;
	if (d->in_batch && has_foreign_owner(table)) {
		zw_decode_refuse(d, "the table has an owner (EPERM)");
		return;
	}
	if (d->in_batch && orphan && flags & OWNER)
		table->adopted = true;
	if (flags & ~TABLE_FLAGS || (flags ^ table->flags) & PERSIST ||
	    (flags ^ table->flags) & OWNER & ~(table->adopted ? OWNER : 0u)) {
		zw_decode_refuse(d, "table flags %#x (EOPNOTSUPP)", flags);
		return;
	}
	if (table->flags & NFT_TABLE_F_DORMANT &&
	    !(flags & NFT_TABLE_F_DORMANT))
		wake(d, table);
	table->flags = flags;
}

void zw_decode_newtable(struct zw_decoder *d)
{
	struct zw_table table = { .alive = true };
	struct zw_attrs attrs;
	struct zw_str name;
	u32 number;

	if (!zw_decode_attrs(d, &attrs, 8))
		return;
	if (!zw_attr_str(&attrs.at[NFTA_TABLE_NAME], ZW_OBJECT_NAME_MAX,
			 &name)) {
		zw_decode_refuse(d, "a table without a name (EINVAL)");
		return;
	}
	number = zw_decode_find(d, ZW_NAME_TABLE, d->current.family, name);
	if (number != ZW_NONE) {
		update_table(d, &d->now.tables.v[number], &attrs);
		return;
	}
	table.name = zw_str_copy(d->arena, name);
	table.family = d->current.family;
	zw_attr_u32(&attrs.at[NFTA_TABLE_FLAGS], &table.flags);
	if (table.flags & ~TABLE_FLAGS) {
		if (d->in_batch) {
			zw_decode_refuse(d, "table flags %#x (EOPNOTSUPP)",
					 table.flags);
			return;
		}
		table.doubt = "unknown table flags";
	}
	if (!d->in_batch)
		zw_attr_u64(&attrs.at[NFTA_TABLE_HANDLE], &table.handle);
	if (attrs.unknown)
		table.doubt = "unknown attribute of the table";
	if (table.doubt)
		zw_decode_doubt(d, "table '%.*s': %s", ZW_STR_ARG(name),
				table.doubt);
	zw_push(d->arena, d->now.tables, table);
	zw_decode_name(d, ZW_NAME_TABLE, table.family, table.name,
		       (u32)d->now.tables.n - 1);
}

static void drop_table(struct zw_decoder *d, u32 number)
{
	struct zw_table *table = &d->now.tables.v[number];

	while (table->chains.n)
		zw_decode_drop_chain(d, table->chains.v[table->chains.n - 1]);
	while (table->sets.n)
		zw_decode_drop_set(d, table->sets.v[table->sets.n - 1]);
	while (table->objects.n)
		zw_decode_drop_object(d,
				      table->objects.v[table->objects.n - 1]);
	while (table->flowtables.n)
		zw_decode_drop_flowtable(
			d, table->flowtables.v[table->flowtables.n - 1]);
	table->alive = false;
	zw_decode_name(d, ZW_NAME_TABLE, table->family, table->name, ZW_NONE);
}

static void flush_tables(struct zw_decoder *d, struct zw_str name)
{
	u32 i;

	for (i = 0; i < d->now.tables.n; i++) {
		const struct zw_table *table = &d->now.tables.v[i];

		if (!table->alive || has_foreign_owner(table))
			continue;
		if (d->current.family && table->family != d->current.family)
			continue;
		if (name.n && !zw_str_eq(name, table->name))
			continue;
		drop_table(d, i);
	}
}

void zw_decode_deltable(struct zw_decoder *d, bool lenient)
{
	struct zw_str name = { 0 };
	struct zw_attrs attrs;
	u64 handle;
	u32 i;

	if (!zw_decode_attrs(d, &attrs, 8))
		return;
	zw_attr_str(&attrs.at[NFTA_TABLE_NAME], ZW_OBJECT_NAME_MAX, &name);
	if (zw_attr_u64(&attrs.at[NFTA_TABLE_HANDLE], &handle)) {
		for (i = 0; i < d->now.tables.n; i++) {
			if (d->now.tables.v[i].alive && handle &&
			    d->now.tables.v[i].handle == handle &&
			    d->now.tables.v[i].family == d->current.family)
				break;
		}
		if (i == d->now.tables.n)
			i = ZW_NONE;
	} else if (!d->current.family || !name.n) {
		flush_tables(d, name);
		return;
	} else {
		i = zw_decode_find(d, ZW_NAME_TABLE, d->current.family, name);
	}
	if (i == ZW_NONE) {
		if (!lenient)
			zw_decode_refuse(d, "no such table (ENOENT)");
		return;
	}
	if (has_foreign_owner(&d->now.tables.v[i])) {
		zw_decode_refuse(d, "the table has an owner (EPERM)");
		return;
	}
	drop_table(d, i);
}

/* ---- devices ---- */

static void add_device(struct zw_decoder *d, const struct zw_attr *attr,
		       bool prefix, zw_devices *devices)
{
	struct zw_device device = { .prefix = prefix };

	if (!zw_attr_str(attr, 15, &device.name)) {
		zw_decode_refuse(d, "a device name of no device (EINVAL)");
		return;
	}
	device.name = zw_str_copy(d->arena, device.name);
	zw_push(d->arena, *devices, device);
}

void zw_decode_devices(struct zw_decoder *d, const struct zw_attr *list,
		       const struct zw_attr *one, zw_devices *devices,
		       const char **doubt)
{
	struct zw_attr_walk walk;
	struct zw_attr attr;

	if (one && one->data)
		add_device(d, one, false, devices);
	if (!list->data)
		return;
	walk = zw_attr_walk(list->data, list->len);
	while (zw_attr_next(&walk, &attr)) {
		if (attr.type == NFTA_DEVICE_NAME)
			add_device(d, &attr, false, devices);
		else if (attr.type == ZW_DEVICE_PREFIX)
			add_device(d, &attr, true, devices);
		else
			*doubt = "unknown attribute among the devices";
	}
	if (walk.broken)
		*doubt = "cut list of devices";
}

/* ---- flowtables ---- */

static void read_flow_hook(struct zw_decoder *d, const struct zw_attr *hook,
			   struct zw_flowtable *flowtable)
{
	struct zw_attrs attrs;
	u32 priority;

	if (!hook->data)
		return;
	zw_attrs_parse(&attrs, hook->data, hook->len, NFTA_FLOWTABLE_HOOK_MAX);
	if (attrs.unknown || attrs.broken)
		flowtable->doubt = "unknown attribute of the flowtable's hook";
	zw_attr_u32(&attrs.at[NFTA_FLOWTABLE_HOOK_NUM], &flowtable->hook);
	if (zw_attr_u32(&attrs.at[NFTA_FLOWTABLE_HOOK_PRIORITY], &priority))
		flowtable->priority = (s32)priority;
	zw_decode_devices(d, &attrs.at[NFTA_FLOWTABLE_HOOK_DEVS], NULL,
			  &flowtable->devices, &flowtable->doubt);
}

void zw_decode_newflowtable(struct zw_decoder *d)
{
	struct zw_flowtable flowtable = { 0 };
	struct zw_attrs attrs;
	u32 number;

	if (!zw_decode_attrs(d, &attrs, NFTA_FLOWTABLE_MAX))
		return;
	flowtable.table = zw_decode_table(d, &attrs.at[NFTA_FLOWTABLE_TABLE]);
	if (flowtable.table == ZW_NONE)
		return;
	if (!zw_attr_str(&attrs.at[NFTA_FLOWTABLE_NAME], ZW_OBJECT_NAME_MAX,
			 &flowtable.name)) {
		zw_decode_refuse(d, "a flowtable without a name (EINVAL)");
		return;
	}
	number = zw_decode_find(d, ZW_NAME_FLOWTABLE, flowtable.table,
				flowtable.name);
	if (number != ZW_NONE) {
		if (d->in_batch && zw_decode_flag(d, NLM_F_EXCL))
			zw_decode_refuse(d, "it is there already (EEXIST)");
		else /* adds devices */
			read_flow_hook(d, &attrs.at[NFTA_FLOWTABLE_HOOK],
				       &d->now.flowtables.v[number]);
		return;
	}
	if (attrs.unknown)
		flowtable.doubt = "unknown attribute of the flowtable";
	zw_attr_u32(&attrs.at[NFTA_FLOWTABLE_FLAGS], &flowtable.flags);
	if (!d->in_batch)
		zw_attr_u64(&attrs.at[NFTA_FLOWTABLE_HANDLE],
			    &flowtable.handle);
	read_flow_hook(d, &attrs.at[NFTA_FLOWTABLE_HOOK], &flowtable);
	flowtable.name = zw_str_copy(d->arena, flowtable.name);
	number = (u32)d->now.flowtables.n;
	zw_push(d->arena, d->now.flowtables, flowtable);
	zw_push(d->arena, d->now.tables.v[flowtable.table].flowtables, number);
	zw_decode_name(d, ZW_NAME_FLOWTABLE, flowtable.table, flowtable.name,
		       number);
}

void zw_decode_delflowtable(struct zw_decoder *d, bool lenient)
{
	struct zw_str name = { 0 };
	struct zw_attrs attrs;
	u32 table, i;
	u64 handle;

	if (!zw_decode_attrs(d, &attrs, NFTA_FLOWTABLE_MAX))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_FLOWTABLE_TABLE]);
	if (table == ZW_NONE)
		return;
	zw_attr_str(&attrs.at[NFTA_FLOWTABLE_NAME], ZW_OBJECT_NAME_MAX, &name);
	i = zw_decode_find(d, ZW_NAME_FLOWTABLE, table, name);
	if (zw_attr_u64(&attrs.at[NFTA_FLOWTABLE_HANDLE], &handle)) {
		for (i = 0; i < d->now.flowtables.n; i++) {
			if (d->now.flowtables.v[i].table == table && handle &&
			    d->now.flowtables.v[i].handle == handle)
				break;
		}
		if (i == d->now.flowtables.n)
			i = ZW_NONE;
	}
	if (i == ZW_NONE) {
		if (!lenient)
			zw_decode_refuse(d, "no such flowtable (ENOENT)");
		return;
	}
	if (attrs.at[NFTA_FLOWTABLE_HOOK].data) {
		/* Takes devices away only; keeping them all is what an
		 * analysis must expect at worst. */
		d->now.flowtables.v[i].doubt = "devices taken away";
		return;
	}
	zw_decode_drop_flowtable(d, i);
}

/* ---- dropping ---- */

static void unlist(u32 *v, size_t *n, u32 number)
{
	size_t i = *n;

	while (i-- > 0) {
		if (v[i] != number)
			continue;
		memmove(v + i, v + i + 1, (*n - i - 1) * sizeof(*v));
		(*n)--;
		return;
	}
}

void zw_decode_drop_chain(struct zw_decoder *d, u32 number)
{
	struct zw_chain *chain = &d->now.chains.v[number];
	struct zw_table *table = &d->now.tables.v[chain->table];

	unlist(table->chains.v, &table->chains.n, number);
	zw_decode_name(d, ZW_NAME_CHAIN, chain->table, chain->name, ZW_NONE);
	chain->table = ZW_NONE;
	chain->rules.n = 0;
}

void zw_decode_drop_set(struct zw_decoder *d, u32 number)
{
	struct zw_set *set = &d->now.sets.v[number];
	struct zw_table *table = &d->now.tables.v[set->table];

	unlist(table->sets.v, &table->sets.n, number);
	zw_decode_name(d, ZW_NAME_SET, set->table, set->name, ZW_NONE);
	set->table = ZW_NONE;
	zw_decode_forget(d, number);
}

void zw_decode_drop_object(struct zw_decoder *d, u32 number)
{
	struct zw_object *object = &d->now.objects.v[number];
	struct zw_table *table = &d->now.tables.v[object->table];

	unlist(table->objects.v, &table->objects.n, number);
	zw_decode_name(d, ZW_NAME_OBJECT + (object->type & 31), object->table,
		       object->name, ZW_NONE);
	object->table = ZW_NONE;
}

void zw_decode_drop_flowtable(struct zw_decoder *d, u32 number)
{
	struct zw_flowtable *flowtable = &d->now.flowtables.v[number];
	struct zw_table *table = &d->now.tables.v[flowtable->table];

	unlist(table->flowtables.v, &table->flowtables.n, number);
	zw_decode_name(d, ZW_NAME_FLOWTABLE, flowtable->table, flowtable->name,
		       ZW_NONE);
	flowtable->table = ZW_NONE;
}
