/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One base chain: rules in order, jumps and returns, and every expression that
 * needs no more than registers.
 *
 * Follows nft_do_chain (nf_tables_core.c): an expression that leaves anything
 * but CONTINUE in the verdict register ends its rule; BREAK goes on with the
 * next rule; what was done before stays done. jump remembers the next rule,
 * goto does not; at the end of a chain, and at return, the last remembered rule
 * goes on, or the base chain's policy decides. Registers live as long as the
 * base chain runs. */
#include <string.h>

#include "verifier/interpret_internal.h"

#define STACK 16      /* NFT_JUMP_STACK_SIZE */
#define STEPS 4000000 /* rules; more is a loop that no kernel loads */

void zw_machine_break(struct zw_machine *m)
{
	m->verdict = (struct zw_ruling){ NFT_BREAK, ZW_NONE };
}

void zw_machine_store(struct zw_machine *m, u8 slot, const void *bytes, u32 len)
{
	u8 *reg = zw_machine_reg(m, slot);

	if (reg + len > m->regs + ZW_REG_BYTES)
		return;
	if (len % 4)
		memset(reg + (len & ~3u), 0, 4);
	memcpy(reg, bytes, len);
}

void zw_machine_unmodelled(struct zw_machine *m, const char *reason)
{
	struct zw_run *run = m->run;

	if (run->unmodelled)
		return;
	run->unmodelled = true;
	run->unmodelled_chain = m->chain;
	run->unmodelled_position = m->position;
	run->unmodelled_reason = reason;
}

struct zw_choice zw_machine_ask(struct zw_machine *m,
				const struct zw_expr *expr, bool holds,
				const char *reason)
{
	struct zw_choice choice = { .chain = m->chain,
				    .position = m->position,
				    .expr = m->expr,
				    .holds = holds };
	struct zw_run *run = m->run;

	if (m->choose)
		m->choose(m->context, expr, &choice);
	if (run->n_choices < ZW_RUN_CHOICES)
		run->choices[run->n_choices] = choice;
	run->n_choices++;
	if (reason)
		zw_machine_unmodelled(m, reason);
	return choice;
}

void zw_machine_ask_load(struct zw_machine *m, const struct zw_expr *expr,
			 u8 dreg, u32 len, const char *reason)
{
	struct zw_choice choice = zw_machine_ask(m, expr, true, reason);
	u8 bytes[ZW_REG_BYTES] = { 0 };

	if (!choice.holds) {
		zw_machine_break(m);
		return;
	}
	memcpy(bytes, choice.value, sizeof(choice.value));
	zw_machine_store(m, dreg, bytes, len ? len : 4);
}

/* ---- on registers alone ---- */

static void eval_cmp(struct zw_machine *m, const struct zw_expr *expr)
{
	int d = memcmp(zw_machine_reg(m, expr->cmp.sreg), expr->cmp.value.bytes,
		       expr->cmp.value.len);
	bool holds = false;

	switch (expr->cmp.op) {
	case NFT_CMP_EQ:
		holds = d == 0;
		break;
	case NFT_CMP_NEQ:
		holds = d != 0;
		break;
	case NFT_CMP_LT:
		holds = d < 0;
		break;
	case NFT_CMP_LTE:
		holds = d <= 0;
		break;
	case NFT_CMP_GT:
		holds = d > 0;
		break;
	case NFT_CMP_GTE:
		holds = d >= 0;
		break;
	}
	if (!holds)
		zw_machine_break(m);
}

static void eval_range(struct zw_machine *m, const struct zw_expr *expr)
{
	const u8 *reg = zw_machine_reg(m, expr->range.sreg);
	bool inside =
		memcmp(reg, expr->range.from.bytes, expr->range.from.len) >=
			0 &&
		memcmp(reg, expr->range.to.bytes, expr->range.to.len) <= 0;

	if (inside != (expr->range.op == NFT_RANGE_EQ))
		zw_machine_break(m);
}

