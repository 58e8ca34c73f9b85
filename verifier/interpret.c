/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet's way through the hooks.
 *
 * Forwarded: ingress of the input interface, prerouting, forward, postrouting,
 * egress of the output interface; delivered: ingress, prerouting, input; sent:
 * output, postrouting, egress. At each hook the chains of all tables that see
 * the packet's family run by priority; of equal ones that which was registered
 * last runs first (nf_hook_entries_grow). Between them stand the kernel's own
 * hooks: defragmentation at -400, conntrack at -200 (of prerouting and output),
 * and the nat hook, at -100 where destinations are translated and at 100 where
 * sources are. Defragmentation and conntrack are there if a rule of the family
 * uses conntrack (nf_ct_netns_get); accept ends a base chain, drop is final.
 *
 * What the IP stack itself drops between the hooks (a header that lies about
 * its length, a packet whose hops are used up) is dropped here too, as far as
 * the bytes show it. The hop is counted before the forward hook, which so sees
 * one less than prerouting did. Fragments of IPv4 to the gateway itself are put
 * together before the input hook in any case, those of IPv6 only after it. */
#include <string.h>

#include "verifier/interpret_internal.h"
#include "verifier/xt.h"

/* ---- making ready ---- */

static bool uses_conntrack(const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_CT:
	case ZW_EXPR_CT_SET:
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
	case ZW_EXPR_CONNLIMIT:
	case ZW_EXPR_SYNPROXY:
	case ZW_EXPR_FLOW_OFFLOAD:
		return true;
	case ZW_EXPR_MATCH:
	case ZW_EXPR_TARGET:
		return zw_xt_tracks(expr->xt.means);
	default:
		return false;
	}
}

