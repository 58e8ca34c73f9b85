/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a kernel's conntrack table to what of it may not go on. */
#include "cli/connections.h"

#include "cli/confined.h"
#include "cli/input.h"
#include "cli/refusal.h"
#include "loader/conntrack.h"
#include "loader/routes.h"
#include "verifier/judge.h"

struct judging {
	const struct zw_connections_rules *rules;
	const struct zw_routes *routes;
	const zw_connections *all;
	struct zw_connections_found found;
	bool done;
};

static void judge_all(struct zw_arena *arena, struct zw_judge *judge,
		      struct judging *j)
{
	struct zw_connections_found *found = &j->found;
	size_t i;

	found->seen = j->all->n;
	for (i = 0; i < j->all->n; i++) {
		const struct zw_connection *c = &j->all->v[i];

		switch (zw_judge_connection(judge, c)) {
		case ZW_STANDS:
			break;
		case ZW_UNJUDGED:
			found->unjudged++;
			break;
		case ZW_FORBIDDEN:
			zw_push(arena, found->forbidden, c);
		}
	}
}

static void judge_step(struct zw_cli *cli, void *context)
{
	struct judging *j = context;
	struct zw_buf dump = { 0 };
	const struct zw_ruleset *ruleset;
	struct zw_ways *ways;

	zw_buf_add(&dump, j->rules->dump, j->rules->n);
	ruleset = zw_input_decode(cli, &dump);
	zw_buf_free(&dump);
	if (!ruleset)
		return;
	ways = zw_ways_new(cli->arena, j->rules->gateway, &j->routes->routes,
			   j->routes->more);
	judge_all(cli->arena,
		  zw_judge_new(cli->arena, ruleset, j->rules->statement, ways),
		  j);
	j->done = true;
}

static bool fail(struct zw_cli *cli, int err, const char *attempted)
{
	zw_say_socket_error(&cli->diags, err, attempted);
	return false;
}

/* Read the routes, and judge J's connections. False after a diagnostic. */
static bool judge(struct zw_cli *cli, struct judging *j)
{
	struct zw_routes routes;
	int err =
		zw_routes_read(cli->arena, cli->values[ZW_OPT_NETNS], &routes);

	if (err)
		return fail(cli, err, "read the routes of the kernel");
	j->routes = &routes;
	zw_confined(cli, judge_step, j, sizeof(*j));
	return j->done;
}

bool zw_connections_find(struct zw_cli *cli, struct zw_socket *socket,
			 const struct zw_connections_rules *rules,
			 struct zw_connections_found *found)
{
	zw_connections *all = ZW_NEW(cli->arena, zw_connections);
	struct judging j = { .rules = rules, .all = all };
	int err;

	*found = (struct zw_connections_found){ 0 };
	err = zw_conntrack_read(cli->arena, socket, all);
	if (err)
		return fail(cli, err, "read the connections of the kernel");
	if (!all->n)
		return true;
	if (!judge(cli, &j))
		return false;
	*found = j.found;
	return true;
}

bool zw_connection_judge(struct zw_cli *cli,
			 const struct zw_connections_rules *rules,
			 const struct zw_connection *connection,
			 bool *forbidden)
{
	zw_connections one = { 0 };
	struct judging j = { .rules = rules, .all = &one };

	zw_push(cli->arena, one, *connection);
	if (!judge(cli, &j))
		return false;
	*forbidden = j.found.forbidden.n > 0;
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
		return fail(cli, err,
			    "end the connections that the policy forbids");
	return true;
}
