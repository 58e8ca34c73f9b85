/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat, masq and redir: what they bind, and the packet afterwards.
 *
 * Follows nft_nat.c, nft_masq.c, nft_redir.c and nf_nat_core.c
 * (nf_nat_setup_info, nf_nat_packet). A new destination is seen by all that
 * follows; a new source is told in the path's leaf, and what reads sources
 * behind that (see symbolic.c) does not know it. Which address of several is
 * taken, and that a port may be taken already, is not followed. */
#include <linux/netfilter/nf_nat.h>

#include "base/assert.h"
#include "verifier/entry.h"
#include "verifier/symbolic_rule.h"
#include "verifier/translation.h"
#include "verifier/xt.h"

/* Bits at SLOT as a number; false unless all are constants. */
static bool constant(const struct registers *regs, u32 slot, u32 bits,
		     u128 *value)
{
	u32 i;

	*value = 0;
	if (32 * slot + bits > 8 * ZW_REG_BYTES)
		return false;
	for (i = 0; i < bits; i++) {
		zw_bit b = regs->bits[32 * slot + i];

		if (b > ZW_BIT_1)
			return false;
		*value = *value << 1 | b;
	}
	return true;
}

static void read_extension(const struct scene *scene, const struct zw_xt *xt,
			   struct zw_target *t)
{
	*t = (struct zw_target){
		.has_address = xt->nat.has_address,
		.has_port = xt->nat.has_port,
		.lo = zw_ip_from_bytes(scene->family, xt->nat.lo),
		.hi = zw_ip_from_bytes(scene->family, xt->nat.hi),
		.port_lo = xt->nat.port_lo,
		.port_hi = xt->nat.port_hi,
		.flags = xt->nat.flags,
	};
}

static bool is_masquerade(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_MASQ ||
	       (expr->kind == ZW_EXPR_TARGET && expr->xt.means->nat.masquerade);
}

static bool is_redirect(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_REDIR ||
	       (expr->kind == ZW_EXPR_TARGET && expr->xt.means->nat.redirect);
}

static bool is_source(const struct scene *scene, const struct zw_expr *expr)
{
	if (expr->kind == ZW_EXPR_TARGET && expr->xt.means->nat.by_hook)
		return scene->hook != NF_INET_PRE_ROUTING &&
		       scene->hook != NF_INET_LOCAL_OUT;
	if (expr->kind == ZW_EXPR_TARGET)
		return !expr->xt.means->nat.destination;
	return expr->kind == ZW_EXPR_MASQ ||
	       (expr->kind == ZW_EXPR_NAT && expr->nat.type == NFT_NAT_SNAT);
}

/* What the expression asks for; false if it is not known. */
static bool read_target(const struct scene *scene, const struct zw_expr *expr,
			const struct registers *regs, struct zw_target *t)
{
	u32 bits = scene->family == ZW_IPV4 ? 32 : 128;
	u128 value;

	if (expr->kind == ZW_EXPR_TARGET) {
		read_extension(scene, expr->xt.means, t);
		return true;
	}
	*t = (struct zw_target){ .flags = expr->nat.flags };
	t->lo.family = t->hi.family = scene->family;
	if (expr->kind == ZW_EXPR_NAT &&
	    expr->nat.sreg_addr_min != ZW_REG_NONE) {
		t->has_address = true;
		if (!constant(regs, expr->nat.sreg_addr_min, bits,
			      &t->lo.value))
			return false;
		t->hi = t->lo;
		if (expr->nat.sreg_addr_max != ZW_REG_NONE &&
		    !constant(regs, expr->nat.sreg_addr_max, bits,
			      &t->hi.value))
			return false;
	}
	if (expr->nat.sreg_port_min == ZW_REG_NONE)
		return true;
	t->has_port = true;
	if (!constant(regs, expr->nat.sreg_port_min, 16, &value))
		return false;
	t->port_lo = t->port_hi = (u16)value;
	if (expr->nat.sreg_port_max != ZW_REG_NONE &&
	    !constant(regs, expr->nat.sreg_port_max, 16, &value))
		return false;
	if (expr->nat.sreg_port_max != ZW_REG_NONE)
		t->port_hi = (u16)value;
	return true;
}

/* A field that from now on is anything. */
static void set_unknown(struct zw_space *space, u32 field, u32 words,
			struct zw_rewrite *v, size_t *n)
{
	u32 w, i;

	for (w = 0; w < words; w++) {
		const struct zw_field_info *info = &space->fields.v[field + w];

		for (i = 0; i < info->slice_count; i++) {
			u32 variable = info->slices[i].variable;
			u32 any = zw_space_fresh_up_to(
				space, zw_variable_max(space->d, variable));

			ZW_ASSERT(*n < ZW_ENTRY_REWRITES);
			v[(*n)++] = (struct zw_rewrite){ variable, true, any };
		}
	}
}

static void set_address(struct zw_space *space, u32 field,
			const struct zw_target *t, struct zw_rewrite *v,
			size_t *n)
{
	u32 words = t->lo.family == ZW_IPV4 ? 1 : 4, w;

	if (t->lo.value != t->hi.value) {
		set_unknown(space, field, words, v, n);
		return;
	}
	for (w = 0; w < words; w++)
		zw_entry_set(space, field + w,
			     (u32)(t->lo.value >> (32 * (words - 1 - w))), v,
			     n);
}

