#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install, upgrade, remove and purge the package in a chroot made by mmdebstrap,
# and have Debian's own autopkgtest run the package's tests in another. Each has
# network, processes and mounts of its own, so this host's rules stay alone.
# Needs root, autopkgtest and a Debian mirror.
# usage: packaging/debian/check.sh FOLDER (where build.sh has built)
set -eu
deb=$(realpath "$1"/zwinger_*.deb)
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
needed=$(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/ //g')
tested_with=$(sed -n 's/^Depends: @, //p' "$here/tests/control" | tr -d ' ' | paste -sd,)

chroot_with() # FOLDER PACKAGE,...
{
	mmdebstrap --quiet --variant=minbase --include="$needed,$2" \
		bookworm "$work/$1" ${DEB_MIRROR:+"$DEB_MIRROR"}
}

# apart COMMAND...: in namespaces that end with it.
apart()
{
	unshare --net --mount --pid --fork --kill-child --mount-proc "$@"
}

# ---- its own tests, as Debian runs them. What they and autopkgtest depend on
# ---- is there already, since there is no network; one that is skipped is a failure.
chroot_with testbed "$tested_with,dpkg-dev,apt-utils"
: >"$work/testbed/etc/apt/sources.list"
mkdir "$work/source"
cp -r "$here" "$work/source/debian"
cat >"$work/autopkgtest" <<'END'
set -eu
cd "$1"
mount --bind testbed testbed
mount -t proc none testbed/proc
mount -t sysfs none testbed/sys
mount -t tmpfs none testbed/run
mount -t devpts none testbed/dev/pts
exec autopkgtest --no-built-binaries --output-dir "$1/tested" --quiet \
	"$2" "$1/source/" -- chroot "$1/testbed"
END
apart sh "$work/autopkgtest" "$work" "$deb" >"$work/said" 2>&1 || {
	tail -n 60 "$work/said"
	echo "autopkgtest is not satisfied"
	exit 1
}
cat "$work/tested/summary"

# ---- its life.
chroot_with root "$tested_with"
mkdir "$work/root/test"
cp "$deb" "$work/root/test/zwinger.deb"
# the same under a higher version, for the upgrade
dpkg-deb -R "$deb" "$work/newer"
sed -i 's/^Version: .*/&+newer/' "$work/newer/DEBIAN/control"
dpkg-deb -b "$work/newer" "$work/root/test/newer.deb" >/dev/null
cat >"$work/root/test/inside" <<'END'
set -eu
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /run
quiet() {
	[ -z "$(nft list ruleset)" ] || { echo "$1 loaded something"; exit 1; }
	[ ! -e /etc/systemd/system/sysinit.target.wants/zwinger.service ] &&
		[ ! -e /etc/systemd/system/multi-user.target.wants/zwinger-watch.service ] &&
		[ ! -e /etc/systemd/system/timers.target.wants/zwinger-verify.timer ] ||
		{ echo "$1 enabled a unit"; exit 1; }
}
[ -z "$(nft list ruleset)" ]
dpkg -i /test/zwinger.deb >/dev/null
quiet "installing"
# what is in force stays so, whatever happens to the package
cat >/test/policy.zw <<'P'
external zone net { interface wan0 }
internal zone office { interface lan0 network 10.1.0.0/16 }
allow office -> net : https
P
zwinger apply /test/policy.zw >/dev/null
nft list ruleset >/test/before
same() {
	nft list ruleset >/test/after
	cmp /test/before /test/after || { echo "$1 changed the ruleset"; exit 1; }
}
dpkg -i /test/newer.deb >/dev/null
same "upgrading"
dpkg -r zwinger >/dev/null
same "removing"
[ -e /var/lib/zwinger/ledger ] || { echo "removing took the state"; exit 1; }
dpkg -P zwinger >/dev/null
same "purging"
left=$(find / -xdev -path /proc -prune -o -path /test -prune -o \
	-path /var/lib/dpkg -prune -o -path /var/cache -prune -o -name '*zwinger*' -print)
[ -z "$left" ] || { echo "purging leaves $left"; exit 1; }
END
apart sh -c 'mount --bind "$1" "$1" && exec chroot "$1" sh /test/inside' \
	sh "$work/root"
echo "tested, installed, upgraded, removed, purged"
