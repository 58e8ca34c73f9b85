/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random policies, random packets, and everybody who has an opinion: the
 * evaluator of this folder (from the syntax tree), the concrete interpreter (on
 * the compiled bytes), the diagram of those bytes, the diagram of the policy's
 * meaning. All must say the same of each packet. And what is proved of the
 * bytes must fit: exactness always; the built-in claims where no accepted
 * packet breaks them, with a real breach as witness where one does.
 *
 * ZW_ROUNDS is the number of policies (500), each asked about 500 packets. A
 * disagreement is shown on the smallest policy that still has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/referee/evaluator.h"
#include "tests/harness/gateways.h"
#include "tests/harness/limits.h"
#include "tests/harness/random_network.h"
#include "tests/harness/random_policy.h"
#include "verifier/translation.h"
#include "verifier/verify.h"

#define PACKETS 500
#define SHOWN 4 /* disagreements printed in full */
/* Beside the answers: */
#define NO_OPINION 99
#define OTHER_MANNER 100 /* rejected, but not as the language has it */
#define UNMODELLED 101
#define OTHERWISE 102 /* passes, translated in another way */

enum judge {
	EVALUATOR,
	INTERPRETER,
	BYTES, /* their diagram */
	MEANING,
	JUDGES,
};

static const char *const judge_names[] = { "evaluator", "interpreter",
					   "diagram of the bytes",
					   "diagram of the meaning" };

/* One policy with all who judge it. */
struct court {
	struct zw_pipeline pipeline;
	const struct zw_evaluator *evaluator;
	const struct zw_ast *seen; /* the policy, as the gateway sees it */
	const struct zw_interpreter *interpreter;
	struct zw_drawn drawn;
	bool drawn_made;
};

static bool convene(struct court *court, const char *name, struct zw_str text,
		    const char *folder)
{
	*court = (struct court){ 0 };
	zw_pipeline_run(&court->pipeline, name, text);
	if (!court->pipeline.valid)
		return false;
	court->evaluator =
		zw_evaluator_at(court->pipeline.arena, &court->pipeline.written,
				folder, zw_gateway_name(name), &court->seen);
	court->interpreter = zw_interpreter_new(court->pipeline.arena,
						court->pipeline.ruleset);
	court->drawn_made = zw_drawn_make(&court->drawn, &court->pipeline);
	return true;
}

static void dismiss(struct court *court)
{
	if (court->pipeline.valid)
		zw_drawn_free(&court->drawn);
	zw_pipeline_free(&court->pipeline);
}

/* ---- opinions ------------------------------------------------------------ */

static int of_leaf(u32 leaf)
{
	static const int answers[] = {
		[ZW_PASS_DROP] = ZW_ANSWER_DROP,
		[ZW_PASS_ACCEPT] = ZW_ANSWER_ACCEPT,
		[ZW_PASS_REJECT_RESET] = ZW_ANSWER_RESET,
		[ZW_PASS_REJECT_ADMIN] = ZW_ANSWER_PROHIBITED,
	};

	enum zw_pass pass = zw_pass_of(leaf);

	return pass <= ZW_PASS_REJECT_ADMIN ? answers[pass] : OTHER_MANNER;
}

/* A fragment on the loopback waits for the others, but they will pass. */
static int of_run(const struct zw_run *run, const struct zw_sample *sample)
{
	if (run->unmodelled)
		return UNMODELLED;
	if (run->verdict == ZW_RUN_REASSEMBLED && !strcmp(sample->in, "lo"))
		return NO_OPINION;
	return of_leaf(zw_drawn_pass(run, sample->family));
}

/* A whole packet in one IPv6 fragment loses the fragment header, unless its
 * transport header is cut short (ipv6frag_thdr_truncated in
 * net/ipv6/reassembly.c): then it goes on as a fragment. The interpreter has
 * that from the bytes; a point of the packet space cannot tell the two apart
 * and stands for the first. */
