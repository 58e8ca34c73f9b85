/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hosts say on the gateway's own links: neighbour and router discovery,
 * multicast listener reports, DHCP; with right and wrong hop limits, from
 * link-local, unspecified and other sources, to the gateway, to groups, and
 * through it. */
#include "tests/packets/policy_storm.h"

static struct zw_ip of(struct zw_storm *storm, const char *const *list, u32 n)
{
	return zw_test_ip(list[zw_random_below(&storm->random, n)]);
}

static void discovery(struct zw_storm *storm)
{
	static const u8 types[] = { 130, 131, 132, 133, 134, 134,
				    135, 135, 136, 137, 143 };
	static const char *const sources[] = { "fe80::1234", "fe80::1234",
					       "fe80::",     "febf:ffff::1",
					       "::",	     "fec0::1" };
	static const char *const groups[] = { "ff02::1", "ff02::2", "ff02::1",
					      "ff02::16" };
	/* A solicitation's target; 16 bytes, of which nothing matters. */
	static const u8 target[16] = { 0x20, 1, 0xd, 0xb8, [15] = 0x77 };
	const struct zw_policy_gateway *gateway = storm->gateway;
	struct zw_random *random = &storm->random;
	struct zw_policy_packet packet = { .kind = "discovery" };
	struct zw_frame_spec *spec = &packet.spec;
	struct zw_policy_packet other;
	unsigned interface;

	packet.in = zw_random_below(random, gateway->policy->count);
	spec->protocol = IPPROTO_ICMPV6;
	spec->type = types[zw_random_below(random, sizeof(types))];
	spec->payload = target;
	spec->payload_length = sizeof(target);
	if (!zw_storm_chance(storm, 3))
		spec->ttl = 255;
	else if (zw_storm_chance(storm, 2))
		spec->ttl = zw_storm_chance(storm, 2) ? 1 : 254;
	spec->src = of(storm, sources, 6);
	spec->dst = of(storm, groups, 4);
	do {
		other = zw_storm_fresh(storm);
	} while (other.spec.src.family != ZW_IPV6 || other.emitted);
	if (zw_storm_chance(storm, 3))
		spec->src = other.spec.src;
	if (zw_storm_chance(storm, 3))
		spec->dst = other.spec.dst;
	else if (zw_storm_chance(storm, 2))
		zw_routing_own(gateway->ways, ZW_IPV6,
			       (u32)zw_random_next(random), &spec->dst,
			       &interface);
	packet.tracked = zw_policy_state(gateway, spec);
	zw_policy_check(storm->gateway, &packet);
}

static void dhcp(struct zw_storm *storm)
{
	static const char *const sources4[] = { "0.0.0.0", "0.0.0.0",
						"0.0.0.9" };
	static const char *const sources6[] = { "fe80::77", "fe80::77",
						"febf::1", "fec0::1" };
	static const u16 ports[] = { 67, 68, 546, 547, 69 };
	struct zw_random *random = &storm->random;
	struct zw_policy_packet packet = { .kind = "dhcp" };
	struct zw_frame_spec *spec = &packet.spec;
	bool four = zw_storm_chance(storm, 2);

	packet.in = zw_random_below(random, storm->gateway->policy->count);
	spec->protocol = IPPROTO_UDP;
	spec->src = four ? of(storm, sources4, 3) : of(storm, sources6, 4);
	spec->dst = zw_test_ip(four ? "255.255.255.255" : "ff02::1:2");
	spec->sport = four ? 68 : 546;
	spec->dport = four ? 67 : 547;
	if (zw_storm_chance(storm, 4))
		spec->sport = ports[zw_random_below(random, 5)];
	if (zw_storm_chance(storm, 4))
		spec->dport = ports[zw_random_below(random, 5)];
	packet.tracked = ZW_TRACKED_NEW;
	zw_policy_check(storm->gateway, &packet);
}

void zw_storm_link(struct zw_storm *storm)
{
	if (zw_storm_chance(storm, 2))
		dhcp(storm);
	else
		discovery(storm);
}
