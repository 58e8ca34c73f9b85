/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of messages in a batch. A plan becomes, first load:
 *
 *	table | counters | sets, each with its elements | regular chains |
 *	their rules | base chains | their rules
 *
 * Maps name chains, so their elements come after the chains; sets come before
 * the rules that look them up. Every base chain ends in an explicit drop,
 * because the kernel sets a new chain's drop policy only after the generation
 * has changed (nf_tables_commit(), NFT_MSG_NEWCHAIN).
 *
 * DELETE flushes the old chains first, then deletes maps and sets (whose
 * elements hold chains), then the chains, then counters: nothing refers to what
 * is deleted.
 *
 * Nothing here is checked for sense: that is the plan's maker's duty, and the
 * verifier's. */
#include <arpa/inet.h>
#include <libnftnl/chain.h>
#include <libnftnl/object.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/assert.h"
#include "compiler/emit_internal.h"

static void batch_edge(struct zw_buf *out, u16 type, u32 seq)
{
	char room[ZW_EMIT_EDGE] = { 0 };
	struct nlmsghdr *header = mnl_nlmsg_put_header(room);
	struct nfgenmsg *generic;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = seq;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->nfgen_family = AF_UNSPEC;
	generic->version = NFNETLINK_V0;
	generic->res_id = htons(NFNL_SUBSYS_NFTABLES);
	ZW_ASSERT(header->nlmsg_len == ZW_EMIT_EDGE);
	zw_buf_add(out, room, sizeof(room));
}

void zw_emit_begin(struct zw_buf *out)
{
	batch_edge(out, NFNL_MSG_BATCH_BEGIN, 0);
}

void zw_emit_end(struct zw_buf *out, u32 seq)
{
	batch_edge(out, NFNL_MSG_BATCH_END, seq);
}

struct nlmsghdr *zw_emit_message_begin(struct zw_emitter *emitter, u16 message,
				       u16 flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(emitter->scratch);
	struct nfgenmsg *generic;

	header->nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | message);
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = emitter->seq;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->nfgen_family = NFPROTO_INET;
	generic->version = NFNETLINK_V0;
	generic->res_id = 0;
	return header;
}

void zw_emit_message_end(struct zw_emitter *emitter, struct nlmsghdr *header)
{
	ZW_ASSERT(header->nlmsg_len <= ZW_EMIT_SCRATCH);
	zw_buf_add(emitter->out, header, NLMSG_ALIGN(header->nlmsg_len));
	emitter->seq++;
}

void zw_emit_note(struct zw_emitter *emitter, struct zw_emit_origin origin)
{
	if (!emitter->emitted)
		return;
	origin.seq = emitter->seq;
	origin.offset = emitter->out->n;
	zw_push(emitter->arena, emitter->emitted->origins, origin);
}

u32 zw_emit_verdict(enum zw_plan_verdict verdict)
{
	switch (verdict) {
	case ZW_PLAN_ACCEPT:
		return NF_ACCEPT;
	case ZW_PLAN_DROP:
		return NF_DROP;
	case ZW_PLAN_RETURN:
		return (u32)NFT_RETURN;
	case ZW_PLAN_JUMP:
		return (u32)NFT_JUMP;
	case ZW_PLAN_GOTO:
		return (u32)NFT_GOTO;
	case ZW_PLAN_CONTINUE:
	case ZW_PLAN_REJECT_RESET:
	case ZW_PLAN_REJECT_PROHIBITED:
	case ZW_PLAN_MASQUERADE:
	case ZW_PLAN_SNAT:
	case ZW_PLAN_DNAT:
		break;
	}
	ZW_ASSERT(!"a verdict without a code");
	return 0;
}

char *zw_emit_chain_name(const struct zw_emitter *emitter, u32 chain,
			 char out[ZW_PLAN_NAME_BYTES])
{
	const struct zw_plan_chain *plan = &emitter->plan->chains.v[chain];
	u32 generation = emitter->chains && emitter->chains[chain].kept
				 ? emitter->chains[chain].generation
				 : emitter->generation;

	return zw_plan_name(out, plan->name, plan->hook == ZW_PLAN_NO_HOOK,
			    generation);
}

char *zw_emit_set_name(const struct zw_emitter *emitter, u32 set,
		       char out[ZW_PLAN_NAME_BYTES])
{
	u32 generation = emitter->sets && emitter->sets[set].kept
				 ? emitter->sets[set].generation
				 : emitter->generation;

	return zw_plan_name(out, emitter->plan->sets.v[set].name, true,
			    generation);
}

static void note_object(struct zw_emitter *emitter, u16 message,
			const char *what, const char *name)
{
	if (!emitter->emitted)
		return;
	zw_emit_note(emitter, (struct zw_emit_origin){
				      .message = message,
				      .what = zw_strf(emitter->arena, "%s %s",
						      what, name),
				      .span = ZW_NO_SPAN,
				      .set = ZW_EMIT_NO_SET });
}

