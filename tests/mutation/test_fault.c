/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single faults, twice: as the analysis makes and proves them (on the decoded
 * ruleset, sharing what it can), and by brute force, the same fault made in the
 * bytes and all of it proved from the beginning. Claim by claim the verdicts
 * must be the same. On the examples and on random policies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/random_policy.h"
#include "tests/harness/run.h"
#include "tests/mutation/faulty.h"
#include "verifier/decode.h"
#include "verifier/fmea.h"

#define SAMPLE 24
#define POLICIES 12

struct counts {
	u32 tried, skipped, fell, still;
	u32 modes[ZW_FAULT_MODES];
};

static enum zw_verdict kept_verdict(const struct zw_failure *failure,
				    const struct zw_claim *claim,
				    enum zw_verdict base)
{
	size_t i;

	for (i = 0; i < failure->fallen.n; i++) {
		const struct zw_claim *fallen = failure->fallen.v[i].claim;

		if (fallen == claim ||
		    (fallen->kind == ZW_EXACT && claim->kind == ZW_EXACT))
			return failure->fallen.v[i].verdict;
	}
	return base;
}

static void compare(const char *name, const struct zw_fmea *fmea,
		    const struct zw_failure *failure,
		    const struct zw_verification *plain)
{
	size_t i;

	for (i = 0; i < plain->claims.n; i++) {
		const struct zw_claim *claim = plain->claims.v[i].claim;
		enum zw_verdict base = fmea->base.claims.v[i].verdict, said;

		if (base != ZW_PROVED)
			continue;
		said = kept_verdict(failure, claim, base);
		ZW_CHECK(said == plain->claims.v[i].verdict,
			 "%s: %s, %.*s: '%.*s' is %d, by brute force %d (%.*s)",
			 name, zw_fault_mode_name(failure->fault.mode),
			 ZW_STR_ARG(failure->fault.what),
			 ZW_STR_ARG(claim->text), said,
			 plain->claims.v[i].verdict,
			 ZW_STR_ARG(plain->claims.v[i].reason));
	}
}

/* What is said of a packet is what the interpreter made of it. */
static void check_packets(const char *name, const struct zw_failure *failure)
{
	size_t i;

	for (i = 0; i < failure->fallen.n; i++) {
		const struct zw_claim_result *r = &failure->fallen.v[i];

		ZW_CHECK(r->verdict != ZW_PROVED, "%s: a proved claim falls",
			 name);
		ZW_CHECK(r->has_witness == (r->verdict == ZW_REFUTED),
			 "%s: '%.*s' falls without a packet", name,
			 ZW_STR_ARG(r->claim->text));
		if (r->has_witness && r->claim->kind <= ZW_ONLY)
			ZW_CHECK(zw_str_is(r->witness.outcome, "accepted"),
				 "%s: a packet that does not pass", name);
	}
	if (!failure->has_still)
		return;
	ZW_CHECK(failure->effect > ZW_EFFECT_SAFETY,
		 "%s: something passes and is stopped", name);
	ZW_CHECK(failure->still.path.n &&
			 !zw_str_is(failure->still.outcome, "accepted"),
		 "%s: what is stopped passes", name);
}

/* What is around the gateway is said beside the bytes. */
static void prove_around(const struct zw_pipeline *p,
			 const struct zw_fmea *fmea,
			 const struct zw_failure *failure, const char *name)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diags diags;
	struct zw_faulty faulty;
	struct zw_statement statement;
	struct zw_verify_options options = { 0 };

	zw_diags_init(&diags, arena);
	zw_fault_make(arena, p->ruleset, p->statement,
		      zw_fault_graph_new(arena, p->ruleset), &failure->fault,
		      &faulty);
	statement = *faulty.statement;
	statement.has_policy = false;
	options.gateway = faulty.gateway;
	compare(name, fmea, failure,
		zw_verify_batch(arena, &diags, NULL, (const u8 *)p->bytes.data,
				p->bytes.n, &statement, &options));
	zw_arena_free(arena);
}

static bool prove_bytes(const struct zw_pipeline *p, const struct zw_fmea *fmea,
			const struct zw_failure *failure, const char *name)
{
	struct zw_arena *arena;
	struct zw_diags diags;
	struct zw_buf bytes = { 0 };
	bool possible =
		faulty_bytes(&bytes, (const u8 *)p->bytes.data, p->bytes.n,
			     p->ruleset, p->statement, &failure->fault);

	if (possible) {
		arena = zw_arena_new();
		zw_diags_init(&diags, arena);
		compare(name, fmea, failure,
			zw_verify_batch(arena, &diags, NULL,
					(const u8 *)bytes.data, bytes.n,
					p->statement, NULL));
		zw_arena_free(arena);
	}
	zw_buf_free(&bytes);
	return possible;
}

