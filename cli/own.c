/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is named is read whether or not anything is taken from it, so
 * that its mistakes are heard of. */
#include "cli/own.h"

#include <errno.h>

#include "cli/refusal.h"
#include "loader/addresses.h"

static bool takes(const struct zw_ast *ast)
{
	size_t i, j, k;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		for (j = 0; j < stmt->addrs.n; j++)
			if (stmt->addrs.v[j].kind == ZW_ADDR_INTERFACE)
				return true;
		for (j = 0; j < stmt->members.n; j++) {
			const zw_ast_addrs *addrs = &stmt->members.v[j].addrs;

			for (k = 0; k < addrs->n; k++)
				if (addrs->v[k].kind == ZW_ADDR_FROM_INTERFACE)
					return true;
		}
	}
	return false;
}

static struct zw_str source_of(struct zw_cli *cli)
{
	const char *netns = cli->values[ZW_OPT_NETNS];

	return netns ? zw_strf(cli->arena, "the kernel in namespace %s", netns)
		     : ZW_STR("the kernel");
}

static bool from_kernel(struct zw_cli *cli, struct zw_own_addresses *own)
{
	const char *netns = cli->values[ZW_OPT_NETNS];
	int err;

	own->source = source_of(cli);
	if (cli->own)
		*own = *cli->own;
	err = cli->own || cli->own_error
		      ? cli->own_error
		      : zw_read_addresses(cli->arena, netns, own);
	if (!err)
		return true;
	if (netns && (err == -ENOENT || err == -EINVAL))
		zw_say_open_error(&cli->diags, err, netns);
	else
		zw_say_socket_error(&cli->diags, err,
				    "read the addresses of the interfaces");
	return false;
}

void zw_cli_read_own(struct zw_cli *cli)
{
	struct zw_own_addresses *own =
		ZW_NEW(cli->arena, struct zw_own_addresses);

	own->source = source_of(cli);
	cli->own_error =
		zw_read_addresses(cli->arena, cli->values[ZW_OPT_NETNS], own);
	cli->own = cli->own_error ? NULL : own;
}

bool zw_cli_own(struct zw_cli *cli, const struct zw_ast *ast,
		const struct zw_own_addresses **own)
{
	const char *path = cli->values[ZW_OPT_ADDRESSES];
	bool live = cli->live || cli->values[ZW_OPT_LIVE];
	struct zw_own_addresses *out;

	*own = NULL;
	if (!path && (!live || !takes(ast)))
		return true;
	out = ZW_NEW(cli->arena, struct zw_own_addresses);
	*own = out;
	if (path)
		return zw_own_read_file(cli->arena, cli->sources, &cli->diags,
					path, out);
	return from_kernel(cli, out);
}
