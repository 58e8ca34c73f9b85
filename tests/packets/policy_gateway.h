/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy on a gateway: the test bed that it speaks of, the policy loaded by
 * `zwinger apply` as an administrator would, and one call that sends a packet,
 * asks the judge and compares. Law: what comes out must be what the policy
 * says; a difference fails the test with policy, packet, the rules met, and the
 * judge's answer, and no more than a few are printed. */
#ifndef ZW_TESTS_POLICY_GATEWAY_H
#define ZW_TESTS_POLICY_GATEWAY_H

#include "tests/harness/testbed.h"
#include "tests/packets/policy_judge.h"
#include "lab/routing.h"

struct zw_policy_case {
	const char *name;
	const char *path;
	const struct zw_testbed_interface *interfaces;
	unsigned count;
};

extern const struct zw_policy_case zw_policy_cases[];
extern const unsigned zw_policy_case_count;
const struct zw_policy_case *zw_policy_case_named(const char *name);

struct zw_policy_gateway {
	const struct zw_policy_case *policy;
	struct zw_testbed *bed;
	struct zw_routing *ways;
	struct zw_judge *judge;
	int dhcp_group;	      /* socket that makes the gateway hear ff02::1:2 */
	bool udplite_tracked; /* this kernel's conntrack takes UDP-Lite */
	unsigned sent;	      /* packets judged */
	unsigned passed;      /* of these: forwarded or delivered */
	unsigned failed;
	const char *note; /* printed with a failure, such as the seed */
};

/* A gateway with POLICY loaded; false, with a failed or skipped test, if that
 * cannot be. */
bool zw_policy_open(struct zw_policy_gateway *gateway,
		    const struct zw_policy_case *policy);
void zw_policy_close(struct zw_policy_gateway *gateway);

/* Run `zwinger apply PATH --netns` on BED; its status. What it said is printed
 * and the running test fails if the status is not EXPECTED. */
int zw_policy_apply(struct zw_testbed *bed, const char *path, int expected);

/* A packet to be sent, with what the frame alone does not tell the judge. */
struct zw_policy_packet {
	const char *kind; /* for failure messages */
	bool emitted;	  /* the gateway sends it; IN is not read */
	unsigned in;
	struct zw_frame_spec spec;
	u8 judged_proto; /* 0: spec.protocol */
	bool source_routed;
	enum zw_tracked tracked;
	struct zw_ip original_source, reply_source;
	bool plain; /* an everyday packet: if the gateway takes it, its own
		     * answer must come back, as nobody listens on its ports */
};

/* Send and compare. Returns the judgement, drop where the packet dies in
 * routing. */
enum zw_judgement zw_policy_check(struct zw_policy_gateway *gateway,
				  const struct zw_policy_packet *packet);

/* The state of a packet that belongs to no connection, from what conntrack
 * makes of its kind. */
enum zw_tracked zw_policy_state(const struct zw_policy_gateway *gateway,
				const struct zw_frame_spec *spec);

#endif
