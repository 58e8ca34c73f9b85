/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows at their ends, to the second: a compiled policy, first packets at
 * given moments, and what the interpreter makes of them. */
#include <netinet/in.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "verifier/interpret.h"

void suite_window(void);

enum { SUN, MON, TUE, WED, THU, FRI, SAT };

#define AT(hour, minute, second) (3600 * (hour) + 60 * (minute) + (second))

static const char zones[] =
	"external zone net { interface wan0 }\n"
	"dmz zone web { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64 }\n";

struct moment {
	const char *window;
	u8 day;
	u32 second;
	bool open;
};

static const struct moment moments[] = {
	{ "mon-fri 07:00-20:00", MON, AT(6, 59, 59), false },
	{ "mon-fri 07:00-20:00", MON, AT(7, 0, 0), true },
	{ "mon-fri 07:00-20:00", FRI, AT(19, 59, 59), true },
	{ "mon-fri 07:00-20:00", FRI, AT(20, 0, 0), false },
	{ "mon-fri 07:00-20:00", SAT, AT(12, 0, 0), false },
	{ "mon-fri 07:00-20:00", SUN, AT(12, 0, 0), false },
	{ "00:00-24:00", WED, AT(0, 0, 0), true },
	{ "00:00-24:00", WED, AT(23, 59, 59), true },
	{ "sat", SAT, AT(0, 0, 0), true },
	{ "sat", SAT, AT(23, 59, 59), true },
	{ "sat", SUN, AT(0, 0, 0), false },
	{ "sat", FRI, AT(23, 59, 59), false },
	/* the night belongs to the day on which it begins */
	{ "sat 22:00-06:00", SAT, AT(5, 59, 59), false },
	{ "sat 22:00-06:00", SAT, AT(21, 59, 59), false },
	{ "sat 22:00-06:00", SAT, AT(22, 0, 0), true },
	{ "sat 22:00-06:00", SAT, AT(23, 59, 59), true },
	{ "sat 22:00-06:00", SUN, AT(0, 0, 0), true },
	{ "sat 22:00-06:00", SUN, AT(5, 59, 59), true },
	{ "sat 22:00-06:00", SUN, AT(6, 0, 0), false },
	{ "sat 22:00-06:00", SUN, AT(22, 0, 0), false },
	/* round the week's end */
	{ "fri-mon 12:00-13:00", FRI, AT(12, 0, 0), true },
	{ "fri-mon 12:00-13:00", SUN, AT(12, 30, 0), true },
	{ "fri-mon 12:00-13:00", MON, AT(12, 59, 59), true },
	{ "fri-mon 12:00-13:00", TUE, AT(12, 30, 0), false },
	{ "mon,wed 00:00-00:01", WED, AT(0, 0, 59), true },
	{ "mon,wed 00:00-00:01", TUE, AT(0, 0, 30), false },
	{ "mon,wed 00:00-00:01", WED, AT(0, 1, 0), false },
	{ "20:00-08:00", THU, AT(7, 59, 59), true },
	{ "20:00-08:00", THU, AT(8, 0, 0), false },
	{ "20:00-08:00", THU, AT(20, 0, 0), true },
};

/* What becomes of a packet to PORT; a CONFIRMED one is not its flow's first. */
static enum zw_run_verdict ask(const struct zw_interpreter *interpreter,
			       const struct moment *m, bool four, u16 port,
			       bool confirmed)
{
	struct zw_packet packet = { .in = "wan0",
				    .out = "dmz0",
				    .has_time = true,
				    .day = m->day,
				    .second = m->second };
	struct zw_ip src, dst;
	struct zw_run run;

	zw_ip_parse(zw_str_from(four ? "198.51.100.7" : "2001:db8:cafe::7"),
		    &src);
	zw_ip_parse(zw_str_from(four ? "192.0.2.10" : "2001:db8:d::10"), &dst);
	zw_packet_build(&packet, src, dst, IPPROTO_UDP, 40000, port, 0);
	packet.ct.state = ZW_CT_NEW;
	packet.ct.status = confirmed ? ZW_STATUS_CONFIRMED : 0;
	zw_interpret(interpreter, &packet, ZW_PATH_FORWARD, NULL, NULL, NULL,
		     &run);
	return run.verdict;
}

static void check_moment(const struct moment *m)
{
	struct zw_buf text = { 0 };
	struct zw_pipeline p = { 0 };
	const struct zw_interpreter *interpreter;
	bool four;
	int i;

	zw_buf_puts(&text, zones);
	zw_buf_printf(&text, "allow net -> web : udp/1 during \"%s\"\n",
		      m->window);
	zw_buf_puts(&text, "allow net -> web : udp/2-3\n");
	zw_buf_printf(&text, "deny net -> web : udp/2 during \"%s\"\n",
		      m->window);
	zw_buf_printf(&text, "reject net -> web : udp/3 during \"%s\"\n",
		      m->window);
	zw_pipeline_run(&p, "window.zw", (struct zw_str){ text.data, text.n });
	ZW_CHECK(p.valid, "%s is refused", m->window);
	interpreter = p.valid ? zw_interpreter_new(p.arena, p.ruleset) : NULL;
	for (i = 0; i < 2 && p.valid; i++) {
		four = i == 0;
		ZW_CHECK(ask(interpreter, m, four, 1, false) ==
				 (m->open ? ZW_RUN_ACCEPT : ZW_RUN_DROP),
			 "allow, %s, day %u second %u", m->window, m->day,
			 m->second);
		ZW_CHECK(ask(interpreter, m, four, 2, false) ==
				 (m->open ? ZW_RUN_DROP : ZW_RUN_ACCEPT),
			 "deny, %s, day %u second %u", m->window, m->day,
			 m->second);
		ZW_CHECK(ask(interpreter, m, four, 3, false) ==
				 (m->open ? ZW_RUN_REJECT : ZW_RUN_ACCEPT),
			 "reject, %s, day %u second %u", m->window, m->day,
			 m->second);
		ZW_CHECK(ask(interpreter, m, four, 1, true) == ZW_RUN_ACCEPT &&
				 ask(interpreter, m, four, 2, true) ==
					 ZW_RUN_ACCEPT &&
				 ask(interpreter, m, four, 3, true) ==
					 ZW_RUN_ACCEPT,
			 "a flow that has begun, %s, day %u second %u",
			 m->window, m->day, m->second);
	}
	zw_pipeline_free(&p);
	zw_buf_free(&text);
}

static void test_ends(void)
{
	size_t i;

	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		check_moment(&moments[i]);
}

void suite_window(void)
{
	static CU_TestInfo tests[] = {
		{ "windows at their ends", test_ends },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/window", tests);
}