static void by_brute_force(const struct zw_pipeline *p, const char *name,
			   u64 sample, u64 seed, struct counts *counts)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_fmea_options options = { .sample = sample, .seed = seed };
	struct zw_fmea fmea;
	size_t i;

	ZW_CHECK(zw_fmea(arena, p->sources, p->ruleset, p->statement, &options,
			 &fmea),
		 "%s: not possible", name);
	for (i = 0; i < fmea.failures.n; i++) {
		const struct zw_failure *failure = &fmea.failures.v[i];

		counts->tried++;
		counts->fell += failure->fallen.n > 0;
		counts->still += failure->has_still;
		check_packets(name, failure);
		/* no bytes say this */
		if (failure->fault.mode == ZW_FAULT_DEFRAGMENTATION_OFF) {
			counts->skipped++;
			continue;
		}
		if (zw_fault_is_around(failure->fault.mode))
			prove_around(p, &fmea, failure, name);
		else if (!prove_bytes(p, &fmea, failure, name)) {
			counts->skipped++;
			continue;
		}
		counts->modes[failure->fault.mode]++;
	}
	zw_arena_free(arena);
}

static void read_example(struct zw_pipeline *p, const char *path)
{
	struct zw_buf text = { 0 };
	char line[1024];
	FILE *file = fopen(path, "r");
	size_t n;

	ZW_CHECK(file != NULL, "%s cannot be read", path);
	while (file && (n = fread(line, 1, sizeof(line), file)))
		zw_buf_add(&text, line, n);
	if (file)
		fclose(file);
	zw_pipeline_run(p, path, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
}

static void examples(void)
{
	static const struct {
		const char *path;
		u64 sample;
	} all[] = {
		{ "examples/hq.zw", 150 },
		{ "examples/three-tier.zw", 80 },
		{ "examples/hosting.zw", 40 },
		{ "examples/small-company.zw", SAMPLE },
		{ "examples/branch.zw", SAMPLE },
	};
	struct counts counts = { 0 };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct zw_pipeline p;

		read_example(&p, all[i].path);
		ZW_CHECK(p.valid, "%s is not valid", all[i].path);
		if (p.valid)
			by_brute_force(&p, all[i].path, all[i].sample,
				       zw_test_seed(), &counts);
		zw_pipeline_free(&p);
	}
	ZW_CHECK(counts.skipped * 5 < counts.tried, "%u of %u were skipped",
		 counts.skipped, counts.tried);
	ZW_CHECK(counts.fell * 4 > counts.tried, "only %u of %u did anything",
		 counts.fell, counts.tried);
	ZW_CHECK(counts.still > 0, "nothing is stopped by anything else");
}

/* The rare modes, all of them. */
static void rare(void)
{
	struct counts counts = { 0 };
	struct zw_pipeline p;
	struct zw_arena *arena = zw_arena_new();
	struct zw_fmea_options options = {
		.modes = ~(1u << ZW_FAULT_RULE_LOST |
			   1u << ZW_FAULT_RULE_FLIPPED |
			   1u << ZW_FAULT_ELEMENT_LOST |
			   1u << ZW_FAULT_SPOOFING_LOST |
			   1u << ZW_FAULT_ACCEPT_ADDED) &
			 ((1u << ZW_FAULT_MODES) - 1),
	};
	struct zw_fmea fmea;
	size_t i;

	read_example(&p, "examples/hq.zw");
	ZW_CHECK(zw_fmea(arena, p.sources, p.ruleset, p.statement, &options,
			 &fmea),
		 "not possible");
	for (i = 0; i < fmea.failures.n; i++) {
		const struct zw_failure *failure = &fmea.failures.v[i];

		if (zw_fault_is_around(failure->fault.mode))
			prove_around(&p, &fmea, failure, "hq");
		else if (failure->fault.mode != ZW_FAULT_DEFRAGMENTATION_OFF &&
			 !prove_bytes(&p, &fmea, failure, "hq"))
			continue;
		counts.modes[failure->fault.mode]++;
	}
	for (i = 0; i < ZW_FAULT_MODES; i++) {
		if (options.modes >> i & 1)
			ZW_CHECK(counts.modes[i], "no %s",
				 zw_fault_mode_name((enum zw_fault_mode)i));
	}
	zw_pipeline_free(&p);
	zw_arena_free(arena);
}

static void at_random(void)
{
	struct zw_random random = { zw_test_seed() };
	const char *rounds = getenv("ZW_ROUNDS");
	u32 want = POLICIES * (rounds ? (u32)atoi(rounds) : 1), done = 0, i;
	struct counts counts = { 0 };

	for (i = 0; i < 10 * want && done < want; i++) {
		struct zw_buf text = { 0 };
		struct zw_pipeline p;
		char name[32];

		snprintf(name, sizeof(name), "random-%u.zw", i);
		zw_random_policy(&text, &random,
				 2 + zw_random_below(&random, 14));
		zw_pipeline_run(&p, name, (struct zw_str){ text.data, text.n });
		if (p.valid) {
			by_brute_force(&p, name, 14, zw_random_next(&random),
				       &counts);
			done++;
		}
		zw_pipeline_free(&p);
		zw_buf_free(&text);
	}
	ZW_CHECK(done == want, "only %u policies", done);
	ZW_CHECK(counts.fell * 8 > counts.tried, "only %u of %u did anything",
		 counts.fell, counts.tried);
}

void suite_fault(void);
void suite_fault(void)
{
	static CU_TestInfo tests[] = {
		{ "examples, by brute force", examples },
		{ "each mode, by brute force", rare },
		{ "random policies, by brute force", at_random },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("fault", tests);
}
