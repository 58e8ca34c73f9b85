/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the evaluator's files share: from where to where a packet goes, what
 * becomes of its addresses, whether a rule's options let it match. Law: each
 * function is a paragraph of docs/FLOWS.md or docs/TRANSLATION.md; a zone is
 * its statement, NULL the gateway. */
#ifndef ZW_TESTS_EVALUATOR_INTERNAL_H
#define ZW_TESTS_EVALUATOR_INTERNAL_H

#include "tests/referee/evaluator.h"
#include "tests/referee/tree.h"
#include "tests/referee/view.h"

struct zw_evaluator {
	struct zw_tree tree;
	/* opens[from * (n + 1) + to]: some rule allows anything between them;
	 * the gateway is number n. */
	bool *opens;
	const struct zw_view *view; /* of one of several gateways; or NULL */
};

/* ---- evaluator_ends.c: coming from, going to ---- */

struct zw_ip zw_source(const struct zw_sample *sample);
struct zw_ip zw_destination(const struct zw_sample *sample);
/* By its interface, with IPsec as it wants. */
bool zw_enters_by(const struct zw_evaluator *evaluator,
		  const struct zw_ast_stmt *zone,
		  const struct zw_sample *sample);
bool zw_leaves_by(const struct zw_evaluator *evaluator,
		  const struct zw_ast_stmt *zone,
		  const struct zw_sample *sample);
/* With a member as source, or as destination, besides. */
bool zw_comes_from(const struct zw_evaluator *evaluator,
		   const struct zw_ast_stmt *zone,
		   const struct zw_sample *sample);
bool zw_goes_to(const struct zw_evaluator *evaluator,
		const struct zw_ast_stmt *zone, const struct zw_sample *sample);
/* Number I: a zone; behind the last one the gateway. */
const struct zw_ast_stmt *zw_zone_number(const struct zw_evaluator *evaluator,
					 size_t i);
/* Do flows from FROM to TO cross this gateway? */
bool zw_crosses(const struct zw_evaluator *evaluator,
		const struct zw_ast_stmt *from, const struct zw_ast_stmt *to);
/* Does the gateway have ZONE itself? */
bool zw_is_here(const struct zw_evaluator *evaluator,
		const struct zw_ast_stmt *zone);
/* May RULE's lists pair FROM with TO? */
bool zw_pairs(const struct zw_ast_stmt *rule, const struct zw_ast_stmt *from,
	      const struct zw_ast_stmt *to);

/* ---- evaluator_options.c: limits and times ---- */

/* Is SAMPLE the first packet of its flow? */
bool zw_is_fresh(const struct zw_sample *sample);
/* Do RULE's limits and times let it match a new packet? */
bool zw_options_match(const struct zw_ast_stmt *rule,
		      const struct zw_sample *sample);

/* ---- evaluator_translate.c: published services, other sources ---- */

/* SAMPLE with the destination that rules speak of. */
struct zw_sample zw_arrived(const struct zw_evaluator *evaluator,
			    const struct zw_sample *sample);
/* Is the flow of SAMPLE, now NOW, one that PUBLISH is for, from zone FROM? */
bool zw_is_published(const struct zw_evaluator *evaluator,
		     const struct zw_ast_stmt *publish,
		     const struct zw_ast_stmt *from,
		     const struct zw_sample *sample,
		     const struct zw_sample *now);
/* The zone of the host that PUBLISH is about. */
const struct zw_ast_stmt *
zw_published_zone(const struct zw_evaluator *evaluator,
		  const struct zw_ast_stmt *publish);
/* What becomes of the source of a first packet that passes. */
void zw_translate_source(const struct zw_evaluator *evaluator,
			 const struct zw_sample *sample,
			 const struct zw_sample *now,
			 struct zw_evaluation *evaluation);

#endif
