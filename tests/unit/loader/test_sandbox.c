/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a text of nft needs. */
#include "loader/sandbox.h"
#include "tests/harness/harness.h"

static const struct {
	const char *text, *names; /* with a blank behind each */
} cases[] = {
	{ "chain c { type filter hook ingress device eth0 priority 0; }",
	  "eth0 " },
	{ "hook ingress device \"eth0.7\" priority 0", "eth0.7 " },
	{ "devices = { a, b ,c }", "a b c " },
	{ "define w = eth9\ndevice $w", "eth9 " },
	{ "define w = { a, b }\nflowtable f { devices = $w; }", "a b " },
	{ "define w = { a, b }\ndefine v = { $w, c }\ndevices = { $v, d }",
	  "a b c d " },
	{ "# device eth0\niifname eth1 accept", "" },
	{ "device", "" },
	{ "devices = {", "" },
	{ "device a_name_of_too_many_letters", "" },
	{ "define = 3\ndefine x\ndevice $x", "" },
	{ "device \"", "" },
};

static void devices(void)
{
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zw_arena *arena = zw_arena_new();
		struct zw_buf said = { 0 };
		zw_names names = { 0 };

		zw_sandbox_devices(arena, zw_str_from(cases[i].text), &names);
		zw_buf_puts(&said, "");
		for (k = 0; k < names.n; k++)
			zw_buf_printf(&said, "%.*s ", ZW_STR_ARG(names.v[k]));
		ZW_CHECK(zw_str_is((struct zw_str){ said.data, said.n },
				   cases[i].names),
			 "%s: %s", cases[i].text, said.data);
		zw_buf_free(&said);
		zw_arena_free(arena);
	}
}

void suite_sandbox(void);
void suite_sandbox(void)
{
	static CU_TestInfo tests[] = {
		{ "devices that a text names", devices },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("sandbox", tests);
}
