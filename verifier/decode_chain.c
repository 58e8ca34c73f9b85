/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains: NEWCHAIN (also policy and device updates) and DELCHAIN.
 *
 * Follows nf_tables_api.c: nf_tables_newchain, nft_chain_parse_hook,
 * nf_tables_addchain, nf_tables_updchain, nf_tables_delchain. A new base chain
 * accepts unless its policy says otherwise. Which hooks and types a family
 * offers is checked as far as it decides what packets meet. */
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

#define CHAIN_ATTRS 12
#define CHAIN_FLAGS 7u /* base, hardware offload, binding */

struct hook {
	u32 number;
	s32 priority;
	enum zw_chain_type type;
	zw_devices devices;
};

static enum zw_chain_type chain_type(struct zw_str name)
{
	if (zw_str_is(name, "filter"))
		return ZW_CHAIN_FILTER;
	if (zw_str_is(name, "nat"))
		return ZW_CHAIN_NAT;
	if (zw_str_is(name, "route"))
		return ZW_CHAIN_ROUTE;
	return ZW_CHAIN_OTHER;
}

static u32 hooks_of(u32 family)
{
	if (family == NFPROTO_NETDEV)
		return 2; /* ingress, egress */
	if (family == NFPROTO_INET)
		return NF_INET_NUMHOOKS + 1; /* ingress */
	return NF_INET_NUMHOOKS;
}

/* Does a chain of this type exist at this hook? Conntrack must come first for
 * nat. */
static bool type_fits(u32 family, const struct hook *hook)
{
	bool inet = family == NFPROTO_IPV4 || family == NFPROTO_IPV6 ||
		    family == NFPROTO_INET;

	switch (hook->type) {
	case ZW_CHAIN_NAT:
		return inet && hook->number != NF_INET_FORWARD &&
		       hook->number < NF_INET_NUMHOOKS && hook->priority > -200;
	case ZW_CHAIN_ROUTE:
		return inet && hook->number == NF_INET_LOCAL_OUT;
	default:
		return true;
	}
}

static bool read_hook(struct zw_decoder *d, const struct zw_attrs *attrs,
		      struct hook *hook, const char **doubt)
{
	struct zw_attrs nest;
	struct zw_str type;
	u32 priority;

	zw_attrs_parse(&nest, attrs->at[NFTA_CHAIN_HOOK].data,
		       attrs->at[NFTA_CHAIN_HOOK].len, NFTA_HOOK_MAX);
	if (nest.unknown || nest.broken)
		*doubt = "unknown attribute of the chain's hook";
	if (!zw_attr_u32(&nest.at[NFTA_HOOK_HOOKNUM], &hook->number) ||
	    !zw_attr_u32(&nest.at[NFTA_HOOK_PRIORITY], &priority)) {
		zw_decode_refuse(d, "a hook without number or priority");
		return false;
	}
	hook->priority = (s32)priority;
	if (zw_attr_str(&attrs->at[NFTA_CHAIN_TYPE], ZW_OBJECT_NAME_MAX, &type))
		hook->type = chain_type(type);
	if (hook->number >= hooks_of(d->current.family) ||
	    !type_fits(d->current.family, hook)) {
		zw_decode_refuse(d, "no such hook for the chain (EOPNOTSUPP)");
		return false;
	}
	if (hook->type == ZW_CHAIN_OTHER)
		*doubt = "unknown chain type";
	zw_decode_devices(d, &nest.at[NFTA_HOOK_DEVS], &nest.at[NFTA_HOOK_DEV],
			  &hook->devices, doubt);
	return !d->refused;
}

static bool read_policy(struct zw_decoder *d, const struct zw_attrs *attrs,
			bool base, bool *drop)
{
	u32 policy;

	if (!attrs->at[NFTA_CHAIN_POLICY].data)
		return true;
	if (!zw_attr_u32(&attrs->at[NFTA_CHAIN_POLICY], &policy) ||
	    policy > NF_ACCEPT || !base) {
		zw_decode_refuse(d, "a policy that the chain cannot have");
		return false;
	}
	*drop = policy == NF_DROP;
	return true;
}

static void add_devices(struct zw_decoder *d, struct zw_chain *chain,
			const zw_devices *devices)
{
	size_t i, k;

	for (i = 0; i < devices->n; i++) {
		for (k = 0; k < chain->devices.n; k++) {
			if (zw_str_eq(chain->devices.v[k].name,
				      devices->v[i].name) &&
			    chain->devices.v[k].prefix == devices->v[i].prefix)
				break;
		}
		if (k == chain->devices.n)
			zw_push(d->arena, chain->devices, devices->v[i]);
	}
}

