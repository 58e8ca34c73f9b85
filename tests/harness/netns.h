/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces for tests: those of lab/netns.h, and names for them. Law:
 * names live in a private mount namespace and are gone with the process. */
#ifndef ZW_TESTS_NETNS_H
#define ZW_TESTS_NETNS_H

#include "lab/netns.h"

/* True if namespaces can be made here. An ordinary user gets a user namespace
 * in which he is root. If they cannot be made the reason is printed, and under
 * CI=true that is a failed check of the running test; the test then returns:
 *
 *	if (!zw_netns_usable())
 *		return;
 */
bool zw_netns_usable(void);

#define ZW_NETNS_NAME 32

/* Give NS a name that `ip netns` and other programs started by this process
 * find under /run/netns. The first call moves the process into a mount
 * namespace of its own with an empty /run. Names never meet those of another
 * run. Fills NAME; negative errno on failure. */
int zw_netns_publish(int ns, char name[ZW_NETNS_NAME]);
void zw_netns_unpublish(const char *name);

#endif
