/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces by name, as iproute2 keeps them under /run/netns. */
#ifndef ZW_LOADER_NETNS_H
#define ZW_LOADER_NETNS_H

/* Enter the namespace NAME (letters, digits and any byte but '/' ; not "." or
 * "..") and give a descriptor of the one left behind in *BACK. 0, or a
 * negative errno: -ENOENT where there is no such namespace, -EINVAL for a name
 * that is none. The caller returns with zw_namespace_leave(). */
int zw_namespace_enter(const char *name, int *back);
/* Return to the namespace of BACK and close it. 0 or a negative errno. */
int zw_namespace_leave(int back);

#endif
