/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One shell a case, in a mount namespace of its own, so that what it mounts is
 * gone with it. The namespace is entered by `ip netns exec`, as zwinger itself
 * would act on a gateway: without --netns. */
#include "tests/deploy/scene.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/str.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

/* Cases wait for clocks more than they work. */
enum { CASES_MAX = 64, AT_ONCE = 6, TIME_LIMIT_S = 60 };

static const char prelude[] =
	"N=zw-deploy-$$; X=\"ip netns exec $N\"; T=$(mktemp -d) || exit 99; S=$T/state;"
	"export ZWINGER_STATE=$S; unset SSH_CONNECTION SUDO_USER SUDO_UID;"
	"ip netns add $N || exit 99; trap 'kill_all; ip netns del $N; rm -rf $T' EXIT;"
	"kill_all() { for p in $(ip netns pids $N); do kill -9 $p; done; };"
	"guard() { for p in $(ip netns pids $N); do case $(cat /proc/$p/comm) in zwinger) echo $p; esac; done; };"
	"runs() { grep -q '^State:.[^ZX]' /proc/$1/status 2>/dev/null; };"
	"until_gone() { i=0; while runs $1 && [ $((i += 1)) -lt 300 ]; do sleep 0.1; done; if runs $1; then return 1; fi; };"
	" Z=\"$X $BINARY\";"
	"listing() { $X nft -s list table inet zwinger | sed 's/_g[0-9]*//g; s/handle [0-9]*//; s/comment \"[^\"]*\"//' | sort; };"
	"A=$T/a.zw; B=$T/b.zw; C=$T/c.zw;"
	"printf '%s\\n' 'external zone internet { interface wan0 }'"
	" 'dmz zone front { interface dmz0 network 192.0.2.0/24 }'"
	" 'internal zone office { interface lan0 network 10.1.0.0/16 }'"
	" 'allow office -> internet, front : https' 'allow office -> self : ssh' > $A;"
	"{ cat $A; echo 'allow internet -> front : http'; } > $B;"
	"{ cat $A; echo 'allow internet -> front : smtp'; } > $C; chmod 644 $T/*.zw;";

/* What a case prints goes to OUT. */
static pid_t start(const struct zw_deploy_case *test, int out)
{
	struct zw_arena *arena;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	arena = zw_arena_new();
	dup2(out, 1);
	dup2(out, 2);
	alarm(TIME_LIMIT_S);
	execlp("unshare", "unshare", "--mount", "sh", "-c",
	       zw_strf(arena, "BINARY=%s; %s\n%s", zw_binary(), prelude,
		       test->script)
		       .p,
	       (char *)NULL);
	_exit(127);
}

static void judge(const struct zw_deploy_case *test, int status, int out)
{
	char said[4096];
	ssize_t n = pread(out, said, sizeof(said) - 1, 0);
	off_t size = lseek(out, 0, SEEK_END);

	if (size > (off_t)sizeof(said) - 1)
		n = pread(out, said, sizeof(said) - 1,
			  size - (off_t)sizeof(said) + 1);
	said[n > 0 ? n : 0] = '\0';
	if (status)
		printf("%s: status %d\n%s\n", test->what, status, said);
	ZW_CHECK(status == 0, "%s: status %d", test->what, status);
}

void zw_deploy_cases(const struct zw_deploy_case *cases, size_t n)
{
	pid_t pids[CASES_MAX];
	int outs[CASES_MAX], status;
	size_t started = 0, ended = 0, i;

	if (!zw_netns_usable())
		return;
	ZW_ASSERT(n <= CASES_MAX);
	while (ended < n) {
		pid_t pid;

		if (started < n && started - ended < AT_ONCE) {
			FILE *file = tmpfile();

			ZW_ASSERT(file);
			outs[started] = dup(fileno(file));
			fclose(file);
			pids[started] = start(&cases[started], outs[started]);
			started++;
			continue;
		}
		pid = wait(&status);
		for (i = 0; i < started; i++)
			if (pids[i] == pid)
				break;
		if (i == started)
			continue;
		judge(&cases[i], status, outs[i]);
		close(outs[i]);
		ended++;
	}
}
