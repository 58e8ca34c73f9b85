/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proved batches with one thing put wrong. Whether a mutant does otherwise is
 * found out with packets, by the concrete interpreter alone; then the verifier
 * is asked. A mutant that does otherwise must not be proved; a mutant that is
 * refuted must have a witness that really fares otherwise; a mutant that is
 * proved must bear a larger sample without a difference.
 *
 * ZW_ROUNDS is the number of mutants (1500). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/limits.h"
#include "tests/harness/random_policy.h"
#include "tests/mutation/base.h"
#include "tests/mutation/mutate.h"
#include "verifier/decode.h"
#include "verifier/verify.h"

#define MUTANTS_EACH 40 /* of one policy */
#define PROBES_CHANGED 400
#define PROBES_MORE 6000
#define SHOWN 5

struct tally {
	u32 mutants, unreadable, changed, changed_proved, refuted, undecided,
		proved, false_witness, unsaid, unseen;
};

struct totals {
	struct tally kind[ZW_MUTATE_COUNT];
	u32 shown;
};

struct mutant {
	struct zw_arena *arena;
	struct zw_diags diags;
	struct zw_buf bytes, what;
	bool readable;
	struct zw_ruleset ruleset;
	const struct zw_interpreter *interpreter;
	struct changes changes;
};

static void mutant_free(struct mutant *m)
{
	zw_buf_free(&m->bytes);
	zw_buf_free(&m->what);
	zw_arena_free(m->arena);
}

static bool mutant_make(struct mutant *m, const struct base *base,
			enum zw_mutation kind, struct zw_random *random)
{
	const struct zw_buf *bytes = &base->pipeline.bytes;

	*m = (struct mutant){ .arena = zw_arena_new() };
	zw_diags_init(&m->diags, m->arena);
	if (!zw_mutate(&m->bytes, &m->what, (const u8 *)bytes->data, bytes->n,
		       kind, random) ||
	    (m->bytes.n == bytes->n &&
	     !memcmp(m->bytes.data, bytes->data, bytes->n))) {
		mutant_free(m);
		return false;
	}
	m->readable = zw_decode(m->arena, &m->diags, (const u8 *)m->bytes.data,
				m->bytes.n, NULL, &m->ruleset);
	if (!m->readable)
		return true;
	m->interpreter = zw_interpreter_new(m->arena, &m->ruleset);
	base_changes(m->arena, base, &m->ruleset, &m->changes);
	return true;
}

/* ---- does it do otherwise? ----------------------------------------------- */

static bool fares_otherwise(const struct mutant *m, const struct probe *probe)
{
	struct outcome outcome;

	return base_run(m->interpreter, probe, &outcome) &&
	       base_differ(&outcome, &probe->outcome);
}

static bool does_otherwise(struct base *base, const struct mutant *m,
			   struct zw_random *random, struct probe *probe)
{
	size_t i;

	for (i = 0; i < base->probes.n; i++) {
		*probe = base->probes.v[i];
		if (fares_otherwise(m, probe))
			return true;
	}
	for (i = 0; i < PROBES_CHANGED; i++) {
		if (base_draw_changed(base, random, &m->changes, probe) &&
		    fares_otherwise(m, probe))
			return true;
	}
	return false;
}

static bool does_otherwise_after_all(struct base *base, const struct mutant *m,
				     struct zw_random *random,
				     struct probe *probe)
{
	size_t i;

	for (i = 0; i < PROBES_MORE; i++) {
		if ((i % 3 ? base_draw(base, random, probe)
			   : base_draw_changed(base, random, &m->changes,
					       probe)) &&
		    fares_otherwise(m, probe))
			return true;
	}
	return false;
}

/* ---- witnesses ----------------------------------------------------------- */

static enum zw_ct_state state_of(struct zw_str text)
{
	if (zw_str_is(text, "established"))
		return ZW_CT_ESTABLISHED;
	if (zw_str_is(text, "related"))
		return ZW_CT_RELATED;
	if (zw_str_is(text, "invalid"))
		return ZW_CT_INVALID;
	if (zw_str_is(text, "untracked"))
		return ZW_CT_UNTRACKED;
	return ZW_CT_NEW;
}

static void set_name(char name[ZW_NAME_MAX], struct zw_str text)
{
	if (!zw_str_is(text, "self"))
		memcpy(name, text.p,
		       text.n < ZW_NAME_MAX ? text.n : (size_t)ZW_NAME_MAX - 1);
}