static bool has_point(const struct zw_sample *sample)
{
	return !(sample->cut && sample->headers & ZW_SAMPLE_FRAGMENT &&
		 !zw_sample_is_fragment(sample));
}

/* ---- translations -------------------------------------------------------- */

/* How the verifier spells what becomes of SAMPLE's addresses. */
static void spell(struct zw_buf *out, const struct zw_sample *sample,
		  const struct zw_evaluation *e)
{
	char text[46];
	bool sent = e->dst.value != sample->dst || e->port != sample->second;

	out->n = 0;
	if (sent)
		zw_buf_printf(out, "sent to %s port %u",
			      zw_ip_format(e->dst, text), e->port);
	if (sent && (e->masqueraded || e->from_another))
		zw_buf_puts(out, " and ");
	if (e->masqueraded)
		zw_buf_puts(out, "masqueraded");
	if (e->from_another)
		zw_buf_printf(out, "as from %s",
			      zw_ip_format((struct zw_ip){ sample->family,
							   e->from_lo },
					   text));
	if (e->from_another && e->from_hi != e->from_lo)
		zw_buf_printf(out, "-%s",
			      zw_ip_format((struct zw_ip){ sample->family,
							   e->from_hi },
					   text));
	zw_buf_add(out, "", 0);
}

/* Is RUN's packet translated so? */
static bool run_agrees(const struct zw_run *run, const struct zw_sample *sample,
		       const struct zw_evaluation *e)
{
	bool four = sample->family == ZW_IPV4;
	const u8 *bytes = run->packet.bytes;
	struct zw_ip src =
		zw_ip_from_bytes(sample->family, bytes + (four ? 12 : 8));
	struct zw_ip dst =
		zw_ip_from_bytes(sample->family, bytes + (four ? 16 : 24));
	struct zw_dissection d;

	zw_packet_dissect(&run->packet, &d);
	if (dst.value != e->dst.value || run->masqueraded != e->masqueraded)
		return false;
	if (e->port != sample->second &&
	    (bytes[d.thoff + 2] << 8 | bytes[d.thoff + 3]) != e->port)
		return false;
	if (e->from_another)
		return src.value >= e->from_lo && src.value <= e->from_hi;
	return src.value == sample->src;
}

/* LEAF's answer, if it translates as E says. */
static int of_path(struct court *court, u32 leaf,
		   const struct zw_sample *sample,
		   const struct zw_evaluation *e)
{
	struct zw_buf expected = { 0 };
	struct zw_str said = zw_translation_text(court->drawn.space, leaf);
	int answer = of_leaf(leaf);

	if (sample->cut || answer != ZW_ANSWER_ACCEPT)
		return answer;
	if (e->translates)
		spell(&expected, sample, e);
	if (!zw_str_eq(said, (struct zw_str){ expected.data, expected.n }))
		answer = OTHERWISE;
	zw_buf_free(&expected);
	return answer;
}

/* All opinions on SAMPLE; true if those who have one agree. The language says
 * nothing of a transport header that is cut short. */
static bool hear(struct court *court, const struct zw_sample *sample,
		 int answers[JUDGES])
{
	struct zw_evaluation evaluation;
	struct zw_packet packet;
	struct zw_run run;
	int i, agreed = NO_OPINION;

	zw_sample_packet(sample, &packet);
	zw_interpret(court->interpreter, &packet, sample->path,
		     zw_limits_choose, (void *)(uintptr_t)sample, NULL, &run);
	for (i = 0; i < JUDGES; i++)
		answers[i] = NO_OPINION;
	zw_evaluate(court->evaluator, sample, &evaluation);
	if (!sample->cut)
		answers[EVALUATOR] = (int)evaluation.answer;
	answers[INTERPRETER] = of_run(&run, sample);
	if (!sample->cut && answers[INTERPRETER] == ZW_ANSWER_ACCEPT &&
	    evaluation.translates && !run_agrees(&run, sample, &evaluation))
		answers[INTERPRETER] = OTHERWISE;
	if (court->drawn_made && has_point(sample) &&
	    zw_drawn_locate(&court->drawn, &packet, sample->path)) {
		zw_limits_set(&court->drawn, &court->pipeline.ast, sample);
		if (zw_drawn_at(&court->drawn,
				court->drawn.legal[sample->path])) {
			answers[BYTES] = of_path(
				court,
				zw_drawn_at(&court->drawn,
					    court->drawn.bytes[sample->path]),
				sample, &evaluation);
			answers[MEANING] = of_path(
				court,
				zw_drawn_at(&court->drawn,
					    court->drawn.meaning[sample->path]),
				sample, &evaluation);
		}
	}
	for (i = 0; i < JUDGES; i++) {
		if (answers[i] == NO_OPINION)
			continue;
		if (agreed == NO_OPINION)
			agreed = answers[i];
		if (agreed != answers[i])
			return false;
	}
	return true;
}

