/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill -9 before and after everything that a command leaves behind outside
 * itself: each transaction, each file synced, renamed, removed. Whatever the
 * step, the kernel holds the former or the new ruleset whole, `status` names
 * the one it is, the trail is whole, and the next command goes on from there.
 * The guard of a load that waits is killed at each of its own steps as well. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"
#include "tests/reload/listing.h"
#include "tests/reload/puppet.h"

#define ZONES                                                           \
	"external zone internet { interface wan0 }\n"                   \
	"dmz zone front { interface dmz0 network 192.0.2.0/24 }\n"      \
	"internal zone office { interface lan0 network 10.1.0.0/16 }\n" \
	"allow office -> internet, front : https\n"                     \
	"allow office -> self : ssh\n"

enum { STEPS_MAX = 80 };

static const char *const policies[] = {
	ZONES,
	ZONES "allow internet -> front : http\n",
};

struct scene {
	int ns;
	char name[ZW_NETNS_NAME], folder[64];
	char *whole[2]; /* what packets meet under either */
	const char *words[10];
	unsigned number[2]; /* of the generations */
};

static int zwinger(struct scene *s, const char *const *words,
		   struct zw_buf *out)
{
	const char *argv[12] = { zw_binary() };
	struct zw_run run;
	size_t n = 1;

	while (*words)
		argv[n++] = *words++;
	argv[n++] = "--netns";
	argv[n++] = s->name;
	zw_run(&run, s->folder, argv);
	if (out) {
		zw_buf_add(out, run.out.data, run.out.n);
		zw_buf_add(out, run.err.data, run.err.n);
	}
	zw_run_free(&run);
	return run.status;
}

static int plain(struct scene *s, const char *a, const char *b)
{
	const char *const words[] = { a, b, NULL };

	return zwinger(s, words, NULL);
}

static char *reached(struct scene *s)
{
	static const char *const argv[] = { "nft", "-s", "list", "ruleset",
					    NULL };
	struct zw_ran ran = zw_netns_run(s->ns, argv, NULL);
	char *out = zw_listing_reached(ran.out, NULL);

	zw_ran_free(&ran);
	return out;
}

static bool set_scene(struct scene *s)
{
	char path[128];
	int i;

	*s = (struct scene){ .ns = -1,
			     .folder = "/dev/shm/zwinger-killed-XXXXXX" };
	if (!zw_netns_usable())
		return false;
	s->ns = zw_netns_new();
	if (s->ns < 0 || zw_netns_publish(s->ns, s->name) ||
	    !mkdtemp(s->folder)) {
		ZW_CHECK(false, "no scene");
		return false;
	}
	snprintf(path, sizeof(path), "%s/state", s->folder);
	setenv("ZWINGER_STATE", path, 1);
	for (i = 0; i < 2; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/%c.zw", s->folder, "ab"[i]);
		file = fopen(path, "w");
		CU_ASSERT_PTR_NOT_NULL_FATAL(file);
		fputs(policies[i], file);
		CU_ASSERT_EQUAL(fclose(file), 0);
		ZW_CHECK(plain(s, "apply", i ? "b.zw" : "a.zw") == 0,
			 "policy %d cannot be applied", i);
		s->whole[i] = reached(s);
		s->number[i] = (unsigned)i + 1;
	}
	ZW_CHECK(strcmp(s->whole[0], s->whole[1]), "both are alike");
	return true;
}

static void strike_scene(struct scene *s)
{
	const char *const argv[] = { "rm", "-rf", s->folder, NULL };
	struct zw_run run;

	free(s->whole[0]);
	free(s->whole[1]);
	zw_netns_unpublish(s->name);
	close(s->ns);
	zw_run(&run, NULL, argv);
	zw_run_free(&run);
}

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

/* Which policy packets meet: 0, 1, or -1. */
static int in_force(struct scene *s)
{
	char *now = reached(s);
	int which = !strcmp(now, s->whole[0])	? 0
		    : !strcmp(now, s->whole[1]) ? 1
						: -1;

	free(now);
	return which;
}

static long value_of(const char *json, const char *key)
{
	const char *p = strstr(json, key);

	return p ? strtol(p + strlen(key), NULL, 10) : -1;
}

