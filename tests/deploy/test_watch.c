/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger watch` beside everybody who changes something: rules, tables, links,
 * addresses; more of it than the sockets hold; other commands that load. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/deploy/site.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

#define OWN "tests/deploy/policies/own.zw"

static const char *const watch[] = { "watch", NULL };
static const char *const restore[] = { "watch", "--restore", NULL };
static const char *const persist[] = { "apply", ZW_SITE_WIDE, "--persist",
				       NULL };

static const char *const insert[] = { "nft",	 "insert",    "rule",	"inet",
				      "zwinger", "z_forward", "accept", NULL };

static struct zw_testbed *loaded(const char *policy)
{
	struct zw_testbed *bed = zw_bed_new(NULL);

	if (bed)
		zw_site_apply(bed, policy);
	return bed;
}

/* Do the rules have TEXT? */
static bool listed(struct zw_testbed *bed, const char *text)
{
	char *rules = zw_testbed_ruleset(bed, false);
	bool found = rules && strstr(rules, text);

	free(rules);
	return found;
}

static void begin(struct zw_testbed *bed, const char *const *words,
		  struct zw_site_process *p)
{
	zw_site_start(bed, words, p);
	zw_site_await(p, "at the beginning: proved");
}

/* ---- rules --------------------------------------------------------------- */

static void put_right(void)
{
	struct zw_testbed *bed = loaded(ZW_SITE_WIDE);
	const struct zw_frame_spec forbidden =
		zw_bed_syn("10.1.0.5", "10.2.0.7", 22);
	struct timespec since, now;
	struct zw_site_process p;

	if (!bed)
		return;
	begin(bed, restore, &p);
	clock_gettime(CLOCK_MONOTONIC, &since);
	zw_site_do(bed, 0, insert);
	zw_site_await(&p, "tables changed by nft (process ");
	zw_site_await(&p, "A CLAIM HAS FALLEN");
	zw_site_await(&p, "'never dmz -> internal' forbids");
	zw_site_await(&p, "restored, as generation 2");
	clock_gettime(CLOCK_MONOTONIC, &now);
	ZW_CHECK(now.tv_sec - since.tv_sec < 3, "it took %ld s",
		 (long)(now.tv_sec - since.tv_sec));
	zw_bed_expect(bed, "restored", DMZ, &forbidden, zw_bed_dropped);
	/* what opens nothing stays */
	ZW_CHECK(zw_testbed_nft(bed, "add table ip other"), "%s",
		 zw_testbed_error(bed));
	zw_site_await(&p, ": proved");
	ZW_CHECK(listed(bed, "table ip other"), "the other table is gone");
	/* a whole table that is deleted comes back */
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset"), "%s",
		 zw_testbed_error(bed));
	zw_site_await(&p, "restored, as generation ");
	ZW_CHECK(listed(bed, "chain z_forward"), "the table is not back");
	zw_site_stop(&p, SIGTERM, 0);
	ZW_CHECK(listed(bed, "chain z_forward"), "the rules are gone");
	zw_testbed_free(bed);
}

static void told(void)
{
	struct zw_testbed *bed = loaded(ZW_SITE_WIDE);
	struct zw_arena *arena = zw_arena_new();
	const char *path = zw_strf(arena, "/tmp/zw-watch-%d", getpid()).p;
	const char *const words[] = {
		"watch", "--exec",
		zw_strf(arena,
			"echo \"$ZWINGER_EVENT $ZWINGER_VERDICT $ZWINGER_CAUSE\" > %s.new; mv %s.new %s",
			path, path, path)
			.p,
		NULL
	};
	struct zw_site_process p;
	struct zw_str text = { 0 };
	int i;

	if (bed) {
		unlink(path);
		begin(bed, words, &p);
		zw_site_do(bed, 0, insert);
		zw_site_await(&p, "A CLAIM HAS FALLEN");
		for (i = 0; i < 200 && access(path, F_OK); i++)
			usleep(10000);
		zw_read_file(arena, path, 4096, &text);
		ZW_CHECK(text.n &&
				 !strncmp(text.p,
					  "fell refuted tables changed by nft",
					  34),
			 "%.*s", ZW_STR_ARG(text));
		unlink(path);
		ZW_CHECK(listed(bed, "\t\taccept\n"), "it did something");
		/* the same once more is no news, its end is */
		zw_site_do(bed, 0, insert);
		zw_site_apply(bed, ZW_SITE_WIDE);
		zw_site_await(&p, "tables changed by zwinger (process ");
		zw_site_await(&p, ": proved");
		zw_site_stop(&p, SIGTERM, 0);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

/* ---- the table's owner --------------------------------------------------- */

static void owned(void)
{
	const char *const change[] = { "nft",	  "add",       "rule", "inet",
				       "zwinger", "z_forward", "drop", NULL };
	const char *const narrow[] = { "apply", ZW_SITE_NARROW, NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_site_process p;
	struct zw_run run;

	if (!bed)
		return;
	zw_site_run(bed, persist, 0, &run);
	zw_run_free(&run);
	zw_site_start(bed, watch, &p);
	zw_site_await(&p, "the table belongs to this process now");
	zw_site_await(&p, "proved");
	zw_site_do(bed, 1, change);
	/* others load through it, and it goes on holding the table */
	zw_site_run(bed, narrow, 0, &run);
	ZW_CHECK(strstr(run.out.data, "loaded as generation 2"), "%s",
		 run.out.data);
	zw_run_free(&run);
	zw_site_await(&p, "tables changed by zwinger");
	zw_site_await(&p, ": proved");
	zw_site_do(bed, 1, change);
	/* it is killed: the rules stay, and the next one takes the table */
	zw_site_stop(&p, SIGKILL, 128 + SIGKILL);
	ZW_CHECK(listed(bed, "chain z_forward"), "the rules are gone");
	zw_site_start(bed, watch, &p);
	zw_site_await(&p, "the table belongs to this process now");
	zw_site_await(&p, "proved");
	zw_site_do(bed, 1, change);
	zw_site_stop(&p, SIGTERM, 0);
	ZW_CHECK(listed(bed, "chain z_forward"), "the rules are gone");
	zw_site_do(bed, 0, change);
	zw_testbed_free(bed);
}

/* A command that is killed while it has the socket. */
static void borrower_dies(void)
{
	const char *const narrow[] = { "apply", ZW_SITE_NARROW, NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_site_process p, borrower;
	struct zw_run run;
	int i;

	if (!bed)
		return;
	zw_site_run(bed, persist, 0, &run);
	zw_run_free(&run);
	zw_site_start(bed, restore, &p);
	zw_site_await(&p, "proved");
	for (i = 0; i < 6; i++) {
		zw_site_start(bed, narrow, &borrower);
		usleep((useconds_t)(8000 + 7000 * i));
		kill(borrower.pid, SIGKILL);
		zw_site_stop(&borrower, SIGKILL, 128 + SIGKILL);
	}
	/* whatever it has left, a load goes through */
	zw_site_run(bed, narrow, 0, &run);
	zw_run_free(&run);
	zw_site_await(&p, "proved");
	zw_site_stop(&p, SIGTERM, 0);
	zw_testbed_free(bed);
}

/* Both listen at the same place, since neither was told a name. */
static void other_namespace(void)
{
	static const char script[] =
		"Z=%s; N=%s; M=zw-other-$$; T=$(mktemp -d); W=; "
		"trap 'kill $W; wait; ip netns del $M; rm -rf $T' EXIT; "
		"ip netns add $M && P=tests/deploy/policies/wide.zw && "
		"export ZWINGER_STATE=$T/a && "
		"ip netns exec $N $Z apply --persist $P && "
		"{ ip netns exec $N $Z watch > $T/log 2>&1 & W=$!; } && "
		"for i in $(seq 100); do grep -q proved $T/log && break; sleep 0.05; done && "
		"grep -q 'belongs to this process' $T/log && "
		"export ZWINGER_STATE=$T/b && "
		"ip netns exec $M $Z apply tests/deploy/policies/narrow.zw && "
		"ip netns exec $M nft list table inet zwinger | grep -q narrow.zw && "
		"! ip netns exec $N nft list table inet zwinger | grep -q narrow.zw";
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_arena *arena = zw_arena_new();

	if (bed)
		zw_check_script("two namespaces",
				zw_strf(arena, script, zw_binary(),
					zw_testbed_name(bed))
					.p);
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

/* ---- links and addresses ------------------------------------------------- */

static void addresses(void)
{
	const char *const add[] = { "ip",  "address", "add", "203.0.113.77/32",
				    "dev", "wan0",    NULL };
	const char *const gone[] = { "ip",  "address", "del", "203.0.113.1/24",
				     "dev", "wan0",    NULL };
	struct zw_testbed *bed = loaded(OWN);
	struct zw_site_process p;

	if (!bed)
		return;
	ZW_CHECK(!listed(bed, "203.0.113.77"), "too early");
	begin(bed, watch, &p);
	zw_site_do(bed, 0, add);
	zw_site_await(&p, "addresses changed: loaded for the new addresses");
	ZW_CHECK(listed(bed, "203.0.113.77"), "it is not published there");
	zw_site_do(bed, 0, gone);
	zw_site_await(&p, "addresses changed: loaded for the new addresses");
	ZW_CHECK(!listed(bed, "203.0.113.1 "), "it is still published there");
	zw_site_stop(&p, SIGTERM, 0);
	zw_testbed_free(bed);
}

static void links(void)
{
	static const char *const steps[][8] = {
		{ "ip", "link", "set", "lan0", "down" },
		{ "ip", "link", "set", "lan0", "name", "lan9" },
		{ "ip", "link", "set", "lan9", "name", "lan0" },
		{ "ip", "link", "add", "br7", "type", "bridge" },
		{ "ip", "link", "set", "dmz0", "master", "br7" },
		{ "ip", "link", "set", "dmz0", "nomaster" },
	};
	struct zw_testbed *bed = loaded(ZW_SITE_WIDE);
	struct zw_site_process p;

	if (!bed)
		return;
	begin(bed, restore, &p);
	zw_site_do(bed, 0, steps[0]);
	zw_site_do(bed, 0, steps[1]);
	zw_site_await(&p, "proved; no interface is called lan0\n");
	zw_site_do(bed, 0, steps[2]);
	zw_site_await(&p, ": proved\n");
	zw_site_do(bed, 0, steps[3]);
	zw_site_do(bed, 0, steps[4]);
	zw_site_await(&p, "NOTHING IS PROVED ANY MORE");
	zw_site_await(&p, "port of the bridge 'br7'");
	zw_site_await(&p, "could not be restored");
	zw_site_do(bed, 0, steps[5]);
	zw_site_await(&p, ": proved\n");
	zw_site_stop(&p, SIGTERM, 0);
	zw_testbed_free(bed);
}

/* ---- more than it can hear ----------------------------------------------- */

static void overrun(void)
{
	struct zw_testbed *bed = loaded(ZW_SITE_WIDE);
	struct zw_buf text = { 0 };
	struct zw_site_process p;
	int i;

	if (!bed)
		return;
	begin(bed, restore, &p);
	kill(p.pid, SIGSTOP);
	zw_buf_puts(&text,
		    "table inet other { set s { type ipv4_addr; elements = { ");
	for (i = 0; i < 30000; i++)
		zw_buf_printf(&text, "%s20.%d.%d.1", i ? ", " : "", i / 256,
			      i % 256);
	zw_buf_puts(&text, " }; }; }\n");
	ZW_CHECK(zw_testbed_nft(bed, text.data), "%s", zw_testbed_error(bed));
	ZW_CHECK(zw_testbed_nft(bed, "delete table inet other"), "%s",
		 zw_testbed_error(bed));
	zw_site_do(bed, 0, insert);
	kill(p.pid, SIGCONT);
	zw_site_await(&p, "more changed than could be followed");
	zw_site_await(&p, "A CLAIM HAS FALLEN");
	zw_site_await(&p, "restored");
	zw_site_stop(&p, SIGTERM, 0);
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

void suite_watch(void);
void suite_watch(void)
{
	static CU_TestInfo tests[] = {
		{ "what falls is put right", put_right },
		{ "what falls is told", told },
		{ "a table that it owns", owned },
		{ "who borrows its socket and dies", borrower_dies },
		{ "one that watches over another namespace", other_namespace },
		{ "addresses that change", addresses },
		{ "links that change", links },
		{ "more than it can hear", overrun },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("watch", tests);
}
