/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong while `zwinger apply` loads: it is killed at each step, meets
 * another loader or another program, or is refused. Afterwards the kernel holds
 * the former or the new ruleset whole, by its listing and by its packets, none
 * of which leaked meanwhile; and the next load succeeds and leaves nothing
 * behind. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"
#include "tests/reload/listing.h"
#include "tests/reload/puppet.h"
#include "tests/reload/trial.h"

void suite_faults(void);

enum { BURST = 50, MOST_BATCHES = 16 };

struct scene {
	struct zw_trial t;
	char *whole[2]; /* what packets meet under either policy */
	const char *argv[6];
};

static char *reached(struct scene *s, unsigned *unreached)
{
	char *text = zw_testbed_ruleset(s->t.bed, false), *out;

	ZW_CHECK(text != NULL, "nft list");
	out = zw_listing_reached(text ? text : "", unreached);
	free(text);
	return out;
}

static bool set_scene(struct scene *s)
{
	unsigned which;

	/* the second case exchanges a set, rules, and nothing of size */
	if (!zw_trial_begin(&s->t, &zw_reload_cases[1]))
		return false;
	for (which = 0; which < 2; which++) {
		zw_trial_load(&s->t, which);
		s->whole[which] = reached(s, NULL);
	}
	ZW_CHECK(strcmp(s->whole[0], s->whole[1]),
		 "both policies give one listing");
	s->argv[0] = zw_binary();
	s->argv[1] = "apply";
	s->argv[2] = "torture.zw";
	s->argv[3] = "--netns";
	s->argv[4] = zw_testbed_name(s->t.bed);
	s->argv[5] = NULL;
	zw_trial_load(&s->t, 0);
	return true;
}

static void strike_scene(struct scene *s)
{
	free(s->whole[0]);
	free(s->whole[1]);
	zw_trial_end(&s->t);
}

/* Which policy is in force, by the listing: 0, 1, or -1 for neither. Packets
 * are held to the same. */
static int in_force(struct scene *s, const char *what, unsigned *unreached)
{
	char text[ZW_COUNTS_TEXT], *now = reached(s, unreached);
	struct zw_counts counts;
	int which = -1;
	unsigned i;

	if (!strcmp(now, s->whole[0]))
		which = 0;
	else if (!strcmp(now, s->whole[1]))
		which = 1;
	ZW_CHECK(which >= 0, "%s: neither ruleset is whole", what);
	free(now);
	zw_injector_burst(s->t.injector, BURST, &counts);
	ZW_CHECK(!counts.leaks && !counts.losses, "%s: %s", what,
		 zw_counts_format(s->t.injector, &counts, text));
	for (i = 0; i < ZW_STREAMS && s->t.streams[i].name; i++)
		if (s->t.streams[i].kind == ZW_SOMETIMES)
			/* the second policy denies what the first lets pass */
			ZW_CHECK(counts.arrived[i] == (which ? 0 : BURST),
				 "%s: '%s' under policy %d: %llu arrived", what,
				 s->t.streams[i].name, which,
				 (unsigned long long)counts.arrived[i]);
	return which;
}

/* The next load works and takes away what was left. */
static void recover(struct scene *s, const char *what)
{
	unsigned left = 0;

	zw_trial_load(&s->t, 0);
	ZW_CHECK(in_force(s, what, &left) == 0, "%s: no recovery", what);
	ZW_CHECK(!left, "%s: %u objects left behind", what, left);
}

static void judge(struct scene *s, const char *what)
{
	struct zw_counts counts;
	char text[ZW_COUNTS_TEXT];

	zw_injector_stop(s->t.injector, &counts);
	zw_counts_format(s->t.injector, &counts, text);
	printf("  %s: %s\n", what, text);
	ZW_CHECK(!counts.leaks && !counts.losses && !counts.missed, "%s: %s",
		 what, text);
}

/* ---- killed ---- */

