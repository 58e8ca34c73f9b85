/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test bed derived from a policy: the network that a lab builds for it
 * (lab/network.h), so any example can be loaded and tried without a
 * description. */
#ifndef ZW_TESTS_EXAMPLE_BED_H
#define ZW_TESTS_EXAMPLE_BED_H

#include "statement/statement.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/testbed.h"

struct zw_example {
	const char *path;
	struct zw_pipeline pipeline;
	struct zw_testbed *bed;
};

/* False, with a failed or skipped test, if the policy is invalid or the bed
 * cannot be made. No rules are loaded. */
bool zw_example_open(struct zw_example *example, const char *path);
void zw_example_close(struct zw_example *example);

/* The interface of ZONE behind which its addresses lie. */
unsigned zw_example_interface(const struct zw_example *example, u32 zone);
/* An address behind it: a host's where MEMBERS names one, never the gateway's.
 * False: the zone has none of FAMILY. */
bool zw_example_host(const struct zw_example *example, u32 zone,
		     enum zw_family family, struct zw_ip *ip);

#endif
