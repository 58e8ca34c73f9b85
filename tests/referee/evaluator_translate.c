/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/TRANSLATION.md: which destination the rules speak of, which flows are a
 * published service's, and what the source of a new flow becomes. */
#include "tests/referee/evaluator_internal.h"

#include <string.h>

static bool has_ports(const struct zw_sample *p)
{
	return p->proto == 6 || p->proto == 17 || p->proto == 132 ||
	       p->proto == 136;
}

/* ---- published services -------------------------------------------------- */

const struct zw_ast_stmt *zw_published_zone(const struct zw_evaluator *e,
					    const struct zw_ast_stmt *publish)
{
	return zw_tree_zone(&e->tree, publish->to.terms.v[0].name.text);
}

/* Is P, as it arrives from FROM, a packet to ADDR and an OUTER port? INNER is
 * the port that this one is paired with. */
static bool to_address(const struct zw_evaluator *e,
		       const struct zw_ast_stmt *publish,
		       const struct zw_ast_stmt *from,
		       const struct zw_sample *p, u16 *inner)
{
	const struct zw_ast_addr *addr = &publish->addrs.v[0];

	return addr->family == p->family && addr->lo == p->dst &&
	       has_ports(p) && zw_is_here(e, from) &&
	       zw_crosses(e, from, zw_published_zone(e, publish)) &&
	       zw_tree_paired_port(&e->tree, publish, p->proto, p->second,
				   inner) &&
	       zw_comes_from(e, from, p) &&
	       zw_tree_side_has(&e->tree, &publish->from, from, zw_source(p));
}

bool zw_is_published(const struct zw_evaluator *e,
		     const struct zw_ast_stmt *publish,
		     const struct zw_ast_stmt *from,
		     const struct zw_sample *sample,
		     const struct zw_sample *now)
{
	u128 host;
	u16 inner;

	return to_address(e, publish, from, sample, &inner) &&
	       now->second == inner &&
	       zw_tree_host_address(&e->tree, publish, now->family, &host) &&
	       now->dst == host;
}

/* "A packet in conntrack state new that comes from a zone Z of ZONES [...] has
 * its destination rewritten to HOST's address and the paired inner port" */
static void publish_first(const struct zw_evaluator *e, struct zw_sample *p)
{
	size_t i, z;
	u128 host;
	u16 inner;

	for (i = 0; i < e->tree.ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = e->tree.ast->stmts.v[i];

		if (stmt->kind != ZW_AST_PUBLISH)
			continue;
		for (z = 0; z < e->tree.zones.n; z++) {
			if (!to_address(e, stmt, e->tree.zones.v[z], p,
					&inner) ||
			    !zw_tree_host_address(&e->tree, stmt, p->family,
						  &host))
				continue;
			p->dst = host;
			p->second = inner;
			return;
		}
	}
}

/* "Established and related packets are translated by their conntrack entry":
 * "in the direction original their destination becomes the reply tuple's
 * source, in the direction reply the original tuple's source". */
static void by_entry(struct zw_sample *p)
{
	if (p->direction == ZW_CT_ORIGINAL && p->dnat) {
		p->dst = p->reply_source;
		if (has_ports(p))
			p->second = p->dnat_port;
	}
	if (p->direction == ZW_CT_REPLY && p->snat) {
		p->dst = p->original_source;
		if (has_ports(p))
			p->second = p->snat_port;
	}
}

struct zw_sample zw_arrived(const struct zw_evaluator *e,
			    const struct zw_sample *sample)
{
	struct zw_sample now = *sample;

	if (!zw_is_fresh(sample))
		by_entry(&now);
	else if (sample->path != ZW_PATH_OUTPUT &&
		 !zw_sample_is_source_routed(sample) &&
		 !zw_sample_is_fragment(sample))
		publish_first(e, &now);
	return now;
}

/* ---- sources ------------------------------------------------------------- */

/* "For Z = zone of HOST: [...] their source is rewritten to the address of the
 * output interface" */
static bool is_hairpin(const struct zw_evaluator *e,
		       const struct zw_sample *sample,
		       const struct zw_sample *now)
{
	size_t i;

	for (i = 0; i < e->tree.ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = e->tree.ast->stmts.v[i];
		const struct zw_ast_stmt *zone;

		if (stmt->kind != ZW_AST_PUBLISH)
			continue;
		zone = zw_published_zone(e, stmt);
		if (zw_goes_to(e, zone, now) &&
		    zw_is_published(e, stmt, zone, sample, now))
			return true;
	}
	return false;
}

static bool is_for_family(const struct zw_ast_stmt *stmt, enum zw_family family)
{
	if (stmt->kind == ZW_AST_SNAT)
		return stmt->addrs.v[0].family == family;
	return stmt->nat_families == ZW_NAT_ALL ||
	       (stmt->nat_families == ZW_NAT_IPV6) == (family == ZW_IPV6);
}

static bool takes(const struct zw_evaluator *e, const struct zw_ast_stmt *stmt,
		  const struct zw_sample *p)
{
	size_t n = e->tree.zones.n, from, to;

	for (from = 0; from <= n; from++) {
		const struct zw_ast_stmt *a = zw_zone_number(e, from);

		if (!zw_comes_from(e, a, p) ||
		    !zw_tree_side_has(&e->tree, &stmt->from, a, zw_source(p)))
			continue;
		for (to = 0; to < n; to++) {
			const struct zw_ast_stmt *b = zw_zone_number(e, to);

			if (zw_pairs(stmt, a, b) && zw_crosses(e, a, b) &&
			    zw_is_here(e, b) && zw_goes_to(e, b, p) &&
			    zw_tree_side_has(&e->tree, &stmt->to, b,
					     zw_destination(p)))
				return true;
		}
	}
	return false;
}

void zw_translate_source(const struct zw_evaluator *e,
			 const struct zw_sample *sample,
			 const struct zw_sample *now,
			 struct zw_evaluation *evaluation)
{
	size_t i;

	if (sample->path == ZW_PATH_FORWARD && is_hairpin(e, sample, now)) {
		evaluation->masqueraded = true;
		return;
	}
	for (i = 0; i < e->tree.ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = e->tree.ast->stmts.v[i];

		if ((stmt->kind != ZW_AST_MASQUERADE &&
		     stmt->kind != ZW_AST_SNAT) ||
		    !is_for_family(stmt, now->family) || !takes(e, stmt, now))
			continue;
		if (stmt->kind == ZW_AST_MASQUERADE) {
			evaluation->masqueraded = true;
			return;
		}
		evaluation->from_another = true;
		evaluation->from_lo = stmt->addrs.v[0].lo;
		evaluation->from_hi = zw_tree_last_of(&stmt->addrs.v[0]);
		return;
	}
}
