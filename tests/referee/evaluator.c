/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet against a policy, in the words and in the order of docs/FLOWS.md:
 * each function below is one of its paragraphs or numbered lines. Interfaces
 * and addresses are compared as written; where a packet may count as coming
 * from several zones (a link-local source on a shared interface) each of them
 * is asked. */
#include "tests/referee/evaluator.h"

#include <string.h>

#include "tests/referee/tree.h"

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMPV6 58
#define RST 0x04

struct zw_evaluator {
	struct zw_tree tree;
	/* opens[from * (n + 1) + to]: some rule allows anything between them;
	 * the gateway is number n. */
	bool *opens;
};

/* ---- addresses with a name ----------------------------------------------- */

static u128 six(u64 high, u64 low)
{
	return (u128)high << 64 | low;
}

static bool within(u128 value, u128 prefix, unsigned len)
{
	return value >> (128 - len) == prefix >> (128 - len);
}

static bool is_link_local(u128 value) /* fe80::/10 */
{
	return within(value, six(0xfe80000000000000, 0), 10);
}

static bool is_link_multicast(u128 value) /* ff02::/16 */
{
	return within(value, six(0xff02000000000000, 0), 16);
}

/* ---- coming from, going to ----------------------------------------------- */

static struct zw_ip source(const struct zw_sample *p)
{
	return (struct zw_ip){ p->family, p->src };
}

static struct zw_ip destination(const struct zw_sample *p)
{
	return (struct zw_ip){ p->family, p->dst };
}

static bool enters_by(const struct zw_evaluator *e,
		      const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	if (!zone)
		return p->path == ZW_PATH_OUTPUT;
	return p->path != ZW_PATH_OUTPUT &&
	       zw_tree_on_interface(&e->tree, zone, p->in, p->in_ipsec);
}

static bool leaves_by(const struct zw_evaluator *e,
		      const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	if (!zone)
		return p->path == ZW_PATH_INPUT;
	return p->path != ZW_PATH_INPUT &&
	       zw_tree_on_interface(&e->tree, zone, p->out, p->out_ipsec);
}

static bool comes_from(const struct zw_evaluator *e,
		       const struct zw_ast_stmt *zone,
		       const struct zw_sample *p)
{
	return enters_by(e, zone, p) &&
	       (!zone || zw_tree_is_member(&e->tree, zone, source(p)));
}

static bool goes_to(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	return leaves_by(e, zone, p) &&
	       (!zone || zw_tree_is_member(&e->tree, zone, destination(p)));
}

/* Number I: a zone; behind the last one the gateway. */
static const struct zw_ast_stmt *zone_number(const struct zw_evaluator *e,
					     size_t i)
{
	return i < e->tree.zones.n ? e->tree.zones.v[i] : NULL;
}

/* ---- what opens a pair of zones ------------------------------------------ */

static bool pairs(const struct zw_ast_stmt *rule,
		  const struct zw_ast_stmt *from, const struct zw_ast_stmt *to)
{
	if (from != to || rule->kind != ZW_AST_ALLOW)
		return true;
	/* "a list, kind or `any` never pairs a zone with itself" */
	return zw_tree_side_is_one_zone(&rule->from) &&
	       zw_tree_side_is_one_zone(&rule->to);
}

/* Has SIDE any address of FAMILY in ZONE? */
static bool side_has_any(const struct zw_evaluator *e,
			 const struct zw_ast_side *side,
			 const struct zw_ast_stmt *zone, enum zw_family family)
{
	const zw_points *points = &e->tree.points[family];
	size_t i;

	for (i = 0; i < points->n; i++) {
		struct zw_ip ip = { family, points->v[i] };

		if ((!zone || zw_tree_is_member(&e->tree, zone, ip)) &&
		    zw_tree_side_has(&e->tree, side, zone, ip))
			return true;
	}
	return false;
}

static void note_what_opens(struct zw_evaluator *e,
			    const struct zw_ast_stmt *rule,
			    enum zw_family family)
{
	size_t n = e->tree.zones.n + 1, from, to;

	if (!zw_tree_services_in_family(&e->tree, &rule->services, family))
		return;
	for (from = 0; from < n; from++) {
		if (!side_has_any(e, &rule->from, zone_number(e, from), family))
			continue;
		for (to = 0; to < n; to++) {
			if (pairs(rule, zone_number(e, from),
				  zone_number(e, to)) &&
			    side_has_any(e, &rule->to, zone_number(e, to),
					 family))
				e->opens[from * n + to] = true;
		}
	}
}