static bool sees(u32 table_family, bool v6)
{
	return table_family == NFPROTO_INET ||
	       table_family == (v6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
}

static void find_conntrack(struct zw_interpreter *in,
			   const struct zw_chain *chain)
{
	u32 family = in->ruleset->tables.v[chain->table].family;
	bool used = false;
	size_t i, e;
	int v6;

	for (i = 0; i < chain->rules.n && !used; i++) {
		const struct zw_rule *rule = chain->rules.v[i];

		for (e = 0; e < rule->n_exprs && !used; e++)
			used = uses_conntrack(&rule->exprs[e]);
	}
	for (v6 = 0; v6 < 2; v6++)
		in->conntrack[v6] |= used && sees(family, v6);
}

/* The place of a base chain among our lists; ZW_HOOKS if it has none. */
static u32 hook_place(u32 family, u32 hook)
{
	if (family == NFPROTO_NETDEV)
		return hook ? ZW_EGRESS : NF_INET_INGRESS;
	return hook <= NF_INET_INGRESS ? hook : ZW_HOOKS;
}

/* Before which entry does one of this priority go? */
static size_t entry_place(const struct zw_hook_list *list, s32 priority,
			  u32 registered)
{
	size_t i;

	for (i = 0; i < list->entries.n; i++) {
		const struct zw_hook_entry *e = &list->entries.v[i];

		if (priority < e->priority ||
		    (priority == e->priority && registered >= e->registered))
			break;
	}
	return i;
}

static void add_entry(struct zw_arena *arena, struct zw_hook_list *list,
		      struct zw_hook_entry entry)
{
	size_t i = entry_place(list, entry.priority, entry.registered);

	zw_push(arena, list->entries, entry);
	memmove(list->entries.v + i + 1, list->entries.v + i,
		(list->entries.n - 1 - i) * sizeof(entry));
	list->entries.v[i] = entry;
}

static void add_nat(struct zw_arena *arena, struct zw_interpreter *in,
		    struct zw_hook_list *list, u32 number)
{
	const struct zw_chain *chains = in->ruleset->chains.v;
	const struct zw_chain *chain = &chains[number];
	size_t i;

	for (i = 0; i < list->nat.n; i++) {
		const struct zw_chain *other = &chains[list->nat.v[i]];

		if (chain->priority < other->priority ||
		    (chain->priority == other->priority &&
		     chain->registered >= other->registered))
			break;
	}
	zw_push(arena, list->nat, number);
	memmove(list->nat.v + i + 1, list->nat.v + i,
		(list->nat.n - 1 - i) * sizeof(*list->nat.v));
	list->nat.v[i] = number;
}

/* The nat hook is at all its hooks once any nat chain of the family is. */
static void add_nat_hooks(struct zw_arena *arena, struct zw_interpreter *in,
			  bool v6, u32 registered)
{
	static const u32 hooks[] = { NF_INET_PRE_ROUTING, NF_INET_LOCAL_OUT,
				     NF_INET_LOCAL_IN, NF_INET_POST_ROUTING };
	size_t i;

	if (in->nat[v6])
		return;
	in->nat[v6] = true;
	for (i = 0; i < 4; i++)
		add_entry(arena, &in->hooks[v6][hooks[i]],
			  (struct zw_hook_entry){
				  .chain = ZW_NONE,
				  .priority = i < 2 ? ZW_PRIORITY_NAT_DST
						    : ZW_PRIORITY_NAT_SRC,
				  .registered = registered,
			  });
}

static void add_chain(struct zw_arena *arena, struct zw_interpreter *in,
		      u32 number)
{
	const struct zw_chain *chain = &in->ruleset->chains.v[number];
	u32 family = in->ruleset->tables.v[chain->table].family;
	u32 place = hook_place(family, chain->hook);
	int v6;

	if (place == ZW_HOOKS)
		return;
	for (v6 = 0; v6 < 2; v6++) {
		struct zw_hook_list *list = &in->hooks[v6][place];

		if (!sees(family, v6) && family != NFPROTO_NETDEV)
			continue;
		if (chain->type == ZW_CHAIN_NAT) {
			add_nat_hooks(arena, in, v6, chain->registered);
			add_nat(arena, in, list, number);
			continue;
		}
		add_entry(arena, list,
			  (struct zw_hook_entry){
				  .chain = number,
				  .priority = chain->priority,
				  .registered = chain->registered,
			  });
	}
}

struct zw_interpreter *zw_interpreter_new(struct zw_arena *arena,
					  const struct zw_ruleset *ruleset)
{
	struct zw_interpreter *in = ZW_NEW(arena, struct zw_interpreter);
	u32 i;

	in->ruleset = ruleset;
	in->boxes = ZW_NEW_ARRAY(arena, struct zw_box_index, ruleset->sets.n);
	for (i = 0; i < ruleset->sets.n; i++) {
		if (ruleset->sets.v[i].table != ZW_NONE &&
		    ruleset->sets.v[i].kind == ZW_SET_BOXES)
			zw_box_index_build(arena, &ruleset->sets.v[i],
					   &in->boxes[i]);
	}
	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *chain = &ruleset->chains.v[i];

		if (chain->table == ZW_NONE)
			continue;
		find_conntrack(in, chain);
		if (chain->base && !(ruleset->tables.v[chain->table].flags &
				     NFT_TABLE_F_DORMANT))
			add_chain(arena, in, i);
	}
	return in;
}

bool zw_interpreter_defragments(const struct zw_interpreter *interpreter,
				u8 family)
{
	return interpreter->conntrack[family == NFPROTO_IPV6] &&
	       !interpreter->ruleset->fragments;
}

/* ---- one hook ---- */

static bool on_device(const struct zw_chain *chain, const char *name)
{
	struct zw_str device = { name, strnlen(name, ZW_NAME_MAX) };
	size_t i;

	for (i = 0; i < chain->devices.n; i++) {
		const struct zw_device *d = &chain->devices.v[i];

		if (zw_str_eq(d->name, device) ||
		    (d->prefix && d->name.n <= device.n &&
		     !memcmp(d->name.p, device.p, d->name.n)))
			return true;
	}
	return false;
}