/* ---- showing a disagreement ---------------------------------------------- */

static bool disagrees(const char *name, struct zw_str text, const char *folder,
		      const struct zw_sample *sample, int answers[JUDGES])
{
	struct court court;
	bool differs = false;

	if (convene(&court, name, text, folder))
		differs = !hear(&court, sample, answers);
	dismiss(&court);
	return differs;
}

/* TEXT without one line after the other, as long as they still disagree. */
static void shrink(struct zw_buf *text, const char *name, const char *folder,
		   const struct zw_sample *sample)
{
	int answers[JUDGES];
	size_t at = 0;

	while (at < text->n) {
		const char *newline =
			memchr(text->data + at, '\n', text->n - at);
		size_t end =
			newline ? (size_t)(newline - text->data) + 1 : text->n;
		struct zw_buf without = { 0 };

		zw_buf_add(&without, text->data, at);
		zw_buf_add(&without, text->data + end, text->n - end);
		if (without.n &&
		    disagrees(name, (struct zw_str){ without.data, without.n },
			      folder, sample, answers)) {
			text->n = 0;
			zw_buf_add(text, without.data, without.n);
		} else {
			at = end;
		}
		zw_buf_free(&without);
	}
}

static const char *opinion(int answer)
{
	if (answer == NO_OPINION)
		return "-";
	if (answer == OTHER_MANNER)
		return "rejected in another manner";
	if (answer == UNMODELLED)
		return "met something unmodelled";
	if (answer == OTHERWISE)
		return "accept, translated in another way";
	return zw_answer_name((enum zw_answer)answer);
}

static void show(const char *name, struct zw_str text, const char *folder,
		 const struct zw_sample *sample)
{
	struct zw_buf small = { 0 }, line = { 0 };
	int answers[JUDGES] = { 0 }, i;

	zw_buf_add(&small, text.p, text.n);
	shrink(&small, name, folder, sample);
	disagrees(name, (struct zw_str){ small.data, small.n }, folder, sample,
		  answers);
	zw_sample_print(&line, sample);
	printf("---- disagreement on %s\n%s----\n%s\n", name, small.data,
	       line.data);
	for (i = 0; i < JUDGES; i++)
		printf("  %s: %s\n", judge_names[i], opinion(answers[i]));
	zw_buf_free(&line);
	zw_buf_free(&small);
}

/* ---- claims -------------------------------------------------------------- */

struct tally {
	u32 policies, valid, packets, disagreements, shown;
	u32 answers[4];
	u32 translated; /* of the packets accepted */
	u32 outside;	/* packets that have no point among those that exist */
	u32 refuted, never_held, related_witness;
	u32 wrong_claims, claims_shown;
};

/* Packets that break what always holds, by the evaluator. */
struct breaches {
	bool dmz, spoofed;
	struct zw_sample sample;
};

