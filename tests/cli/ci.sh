#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# packaging/ci in a repository of its own: the hook refuses what does not prove
# and looks at the index; zwinger-ci tells new permissions from taken ones. Run
# from the root of the tree with $ZWINGER set; prints what is wrong.
set -u
here=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
status=0

# expect STATUS WHAT COMMAND...
expect()
{
	wanted=$1
	what=$2
	shift 2
	"$@" >"$work/out" 2>&1
	got=$?
	[ $got -eq "$wanted" ] && return
	echo "$what: status $got, not $wanted"
	cat "$work/out"
	status=1
}

zones='external zone net { interface wan0 }
dmz zone front { interface dmz0 network 192.0.2.0/28 }
internal zone office { interface lan0 network 10.1.0.0/16 }'

git init -q "$work/repo" && cd "$work/repo" || exit 1
cp "$here/packaging/ci/pre-commit" .git/hooks/pre-commit
mkdir policies
printf '%s\nallow office -> net : https\n' "$zones" >policies/gateway.zw
git add .
expect 0 "a good policy" git commit -qm good
printf '%s\nallow front -> office : https\n' "$zones" >policies/gateway.zw
expect 0 "nothing staged" git commit -qm nothing --allow-empty
git add .
expect 1 "a DMZ that reaches inside" git commit -qm bad
grep -q 'not committed' "$work/out" || { echo "no reason given"; status=1; }
printf '%s\nallow office -> net : https, ssh\n' "$zones" >policies/gateway.zw
expect 1 "good in the tree, bad in the index" git commit -qm bad
git add .
expect 0 "widened" git commit -qm widened

ci="$here/packaging/ci/zwinger-ci"
expect 0 "widened is told" sh "$ci" github HEAD~1 policies/gateway.zw
grep -q '^::warning file=policies/gateway.zw,line=4,.*newly allowed' \
	"$work/out" || { echo "no annotation"; cat "$work/out"; status=1; }
ZWINGER_FAIL_ON=widened
export ZWINGER_FAIL_ON
expect 5 "widened fails" sh "$ci" github HEAD~1 policies/gateway.zw
printf '%s\nallow office -> net : ssh\n' "$zones" >policies/gateway.zw
expect 0 "narrowed" sh "$ci" junit HEAD policies/gateway.zw
grep -q '<testsuite ' zwinger-reports/policies_gateway.zw-check.xml ||
	{ echo "no report"; status=1; }
printf '%s\nallow office -> nett : ssh\n' "$zones" >policies/gateway.zw
expect 1 "not valid" sh "$ci" sarif - policies/gateway.zw
expect 2 "no such form" sh "$ci" blue - policies/gateway.zw
expect 2 "no policy" sh "$ci" text -
[ -z "$(git worktree list | sed 1d)" ] || { echo "a tree is left"; status=1; }
exit $status
