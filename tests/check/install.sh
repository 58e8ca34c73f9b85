#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does `make install` put everything where it belongs, below DESTDIR and nowhere
# else, and does `make uninstall` take all of it away? The installed program and
# examples must work by themselves. Run from the root of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
status=0
build=$(dirname "${ZW_BINARY:-build/zwinger}")

complain()
{
	echo "install: $*" >&2
	status=1
}

make -s BUILD="$build" install DESTDIR="$work" PREFIX=/usr > "$work/said" 2>&1 ||
	complain "make install failed: $(cat "$work/said")"
for file in sbin/zwinger lib/systemd/system/zwinger.service \
	lib/systemd/system/zwinger-watch.service \
	lib/systemd/system/zwinger-verify.timer libexec/zwinger/textfile \
	share/zwinger/fleet/zwinger-fleet-summary share/zwinger/fleet/summary.jq share/man/man8/zwinger.8 \
	share/man/man5/zwinger-policy.5 \
	share/bash-completion/completions/zwinger \
	share/vim/vimfiles/syntax/zwinger.vim \
	share/zwinger/ansible/gateways.yml \
	share/zwinger/ansible/roles/zwinger/tasks/main.yml \
	share/zwinger/ansible/roles/zwinger/meta/argument_specs.yml \
	share/doc/zwinger/README.md share/doc/zwinger/SECURITY.md \
	share/doc/zwinger/docs/LANGUAGE.md \
	share/doc/zwinger/docs/codes/Z4001.md \
	share/doc/zwinger/examples/hq.zw \
	share/doc/zwinger/examples/broken/direct.zw; do
	[ -f "$work/usr/$file" ] || complain "$file is not there"
done
for policy in "$work"/usr/share/doc/zwinger/examples/*.zw; do
	"$work/usr/sbin/zwinger" check "$policy" > "$work/said" 2>&1 ||
		complain "$policy is not proved: $(cat "$work/said")"
done
make -s BUILD="$build" uninstall DESTDIR="$work" PREFIX=/usr > /dev/null ||
	complain "make uninstall failed"
left=$(find "$work/usr" -type f)
[ -z "$left" ] || complain "uninstall leaves $left"
exit $status
