/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A load on its way, as its files share it. Law: what the kernel holds is read
 * whole, every table of every family, and what is proved is that with our
 * transactions played onto it. */
#ifndef ZW_CLI_APPLY_H
#define ZW_CLI_APPLY_H

#include "cli/job.h"
#include "cli/large_sets.h"
#include "cli/transactions.h"
#include "loader/socket.h"
#include "statement/connection.h"

/* Sets with more elements are not read: the kernel's walk over a set costs the
 * square of its size. */
#define ZW_READ_ELEMENTS 300000

struct zw_planned;

struct zw_apply {
	struct zw_cli *cli;
	struct zw_job job;
	struct zw_socket *socket;
	bool ours;  /* it is the one that owns the table, if any does */
	bool owned; /* it does; only known if OURS */
	struct zw_buf world; /* all tables as the kernel holds them */
	struct zw_buf held;  /* ours among them */
	u32 generation;	     /* of the kernel, when they were read */
	struct zw_gateway gateway; /* what else there is, likewise */

	const struct zw_planned *planned; /* do exactly this; or NULL */

	struct zw_transactions transactions;
	struct zw_verification *verification;
	u32 number;   /* that it is kept as (cli/deploy.h) */
	s64 waits_ms; /* time to confirm it in; 0: it is confirmed */
	struct zw_large_sets large; /* of the read-back */
	struct zw_connections_found connections; /* after the load */
	double sent_ms; /* from the first transaction to the last answer */
	double back_ms; /* reading back and proving it */
};

/* Read WORLD, HELD and GENERATION anew: 0 or a negative errno. */
int zw_apply_read(struct zw_apply *apply);

/* Packets meet the new rules: prove them once more, on what the kernel holds
 * now. False if that does not hold, or cannot be read; in the first case the
 * former rules were put in force again, or all is dropped, and in either a
 * diagnostic was given. */
bool zw_apply_read_back(struct zw_apply *apply);

#endif
