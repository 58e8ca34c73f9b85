/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of a gateway's own interfaces, as they are when a policy is
 * resolved. Law: an address counts only if others can send to it from beyond
 * their own link for longer than a session: zw_own_counts() says so by its
 * value, and whoever reads them from a kernel leaves out by its flags what is
 * temporary or was found to be a duplicate. What does not count is not here. */
#ifndef ZW_BASE_OWN_H
#define ZW_BASE_OWN_H

#include "base/diag.h"
#include "base/inet.h"

struct zw_own_address {
	struct zw_str interface;
	struct zw_ip address;
	struct zw_interval network; /* the prefix on its link */
	struct zw_span span;	    /* the line that said so; or ZW_NO_SPAN */
};

struct zw_own_addresses {
	struct zw_str source; /* who said so: "the kernel", "hosts.txt" */
	ZW_VEC(struct zw_str) interfaces; /* all, with an address or not */
	ZW_VEC(struct zw_own_address) list;
};

/* Neither unspecified, nor loopback, nor of a link, nor multicast. */
bool zw_own_counts(struct zw_ip ip);

/* Note that INTERFACE (copied) exists. */
void zw_own_add_interface(struct zw_arena *arena, struct zw_own_addresses *own,
			  struct zw_str interface);
/* Note an address of it, unless it does not count or is known. LENGTH is the
 * prefix's, which PEER is in; PEER is ADDRESS itself on all but links from
 * point to point. */
void zw_own_add(struct zw_arena *arena, struct zw_own_addresses *own,
		struct zw_str interface, struct zw_ip address,
		struct zw_ip peer, unsigned length, struct zw_span span);

/* Read the text file PATH: "INTERFACE ADDRESS/LENGTH" a line, `#` begins a
 * comment. Mistakes are diagnostics; false if there was one. */
bool zw_own_read_file(struct zw_arena *arena, struct zw_sources *sources,
		      struct zw_diags *diags, const char *path,
		      struct zw_own_addresses *own);

#endif