static u32 word(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put_word(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

static u32 two_registers(u32 a, u32 b, u8 op)
{
	switch (op) {
	case ZW_BITWISE_AND:
		return a & b;
	case ZW_BITWISE_OR:
		return a | b;
	default:
		return a ^ b;
	}
}

static void eval_shift(u8 *dst, const u8 *src, u32 words,
		       const struct zw_expr *expr)
{
	u32 shift = expr->bitwise.shift, carry = 0, i, v;
	bool left = expr->bitwise.op == NFT_BITWISE_LSHIFT;

	for (i = 0; i < words; i++) {
		u32 at = 4 * (left ? words - 1 - i : i);

		v = word(src + at);
		put_word(dst + at, (left ? v << shift : v >> shift) | carry);
		carry = !shift ? 0
			: left ? v >> (32 - shift)
			       : v << (32 - shift);
	}
}

static void eval_bitwise(struct zw_machine *m, const struct zw_expr *expr)
{
	u32 words = (expr->bitwise.len + 3u) / 4, i;
	const u8 *src = zw_machine_reg(m, expr->bitwise.sreg);
	const u8 *src2 = zw_machine_reg(m, expr->bitwise.sreg2);
	u8 *dst = zw_machine_reg(m, expr->bitwise.dreg);

	if (expr->bitwise.op == NFT_BITWISE_LSHIFT ||
	    expr->bitwise.op == NFT_BITWISE_RSHIFT) {
		eval_shift(dst, src, words, expr);
		return;
	}
	for (i = 0; i < 4 * words; i += 4) {
		if (expr->bitwise.op == NFT_BITWISE_BOOL)
			put_word(dst + i, (word(src + i) &
					   word(expr->bitwise.mask + i)) ^
						  word(expr->bitwise.xor +i));
		else
			put_word(dst + i,
				 two_registers(word(src + i), word(src2 + i),
					       expr->bitwise.op));
	}
}

/* Both directions swap alike on a little-endian machine and do nothing on a
 * big-endian one. What is left of LEN behind whole values stays. */
static void eval_byteorder(struct zw_machine *m, const struct zw_expr *expr)
{
	const u16 probe = 1;
	bool little = *(const u8 *)&probe;
	u32 size = expr->byteorder.size, at, i;
	u8 copy[ZW_REG_BYTES];
	u8 *dst = zw_machine_reg(m, expr->byteorder.dreg);

	memcpy(copy, zw_machine_reg(m, expr->byteorder.sreg),
	       expr->byteorder.len);
	for (at = 0; at + size <= expr->byteorder.len; at += size) {
		for (i = 0; i < size; i++)
			dst[at + i] = copy[at + (little ? size - 1 - i : i)];
	}
	/* older kernels walk 2-byte values in 4-byte steps */
	if (size == 2 && expr->byteorder.len >= 4)
		zw_machine_ask(m, expr, true, "a byteorder of several shorts");
}

static void eval_immediate(struct zw_machine *m, const struct zw_expr *expr)
{
	if (expr->immediate.dreg == ZW_REG_VERDICT)
		m->verdict = expr->immediate.ruling;
	else
		zw_machine_store(m, expr->immediate.dreg,
				 expr->immediate.value.bytes,
				 expr->immediate.value.len);
}

/* ---- what more than the packet decides ---- */

static void eval_either(struct zw_machine *m, const struct zw_expr *expr,
			const char *reason)
{
	if (!zw_machine_ask(m, expr, true, reason).holds)
		zw_machine_break(m);
}

static void eval_modulo(struct zw_machine *m, const struct zw_expr *expr,
			u8 dreg, u32 modulus, u32 offset)
{
	struct zw_choice choice = zw_machine_ask(m, expr, true, NULL);
	u32 value = word(choice.value);

	if (value - offset >= modulus)
		value = offset;
	zw_machine_store(m, dreg, &value, 4);
}

static void eval_rt(struct zw_machine *m, const struct zw_expr *expr)
{
	u8 one = m->packet->out_ipsec;

	if (m->hook == NF_INET_PRE_ROUTING || m->hook >= NF_INET_NUMHOOKS)
		zw_machine_break(m); /* no route yet */
	else if (expr->special.key == NFT_RT_XFRM)
		zw_machine_store(m, expr->special.dreg, &one, 1);
	else if (expr->special.key == NFT_RT_TCPMSS)
		zw_machine_ask_load(m, expr, expr->special.dreg, 2, NULL);
	else
		zw_machine_ask_load(m, expr, expr->special.dreg,
				    expr->special.key == NFT_RT_NEXTHOP6 ? 16
				    : expr->special.key == NFT_RT_TCPMSS ? 2
									 : 4,
				    "a property of the route");
}

/* nft_xfrm_get_eval_in, _out */
static void eval_xfrm(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_packet *p = m->packet;
	bool out = expr->special.direction;

	/* the kernel refuses it where there is no route yet */
	if (out &&
	    (m->hook == NF_INET_PRE_ROUTING || m->hook >= NF_INET_NUMHOOKS))
		zw_machine_ask_load(m, expr, expr->special.dreg, 4,
				    "an association before the route");
	else if (!(out ? p->out_ipsec : p->in_ipsec))
		zw_machine_break(m);
	else if (expr->special.key == NFT_XFRM_KEY_REQID &&
		 !expr->special.number)
		zw_machine_store(m, expr->special.dreg,
				 out ? &p->out_reqid : &p->in_reqid, 4);
	else
		zw_machine_ask_load(m, expr, expr->special.dreg, 4,
				    "a property of an IPsec association");
}

static void eval_queue(struct zw_machine *m, const struct zw_expr *expr)
{
	bool back = zw_machine_ask(m, expr, true, NULL).holds;

	m->verdict = (struct zw_ruling){ back ? NF_ACCEPT : NF_DROP, ZW_NONE };
}

static void eval_synproxy(struct zw_machine *m, const struct zw_expr *expr)
{
	if (zw_machine_ask(m, expr, true, "synproxy").holds)
		m->verdict = (struct zw_ruling){ NF_STOLEN, ZW_NONE };
	else
		zw_machine_break(m);
}

static void eval_reject(struct zw_machine *m, const struct zw_expr *expr)
{
	m->run->reject_type = expr->reject.type;
	m->run->reject_code = expr->reject.code;
	m->verdict = (struct zw_ruling){ ZW_VERDICT_REJECT, ZW_NONE };
}

/* nft_notrack_eval: only where there is no entry yet. */
static void eval_notrack(struct zw_machine *m)
{
	if (!zw_machine_has_entry(m))
		m->untracked = true;
}

static void eval_special(struct zw_machine *m, const struct zw_expr *expr);

static void eval(struct zw_machine *m, const struct zw_expr *expr)
{
	if (expr->doubt) {
		eval_either(m, expr, expr->doubt);
		return;
	}
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
		eval_immediate(m, expr);
		break;
	case ZW_EXPR_CMP:
		eval_cmp(m, expr);
		break;
	case ZW_EXPR_RANGE:
		eval_range(m, expr);
		break;
	case ZW_EXPR_BITWISE:
		eval_bitwise(m, expr);
		break;
	case ZW_EXPR_BYTEORDER:
		eval_byteorder(m, expr);
		break;
	case ZW_EXPR_PAYLOAD:
		zw_eval_payload(m, expr);
		break;
	case ZW_EXPR_PAYLOAD_SET:
		zw_eval_payload_set(m, expr);
		break;
	case ZW_EXPR_META:
		zw_eval_meta(m, expr);
		break;
	case ZW_EXPR_META_SET:
		zw_eval_meta_set(m, expr);
		break;
	case ZW_EXPR_CT:
		zw_eval_ct(m, expr);
		break;
	case ZW_EXPR_CT_SET:
		zw_eval_ct_set(m, expr);
		break;
	case ZW_EXPR_LOOKUP:
		zw_eval_lookup(m, expr);
		break;
	case ZW_EXPR_EXTHDR:
		zw_eval_exthdr(m, expr);
		break;
	case ZW_EXPR_COUNTER:
	case ZW_EXPR_LOG:
	case ZW_EXPR_LAST:
		break;
	case ZW_EXPR_REJECT:
		eval_reject(m, expr);
		break;
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
		zw_eval_nat(m, expr);
		break;
	case ZW_EXPR_NOTRACK:
		eval_notrack(m);
		break;
	case ZW_EXPR_MATCH:
		zw_eval_match(m, expr);
		break;
	case ZW_EXPR_TARGET:
		zw_eval_target(m, expr);
		break;
	default:
		eval_special(m, expr);
	}
}

/* nft_exthdr_tcp_set_eval: breaks where there is no such option. The size is
 * not what any test of ours reads again, so the packet stays. */
static void eval_option_set(struct zw_machine *m, const struct zw_expr *expr)
{
	bool last = m->expr + 1 == m->rule->n_exprs;

	if (expr->exthdr.op != NFT_EXTHDR_OP_TCPOPT || !last)
		eval_either(m, expr, "a header that is written");
}

static void eval_special(struct zw_machine *m, const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_DYNSET:
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
		eval_either(m, expr, NULL);
		break;
	case ZW_EXPR_NUMGEN:
		eval_modulo(m, expr, expr->numgen.dreg, expr->numgen.modulus,
			    expr->numgen.offset);
		break;
	case ZW_EXPR_HASH:
		eval_modulo(m, expr, expr->hash.dreg, expr->hash.modulus,
			    expr->hash.offset);
		break;
	case ZW_EXPR_FIB:
		zw_machine_ask_load(
			m, expr, expr->fib.dreg,
			expr->fib.result == NFT_FIB_RESULT_OIFNAME ? 16 : 4,
			"fib");
		break;
	case ZW_EXPR_RT:
		eval_rt(m, expr);
		break;
	case ZW_EXPR_SOCKET:
	case ZW_EXPR_OSF:
	case ZW_EXPR_TUNNEL:
		zw_machine_ask_load(m, expr, expr->special.dreg, 4,
				    "socket, osf or tunnel");
		break;
	case ZW_EXPR_XFRM:
		eval_xfrm(m, expr);
		break;
	case ZW_EXPR_QUEUE:
		eval_queue(m, expr);
		break;
	case ZW_EXPR_DUP:
		m->run->copied = true;
		break;
	case ZW_EXPR_FWD:
		m->verdict = (struct zw_ruling){ NF_STOLEN, ZW_NONE };
		break;
	case ZW_EXPR_SYNPROXY:
		eval_synproxy(m, expr);
		break;
	case ZW_EXPR_EXTHDR_SET:
		eval_option_set(m, expr);
		break;
	case ZW_EXPR_FLOW_OFFLOAD:
		m->run->offloaded = zw_machine_ask(m, expr, true, NULL).holds;
		if (!m->run->offloaded)
			zw_machine_break(m);
		break;
	case ZW_EXPR_OBJREF:
		zw_eval_object(m, expr, expr->objref.object);
		break;
	case ZW_EXPR_OBJMAP:
		zw_eval_objmap(m, expr);
		break;
	default: /* unknown, inner, tproxy, exthdr set, xt */
		eval_either(m, expr, "an expression that is not modelled");
	}
}

