/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces for tests. Law: a namespace is a file descriptor and
 * nothing else keeps it alive, so it is gone with the process, also after
 * SIGKILL; names live in a private mount namespace and are gone likewise.
 *
 *	int ns = zw_netns_new();
 *	int home = zw_netns_enter(ns);
 *	... sockets made here belong to ns for ever ...
 *	zw_netns_leave(home);
 *	close(ns);
 *
 * All of it is for tests with one thread. */
#ifndef ZW_TESTS_NETNS_H
#define ZW_TESTS_NETNS_H

#include "base/types.h"

/* True if namespaces can be made here. An ordinary user gets a user namespace
 * in which he is root. If they cannot be made the reason is printed, and under
 * CI=true that is a failed check of the running test; the test then returns:
 *
 *	if (!zw_netns_usable())
 *		return;
 */
bool zw_netns_usable(void);

/* A new, empty namespace with its loopback up; the caller closes the fd.
 * Negative errno on failure. */
int zw_netns_new(void);

/* Move the thread into NS. Returns an fd of the former namespace, which
 * zw_netns_leave() takes back, or negative errno. */
int zw_netns_enter(int ns);
void zw_netns_leave(int former);

#define ZW_NETNS_NAME 32

/* Give NS a name that `ip netns` and other programs started by this process
 * find under /run/netns. The first call moves the process into a mount
 * namespace of its own with an empty /run. Names never meet those of another
 * run. Fills NAME; negative errno on failure. */
int zw_netns_publish(int ns, char name[ZW_NETNS_NAME]);
void zw_netns_unpublish(const char *name);

/* What a program left: its exit status (128 + signal if killed, -1 if it could
 * not be started or did not end within 120 s) and its two outputs, always
 * NUL-terminated. Give back with zw_ran_free(). */
struct zw_ran {
	int status;
	char *out;
	size_t out_length;
	char *err;
};

/* Run ARGV (found through PATH, NULL-terminated) inside NS, or in the present
 * namespace if NS is -1, with INPUT (may be NULL) as its standard input. The
 * program dies with this process. */
struct zw_ran zw_netns_run(int ns, const char *const *argv, const char *input);
void zw_ran_free(struct zw_ran *ran);

/* Write VALUE to /proc/sys/PATH as seen in NS. Negative errno on failure. */
int zw_netns_sysctl(int ns, const char *path, const char *value);

/* The number in /proc/sys/PATH as seen in NS, or negative errno. */
long zw_netns_sysctl_read(int ns, const char *path);

#endif
