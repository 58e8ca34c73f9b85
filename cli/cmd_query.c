/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger query X TEXT`: which flows pass of those that TEXT describes. */
#include "cli/format.h"
#include "cli/input.h"
#include "cli/query_text.h"
#include "report/query.h"

/* The claims that stand for TEXT are the policy's last ones: the sides, then
 * the services. */
static void fill(const struct zw_input *input, struct zw_query_text *text,
		 struct zw_query *query)
{
	const struct zw_statement *s = input->statement;
	size_t n = text->services.n + 1, i;
	const struct zw_claim *claims;

	*query = (struct zw_query){ .where = text->where };
	if (s->claims.n < n)
		return;
	claims = &s->claims.v[s->claims.n - n];
	query->from = text->has_from ? &claims[0].from : NULL;
	query->to = text->has_to ? &claims[0].to : NULL;
	for (i = 1; i < n; i++)
		text->services.v[i - 1]->services = &claims[i].services;
}

static void add_names(struct zw_cli *cli, const struct zw_condition *c,
		      struct zw_input *input)
{
	struct zw_interface face = { 0 };

	if (!c)
		return;
	if (c->kind == ZW_CONDITION_IN || c->kind == ZW_CONDITION_OUT) {
		face.name = c->name;
		face.pattern = c->pattern;
		zw_push(cli->arena, input->further, face);
	}
	add_names(cli, c->a, input);
	add_names(cli, c->b, input);
}

static bool ask(struct zw_cli *cli, struct zw_query_answer *a,
		struct zw_query_result *result, struct zw_study **study)
{
	struct zw_input_additions add = { 0 };
	struct zw_query_text text;
	struct zw_query query;
	struct zw_input input;

	if (!zw_query_text_parse(cli, a->text, &text))
		return false;
	add.claims = text.claims;
	add.needs_zones = text.has_from || text.has_to || text.services.n;
	if (!zw_input_read(cli, a->name, &add, &input))
		return false;
	fill(&input, &text, &query);
	add_names(cli, text.where, &input);
	*study = zw_input_study(cli, &input, 1);
	if (!*study)
		return false;
	zw_query_ask(*study, &query, result);
	a->flows = (*study)->of[0];
	a->result = result;
	if (!zw_study_spent(*study))
		return true;
	zw_input_too_large(cli, a->name);
	return false;
}

enum zw_status zw_cmd_query(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct zw_query_answer a = { .name = cli->operands[0],
				     .text = cli->operands[1] };
	struct zw_query_result result;
	struct zw_study *study = NULL;
	struct zw_buf out = { 0 };
	enum zw_format format;
	bool ok;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	ok = ask(cli, &a, &result, &study);
	if (format == ZW_FORMAT_JSON)
		zw_query_json(&out, ok ? &a : NULL, &cli->diags, cli->sources);
	else if (ok)
		zw_query_text(&out, &a);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	zw_study_free(study);
	return zw_status_of(&cli->diags);
}