struct zw_evaluator *zw_evaluator_new(struct zw_arena *arena,
				      const struct zw_ast *ast,
				      const char *folder)
{
	struct zw_evaluator *e = ZW_NEW(arena, struct zw_evaluator);
	size_t i, n;

	zw_tree_init(&e->tree, arena, ast, folder);
	n = e->tree.zones.n + 1;
	e->opens = ZW_NEW_ARRAY(arena, bool, n *n);
	for (i = 0; i < ast->stmts.n; i++) {
		if (ast->stmts.v[i]->kind != ZW_AST_ALLOW)
			continue;
		note_what_opens(e, ast->stmts.v[i], ZW_IPV4);
		note_what_opens(e, ast->stmts.v[i], ZW_IPV6);
	}
	return e;
}

static bool opens(const struct zw_evaluator *e, size_t from, size_t to)
{
	return e->opens[from * (e->tree.zones.n + 1) + to];
}

/* ---- line 2: redirects --------------------------------------------------- */

static bool is_redirect(const struct zw_sample *p)
{
	return (p->family == ZW_IPV4 && p->proto == ICMP && p->first == 5) ||
	       (p->family == ZW_IPV6 && p->proto == ICMPV6 && p->first == 137);
}

/* ---- line 3: messages of the link ---------------------------------------- */

static bool is_of_link(const struct zw_sample *p)
{
	return p->family == ZW_IPV6 && p->proto == ICMPV6 &&
	       ((p->first >= 130 && p->first <= 136) || p->first == 143);
}

static bool link_to_self_passes(const struct zw_evaluator *e,
				const struct zw_ast_stmt *zone,
				const struct zw_sample *p)
{
	if (!enters_by(e, zone, p))
		return false;
	if (p->first >= 133 && p->first <= 136) {
		if (p->hops != 255)
			return false;
		if (p->first == 134 && zone->zone_kind != ZW_AST_ZONE_EXTERNAL)
			return false;
		return comes_from(e, zone, p) || is_link_local(p->src) ||
		       p->src == 0;
	}
	return is_link_local(p->src);
}

static bool link_from_self_passes(const struct zw_evaluator *e,
				  const struct zw_ast_stmt *zone,
				  const struct zw_sample *p)
{
	if (!leaves_by(e, zone, p))
		return false;
	if (!goes_to(e, zone, p) && !is_link_local(p->dst) &&
	    !is_link_multicast(p->dst))
		return false;
	if (p->first >= 133 && p->first <= 136)
		return p->hops == 255;
	return is_link_local(p->src);
}

static enum zw_answer of_link(const struct zw_evaluator *e,
			      const struct zw_sample *p)
{
	size_t i;

	for (i = 0; i < e->tree.zones.n; i++) {
		const struct zw_ast_stmt *zone = zone_number(e, i);

		if (p->path == ZW_PATH_INPUT && link_to_self_passes(e, zone, p))
			return ZW_ANSWER_ACCEPT;
		if (p->path == ZW_PATH_OUTPUT &&
		    link_from_self_passes(e, zone, p))
			return ZW_ANSWER_ACCEPT;
	}
	return ZW_ANSWER_DROP;
}

/* ---- line 4: new packets, the rules -------------------------------------- */

static bool is_dhcp(const struct zw_sample *p)
{
	/* ff02::1:2 */
	u128 agents = six(0xff02000000000000, 0x10002);

	if (p->proto != UDP)
		return false;
	if (p->family == ZW_IPV4)
		return p->src == 0 && p->dst == UINT32_MAX && p->first == 68 &&
		       p->second == 67;
	if (!is_link_local(p->src))
		return false;
	return (p->dst == agents && p->first == 546 && p->second == 547) ||
	       (is_link_local(p->dst) && p->first == 547 && p->second == 546);
}

static bool rule_takes_from(const struct zw_evaluator *e,
			    const struct zw_ast_stmt *rule,
			    const struct zw_ast_stmt *from,
			    const struct zw_sample *p)
{
	if (comes_from(e, from, p) &&
	    zw_tree_side_has(&e->tree, &rule->from, from, source(p)))
		return true;
	/* "A rule from the whole zone covers these" */
	return from && zw_tree_has_network(from) && p->path == ZW_PATH_INPUT &&
	       enters_by(e, from, p) && is_dhcp(p) &&
	       zw_tree_side_has_whole(&e->tree, &rule->from, from);
}

