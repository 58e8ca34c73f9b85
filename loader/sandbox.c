/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child makes the namespaces (unshare(2)), has nft load the files there,
 * reads everything back and writes it to a pipe. It dies with its parent
 * (PR_SET_PDEATHSIG), nft with it, and the namespace with the last of them, so
 * nothing is left behind by any end.
 *
 * An interface that is named by number must exist: nft says which it misses,
 * it is made, and nft tries again. A bridge is the one kind of link that every
 * kernel with networking of this sort has and that needs no second end. */
#include "loader/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/source.h"
#include "loader/dump.h"
#include "loader/dumpfile.h"
#include "loader/gateway_internal.h"

#define TEXT_LIMIT ((size_t)256 << 20)
#define MISSING_MAX 256

/* What the child tells: an outcome, an errno, then bytes until the end. */
struct head {
	u32 outcome;
	s32 error;
	u32 file;
};

static const char *const programs[] = {
	[ZW_SANDBOX_NFT] = "nft",
	[ZW_SANDBOX_IPTABLES] = "iptables-nft-restore",
	[ZW_SANDBOX_IP6TABLES] = "ip6tables-nft-restore",
};

const char *zw_sandbox_program(enum zw_sandbox_language language)
{
	return programs[language];
}

/* ---- pipes and programs -------------------------------------------------- */

static bool write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static void read_all(int fd, struct zw_buf *out)
{
	static const size_t step = 65536;
	char *room = zw_heap_resize(NULL, step, 1);
	ssize_t n;

	while ((n = read(fd, room, step)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			zw_buf_add(out, room, (size_t)n);
	}
	free(room);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

static void start(const struct zw_sandbox_file *file)
{
	const char *program = programs[file->language];
	bool nft = file->language == ZW_SANDBOX_NFT;
	char path[64];

	snprintf(path, sizeof(path), "/usr/sbin/%s", program);
	execlp(program, program, nft ? "-f" : file->path,
	       nft ? file->path : NULL, NULL);
	execl(path, program, nft ? "-f" : file->path, nft ? file->path : NULL,
	      NULL);
	_exit(127);
}

/* The program of FILE on it; its words go to SAID. Its exit status; 127 where
 * there is none, or a negative errno. */
static int run(const struct zw_sandbox_file *file, struct zw_buf *said)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		start(file);
	}
	close(ends[1]);
	read_all(ends[0], said);
	close(ends[0]);
	status = wait_for(pid);
	if (status < 0)
		return status;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* ---- interfaces ---------------------------------------------------------- */

static int make_link(struct zw_str name)
{
	u8 room[512];
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nlattr *info;
	int err = 0;

	if (!socket)
		return -errno;
	m->nlmsg_type = RTM_NEWLINK;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	m->nlmsg_seq = 1;
	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	mnl_attr_put(m, IFLA_IFNAME, name.n, name.p);
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(m, info);
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, m, m->nlmsg_len) < 0) {
		err = -errno;
	} else {
		ssize_t n = mnl_socket_recvfrom(socket, room, sizeof(room));

		if (n < 0 ||
		    mnl_cb_run(room, (size_t)n, 1,
			       mnl_socket_get_portid(socket), NULL, NULL) < 0)
			err = -errno;
	}
	mnl_socket_close(socket);
	return err == -EEXIST ? 0 : err;
}

/* The interface that SAID misses: what is underlined below the line that it
 * quotes. False if that is not what SAID is about. */
static bool missing(const struct zw_buf *said, struct zw_str *name)
{
	const char *p =
		said->n ? strstr(said->data, "Interface does not exist") : NULL;
	const char *line = p ? strchr(p, '\n') : NULL, *marks;
	size_t from, n;

	if (!line)
		return false;
	line++;
	marks = strchr(line, '\n');
	if (!marks)
		return false;
	marks++;
	for (from = 0; marks[from] == ' ' || marks[from] == '\t'; from++)
		;
	for (n = 0; marks[from + n] == '^'; n++)
		;
	if (!n || from + n > (size_t)(marks - 1 - line))
		return false;
	*name = (struct zw_str){ line + from, n };
	if (name->n >= 2 && name->p[0] == '"')
		*name = (struct zw_str){ name->p + 1, name->n - 2 };
	return name->n > 0 && name->n <= 15;
}

/* ---- the child ----------------------------------------------------------- */

static void tell_of(int fd, u32 file, enum zw_sandbox_outcome outcome,
		    int error, const void *bytes, size_t n)
{
	struct head head = { outcome, error, file };

	write_all(fd, &head, sizeof(head));
	write_all(fd, bytes, n);
	_exit(0);
}

static void tell(int fd, enum zw_sandbox_outcome outcome, int error,
		 const void *bytes, size_t n)
{
	tell_of(fd, 0, outcome, error, bytes, n);
}

