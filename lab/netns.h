/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces without names. Law: a namespace is a file descriptor and
 * nothing else keeps it alive, so it is gone with the process, also after
 * SIGKILL.
 *
 *	int ns = zw_netns_new();
 *	int home = zw_netns_enter(ns);
 *	... sockets made here belong to ns for ever ...
 *	zw_netns_leave(home);
 *	close(ns);
 *
 * All of it is for programs with one thread. */
#ifndef ZW_LAB_NETNS_H
#define ZW_LAB_NETNS_H

#include "base/types.h"

/* An ordinary user becomes root of a user namespace of his own, in a network
 * namespace of its own; root stays what he is. Negative errno where the system
 * does not let him. */
int zw_netns_become_root(void);

/* A new, empty namespace with its loopback up; the caller closes the fd.
 * Negative errno on failure. */
int zw_netns_new(void);

/* Move the thread into NS. Returns an fd of the former namespace, which
 * zw_netns_leave() takes back, or negative errno. */
int zw_netns_enter(int ns);
void zw_netns_leave(int former);
/* Move the process into a new, empty namespace for good. Who is root of a user
 * namespace alone could not return to the one that he came from. */
int zw_netns_stay(void);

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