/* "came by IPsec (reqid 7)", and WORDS for the other direction. */
static bool read_ipsec(const char *details, const char *words, u32 *reqid)
{
	const char *at = strstr(details, words);

	if (at)
		sscanf(at + strlen(words), " (reqid %u)", reqid);
	return at != NULL;
}

/* "sent on to 192.0.2.10 port 8443", "of an entry that leads on to ...", "on a
 * Monday at 12:00:00 UTC". */
static void read_details(const struct zw_witness *w, struct zw_sample *sample,
			 bool *sent, struct zw_ip *to)
{
	static const char *const days[] = { "Sunday",	 "Monday",   "Tuesday",
					    "Wednesday", "Thursday", "Friday",
					    "Saturday" };
	struct zw_arena *arena = zw_arena_new();
	const char *text = zw_cstr(arena, w->details);
	const char *at = strstr(text, "on to ");
	u32 hour, minute, second, port;
	char day[16];
	u8 i;

	*sent = false;
	sample->dnat_port = sample->snat_port = sample->second;
	if (at) {
		struct zw_str ip = zw_str_from(at + strlen("on to "));

		ip.n = strcspn(ip.p, " ,");
		*sent = zw_ip_parse(ip, to);
		if (sscanf(ip.p + ip.n, " port %u", &port) == 1)
			sample->dnat_port = sample->snat_port = (u16)port;
	}
	at = strstr(text, "on a ");
	if (at && sscanf(at, "on a %15s at %u:%u:%u", day, &hour, &minute,
			 &second) == 4) {
		sample->time = 3600 * hour + 60 * minute + second;
		for (i = 0; i < 7; i++)
			if (!strcmp(day, days[i]))
				sample->day = i;
	}
	sample->in_ipsec = read_ipsec(text, "came by IPsec", &sample->in_reqid);
	sample->out_ipsec =
		read_ipsec(text, "leaves by IPsec", &sample->out_reqid);
	zw_arena_free(arena);
}

/* The entry, as far as the witness tells; the rest is OTHER's. */
static void guess_entry(struct zw_sample *sample, u32 try, bool sent,
			struct zw_ip to, const struct zw_sample *other)
{
	bool reply = sample->direction == ZW_CT_REPLY;

	sample->confirmed = sample->state == ZW_CT_NEW && try % 2;
	sample->original_source = reply ? sample->dst : sample->src;
	sample->reply_source = reply ? sample->src : sample->dst;
	if (sample->state == ZW_CT_NEW && !sample->confirmed)
		return;
	if (try && sample->state == ZW_CT_RELATED && reply)
		sample->original_source = other->src;
	else if (try && sample->state == ZW_CT_RELATED)
		sample->reply_source = other->src;
	sample->original_destination = reply ? other->dst : sample->dst;
	sample->reply_destination = reply ? sample->dst : other->dst;
	/* it may be a rule that sends on */
	sent &= !(try >> 4 & 1);
	sample->dnat = reply ? try >> 2 & 1 : sent;
	sample->snat = reply ? sent : try >> 2 & 1;
	if (sent && reply)
		sample->original_source = to.value;
	else if (sent)
		sample->reply_source = to.value;
	if (try >> 3 & 1) {
		if (reply)
			sample->dnat_port = other->second;
		else
			sample->snat_port = other->second;
	}
}

/* The packet of the witness; what it does not say (an entry's other addresses)
 * is drawn. */
static void replay(const struct base *base, const struct zw_witness *w, u32 try,
		   struct zw_random *random, struct probe *probe)
{
	struct zw_sample *sample = &probe->sample, other;
	struct zw_packet *packet = &probe->packet, made;
	struct zw_ip to;
	bool sent;

	memset(probe, 0, sizeof(*probe));
	set_name(sample->in, w->in);
	set_name(sample->out, w->out);
	sample->path = !sample->in[0]	 ? ZW_PATH_OUTPUT
		       : !sample->out[0] ? ZW_PATH_INPUT
					 : ZW_PATH_FORWARD;
	sample->family = w->family;
	sample->src = w->src.value;
	sample->dst = w->dst.value;
	sample->proto = w->proto;
	sample->first = w->has_type ? w->type : w->sport;
	sample->second = w->has_type ? w->code : w->dport;
	sample->state = state_of(w->state);
	sample->direction = zw_str_is(w->direction, "reply");
	sample->luck = try % 16 ? 1 + zw_random_below(random, 1u << 30) : 0;
	read_details(w, sample, &sent, &to);
	do
		zw_sampler_next(base->sampler, random, &other);
	while (other.family != w->family);
	guess_entry(sample, try, sent, to, &other);
	zw_sample_packet(sample, &made);
	probe->path = sample->path;
	probe->family = w->family;
	*packet = made;
	/* marks are among what it does not say */
	if (try >= 100)
		packet->mark = packet->ct.mark =
			try % 4 ? 1u << zw_random_below(random, 32)
				: UINT32_MAX;
	packet->n = (u32)w->bytes.n;
	memcpy(packet->bytes, w->bytes.p, w->bytes.n);
	packet->link_len = (u32)w->link.n;
	if (w->link.n)
		memcpy(packet->link, w->link.p, w->link.n);
}

