/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reload torture: packets run while the gateway goes back and forth between two
 * policies. Nothing that both forbid arrives, and all that both allow does.
 * What the same policies do as text through `nft -f` is printed beside. With
 * ZW_CASE=TEXT only the cases whose name has TEXT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"
#include "tests/reload/trial.h"

void suite_apply(void);

enum {
	MOST_ROUNDS = 300,
	/* Reloads by the program itself and by nft. */
	PROGRAM_ROUNDS = 10,
	NFT_ROUNDS = 4,
	LARGE = 1000,
	/* On a busy machine a case ends after so many seconds, with as many
	 * reloads as it did, unless ZW_ROUNDS asks for a number. */
	SMALL_SECONDS = 6,
	LARGE_SECONDS = 3,
	PROGRAM_SECONDS = 3,
};

static void judge(const struct zw_trial *t, const char *how, unsigned rounds,
		  const struct zw_counts *counts, bool strict)
{
	char text[ZW_COUNTS_TEXT];

	zw_counts_format(t->injector, counts, text);
	printf("  %s, %u reloads %s in %.1f s: %.*s\n", t->reload->name, rounds,
	       how, counts->seconds,
	       (int)(strict ? strlen(text) : strcspn(text, ";")), text);
	ZW_CHECK(!counts->missed, "%s: %s", t->reload->name, text);
	if (strict)
		ZW_CHECK(!counts->leaks && !counts->losses, "%s, %s: %s",
			 t->reload->name, how, text);
}

/* Each policy by itself does with each packet what the case says. */
static void still(struct zw_trial *t)
{
	char text[ZW_COUNTS_TEXT];
	struct zw_counts counts;
	u64 arrived[2][ZW_STREAMS];
	unsigned which, i;

	for (which = 0; which < 2; which++) {
		zw_trial_load(t, which);
		zw_injector_burst(t->injector, 200, &counts);
		ZW_CHECK(!counts.leaks && !counts.losses && !counts.missed,
			 "%s, %c alone: %s", t->reload->name, "ab"[which],
			 zw_counts_format(t->injector, &counts, text));
		memcpy(arrived[which], counts.arrived, sizeof(arrived[0]));
	}
	for (i = 0; i < ZW_STREAMS && t->streams[i].name; i++)
		if (t->streams[i].kind == ZW_SOMETIMES)
			ZW_CHECK(arrived[0][i] + arrived[1][i] == 200,
				 "%s: '%s' tells the policies not apart",
				 t->reload->name, t->streams[i].name);
}

static void by_loader(struct zw_trial *t)
{
	unsigned rounds = zw_reload_rounds(t->reload->rounds, MOST_ROUNDS), i;
	double limit =
		t->reload->elements > LARGE ? LARGE_SECONDS : SMALL_SECONDS;
	struct zw_counts counts;
	double start = zw_trial_now();

	if (getenv("ZW_ROUNDS"))
		limit = ZW_INJECTOR_SECONDS;
	zw_injector_start(t->injector);
	for (i = 0; i < rounds && (i < 2 || zw_trial_now() - start < limit);
	     i++)
		zw_trial_load(t, (i + 1) % 2);
	zw_injector_stop(t->injector, &counts);
	judge(t, "by the loader", i, &counts, true);
}

static void by_program(struct zw_trial *t)
{
	unsigned rounds = t->reload->elements > LARGE ? 2 : PROGRAM_ROUNDS, i;
	struct zw_counts counts;
	double start = zw_trial_now();

	zw_injector_start(t->injector);
	for (i = 0; i < rounds && zw_trial_now() - start < PROGRAM_SECONDS;
	     i++) {
		const char *argv[] = { zw_binary(),
				       "apply",
				       "torture.zw",
				       "--netns",
				       zw_testbed_name(t->bed),
				       NULL };
		struct zw_run run;

		zw_run(&run, i % 2 ? "a" : "b", argv);
		ZW_CHECK(!run.status, "%s: apply %s: status %d: %s%s",
			 t->reload->name, argv[2], run.status,
			 run.out.data ? run.out.data : "",
			 run.err.data ? run.err.data : "");
		zw_run_free(&run);
	}
	zw_injector_stop(t->injector, &counts);
	judge(t, "by zwinger apply", i, &counts, true);
}

/* The same policies as any other file: not asserted, that is nft's business. */
static void by_nft(struct zw_trial *t)
{
	char *text[2] = { zw_product_nft(t->product[0]),
			  zw_product_nft(t->product[1]) };
	struct zw_counts counts;
	double start = zw_trial_now();
	unsigned i;
	bool ok;

	zw_injector_start(t->injector);
	for (i = 0; i < NFT_ROUNDS && zw_trial_now() - start < 1; i++) {
		ok = zw_testbed_nft(t->bed, text[(i + 1) % 2]);
		ZW_CHECK(ok, "%s: nft: %s", t->reload->name,
			 zw_testbed_error(t->bed));
	}
	zw_injector_stop(t->injector, &counts);
	judge(t, "by nft -f", i, &counts, false);
	free(text[0]);
	free(text[1]);
}

static void torture(const struct zw_reload_case *reload)
{
	const char *only = getenv("ZW_CASE");
	struct zw_trial t;

	if (only && !strstr(reload->name, only))
		return;
	if (!zw_trial_begin(&t, reload))
		return;
	still(&t);
	by_loader(&t);
	by_program(&t);
	by_nft(&t);
	zw_trial_end(&t);
}

static void test_small(void)
{
	size_t i;

	for (i = 0; i < zw_reload_case_count; i++)
		if (zw_reload_cases[i].elements <= LARGE)
			torture(&zw_reload_cases[i]);
}

static void test_large(void)
{
	size_t i;

	for (i = 0; i < zw_reload_case_count; i++)
		if (zw_reload_cases[i].elements > LARGE)
			torture(&zw_reload_cases[i]);
}

static CU_TestInfo tests[] = {
	{ "small policies", test_small },
	{ "policies with large sets", test_large },
	CU_TEST_INFO_NULL,
};

void suite_apply(void)
{
	zw_test_suite("reload: apply", tests);
}