struct killing {
	unsigned at;
	bool after;
};

static enum zw_puppet_answer kill_there(void *context, unsigned number,
					bool after)
{
	const struct killing *k = context;

	return number == k->at && after == k->after ? ZW_PUPPET_KILL
						    : ZW_PUPPET_GO_ON;
}

static void test_kill(void)
{
	struct scene s;
	unsigned at, batches, kills = 0, outcomes[2] = { 0 };
	int status = 128 + SIGKILL, which;
	char what[64];

	if (!set_scene(&s))
		return;
	zw_injector_start(s.t.injector);
	for (at = 1; at < MOST_BATCHES && status; at++) {
		unsigned after;

		for (after = 0; after < 2; after++) {
			struct killing k = { at, after };

			status = zw_puppet_run("b", s.argv, kill_there, &k,
					       &batches);
			if (!status)
				break;
			ZW_CHECK(status == 128 + SIGKILL,
				 "not killed at batch %u but status %d", at,
				 status);
			kills++;
			snprintf(what, sizeof(what), "killed %s batch %u",
				 after ? "after" : "before", at);
			zw_injector_stop(s.t.injector,
					 &(struct zw_counts){ 0 });
			which = in_force(&s, what, NULL);
			if (which >= 0)
				outcomes[which]++;
			recover(&s, what);
			zw_injector_start(s.t.injector);
		}
	}
	judge(&s, "killed");
	printf("  killed %u times, former ruleset %u, new %u\n", kills,
	       outcomes[0], outcomes[1]);
	ZW_CHECK(!status, "it never ended by itself");
	ZW_CHECK(kills >= 4 && outcomes[0] && outcomes[1],
		 "%u kills, %u with the former, %u with the new ruleset", kills,
		 outcomes[0], outcomes[1]);
	strike_scene(&s);
}

/* ---- another program ---- */

struct meddling {
	struct scene *s;
	unsigned from, to; /* before these batches */
	unsigned count;
};

static enum zw_puppet_answer meddle(void *context, unsigned number, bool after)
{
	struct meddling *m = context;
	char text[64];

	if (!after && number >= m->from && number <= m->to) {
		snprintf(text, sizeof(text),
			 "add table ip foreign%u\n"
			 "add chain ip foreign%u c\n",
			 m->count, m->count);
		m->count++;
		zw_reload_nft(m->s->t.bed, text);
	}
	return ZW_PUPPET_GO_ON;
}

/* A change before the first, second, ... batch: everything is read and proved
 * anew, and then it succeeds. */
static void test_foreign_once(void)
{
	struct scene s;
	unsigned at, batches, least = 0;
	int status;
	char what[64];

	if (!set_scene(&s))
		return;
	zw_injector_start(s.t.injector);
	for (at = 1; at < MOST_BATCHES; at++) {
		struct meddling m = { &s, at, at, 100 * at };

		status = zw_puppet_run("b", s.argv, meddle, &m, &batches);
		if (!least)
			least = batches;
		snprintf(what, sizeof(what), "foreign change before batch %u",
			 at);
		ZW_CHECK(!status, "%s: status %d", what, status);
		zw_trial_load(&s.t, 0);
		if (m.count == 100 * at)
			break;
	}
	judge(&s, "a foreign change");
	ZW_CHECK(at > 2, "only %u batches met a foreign change", at - 1);
	recover(&s, "after foreign changes");
	strike_scene(&s);
}

/* A change before every batch: it gives up and says so. */
static void test_foreign_always(void)
{
	struct scene s;
	struct meddling m;
	unsigned batches, left;
	int status;

	if (!set_scene(&s))
		return;
	m = (struct meddling){ &s, 1, 1000, 0 };
	zw_injector_start(s.t.injector);
	status = zw_puppet_run("b", s.argv, meddle, &m, &batches);
	judge(&s, "foreign changes all the time");
	ZW_CHECK(status == 4, "status %d", status);
	ZW_CHECK(m.count >= 3, "only %u tries", m.count);
	ZW_CHECK(in_force(&s, "foreign changes all the time", &left) == 0,
		 "the former ruleset does not stand");
	recover(&s, "foreign changes all the time");
	strike_scene(&s);
}