/* The kernel has one of both whole, and status says which by its policy. */
static int judge(struct scene *s, const char *what, unsigned step)
{
	static const char *const words[] = { "status", "--format", "json",
					     NULL };
	static const char *const text[] = { "status", NULL };
	static const char *const verify[] = { "audit", "verify", NULL };
	struct zw_buf out = { 0 };
	int which = in_force(s), status = zwinger(s, words, &out);
	const char *name =
		which == 1 ? "\"policy\": \"b.zw\"" : "\"policy\": \"a.zw\"";
	bool known;

	ZW_CHECK(which >= 0, "%s, step %u: neither ruleset is whole", what,
		 step);
	known = status == 0 && value_of(out.data, "\"held\": ") > 0 &&
		strstr(out.data, name) && strstr(out.data, "\"drift\": false");
	out.n = 0;
	if (!known)
		zwinger(s, text, &out);
	ZW_CHECK(known,
		 "%s, step %u: policy %d is in force, and status says: %s",
		 what, step, which, out.data);
	out.n = 0;
	ZW_CHECK(zwinger(s, verify, &out) == 0, "%s, step %u: %s", what, step,
		 out.data);
	zw_buf_free(&out);
	return which;
}

/* ---- a command ---- */

/* Every second step, from the first or the second, as the seed has it. */
static unsigned first_step(void)
{
	return 1 + (unsigned)(zw_test_seed() % 2);
}

/* `COMMAND TO[WHICH]` for the policy that is not in force, killed before and
 * after each step in turn, every STRIDE steps. */
static void kill_command(struct scene *s, const char *command,
			 const char *const to[2], unsigned stride)
{
	const char *argv[] = { zw_binary(), command, NULL,
			       "--netns",   s->name, NULL };
	struct killing k = { 1, true };
	unsigned steps = 0, outcomes[2] = { 0, 0 };
	int status = 128 + SIGKILL, former = judge(s, command, 0);

	for (; k.at < STEPS_MAX && status; k.at += stride) {
		int now;

		argv[2] = to[!former];
		status = zw_puppet_steps(s->folder, argv, kill_there, &k,
					 &steps);
		ZW_CHECK(status == 0 || status == 128 + SIGKILL,
			 "%s, step %u: status %d", command, k.at, status);
		now = judge(s, command, k.at);
		outcomes[now == former]++;
		former = now;
		k.after = !k.after;
	}
	ZW_CHECK(status == 0 && steps > 10, "%s: %u steps, status %d", command,
		 steps, status);
	ZW_CHECK(outcomes[0] > 1 && outcomes[1] > 1,
		 "%s: loaded %u times, not loaded %u times", command,
		 outcomes[0], outcomes[1]);
	printf("  %s: killed %u times; %u times it had come into force\n",
	       command, outcomes[0] + outcomes[1] - 1, outcomes[0] - 1);
}

static void test_apply(void)
{
	static const char *const files[] = { "a.zw", "b.zw" };
	struct scene s;

	if (!set_scene(&s))
		return;
	kill_command(&s, "apply", files, 1);
	ZW_CHECK(plain(&s, "apply", "a.zw") == 0 && in_force(&s) == 0,
		 "no recovery");
	ZW_CHECK(plain(&s, "apply", "b.zw") == 0 &&
			 plain(&s, "rollback", NULL) == 0 && in_force(&s) == 0,
		 "no rollback afterwards");
	strike_scene(&s);
}

static void test_rollback(void)
{
	static const char *const numbers[] = { "1", "2" };
	struct scene s;

	if (!set_scene(&s))
		return;
	kill_command(&s, "rollback", numbers, 2);
	ZW_CHECK(plain(&s, "rollback", "1") == 0 && in_force(&s) == 0,
		 "no recovery");
	strike_scene(&s);
}

/* Nothing, or nothing that lets more pass than loopback, or all of it. */
static bool is_closed(struct scene *s)
{
	char *now = reached(s);
	const char *p;
	bool closed = true;

	for (p = now; (p = strstr(p, "accept")); p++) {
		const char *start = p;

		while (start > now && start[-1] != '\n')
			start--;
		closed &= !strncmp(start + strspn(start, " \t"),
				   "iifname \"lo\"", 12) ||
			  !strncmp(start + strspn(start, " \t"),
				   "oifname \"lo\"", 12) ||
			  !strncmp(start + strspn(start, " \t"), "type nat", 8);
	}
	closed &= !strstr(now, "vmap");
	free(now);
	return closed || in_force(s) == 1;
}

