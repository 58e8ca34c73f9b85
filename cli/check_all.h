/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check of a policy of several gateways. Law: each is compiled and proved in a
 * process of its own, so memory is that of the largest; a process that dies is
 * an error. */
#ifndef ZW_CLI_CHECK_ALL_H
#define ZW_CLI_CHECK_ALL_H

#include "cli/job.h"
#include "cli/share.h"

/* Prove all gateways of JOB's WHOLE that are in SHARE, and answer in FORMAT. */
enum zw_status zw_check_all(struct zw_cli *cli, const struct zw_job *job,
			    const struct zw_share *share,
			    enum zw_format format);

#endif
