/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2): PTRACE_GET_SYSCALL_INFO tells on every processor which system call
 * is entered and with what; a batch is a sendmsg() whose first part begins with
 * the header of BATCH_BEGIN, read from the program's own memory. */
#include "tests/reload/puppet.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *folder, const char *const *argv)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nowhere < 0 || dup2(nowhere, 0) < 0 || dup2(nowhere, 1) < 0 ||
	    dup2(nowhere, 2) < 0 || (folder && chdir(folder)) ||
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		_exit(127);
	/* execv() takes char *const * for history's sake and changes none. */
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static bool peek(pid_t pid, u64 at, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)at, n };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static bool is_batch(pid_t pid, u64 message)
{
	struct msghdr m;
	struct iovec part;
	struct nlmsghdr head;

	return peek(pid, message, &m, sizeof(m)) && m.msg_iovlen &&
	       peek(pid, (u64)(uintptr_t)m.msg_iov, &part, sizeof(part)) &&
	       part.iov_len >= sizeof(head) &&
	       peek(pid, (u64)(uintptr_t)part.iov_base, &head, sizeof(head)) &&
	       head.nlmsg_type == NFNL_MSG_BATCH_BEGIN;
}

/* The messages are the second part of the batch; of the last one the type's
 * low byte, which is nf_tables' own number of it, becomes 255. */
static void spoil(pid_t pid, u64 message)
{
	struct nlmsghdr head = { 0 };
	struct iovec parts[2], here, there;
	u64 at, last, end;
	struct msghdr m;

	if (!peek(pid, message, &m, sizeof(m)) || m.msg_iovlen < 2 ||
	    !peek(pid, (u64)(uintptr_t)m.msg_iov, parts, sizeof(parts)))
		return;
	at = last = (u64)(uintptr_t)parts[1].iov_base;
	end = at + parts[1].iov_len;
	while (at < end && peek(pid, at, &head, sizeof(head)) &&
	       head.nlmsg_len >= sizeof(head)) {
		last = at;
		at += NLMSG_ALIGN(head.nlmsg_len);
	}
	head.nlmsg_type |= 0xff;
	here = (struct iovec){ &head, sizeof(head) };
	there = (struct iovec){ (void *)(uintptr_t)last, sizeof(head) };
	process_vm_writev(pid, &here, 1, &there, 1, 0);
}

struct puppet {
	pid_t pid;
	bool every; /* all that leaves something behind */
	bool in_batch;
	unsigned batches;
	zw_puppet_hook *hook;
	void *context;
};

static bool leaves_something(const struct puppet *p,
			     const struct __ptrace_syscall_info *info)
{
	switch (info->entry.nr) {
	case SYS_sendmsg:
		return is_batch(p->pid, info->entry.args[1]);
	case SYS_fsync:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_unlinkat:
		return p->every;
	default:
		return false;
	}
}

/* The program stands at a system call. */
static void at_call(struct puppet *p)
{
	struct __ptrace_syscall_info info;
	enum zw_puppet_answer answer;
	bool stop = false, after = false;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	    leaves_something(p, &info)) {
		p->in_batch = stop = true;
		p->batches++;
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->in_batch) {
		p->in_batch = false;
		stop = after = true;
	}
	if (!stop)
		return;
	answer = p->hook ? p->hook(p->context, p->batches, after)
			 : ZW_PUPPET_GO_ON;
	if (answer == ZW_PUPPET_KILL)
		kill(p->pid, SIGKILL);
	else if (answer == ZW_PUPPET_SPOIL && !after &&
		 info.entry.nr == SYS_sendmsg)
		spoil(p->pid, info.entry.args[1]);
}

static int watch(struct puppet *p)
{
	int status, signal;

	for (;;) {
		if (waitpid(p->pid, &status, 0) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			at_call(p);
			signal = 0;
		} else if (signal == SIGTRAP || signal == SIGSTOP) {
			signal = 0;
		}
		ptrace(PTRACE_SYSCALL, p->pid, NULL, (void *)(intptr_t)signal);
	}
}

static int run(struct puppet *p, const char *folder, const char *const *argv,
	       unsigned *steps)
{
	int status;

	p->pid = fork();
	if (!p->pid)
		become(folder, argv);
	if (p->pid < 0 || waitpid(p->pid, &status, 0) < 0 ||
	    !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, p->pid, NULL,
		   (void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD |
				       PTRACE_O_EXITKILL)) ||
	    ptrace(PTRACE_SYSCALL, p->pid, NULL, NULL))
		return -1;
	status = watch(p);
	*steps = p->batches;
	return status;
}

int zw_puppet_run(const char *folder, const char *const *argv,
		  zw_puppet_hook *hook, void *context, unsigned *batches)
{
	struct puppet p = { .hook = hook, .context = context };

	return run(&p, folder, argv, batches);
}

int zw_puppet_steps(const char *folder, const char *const *argv,
		    zw_puppet_hook *hook, void *context, unsigned *steps)
{
	struct puppet p = { .every = true, .hook = hook, .context = context };

	return run(&p, folder, argv, steps);
}

int zw_puppet_seize(int pid, void (*start)(int pid), zw_puppet_hook *hook,
		    void *context, unsigned *steps)
{
	struct puppet p = {
		.pid = pid, .every = true, .hook = hook, .context = context
	};
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL,
		   (void *)(uintptr_t)PTRACE_O_TRACESYSGOOD) ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SYSCALL, pid, NULL, NULL))
		return -1;
	start(pid);
	status = watch(&p);
	*steps = p.batches;
	return status;
}