static void fail(int fd, int error, const char *attempt)
{
	tell(fd, ZW_SANDBOX_FAILED, error, attempt, strlen(attempt));
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* As root in the gateway, a network namespace; else a user namespace as well,
 * in which the caller is root. */
static int enter(void)
{
	char map[64];
	unsigned uid = geteuid(), gid = getegid();
	int err;

	if (!unshare(CLONE_NEWNET))
		return 0;
	if (errno != EPERM)
		return -errno;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	err = write_text("/proc/self/setgroups", "deny");
	if (err && err != -ENOENT)
		return err;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	err = write_text("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return err ? err : write_text("/proc/self/gid_map", map);
}

static void load(int fd, const struct zw_sandbox_file *files, u32 number)
{
	const struct zw_sandbox_file *file = &files[number];
	struct zw_str name;
	char attempt[64];
	int status, err, i;

	snprintf(attempt, sizeof(attempt), "start '%s'",
		 programs[file->language]);
	for (i = 0; i < MISSING_MAX; i++) {
		struct zw_buf said = { 0 };

		status = run(file, &said);
		if (!status) {
			zw_buf_free(&said);
			return;
		}
		if (status == 127 || status < 0)
			tell_of(fd, number, ZW_SANDBOX_FAILED,
				status < 0 ? status : -ENOENT, attempt,
				strlen(attempt));
		if (said.n && strstr(said.data, "Message too long"))
			tell_of(fd, number, ZW_SANDBOX_TOO_LARGE, 0, file->path,
				strlen(file->path));
		if (file->language != ZW_SANDBOX_NFT || !missing(&said, &name))
			tell_of(fd, number, ZW_SANDBOX_REFUSED, 0, said.data,
				said.n);
		err = make_link(name);
		if (err)
			fail(fd, err, "make an interface of that name");
		zw_buf_free(&said);
	}
	fail(fd, -E2BIG, "make so many interfaces");
}

static void read_back(struct zw_arena *arena, int fd)
{
	struct zw_socket *socket = NULL;
	struct zw_buf messages = { 0 }, out = { 0 };
	struct zw_gateway gateway = { 0 };
	u32 generation;
	int err = zw_socket_open(NULL, &socket);

	if (!err)
		err = zw_dump_all(socket, 0, &messages, &generation);
	if (err)
		fail(fd, err, "read the ruleset back");
	err = zw_gateway_read_links(arena, &gateway);
	if (err)
		fail(fd, err, "read the interfaces back");
	zw_dumpfile_write(&out, messages.data, messages.n, &gateway);
	tell(fd, ZW_SANDBOX_LOADED, 0, out.data, out.n);
}

static void child(struct zw_arena *arena, int fd, pid_t parent,
		  const struct zw_sandbox_file *files, size_t n)
{
	zw_names names = { 0 };
	struct zw_str text;
	size_t i;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	err = enter();
	if (err)
		fail(fd, err, "make a private network namespace");
	for (i = 0; i < n; i++) {
		if (files[i].language == ZW_SANDBOX_NFT &&
		    !zw_read_file(arena, files[i].path, TEXT_LIMIT, &text))
			zw_sandbox_devices(arena, text, &names);
	}
	for (i = 0; i < names.n; i++) {
		err = make_link(names.v[i]);
		if (err && err != -EINVAL)
			fail(fd, err, "make interfaces there");
	}
	for (i = 0; i < n; i++)
		load(fd, files, (u32)i);
	read_back(arena, fd);
}

/* ---- the parent ---------------------------------------------------------- */

static void take(struct zw_arena *arena, const struct zw_buf *answer,
		 struct zw_sandbox *out)
{
	struct head head;
	const char *wrong;

	if (answer->n < sizeof(head)) {
		out->outcome = ZW_SANDBOX_FAILED;
		out->error = -EPIPE;
		out->said = ZW_STR("load the ruleset privately");
		return;
	}
	memcpy(&head, answer->data, sizeof(head));
	out->outcome = head.outcome;
	out->error = head.error;
	out->file = head.file;
	out->said =
		zw_str_copy(arena, (struct zw_str){ answer->data + sizeof(head),
						    answer->n - sizeof(head) });
	if (out->outcome != ZW_SANDBOX_LOADED)
		return;
	wrong = zw_dumpfile_read(arena, out->said, &out->messages,
				 &out->gateway);
	if (!wrong)
		return;
	out->outcome = ZW_SANDBOX_FAILED;
	out->error = -EBADMSG;
	out->said = ZW_STR("load the ruleset privately");
}

void zw_sandbox_load(struct zw_arena *arena,
		     const struct zw_sandbox_file *files, size_t n,
		     struct zw_sandbox *out)
{
	struct zw_buf answer = { 0 };
	pid_t pid, parent = getpid();
	int ends[2];

	*out = (struct zw_sandbox){ .outcome = ZW_SANDBOX_FAILED,
				    .said = ZW_STR("start a process") };
	if (pipe2(ends, O_CLOEXEC) < 0) {
		out->error = -errno;
		return;
	}
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		out->error = -errno;
		close(ends[0]);
		close(ends[1]);
		return;
	}
	if (!pid)
		child(arena, ends[1], parent, files, n);
	close(ends[1]);
	read_all(ends[0], &answer);
	close(ends[0]);
	wait_for(pid);
	take(arena, &answer, out);
	zw_buf_free(&answer);
}