static void rename_chain(struct zw_decoder *d, u32 number, struct zw_str name)
{
	struct zw_chain *chain = &d->now.chains.v[number];

	if (zw_str_eq(name, chain->name))
		return;
	if (zw_decode_find(d, ZW_NAME_CHAIN, chain->table, name) != ZW_NONE) {
		zw_decode_refuse(d, "a chain of the new name exists (EEXIST)");
		return;
	}
	zw_decode_name(d, ZW_NAME_CHAIN, chain->table, chain->name, ZW_NONE);
	chain->name = zw_str_copy(d->arena, name);
	zw_decode_name(d, ZW_NAME_CHAIN, chain->table, chain->name, number);
}

static void update_chain(struct zw_decoder *d, u32 number,
			 const struct zw_attrs *attrs)
{
	struct zw_chain *chain = &d->now.chains.v[number];
	struct hook hook = { 0 };
	struct zw_str name;

	if (d->in_batch && zw_decode_flag(d, NLM_F_EXCL)) {
		zw_decode_refuse(d, "the chain is there already (EEXIST)");
		return;
	}
	if (d->in_batch && zw_decode_flag(d, NLM_F_REPLACE)) {
		zw_decode_refuse(d, "a chain cannot be replaced (EOPNOTSUPP)");
		return;
	}
	if (attrs->unknown)
		chain->doubt = "unknown attribute of the chain";
	if (attrs->at[NFTA_CHAIN_HOOK].data) {
		if (!chain->base) {
			zw_decode_refuse(d, "no base chain (EEXIST)");
			return;
		}
		hook.type = chain->type;
		if (!read_hook(d, attrs, &hook, &chain->doubt))
			return;
		if (hook.number != chain->hook ||
		    hook.priority != chain->priority ||
		    hook.type != chain->type) {
			zw_decode_refuse(d, "another hook, priority or type");
			return;
		}
		add_devices(d, chain, &hook.devices);
	}
	if (!read_policy(d, attrs, chain->base, &chain->policy_drop))
		return;
	if (attrs->at[NFTA_CHAIN_HANDLE].data &&
	    zw_attr_str(&attrs->at[NFTA_CHAIN_NAME], ZW_OBJECT_NAME_MAX, &name))
		rename_chain(d, number, name);
}

static u32 by_handle(const struct zw_decoder *d, u32 table,
		     const struct zw_attr *attr)
{
	const struct zw_table *t = &d->now.tables.v[table];
	u64 handle;
	size_t i;

	if (!zw_attr_u64(attr, &handle) || !handle)
		return ZW_NONE;
	for (i = 0; i < t->chains.n; i++) {
		if (d->now.chains.v[t->chains.v[i]].handle == handle)
			return t->chains.v[i];
	}
	return ZW_NONE;
}

/* "__chain%d" with the lowest number that is free. */
static struct zw_str binding_name(struct zw_decoder *d, u32 table)
{
	struct zw_str name;
	u32 i = 0;

	do {
		name = zw_strf(d->scratch, "__chain%u", i++);
	} while (zw_decode_find(d, ZW_NAME_CHAIN, table, name) != ZW_NONE);
	return name;
}

static void add_chain(struct zw_decoder *d, struct zw_chain *chain,
		      const struct zw_attrs *attrs)
{
	struct hook hook = { 0 };
	u32 number = (u32)d->now.chains.n;

	if (attrs->unknown)
		chain->doubt = "unknown attribute of the chain";
	zw_attr_u32(&attrs->at[NFTA_CHAIN_FLAGS], &chain->flags);
	zw_attr_u32(&attrs->at[NFTA_CHAIN_ID], &chain->id);
	if (chain->flags & ~CHAIN_FLAGS) {
		zw_decode_refuse(d, "chain flags %#x (EOPNOTSUPP)",
				 chain->flags);
		return;
	}
	if (attrs->at[NFTA_CHAIN_HOOK].data) {
		if (!read_hook(d, attrs, &hook, &chain->doubt))
			return;
		chain->base = true;
		chain->hook = hook.number;
		chain->priority = hook.priority;
		chain->type = hook.type;
		chain->devices = hook.devices;
		if (d->in_batch)
			chain->registered = ++d->registered;
	}
	if (!read_policy(d, attrs, chain->base, &chain->policy_drop))
		return;
	if (!d->in_batch)
		zw_attr_u64(&attrs->at[NFTA_CHAIN_HANDLE], &chain->handle);
	if (chain->doubt)
		zw_decode_doubt(d, "chain '%.*s': %s", ZW_STR_ARG(chain->name),
				chain->doubt);
	chain->name = zw_str_copy(d->arena, chain->name);
	zw_push(d->arena, d->now.chains, *chain);
	zw_push(d->arena, d->now.tables.v[chain->table].chains, number);
	zw_decode_name(d, ZW_NAME_CHAIN, chain->table, chain->name, number);
}