static zw_node accept_with(struct scene *scene, struct zw_rewrite *v, size_t n)
{
	struct zw_symbolic *s = scene->s;

	zw_sort_rewrites(v, n);
	scene->kinds |= KIND(ACCEPTS) | CHANGED;
	return zw_leaf(s->space->d,
		       zw_outcome_leaf(s->outcomes, ACCEPTS,
				       zw_change_new(s->outcomes, v, n), 0));
}

/* ---- destinations -------------------------------------------------------- */

struct sending {
	struct scene *scene;
	const struct zw_target *target;
	bool known; /* the target is */
	bool port;  /* the packet has one to be rewritten */
	u32 number;
};

static zw_node send(const struct sending *to, bool changes)
{
	struct zw_space *space = to->scene->s->space;
	const struct zw_target *t = to->target;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	u32 words = to->scene->family == ZW_IPV4 ? 1 : 4;
	size_t n = 0;

	zw_entry_set(space, ZW_FIELD_NEW_DST, to->number, v, &n);
	if (changes)
		v[n++] = (struct zw_rewrite){ zw_field_variable(
						      space, ZW_FIELD_CT_STATUS,
						      ZW_STATUS_BIT_DNAT),
					      false, 1 };
	if (!to->known || (t->has_address && t->lo.value != t->hi.value)) {
		set_unknown(space, ZW_FIELD_DST, words, v, &n);
		set_unknown(space, ZW_FIELD_REPLY_SRC, words, v, &n);
	} else if (t->has_address) {
		set_address(space, ZW_FIELD_DST, t, v, &n);
		set_address(space, ZW_FIELD_REPLY_SRC, t, v, &n);
	}
	if (to->port &&
	    (!to->known || (t->has_port && t->port_lo != t->port_hi))) {
		set_unknown(space, ZW_FIELD_DPORT, 1, v, &n);
		set_unknown(space, ZW_FIELD_REPLY_SPORT, 1, v, &n);
	} else if (to->port && t->has_port) {
		zw_entry_set(space, ZW_FIELD_DPORT, t->port_lo, v, &n);
		zw_entry_set(space, ZW_FIELD_REPLY_SPORT, t->port_lo, v, &n);
	}
	return accept_with(to->scene, v, n);
}

/* Packets that have the new destination already: no translation. */
static zw_node there_already(const struct sending *to)
{
	struct zw_space *space = to->scene->s->space;
	const struct zw_target *t = to->target;
	zw_node out = ZW_ALL;

	if (!to->known || t->lo.value != t->hi.value ||
	    (to->port && t->port_lo != t->port_hi))
		return ZW_EMPTY;
	if (t->has_address)
		out = zw_space_addresses(space, ZW_FIELD_DST, t->lo.family,
					 zw_intervals_one(space->arena,
							  t->lo.value,
							  t->lo.value));
	if (to->port && t->has_port)
		out = zw_and(space->d, out,
			     zw_space_is(space, ZW_FIELD_DPORT, t->port_lo));
	return out;
}

static zw_node destination(struct zw_rule_run *run, const struct zw_expr *expr,
			   struct zw_target *t, bool known)
{
	struct scene *scene = run->scene;
	struct zw_space *space = scene->s->space;
	struct sending to = { .scene = scene, .target = t, .known = known };
	zw_node out[2];
	u32 i;

	to.number = known ? zw_translation_to(space, t)
			  : zw_translation_unknown(
				    space, "sent to what varies",
				    (u32)scene->s->outcomes->changes.n);
	if (is_redirect(expr) && scene->hook == NF_INET_LOCAL_OUT) {
		t->has_address = true;
		t->lo.value = t->hi.value =
			scene->family == ZW_IPV4 ? 0x7f000001 : 1;
	} else if (is_redirect(expr)) {
		/* to an address of the gateway: it is not forwarded */
		if (scene->path == ZW_PATH_FORWARD)
			return zw_run_leaf(run, DROPS);
		t->has_address = true;
		t->lo.value = 0;
		t->hi.value = 1;
	}
	for (i = 0; i < 2; i++) {
		to.port = i;
		out[i] = zw_if(space->d, there_already(&to), send(&to, false),
			       send(&to, true));
	}
	return zw_if(space->d, zw_entry_ports(space), out[1], out[0]);
}

/* ---- sources ------------------------------------------------------------- */

static zw_node source(struct zw_rule_run *run, const struct zw_expr *expr,
		      const struct zw_target *t, bool known)
{
	struct zw_space *space = run->scene->s->space;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	size_t n = 0;
	u32 number;

	if (!known)
		number = zw_translation_unknown(
			space, "as from what varies",
			(u32)run->scene->s->outcomes->changes.n);
	else if (is_masquerade(expr))
		number = zw_translation_masquerade(space, t);
	else
		number = zw_translation_from(space, t);
	zw_entry_set(space, ZW_FIELD_NEW_SRC, number, v, &n);
	return accept_with(run->scene, v, n);
}

zw_node zw_run_translation(struct zw_rule_run *run,
			   const struct registers *regs, u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	u32 family =
		run->scene->family == ZW_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	struct zw_target target;
	bool known;

	if (expr->kind == ZW_EXPR_NAT && expr->nat.family != NFPROTO_INET &&
	    expr->nat.family != family)
		return zw_run_go(run, i + 1, regs);
	known = read_target(run->scene, expr, regs, &target);
	/* of whole ranges: to an address that hangs on the packet's */
	if (known &&
	    target.flags & (NF_NAT_RANGE_NETMAP | NF_NAT_RANGE_PROTO_OFFSET))
		known = false;
	if (is_source(run->scene, expr))
		return source(run, expr, &target, known);
	return destination(run, expr, &target, known);
}