static void note_breach(struct breaches *breaches, const struct court *court,
			const struct zw_sample *sample)
{
	if (zw_evaluator_dmz_to_internal(court->evaluator, sample)) {
		breaches->dmz = true;
		breaches->sample = *sample;
	}
	if (zw_evaluator_spoofed(court->evaluator, sample)) {
		breaches->spoofed = true;
		breaches->sample = *sample;
	}
}

static void set_name(char name[ZW_NAME_MAX], struct zw_str text)
{
	memset(name, 0, ZW_NAME_MAX);
	memcpy(name, text.p,
	       text.n < ZW_NAME_MAX ? text.n : (size_t)ZW_NAME_MAX - 1);
}

/* The witness of a forwarded packet as a sample. */
static void sample_of(const struct zw_witness *witness,
		      struct zw_sample *sample)
{
	*sample = (struct zw_sample){
		.path = ZW_PATH_FORWARD,
		.family = witness->family,
		.src = witness->src.value,
		.dst = witness->dst.value,
		.proto = witness->proto,
		.first = witness->has_type ? witness->type : witness->sport,
		.second = witness->has_type ? witness->code : witness->dport,
		.hops = 64,
		.state = ZW_CT_NEW,
		.original_source = witness->src.value,
		.reply_source = witness->dst.value,
	};
	set_name(sample->in, witness->in);
	set_name(sample->out, witness->out);
	if (zw_str_is(witness->state, "established"))
		sample->state = ZW_CT_ESTABLISHED;
	if (zw_str_is(witness->state, "related"))
		sample->state = ZW_CT_RELATED;
	if (zw_str_is(witness->state, "invalid"))
		sample->state = ZW_CT_INVALID;
	if (zw_str_is(witness->state, "untracked"))
		sample->state = ZW_CT_UNTRACKED;
	if (zw_str_is(witness->direction, "reply"))
		sample->direction = ZW_CT_REPLY;
	/* as zw_sample's own names for it stand in no witness */
	sample->in_ipsec = sample->out_ipsec = false;
}

/* A witness that follows its entry says where to. */
static void set_entry(const struct zw_witness *witness,
		      struct zw_sample *sample)
{
	static const char words[] = "sent on to ";
	struct zw_arena *arena = zw_arena_new();
	const char *at = strstr(zw_cstr(arena, witness->details), words);
	struct zw_str text;
	struct zw_ip ip;
	u32 port;

	if (at) {
		text = zw_str_from(at + strlen(words));
		text.n = strcspn(text.p, " ,");
		sample->confirmed = sample->state == ZW_CT_NEW;
		sample->dnat_port = sample->second;
		if (sscanf(text.p + text.n, " port %u", &port) == 1)
			sample->dnat_port = (u16)port;
		if (zw_ip_parse(text, &ip))
			sample->reply_source = ip.value;
		sample->dnat = true;
		sample->original_destination = sample->dst;
	}
	zw_arena_free(arena);
}

/* Is SAMPLE accepted, and does that break the claim? */
static bool breaks(const struct court *court,
		   const struct zw_claim_result *result,
		   const struct zw_sample *sample)
{
	if (zw_evaluator_answer(court->evaluator, sample) != ZW_ANSWER_ACCEPT)
		return false;
	if (result->claim->kind == ZW_NEVER)
		return zw_evaluator_dmz_to_internal(court->evaluator, sample);
	return result->claim->kind == ZW_UNSPOOFED &&
	       zw_evaluator_spoofed(court->evaluator, sample);
}

/* At some time, by each half hour of the week: no window begins or ends in
 * between. */
static bool breaks_sometime(const struct court *court,
			    const struct zw_claim_result *result,
			    struct zw_sample *sample)
{
	for (sample->day = 0; sample->day < 7; sample->day++) {
		for (sample->time = 0; sample->time < 86400;
		     sample->time += 1800) {
			if (breaks(court, result, sample))
				return true;
		}
	}
	return false;
}

/* Is the witness accepted by the policy, and does it break the claim? */
static bool is_real(struct court *court, const struct zw_claim_result *result,
		    struct tally *tally)
{
	struct zw_sample sample;
	int way;

