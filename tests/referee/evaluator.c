/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet against a policy, in the words and in the order of docs/FLOWS.md:
 * each function below is one of its paragraphs or numbered lines. Interfaces
 * and addresses are compared as written; where a packet may count as coming
 * from several zones (a link-local source on a shared interface) each of them
 * is asked. */
#include "tests/referee/evaluator_internal.h"

#include <string.h>

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMPV6 58
#define RST 0x04

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

/* ---- what opens a pair of zones ------------------------------------------ */

/* Has SIDE of a rule, where flows come from or where they go, any address of
 * FAMILY in ZONE? */
static bool side_has_any(const struct zw_evaluator *e,
			 const struct zw_ast_side *side, bool source,
			 const struct zw_ast_stmt *zone, enum zw_family family)
{
	const zw_points *points = &e->tree.points[family];
	size_t i;

	for (i = 0; i < points->n; i++) {
		struct zw_ip ip = { family, points->v[i] };

		if ((!zone ||
		     (source ? zw_tree_is_source(&e->tree, zone, ip)
			     : zw_tree_is_member(&e->tree, zone, ip))) &&
		    zw_tree_side_has(&e->tree, side, zone, ip))
			return true;
	}
	return false;
}

/* "A publish opens the pair (Z, zone of HOST)" */
static void note_publication(struct zw_evaluator *e,
			     const struct zw_ast_stmt *publish,
			     enum zw_family family)
{
	size_t n = e->tree.zones.n + 1, from, to;

	if (publish->addrs.v[0].family != family)
		return;
	for (from = 0; from < e->tree.zones.n; from++) {
		if (!side_has_any(e, &publish->from, true,
				  e->tree.zones.v[from], family))
			continue;
		for (to = 0; to < e->tree.zones.n; to++) {
			if (e->tree.zones.v[to] ==
			    zw_published_zone(e, publish))
				e->opens[from * n + to] = true;
		}
	}
}

static void note_what_opens(struct zw_evaluator *e,
			    const struct zw_ast_stmt *rule,
			    enum zw_family family)
{
	size_t n = e->tree.zones.n + 1, from, to;