static bool rule_takes(const struct zw_evaluator *e,
		       const struct zw_ast_stmt *rule,
		       const struct zw_sample *p)
{
	size_t n = e->tree.zones.n + 1, from, to;

	if (!zw_tree_in_services(&e->tree, &rule->services, p->family, p->proto,
				 p->first, p->second))
		return false;
	for (from = 0; from < n; from++) {
		if (!rule_takes_from(e, rule, zone_number(e, from), p))
			continue;
		for (to = 0; to < n; to++) {
			const struct zw_ast_stmt *zone = zone_number(e, to);

			if (pairs(rule, zone_number(e, from), zone) &&
			    goes_to(e, zone, p) &&
			    zw_tree_side_has(&e->tree, &rule->to, zone,
					     destination(p)))
				return true;
		}
	}
	return false;
}

/* "any deny or reject that matches forbids it; else any allow that matches
 * permits it; else it is dropped" */
static enum zw_answer by_rules(const struct zw_evaluator *e,
			       const struct zw_sample *p)
{
	const struct zw_ast *ast = e->tree.ast;
	bool allowed = false;
	size_t i;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *rule = ast->stmts.v[i];

		if (rule->kind != ZW_AST_ALLOW && rule->kind != ZW_AST_DENY &&
		    rule->kind != ZW_AST_REJECT)
			continue;
		if (!rule_takes(e, rule, p))
			continue;
		if (rule->kind == ZW_AST_DENY)
			return ZW_ANSWER_DROP;
		if (rule->kind == ZW_AST_REJECT)
			return p->proto == TCP ? ZW_ANSWER_RESET
					       : ZW_ANSWER_PROHIBITED;
		allowed = true;
	}
	return allowed ? ZW_ANSWER_ACCEPT : ZW_ANSWER_DROP;
}

/* ---- lines 5 and 6: established, related ----------------------------------
 */

static bool established_passes(const struct zw_evaluator *e, size_t from,
			       size_t to, const struct zw_sample *p)
{
	if (p->direction == ZW_CT_ORIGINAL)
		return opens(e, from, to);
	return opens(e, to, from);
}

static bool is_icmp_error(const struct zw_sample *p)
{
	if (p->family == ZW_IPV4)
		return p->proto == ICMP &&
		       (p->first == 3 || p->first == 11 || p->first == 12);
	return p->proto == ICMPV6 && p->first >= 1 && p->first <= 4;
}

static bool related_passes(const struct zw_evaluator *e, size_t from, size_t to,
			   const struct zw_sample *p)
{
	const struct zw_ast_stmt *zone = zone_number(e, from);
	struct zw_ip end = { p->family, p->direction == ZW_CT_REPLY
						? p->reply_source
						: p->original_source };

	if (!zone)
		return is_icmp_error(p) ||
		       (p->proto == TCP && p->tcp_flags & RST);
	if (!is_icmp_error(p) || !zw_tree_is_member(&e->tree, zone, end))
		return false;
	return p->direction == ZW_CT_REPLY ? opens(e, to, from)
					   : opens(e, from, to);
}

static enum zw_answer by_entry(const struct zw_evaluator *e,
			       const struct zw_sample *p)
{
	size_t n = e->tree.zones.n + 1, from, to;

	for (from = 0; from < n; from++) {
		if (!comes_from(e, zone_number(e, from), p))
			continue;
		for (to = 0; to < n; to++) {
			if (!goes_to(e, zone_number(e, to), p))
				continue;
			if (p->state == ZW_CT_ESTABLISHED &&
			    established_passes(e, from, to, p))
				return ZW_ANSWER_ACCEPT;
			if (p->state == ZW_CT_RELATED &&
			    related_passes(e, from, to, p))
				return ZW_ANSWER_ACCEPT;
		}
	}
	return ZW_ANSWER_DROP;
}

/* ---- all lines ----------------------------------------------------------- */

