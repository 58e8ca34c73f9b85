/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file's name to a subject of questions. */
#include "cli/input.h"

#include "cli/job.h"

bool zw_input_read(struct zw_cli *cli, const char *x,
		   const struct zw_input_additions *additions,
		   struct zw_input *input)
{
	const struct zw_emit_options options = { .step = ZW_EMIT_WHOLE,
						 .generation = 1 };
	struct zw_job_additions added = { 0 };
	struct zw_buf bytes = { 0 };
	struct zw_job job;

	*input = (struct zw_input){ .name = x };
	if (additions) {
		added.statements = additions->statements;
		added.claims = additions->claims;
	}
	if (!zw_job_policy_with(cli, x, &added, &job))
		return false;
	input->model = job.model;
	input->statement = job.statement;
	input->has_policy = job.statement->has_policy;
	zw_emit_netlink(cli->arena, &bytes, job.plan, &options, NULL);
	input->ruleset = zw_input_decode(cli, &bytes);
	zw_buf_free(&bytes);
	return input->ruleset != NULL;
}

static bool is_only(struct zw_ipset set, struct zw_ip ip)
{
	const struct zw_intervals *mine = &set.of[ip.family];

	return mine->n == 1 && mine->v[0].lo == ip.value &&
	       mine->v[0].hi == ip.value;
}

struct zw_str zw_input_side(struct zw_cli *cli, const struct zw_input *input,
			    u32 zone, struct zw_ip ip)
{
	struct zw_str name = zw_statement_zone_name(input->statement, zone);
	char text[46];
	size_t i;

	for (i = 0; input->model && i < input->model->hosts.n; i++) {
		const struct zw_host *host = &input->model->hosts.v[i];

		if (host->zone == zone && is_only(host->addrs, ip))
			return zw_strf(cli->arena, "%.*s.%.*s",
				       ZW_STR_ARG(name),
				       ZW_STR_ARG(host->name));
	}
	if (zone >= input->statement->zones.n ||
	    !input->statement->zones.v[zone].has_network)
		return name;
	return zw_strf(cli->arena, "%.*s(%s)", ZW_STR_ARG(name),
		       zw_ip_format(ip, text));
}