void zw_eval_object(struct zw_machine *m, const struct zw_expr *expr,
		    u32 object)
{
	const struct zw_object *o = &m->ruleset->objects.v[object];

	switch (o->expr.kind) {
	case ZW_EXPR_COUNTER:
		break;
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_CONNLIMIT:
		eval_either(m, expr, o->expr.doubt);
		break;
	case ZW_EXPR_SYNPROXY:
		eval_synproxy(m, expr);
		break;
	default:
		if (o->type == NFT_OBJECT_CT_HELPER ||
		    o->type == NFT_OBJECT_SECMARK)
			break; /* nothing about this packet */
		eval_either(m, expr, "an object that is not modelled");
	}
}

/* ---- the trace ---- */

static struct zw_str say(struct zw_machine *m, const char *text)
{
	return zw_strf(m->trace->arena, "%s", text);
}

static struct zw_str verdict_text(struct zw_machine *m,
				  const struct zw_ruling *ruling)
{
	const char *verb;

	switch (ruling->code) {
	case NFT_CONTINUE:
		return say(m, "continue");
	case NFT_RETURN:
		return say(m, "return");
	case NF_ACCEPT:
		return say(m, "accept");
	case NF_DROP:
		return say(m, "drop");
	case NF_STOLEN:
		return say(m, "stolen");
	case ZW_VERDICT_REJECT:
		return say(m, "reject");
	case NFT_JUMP:
	case NFT_GOTO:
		verb = ruling->code == NFT_JUMP ? "jump" : "goto";
		return zw_strf(
			m->trace->arena, "%s %.*s", verb,
			ZW_STR_ARG(m->ruleset->chains.v[ruling->chain].name));
	default:
		return zw_strf(m->trace->arena, "verdict %d", ruling->code);
	}
}

