/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dump files: what was written is read, and nothing else is. */
#include <stdlib.h>
#include <string.h>

#include "loader/dumpfile.h"
#include "tests/harness/harness.h"

static const char facts[] = "gateway\n"
			    "link 1 lo - 0 up\n"
			    "link 2 wan0 veth 4 up xdp tc\n"
			    "address 2 192.0.2.1 24\n"
			    "address 2 2001:db8::1 64\n"
			    "setting ipv4/conf/all/accept_source_route 1\n"
			    "setting ipv6/conf/wan0/seg6_enabled -1\n"
			    "legacy ip filter\n"
			    "ipvs TCP 0A000001:0050\n"
			    "bpf program 17\n"
			    "unread /proc/net/ip_vs: Permission denied\n";

static void text_and_back(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_buf out = { 0 };
	struct zw_gateway gateway;
	u32 line;

	ZW_CHECK(zw_gateway_parse(arena, zw_str_from(facts), &gateway, &line),
		 "line %u", line);
	zw_gateway_print(&out, &gateway);
	ZW_CHECK(!strcmp(out.data, facts), "%s", out.data);
	ZW_CHECK(gateway.links.n == 2 && gateway.links.v[1].master == 4 &&
			 gateway.links.v[1].flags ==
				 (ZW_LINK_UP | ZW_LINK_XDP | ZW_LINK_TC),
		 "the link");
	ZW_CHECK(zw_gateway_setting(
			 &gateway,
			 ZW_STR("ipv4/conf/all/accept_source_route")) == 1,
		 "the setting");
	zw_buf_free(&out);
	zw_arena_free(arena);
}

static const struct {
	const char *text;
	u32 line;
} wrong[] = {
	{ "", 1 },
	{ "links\n", 1 },
	{ "gateway\nlink\n", 2 },
	{ "gateway\nlink 1 lo\n", 2 },
	{ "gateway\nlink x lo - 0\n", 2 },
	{ "gateway\nlink 1 lo - 0 sideways\n", 2 },
	{ "gateway\nlink 1 a-name-beyond-bounds - 0\n", 2 },
	{ "gateway\nlink 99999999999999999999 lo - 0\n", 2 },
	{ "gateway\naddress 1 10.0.0.1 33\n", 2 },
	{ "gateway\naddress 1 ten 8\n", 2 },
	{ "gateway\nlink 1 lo - 0\nsetting a/b one\n", 3 },
	{ "gateway\nlegacy\n", 2 },
	{ "gateway\nmystery x\n", 2 },
};

static void no_facts(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_gateway gateway;
	size_t i;
	u32 line;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		bool ok = zw_gateway_parse(arena, zw_str_from(wrong[i].text),
					   &gateway, &line);

		ZW_CHECK(!ok && line == wrong[i].line, "%s: %d, line %u",
			 wrong[i].text, ok, line);
	}
	zw_arena_free(arena);
}

static void write_one(struct zw_arena *arena, struct zw_buf *file)
{
	struct zw_gateway gateway;
	u32 line;

	zw_gateway_parse(arena, zw_str_from(facts), &gateway, &line);
	zw_dumpfile_write(file, "messages", 8, &gateway);
}

static void whole(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_buf file = { 0 }, out = { 0 };
	struct zw_gateway gateway;
	struct zw_str messages;
	const char *why;

	write_one(arena, &file);
	why = zw_dumpfile_read(arena, (struct zw_str){ file.data, file.n },
			       &messages, &gateway);
	ZW_CHECK(!why, "%s", why ? why : "");
	ZW_CHECK(zw_str_is(messages, "messages"), "the messages");
	zw_gateway_print(&out, &gateway);
	ZW_CHECK(!strcmp(out.data, facts), "%s", out.data);
	zw_buf_free(&out);
	zw_buf_free(&file);
	zw_arena_free(arena);
}

/* Every beginning of a file, and every file with one byte changed. */
static void damaged(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_buf file = { 0 };
	struct zw_gateway gateway;
	struct zw_str messages;
	size_t i;

	write_one(arena, &file);
	for (i = 0; i < file.n; i++) {
		struct zw_str cut = { file.data, i };

		ZW_CHECK(zw_dumpfile_read(arena, cut, &messages, &gateway),
			 "cut to %zu bytes", i);
		file.data[i] ^= 0x20;
		ZW_CHECK(zw_dumpfile_read(arena,
					  (struct zw_str){ file.data, file.n },
					  &messages, &gateway),
			 "byte %zu changed", i);
		file.data[i] ^= 0x20;
	}
	zw_buf_free(&file);
	zw_arena_free(arena);
}

void suite_dumpfile(void);
void suite_dumpfile(void)
{
	static CU_TestInfo tests[] = {
		{ "facts to text and back", text_and_back },
		{ "what are no facts", no_facts },
		{ "a whole file", whole },
		{ "a damaged file", damaged },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("dumpfile", tests);
}