static bool runs_here(const struct zw_machine *m,
		      const struct zw_hook_entry *entry)
{
	if (entry->chain == ZW_NONE)
		return true;
	if (!zw_chain_runs(m->ruleset, &m->ruleset->chains.v[entry->chain]))
		return false;
	if (m->hook < NF_INET_NUMHOOKS)
		return true;
	return on_device(&m->ruleset->chains.v[entry->chain],
			 m->hook == ZW_EGRESS ? m->packet->out : m->packet->in);
}

/* What the kernel's own hooks do before an entry of this priority. False: the
 * packet waits to be put together. */
static bool own_hooks(struct zw_machine *m, s64 priority)
{
	if (m->hook != NF_INET_PRE_ROUTING && m->hook != NF_INET_LOCAL_OUT)
		return true;
	if (!m->in->conntrack[m->v6])
		return true;
	if (priority >= ZW_PRIORITY_DEFRAG && m->d.fragment && !m->untracked &&
	    !m->tracked && !m->ruleset->fragments) {
		if (zw_packet_join(m->packet) == ZW_JOIN_WAITS)
			return false;
		zw_packet_dissect(m->packet, &m->d);
	}
	if (priority >= ZW_PRIORITY_CONNTRACK && !m->tracked)
		zw_machine_track(m);
	return true;
}

static void end_here(struct zw_machine *m, s32 code)
{
	struct zw_run *run = m->run;

	run->hook = m->hook;
	run->chain = m->chain;
	run->position = m->position;
	switch (code) {
	case NF_STOLEN:
		run->verdict = ZW_RUN_STOLEN;
		break;
	case ZW_VERDICT_REJECT:
		run->verdict = ZW_RUN_REJECT;
		break;
	default:
		run->verdict = ZW_RUN_DROP;
	}
}

static void reassemble(struct zw_machine *m)
{
	m->run->verdict = ZW_RUN_REASSEMBLED;
	m->run->hook = m->hook;
	m->run->chain = ZW_NONE;
}

/* True if the packet goes on. */
static bool run_hook(struct zw_machine *m, u32 hook)
{
	const struct zw_hook_list *list = &m->in->hooks[m->v6][hook];
	size_t i;
	s32 code;

	m->hook = hook;
	m->has_in = hook != NF_INET_LOCAL_OUT && m->packet->in[0];
	m->has_out = hook != NF_INET_PRE_ROUTING && hook != NF_INET_LOCAL_IN &&
		     hook != NF_INET_INGRESS && m->packet->out[0];
	for (i = 0; i < list->entries.n; i++) {
		const struct zw_hook_entry *entry = &list->entries.v[i];

		if (!runs_here(m, entry))
			continue;
		if (!own_hooks(m, entry->priority)) {
			reassemble(m);
			return false;
		}
		code = entry->chain == ZW_NONE ? zw_run_nat(m, list)
					       : zw_run_chain(m, entry->chain);
		if (code != NF_ACCEPT) {
			end_here(m, code);
			return false;
		}
	}
	if (!own_hooks(m, INT32_MAX)) {
		reassemble(m);
		return false;
	}
	return true;
}

/* ---- the way ---- */

/* The IP stack drops it before prerouting (ip_rcv_core, ip6_rcv_core). */
static bool well_formed(struct zw_machine *m)
{
	if (m->d.family != NFPROTO_UNSPEC)
		return true;
	m->run->verdict = ZW_RUN_DROP;
	m->run->hook = NF_INET_PRE_ROUTING;
	m->run->chain = ZW_NONE;
	return false;
}

static bool enter(struct zw_machine *m)
{
	if (!run_hook(m, NF_INET_INGRESS))
		return false;
	zw_packet_dissect(m->packet, &m->d);
	return well_formed(m) && run_hook(m, NF_INET_PRE_ROUTING);
}

