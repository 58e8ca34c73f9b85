#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install, upgrade, remove and purge the package in a chroot made by mmdebstrap,
# with its namespace test in between. The chroot has a network namespace of its
# own, so this host's rules stay alone. Needs root and a Debian mirror.
# usage: packaging/debian/check.sh FOLDER (where build.sh has built)
set -eu
deb=$(realpath "$1"/zwinger_*.deb)
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
needed=$(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/ //g')
mmdebstrap --quiet --variant=minbase --include="nftables,iproute2,$needed" \
	bookworm "$work/root" ${DEB_MIRROR:+"$DEB_MIRROR"}
mkdir "$work/root/test"
cp "$deb" "$work/root/test/zwinger.deb"
cp "$here/tests/namespace" "$work/root/test/"
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
sh /test/namespace >/test/said 2>&1 || { tail -20 /test/said; exit 1; }
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
unshare -n -m sh -c 'mount --bind "$1" "$1" && exec chroot "$1" sh /test/inside' \
	sh "$work/root"
echo "installed, upgraded, removed, purged"
