/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a description to bytes, and from a run to what a reader wants of it.
 * Limits count as not reached and other unknowns as letting the packet go on,
 * at noon of a Monday; each that the packet met is listed. */
#include "verifier/probe.h"

#include "verifier/field.h"

static bool is_icmp(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* Of an established connection that nothing translated: the other direction's
 * tuple is the packet's mirror image. */
static void set_entry(const struct zw_probe *probe, struct zw_packet *packet)
{
	struct zw_conntrack *ct = &packet->ct;
	struct zw_tuple *other;

	ct->state = probe->state;
	if (probe->state != ZW_CT_ESTABLISHED)
		return;
	ct->direction = probe->reply ? ZW_CT_REPLY : ZW_CT_ORIGINAL;
	ct->status =
		ZW_STATUS_CONFIRMED | ZW_STATUS_SEEN_REPLY | ZW_STATUS_ASSURED;
	other = &ct->tuple[!ct->direction];
	zw_ip_bytes(probe->dst, other->src);
	zw_ip_bytes(probe->src, other->dst);
	other->sport = probe->key;
	other->dport = probe->sport;
	other->proto = probe->proto;
	other->known = true;
}

void zw_probe_packet(const struct zw_probe *probe, struct zw_packet *packet)
{
	bool icmp = is_icmp(probe->proto);
	u8 flags = probe->state == ZW_CT_NEW ? 2 : 16;

	memset(packet, 0, sizeof(*packet));
	zw_packet_build(packet, probe->src, probe->dst, probe->proto,
			icmp ? probe->key >> 8 : probe->sport,
			icmp ? probe->key & 255 : probe->key, flags);
	if (probe->path != ZW_PATH_OUTPUT) {
		memcpy(packet->in, probe->in, ZW_NAME_MAX);
		packet->link_len = 14;
		packet->link[12] = (u8)(packet->ethertype >> 8);
		packet->link[13] = (u8)packet->ethertype;
	}
	if (probe->path != ZW_PATH_INPUT)
		memcpy(packet->out, probe->out, ZW_NAME_MAX);
	packet->in_ipsec = probe->in_ipsec;
	packet->out_ipsec = probe->out_ipsec;
	packet->in_reqid = probe->in_reqid;
	packet->out_reqid = probe->out_reqid;
	packet->has_time = true;
	packet->free_content = true;
	packet->day = 1;
	packet->second = 12 * 3600;
	set_entry(probe, packet);
}

static void read_addresses(const struct zw_packet *packet,
			   struct zw_probe_result *r)
{
	struct zw_dissection d;
	const u8 *bytes = packet->bytes;

	zw_packet_dissect(packet, &d);
	if (d.family == NFPROTO_IPV4) {
		r->new_src = zw_ip_from_bytes(ZW_IPV4, bytes + 12);
		r->new_dst = zw_ip_from_bytes(ZW_IPV4, bytes + 16);
	} else {
		r->new_src = zw_ip_from_bytes(ZW_IPV6, bytes + 8);
		r->new_dst = zw_ip_from_bytes(ZW_IPV6, bytes + 24);
	}
	if (!d.has_transport || is_icmp(d.l4proto) || d.thoff + 4 > packet->n)
		return;
	r->new_sport = (u16)(bytes[d.thoff] << 8 | bytes[d.thoff + 1]);
	r->new_dport = (u16)(bytes[d.thoff + 2] << 8 | bytes[d.thoff + 3]);
}

static bool is_limit(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_LIMIT || expr->kind == ZW_EXPR_DYNSET ||
	       expr->kind == ZW_EXPR_CONNLIMIT || expr->kind == ZW_EXPR_QUOTA;
}

static void say_choices(struct zw_arena *arena,
			const struct zw_ruleset *ruleset,
			struct zw_probe_result *r)
{
	u32 i;

	for (i = 0; i < r->run.n_choices && i < ZW_RUN_CHOICES; i++) {
		const struct zw_choice *c = &r->run.choices[i];
		const struct zw_chain *chain = &ruleset->chains.v[c->chain];
		const struct zw_rule *rule = chain->rules.v[c->position - 1];
		const struct zw_expr *expr = &rule->exprs[c->expr];
		struct zw_str name = zw_expr_name(expr);

		if (expr->kind == ZW_EXPR_NAT || expr->kind == ZW_EXPR_MASQ ||
		    expr->kind == ZW_EXPR_REDIR)
			continue;
		zw_push(arena, r->assumptions,
			zw_strf(arena, "'%.*s' in rule %u of chain '%.*s' %s",
				ZW_STR_ARG(name), c->position,
				ZW_STR_ARG(chain->name),
				is_limit(expr)
					? "lets it go on (no limit is reached)"
					: "lets it go on"));
	}
	if (r->run.unmodelled)
		zw_push(arena, r->assumptions,
			zw_strf(arena,
				"rule %u of chain '%.*s' is taken to let it go on: %s",
				r->run.unmodelled_position,
				ZW_STR_ARG(ruleset->chains
						   .v[r->run.unmodelled_chain]
						   .name),
				r->run.unmodelled_reason));
}

void zw_probe_run(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		  const struct zw_interpreter *interpreter,
		  const struct zw_probe *probe, struct zw_probe_result *r)
{
	struct zw_packet *packet = ZW_NEW(arena, struct zw_packet);
	struct zw_trace trace = { .arena = arena };
	size_t i;

	memset(r, 0, sizeof(*r));
	zw_probe_packet(probe, packet);
	zw_interpret(interpreter, packet, probe->path, NULL, NULL, &trace,
		     &r->run);
	for (i = 0; i < trace.steps.n; i++)
		zw_push(arena, r->path, trace.steps.v[i]);
	read_addresses(&r->run.packet, r);
	say_choices(arena, ruleset, r);
}
