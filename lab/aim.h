/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shots drawn from the proof. Law: the study's boxes of what may pass and of
 * what may not, for each ordered pair of parties, path and family, say where to
 * aim: at a box's corners, one step on either side of its borders, and at
 * random within, plainly or with everything else that an attacker may send.
 * What a shot should come to is not said here: the oracle knows. */
#ifndef ZW_LAB_AIM_H
#define ZW_LAB_AIM_H

#include "base/random.h"
#include "lab/network.h"
#include "lab/shot.h"
#include "verifier/classes.h"
#include "verifier/parties.h"

enum zw_target_kind {
	ZW_TARGET_PASSES,
	ZW_TARGET_ANSWERED, /* refused with an answer */
	ZW_TARGET_NEAR,	    /* refused, and one dimension away from passing */
	ZW_TARGET_REFUSED,  /* from one party's own addresses to the other's */
	ZW_TARGET_FOREIGN,  /* what is at neither's own addresses */
	ZW_TARGET_KINDS,
};

struct zw_target {
	u32 from, to; /* of the parties */
	enum zw_path path;
	enum zw_target_kind kind;
	struct zw_class box;
	u32 shots; /* that were made for it */
};

struct zw_aim {
	struct zw_arena *arena;
	struct zw_study *study;
	const struct zw_network *network;
	struct zw_parties parties;
	ZW_VEC(struct zw_target) targets;
	bool complete; /* the boxes are all there are */
	zw_node answered[ZW_PATH_COUNT];
	/* Of each of the space's classes of names, the bed's interfaces. */
	const unsigned **interfaces;
	unsigned *interface_counts;
};

/* STUDY is of one ruleset. */
void zw_aim_make(struct zw_arena *arena, struct zw_study *study,
		 const struct zw_network *network, struct zw_aim *aim);

/* The N-th shot at TARGET (from 0): corners, then borders, then the rest. False
 * where no packet of the box can be sent here. SHOT's number is set. */
bool zw_aim_shoot(const struct zw_aim *aim, const struct zw_target *target,
		  u32 n, struct zw_random *random, struct zw_shot *shot);

#endif
