/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An example's bed is the network that a lab builds for it. */
#include "tests/packets/example_bed.h"

#include <string.h>

#include "base/assert.h"
#include "base/source.h"
#include "lab/network.h"
#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

enum { HOST = 9 };

bool zw_example_open(struct zw_example *example, const char *path)
{
	struct zw_network network = { 0 };
	struct zw_arena *arena;
	struct zw_str text;

	*example = (struct zw_example){ .path = path };
	if (!zw_netns_usable())
		return false;
	arena = zw_arena_new();
	ZW_ASSERT(!zw_read_file(arena, zw_gateway_path(arena, path), 1 << 20,
				&text));
	zw_pipeline_run(&example->pipeline, path, text);
	ZW_CHECK(example->pipeline.valid, "%s is not valid", path);
	if (example->pipeline.valid &&
	    zw_network_of(arena, example->pipeline.statement, NULL, 0,
			  &network))
		example->bed = zw_testbed_new(&network.spec);
	zw_routing_free(network.ways);
	zw_arena_free(arena);
	if (example->bed)
		return true;
	zw_example_close(example);
	return false;
}

void zw_example_close(struct zw_example *example)
{
	zw_testbed_free(example->bed);
	zw_pipeline_free(&example->pipeline);
	*example = (struct zw_example){ .path = example->path };
}

unsigned zw_example_interface(const struct zw_example *example, u32 zone)
{
	const struct zw_zone *z = &example->pipeline.statement->zones.v[zone];

	return zw_testbed_index(
		example->bed,
		zw_network_name(example->pipeline.arena, &z->interfaces.v[0]));
}

bool zw_example_host(const struct zw_example *example, u32 zone,
		     enum zw_family family, struct zw_ip *ip)
{
	const struct zw_zone *z = &example->pipeline.statement->zones.v[zone];

	if (!z->has_network) {
		*ip = zw_test_ip(family == ZW_IPV4 ? "198.51.100.77"
						   : "2001:db8:cafe::77");
		return true;
	}
	if (!z->networks.of[family].n)
		return false;
	ip->family = family;
	ip->value = z->networks.of[family].v[0].lo + HOST;
	return true;
}
