/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file's name to a subject of questions. */
#include "cli/input.h"

#include <string.h>

#include "cli/job.h"
#include "cli/reading.h"

#define SIZE_LIMIT ((size_t)1 << 30)

static bool read_policy(struct zw_cli *cli, const char *x,
			const struct zw_job_additions *added,
			struct zw_input *input)
{
	const struct zw_emit_options options = { .step = ZW_EMIT_WHOLE,
						 .generation = 1 };
	struct zw_buf bytes = { 0 };
	struct zw_job job;

	if (!zw_job_policy_with(cli, x, added, &job))
		return false;
	input->model = job.model;
	input->statement = job.statement;
	input->has_policy = job.statement->has_policy;
	zw_emit_netlink(cli->arena, &bytes, job.plan, &options, NULL);
	input->ruleset = zw_input_decode(cli, &bytes);
	zw_buf_free(&bytes);
	return input->ruleset != NULL;
}

static bool read_source(struct zw_cli *cli, const char *x,
			struct zw_reading *reading)
{
	if (!strcmp(x, "live"))
		return zw_read_live(cli, NULL, reading);
	if (!strncmp(x, "live:", 5))
		return zw_read_live(cli, x + 5, reading);
	return zw_read_ruleset(cli, x, reading);
}

static bool find_zones(struct zw_cli *cli, bool needed,
		       const struct zw_job_additions *added,
		       struct zw_input *input)
{
	const char *zones = cli->values[ZW_OPT_ZONES];
	struct zw_diag *diag;
	struct zw_job job;

	if (zones) {
		if (!zw_job_zones(cli, zones, added, &job))
			return false;
		input->statement = job.statement;
		return true;
	}
	input->statement = ZW_NEW(cli->arena, struct zw_statement);
	if (!needed)
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "'%s' has no zones to ask about", input->name);
	zw_diag_help(&cli->diags, diag,
		     "name a file with zones by --zones, or ask by interface");
	return false;
}

static bool read_ruleset(struct zw_cli *cli, const char *x, bool needs_zones,
			 const struct zw_job_additions *added,
			 struct zw_input *input)
{
	struct zw_reading reading;
	struct zw_buf bytes = { 0 };

	if (!find_zones(cli, needs_zones, added, input) ||
	    !read_source(cli, x, &reading))
		return false;
	zw_buf_add(&bytes, reading.messages.p, reading.messages.n);
	input->ruleset = zw_input_decode(cli, &bytes);
	zw_buf_free(&bytes);
	return input->ruleset != NULL;
}

/* A file that cannot be read is left to the policy's reader to complain of. */
bool zw_input_is_policy(struct zw_cli *cli, const char *x)
{
	struct zw_str text;

	if (!strcmp(x, "live") || !strncmp(x, "live:", 5))
		return false;
	if (!strcmp(x, "-") || zw_read_file(cli->arena, x, SIZE_LIMIT, &text))
		return true;
	return zw_content_of(x, text) == ZW_CONTENT_POLICY;
}

bool zw_input_read(struct zw_cli *cli, const char *x,
		   const struct zw_input_additions *additions,
		   struct zw_input *input)
{
	struct zw_job_additions added = { 0 };
	bool needs_zones = false;

	*input = (struct zw_input){ .name = x };
	if (additions) {
		added.statements = additions->statements;
		added.claims = additions->claims;
		needs_zones = additions->needs_zones;
	}
	if (zw_input_is_policy(cli, x))
		return read_policy(cli, x, &added, input);
	return read_ruleset(cli, x, needs_zones, &added, input);
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