static void emit_table(struct zw_emitter *emitter, u32 flags)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nlmsghdr *header;

	ZW_ASSERT(table);
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, ZW_PLAN_TABLE);
	nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, flags);
	note_object(emitter, NFT_MSG_NEWTABLE, "table", ZW_PLAN_TABLE);
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nftnl_table_nlmsg_build_payload(header, table);
	zw_emit_message_end(emitter, header);
	nftnl_table_free(table);
}

static void emit_chain(struct zw_emitter *emitter, u32 index)
{
	const struct zw_plan_chain *plan = &emitter->plan->chains.v[index];
	bool base = plan->hook != ZW_PLAN_NO_HOOK;
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *header;
	char name[ZW_PLAN_NAME_BYTES];

	ZW_ASSERT(chain);
	zw_emit_chain_name(emitter, index, name);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, ZW_PLAN_TABLE);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	if (base) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE,
				    plan->type == ZW_PLAN_NAT ? "nat"
							      : "filter");
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM,
				    (u32)plan->hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, plan->priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY,
				    plan->type == ZW_PLAN_FILTER ? NF_DROP
								 : NF_ACCEPT);
	}
	note_object(emitter, NFT_MSG_NEWCHAIN, "chain", name);
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nftnl_chain_nlmsg_build_payload(header, chain);
	zw_emit_message_end(emitter, header);
	nftnl_chain_free(chain);
}

/* All objects of one kind that DELETE and SWAP name: a message that holds a
 * table and a name. */
static void emit_removal(struct zw_emitter *emitter, u16 message, u16 table,
			 u16 attribute, const char *what, const char *name)
{
	struct nlmsghdr *header;

	note_object(emitter, message, what, name);
	header = zw_emit_message_begin(emitter, message, 0);
	mnl_attr_put_strz(header, table, ZW_PLAN_TABLE);
	mnl_attr_put_strz(header, attribute, name);
	zw_emit_message_end(emitter, header);
}

