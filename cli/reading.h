/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset from wherever it is: text of nft, a batch, a dump file, this
 * kernel. Law: what comes out is the kernel's own messages, whatever went in;
 * what a file is, its content says. A function that fails has said why in
 * CLI's diagnostics. */
#ifndef ZW_CLI_READING_H
#define ZW_CLI_READING_H

#include "cli/cli.h"
#include "statement/gateway.h"

enum zw_content {
	ZW_CONTENT_POLICY,    /* Zwinger's own language */
	ZW_CONTENT_NFT,	      /* nft's */
	ZW_CONTENT_IPTABLES,  /* what iptables-save writes */
	ZW_CONTENT_IP6TABLES, /* what ip6tables-save writes */
	ZW_CONTENT_BATCH,     /* netlink messages from a BEGIN to an END */
	ZW_CONTENT_DUMP,      /* a file of `zwinger dump` */
};

/* By the first words that only one language has; text without any is nft's,
 * unless PATH ends in ".zw". */
enum zw_content zw_content_of(const char *path, struct zw_str text);

struct zw_reading {
	struct zw_str messages; /* of a kernel's dump, or one batch */
	bool batch;		/* MESSAGES is one */
	/* The text speaks of the other family alone. */
	bool without[ZW_FAMILY_COUNT];
	/* Names and numbers of interfaces; all facts where GATEWAY.whole. */
	struct zw_gateway gateway;
};

/* N files of nft's text or of iptables-save, loaded one after another
 * (loader/sandbox.h). */
bool zw_read_texts(struct zw_cli *cli, const char *const *paths, size_t n,
		   struct zw_reading *reading);
/* One file of any content but a policy. */
bool zw_read_ruleset(struct zw_cli *cli, const char *path,
		     struct zw_reading *reading);
/* A file of `zwinger dump`. */
bool zw_read_dump(struct zw_cli *cli, const char *path,
		  struct zw_reading *reading);
/* What the kernel holds in the namespace NETNS (NULL: the caller's). */
bool zw_read_live(struct zw_cli *cli, const char *netns,
		  struct zw_reading *reading);

#endif