enum replayed {
	DIFFERS,
	SAME,
	UNSAID, /* it may hang on what the witness does not say */
	UNSEEN, /* it met a limit or a translation, of which the interpreter
		 * does not see everything (whose bucket, how ports are drawn)
		 */
};

/* Outcomes for what can come out both ways: limits as the sample has it, other
 * things (a set that may change) by one bit after the other. */
struct chooser {
	struct zw_sample sample;
	u32 bits;
	bool limited;
};

static bool choose_bits(void *context, const struct zw_expr *expr,
			struct zw_choice *choice)
{
	struct chooser *chooser = context;

	if (zw_limits_choose(&chooser->sample, expr, choice)) {
		chooser->limited = true;
		return true;
	}
	choice->holds = chooser->bits & 1;
	chooser->bits = chooser->bits >> 1 | chooser->bits << 31;
	return true;
}

/* Does the packet fare otherwise, in some way that the unknowns can come out?
 * What nobody knows (an expression of another name) must not matter: then it
 * must fare otherwise in every way. */
static bool shows_something(const struct mutant *m, const struct probe *probe,
			    bool *limited)
{
	static const u32 ways[] = { ~0u, 0, 1, ~1u, 2, ~2u, 4, ~4u };
	bool some = false, every = true, unknown = false, differs;
	struct outcome outcome;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct chooser chooser = { probe->sample, ways[i], false };

		unknown |= !base_run_by(m->interpreter, probe, choose_bits,
					&chooser, &outcome);
		differs = base_differ(&outcome, &probe->outcome);
		some |= differs;
		every &= differs;
		*limited |= chooser.limited;
	}
	return unknown ? every : some;
}

static bool is_translated(const struct probe *probe)
{
	const struct outcome *o = &probe->outcome;

	return o->pass == ZW_PASS_ACCEPT && !probe->packet.ct.status &&
	       (o->masqueraded || o->src != probe->sample.src ||
		o->dst != probe->sample.dst ||
		o->dport != probe->sample.second);
}

static enum replayed replay_witness(const struct base *base,
				    const struct mutant *m,
				    const struct zw_witness *w,
				    struct zw_random *random)
{
	bool limited = false, translated = false, known;
	struct probe probe;
	u32 try;

	for (try = 0; try < 200; try++) {
		struct chooser chooser;

		replay(base, w, try, random, &probe);
		chooser = (struct chooser){ probe.sample, ~0u, false };
		known = base_run_by(base->interpreter, &probe, choose_bits,
				    &chooser, &probe.outcome);
		limited |= chooser.limited;
		translated |= is_translated(&probe);
		if (known && shows_something(m, &probe, &limited))
			return DIFFERS;
	}
	if (limited || translated)
		return UNSEEN;
	return probe.sample.state == ZW_CT_RELATED ||
			       probe.sample.state == ZW_CT_ESTABLISHED
		       ? UNSAID
		       : SAME;
}

/* ---- verdicts ------------------------------------------------------------ */

static const struct zw_claim_result *
exactness(const struct zw_verification *verification)
{
	return &verification->claims.v[verification->claims.n - 1];
}

static struct zw_verification *verify(const struct base *base, struct mutant *m)
{
	return zw_verify_batch(m->arena, &m->diags, base->pipeline.sources,
			       (const u8 *)m->bytes.data, m->bytes.n,
			       base->pipeline.statement, NULL);
}