/* ip_forward and ip6_forward count the hop before the forward hook. */
static bool count_hop(struct zw_machine *m)
{
	u32 at = m->v6 ? 7 : 8;
	u8 left = m->packet->bytes[at];

	if (left <= 1) {
		m->run->verdict = ZW_RUN_DROP;
		m->run->hook = NF_INET_FORWARD;
		m->run->chain = ZW_NONE;
		return false;
	}
	left--;
	zw_packet_rewrite(m->packet, at, &left, 1);
	return true;
}

static bool leave(struct zw_machine *m)
{
	return run_hook(m, NF_INET_POST_ROUTING) && run_hook(m, ZW_EGRESS);
}

static bool follow(struct zw_machine *m)
{
	if (m->run->path == ZW_PATH_OUTPUT)
		return well_formed(m) && run_hook(m, NF_INET_LOCAL_OUT) &&
		       leave(m);
	if (!enter(m))
		return false;
	if (m->run->redirected && m->run->path == ZW_PATH_FORWARD) {
		m->run->path = ZW_PATH_INPUT;
		memset(m->packet->out, 0, sizeof(m->packet->out));
	}
	if (m->run->path == ZW_PATH_INPUT && !m->v6 && m->d.fragment) {
		m->hook = NF_INET_LOCAL_IN; /* ip_local_deliver */
		reassemble(m);
		return false;
	}
	if (m->run->path == ZW_PATH_INPUT)
		return run_hook(m, NF_INET_LOCAL_IN);
	return count_hop(m) && run_hook(m, NF_INET_FORWARD) && leave(m);
}

void zw_interpret(const struct zw_interpreter *interpreter,
		  const struct zw_packet *packet, enum zw_path path,
		  zw_choose *choose, void *context, struct zw_trace *trace,
		  struct zw_run *run)
{
	struct zw_machine m = {
		.in = interpreter,
		.ruleset = interpreter->ruleset,
		.run = run,
		.packet = &run->packet,
		.choose = choose,
		.context = context,
		.trace = trace && trace->arena ? trace : NULL,
		.met = trace ? trace->met : NULL,
		.v6 = packet->ethertype == ETH_P_IPV6,
	};

	memset(run, 0, offsetof(struct zw_run, packet));
	run->path = path;
	run->packet = *packet;
	run->n_choices = 0;
	run->unmodelled = false;
	run->unmodelled_reason = NULL;
	run->unmodelled_chain = ZW_NONE;
	run->unmodelled_position = 0;
	if (path == ZW_PATH_OUTPUT)
		memset(run->packet.in, 0, sizeof(run->packet.in));
	if (path == ZW_PATH_INPUT)
		memset(run->packet.out, 0, sizeof(run->packet.out));
	zw_packet_dissect(&run->packet, &m.d);
	if (follow(&m)) {
		run->verdict = ZW_RUN_ACCEPT;
		run->hook = m.hook;
		run->chain = m.chain;
		run->position = m.position;
	}
}

struct zw_met *zw_met_new(struct zw_arena *arena,
			  const struct zw_ruleset *ruleset)
{
	struct zw_met *met = ZW_NEW(arena, struct zw_met);
	size_t i;

	met->rules = ZW_NEW_ARRAY(arena, bool *, ruleset->chains.n);
	met->rows = ZW_NEW_ARRAY(arena, bool *, ruleset->sets.n);
	for (i = 0; i < ruleset->chains.n; i++)
		met->rules[i] = ZW_NEW_ARRAY(arena, bool,
					     ruleset->chains.v[i].rules.n);
	for (i = 0; i < ruleset->sets.n; i++)
		met->rows[i] = ZW_NEW_ARRAY(arena, bool,
					    ruleset->sets.v[i].elements.n);
	return met;
}

bool zw_choose_from_list(void *context, const struct zw_expr *expr,
			 struct zw_choice *choice)
{
	const struct zw_choice_list *list = context;
	size_t i;

	(void)expr;
	for (i = 0; i < list->n; i++) {
		const struct zw_choice *c = &list->v[i];

		if (c->chain == choice->chain &&
		    c->position == choice->position &&
		    c->expr == choice->expr) {
			*choice = *c;
			return true;
		}
	}
	return false;
}
