/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets of iptables at random, of extensions whose outcome hangs on the
 * packet and the clock alone, as text for iptables-restore. */
#ifndef ZW_TESTS_RANDOM_IPTABLES_H
#define ZW_TESTS_RANDOM_IPTABLES_H

#include "base/str.h"
#include "tests/harness/harness.h"

/* Put one for IPv4 or IPv6 into OUT, which is emptied before. CONNTRACK: with
 * matches that ask it. */
void zw_random_iptables(struct zw_random *random, bool v6, bool conntrack,
			struct zw_buf *out);

/* One whose rules iptables-translate can write as nft, and whose outcome hangs
 * on the packet alone. */
void zw_random_iptables_plain(struct zw_random *random, bool v6,
			      struct zw_buf *out);

#endif
