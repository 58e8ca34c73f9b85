/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to what the kernel makes of it: the gateway's own nft (or
 * iptables-nft-restore) loads it into a network namespace of its own, from
 * which it is read back. Law: nothing outside that namespace changes, and the
 * namespace lives no longer than the call (also when the program is killed).
 * Without privilege the namespace lies in a user namespace, where the kernel
 * takes batches up to net.core.wmem_max. */
#ifndef ZW_LOADER_SANDBOX_H
#define ZW_LOADER_SANDBOX_H

#include "statement/gateway.h"

enum zw_sandbox_outcome {
	ZW_SANDBOX_LOADED,
	ZW_SANDBOX_REFUSED,   /* FILE was not taken; SAID has why */
	ZW_SANDBOX_TOO_LARGE, /* for the socket of an unprivileged process */
	ZW_SANDBOX_FAILED,    /* SAID tells what was attempted, ERROR why not */
};

struct zw_sandbox {
	enum zw_sandbox_outcome outcome;
	int error; /* negative errno of FAILED */
	u32 file;  /* which of them, of all but LOADED */
	struct zw_str said;
	struct zw_str messages;	   /* of LOADED: the dump */
	struct zw_gateway gateway; /* of LOADED: names and numbers of interfaces
				    * that the text speaks of; not WHOLE */
};

/* Who loads a file: text of nft, or what iptables-save and ip6tables-save
 * write. */
enum zw_sandbox_language {
	ZW_SANDBOX_NFT,
	ZW_SANDBOX_IPTABLES,
	ZW_SANDBOX_IP6TABLES,
};

struct zw_sandbox_file {
	const char *path;
	enum zw_sandbox_language language;
};

/* The program that loads LANGUAGE. */
const char *zw_sandbox_program(enum zw_sandbox_language language);

/* Load the N files one after another. Interfaces that they name by number, and
 * devices of chains and flowtables, are made there. */
void zw_sandbox_load(struct zw_arena *arena,
		     const struct zw_sandbox_file *files, size_t n,
		     struct zw_sandbox *out);

/* Names of interfaces that must exist before TEXT can be loaded: devices of
 * chains and flowtables, also where variables or included files name them.
 * Others are found by nft's own words. */
typedef ZW_VEC(struct zw_str) zw_names;
void zw_sandbox_devices(struct zw_arena *arena, struct zw_str text,
			zw_names *names);

#endif
