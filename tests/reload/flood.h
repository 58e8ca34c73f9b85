/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that makes and deletes a table as fast as it can. */
#ifndef ZW_TESTS_RELOAD_FLOOD_H
#define ZW_TESTS_RELOAD_FLOOD_H

#include <sys/types.h>

/* Start one in NETNS and wait until it has begun; it ends after a minute by
 * itself, or when it is killed. */
pid_t zw_flood_start(const char *netns);

#endif
