/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies and lists live under /tmp while a case runs, and go with it. */
#include "tests/reload/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"

double zw_trial_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void zw_trial_end(struct zw_trial *t)
{
	static const char *const files[] = { "a/torture.zw", "b/torture.zw",
					     "single-a.txt", "single-b.txt",
					     "ranges-a.txt", "ranges-b.txt",
					     "rules-a.zw",   "rules-b.zw" };
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

void zw_trial_load(struct zw_trial *t, unsigned which)
{
	int err = zw_product_load(t->loader, t->product[which], NULL);

	ZW_CHECK(!err, "%s: load %c: %s", t->reload->name, "ab"[which],
		 strerror(-err));
}

/* Rules carry the policy's path as it was given; `apply` gets it without a
 * folder as well. */
static struct zw_product *product_in(const char *folder)
{
	struct zw_product *product;

	ZW_ASSERT(!chdir(folder));
	product = zw_product_new("torture.zw");
	ZW_ASSERT(!chdir(".."));
	return product;
}

bool zw_trial_begin(struct zw_trial *t, const struct zw_reload_case *reload)
{
	unsigned n;

	*t = (struct zw_trial){ .reload = reload };
	t->bed = zw_reload_bed();
	if (!t->bed)
		return false;
	snprintf(t->folder, sizeof(t->folder), "/tmp/zw-reload-XXXXXX");
	ZW_ASSERT(getcwd(t->home, sizeof(t->home)));
	zw_binary(); /* finds its path from here */
	ZW_ASSERT(mkdtemp(t->folder) && !chdir(t->folder));
	ZW_ASSERT(!mkdir("a", 0700) && !mkdir("b", 0700));
	zw_reload_case_write(reload);
	t->product[0] = product_in("a");
	t->product[1] = product_in("b");
	t->loader = zw_product_loader_new(zw_testbed_name(t->bed));
	if (!t->product[0] || !t->product[1] || !t->loader) {
		zw_trial_end(t);
		return false;
	}
	zw_trial_load(t, 0);
	n = zw_reload_case_streams(reload, t->bed, t->streams);
	t->injector = zw_injector_new(t->bed, t->streams, n);
	return true;
}
