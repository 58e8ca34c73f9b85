/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of interfaces as the kernel tells them: of every kind, made by
 * ip(8), those that count are read and no others. */
#include <stdlib.h>
#include <unistd.h>

#include "loader/addresses.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

void suite_own_read(void);

static void ip(int ns, const char *line)
{
	const char *argv[24] = { "ip" };
	char words[200], *rest = words, *word;
	struct zw_ran ran;
	size_t n = 1;

	snprintf(words, sizeof(words), "%s", line);
	while ((word = strtok_r(rest, " ", &rest)) && n < 23)
		argv[n++] = word;
	ran = zw_netns_run(ns, argv, NULL);
	ZW_CHECK(!ran.status, "ip %s: %s", line, ran.err);
	zw_ran_free(&ran);
}

static void read_all(const char *name, struct zw_buf *out)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_own_addresses own = { 0 };
	char a[46], b[100];
	size_t i;
	int err = zw_read_addresses(arena, name, &own);

	zw_buf_puts(out, "");
	ZW_CHECK(!err, "reading: %d", err);
	for (i = 0; i < own.interfaces.n; i++)
		zw_buf_printf(out, "%s%.*s", i ? " " : "",
			      ZW_STR_ARG(own.interfaces.v[i]));
	zw_buf_putc(out, '\n');
	for (i = 0; i < own.list.n; i++) {
		const struct zw_own_address *one = &own.list.v[i];

		zw_buf_printf(out, "%.*s %s in %s\n",
			      ZW_STR_ARG(one->interface),
			      zw_ip_format(one->address, a),
			      zw_ip_range_format(one->address.family,
						 one->network, b));
	}
	zw_arena_free(arena);
}

static const char *const made[] = {
	"link add wan0 type veth peer name out0",
	"link add bare0 type veth peer name bare1",
	"link set wan0 up",
	"link set out0 up",
	"address add 203.0.113.5/24 dev wan0",
	"address add 203.0.113.6/24 dev wan0 label wan0:2",
	"address add 198.51.100.1 peer 198.51.100.9/30 dev wan0",
	"address add 169.254.7.7/16 dev wan0 scope link",
	"address add 10.9.9.9/24 dev wan0 scope link",
	"address add 2001:db8::5/64 dev wan0 nodad",
	"address add 2001:db8::6/64 dev wan0 preferred_lft 0",
	"address add fd00::7/48 dev out0",
	NULL,
};

static const char expected[] = "lo out0 wan0 bare1 bare0\n"
			       "wan0 203.0.113.5 in 203.0.113.0/24\n"
			       "wan0 198.51.100.1 in 198.51.100.8/30\n"
			       "wan0 203.0.113.6 in 203.0.113.0/24\n"
			       "out0 fd00::7 in fd00::/48\n"
			       "wan0 2001:db8::6 in 2001:db8::/64\n"
			       "wan0 2001:db8::5 in 2001:db8::/64\n";

static void test_kinds(void)
{
	char name[ZW_NETNS_NAME];
	struct zw_buf out = { 0 };
	size_t i;
	int ns;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	ZW_CHECK(ns >= 0 && !zw_netns_publish(ns, name), "no namespace");
	for (i = 0; made[i]; i++)
		ip(ns, made[i]);
	read_all(name, &out);
	ZW_CHECK(!strcmp(out.data, expected), "read:\n%s", out.data);
	zw_buf_free(&out);
	zw_netns_unpublish(name);
	close(ns);
}

/* A prefix that hosts make addresses in: the kernel adds a temporary one. */
static void test_temporary(void)
{
	char name[ZW_NETNS_NAME];
	struct zw_buf out = { 0 };
	int ns;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	ZW_CHECK(ns >= 0 && !zw_netns_publish(ns, name), "no namespace");
	ZW_CHECK(!zw_netns_sysctl(ns, "net/ipv6/conf/default/use_tempaddr",
				  "2"),
		 "use_tempaddr");
	ip(ns, "link add wan0 type veth peer name out0");
	ip(ns, "link set wan0 up");
	ip(ns, "link set out0 up");
	ip(ns, "address add 2001:db8::5/64 dev wan0 nodad mngtmpaddr");
	read_all(name, &out);
	ZW_CHECK(!strcmp(out.data, "lo out0 wan0\n"
				   "wan0 2001:db8::5 in 2001:db8::/64\n"),
		 "read:\n%s", out.data);
	zw_buf_free(&out);
	zw_netns_unpublish(name);
	close(ns);
}

static void test_no_namespace(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_own_addresses own = { 0 };

	ZW_CHECK(zw_read_addresses(arena, "no-such-namespace", &own) < 0,
		 "read from nowhere");
	zw_arena_free(arena);
}

void suite_own_read(void)
{
	static CU_TestInfo tests[] = {
		{ "kinds of addresses", test_kinds },
		{ "temporary addresses", test_temporary },
		{ "no namespace", test_no_namespace },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("own_read", tests);
}