enum zw_answer zw_evaluate(const struct zw_evaluator *e,
			   const struct zw_sample *p)
{
	if (p->path == ZW_PATH_INPUT && !strcmp(p->in, "lo"))
		return ZW_ANSWER_ACCEPT;
	if (p->path == ZW_PATH_OUTPUT && !strcmp(p->out, "lo"))
		return ZW_ANSWER_ACCEPT;
	if (p->path != ZW_PATH_OUTPUT &&
	    (zw_sample_is_source_routed(p) || zw_sample_is_fragment(p)))
		return ZW_ANSWER_DROP;
	if (is_redirect(p))
		return ZW_ANSWER_DROP;
	if (is_of_link(p))
		return of_link(e, p);
	switch (p->state) {
	case ZW_CT_NEW:
		return by_rules(e, p);
	case ZW_CT_ESTABLISHED:
	case ZW_CT_RELATED:
		return by_entry(e, p);
	default:
		return ZW_ANSWER_DROP;
	}
}

const char *zw_answer_name(enum zw_answer answer)
{
	static const char *const names[] = { "drop", "accept", "reset",
					     "prohibited" };

	return names[answer];
}

/* ---- what always holds --------------------------------------------------- */

/* The addresses of the zones that share the packet's interface with ZONE are
 * theirs, not a forgery of ZONE's. */
static bool is_neighbours(const struct zw_evaluator *e,
			  const struct zw_ast_stmt *zone,
			  const struct zw_sample *p)
{
	size_t i;

	for (i = 0; i < e->tree.zones.n; i++) {
		if (e->tree.zones.v[i] != zone &&
		    comes_from(e, e->tree.zones.v[i], p))
			return true;
	}
	return false;
}

/* "any source on A's interfaces" */
static bool sent_on(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	return enters_by(e, zone, p) && !is_neighbours(e, zone, p);
}

static bool shares_way_out(const struct zw_evaluator *e,
			   const struct zw_ast_stmt *zone,
			   const struct zw_sample *p)
{
	size_t i;

	for (i = 0; i < e->tree.zones.n; i++) {
		if (e->tree.zones.v[i] != zone &&
		    leaves_by(e, e->tree.zones.v[i], p))
			return true;
	}
	return false;
}

/* "to B means by an interface of B, or to an address in B's networks by
 * whatever interface" */
static bool sent_to(const struct zw_evaluator *e,
		    const struct zw_ast_stmt *zone, const struct zw_sample *p)
{
	if (zw_tree_in_networks(&e->tree, zone, destination(p)))
		return true;
	return leaves_by(e, zone, p) && !shares_way_out(e, zone, p);
}

/* "in every conntrack state for packets of the original direction"; an error
 * about a flow only from the zone that its other end belongs to */
static bool begins_or_carries(const struct zw_evaluator *e,
			      const struct zw_ast_stmt *from,
			      const struct zw_sample *p)
{
	if (p->state != ZW_CT_ESTABLISHED && p->state != ZW_CT_RELATED)
		return true;
	if (p->direction == ZW_CT_ORIGINAL)
		return true;
	return p->state == ZW_CT_RELATED &&
	       !zw_tree_is_member(&e->tree, from,
				  (struct zw_ip){ p->family, p->reply_source });
}

bool zw_evaluator_dmz_to_internal(const struct zw_evaluator *e,
				  const struct zw_sample *p)
{
	size_t i, k;

	if (p->path != ZW_PATH_FORWARD)
		return false;
	for (i = 0; i < e->tree.zones.n; i++) {
		const struct zw_ast_stmt *from = e->tree.zones.v[i];

		if (from->zone_kind != ZW_AST_ZONE_DMZ ||
		    !sent_on(e, from, p) || !begins_or_carries(e, from, p))
			continue;
		for (k = 0; k < e->tree.zones.n; k++) {
			const struct zw_ast_stmt *to = e->tree.zones.v[k];

			if (to->zone_kind == ZW_AST_ZONE_INTERNAL &&
			    sent_to(e, to, p))
				return true;
		}
	}
	return false;
}

bool zw_evaluator_spoofed(const struct zw_evaluator *e,
			  const struct zw_sample *p)
{
	size_t i;

	if (p->path != ZW_PATH_FORWARD)
		return false;
	for (i = 0; i < e->tree.zones.n; i++) {
		const struct zw_ast_stmt *zone = e->tree.zones.v[i];

		if (zone->zone_kind != ZW_AST_ZONE_DMZ &&
		    zone->zone_kind != ZW_AST_ZONE_INTERNAL)
			continue;
		if (sent_on(e, zone, p) &&
		    !zw_tree_in_networks(&e->tree, zone, source(p)))
			return true;
	}
	return false;
}
