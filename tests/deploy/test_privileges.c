/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parses, compiles and proves can do nothing else: attempts made in such a
 * process, one made while an apply is under way from what stands in /proc, and
 * what comes back of its work. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/source.h"
#include "loader/confine.h"
#include "tests/deploy/site.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

/* ---- attempts ------------------------------------------------------------ */

struct attempts {
	const char *path; /* of a file that may be read */
	int outside;	  /* a descriptor that was open before */
	struct zw_str text, status;
	int read; /* 0: PATH was read */
	/* Errno of each, 0 where it succeeded. */
	int netlink, internet, create, truncate, append, temporary, remove;
	int rename, chmod, run, fork, kill, namespace, trace, mount, descriptor;
	int capability;
};

static int failed(long result)
{
	return result < 0 ? errno : 0;
}

static void attempt_files(struct attempts *a)
{
	a->create = failed(open("/tmp/zw-confined", O_WRONLY | O_CREAT, 0600));
	a->truncate = failed(open(a->path, O_RDONLY | O_TRUNC));
	a->append = failed(open(a->path, O_RDWR | O_APPEND));
	a->temporary = failed(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	a->remove = failed(unlink(a->path));
	a->rename = failed(rename(a->path, "/tmp/zw-confined"));
	a->chmod = failed(chmod(a->path, 0666));
	a->descriptor = failed(write(a->outside, "x", 1));
}

static void attempt_all(struct zw_arena *arena, void *context)
{
	char *const argv[] = { "/bin/true", NULL };
	struct attempts *a = context;

	a->read = zw_read_file(arena, a->path, 1 << 20, &a->text);
	zw_read_file(arena, "/proc/self/status", 1 << 16, &a->status);
	a->netlink = failed(socket(AF_NETLINK, SOCK_RAW, 12));
	a->internet = failed(socket(AF_INET, SOCK_STREAM, 0));
	attempt_files(a);
	a->run = failed(execv(argv[0], argv));
	a->fork = failed(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	a->kill = failed(kill(getppid(), 0));
	a->namespace = failed(unshare(CLONE_NEWNET));
	a->trace = failed(ptrace(PTRACE_ATTACH, 1, 0, 0));
	a->mount = failed(syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, ""));
	a->capability = failed(syscall(SYS_prctl, 47, 2, 12, 0, 0));
}

static void expect_status(const struct attempts *a, const char *line)
{
	ZW_CHECK(a->status.n && strstr(a->status.p, line), "no '%s' in\n%.*s",
		 line, ZW_STR_ARG(a->status));
}

static void attempts(void)
{
	struct zw_arena *arena = zw_arena_new();
	char path[] = "/tmp/zw-privileges-XXXXXX";
	int fd = mkstemp(path), status;
	struct attempts a = { .path = path, .outside = fd };
	const int *each = &a.netlink;
	size_t i;

	ZW_CHECK(fd >= 0 && write(fd, "text\n", 5) == 5, "%s", path);
	ZW_CHECK(!zw_confine(arena, attempt_all, &a, sizeof(a), &status),
		 "no such process");
	ZW_CHECK(!status, "it ended with %d", status);
	ZW_CHECK(!a.read && zw_str_is(a.text, "text\n"), "it cannot read: %d",
		 a.read);
	for (i = 0; each + i <= &a.capability; i++)
		ZW_CHECK(each[i] == EPERM || (&each[i] == &a.descriptor &&
					      each[i] == EBADF),
			 "attempt number %zu: %s", i,
			 each[i] ? strerror(each[i]) : "it succeeded");
	expect_status(&a, "CapEff:\t0000000000000000");
	expect_status(&a, "CapPrm:\t0000000000000000");
	expect_status(&a, "CapAmb:\t0000000000000000");
	expect_status(&a, "NoNewPrivs:\t1");
	expect_status(&a, "Seccomp:\t2");
	close(fd);
	unlink(path);
	zw_arena_free(arena);
}

/* ---- what comes back ----------------------------------------------------- */

struct list {
	u32 n;
	u32 *v;
	struct list *next;
};

static void make_lists(struct zw_arena *arena, void *context)
{
	struct list *list = context;
	u32 i, k;

	for (i = 0; i < 40; i++) {
		list->n = 1u << (i % 16);
		list->v = ZW_NEW_ARRAY(arena, u32, list->n);
		for (k = 0; k < list->n; k++)
			list->v[k] = i + k;
		list->next = ZW_NEW(arena, struct list);
		list = list->next;
	}
}

static void results(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct list first = { 0 }, *list;
	u32 i = 0, k;
	int status;
	pid_t child;

	ZW_CHECK(!zw_confine(arena, make_lists, &first, sizeof(first), &status),
		 "no such process");
	/* what another process writes there is its own */
	child = fork();
	if (!child) {
		first.v[0] = 77;
		first.next->v[0] = 77;
		_exit(0);
	}
	waitpid(child, &status, 0);
	for (list = &first; list->next; list = list->next, i++) {
		for (k = 0; k < list->n; k++) {
			if (list->v[k] != i + k)
				break;
		}
		ZW_CHECK(k == list->n, "list %u, number %u", i, k);
	}
	ZW_CHECK(i == 40, "%u lists", i);
	zw_arena_free(arena);
}

static void end_early(struct zw_arena *arena, void *context)
{
	(void)arena;
	if (*(int *)context)
		raise(SIGKILL);
	_exit(70);
}

static void die(struct zw_arena *arena, void *context)
{
	volatile int *nowhere = NULL;

	(void)arena;
	(void)context;
	*nowhere = 1;
}

/* A process that fails is no result. */
static void failures(void)
{
	struct zw_arena *arena = zw_arena_new();
	int context = 0, status;

	ZW_CHECK(!zw_confine(arena, end_early, &context, sizeof(context),
			     &status) &&
			 status == 70,
		 "status %d", status);
	ZW_CHECK(!zw_confine(arena, die, &context, sizeof(context), &status) &&
			 status,
		 "status %d", status);
	zw_arena_free(arena);
}

/* ---- a command ----------------------------------------------------------- */

/* The child of PID, from the kernel's list; 0: none. */
static pid_t child_of(pid_t pid)
{
	char path[64];
	FILE *file;
	int child = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &child) != 1)
		child = 0;
	fclose(file);
	return child;
}