static void trace(struct zw_machine *m, const struct zw_rule *rule,
		  struct zw_str what)
{
	const struct zw_chain *chain = &m->ruleset->chains.v[m->chain];
	const struct zw_table *table = &m->ruleset->tables.v[chain->table];
	struct zw_step step = {
		.hook = zw_str_from(
			m->hook == ZW_EGRESS
				? "egress"
				: zw_hook_name(NFPROTO_INET, m->hook)),
		.chain = chain->name,
		.position = m->position,
		.what = what,
	};

	if (chain->era == ZW_ERA_FORMER)
		step.chain = zw_strf(m->trace->arena, "%.*s (as it was)",
				     ZW_STR_ARG(chain->name));
	step.table = zw_strf(m->trace->arena, "%s %.*s",
			     zw_table_family_name(table->family),
			     ZW_STR_ARG(table->name));
	if (rule) {
		step.handle = rule->handle;
		step.comment = rule->comment;
	}
	zw_push(m->trace->arena, m->trace->steps, step);
}

/* ---- the chain ---- */

static void run_rule(struct zw_machine *m, const struct zw_rule *rule)
{
	u32 i;

	m->verdict = (struct zw_ruling){ NFT_CONTINUE, ZW_NONE };
	m->rule = rule;
	m->run->rules++;
	for (i = 0; i < rule->n_exprs; i++) {
		m->expr = i;
		m->run->exprs++;
		eval(m, &rule->exprs[i]);
		if (m->verdict.code != NFT_CONTINUE)
			return;
	}
}

