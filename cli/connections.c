/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a kernel's conntrack table to what of it may not go on. */
#include "cli/connections.h"

#include "cli/input.h"
#include "cli/refusal.h"
#include "loader/conntrack.h"
#include "loader/routes.h"
#include "verifier/judge.h"

static void judge_all(struct zw_arena *arena, struct zw_judge *judge,
		      const zw_connections *all,
		      struct zw_connections_found *found)
{
	size_t i;

	found->seen = all->n;
	for (i = 0; i < all->n; i++) {
		switch (zw_judge_connection(judge, &all->v[i])) {
		case ZW_STANDS:
			break;
		case ZW_UNJUDGED:
			found->unjudged++;
			break;
		case ZW_FORBIDDEN:
			zw_push(arena, found->forbidden,
				(const struct zw_connection *)&all->v[i]);
		}
	}
}

/* NULL after a diagnostic. */
static struct zw_judge *judge_of(struct zw_cli *cli,
				 const struct zw_connections_rules *rules)
{
	struct zw_buf dump = { 0 };
	const struct zw_ruleset *ruleset;
	struct zw_routes routes;
	struct zw_ways *ways;
	int err;

	err = zw_routes_read(cli->arena, cli->values[ZW_OPT_NETNS], &routes);
	if (err) {
		zw_say_socket_error(&cli->diags, err,
				    "read the routes of the kernel");
		return NULL;
	}
	zw_buf_add(&dump, rules->dump, rules->n);
	ruleset = zw_input_decode(cli, &dump);
	zw_buf_free(&dump);
	if (!ruleset)
		return NULL;
	ways = zw_ways_new(cli->arena, rules->gateway, &routes.routes,
			   routes.more);
	return zw_judge_new(cli->arena, ruleset, rules->statement, ways);
}

bool zw_connections_find(struct zw_cli *cli, struct zw_socket *socket,
			 const struct zw_connections_rules *rules,
			 struct zw_connections_found *found)
{
	zw_connections *all = ZW_NEW(cli->arena, zw_connections);
	struct zw_judge *judge;
	int err;

	*found = (struct zw_connections_found){ 0 };
	err = zw_conntrack_read(cli->arena, socket, all);
	if (err)
		return zw_say_socket_error(
			       &cli->diags, err,
			       "read the connections of the kernel"),
		       false;
	if (!all->n)
		return true;
	judge = judge_of(cli, rules);
	if (!judge)
		return false;
	judge_all(cli->arena, judge, all, found);
	return true;
}

bool zw_connection_judge(struct zw_cli *cli,
			 const struct zw_connections_rules *rules,
			 const struct zw_connection *connection,
			 bool *forbidden)
{
	struct zw_judge *judge = judge_of(cli, rules);

	if (!judge)
		return false;
	*forbidden = zw_judge_connection(judge, connection) == ZW_FORBIDDEN;
	return true;
}

bool zw_connections_end(struct zw_cli *cli, struct zw_socket *socket,
			struct zw_connections_found *found)
{
	int err;

	if (!found->forbidden.n)
		return true;
	err = zw_conntrack_delete(socket, found->forbidden.v,
				  found->forbidden.n, &found->ended);
	if (err)
		return zw_say_socket_error(
			       &cli->diags, err,
			       "end the connections that the policy forbids"),
		       false;
	return true;
}