	if (!result->has_witness)
		return false;
	sample_of(&result->witness, &sample);
	if (sample.state == ZW_CT_RELATED) {
		tally->related_witness++;
		return true; /* the quoted flow is not in the witness */
	}
	/* by a rule, and by an entry */
	for (way = 0; way < 32; way++) {
		/* request ids of random policies are 1 and 2 */
		sample.in_reqid = way & 3;
		sample.out_reqid = way >> 2 & 3;
		sample.in_ipsec = sample.in_reqid;
		sample.out_ipsec = sample.out_reqid;
		if (way == 16)
			set_entry(&result->witness, &sample);
		if (breaks_sometime(court, result, &sample))
			return true;
	}
	return false;
}

/* What the verdict on CLAIM ought to be, judging by BREACHES. */
static const char *wrong(struct court *court,
			 const struct zw_claim_result *result,
			 const struct breaches *breaches, struct tally *tally)
{
	bool broken = result->claim->kind == ZW_NEVER ? breaches->dmz
						      : breaches->spoofed;

	if (result->claim->kind == ZW_EXACT)
		return result->verdict == ZW_PROVED ? NULL : "is not proved";
	if (!result->claim->built_in)
		return NULL;
	if (result->verdict == ZW_UNDECIDED)
		return "is undecided";
	if (result->verdict == ZW_PROVED) {
		tally->never_held++;
		return broken ? "is proved, and a packet breaks it" : NULL;
	}
	tally->refuted++;
	return is_real(court, result, tally) ? NULL
					     : "has a witness that is none";
}

static void check_claims(struct court *court, const char *name,
			 struct zw_str text, const struct breaches *breaches,
			 struct tally *tally)
{
	struct zw_pipeline *p = &court->pipeline;
	struct zw_verification *verification = zw_verify_batch(
		p->arena, &p->diags, p->sources, (const u8 *)p->bytes.data,
		p->bytes.n, p->statement, NULL);
	struct zw_buf line = { 0 };
	size_t i;

	for (i = 0; i < verification->claims.n; i++) {
		const struct zw_claim_result *result =
			&verification->claims.v[i];
		const struct zw_witness *w = &result->witness;
		const char *what = wrong(court, result, breaches, tally);

		if (!what)
			continue;
		tally->wrong_claims++;
		if (tally->claims_shown++ >= SHOWN)
			continue;
		zw_sample_print(&line, &breaches->sample);
		printf("---- %s: '%.*s' %s: %.*s\n%.*s----\n", name,
		       ZW_STR_ARG(result->claim->text), what,
		       ZW_STR_ARG(result->reason), ZW_STR_ARG(text));
		if (result->has_witness)
			printf("witness in %.*s out %.*s proto %u %u/%u %u/%u ct %.*s %.*s (%.*s)\n",
			       ZW_STR_ARG(w->in), ZW_STR_ARG(w->out), w->proto,
			       w->sport, w->dport, w->type, w->code,
			       ZW_STR_ARG(w->state), ZW_STR_ARG(w->direction),
			       ZW_STR_ARG(w->details));
		if (breaches->dmz || breaches->spoofed)
			printf("breach by the evaluator: %s\n", line.data);
	}
	zw_buf_free(&line);
}

/* ---- the comparison ------------------------------------------------------ */

static bool is_translated(const struct court *court,
			  const struct zw_sample *sample)
{
	struct zw_evaluation e;

	zw_evaluate(court->evaluator, sample, &e);
	return e.translates &&
	       (e.masqueraded || e.from_another || e.dst.value != sample->dst ||
		e.port != sample->second);
}

/* Entries are drawn as the policy could make them, and some of several gateways
 * translate nothing. */
