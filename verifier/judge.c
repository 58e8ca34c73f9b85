/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet a question, run for every pair of interfaces that it may be about.
 *
 * First as a new one that has no entry: the nat chains are asked, and what they
 * make of its destination has to be where the connection goes; a connection
 * that is led elsewhere than a new one would be is not one that may begin. What
 * was refused then is sent once more as a packet that is new but whose entry is
 * confirmed, with the binding just made: rules with limits and times let such
 * packets pass (docs/TRANSLATION.md), so that a connection does not end because
 * it could not begin at this hour. Rules of others know no such difference;
 * their limits, times and numbers are tried both ways, as long as there are
 * few.
 *
 * An expected connection comes with the state related, not new. */
#include "verifier/judge.h"

#include <string.h>

#include "verifier/interpret.h"

/* Approximated expressions on one way that are tried both ways. */
#define TRIED_MAX 4

#define SYN 2

/* How a packet crosses an interface. */
struct manner {
	bool ipsec;
	u32 reqid;
};

struct zw_judge {
	const struct zw_interpreter *interpreter;
	const struct zw_ways *ways;
	ZW_VEC(struct manner) manners;
	/* The present question. */
	const struct zw_connection *connection;
	struct zw_packet packet;
	struct zw_run run;
	u32 pattern, asked; /* of the choices: bit I set, the Ith is turned */
	bool unknown;
};

static void add_manner(struct zw_arena *arena, struct zw_judge *judge,
		       bool ipsec, u32 reqid)
{
	struct manner manner = { ipsec, reqid };
	size_t i;

	for (i = 0; i < judge->manners.n; i++) {
		if (judge->manners.v[i].ipsec == ipsec &&
		    judge->manners.v[i].reqid == reqid)
			return;
	}
	zw_push(arena, judge->manners, manner);
}

struct zw_judge *zw_judge_new(struct zw_arena *arena,
			      const struct zw_ruleset *ruleset,
			      const struct zw_statement *statement,
			      const struct zw_ways *ways)
{
	struct zw_judge *judge = ZW_NEW(arena, struct zw_judge);
	size_t i;

	judge->interpreter = zw_interpreter_new(arena, ruleset);
	judge->ways = ways;
	add_manner(arena, judge, false, 0);
	for (i = 0; i < statement->zones.n; i++) {
		const struct zw_zone *zone = &statement->zones.v[i];

		if (zone->ipsec != ZW_IPSEC_ONLY)
			continue;
		add_manner(arena, judge, true, 0);
		if (zone->has_reqid)
			add_manner(arena, judge, true, zone->reqid);
	}
	return judge;
}

/* ---- one run ------------------------------------------------------------- */

static bool translates(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_NAT || expr->kind == ZW_EXPR_MASQ ||
	       expr->kind == ZW_EXPR_REDIR || expr->kind == ZW_EXPR_TARGET;
}

/* It lets the packet go on in its rule or not, and that is all. */
static bool is_either_way(const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
	case ZW_EXPR_DYNSET:
	case ZW_EXPR_MATCH:
		return true;
	case ZW_EXPR_LOOKUP:
		return expr->lookup.dreg == ZW_REG_NONE;
	default:
		return false;
	}
}

/* Of several addresses the one that the connection has. */
static bool choose(void *context, const struct zw_expr *expr,
		   struct zw_choice *choice)
{
	struct zw_judge *judge = context;
	const struct zw_ip *to = &judge->connection->reply.src;

	if (translates(expr)) {
		if (expr->kind == ZW_EXPR_MASQ)
			return false;
		choice->value_len = to->family == ZW_IPV4 ? 4 : 16;
		zw_ip_bytes(*to, choice->value);
		return true;
	}
	judge->unknown |= !is_either_way(expr);
	if (judge->asked < TRIED_MAX && judge->pattern >> judge->asked & 1)
		choice->holds = !choice->holds;
	judge->asked++;
	return true;
}

/* Does what left go where the connection goes? */
static bool arrives(const struct zw_judge *judge)
{
	const struct zw_endpoints *to = &judge->connection->reply;
	const struct zw_packet *packet = &judge->run.packet;
	enum zw_family family = to->src.family;
	struct zw_ip dst = zw_ip_from_bytes(
		family, packet->bytes + (family == ZW_IPV4 ? 16 : 24));
	struct zw_dissection d;

	if (judge->run.redirected && !zw_ways_own(judge->ways, to->src))
		return false;
	if (dst.value != to->src.value)
		return false;
	zw_packet_dissect(packet, &d);
	switch (judge->connection->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return d.thoff + 4 <= packet->n &&
		       (packet->bytes[d.thoff + 2] << 8 |
			packet->bytes[d.thoff + 3]) == to->sport;
	default:
		return true;
	}
}

static bool passes(struct zw_judge *judge, enum zw_path path)
{
	judge->asked = 0;
	zw_interpret(judge->interpreter, &judge->packet, path, choose, judge,
		     NULL, &judge->run);
	judge->unknown |= judge->run.unmodelled || judge->asked > TRIED_MAX;
	return judge->run.verdict == ZW_RUN_ACCEPT && arrives(judge);
}

/* With every outcome of what is not known. */
static bool passes_somehow(struct zw_judge *judge, enum zw_path path)
{
	u32 tried;

	for (judge->pattern = 0; judge->pattern < 1u << TRIED_MAX;
	     judge->pattern++) {
		if (passes(judge, path))
			return true;
		tried = judge->asked < TRIED_MAX ? judge->asked : TRIED_MAX;
		if (judge->pattern + 1 >= 1u << tried)
			return false;
	}
	return false;
}