void zw_decode_newchain(struct zw_decoder *d)
{
	struct zw_chain chain = { 0 };
	struct zw_attrs attrs;
	u32 number;

	if (!zw_decode_attrs(d, &attrs, CHAIN_ATTRS))
		return;
	chain.table = zw_decode_table(d, &attrs.at[NFTA_CHAIN_TABLE]);
	if (chain.table == ZW_NONE)
		return;
	if (d->in_batch && attrs.at[NFTA_CHAIN_HANDLE].data) {
		number =
			by_handle(d, chain.table, &attrs.at[NFTA_CHAIN_HANDLE]);
		if (number == ZW_NONE)
			zw_decode_refuse(d, "no chain of this handle (ENOENT)");
		else
			update_chain(d, number, &attrs);
		return;
	}
	if (attrs.at[NFTA_CHAIN_NAME].data) {
		if (!zw_attr_str(&attrs.at[NFTA_CHAIN_NAME], ZW_OBJECT_NAME_MAX,
				 &chain.name)) {
			zw_decode_refuse(d, "no name for a chain (EINVAL)");
			return;
		}
	} else {
		u32 flags = 0;

		zw_attr_u32(&attrs.at[NFTA_CHAIN_FLAGS], &flags);
		if (!(flags & ZW_CHAIN_BINDING) ||
		    !attrs.at[NFTA_CHAIN_ID].data) {
			zw_decode_refuse(d, "a chain without a name (EINVAL)");
			return;
		}
		chain.name = binding_name(d, chain.table);
	}
	number = zw_decode_find(d, ZW_NAME_CHAIN, chain.table, chain.name);
	if (number != ZW_NONE)
		update_chain(d, number, &attrs);
	else
		add_chain(d, &chain, &attrs);
}

/* DELCHAIN with a hook takes devices away from the chain. */
static void remove_devices(struct zw_decoder *d, struct zw_chain *chain,
			   const struct zw_attrs *attrs)
{
	zw_devices gone = { 0 };
	struct zw_attrs nest;
	size_t i, k;

	zw_attrs_parse(&nest, attrs->at[NFTA_CHAIN_HOOK].data,
		       attrs->at[NFTA_CHAIN_HOOK].len, NFTA_HOOK_MAX);
	zw_decode_devices(d, &nest.at[NFTA_HOOK_DEVS], &nest.at[NFTA_HOOK_DEV],
			  &gone, &chain->doubt);
	for (i = 0; i < gone.n; i++) {
		for (k = 0; k < chain->devices.n; k++) {
			if (zw_str_eq(chain->devices.v[k].name,
				      gone.v[i].name) &&
			    chain->devices.v[k].prefix == gone.v[i].prefix)
				break;
		}
		if (k == chain->devices.n) {
			zw_decode_refuse(d, "no such device (ENOENT)");
			return;
		}
		memmove(chain->devices.v + k, chain->devices.v + k + 1,
			(chain->devices.n - k - 1) * sizeof(*chain->devices.v));
		chain->devices.n--;
	}
}

void zw_decode_delchain(struct zw_decoder *d, bool lenient)
{
	struct zw_str name = { 0 };
	struct zw_attrs attrs;
	u32 table, number;

	if (!zw_decode_attrs(d, &attrs, CHAIN_ATTRS))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_CHAIN_TABLE]);
	if (table == ZW_NONE)
		return;
	if (attrs.at[NFTA_CHAIN_HANDLE].data) {
		number = by_handle(d, table, &attrs.at[NFTA_CHAIN_HANDLE]);
	} else {
		zw_attr_str(&attrs.at[NFTA_CHAIN_NAME], ZW_OBJECT_NAME_MAX,
			    &name);
		number = zw_decode_find(d, ZW_NAME_CHAIN, table, name);
	}
	if (number == ZW_NONE) {
		if (!lenient)
			zw_decode_refuse(d, "no such chain (ENOENT)");
		return;
	}
	if (attrs.at[NFTA_CHAIN_HOOK].data) {
		remove_devices(d, &d->now.chains.v[number], &attrs);
		return;
	}
	if (zw_decode_flag(d, NLM_F_NONREC) &&
	    d->now.chains.v[number].rules.n) {
		zw_decode_refuse(d, "the chain is not empty (EBUSY)");
		return;
	}
	zw_decode_drop_chain(d, number);
}
