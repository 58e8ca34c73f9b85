/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One case of the table on its bed: folder, policies, packets. */
#ifndef ZW_TESTS_RELOAD_TRIAL_H
#define ZW_TESTS_RELOAD_TRIAL_H

#include "tests/reload/cases.h"
#include "tests/reload/product.h"

struct zw_trial {
	const struct zw_reload_case *reload;
	struct zw_testbed *bed;
	struct zw_product *product[2];
	struct zw_product_loader *loader;
	struct zw_stream streams[ZW_STREAMS];
	struct zw_injector *injector;
	char folder[64], home[4096];
};

/* Make the bed, write the policies into a folder of their own, go there, load
 * the first. False where the test cannot be run or has failed. */
bool zw_trial_begin(struct zw_trial *trial,
		    const struct zw_reload_case *reload);
void zw_trial_end(struct zw_trial *trial);
/* Load policy WHICH, 0 or 1, by the loader alone. */
void zw_trial_load(struct zw_trial *trial, unsigned which);

/* Seconds on a clock that only runs forward. */
double zw_trial_now(void);

#endif