/* Now as a packet whose entry is there, bound as the run has left it. */
static bool passes_later(struct zw_judge *judge, enum zw_path path)
{
	struct zw_packet first = judge->packet;
	bool ok;

	judge->packet.ct = judge->run.packet.ct;
	judge->packet.ct.state = first.ct.state;
	judge->packet.ct.status |= ZW_STATUS_CONFIRMED;
	ok = passes_somehow(judge, path);
	judge->packet = first;
	return ok;
}

static bool may_pass(struct zw_judge *judge, enum zw_path path)
{
	bool unknown = judge->unknown;

	if (passes_somehow(judge, path))
		return true;
	/* refused before conntrack */
	if (!judge->run.packet.ct.tuple[ZW_CT_REPLY].known)
		return false;
	/* what lets no packet of a connection pass that has begun, whatever
	 * let it begin, needs no answer to that */
	judge->unknown = unknown;
	return passes_later(judge, path);
}

/* ---- one connection ------------------------------------------------------ */

static void set_name(char name[ZW_NAME_MAX], struct zw_str text)
{
	memset(name, 0, ZW_NAME_MAX);
	memcpy(name, text.p, text.n < ZW_NAME_MAX ? text.n : ZW_NAME_MAX - 1);
}

static void make_packet(struct zw_judge *judge)
{
	const struct zw_connection *c = judge->connection;
	const struct zw_endpoints *o = &c->original;
	struct zw_packet *p = &judge->packet;
	bool icmp = c->proto == IPPROTO_ICMP || c->proto == IPPROTO_ICMPV6;

	memset(p, 0, offsetof(struct zw_packet, bytes));
	memset(&p->n, 0, sizeof(*p) - offsetof(struct zw_packet, n));
	zw_packet_build(p, o->src, o->dst, c->proto,
			icmp ? o->dport >> 8 : o->sport,
			icmp ? o->dport & 255 : o->dport, SYN);
	p->ct.state = c->expected ? ZW_CT_RELATED : ZW_CT_NEW;
	if (c->expected)
		p->ct.status = ZW_STATUS_EXPECTED;
}

struct ends {
	const struct zw_str *names; /* NULL: the gateway itself */
	size_t n;
};

static void enter(struct zw_judge *judge, const struct ends *in, size_t i)
{
	const struct manner *manner = &judge->manners.v[i % judge->manners.n];
	struct zw_packet *p = &judge->packet;

	if (!in->names)
		return;
	set_name(p->in, in->names[i / judge->manners.n]);
	p->link_len = 14;
	p->link[12] = (u8)(p->ethertype >> 8);
	p->link[13] = (u8)p->ethertype;
	p->in_ipsec = manner->ipsec;
	p->in_reqid = manner->reqid;
}

static void leave(struct zw_judge *judge, const struct ends *out, size_t i)
{
	const struct manner *manner = &judge->manners.v[i % judge->manners.n];

	if (!out->names)
		return;
	set_name(judge->packet.out, out->names[i / judge->manners.n]);
	judge->packet.out_ipsec = manner->ipsec;
	judge->packet.out_reqid = manner->reqid;
}

static bool may_cross(struct zw_judge *judge, struct ends in, struct ends out)
{
	enum zw_path path = !in.names	 ? ZW_PATH_OUTPUT
			    : !out.names ? ZW_PATH_INPUT
					 : ZW_PATH_FORWARD;
	size_t ins = in.names ? in.n * judge->manners.n : 1;
	size_t outs = out.names ? out.n * judge->manners.n : 1;
	size_t i, k;

	for (i = 0; i < ins; i++) {
		enter(judge, &in, i);
		for (k = 0; k < outs; k++) {
			leave(judge, &out, k);
			if (may_pass(judge, path))
				return true;
		}
	}
	return false;
}

static bool is_nobody(struct zw_ip ip)
{
	return ip.value == 0;
}

enum zw_standing zw_judge_connection(struct zw_judge *judge,
				     const struct zw_connection *c)
{
	struct ends self = { NULL, 0 }, in = { NULL, 0 }, out = { NULL, 0 };
	bool from_self = zw_ways_own(judge->ways, c->original.src);
	bool to_self = zw_ways_delivered(judge->ways, c->reply.src);
	bool may;

	if (c->any_source || c->any_destination)
		return ZW_UNJUDGED;
	if (from_self && zw_ways_own(judge->ways, c->reply.src))
		return ZW_STANDS;
	judge->connection = c;
	judge->unknown = false;
	make_packet(judge);
	in.names = zw_ways_to(judge->ways, c->original.src, &in.n);
	out.names = zw_ways_to(judge->ways, c->reply.src, &out.n);
	if (!in.n || !out.n)
		return ZW_UNJUDGED;
	may = may_cross(judge, from_self ? self : in,
			to_self && !from_self ? self : out);
	/* 0.0.0.0 and :: speak for whoever has no address yet */
	if (!may && is_nobody(c->original.src) && !from_self) {
		make_packet(judge);
		may = may_cross(judge, self, out);
	}
	return may ? ZW_STANDS : judge->unknown ? ZW_UNJUDGED : ZW_FORBIDDEN;
}
