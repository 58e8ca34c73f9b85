/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evaluator of the referee behind the packet tests' words. */
#include "tests/packets/policy_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "grammar/grammar.h"
#include "tests/referee/evaluator.h"

struct zw_judge {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_ast ast;
	struct zw_evaluator *evaluator;
};

static const struct tracked_row {
	const char *name;
	enum zw_ct_state state;
	u8 direction;
} tracked_rows[] = {
	[ZW_TRACKED_NEW] = { "new", ZW_CT_NEW, ZW_CT_ORIGINAL },
	[ZW_TRACKED_ORIGINAL] = { "established original", ZW_CT_ESTABLISHED,
				  ZW_CT_ORIGINAL },
	[ZW_TRACKED_REPLY] = { "established reply", ZW_CT_ESTABLISHED,
			       ZW_CT_REPLY },
	[ZW_TRACKED_RELATED_ORIGINAL] = { "related original", ZW_CT_RELATED,
					  ZW_CT_ORIGINAL },
	[ZW_TRACKED_RELATED_REPLY] = { "related reply", ZW_CT_RELATED,
				       ZW_CT_REPLY },
	[ZW_TRACKED_INVALID] = { "invalid", ZW_CT_INVALID, ZW_CT_ORIGINAL },
	[ZW_TRACKED_UNTRACKED] = { "untracked", ZW_CT_UNTRACKED,
				   ZW_CT_ORIGINAL },
};

const char *zw_tracked_name(enum zw_tracked tracked)
{
	return tracked_rows[tracked].name;
}

static const enum zw_judgement judgement_of[] = {
	[ZW_ANSWER_DROP] = ZW_JUDGED_DROP,
	[ZW_ANSWER_ACCEPT] = ZW_JUDGED_ACCEPT,
	[ZW_ANSWER_RESET] = ZW_JUDGED_RESET,
	[ZW_ANSWER_PROHIBITED] = ZW_JUDGED_PROHIBITED,
};

const char *zw_judgement_name(enum zw_judgement judgement)
{
	static const char *const names[] = {
		[ZW_JUDGED_DROP] = "drop",
		[ZW_JUDGED_ACCEPT] = "accept",
		[ZW_JUDGED_RESET] = "reject with a reset",
		[ZW_JUDGED_PROHIBITED] = "reject as prohibited",
	};

	return names[judgement];
}

static struct zw_judge *judge_begin(void)
{
	struct zw_judge *judge = calloc(1, sizeof(*judge));

	ZW_ASSERT(judge);
	judge->arena = zw_arena_new();
	judge->sources = zw_sources_new();
	zw_diags_init(&judge->diags, judge->arena);
	return judge;
}

/* FOLDER: where the policy's files are looked up. */
static struct zw_judge *judge_end(struct zw_judge *judge, const char *name,
				  const char *folder)
{
	ZW_CHECK(!judge->diags.errors, "%s does not parse", name);
	if (judge->diags.errors) {
		zw_judge_free(judge);
		return NULL;
	}
	judge->evaluator = zw_evaluator_new(judge->arena, &judge->ast, folder);
	return judge;
}

struct zw_judge *zw_judge_new(const char *path)
{
	struct zw_judge *judge = judge_begin();
	const char *slash = strrchr(path, '/');

	zw_parse_file(judge->arena, judge->sources, &judge->diags, path,
		      &judge->ast);
	return judge_end(
		judge, path,
		zw_cstr(judge->arena,
			slash ? (struct zw_str){ path, (size_t)(slash - path) }
			      : ZW_STR(".")));
}

struct zw_judge *zw_judge_new_text(const char *text)
{
	struct zw_judge *judge = judge_begin();

	zw_parse_text(judge->arena, judge->sources, &judge->diags,
		      ZW_STR("text"), zw_str_from(text), &judge->ast);
	return judge_end(judge, text, ".");
}

void zw_judge_free(struct zw_judge *judge)
{
	if (!judge)
		return;
	zw_sources_free(judge->sources);
	zw_arena_free(judge->arena);
	free(judge);
}

static void put_name(char out[ZW_NAME_MAX], const char *name)
{
	if (!name)
		return;
	ZW_ASSERT(strlen(name) < ZW_NAME_MAX);
	strcpy(out, name);
}

static struct zw_sample sample_of(const struct zw_question *question)
{
	const struct tracked_row *row = &tracked_rows[question->tracked];
	bool four = question->src.family == ZW_IPV4;
	struct zw_sample sample = {
		.path = !question->in	 ? ZW_PATH_OUTPUT
			: !question->out ? ZW_PATH_INPUT
					 : ZW_PATH_FORWARD,
		.family = question->src.family,
		.src = question->src.value,
		.dst = question->dst.value,
		.proto = question->proto,
		.first = question->first,
		.second = question->second,
		.tcp_flags = question->tcp_flags,
		.hops = question->hops,
		.state = row->state,
		.direction = row->direction,
		.original_source = question->original_source.value,
		.reply_source = question->reply_source.value,
	};

	put_name(sample.in, question->in);
	put_name(sample.out, question->out);
	if (question->tracked == ZW_TRACKED_NEW) {
		sample.original_source = sample.src;
		sample.reply_source = sample.dst;
	}
	if (question->source_routed)
		sample.headers |= four ? ZW_SAMPLE_LSRR : ZW_SAMPLE_ROUTING;
	if (question->fragment)
		sample.headers |=
			ZW_SAMPLE_MORE | (four ? 0 : ZW_SAMPLE_FRAGMENT);
	return sample;
}

enum zw_judgement zw_judge_ask(const struct zw_judge *judge,
			       const struct zw_question *question)
{
	struct zw_sample sample = sample_of(question);

	return judgement_of[zw_evaluator_answer(judge->evaluator, &sample)];
}

void zw_judge_flow(const struct zw_judge *judge,
		   const struct zw_question *question,
		   struct zw_judged_flow *flow)
{
	struct zw_sample sample = sample_of(question);
	struct zw_evaluation e;

	zw_evaluate(judge->evaluator, &sample, &e);
	*flow = (struct zw_judged_flow){
		.judgement = judgement_of[e.answer],
		.dst = e.dst,
		.port = e.port,
		.masqueraded = e.masqueraded,
		.from_another = e.from_another,
		.from_lo = e.from_lo,
		.from_hi = e.from_hi,
	};
}