/* ---- another loader ---- */

static pid_t start(const char *folder, const char *const *argv)
{
	pid_t pid = fork();
	int nowhere;

	ZW_ASSERT(pid >= 0);
	if (pid)
		return pid;
	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere >= 0 && dup2(nowhere, 1) > 0 && dup2(nowhere, 2) > 0 &&
	    !chdir(folder))
		execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int finish(pid_t pid)
{
	int status;

	ZW_ASSERT(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void test_two_loaders(void)
{
	struct scene s;
	unsigned i, won = 0, rounds = zw_reload_rounds(12, 100);

	if (!set_scene(&s))
		return;
	zw_injector_start(s.t.injector);
	for (i = 0; i < rounds; i++) {
		pid_t a = start("a", s.argv), b = start("b", s.argv);
		int of_a = finish(a), of_b = finish(b);

		/* whoever does not succeed says that it changed in between */
		ZW_CHECK((!of_a || of_a == 4) && (!of_b || of_b == 4),
			 "statuses %d and %d", of_a, of_b);
		won += (unsigned)(!of_a + !of_b);
	}
	judge(&s, "two loaders at once");
	printf("  %u of %u loads succeeded\n", won, 2 * rounds);
	ZW_CHECK(won >= rounds, "only %u of %u succeeded", won, 2 * rounds);
	in_force(&s, "two loaders at once", NULL);
	recover(&s, "two loaders at once");
	strike_scene(&s);
}

/* ---- refused ---- */

static enum zw_puppet_answer spoil_there(void *context, unsigned number,
					 bool after)
{
	return number == *(const unsigned *)context && !after ? ZW_PUPPET_SPOIL
							      : ZW_PUPPET_GO_ON;
}

/* The last message of a batch is refused when the others have been taken. */
static void test_refused(void)
{
	struct scene s;
	unsigned at, batches, left, outcomes[2] = { 0 };
	int status = 4, which;
	char what[64];

	if (!set_scene(&s))
		return;
	for (at = 1; at < MOST_BATCHES && status; at++) {
		struct zw_counts counts;
		char text[ZW_COUNTS_TEXT];

		zw_injector_start(s.t.injector);
		status = zw_puppet_run("b", s.argv, spoil_there, &at, &batches);
		zw_injector_stop(s.t.injector, &counts);
		snprintf(what, sizeof(what), "batch %u refused", at);
		ZW_CHECK(!counts.leaks && !counts.losses, "%s: %s", what,
			 zw_counts_format(s.t.injector, &counts, text));
		if (!status)
			break;
		ZW_CHECK(status == 4, "%s: status %d", what, status);
		which = in_force(&s, what, &left);
		if (which >= 0)
			outcomes[which]++;
		ZW_CHECK(which || !left, "%s: %u objects left behind", what,
			 left);
		recover(&s, what);
	}
	printf("  refused: former ruleset %u, new %u\n", outcomes[0],
	       outcomes[1]);
	ZW_CHECK(!status, "status %d", status);
	ZW_CHECK(outcomes[0] >= 2, "%u refusals left the former ruleset",
		 outcomes[0]);
	strike_scene(&s);
}

static CU_TestInfo tests[] = {
	{ "killed before and after each batch", test_kill },
	{ "a foreign change before each batch in turn", test_foreign_once },
	{ "foreign changes all the time", test_foreign_always },
	{ "two loaders at once", test_two_loaders },
	{ "a batch refused half-way", test_refused },
	CU_TEST_INFO_NULL,
};

void suite_faults(void)
{
	zw_test_suite("reload: faults", tests);
}