/* Is it confined by now? It is not in its first moments. */
static bool is_confined(struct zw_arena *arena, pid_t pid)
{
	struct zw_str text;
	const char *path = zw_strf(arena, "/proc/%d/status", pid).p;

	return !zw_read_file(arena, path, 1 << 16, &text) &&
	       strstr(text.p, "CapEff:\t0000000000000000") &&
	       strstr(text.p, "NoNewPrivs:\t1") &&
	       strstr(text.p, "Seccomp:\t2");
}

/* While it compiles and proves there is such a process, and it does the work:
 * it is where the time goes. */
static void command(void)
{
	const char *const words[] = { "apply", "examples/hq.zw", NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_arena *arena = zw_arena_new();
	struct zw_site_process p;
	unsigned confined = 0, seen = 0;
	int status = 0;

	if (bed) {
		zw_site_start(bed, words, &p);
		while (!waitpid(p.pid, &status, WNOHANG)) {
			pid_t child = child_of(p.pid);

			seen++;
			confined += child && is_confined(arena, child);
		}
		ZW_CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "status %d",
			 status);
		ZW_CHECK(confined > seen / 20 && confined > 1,
			 "seen %u times, of these %u confined", seen, confined);
		unlink(p.log);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

/* A policy in the home of somebody who lets nobody in. */
static void homes(void)
{
	static const char script[] =
		"T=$(mktemp -d) && trap 'rm -rf $T' EXIT && "
		"cp tests/deploy/policies/wide.zw $T/parts.zw && "
		"echo 'include \"parts.zw\"' > $T/gw.zw && "
		"chmod 600 $T/*.zw && chmod 700 $T && chown -R 12345 $T && "
		"%s apply $T/gw.zw --netns %s && cd $T && "
		"%s plan gw.zw --netns %s";
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_arena *arena = zw_arena_new();

	if (bed && !geteuid()) {
		const char *name = zw_testbed_name(bed);

		zw_check_script("a home", zw_strf(arena, script, zw_binary(),
						  name, zw_binary(), name)
						  .p);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

void suite_privileges(void);
void suite_privileges(void)
{
	static CU_TestInfo tests[] = {
		{ "attempts", attempts }, { "results come back", results },
		{ "failures", failures }, { "an apply proves so", command },
		{ "files that only privileges can read", homes },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("privileges", tests);
}
