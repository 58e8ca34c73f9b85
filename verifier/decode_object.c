/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named objects: NEWOBJ, DELOBJ. Counters, quotas, limits, connection limits
 * and synproxies are kept as the expression that they act like; of helpers,
 * timeouts, expectations, security marks and tunnels only the type.
 *
 * Follows nf_tables_api.c: nf_tables_newobj, nf_tables_delobj. */
#include <linux/netlink.h>

#include "verifier/decode_expr.h"

static bool read_state(struct zw_decoder *d, const struct zw_attr *data,
		       struct zw_object *object)
{
	struct zw_expr_input in = { .d = d,
				    .table = object->table,
				    .name = "object" };
	zw_expr_reader *reader;
	u32 written = 0;
	u16 max = 0;

	object->expr.kind = ZW_EXPR_UNKNOWN;
	object->expr.xt.name = ZW_STR("object");
	reader = zw_object_reader(object->type, &object->expr.kind, &max);
	if (!reader)
		return true;
	memset(&object->expr, 0, sizeof(object->expr));
	zw_object_reader(object->type, &object->expr.kind, &max);
	in.written = &written;
	zw_attrs_parse(&in.attrs, data->data, data->data ? data->len : 0, max);
	if (in.attrs.unknown || in.attrs.broken)
		object->expr.doubt = "unknown attribute of the object";
	reader(&in, &object->expr);
	return !in.bad;
}

void zw_decode_newobject(struct zw_decoder *d)
{
	struct zw_object object = { 0 };
	struct zw_attrs attrs;
	u32 number, kind;

	if (!zw_decode_attrs(d, &attrs, NFTA_OBJ_MAX))
		return;
	object.table = zw_decode_table(d, &attrs.at[NFTA_OBJ_TABLE]);
	if (object.table == ZW_NONE)
		return;
	if (!zw_attr_str(&attrs.at[NFTA_OBJ_NAME], ZW_OBJECT_NAME_MAX,
			 &object.name) ||
	    !zw_attr_u32(&attrs.at[NFTA_OBJ_TYPE], &object.type) ||
	    object.type > 31) {
		zw_decode_refuse(d, "an object without name or type (EINVAL)");
		return;
	}
	kind = ZW_NAME_OBJECT + object.type;
	number = zw_decode_find(d, kind, object.table, object.name);
	if (number != ZW_NONE && d->in_batch &&
	    (zw_decode_flag(d, NLM_F_EXCL) ||
	     zw_decode_flag(d, NLM_F_REPLACE))) {
		zw_decode_refuse(d, "the object is there already (EEXIST)");
		return;
	}
	if (attrs.unknown)
		object.doubt = "unknown attribute of the object";
	if (!read_state(d, &attrs.at[NFTA_OBJ_DATA], &object))
		return;
	if (number != ZW_NONE) {
		/* those that have an update; others are left as they are */
		if (object.type == NFT_OBJECT_QUOTA ||
		    object.type == NFT_OBJECT_SYNPROXY)
			d->now.objects.v[number].expr = object.expr;
		return;
	}
	if (!d->in_batch)
		zw_attr_u64(&attrs.at[NFTA_OBJ_HANDLE], &object.handle);
	object.name = zw_str_copy(d->arena, object.name);
	number = (u32)d->now.objects.n;
	zw_push(d->arena, d->now.objects, object);
	zw_push(d->arena, d->now.tables.v[object.table].objects, number);
	zw_decode_name(d, kind, object.table, object.name, number);
}

void zw_decode_delobject(struct zw_decoder *d, bool lenient)
{
	struct zw_str name = { 0 };
	struct zw_attrs attrs;
	u32 table, i, type = 0;
	u64 handle;

	if (!zw_decode_attrs(d, &attrs, NFTA_OBJ_MAX))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_OBJ_TABLE]);
	if (table == ZW_NONE)
		return;
	zw_attr_str(&attrs.at[NFTA_OBJ_NAME], ZW_OBJECT_NAME_MAX, &name);
	if (!zw_attr_u32(&attrs.at[NFTA_OBJ_TYPE], &type)) {
		zw_decode_refuse(d, "an object without its type (EINVAL)");
		return;
	}
	i = zw_decode_find(d, ZW_NAME_OBJECT + (type & 31), table, name);
	if (zw_attr_u64(&attrs.at[NFTA_OBJ_HANDLE], &handle)) {
		for (i = 0; i < d->now.objects.n; i++) {
			if (d->now.objects.v[i].table == table && handle &&
			    d->now.objects.v[i].handle == handle)
				break;
		}
		if (i == d->now.objects.n)
			i = ZW_NONE;
	}
	if (i != ZW_NONE)
		zw_decode_drop_object(d, i);
	else if (!lenient)
		zw_decode_refuse(d, "no such object (ENOENT)");
}
