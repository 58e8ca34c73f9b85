/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The longest paths against the interpreter: packets drawn at random, run
 * through the bytes of random policies, meet no more rules and expressions than
 * the path of their zones says, and some meet as many. */
#include <string.h>

#include "compiler/paths.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/random_policy.h"
#include "tests/harness/sample.h"
#include "verifier/interpret.h"

enum { POLICIES = 60, SAMPLES = 1500 };

struct tally {
	unsigned policies, compared;
	unsigned as_many_rules, as_many_expressions, well_used;
};

static bool has_interface(const struct zw_zone *zone, const char *name)
{
	for (size_t i = 0; i < zone->interfaces.n; i++) {
		const struct zw_interface *face = &zone->interfaces.v[i];

		if (!strncmp(face->name.p, name, face->name.n) &&
		    (face->pattern || !name[face->name.n]))
			return true;
	}
	return false;
}

/* Is a packet with ADDRESS on the interface NAME (empty: the gateway's own) of
 * the side WHO? A zone that may forge sends more than its members. */
static bool is_of(const struct zw_statement *statement, struct zw_str who,
		  const char *name, struct zw_ip address)
{
	if (!*name)
		return zw_str_is(who, "self");
	for (size_t i = 0; i < statement->zones.n; i++) {
		const struct zw_zone *zone = &statement->zones.v[i];

		if (zw_str_eq(zone->name, who))
			return !zone->spoofing_allowed &&
			       has_interface(zone, name) &&
			       zw_ipset_contains(zone->members, address);
	}
	return false;
}

static struct zw_ip final_destination(const struct zw_packet *packet)
{
	bool four = packet->ethertype == ETH_P_IP;

	return zw_ip_from_bytes(four ? ZW_IPV4 : ZW_IPV6,
				packet->bytes + (four ? 16 : 24));
}

static void compare(const struct zw_plan_path *path, bool established,
		    const struct zw_sample *sample, const struct zw_run *run,
		    struct tally *tally)
{
	const struct zw_plan_cost *cost =
		established ? &path->established : &path->new;
	struct zw_buf text = { 0 };

	zw_sample_print(&text, sample);
	ZW_CHECK(run->rules <= cost->rules && run->exprs <= cost->expressions,
		 "%.*s -> %.*s: %llu of %zu rules, %llu of %zu expressions: %s",
		 ZW_STR_ARG(path->from), ZW_STR_ARG(path->to),
		 (unsigned long long)run->rules, cost->rules,
		 (unsigned long long)run->exprs, cost->expressions, text.data);
	zw_buf_free(&text);
	tally->compared++;
	tally->as_many_rules += run->rules == cost->rules;
	tally->as_many_expressions += run->exprs == cost->expressions;
	tally->well_used += 10 * run->exprs >= 9 * cost->expressions;
}

static void one_sample(const struct zw_pipeline *p,
		       const struct zw_plan_stats *stats,
		       const struct zw_interpreter *interpreter,
		       const struct zw_sample *sample, struct tally *tally)
{
	struct zw_ip src = { sample->family, sample->src };
	struct zw_packet packet = { .n = 0 };
	struct zw_run run;

	if (sample->state != ZW_CT_NEW && sample->state != ZW_CT_ESTABLISHED)
		return;
	if (sample->state == ZW_CT_NEW && sample->direction != ZW_CT_ORIGINAL)
		return;
	zw_sample_packet(sample, &packet);
	zw_interpret(interpreter, &packet, sample->path, NULL, NULL, NULL,
		     &run);
	if (run.verdict == ZW_RUN_REASSEMBLED || run.path != sample->path)
		return;
	for (size_t i = 0; i < stats->path_count; i++) {
		const struct zw_plan_path *path = &stats->paths[i];

		if (path->family == sample->family &&
		    is_of(p->statement, path->from, sample->in, src) &&
		    is_of(p->statement, path->to, sample->out,
			  final_destination(&run.packet)))
			compare(path, sample->state == ZW_CT_ESTABLISHED,
				sample, &run, tally);
	}
}

static void one_policy(const char *name, struct zw_str text,
		       struct zw_random *random, struct tally *tally)
{
	struct zw_interpreter *interpreter;
	struct zw_plan_stats stats;
	struct zw_sampler *sampler;
	struct zw_pipeline p;

	zw_pipeline_run(&p, name, text);
	if (p.valid) {
		zw_plan_stats(p.arena, p.model, p.plan, &stats);
		interpreter = zw_interpreter_new(p.arena, p.ruleset);
		sampler = zw_sampler_new(p.arena, &p.written);
		tally->policies++;
		for (unsigned i = 0; i < SAMPLES; i++) {
			struct zw_sample sample;

			zw_sampler_next(sampler, random, &sample);
			one_sample(&p, &stats, interpreter, &sample, tally);
		}
	}
	zw_pipeline_free(&p);
}

static void test_against_interpreter(void)
{
	struct zw_random random = { zw_test_seed() };
	struct tally tally = { 0 };

	for (unsigned i = 0; i < POLICIES; i++) {
		struct zw_buf text = { 0 };

		zw_random_policy(&text, &random, 0);
		one_policy("random.zw", (struct zw_str){ text.data, text.n },
			   &random, &tally);
		zw_buf_free(&text);
	}
	ZW_CHECK(tally.policies > POLICIES / 4 && tally.compared > 2000,
		 "%u policies, %u packets compared", tally.policies,
		 tally.compared);
	ZW_CHECK(
		tally.as_many_rules > 0 && tally.as_many_expressions > 0 &&
			tally.well_used > tally.compared / 100,
		"of %u packets %u meet all rules, %u all expressions, %u nearly all",
		tally.compared, tally.as_many_rules, tally.as_many_expressions,
		tally.well_used);
}

void suite_paths(void);
void suite_paths(void)
{
	static CU_TestInfo tests[] = {
		{ "no packet meets more than the longest path",
		  test_against_interpreter },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("paths", tests);
}
