/* SPDX-License-Identifier: GPL-2.0-or-later */
/* That something changed in a network namespace: its tables, links, addresses,
 * routes. Law: whatever changes after zw_events_open() is heard of, if only as
 * "something was lost"; what exactly changed is for the caller to read. */
#ifndef ZW_LOADER_EVENTS_H
#define ZW_LOADER_EVENTS_H

#include "base/types.h"

enum {
	ZW_EVENT_TABLES = 1,	/* nf_tables */
	ZW_EVENT_LINKS = 2,	/* made, removed, renamed, up, down, filters */
	ZW_EVENT_ADDRESSES = 4, /* and routes */
	ZW_EVENT_LOST = 8,	/* more came than the sockets could hold */
	ZW_EVENT_ASKED = 16, /* nothing; for callers that look all the same */
};

struct zw_events;

/* Listen in the namespace NETNS (NULL: the caller's). 0 or a negative errno. */
int zw_events_open(const char *netns, struct zw_events **events);
void zw_events_close(struct zw_events *events);

#define ZW_EVENT_SOCKETS 2
/* Descriptors to wait on. */
void zw_events_descriptors(const struct zw_events *events,
			   int fds[ZW_EVENT_SOCKETS]);

#define ZW_EVENT_NAME 16
/* What was heard since the last call. */
struct zw_heard {
	u32 kinds;		  /* ZW_EVENT_*; 0: nothing */
	u32 pid;		  /* who changed the tables last; 0: not told */
	char name[ZW_EVENT_NAME]; /* of that process; may be empty */
};

/* Take all that is waiting, without waiting for more. Changes of tables by the
 * process OWN (0: none) are passed over. 0 or a negative errno. */
int zw_events_take(struct zw_events *events, u32 own, struct zw_heard *heard);

#endif
