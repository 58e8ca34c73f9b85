/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets into a file that Wireshark and tcpdump read (pcapng). Law: one
 * interface block for each of the bed's interfaces, by its name; a packet that
 * goes into the gateway is inbound there, one that leaves it outbound. */
#ifndef ZW_LAB_CAPTURE_H
#define ZW_LAB_CAPTURE_H

#include "lab/testbed.h"

struct zw_capture {
	int fd;
	int error; /* the first that writing met: a negative errno */
	struct zw_buf pending;
};

/* Begin on FD, which stays the caller's. */
void zw_capture_begin(struct zw_capture *capture, int fd,
		      const struct zw_testbed_spec *spec);
void zw_capture_frame(struct zw_capture *capture, unsigned interface,
		      bool inbound, const u8 *bytes, size_t n);
/* Write what is pending; the first error of all, or 0. */
int zw_capture_end(struct zw_capture *capture);

#endif
