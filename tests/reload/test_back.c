/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel holds is read and proved once more when packets meet the new
 * rules. Somebody changes it right after the swap: our own table, so that the
 * former rules come back; another table as well, so that even these do not hold
 * and everything is dropped; or tables again and again, so that nothing can be
 * read and what was loaded stays. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"
#include "tests/reload/flood.h"
#include "tests/reload/puppet.h"
#include "tests/reload/trial.h"

void suite_back(void);

enum { BURST = 50, SWAP = 2 };

struct scene {
	struct zw_trial t;
	const char *argv[7];
	const char *change; /* by nft, after the swap; NULL: a flood */
	unsigned at, met;   /* batch; how often */
	bool refused;	    /* the kernel does not let nft change it */
	pid_t flood;
};

static bool set_scene(struct scene *s, bool first)
{
	*s = (struct scene){ .at = SWAP, .flood = -1 };
	/* exchanges a set and rules: add, swap, delete */
	if (!zw_trial_begin(&s->t, &zw_reload_cases[1]))
		return false;
	if (first)
		zw_reload_nft(s->t.bed, "delete table inet zwinger\n");
	s->argv[0] = zw_binary();
	s->argv[1] = "apply";
	s->argv[2] = "torture.zw";
	s->argv[3] = "--netns";
	s->argv[4] = zw_testbed_name(s->t.bed);
	return true;
}

static void end_flood(struct scene *s)
{
	if (s->flood <= 0)
		return;
	kill(s->flood, SIGKILL);
	waitpid(s->flood, NULL, 0);
	s->flood = -1;
}

/* ---- after the swap ---- */

static enum zw_puppet_answer meddle(void *context, unsigned number, bool after)
{
	struct scene *s = context;

	if (number != s->at || !after)
		return ZW_PUPPET_GO_ON;
	s->met++;
	if (s->refused)
		ZW_CHECK(!zw_testbed_nft(s->t.bed, s->change),
			 "the owner is not alone");
	else if (s->change)
		zw_reload_nft(s->t.bed, s->change);
	else
		s->flood = zw_flood_start(zw_testbed_name(s->t.bed));
	return ZW_PUPPET_GO_ON;
}

enum state { FORMER, NEW, CLOSED };

/* What packets meet now. */
static void judge(struct scene *s, enum state state, const char *what)
{
	char text[ZW_COUNTS_TEXT];
	struct zw_counts counts;
	unsigned i;

	zw_injector_burst(s->t.injector, BURST, &counts);
	zw_counts_format(s->t.injector, &counts, text);
	ZW_CHECK(!counts.leaks, "%s: %s", what, text);
	for (i = 0; i < ZW_STREAMS && s->t.streams[i].name; i++) {
		const struct zw_stream *stream = &s->t.streams[i];
		bool passes = stream->kind == ZW_ALLOWED ||
			      (stream->kind == ZW_SOMETIMES && state == FORMER);

		if (state == CLOSED)
			passes = false;
		ZW_CHECK(counts.arrived[i] == (passes ? BURST : 0),
			 "%s: '%s': %llu arrived", what, stream->name,
			 (unsigned long long)counts.arrived[i]);
	}
}

static void changed(const char *what, const char *change, bool first,
		    enum state state)
{
	struct scene s;
	unsigned batches;
	int status;

	if (!set_scene(&s, first))
		return;
	s.change = change;
	status = zw_puppet_run("b", s.argv, meddle, &s, &batches);
	end_flood(&s);
	ZW_CHECK(status == 4, "%s: status %d", what, status);
	judge(&s, state, what);
	/* and the next load finds its way */
	if (change && strstr(change, "netdev"))
		zw_reload_nft(s.t.bed, "delete table netdev other\n");
	status = zw_puppet_run("b", s.argv, NULL, NULL, &batches);
	ZW_CHECK(!status, "%s: the next load: status %d", what, status);
	judge(&s, NEW, what);
	zw_trial_end(&s.t);
}

#define TAMPER "insert rule inet zwinger z_forward accept\n"
#define BYPASS                                                \
	"table netdev other {\n chain ing {\n"                \
	"  type filter hook ingress device dmz0 priority 0\n" \
	"  ip daddr 10.77.0.0/16 fwd to lan0\n }\n}\n"

static void test_ours(void)
{
	changed("a rule slipped in", TAMPER, false, FORMER);
}

static void test_others(void)
{
	changed("a way around the hooks", BYPASS, false, CLOSED);
}

static void test_unreadable(void)
{
	changed("a flood of changes", NULL, false, NEW);
}

/* A table that the load owns while it lasts. */
static void test_owned(void)
{
	struct scene s;
	unsigned batches;
	int status;

	if (!set_scene(&s, true))
		return;
	s.argv[5] = "--persist";
	s.change = TAMPER;
	s.refused = true;
	status = zw_puppet_run("b", s.argv, meddle, &s, &batches);
	ZW_CHECK(!status, "status %d", status);
	judge(&s, NEW, "a table of its own");
	zw_reload_nft(s.t.bed, TAMPER); /* between two loads it has no owner */
	s.at = 1;
	status = zw_puppet_run("b", s.argv, meddle, &s, &batches);
	ZW_CHECK(!status && s.met == 2, "again: status %d, met %u", status,
		 s.met);
	judge(&s, NEW, "a table of its own, again");
	zw_trial_end(&s.t);
}

void suite_back(void)
{
	static CU_TestInfo tests[] = {
		{ "our table is changed after the swap", test_ours },
		{ "a table of others opens a way around", test_others },
		{ "the tables cannot be read", test_unreadable },
		{ "nobody can change it", test_owned },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("reload: read back", tests);
}