static const struct zw_ast *sampled(const struct court *court)
{
	const struct zw_statement *s = court->pipeline.statement;
	struct zw_arena *arena = court->pipeline.arena;
	struct zw_ast *out = ZW_NEW(arena, struct zw_ast);
	size_t i;

	if (court->seen == &court->pipeline.written || s->publications.n ||
	    s->translations.n)
		return court->seen;
	for (i = 0; i < court->seen->stmts.n; i++) {
		enum zw_ast_kind kind = court->seen->stmts.v[i]->kind;

		if (kind != ZW_AST_PUBLISH && kind != ZW_AST_MASQUERADE &&
		    kind != ZW_AST_SNAT)
			zw_push(arena, out->stmts, court->seen->stmts.v[i]);
	}
	return out;
}

static void compare(struct court *court, const char *name, struct zw_str text,
		    const char *folder, struct zw_random *random, u32 packets,
		    struct tally *tally)
{
	struct zw_sampler *sampler =
		zw_sampler_new(court->pipeline.arena, sampled(court));
	struct breaches breaches = { 0 };
	struct zw_sample sample;
	int answers[JUDGES];
	bool shown = false;
	u32 i;

	for (i = 0; i < packets; i++) {
		zw_sampler_next(sampler, random, &sample);
		tally->packets++;
		if (!hear(court, &sample, answers)) {
			tally->disagreements++;
			if (!shown && tally->shown++ < SHOWN)
				show(name, text, folder, &sample);
			shown = true;
			continue;
		}
		if (answers[BYTES] == NO_OPINION)
			tally->outside++;
		if (answers[EVALUATOR] != NO_OPINION)
			tally->answers[answers[EVALUATOR]]++;
		tally->translated += is_translated(court, &sample);
		if (answers[EVALUATOR] == ZW_ANSWER_ACCEPT)
			note_breach(&breaches, court, &sample);
	}
	check_claims(court, name, text, &breaches, tally);
}

static u32 rounds(void)
{
	const char *text = getenv("ZW_ROUNDS");

	return text ? (u32)strtoul(text, NULL, 0) : 500;
}

static void refused(const struct court *court, const char *name,
		    const struct zw_buf *text)
{
	struct zw_buf line = { 0 };

	if (!getenv("ZW_SHOW_REFUSED"))
		return;
	zw_pipeline_print_diags(&line, &court->pipeline);
	printf("---- refused %s\n%s%s", name, text->data,
	       line.n ? line.data : "");
	zw_buf_free(&line);
}

static void one_policy(u64 seed, struct tally *tally)
{
	struct zw_random random = { seed };
	struct zw_buf text = { 0 };
	struct court court;
	char name[64];

	snprintf(name, sizeof(name), "random-%llu.zw",
		 (unsigned long long)seed);
	zw_random_policy(&text, &random, 0);
	tally->policies++;
	if (convene(&court, name, (struct zw_str){ text.data, text.n }, ".")) {
		tally->valid++;
		ZW_CHECK(court.drawn_made, "%s: no diagrams", name);
		compare(&court, name, (struct zw_str){ text.data, text.n }, ".",
			&random, PACKETS, tally);
	} else {
		refused(&court, name, &text);
	}
	dismiss(&court);
	zw_buf_free(&text);
}

/* One of several gateways of a random policy. */
static void one_network(u64 seed, struct tally *tally)
{
	struct zw_random random = { seed };
	struct zw_buf text = { 0 };
	struct court court;
	char name[64];

	snprintf(name, sizeof(name), "network-%llu.zw@g%u",
		 (unsigned long long)seed,
		 (unsigned)zw_random_below(&random,
					   zw_random_network(&text, &random)));
	tally->policies++;
	if (convene(&court, name, (struct zw_str){ text.data, text.n }, ".")) {
		tally->valid++;
		ZW_CHECK(court.drawn_made, "%s: no diagrams", name);
		compare(&court, name, (struct zw_str){ text.data, text.n }, ".",
			&random, PACKETS, tally);
	} else {
		refused(&court, name, &text);
	}
	dismiss(&court);
	zw_buf_free(&text);
}

