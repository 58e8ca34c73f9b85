/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's meaning as plain boxes. A translation and nothing more: pairs
 * become boxes, everything else is copied by value. The sets stay the model's
 * and are shared; a list of boxes is shared by the rules that share their list
 * of pairs. Nothing here knows how a model is laid out as a ruleset. */
#include "compiler/compiler.h"

/* Lists of boxes made so far, by the list of pairs they came from: open
 * addressing by pointer, at most half full. */
struct made {
	const struct zw_rule_pair *pairs;
	size_t n;
	struct zw_flow_box *boxes;
};

struct table {
	struct made *slots;
	size_t cap;
};

static struct made *slot_of(struct table *table, const struct zw_rule *rule)
{
	size_t i = ((uintptr_t)rule->pairs.v >> 4) * 0x9e3779b97f4a7c15u;

	i = (i >> 20) & (table->cap - 1);
	while (table->slots[i].pairs &&
	       (table->slots[i].pairs != rule->pairs.v ||
		table->slots[i].n != rule->pairs.n))
		i = (i + 1) & (table->cap - 1);
	return &table->slots[i];
}

static struct zw_flow_box *make_boxes(struct zw_arena *arena,
				      const struct zw_rule *rule)
{
	struct zw_flow_box *boxes =
		ZW_NEW_ARRAY(arena, struct zw_flow_box, rule->pairs.n);
	size_t i;

	for (i = 0; i < rule->pairs.n; i++) {
		const struct zw_rule_pair *pair = &rule->pairs.v[i];

		boxes[i] = (struct zw_flow_box){
			.from = pair->from,
			.to = pair->to,
			.src = pair->src,
			.dst = pair->dst,
		};
	}
	return boxes;
}

static zw_predicates predicates(struct zw_arena *arena,
				const struct zw_rule_options *options,
				bool allow)
{
	struct zw_predicate rate = {
		.kind = ZW_PREDICATE_RATE,
		.amount = options->limit.amount,
		.seconds = options->limit.seconds,
		.burst = options->limit.burst ? options->limit.burst
					      : ZW_DEFAULT_BURST,
		.per_source = options->limit.per_source,
	};
	struct zw_predicate connections = {
		.kind = ZW_PREDICATE_CONNECTIONS,
		.amount = options->connections,
		.per_source = true,
	};
	struct zw_predicate window = { .kind = ZW_PREDICATE_WINDOW };
	zw_predicates all = { 0 };

	if (allow && options->has_limit)
		zw_push(arena, all, rate);
	if (allow && options->connections)
		zw_push(arena, all, connections);
	for (size_t i = 0; i < options->windows.n; i++)
		zw_push(arena, window.windows, options->windows.v[i]);
	if (options->windows.n)
		zw_push(arena, all, window);
	return all;
}

struct zw_remarks zw_remarks_of(const struct zw_rule_options *options)
{
	return (struct zw_remarks){ options->owner, options->ticket,
				    options->because, options->until };
}

static struct zw_flow_rule flow_rule(struct zw_arena *arena,
				     struct table *table,
				     const struct zw_rule *rule)
{
	struct made *made = slot_of(table, rule);
	struct zw_flow_rule flow = {
		.action = rule->action,
		.services = rule->services,
		.predicates = predicates(arena, &rule->options,
					 rule->action == ZW_ALLOW),
		.remarks = zw_remarks_of(&rule->options),
		.span = rule->span,
	};

	if (!made->pairs) {
		made->pairs = rule->pairs.v;
		made->n = rule->pairs.n;
		made->boxes = make_boxes(arena, rule);
	}
	flow.boxes.v = made->boxes;
	flow.boxes.n = made->n;
	flow.boxes.cap = made->n;
	return flow;
}

struct zw_statement *zw_statement_from(struct zw_arena *arena,
				       const struct zw_model *model)
{
	struct zw_statement *statement = ZW_NEW(arena, struct zw_statement);
	struct table table = { .cap = 16 };
	size_t i;

	while (table.cap < 2 * model->rules.n)
		table.cap *= 2;
	table.slots = ZW_NEW_ARRAY(arena, struct made, table.cap);
	statement->gateway = model->gateway;
	statement->has_policy = model->has_policy;
	for (i = 0; i < model->zones.n; i++)
		zw_push(arena, statement->zones, model->zones.v[i]);
	zw_reserve(arena, statement->rules, model->rules.n);
	for (i = 0; i < model->rules.n; i++)
		zw_push(arena, statement->rules,
			flow_rule(arena, &table, &model->rules.v[i]));
	for (i = 0; i < model->publishes.n; i++) {
		struct zw_publication publication =
			model->publishes.v[i].publication;

		publication.predicates = predicates(
			arena, &model->publishes.v[i].rule.options, true);
		publication.remarks =
			zw_remarks_of(&model->publishes.v[i].rule.options);
		zw_push(arena, statement->publications, publication);
	}
	for (i = 0; i < model->translates.n; i++)
		zw_push(arena, statement->translations,
			model->translates.v[i].translation);
	for (i = 0; i < model->claims.n; i++)
		zw_push(arena, statement->claims, model->claims.v[i]);
	for (i = 0; i < model->taken.n; i++)
		zw_push(arena, statement->taken, model->taken.v[i]);
	zw_statement_index(arena, statement);
	return statement;
}
