/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One shell a case, in a mount namespace of its own, so that what it mounts is
 * gone with it. The namespace is entered by `ip netns exec`, as zwinger itself
 * would act on a gateway: without --netns. */
#include "tests/deploy/scene.h"

#include "base/str.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

static const char prelude[] =
	"N=zw-deploy-$$; X=\"ip netns exec $N\"; T=$(mktemp -d) || exit 99; S=$T/state;"
	"export ZWINGER_STATE=$S; unset SSH_CONNECTION SUDO_USER SUDO_UID;"
	"ip netns add $N || exit 99; trap 'ip netns del $N; rm -rf $T' EXIT; Z=\"$X $BINARY\";"
	"listing() { $X nft -s list table inet zwinger | sed 's/_g[0-9]*//g; s/handle [0-9]*//; s/comment \"[^\"]*\"//' | sort; };"
	"A=$T/a.zw; B=$T/b.zw; C=$T/c.zw;"
	"printf '%s\\n' 'external zone internet { interface wan0 }'"
	" 'dmz zone front { interface dmz0 network 192.0.2.0/24 }'"
	" 'internal zone office { interface lan0 network 10.1.0.0/16 }'"
	" 'allow office -> internet, front : https' 'allow office -> self : ssh' > $A;"
	"{ cat $A; echo 'allow internet -> front : http'; } > $B;"
	"{ cat $A; echo 'allow internet -> front : smtp'; } > $C; chmod 644 $T/*.zw;";

void zw_deploy_cases(const struct zw_deploy_case *cases, size_t n)
{
	size_t i;

	if (!zw_netns_usable())
		return;
	for (i = 0; i < n; i++) {
		struct zw_arena *arena = zw_arena_new();
		const char *script =
			zw_strf(arena, "BINARY=%s; %s\n%s", zw_binary(),
				prelude, cases[i].script)
				.p;

		zw_check_script(cases[i].what, script);
		zw_arena_free(arena);
	}
}
