#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The units of systemd: are they well formed, is each exposed to at most 2.5 of
# 10, and does what they run do its work with no more than they grant? For that
# their ExecStart lines run in namespaces of network and mounts, with the
# capabilities that they are given, where nothing but their folders can be
# written. Run from the root of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
status=0
build=$(dirname "${ZW_BINARY:-build/zwinger}")

complain()
{
	echo "units: $*" >&2
	status=1
}

make -s BUILD="$build" install DESTDIR="$work" PREFIX=/usr >/dev/null || exit 1
units=$work/usr/lib/systemd/system
sed -i "s|/usr/sbin/zwinger|$work&|; s|/usr/libexec/zwinger|$work&|" "$units"/*.service
mkdir "$units/zwinger-verify.service.d"
cp packaging/systemd/record.conf "$units/zwinger-verify.service.d"
systemd-analyze --man=no verify "$units"/*.service "$units"/*.timer >"$work/said" 2>&1 &&
	[ ! -s "$work/said" ] || complain "not well formed: $(cat "$work/said")"
for unit in "$units"/*.service; do
	systemd-analyze security --offline=true --threshold=25 --no-pager \
		"$unit" >"$work/said" 2>&1 ||
		complain "$(basename "$unit"): $(tail -1 "$work/said")"
	grep -q '^ExecStop' "$unit" && complain "$(basename "$unit") stops something"
done

if ! unshare -n -m true 2>/dev/null; then
	[ "${CI:-}" = true ] && complain "what they run needs root"
	exit $status
fi

exec_of()
{
	sed -n 's/^ExecStart=//p' "$units/$1.service"
}

record=$(sed -n "s|^ExecStart=|$work|; s|/etc/zwinger|$work|p" \
	packaging/systemd/record.conf)

cat >"$work/policy.zw" <<'END'
external zone net { interface wan0 }
internal zone office { interface lan0 network 10.1.0.0/16 }
allow office -> net : https
END
cat >"$work/inside" <<END
set -eu
mount -t tmpfs none /var/lib
mount -t tmpfs none /var/log
mount -t tmpfs none /run
mkdir -m 700 /var/lib/zwinger /var/log/zwinger /run/zwinger
PATH=$work/usr/sbin:\$PATH
zwinger apply $work/policy.zw >/dev/null
nft flush ruleset
mkdir -p /var/lib/prometheus/node-exporter
mount --make-rprivate /
mount -o remount,bind,ro /
as='setpriv --bounding-set=-all,+net_admin,+sys_admin --inh-caps=-all --no-new-privs'
\$as $(exec_of zwinger)
nft list table inet zwinger >/dev/null
[ "\$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
\$as $(exec_of zwinger-verify)
grep -q '^zwinger_' /var/lib/prometheus/node-exporter/zwinger.prom
[ "\$(ls -A /var/lib/prometheus/node-exporter)" = zwinger.prom ]
\$as $record
\$as $record
[ -s /var/lib/zwinger/record/report.html ]
[ -s /var/lib/zwinger/record/report-1.html ]
\$as $(exec_of zwinger-watch) >/run/watch 2>&1 &
pid=\$!
trap 'kill \$pid 2>/dev/null || :' EXIT
for i in \$(seq 100); do
	grep -q proved /run/watch && break
	sleep 0.1
done
grep -q proved /run/watch
nft flush chain inet zwinger z_forward
for i in \$(seq 100); do
	grep -q restored /run/watch && break
	sleep 0.1
done
grep -q restored /run/watch || { cat /run/watch; exit 1; }
kill -HUP \$pid
kill \$pid
wait \$pid || { cat /run/watch; exit 1; }
nft list chain inet zwinger z_forward | grep -q 'ct state'
nft flush ruleset
if \$as $(exec_of zwinger-verify); then
	echo 'a lost ruleset is not noticed'
	exit 1
fi
END
ip=$(cat /proc/sys/net/ipv4/ip_forward)
unshare -n -m sh "$work/inside" >"$work/said" 2>&1 ||
	complain "what they run: $(tail -20 "$work/said")"
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = "$ip" ] || complain "the host forwards"
exit $status
