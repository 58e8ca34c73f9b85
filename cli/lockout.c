/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sshd puts "CLIENT PORT SERVER PORT" into the environment of what it starts.
 * The connection is judged as those are that a new policy may end: as one that
 * would begin now (cli/connections.h). */
#include "cli/lockout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/connections.h"
#include "cli/refusal.h"
#include "loader/routes.h"
#include "statement/ways.h"

#define VARIABLE "SSH_CONNECTION="
#define ANCESTORS_MAX 64
#define ENVIRONMENT_MAX (4u << 20)

/* The parent of PID; 0 where that is not known. */
static long parent_of(struct zw_arena *arena, long pid)
{
	const char *path = zw_strf(arena, "/proc/%ld/stat", pid).p, *end;
	struct zw_str text;
	long parent;

	if (zw_read_file(arena, path, 4096, &text))
		return 0;
	/* the command's name stands in brackets and may hold any */
	end = strrchr(zw_cstr(arena, text), ')');
	return end && sscanf(end + 1, " %*c %ld", &parent) == 1 ? parent : 0;
}

static const char *variable_of(struct zw_arena *arena, long pid)
{
	const char *path = zw_strf(arena, "/proc/%ld/environ", pid).p;
	const size_t n = sizeof(VARIABLE) - 1;
	struct zw_str text;
	const char *p, *end;

	if (zw_read_file(arena, path, ENVIRONMENT_MAX, &text))
		return NULL;
	p = zw_cstr(arena, text);
	end = p + text.n;
	for (; p < end; p += strlen(p) + 1)
		if (!strncmp(p, VARIABLE, n))
			return p + n;
	return NULL;
}

static const char *find_variable(struct zw_arena *arena)
{
	const char *value = getenv("SSH_CONNECTION");
	long pid = getppid();
	int i;

	if (value || !getenv("SUDO_USER"))
		return value;
	for (i = 0; i < ANCESTORS_MAX && pid > 1 && !value; i++) {
		value = variable_of(arena, pid);
		pid = parent_of(arena, pid);
	}
	return value;
}

static bool parse_end(const char *address, unsigned port, struct zw_ip *ip,
		      u16 *number)
{
	struct zw_str text = zw_str_from(address);
	const char *scope = memchr(text.p, '%', text.n);

	if (scope)
		text.n = (size_t)(scope - text.p);
	*number = (u16)port;
	return port && port <= 65535 && zw_ip_parse(text, ip);
}

bool zw_ssh_connection(const struct zw_gateway *gateway,
		       struct zw_connection *c)
{
	struct zw_arena *arena = zw_arena_new();
	const char *value = find_variable(arena);
	char client[64], server[64];
	unsigned from, to;
	size_t i;
	bool known = false;

	*c = (struct zw_connection){ .proto = 6 };
	if (value &&
	    sscanf(value, "%63s %u %63s %u", client, &from, server, &to) == 4 &&
	    parse_end(client, from, &c->original.src, &c->original.sport) &&
	    parse_end(server, to, &c->original.dst, &c->original.dport)) {
		c->reply.src = c->original.dst;
		c->reply.dst = c->original.src;
		c->reply.sport = c->original.dport;
		c->reply.dport = c->original.sport;
		for (i = 0; i < gateway->addresses.n && !known; i++) {
			const struct zw_ip *ip = &gateway->addresses.v[i].ip;

			known = ip->family == c->original.dst.family &&
				ip->value == c->original.dst.value;
		}
	}
	zw_arena_free(arena);
	return known;
}

bool zw_lockout_check(struct zw_apply *a)
{
	struct zw_diags *diags = &a->cli->diags;
	struct zw_connection c;
	struct zw_connections_rules rules = { .gateway = &a->gateway,
					      .statement = a->job.statement };
	struct zw_buf all = { 0 }, text = { 0 };
	bool forbidden = false, asked;

	if (a->cli->values[ZW_OPT_LOCKOUT_OK] ||
	    !zw_ssh_connection(&a->gateway, &c))
		return true;
	zw_buf_add(&all, a->world.data, a->world.n);
	zw_buf_add(&all, a->transactions.bytes.data, a->transactions.bytes.n);
	rules.dump = all.data;
	rules.n = all.n;
	asked = zw_connection_judge(a->cli, &rules, &c, &forbidden);
	zw_buf_free(&all);
	if (!asked || !forbidden)
		return asked;
	zw_connection_print(&text, &c);
	zw_diag_help(
		diags,
		zw_diag(diags, ZW_Z5023, ZW_NO_SPAN,
			"the policy forbids the SSH connection that it is applied from: %s",
			text.data),
		"add a rule such as 'allow ZONE -> self : ssh', or give --lockout-ok if you have another way in");
	zw_buf_free(&text);
	return false;
}

struct zw_str zw_lockout_exception(struct zw_cli *cli,
				   const struct zw_gateway *gateway,
				   const struct zw_connection *c)
{
	struct zw_routes routes;
	struct zw_ways *ways;
	const struct zw_str *names;
	struct zw_buf out = { 0 };
	struct zw_str text;
	char ip[46];
	size_t i, n;

	if (zw_routes_read(cli->arena, cli->values[ZW_OPT_NETNS], &routes))
		return ZW_STR("");
	ways = zw_ways_new(cli->arena, gateway, &routes.routes, routes.more);
	names = zw_ways_to(ways, c->original.src, &n);
	zw_buf_puts(&out, "zone ssh-client { interface ");
	for (i = 0; i < n; i++) {
		zw_buf_puts(&out, i ? ", \"" : "\"");
		zw_buf_add_escaped(&out, names[i]);
		zw_buf_putc(&out, '"');
	}
	zw_buf_printf(&out,
		      " network %s }\nallow ssh-client -> self : tcp/%u\n",
		      zw_ip_format(c->original.src, ip), c->original.dport);
	text = n ? zw_str_copy(cli->arena, (struct zw_str){ out.data, out.n })
		 : ZW_STR("");
	zw_buf_free(&out);
	return text;
}