	if (rule->kind == ZW_AST_PUBLISH) {
		note_publication(e, rule, family);
		return;
	}
	if (!zw_tree_services_in_family(&e->tree, &rule->services, family))
		return;
	for (from = 0; from < n; from++) {
		if (!side_has_any(e, &rule->from, true, zw_zone_number(e, from),
				  family))
			continue;
		for (to = 0; to < n; to++) {
			if (zw_pairs(rule, zw_zone_number(e, from),
				     zw_zone_number(e, to)) &&
			    side_has_any(e, &rule->to, false,
					 zw_zone_number(e, to), family))
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
		if (ast->stmts.v[i]->kind != ZW_AST_ALLOW &&
		    ast->stmts.v[i]->kind != ZW_AST_PUBLISH)
			continue;
		note_what_opens(e, ast->stmts.v[i], ZW_IPV4);
		note_what_opens(e, ast->stmts.v[i], ZW_IPV6);
	}
	return e;
}

struct zw_evaluator *zw_evaluator_at(struct zw_arena *arena,
				     const struct zw_ast *ast,
				     const char *folder, const char *gateway,
				     const struct zw_ast **seen)
{
	struct zw_view *view = zw_view_new(arena, ast, folder, gateway);
	struct zw_evaluator *e;
	size_t i, n;

	*seen = view ? view->ast : ast;
	e = zw_evaluator_new(arena, *seen, folder);
	e->view = view;
	n = e->tree.zones.n + 1;
	for (i = 0; view && i < n * n; i++)
		e->opens[i] = e->opens[i] && view->crosses[i];
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
	if (!zw_enters_by(e, zone, p))
		return false;
	if (p->first >= 133 && p->first <= 136) {
		if (p->hops != 255)
			return false;
		if (p->first == 134 &&
		    (zone->zone_kind != ZW_AST_ZONE_EXTERNAL ||
		     !zw_is_here(e, zone)))
			return false;
		return zw_comes_from(e, zone, p) || is_link_local(p->src) ||
		       p->src == 0;
	}
	return is_link_local(p->src);
}

static bool link_from_self_passes(const struct zw_evaluator *e,
				  const struct zw_ast_stmt *zone,
				  const struct zw_sample *p)
{
	if (!zw_leaves_by(e, zone, p))
		return false;
	if (!zw_goes_to(e, zone, p) && !is_link_local(p->dst) &&
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
		const struct zw_ast_stmt *zone = zw_zone_number(e, i);

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

/* "unless its source is a member of some zone on that interface" */
static bool is_let_in(const struct zw_evaluator *e,
		      const struct zw_sample *sample, const struct zw_sample *p)
{
	size_t i;

	if (is_dhcp(sample))
		return true;
	for (i = 0; i < e->tree.zones.n; i++)
		if (zw_comes_from(e, e->tree.zones.v[i], p))
			return true;
	return false;
}

/* SAMPLE as it was on arrival, P behind translation. */
static bool rule_takes_from(const struct zw_evaluator *e,
			    const struct zw_ast_stmt *rule,
			    const struct zw_ast_stmt *from,
			    const struct zw_sample *sample,
			    const struct zw_sample *p)
{
	if (zw_comes_from(e, from, p) &&
	    zw_tree_side_has(&e->tree, &rule->from, from, zw_source(p)))
		return true;
	/* "A rule from the whole zone covers these" */
	return from && zw_tree_has_network(from) && p->path == ZW_PATH_INPUT &&
	       zw_enters_by(e, from, p) && is_let_in(e, sample, p) &&
	       is_dhcp(p) &&
	       zw_tree_side_has_whole(&e->tree, &rule->from, from);
}

static bool rule_takes(const struct zw_evaluator *e,
		       const struct zw_ast_stmt *rule,
		       const struct zw_sample *sample,
		       const struct zw_sample *p)
{
	size_t n = e->tree.zones.n + 1, from, to;

	if (!zw_tree_in_services(&e->tree, &rule->services, p->family, p->proto,
				 p->first, p->second))
		return false;
	for (from = 0; from < n; from++) {
		if (!rule_takes_from(e, rule, zw_zone_number(e, from), sample,
				     p))
			continue;
		for (to = 0; to < n; to++) {
			const struct zw_ast_stmt *zone = zw_zone_number(e, to);

			if (zw_pairs(rule, zw_zone_number(e, from), zone) &&
			    zw_crosses(e, zw_zone_number(e, from), zone) &&
			    zw_goes_to(e, zone, p) &&
			    zw_tree_side_has(&e->tree, &rule->to, zone,
					     zw_destination(p)))
				return true;
		}
	}
	return false;
}

/* "Where such a pair crosses G and Z lies beyond, an allow without options
 * holds there instead, from the same sources to HOST and the inner ports." */
static bool was_published(const struct zw_evaluator *e,
			  const struct zw_ast_stmt *publish,
			  const struct zw_ast_stmt *from,
			  const struct zw_sample *p)
{
	u128 host;
	u32 outer;
	u16 inner;

	if (zw_is_here(e, from) ||
	    !zw_crosses(e, from, zw_published_zone(e, publish)) ||
	    !zw_comes_from(e, from, p) ||
	    p->family != publish->addrs.v[0].family ||
	    !zw_tree_side_has(&e->tree, &publish->from, from, zw_source(p)) ||
	    !zw_tree_host_address(&e->tree, publish, p->family, &host) ||
	    p->dst != host)
		return false;
	for (outer = 0; outer <= UINT16_MAX; outer++)
		if (zw_tree_paired_port(&e->tree, publish, p->proto, (u16)outer,
					&inner) &&
		    inner == p->second)
			return true;
	return false;
}

/* SAMPLE as it was on arrival, NOW behind translation. "It is permitted unless
 * a deny or reject matches it", from whichever zone it comes. */
static bool publish_takes(const struct zw_evaluator *e,
			  const struct zw_ast_stmt *publish,
			  const struct zw_sample *sample,
			  const struct zw_sample *now)
{
	size_t z;

	if (now->path != ZW_PATH_FORWARD ||
	    !zw_goes_to(e, zw_published_zone(e, publish), now))
		return false;
	for (z = 0; z < e->tree.zones.n; z++) {
		if (zw_is_published(e, publish, e->tree.zones.v[z], sample,
				    now))
			return zw_options_match(publish, now);
	}
	for (z = 0; z < e->tree.zones.n; z++) {
		if (was_published(e, publish, e->tree.zones.v[z], now))
			return true;
	}
	return false;
}

/* "any deny or reject that matches forbids it; else any allow or publish that
 * matches permits it; else it is dropped" */
static enum zw_answer by_rules(const struct zw_evaluator *e,
			       const struct zw_sample *sample,
			       const struct zw_sample *p)
{
	const struct zw_ast *ast = e->tree.ast;
	bool allowed = false;
	size_t i;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *rule = ast->stmts.v[i];

		if (rule->kind == ZW_AST_PUBLISH) {
			allowed |= publish_takes(e, rule, sample, p);
			continue;
		}
		if (rule->kind != ZW_AST_ALLOW && rule->kind != ZW_AST_DENY &&
		    rule->kind != ZW_AST_REJECT)
			continue;
		if (!rule_takes(e, rule, sample, p) ||
		    !zw_options_match(rule, p))
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
	const struct zw_ast_stmt *zone = zw_zone_number(e, from);
	struct zw_ip end = { p->family, p->direction == ZW_CT_REPLY
						? p->reply_source
						: p->original_source };

	if (!zone)
		return is_icmp_error(p) ||
		       (p->proto == TCP && p->tcp_flags & RST);
	if (!is_icmp_error(p) ||
	    !(p->direction == ZW_CT_REPLY
		      ? zw_tree_is_member(&e->tree, zone, end)
		      : zw_tree_is_source(&e->tree, zone, end)))
		return false;
	return p->direction == ZW_CT_REPLY ? opens(e, to, from)
					   : opens(e, from, to);
}

static enum zw_answer by_entry(const struct zw_evaluator *e,
			       const struct zw_sample *p)
{
	size_t n = e->tree.zones.n + 1, from, to;

	for (from = 0; from < n; from++) {
		if (!zw_comes_from(e, zw_zone_number(e, from), p))
			continue;
		for (to = 0; to < n; to++) {
			if (!zw_goes_to(e, zw_zone_number(e, to), p))
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

static enum zw_answer by_lines(const struct zw_evaluator *e,
			       const struct zw_sample *sample,
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
		return by_rules(e, sample, p);
	case ZW_CT_ESTABLISHED:
	case ZW_CT_RELATED:
		return by_entry(e, p);
	default:
		return ZW_ANSWER_DROP;
	}
}

void zw_evaluate(const struct zw_evaluator *e, const struct zw_sample *sample,
		 struct zw_evaluation *out)
{
	struct zw_sample now = zw_arrived(e, sample);

	*out = (struct zw_evaluation){
		.answer = by_lines(e, sample, &now),
		.dst = zw_destination(&now),
		.port = now.second,
	};
	out->translates =
		out->answer == ZW_ANSWER_ACCEPT && zw_is_fresh(sample);
	if (out->translates)
		zw_translate_source(e, sample, &now, out);
}

enum zw_answer zw_evaluator_answer(const struct zw_evaluator *e,
				   const struct zw_sample *sample)
{
	struct zw_evaluation evaluation;

	zw_evaluate(e, sample, &evaluation);
	return evaluation.answer;
}

const char *zw_answer_name(enum zw_answer answer)
{
	static const char *const names[] = { "drop", "accept", "reset",
					     "prohibited" };

	return names[answer];
}
