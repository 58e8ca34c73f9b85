/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who runs this program. Law: what the kernel says (user id, login user id)
 * stands beside what the environment claims (sudo's variables, and the name
 * that a program which works for others gives), never instead. */
#ifndef ZW_STATE_WHO_H
#define ZW_STATE_WHO_H

#include "base/str.h"

struct zw_who {
	u32 uid;
	bool logged_in; /* there is a login user id */
	u32 login_uid;
	struct zw_str user, login_user; /* names; empty if there are none */
	struct zw_str sudo_user,
		sudo_uid;	/* of the environment; may be empty */
	struct zw_str done_for; /* the same, of ZWINGER_OPERATOR */
};

void zw_who(struct zw_arena *arena, struct zw_who *who);
/* "root, logged in as alice (1000), sudo from alice, for bob". */
struct zw_str zw_who_text(struct zw_arena *arena, const struct zw_who *who);

#endif