static void show(struct totals *totals, const struct base *base,
		 const struct mutant *m, enum zw_mutation kind,
		 const char *fault, const struct zw_claim_result *result)
{
	const struct zw_witness *w = &result->witness;

	if (totals->shown++ >= SHOWN)
		return;
	printf("---- %s: %s\n%s: %s\n%.*s\n", base->name,
	       zw_mutation_name(kind), fault, m->what.data,
	       ZW_STR_ARG(result->reason));
	if (result->has_witness)
		printf("witness in %.*s out %.*s proto %u %u/%u %u/%u ct %.*s %.*s (%.*s) %.*s\n",
		       ZW_STR_ARG(w->in), ZW_STR_ARG(w->out), w->proto,
		       w->sport, w->dport, w->type, w->code,
		       ZW_STR_ARG(w->state), ZW_STR_ARG(w->direction),
		       ZW_STR_ARG(w->details), ZW_STR_ARG(w->outcome));
	printf("%.*s", (int)base->text.n, base->text.data);
}

static void show_probe(const struct base *base, const struct mutant *m,
		       const struct probe *probe)
{
	char a[46], b[46];
	const u8 *bytes = probe->packet.bytes;
	bool four = probe->family == ZW_IPV4;
	struct zw_ip src =
		zw_ip_from_bytes(probe->family, bytes + (four ? 12 : 8));
	struct zw_ip dst =
		zw_ip_from_bytes(probe->family, bytes + (four ? 16 : 24));
	struct outcome outcome;

	(void)base;
	base_run(m->interpreter, probe, &outcome);
	printf("packet path %d in '%s' out '%s' %s -> %s protocol %u state %d direction %u: was %d, is %d\n",
	       probe->path, probe->packet.in, probe->packet.out,
	       zw_ip_format(src, a), zw_ip_format(dst, b), bytes[four ? 9 : 6],
	       probe->packet.ct.state, probe->packet.ct.direction,
	       probe->outcome.pass, outcome.pass);
}

static void judge_witness(struct base *base, struct mutant *m,
			  enum zw_mutation kind,
			  const struct zw_claim_result *exact,
			  struct totals *totals, struct zw_random *random)
{
	struct tally *tally = &totals->kind[kind];
	enum replayed replayed = SAME;

	tally->refuted++;
	if (exact->has_witness)
		replayed = replay_witness(base, m, &exact->witness, random);
	if (replayed == UNSAID)
		tally->unsaid++;
	if (replayed == UNSEEN)
		tally->unseen++;
	if (replayed == SAME) {
		tally->false_witness++;
		show(totals, base, m, kind, "its witness fares the same",
		     exact);
	}
}

static void judge(struct base *base, struct mutant *m, enum zw_mutation kind,
		  struct totals *totals, struct zw_random *random)
{
	struct tally *tally = &totals->kind[kind];
	struct zw_verification *verification = verify(base, m);
	const struct zw_claim_result *exact = exactness(verification);
	struct probe probe;
	bool changed;

	tally->mutants++;
	if (!m->readable) {
		tally->unreadable++;
		if (verification->verdict == ZW_PROVED) {
			tally->changed_proved++;
			show(totals, base, m, kind, "proved though unreadable",
			     exact);
		}
		return;
	}
	changed = does_otherwise(base, m, random, &probe);
	if (!changed && exact->verdict == ZW_PROVED)
		changed = does_otherwise_after_all(base, m, random, &probe);
	tally->changed += changed;
	tally->proved += exact->verdict == ZW_PROVED;
	tally->undecided += exact->verdict == ZW_UNDECIDED;
	if (exact->verdict == ZW_REFUTED)
		judge_witness(base, m, kind, exact, totals, random);
	if (changed && exact->verdict == ZW_PROVED) {
		tally->changed_proved++;
		show(totals, base, m, kind, "does otherwise and is proved",
		     exact);
		show_probe(base, m, &probe);
	}
}

/* ---- the run ------------------------------------------------------------- */

/* What is there twice seldom matters: a few of these will do. */
static enum zw_mutation draw_kind(struct zw_random *random)
{
	u32 kind = zw_random_below(random, ZW_MUTATE_COUNT);

	if (kind == ZW_MUTATE_ELEMENT_COPY || kind == ZW_MUTATE_RULE_COPY)
		kind = zw_random_below(random, ZW_MUTATE_COUNT);
	return (enum zw_mutation)kind;
}

static u32 mutate_base(struct base *base, u32 mutants, struct totals *totals,
		       struct zw_random *random)
{
	struct mutant mutant;
	u32 i, tries, made = 0;

	for (i = 0; i < mutants; i++) {
		for (tries = 0; tries < 10; tries++) {
			enum zw_mutation kind = draw_kind(random);

			if (!mutant_make(&mutant, base, kind, random))
				continue;
			judge(base, &mutant, kind, totals, random);
			mutant_free(&mutant);
			made++;
			break;
		}
	}
	return made;
}

