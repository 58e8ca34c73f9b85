/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of random policies share: the policy as far as it has
 * been written. */
#ifndef ZW_TESTS_RANDOM_POLICY_PARTS_H
#define ZW_TESTS_RANDOM_POLICY_PARTS_H

#include "base/inet.h"
#include "base/str.h"
#include "tests/harness/harness.h"

enum {
	ZONES_MAX = 7,
	RANGES_MAX = 24,
	HOSTS_MAX = 3,
	DEFINES_MAX = 5,
	SERVICES_MAX = 4,
};

struct range {
	enum zw_family family;
	u128 lo, hi;
};

struct ranges {
	struct range v[RANGES_MAX];
	u32 n;
};

enum kind {
	PLAIN,
	EXTERNAL,
	DMZ,
	INTERNAL,
};

enum way {
	EITHER,
	BY_IPSEC,
	IN_THE_CLEAR,
};

struct zone {
	char name[16];
	enum kind kind;
	bool has_network;
	struct ranges networks;
	u32 hosts;
	bool host_family[HOSTS_MAX][2];
	char interface[16];
	enum way way;
	u32 reqid;   /* 0: none */
	bool forges; /* spoofing allow */
	bool takes;  /* network from interface */
	/* Another zone on the interface has sources in common with it, so that
	 * they cannot be translated. */
	bool hazy;
};

/* What a side speaks of: the families of each zone, the gateway behind them. */
struct side {
	u32 families[ZONES_MAX + 1];
	bool lone; /* one zone by name */
};

struct policy {
	struct zw_buf *out;
	struct zw_random *random;
	struct zone zones[ZONES_MAX];
	u32 n;
	struct ranges defines[DEFINES_MAX];
	u32 define_count;
	u32 service_count;
	u32 service_families[SERVICES_MAX]; /* bit 1 << family */
	bool service_other[SERVICES_MAX];
	bool other;   /* the services written last have such without ports */
	bool options; /* rules have some */
	u32 publishes;
	/* Pairs of zones (the gateway behind them) whose sources something
	 * translates, by family. */
	bool translated[ZONES_MAX + 1][ZONES_MAX + 1][2];
};

static inline u32 below(struct policy *p, u32 bound)
{
	return zw_random_below(p->random, bound);
}

static inline bool one_in(struct policy *p, u32 n)
{
	return zw_random_below(p->random, n) == 0;
}

/* The family mask of what A and B share. */
u32 zw_policy_common(const struct ranges *a, const struct ranges *b);
void zw_policy_print_range(struct policy *p, const struct range *range);
/* A part of RANGE: an address, a prefix or a range. */
struct range zw_policy_part_of(struct policy *p, struct range range);
/* Write 1..MOST services (NAMES: also the policy's own); their families. */
u32 zw_policy_print_services(struct policy *p, u32 most, bool names);
/* Write a side; SELF: the gateway may be in it. */
void zw_policy_print_side(struct policy *p, struct side *side, bool self);
/* Choose how ZONE, whose kind is known and whether it has networks, is told
 * from others, and whether it takes the interface of one before it (true) or
 * one of its own. */
bool zw_policy_share(struct policy *p, struct zone *zone);
/* Write what it says about that. */
void zw_policy_print_words(struct policy *p, const struct zone *zone);
/* Write one rule that can match something. */
void zw_policy_print_rule(struct policy *p);
/* Write options for a rule that begins with WORD. */
void zw_policy_print_options(struct policy *p, const char *word);
/* Write masquerade, snat and publish statements, as far as the zones have
 * something for them. */
void zw_policy_print_translations(struct policy *p);

#endif
