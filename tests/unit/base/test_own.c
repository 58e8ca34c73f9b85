/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses count, and the file that lists them. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "tests/harness/harness.h"

void suite_own(void);

static const struct {
	const char *text;
	bool counts;
} values[] = {
	{ "0.0.0.1", false },	       { "1.0.0.1", true },
	{ "126.255.255.255", true },   { "127.0.0.1", false },
	{ "127.255.255.255", false },  { "128.0.0.0", true },
	{ "169.253.255.255", true },   { "169.254.0.0", false },
	{ "169.254.255.255", false },  { "169.255.0.0", true },
	{ "223.255.255.255", true },   { "224.0.0.1", false },
	{ "239.255.255.255", false },  { "240.0.0.1", true },
	{ "10.0.0.1", true },	       { "::", false },
	{ "::1", false },	       { "::2", true },
	{ "fe7f:ffff::1", true },      { "fe80::1", false },
	{ "febf:ffff::1", false },     { "fec0::1", true },
	{ "fd00::1", true },	       { "2001:db8::1", true },
	{ "feff:ffff::1", true },      { "ff02::1", false },
};

static void test_values(void)
{
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct zw_ip ip = { 0 };

		ZW_CHECK(zw_ip_parse(zw_str_from(values[i].text), &ip), "%s",
			 values[i].text);
		ZW_CHECK(zw_own_counts(ip) == values[i].counts, "%s",
			 values[i].text);
	}
}

/* All that a file says, "wan0 203.0.113.5 in 203.0.113.0/24;" each, or the
 * codes of what is wrong with it. */
static void read_text(const char *text, struct zw_buf *out)
{
	char path[] = "/tmp/zwinger-own-XXXXXX", a[46], b[100];
	struct zw_arena *arena = zw_arena_new();
	struct zw_sources *sources = zw_sources_new();
	struct zw_own_addresses own = { 0 };
	struct zw_diags diags;
	int fd = mkstemp(path);
	size_t i;
	bool ok;

	zw_buf_puts(out, "");
	zw_diags_init(&diags, arena);
	ZW_CHECK(fd >= 0 && !zw_write_file(path, text, strlen(text)), "%s",
		 path);
	ok = zw_own_read_file(arena, sources, &diags, path, &own);
	ZW_CHECK(ok == !diags.errors, "an error and a failure");
	for (i = 0; i < diags.list.n; i++) {
		struct zw_place place = zw_sources_place(
			sources, diags.list.v[i]->primary.span);

		zw_buf_printf(out, "%s %u:%u;",
			      zw_code_info(diags.list.v[i]->code)->name,
			      place.line, place.column);
	}
	for (i = 0; ok && i < own.list.n; i++) {
		const struct zw_own_address *one = &own.list.v[i];

		zw_buf_printf(out, "%.*s %s in %s;", ZW_STR_ARG(one->interface),
			      zw_ip_format(one->address, a),
			      zw_ip_range_format(one->address.family,
						 one->network, b));
	}
	zw_buf_printf(out, " %zu", own.interfaces.n);
	zw_sources_free(sources);
	zw_arena_free(arena);
	unlink(path);
	close(fd);
}

static const struct {
	const char *text, *read;
} files[] = {
	{ "", " 0" },
	{ "# nothing\n\n  \t\n", " 0" },
	{ "wan0 203.0.113.5/24\n", "wan0 203.0.113.5 in 203.0.113.0/24; 1" },
	{ "  wan0\t203.0.113.5/24 # the first\r\nwan0 2001:db8::5/64",
	  "wan0 203.0.113.5 in 203.0.113.0/24;"
	  "wan0 2001:db8::5 in 2001:db8::/64; 1" },
	{ "a 10.0.0.1/8\na 10.0.0.1/8\na 10.0.0.1/16\n",
	  "a 10.0.0.1 in 10.0.0.0/8;a 10.0.0.1 in 10.0.0.0/16; 1" },
	{ "a 10.0.0.1/32\na 10.0.0.2/31\n",
	  "a 10.0.0.1 in 10.0.0.1;a 10.0.0.2 in 10.0.0.2/31; 1" },
	{ "a fd00::1/128\na fd00::1/0\n",
	  "a fd00::1 in fd00::1;a fd00::1 in ::/0; 1" },
	{ "lo 127.0.0.1/8\nlo ::1/128\nwan0 fe80::1/64\n", " 2" },
	{ "a\n", "Z2040 1:1; 0" },
	{ "a 10.0.0.1\n", "Z2040 1:3; 0" },
	{ "a 10.0.0.1/33\n", "Z2040 1:12; 0" },
	{ "a 10.0.0.1/\n", "Z2040 1:12; 0" },
	{ "a 10.0.0.1/+8\n", "Z2040 1:12; 0" },
	{ "a 10.0.0.1/0008\n", "Z2040 1:12; 0" },
	{ "a fd00::1/129\n", "Z2040 1:11; 0" },
	{ "a fd00::g/64\n", "Z2040 1:3; 0" },
	{ "\na b 10.0.0.1/8\nb 10.0.0.1/8 c\n", "Z2040 2:5;Z2040 3:14; 0" },
	{ "a-name-of-15-by 10.0.0.1/8\n",
	  "a-name-of-15-by 10.0.0.1 in 10.0.0.0/8; 1" },
	{ "a-name-of-16-byt 10.0.0.1/8\n", "Z2040 1:1; 0" },
};

static void test_files(void)
{
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct zw_buf out = { 0 };

		read_text(files[i].text, &out);
		ZW_CHECK(!strcmp(out.data, files[i].read),
			 "'%s' gives '%s', not '%s'", files[i].text, out.data,
			 files[i].read);
		zw_buf_free(&out);
	}
}

void suite_own(void)
{
	static CU_TestInfo tests[] = {
		{ "which addresses count", test_values },
		{ "files", test_files },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("own", tests);
}