/* Only proved batches are worth it. */
static u32 one_base(const char *name, struct zw_str text, u32 mutants,
		    struct totals *totals, struct zw_random *random)
{
	struct base base;
	struct zw_verification *verification;
	u32 made = 0;

	if (base_make(&base, name, text, random)) {
		struct zw_pipeline *p = &base.pipeline;

		verification = zw_verify_batch(p->arena, &p->diags, p->sources,
					       (const u8 *)p->bytes.data,
					       p->bytes.n, p->statement, NULL);
		ZW_CHECK(exactness(verification)->verdict == ZW_PROVED,
			 "%s is not proved", name);
		made = mutate_base(&base, mutants, totals, random);
	}
	base_free(&base);
	return made;
}

static u32 example(const char *path, u32 mutants, struct totals *totals,
		   struct zw_random *random)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str text;
	u32 made;

	CU_ASSERT_FATAL(!zw_read_file(arena, path, 1 << 20, &text));
	made = one_base(path, text, mutants, totals, random);
	zw_arena_free(arena);
	return made;
}

static u32 random_base(u32 mutants, struct totals *totals,
		       struct zw_random *random)
{
	struct zw_random own = { zw_random_next(random) };
	struct zw_buf text = { 0 };
	char name[64];
	u32 made;

	snprintf(name, sizeof(name), "random-%llu.zw",
		 (unsigned long long)own.state);
	zw_random_policy(&text, &own, 2 + zw_random_below(random, 14));
	made = one_base(name, (struct zw_str){ text.data, text.n }, mutants,
			totals, random);
	zw_buf_free(&text);
	return made;
}

static void print_line(const char *name, const struct tally *t)
{
	printf("  %-18s %6u %10u %8u %8u %9u %7u %7u %7u\n", name, t->mutants,
	       t->unreadable, t->changed, t->refuted, t->undecided, t->proved,
	       t->unsaid, t->unseen);
}

static void add_up(struct tally *sum, const struct tally *t)
{
	sum->mutants += t->mutants;
	sum->unreadable += t->unreadable;
	sum->changed += t->changed;
	sum->changed_proved += t->changed_proved;
	sum->refuted += t->refuted;
	sum->undecided += t->undecided;
	sum->proved += t->proved;
	sum->false_witness += t->false_witness;
	sum->unsaid += t->unsaid;
	sum->unseen += t->unseen;
}

static void mutants(void)
{
	struct zw_random random = { zw_test_seed() };
	const char *text = getenv("ZW_ROUNDS");
	u32 made, wanted = text ? (u32)strtoul(text, NULL, 0) : 1500;
	struct totals totals = { 0 };
	struct tally sum = { 0 };
	u32 i;

	made = example("examples/hq.zw", wanted / 5 + 1, &totals, &random);
	/* zones behind IPsec */
	made += example("examples/branch.zw", wanted / 10, &totals, &random);
	for (i = 0; made < wanted && i < wanted; i++)
		made += random_base(MUTANTS_EACH, &totals, &random);
	printf("\n  %-18s %6s %10s %8s %8s %9s %7s %7s %7s\n", "", "all",
	       "unreadable", "changed", "refuted", "undecided", "proved",
	       "unsaid", "unseen");
	for (i = 0; i < ZW_MUTATE_COUNT; i++) {
		print_line(zw_mutation_name((enum zw_mutation)i),
			   &totals.kind[i]);
		add_up(&sum, &totals.kind[i]);
	}
	print_line("all", &sum);
	ZW_CHECK(sum.mutants >= wanted, "only %u mutants", sum.mutants);
	ZW_CHECK(!sum.changed_proved, "%u mutants do otherwise and are proved",
		 sum.changed_proved);
	ZW_CHECK(!sum.false_witness, "%u witnesses show nothing",
		 sum.false_witness);
	ZW_CHECK(sum.unsaid * 10 <= sum.refuted,
		 "%u of %u witnesses could not be replayed", sum.unsaid,
		 sum.refuted);
	/* else the sample is blind, or the mutants do nothing */
	ZW_CHECK(sum.changed * 3 > sum.mutants - sum.unreadable,
		 "only %u of %u mutants do otherwise", sum.changed,
		 sum.mutants - sum.unreadable);
}

void suite_mutation(void);
void suite_mutation(void)
{
	static CU_TestInfo tests[] = {
		{ "proved batches with one thing put wrong", mutants },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("mutation", tests);
}
