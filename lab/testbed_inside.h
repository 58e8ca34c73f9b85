/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bed's own state, shared by its files only. */
#ifndef ZW_LAB_TESTBED_INSIDE_H
#define ZW_LAB_TESTBED_INSIDE_H

#include <libmnl/libmnl.h>

#include "lab/netns.h"
#include "lab/testbed.h"

enum {
	FIRST_INDEX = ZW_TESTBED_INDEX,
	MOST_INTERFACES = 1000,
	/* Two ends of a pair within the neighbours' namespace. */
	FENCE_OUT = 2001,
	FENCE_IN = 2002,

	RING_FRAMES = 512,
	RING_FRAME_SIZE = 2048,
	RING_BLOCK = 65536,
};

struct zw_testbed {
	unsigned count;
	char (*names)[16];
	int gateway, neighbours; /* namespaces */
	/* The name that somebody gave the gateway, or ""; and who takes it
	 * back in the end. */
	char name[32];
	void (*unname)(const char *name);
	char *error;

	int sender;   /* AF_PACKET in neighbours, not bound, sends only */
	int receiver; /* AF_PACKET in neighbours, all interfaces, ring */
	u8 *ring;
	unsigned ring_next; /* slot that the kernel fills next */
	unsigned ring_held; /* slots before it not yet given back */
	u32 fence;	    /* number of the last fence frame */

	/* Raw sockets in the gateway by family and protocol, -1: none yet.
	 * They hear what passed the input hook. */
	int listeners[2][256];
	int emitters[2]; /* raw sockets that send whole packets */

	struct mnl_socket *nfnetlink; /* in the gateway */
	u32 sequence;
};

/* Note the reason of a failure, formatted; returns false. */
bool zw_testbed_fail(struct zw_testbed *bed, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Set up and tear down what testbed_probe.c uses; 0 or negative errno. */
int zw_testbed_open_sockets(struct zw_testbed *bed);
void zw_testbed_close_sockets(struct zw_testbed *bed);

/* A request to nfnetlink: header and nfgenmsg of FAMILY in ROOM. */
struct nlmsghdr *zw_testbed_request(struct zw_testbed *bed, void *room,
				    u16 type, u16 flags, u8 family);
/* Send one request that asks for an acknowledgement; its errno, negative. */
int zw_testbed_ask(struct zw_testbed *bed, struct nlmsghdr *request);

/* Walk attributes up to END (libmnl's own loops convert a length silently). */
#define ZW_EACH_ATTRIBUTE(attribute, first, end)                         \
	for ((attribute) = (first);                                      \
	     mnl_attr_ok((attribute), (int)((const char *)(end) -        \
					    (const char *)(attribute))); \
	     (attribute) = mnl_attr_next(attribute))

#endif