struct frame {
	u32 chain;
	u32 next; /* index of the rule that goes on */
};

static s32 policy(struct zw_machine *m, u32 base)
{
	bool drop = m->ruleset->chains.v[base].policy_drop;

	m->chain = base;
	m->position = 0;
	if (m->trace)
		trace(m, NULL, say(m, drop ? "policy drop" : "policy accept"));
	return drop ? NF_DROP : NF_ACCEPT;
}

static s32 run_from(struct zw_machine *m, u32 base)
{
	struct frame stack[STACK], at = { base, 0 };
	u32 depth = 0;

	for (;;) {
		const struct zw_chain *chain = &m->ruleset->chains.v[at.chain];
		const struct zw_rule *rule;

		if (at.next == chain->rules.n) {
			if (!depth)
				return policy(m, base);
			at = stack[--depth];
			continue;
		}
		rule = chain->rules.v[at.next++];
		m->chain = at.chain;
		m->position = at.next;
		if (++m->steps > STEPS || chain->doubt)
			zw_machine_unmodelled(m, chain->doubt ? chain->doubt : "a loop");
		if (m->steps > STEPS)
			return NF_DROP;
		run_rule(m, rule);
		if (m->verdict.code == NFT_BREAK)
			continue;
		if (m->met)
			m->met->rules[at.chain][at.next - 1] = true;
		if (m->trace)
			trace(m, rule, verdict_text(m, &m->verdict));
		switch (m->verdict.code) {
		case NFT_CONTINUE:
			break;
		case NFT_JUMP:
			if (depth == STACK) {
				zw_machine_unmodelled(m, "jumps nested too deeply");
				return NF_DROP;
			}
			stack[depth++] = at;
			at = (struct frame){ m->verdict.chain, 0 };
			break;
		case NFT_GOTO:
			at = (struct frame){ m->verdict.chain, 0 };
			break;
		case NFT_RETURN:
			at.next = (u32)chain->rules.n;
			break;
		default:
			return m->verdict.code;
		}
	}
}

s32 zw_run_chain(struct zw_machine *m, u32 number)
{
	const struct zw_chain *chain = &m->ruleset->chains.v[number];

	m->table_family = m->ruleset->tables.v[chain->table].family;
	memset(m->regs, 0, sizeof(m->regs));
	if (chain->era == ZW_ERA_FORMER && m->renewed_count)
		zw_machine_unmodelled(m, "rules would be met that are no more");
	if (chain->era == ZW_ERA_NEW)
		m->new_rules = true;
	return run_from(m, number);
}
