/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bed, or a failed test. */
#include <errno.h>
#include <string.h>

#include "lab/testbed_inside.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/testbed.h"

struct zw_testbed *zw_testbed_new(const struct zw_testbed_spec *spec)
{
	struct zw_buf error = { 0 };
	struct zw_testbed *bed = zw_testbed_make(spec, &error);

	ZW_CHECK(bed != NULL, "test bed: %s", error.n ? error.data : "");
	zw_buf_free(&error);
	return bed;
}

const char *zw_testbed_name(struct zw_testbed *bed)
{
	int error;

	if (!bed->name[0]) {
		error = zw_netns_publish(bed->gateway, bed->name);
		if (error)
			bed->name[0] = '\0';
		else
			bed->unname = zw_netns_unpublish;
		ZW_CHECK(!error, "publish: %s", strerror(-error));
	}
	return bed->name;
}
