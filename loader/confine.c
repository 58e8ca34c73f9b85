/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fork(2), with results in a memory file that both processes map at one place,
 * so that pointers mean the same in both. When the child is gone the parent
 * maps it anew as memory of its own: nobody can change it any more, and what
 * the parent forks later does not share it.
 *
 * The child gives up its descriptors but the first three, its capabilities
 * (capset(2)) and the right to gain any (no_new_privs), and lets a filter of
 * seccomp(2) stand before every further system call. The filter lists what is
 * allowed; anything else fails with EPERM. On machines other than x86-64 and
 * arm64, whose system calls have other numbers, there is no filter. */
#include "loader/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Addresses are set aside for so much, pages come as they are used. */
#define REGION_MAX ((size_t)1 << 36)
#define REGION_MIN ((size_t)1 << 26)

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

/* ---- what the child may do ----------------------------------------------- */

#ifdef MACHINE

#define WRITES                                              \
	(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | \
	 (O_TMPFILE & ~O_DIRECTORY))

static const u16 allowed[] = {
	__NR_read,
	__NR_pread64,
	__NR_readv,
	__NR_lseek,
	__NR_close,
	__NR_fstat,
	__NR_newfstatat,
	__NR_statx,
	__NR_readlinkat,
	__NR_faccessat,
	__NR_getcwd,
	__NR_brk,
	__NR_mmap,
	__NR_munmap,
	__NR_mremap,
	__NR_mprotect,
	__NR_madvise,
	__NR_futex,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_sigaltstack,
	__NR_restart_syscall,
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_clock_nanosleep,
	__NR_nanosleep,
	__NR_getrandom,
	__NR_getpid,
	__NR_gettid,
	__NR_geteuid,
	__NR_getuid,
	__NR_sched_yield,
	__NR_getrusage,
	__NR_sysinfo,
	__NR_prlimit64,
	__NR_exit,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_stat,
	__NR_lstat,
	__NR_readlink,
	__NR_access,
	__NR_time,
#endif
};
#define ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

/* Four instructions before the list, what has conditions, the list, the end. */
#define FILTER_MAX (ALLOWED + 24)

struct filter {
	struct sock_filter v[FILTER_MAX];
	u16 n;
};

static void put(struct filter *f, struct sock_filter instruction)
{
	f->v[f->n++] = instruction;
}

static void load(struct filter *f, size_t offset)
{
	put(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					    (u32)offset));
}

static void answer(struct filter *f, u32 action)
{
	put(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* The lower half of argument number I. */
static size_t argument(unsigned i)
{
	return offsetof(struct seccomp_data, args) + 8u * i;
}

static void make_filter(struct filter *f)
{
	const u32 no = SECCOMP_RET_ERRNO | EPERM;
	size_t i;

	f->n = 0;
	load(f, offsetof(struct seccomp_data, arch));
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE,
					    1, 0));
	answer(f, SECCOMP_RET_KILL_PROCESS);
	load(f, offsetof(struct seccomp_data, nr));
	/* openat(2) of what is only read */
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					    __NR_openat, 0, 4));
	load(f, argument(2));
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITES,
					    0, 1));
	answer(f, no);
	answer(f, SECCOMP_RET_ALLOW);
	/* write(2) to standard error, ioctl(2) that asks for a terminal */
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					    __NR_write, 0, 4));
	load(f, argument(0));
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					    STDERR_FILENO, 0, 1));
	answer(f, SECCOMP_RET_ALLOW);
	answer(f, no);
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					    __NR_ioctl, 0, 4));
	load(f, argument(1));
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5401,
					    0, 1)); /* TCGETS */
	answer(f, SECCOMP_RET_ALLOW);
	answer(f, no);
	for (i = 0; i < ALLOWED; i++)
		put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						    allowed[i],
						    (u8)(ALLOWED - i), 0));
	answer(f, no);
	answer(f, SECCOMP_RET_ALLOW);
}

static int stand_behind_filter(void)
{
	struct filter filter;
	struct sock_fprog program = { .filter = filter.v };

	make_filter(&filter);
	program.len = filter.n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno
								    : 0;
}

#else

static int stand_behind_filter(void)
{
	return 0;
}

#endif

static int give_up_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
	     errno != EINVAL) ||
	    syscall(SYS_capset, &head, none) < 0)
		return -errno;
	return 0;
}

static void close_others(void)
{
	int fd;

	if (!syscall(SYS_close_range, 3u, ~0u, 0u))
		return;
	for (fd = 3; fd < 65536; fd++) /* before Linux 5.9 */
		close(fd);
}

/* ---- the two processes --------------------------------------------------- */

/* What stands at the beginning of the region. */
struct shared {
	bool done;
	struct zw_arena *arena;
	void *context;
	int error; /* it could not be confined */
};

static void be_child(struct shared *shared, zw_confined_work *work)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_others();
	shared->error = give_up_capabilities();
	if (!shared->error)
		shared->error = stand_behind_filter();
	if (!shared->error)
		work(shared->arena, shared->context);
	shared->done = true;
	_exit(0);
}

/* A file longer than RLIMIT_FSIZE would be answered by a signal. */
static size_t largest(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur >= REGION_MAX)
		return REGION_MAX;
	return (size_t)limit.rlim_cur & ~(size_t)0xffff;
}

static void *map_region(int fd, size_t *n)
{
	void *p;

	for (*n = largest(); *n >= REGION_MIN; *n /= 4) {
		*n &= ~(size_t)0xffff;
		if (ftruncate(fd, (off_t)*n) < 0)
			return NULL;
		p = mmap(NULL, *n, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_NORESERVE, fd, 0);
		if (p != MAP_FAILED)
			return p;
	}
	return NULL;
}

/* From now on it is this process's alone, and no longer than it was used. */
static int make_private(int fd, char *region, size_t n, size_t used)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t kept = (used + page - 1) / page * page;

	if (kept < n)
		munmap(region + kept, n - kept);
	return mmap(region, kept, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd,
		    0) == MAP_FAILED
		       ? -errno
		       : 0;
}

static int wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(struct zw_arena *owner, zw_confined_work *work, void *context,
	       size_t n, int fd, int *status)
{
	struct shared *shared;
	size_t size, head = 4096;
	char *region = map_region(fd, &size);
	pid_t child;
	int err;

	if (!region)
		return -ENOMEM;
	shared = (struct shared *)region;
	shared->arena = zw_arena_new_in(region + head, size - head);
	shared->context = zw_alloc(shared->arena, n);
	memcpy(shared->context, context, n);
	child = fork();
	if (!child)
		be_child(shared, work);
	err = child < 0 ? -errno : 0;
	if (!err)
		*status = wait_for(child);
	if (!err)
		err = shared->error;
	if (!err && shared->done) {
		err = make_private(fd, region, size,
				   head + zw_arena_extent(shared->arena));
		size = head + zw_arena_extent(shared->arena);
	}
	if (err || !shared->done) {
		munmap(region, size);
		return err;
	}
	memcpy(context, shared->context, n);
	zw_arena_adopt(owner, region, size);
	*status = 0;
	return 0;
}

int zw_confine(struct zw_arena *owner, zw_confined_work *work, void *context,
	       size_t n, int *status)
{
	int fd = memfd_create("zwinger", MFD_CLOEXEC), err;

	*status = 0;
	if (fd < 0)
		return -errno;
	err = run(owner, work, context, n, fd, status);
	close(fd);
	return err;
}