static void check_tally(const struct tally *tally)
{
	ZW_CHECK(!tally->disagreements, "%u of %u packets with disagreement",
		 tally->disagreements, tally->packets);
	ZW_CHECK(!tally->wrong_claims, "%u wrong verdicts on claims",
		 tally->wrong_claims);
	ZW_CHECK(tally->outside * 10 < tally->packets,
		 "%u of %u packets not asked of the diagrams", tally->outside,
		 tally->packets);
}

static void random_policies(void)
{
	struct zw_random random = { zw_test_seed() };
	const char *one = getenv("ZW_POLICY");
	struct tally tally = { 0 };
	u32 i, n = rounds();

	for (i = 0; i < n && !one; i++)
		one_policy(zw_random_next(&random), &tally);
	if (one)
		one_policy(strtoull(one, NULL, 0), &tally);
	printf("%u policies, %u valid; %u packets: %u dropped, %u accepted (%u translated), %u reset, %u prohibited; %u outside of what exists; built-in claims: %u held, %u refuted (%u by related packets)\n",
	       tally.policies, tally.valid, tally.packets,
	       tally.answers[ZW_ANSWER_DROP], tally.answers[ZW_ANSWER_ACCEPT],
	       tally.translated, tally.answers[ZW_ANSWER_RESET],
	       tally.answers[ZW_ANSWER_PROHIBITED], tally.outside,
	       tally.never_held, tally.refuted, tally.related_witness);
	check_tally(&tally);
	ZW_CHECK(one || tally.valid * 10 >= tally.policies * 8,
		 "only %u of %u policies are valid", tally.valid,
		 tally.policies);
	ZW_CHECK(one || tally.answers[ZW_ANSWER_ACCEPT] * 20 > tally.packets,
		 "only %u packets accepted", tally.answers[ZW_ANSWER_ACCEPT]);
}

static void random_networks(void)
{
	struct zw_random random = { zw_test_seed() };
	const char *one = getenv("ZW_NETWORK");
	struct tally tally = { 0 };
	u32 i, n = rounds() / 5;

	for (i = 0; i < n && !one; i++)
		one_network(zw_random_next(&random), &tally);
	if (one)
		one_network(strtoull(one, NULL, 0), &tally);
	printf("%u networks, %u valid; %u packets: %u dropped, %u accepted (%u translated), %u reset, %u prohibited; built-in claims: %u held, %u refuted\n",
	       tally.policies, tally.valid, tally.packets,
	       tally.answers[ZW_ANSWER_DROP], tally.answers[ZW_ANSWER_ACCEPT],
	       tally.translated, tally.answers[ZW_ANSWER_RESET],
	       tally.answers[ZW_ANSWER_PROHIBITED], tally.never_held,
	       tally.refuted);
	check_tally(&tally);
	ZW_CHECK(one || tally.valid * 5 >= tally.policies * 2,
		 "only %u of %u networks are valid", tally.valid,
		 tally.policies);
	ZW_CHECK(one || tally.answers[ZW_ANSWER_ACCEPT] * 30 > tally.packets,
		 "only %u packets accepted", tally.answers[ZW_ANSWER_ACCEPT]);
}

/* The shipped example, the same way. */
static void example(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_arena *arena = zw_arena_new();
	struct tally tally = { 0 };
	struct court court;
	struct zw_str text;

	CU_ASSERT_FATAL(!zw_read_file(arena, "examples/hq.zw", 1 << 20, &text));
	ZW_CHECK(convene(&court, "examples/hq.zw", text, "examples"),
		 "examples/hq.zw is refused");
	if (court.pipeline.valid)
		compare(&court, "examples/hq.zw", text, "examples", &random,
			20000, &tally);
	check_tally(&tally);
	dismiss(&court);
	zw_arena_free(arena);
}

void suite_referee(void);
void suite_referee(void)
{
	static CU_TestInfo tests[] = {
		{ "the shipped example", example },
		{ "random policies and packets", random_policies },
		{ "random gateways and packets", random_networks },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("referee", tests);
}
