/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reload torture: packets run while the gateway goes back and forth between two
 * policies. Nothing that both forbid arrives, and all that both allow does.
 * What the same policies do as text through `nft -f` is printed beside. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"
#include "tests/reload/cases.h"
#include "tests/reload/product.h"

void suite_apply(void);

enum {
	MOST_ROUNDS = 300,
	/* Reloads by the program itself and by nft. */
	PROGRAM_ROUNDS = 10,
	NFT_ROUNDS = 4,
	LARGE = 1000,
	/* On a busy machine a case ends after so many seconds, with as many
	 * reloads as it did, unless ZW_ROUNDS asks for a number. */
	SMALL_SECONDS = 12,
	LARGE_SECONDS = 5,
};

struct trial {
	const struct zw_reload_case *reload;
	struct zw_testbed *bed;
	struct zw_product *product[2];
	struct zw_product_loader *loader;
	struct zw_stream streams[ZW_STREAMS];
	struct zw_injector *injector;
	char folder[64], home[4096];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void end(struct trial *t)
{
	static const char *const files[] = { "a/torture.zw", "b/torture.zw",
					     "single-a.txt", "single-b.txt",
					     "ranges-a.txt", "ranges-b.txt" };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("a");
	rmdir("b");
	ZW_ASSERT(!chdir(t->home));
	rmdir(t->folder);
	zw_injector_free(t->injector);
	zw_product_loader_free(t->loader);
	zw_product_free(t->product[0]);
	zw_product_free(t->product[1]);
	zw_testbed_free(t->bed);
}

static void load(struct trial *t, unsigned which)
{
	int err = zw_product_load(t->loader, t->product[which], NULL);

	ZW_CHECK(!err, "%s: load %c: %s", t->reload->name, "ab"[which],
		 strerror(-err));
}

static bool begin(struct trial *t, const struct zw_reload_case *reload)
{
	unsigned n;

	*t = (struct trial){ .reload = reload };
	t->bed = zw_reload_bed();
	if (!t->bed)
		return false;
	snprintf(t->folder, sizeof(t->folder), "/tmp/zw-reload-XXXXXX");
	ZW_ASSERT(getcwd(t->home, sizeof(t->home)));
	zw_binary(); /* finds its path from here */
	ZW_ASSERT(mkdtemp(t->folder) && !chdir(t->folder));
	ZW_ASSERT(!mkdir("a", 0700) && !mkdir("b", 0700));
	zw_reload_case_write(reload);
	t->product[0] = zw_product_new("a/torture.zw");
	t->product[1] = zw_product_new("b/torture.zw");
	t->loader = zw_product_loader_new(zw_testbed_name(t->bed));
	if (!t->product[0] || !t->product[1] || !t->loader) {
		end(t);
		return false;
	}
	load(t, 0);
	n = zw_reload_case_streams(reload, t->bed, t->streams);
	t->injector = zw_injector_new(t->bed, t->streams, n);
	return true;
}

static void judge(const struct trial *t, const char *how, unsigned rounds,
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
static void still(struct trial *t)
{
	char text[ZW_COUNTS_TEXT];
	struct zw_counts counts;
	u64 arrived[2][ZW_STREAMS];
	unsigned which, i;

	for (which = 0; which < 2; which++) {
		load(t, which);
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

static void by_loader(struct trial *t)
{
	unsigned rounds = zw_reload_rounds(t->reload->rounds, MOST_ROUNDS), i;
	double limit = t->reload->elements > LARGE ? LARGE_SECONDS :
						     SMALL_SECONDS;
	struct zw_counts counts;
	double start = now();

	if (getenv("ZW_ROUNDS"))
		limit = ZW_INJECTOR_SECONDS;
	zw_injector_start(t->injector);
	for (i = 0; i < rounds && (i < 2 || now() - start < limit); i++)
		load(t, (i + 1) % 2);
	zw_injector_stop(t->injector, &counts);
	judge(t, "by the loader", i, &counts, true);
}

static void by_program(struct trial *t)
{
	unsigned rounds = t->reload->elements > LARGE ? 2 : PROGRAM_ROUNDS, i;
	struct zw_counts counts;
	double start = now();

	zw_injector_start(t->injector);
	for (i = 0; i < rounds && now() - start < 10; i++) {
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
static void by_nft(struct trial *t)
{
	char *text[2] = { zw_product_nft(t->product[0]),
			  zw_product_nft(t->product[1]) };
	struct zw_counts counts;
	double start = now();
	unsigned i;
	bool ok;

	zw_injector_start(t->injector);
	for (i = 0; i < NFT_ROUNDS && now() - start < 2; i++) {
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
	struct trial t;

	if (!begin(&t, reload))
		return;
	still(&t);
	by_loader(&t);
	by_program(&t);
	by_nft(&t);
	end(&t);
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
