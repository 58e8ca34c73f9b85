/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces by file descriptor: unshare(2), keep /proc/thread-self/ns/net
 * open, setns(2) back. The kernel frees a network namespace when the last
 * process, descriptor, socket and mount of it is gone; we make only
 * descriptors and sockets (closed by the kernel when the process ends, in
 * whatever way) and mounts in a private mount namespace (which goes with the
 * last process in it). So there is no cleanup code that could be missed. */
#include "lab/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

enum { RUN_LIMIT_MS = 120000 };

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	error = n < 0 ? -errno : 0;
	close(fd);
	return error;
}

int zw_netns_become_root(void)
{
	char text[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!uid)
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -errno;
	write_text("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (write_text("/proc/self/uid_map", text))
		return -EPERM;
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return write_text("/proc/self/gid_map", text);
}

static int present(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ZW_ASSERT(fd >= 0);
	ZW_ASSERT(!ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

int zw_netns_new(void)
{
	int home = present();
	int ns;

	if (home < 0)
		return home;
	if (unshare(CLONE_NEWNET)) {
		ns = -errno;
		close(home);
		return ns;
	}
	ns = present();
	loopback_up();
	zw_netns_leave(home);
	return ns;
}

int zw_netns_enter(int ns)
{
	int former = present();
	int error;

	if (former >= 0 && setns(ns, CLONE_NEWNET)) {
		error = -errno;
		close(former);
		return error;
	}
	return former;
}

void zw_netns_leave(int former)
{
	/* A test that went on in the wrong namespace could send packets into
	 * the machine's own network. */
	ZW_ASSERT(!setns(former, CLONE_NEWNET));
	close(former);
}

int zw_netns_stay(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

__attribute__((noreturn)) static void
become(int ns, const char *const *argv, int in, int out, int err, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (ns >= 0 && setns(ns, CLONE_NEWNET))
		_exit(127);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	/* execvp() takes char *const * for history's sake and changes none. */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int outcome(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int status, got = 1;

	if (fd >= 0) {
		do {
			got = poll(&ready, 1, RUN_LIMIT_MS);
		} while (got < 0 && errno == EINTR);
		close(fd);
	}
	if (!got)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (!got)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int scratch(const char *text)
{
	int fd = memfd_create("zw-run", MFD_CLOEXEC);
	size_t n = text ? strlen(text) : 0;
	ssize_t done;

	ZW_ASSERT(fd >= 0);
	while (n) {
		done = write(fd, text, n);
		ZW_ASSERT(done > 0);
		text += done;
		n -= (size_t)done;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static char *take(int fd, size_t *length)
{
	struct stat info;
	size_t n, at = 0;
	ssize_t got;
	char *text;

	ZW_ASSERT(!fstat(fd, &info));
	n = (size_t)info.st_size;
	text = malloc(n + 1);
	ZW_ASSERT(text);
	while (at < n) {
		got = pread(fd, text + at, n - at, (off_t)at);
		ZW_ASSERT(got > 0);
		at += (size_t)got;
	}
	text[n] = '\0';
	if (length)
		*length = n;
	close(fd);
	return text;
}

struct zw_ran zw_netns_run(int ns, const char *const *argv, const char *input)
{
	struct zw_ran ran = { .status = -1 };
	int in = scratch(input), out = scratch(NULL), err = scratch(NULL);
	pid_t parent = getpid();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		become(ns, argv, in, out, err, parent);
	if (pid > 0)
		ran.status = outcome(pid);
	close(in);
	ran.out = take(out, &ran.out_length);
	ran.err = take(err, NULL);
	return ran;
}

void zw_ran_free(struct zw_ran *ran)
{
	free(ran->out);
	free(ran->err);
	*ran = (struct zw_ran){ 0 };
}

int zw_netns_sysctl(int ns, const char *path, const char *value)
{
	int former = zw_netns_enter(ns);
	char full[256];
	int error;

	if (former < 0)
		return former;
	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	error = write_text(full, value);
	zw_netns_leave(former);
	return error;
}

long zw_netns_sysctl_read(int ns, const char *path)
{
	int former = zw_netns_enter(ns);
	char full[256], text[64] = "";
	long value;
	int fd;

	if (former < 0)
		return former;
	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	value = fd < 0 ? -errno : 0;
	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			value = -errno;
		else
			value = strtol(text, NULL, 0);
		close(fd);
	}
	zw_netns_leave(former);
	return value;
}