static void test_boot(void)
{
	static const char *const gone[] = { "nft",  "delete",  "table",
					    "inet", "zwinger", NULL };
	const char *argv[] = { zw_binary(), "boot", "--netns", NULL, NULL };
	struct killing k = { first_step(), true };
	unsigned steps = 0;
	struct scene s;
	int status = 128 + SIGKILL;

	if (!set_scene(&s))
		return;
	argv[3] = s.name;
	for (; k.at < STEPS_MAX && status; k.at += 2) {
		struct zw_ran ran = zw_netns_run(s.ns, gone, NULL);

		zw_ran_free(&ran);
		status =
			zw_puppet_steps(s.folder, argv, kill_there, &k, &steps);
		ZW_CHECK(status == 0 || status == 128 + SIGKILL,
			 "boot, step %u: status %d", k.at, status);
		ZW_CHECK(is_closed(&s), "boot, step %u: it is open", k.at);
		ZW_CHECK(plain(&s, "boot", NULL) == 0 &&
				 judge(&s, "boot", k.at) == 1,
			 "boot, step %u: no way on", k.at);
		k.after = !k.after;
	}
	ZW_CHECK(status == 0 && steps > 10, "boot: %u steps, status %d", steps,
		 status);
	strike_scene(&s);
}

/* ---- one that waits, and its guard ---- */

static int guard_of(struct scene *s)
{
	char path[128];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "%s/state/guard", s->folder);
	file = fopen(path, "r");
	if (file && fscanf(file, "%d", &pid) != 1)
		pid = 0;
	if (file)
		fclose(file);
	return pid;
}

/* Is it there, and no zombie? */
static bool runs(int pid)
{
	char path[64], state = 'X', text[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = pid > 0 ? fopen(path, "r") : NULL;
	if (file && fgets(text, sizeof(text), file)) {
		const char *end = strrchr(text, ')');

		if (end && end[1])
			state = end[2];
	}
	if (file)
		fclose(file);
	return state != 'X' && state != 'Z';
}

static bool until_gone(int pid)
{
	int i;

	for (i = 0; i < 300 && runs(pid); i++)
		usleep(50000);
	return !runs(pid);
}

static void rouse(int pid)
{
	kill(pid, SIGTERM);
}

/* The caller is killed at each step; a guard that stands goes back when it is
 * told to, to policy a, which was confirmed. */
static void test_waiting(void)
{
	const char *argv[] = { zw_binary(), "apply",	 "b.zw", "--netns",
			       NULL,	    "--confirm", "60s",	 NULL };
	struct killing k = { 0, false };
	unsigned steps = 0, guarded = 0;
	struct scene s;
	int status = 128 + SIGKILL;

	if (!set_scene(&s))
		return;
	argv[4] = s.name;
	for (k.at = first_step(); k.at < STEPS_MAX && status; k.at += 2) {
		int pid;

		k.after = k.at / 2 % 2;
		ZW_CHECK(plain(&s, "apply", "a.zw") == 0 && !in_force(&s),
			 "waiting, step %u: no way on", k.at);
		status =
			zw_puppet_steps(s.folder, argv, kill_there, &k, &steps);
		judge(&s, "waiting", k.at);
		pid = guard_of(&s);
		if (!runs(pid))
			continue;
		guarded++;
		rouse(pid);
		ZW_CHECK(until_gone(pid) && judge(&s, "gone back", k.at) == 0,
			 "waiting, step %u: its guard did not go back", k.at);
	}
	ZW_CHECK(status == 0 && guarded > 3, "%u steps, status %d, %u guards",
		 steps, status, guarded);
	strike_scene(&s);
}

/* The guard is killed at each step of going back. */
static void test_guard(void)
{
	static const char *const wait[] = { "apply", "b.zw", "--confirm", "60s",
					    NULL };
	struct killing k = { 0, false };
	unsigned steps = 0;
	struct scene s;
	int status = 128 + SIGKILL;

	if (!set_scene(&s))
		return;
	for (k.at = first_step(); k.at < STEPS_MAX && status; k.at += 2) {
		k.after = k.at / 2 % 2;
		ZW_CHECK(plain(&s, "apply", "a.zw") == 0 &&
				 zwinger(&s, wait, NULL) == 0,
			 "guard, step %u: no way on", k.at);
		status = zw_puppet_seize(guard_of(&s), rouse, kill_there, &k,
					 &steps);
		ZW_CHECK(status == 0 || status == 128 + SIGKILL,
			 "guard, step %u: status %d", k.at, status);
		judge(&s, "guard", k.at);
	}
	ZW_CHECK(status == 0 && steps > 15 && in_force(&s) == 0,
		 "%u steps, status %d", steps, status);
	strike_scene(&s);
}

void suite_killed(void);
void suite_killed(void)
{
	static CU_TestInfo tests[] = {
		{ "apply, at every step", test_apply },
		{ "rollback, at every second step", test_rollback },
		{ "boot, at every second step", test_boot },
		{ "a load that waits, at every second step", test_waiting },
		{ "its guard, at every second step of going back", test_guard },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("killed", tests);
}