static void emit_counter(struct zw_emitter *emitter, struct zw_str counter)
{
	struct nftnl_obj *object = nftnl_obj_alloc();
	const char *name = zw_cstr(emitter->arena, counter);
	struct nlmsghdr *header;

	ZW_ASSERT(object);
	nftnl_obj_set_str(object, NFTNL_OBJ_TABLE, ZW_PLAN_TABLE);
	nftnl_obj_set_str(object, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(object, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	note_object(emitter, NFT_MSG_NEWOBJ, "counter", name);
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWOBJ, NLM_F_CREATE);
	nftnl_obj_nlmsg_build_payload(header, object);
	zw_emit_message_end(emitter, header);
	nftnl_obj_free(object);
}

static void emit_counter_removal(struct zw_emitter *emitter, const char *name)
{
	struct nlmsghdr *header;

	note_object(emitter, NFT_MSG_DELOBJ, "counter", name);
	header = zw_emit_message_begin(emitter, NFT_MSG_DELOBJ, 0);
	mnl_attr_put_strz(header, NFTA_OBJ_TABLE, ZW_PLAN_TABLE);
	mnl_attr_put_strz(header, NFTA_OBJ_NAME, name);
	mnl_attr_put_u32(header, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	zw_emit_message_end(emitter, header);
}

static void emit_flush(struct zw_emitter *emitter, const char *name)
{
	emit_removal(emitter, NFT_MSG_DELRULE, NFTA_RULE_TABLE, NFTA_RULE_CHAIN,
		     "the rules of chain", name);
}

/* Is it to be left as it stands in the kernel? WHOLE leaves nothing. */
static bool is_kept(const struct zw_emit_kept *kept, u32 index, bool whole)
{
	return kept && kept[index].kept && !whole;
}

static void emit_objects(struct zw_emitter *emitter, bool whole)
{
	const struct zw_plan *plan = emitter->plan;

	for (u32 i = 0; i < plan->counters.n; i++)
		if (whole || !emitter->counters || !emitter->counters[i])
			emit_counter(emitter, plan->counters.v[i]);
	for (u32 i = 0; i < plan->chains.n; i++)
		if (plan->chains.v[i].hook == ZW_PLAN_NO_HOOK &&
		    !is_kept(emitter->chains, i, whole))
			emit_chain(emitter, i);
	for (u32 i = 0; i < plan->sets.n; i++) {
		if (is_kept(emitter->sets, i, whole))
			continue;
		zw_emit_set(emitter, i);
		zw_emit_elements(emitter, i);
	}
	for (u32 i = 0; i < plan->chains.n; i++) {
		if (plan->chains.v[i].hook != ZW_PLAN_NO_HOOK ||
		    is_kept(emitter->chains, i, whole))
			continue;
		for (size_t r = 0; r < plan->chains.v[i].rules.n; r++)
			zw_emit_rule(emitter, i, r);
	}
}

static void emit_hooks(struct zw_emitter *emitter, bool replace)
{
	const struct zw_plan *plan = emitter->plan;
	char name[ZW_PLAN_NAME_BYTES];

	for (u32 i = 0; i < plan->chains.n; i++)
		if (plan->chains.v[i].hook != ZW_PLAN_NO_HOOK &&
		    !is_kept(emitter->chains, i, !replace))
			emit_chain(emitter, i);
	for (u32 i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		if (chain->hook == ZW_PLAN_NO_HOOK ||
		    is_kept(emitter->chains, i, !replace))
			continue;
		if (replace)
			emit_flush(emitter,
				   zw_plan_name(name, chain->name, false, 0));
		for (size_t r = 0; r < chain->rules.n; r++)
			zw_emit_rule(emitter, i, r);
	}
}

/* The base chains that decide, with their final drop, and before it what a
 * chain accepts first of all: its loopback. */
static void emit_closed(struct zw_emitter *emitter)
{
	const struct zw_plan *plan = emitter->plan;

	for (u32 i = 0; i < plan->chains.n; i++)
		if (plan->chains.v[i].hook != ZW_PLAN_NO_HOOK &&
		    plan->chains.v[i].type == ZW_PLAN_FILTER)
			emit_chain(emitter, i);
	for (u32 i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		if (chain->hook == ZW_PLAN_NO_HOOK ||
		    chain->type != ZW_PLAN_FILTER)
			continue;
		if (chain->rules.v[0].verdict == ZW_PLAN_ACCEPT)
			zw_emit_rule(emitter, i, 0);
		zw_emit_rule(emitter, i, chain->rules.n - 1);
	}
}

static void emit_delete(struct zw_emitter *emitter,
			const struct zw_emit_names *old)
{
	struct zw_arena *arena = emitter->arena;

	for (size_t i = 0; i < old->chains.n; i++)
		emit_flush(emitter, zw_cstr(arena, old->chains.v[i]));
	for (size_t i = 0; i < old->sets.n; i++)
		emit_removal(emitter, NFT_MSG_DELSET, NFTA_SET_TABLE,
			     NFTA_SET_NAME, "set",
			     zw_cstr(arena, old->sets.v[i]));
	for (size_t i = 0; i < old->chains.n; i++)
		emit_removal(emitter, NFT_MSG_DELCHAIN, NFTA_CHAIN_TABLE,
			     NFTA_CHAIN_NAME, "chain",
			     zw_cstr(arena, old->chains.v[i]));
	for (size_t i = 0; i < old->counters.n; i++)
		emit_counter_removal(emitter,
				     zw_cstr(arena, old->counters.v[i]));
}

void zw_emit_netlink(struct zw_arena *arena, struct zw_buf *out,
		     const struct zw_plan *plan,
		     const struct zw_emit_options *options,
		     struct zw_emitted *emitted)
{
	struct zw_emitter emitter = {
		.arena = arena,
		.out = out,
		.plan = plan,
		.generation = options->generation,
		.chains = options->kept_chains,
		.sets = options->kept_sets,
		.counters = options->kept_counters,
		.seq = 1,
		.emitted = emitted,
		.scratch = ZW_NEW_ARRAY(arena, char, ZW_EMIT_SCRATCH),
	};

	if (emitted)
		*emitted = (struct zw_emitted){ 0 };
	zw_emit_begin(out);
	switch (options->step) {
	case ZW_EMIT_WHOLE:
	case ZW_EMIT_ADD:
		emit_table(&emitter, options->table_flags);
		emit_objects(&emitter, options->step == ZW_EMIT_WHOLE);
		if (options->step == ZW_EMIT_WHOLE)
			emit_hooks(&emitter, false);
		break;
	case ZW_EMIT_CLOSED:
		emit_table(&emitter, options->table_flags);
		emit_closed(&emitter);
		break;
	case ZW_EMIT_SWAP:
		if (options->table_flags) /* ours while it lasts */
			emit_table(&emitter, options->table_flags);
		emit_hooks(&emitter, true);
		if (options->old)
			emit_delete(&emitter, options->old);
		break;
	case ZW_EMIT_DELETE:
		emit_delete(&emitter, options->old);
		break;
	}
	zw_emit_end(out, emitter.seq);
	if (emitted)
		emitted->messages = emitter.seq - 1;
}

void zw_emit_names(struct zw_arena *arena, const struct zw_plan *plan,
		   u32 generation, struct zw_emit_names *names)
{
	char name[ZW_PLAN_NAME_BYTES];

	*names = (struct zw_emit_names){ 0 };
	for (size_t i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		if (chain->hook != ZW_PLAN_NO_HOOK)
			continue;
		zw_plan_name(name, chain->name, true, generation);
		zw_push(arena, names->chains,
			zw_str_copy(arena, zw_str_from(name)));
	}
	for (size_t i = 0; i < plan->sets.n; i++) {
		zw_plan_name(name, plan->sets.v[i].name, true, generation);
		zw_push(arena, names->sets,
			zw_str_copy(arena, zw_str_from(name)));
	}
}

const struct zw_emit_origin *zw_emit_find(const struct zw_emitted *emitted,
					  u32 seq)
{
	if (seq == 0 || seq > emitted->origins.n)
		return NULL;
	return &emitted->origins.v[seq - 1];
}
