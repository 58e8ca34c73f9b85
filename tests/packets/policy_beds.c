/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policies under test and the gateways they speak of. Each has interfaces
 * whose names only a pattern covers, one interface of no zone (stray0), and
 * both default routes behind an external zone. */
#include <string.h>

#include "base/assert.h"
#include "tests/packets/policy_gateway.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct zw_testbed_interface hq[] = {
	{ .name = "wan0",
	  .own = { "203.0.113.1/24", "2001:db8::1/64" },
	  .routes = { "0.0.0.0/0", "::/0" } },
	{ .name = "dmz0", .own = { "192.0.2.1/28", "2001:db8:d::1/64" } },
	{ .name = "dmz1", .own = { "192.0.2.17/28" } },
	{ .name = "lan0", .own = { "10.1.0.1/17", "fd00:1::1/65" } },
	{ .name = "vl12", .own = { "10.1.128.1/17", "fd00:1::8000:0:0:1/65" } },
	{ .name = "lan2", .own = { "10.2.0.1/16" } },
	{ .name = "wg0", .own = { "10.9.0.1/24" } },
	{ .name = "stray0", .own = { "10.77.0.1/16", "fd00:77::1/48" } },
};

static const struct zw_testbed_interface small[] = {
	{ .name = "up0",
	  .own = { "203.0.113.1/24", "2001:db8::1/64" },
	  .routes = { "0.0.0.0/0", "::/0" } },
	{ .name = "down0", .own = { "192.168.7.1/24", "fd07::1/64" } },
	{ .name = "stray0", .own = { "10.77.0.1/16", "fd00:77::1/48" } },
};

static const struct zw_testbed_interface campus[] = {
	{ .name = "up0",
	  .own = { "198.51.100.1/24", "2001:db8:ff::1/64" },
	  .routes = { "0.0.0.0/0", "::/0" } },
	{ .name = "ppp7", .own = { "198.18.0.1/16" } },
	{ .name = "par0", .own = { "203.0.113.1/24", "2001:db8:aa::1/48" } },
	{ .name = "lab1", .own = { "172.16.0.1/16", "2001:db8:1ab:1::1/64" } },
	{ .name = "lab-x", .own = { "172.17.0.1/16", "2001:db8:1ab:9::1/64" } },
	{ .name = "bench0",
	  .own = { "172.18.0.1/15", "2001:db8:1ab::1/64" },
	  .routes = { "2001:db8:1ab::/48" } },
	{ .name = "trunk0",
	  .own = { "10.32.0.1/12", "10.64.0.1/13", "10.80.5.1/24",
		   "2001:db8:57::1/48", "fd00:5::1/65" },
	  .routes = { "10.80.6.0/23" } },
	{ .name = "wl-a", .own = { "10.72.0.1/13" } },
	{ .name = "st4", .own = { "10.80.8.1/23", "fd00:5::8000:0:0:1/65" } },
	{ .name = "reg0", .own = { "10.96.0.1/16", "fd00:6::1/64" } },
	{ .name = "pub0", .own = { "192.0.2.1/25", "2001:db8:bb::1/65" } },
	{ .name = "pub-2",
	  .own = { "192.0.2.129/25", "2001:db8:bb::8000:0:0:1/65" } },
	{ .name = "stray0", .own = { "10.77.0.1/16", "fd00:77::1/48" } },
};

static const struct zw_testbed_interface tiers[] = {
	{ .name = "wan0",
	  .own = { "203.0.113.1/26", "2001:db8::1/64" },
	  .routes = { "0.0.0.0/0", "::/0" } },
	{ .name = "web0", .own = { "198.51.100.1/28", "2001:db8:10::1/65" } },
	{ .name = "webby",
	  .own = { "198.51.100.17/28", "2001:db8:10::8000:0:0:1/65" } },
	{ .name = "app0", .own = { "198.51.100.33/27", "2001:db8:20::1/64" } },
	{ .name = "db0", .own = { "198.51.100.65/27", "2001:db8:30::1/65" } },
	{ .name = "db1",
	  .own = { "198.51.100.97/27", "2001:db8:30::8000:0:0:1/65" } },
	{ .name = "adm0", .own = { "10.5.0.1/16", "fd00:5::1/56" } },
	{ .name = "stray0", .own = { "10.77.0.1/16", "fd00:77::1/48" } },
};

static const struct zw_testbed_interface six[] = {
	{ .name = "wan6",
	  .own = { "2001:db8::1/64" },
	  .routes = { "0.0.0.0/0", "::/0" } },
	{ .name = "he-ams", .own = { "2001:db8:c0::1/48" } },
	{ .name = "lan6", .own = { "2001:db8:6::1/48" } },
	{ .name = "dmz6", .own = { "2001:db8:66::1/64" } },
	{ .name = "old0", .own = { "192.0.2.1/24" } },
	{ .name = "iot1",
	  .own = { "2001:db8:77:0:8000::1/66", "100.64.0.1/11" } },
	{ .name = "iot22", .own = { "2001:db8:77:1::1/64", "100.96.0.1/11" } },
	{ .name = "stray0", .own = { "10.77.0.1/16", "fd00:77::1/48" } },
};

#define CASE(name, path)                       \
	{                                      \
#name, path, name, COUNT(name) \
	}

const struct zw_policy_case zw_policy_cases[] = {
	CASE(hq, "examples/hq.zw"),
	CASE(small, "tests/packets/policies/small.zw"),
	CASE(campus, "tests/packets/policies/campus.zw"),
	CASE(tiers, "tests/packets/policies/tiers.zw"),
	CASE(six, "tests/packets/policies/six.zw"),
};
const unsigned zw_policy_case_count = COUNT(zw_policy_cases);

const struct zw_policy_case *zw_policy_case_named(const char *name)
{
	unsigned i;

	for (i = 0; i < zw_policy_case_count; i++)
		if (!strcmp(zw_policy_cases[i].name, name))
			return &zw_policy_cases[i];
	zw_bug(__FILE__, __LINE__, name);
}
