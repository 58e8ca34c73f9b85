/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The copy of CLI begins with no diagnostics and a copy of its sources, whose
 * additions are merged afterwards: what would be written into memory that is
 * not shared would be lost. */
#include "cli/confined.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/confine.h"

struct parcel {
	struct zw_cli cli;
	zw_confined_step *step;
	size_t n; /* bytes of the context, which lie behind */
};

bool zw_confines(const struct zw_cli *cli)
{
	return cli->live;
}

static void work(struct zw_arena *arena, void *context)
{
	struct parcel *parcel = context;
	struct zw_cli *cli = &parcel->cli;

	cli->arena = arena;
	cli->sources = zw_sources_copy(cli->sources, arena);
	zw_diags_init(&cli->diags, arena);
	parcel->step(cli, parcel + 1);
}

static void merge_diags(struct zw_diags *into, const struct zw_diags *from)
{
	size_t i;

	for (i = 0; i < from->list.n; i++)
		zw_push(into->arena, into->list, from->list.v[i]);
	into->errors += from->errors;
	into->suppressed += from->suppressed;
}

/* What cannot be done without privileges is not done with them. */
static void give_up(struct zw_cli *cli, int err)
{
	zw_cli_flush(cli);
	fprintf(stderr,
		"zwinger: cannot make a process without privileges: %s\n",
		strerror(-err));
	exit(ZW_STATUS_SYSTEM);
}

static void died(struct zw_cli *cli, int status)
{
	zw_cli_flush(cli);
	if (status != ZW_STATUS_BUG)
		fprintf(stderr,
			"zwinger: the process that proves ended with status %d\n",
			status);
	exit(ZW_STATUS_BUG);
}

void zw_confined(struct zw_cli *cli, zw_confined_step *step, void *context,
		 size_t n)
{
	struct parcel *parcel;
	int err, status;

	if (!zw_confines(cli)) {
		step(cli, context);
		return;
	}
	parcel = zw_alloc(cli->arena, sizeof(*parcel) + n);
	*parcel = (struct parcel){ *cli, step, n };
	memcpy(parcel + 1, context, n);
	fflush(NULL);
	err = zw_confine(cli->arena, work, parcel, sizeof(*parcel) + n,
			 &status);
	if (err)
		give_up(cli, err);
	if (status)
		died(cli, status);
	memcpy(context, parcel + 1, n);
	zw_sources_merge(cli->sources, parcel->cli.sources);
	merge_diags(&cli->diags, &parcel->cli.diags);
}
