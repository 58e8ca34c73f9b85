#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of rulesets made elsewhere, from a kernel's dump to the verdict
# (which is a refutation: status 1 is what they end with), and Z3's bit vectors
# beside the larger ones. Needs root. Status 1 when a bound is missed twofold.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}")
measure=$(realpath build/tests/measure)
here=$(realpath tests/bench)
if ! unshare -n true 2>/dev/null; then
	echo "verify: not measured, it needs root"
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
status=0
export ZW_FIGURES="$work/figures"

cat >two.zw <<'E'
dmz zone front { interface dmz0; network 172.16.0.0/16, 2001:db8:1::/48 }
internal zone office { interface lan0; network 172.17.0.0/16, 2001:db8:2::/48 }
E
dump() { # NAME
	unshare -n sh -c "ip link add dmz0 type bridge &&
		ip link add lan0 type bridge && nft -f $1.nft &&
		$zwinger dump -o $1.dump" || exit 1
	printf '%s verify two.zw --dump %s.dump >/dev/null 2>&1; [ $? -le 1 ]\n' \
		"$zwinger" "$1" >"$1.sh"
}

awk -v n=10000 -v seed=1 -f "$here/five.awk" >five.nft
awk -v n=20000 -v seed=1 -f "$here/six.awk" >six.nft
awk 'function ip(a) {
	return sprintf("%d.%d.%d.%d", 20 + int(a / 16777216), int(a / 65536) % 256,
		int(a / 256) % 256, a % 256)
}
BEGIN {
	print "table inet bench {\nset listed {\ntype ipv4_addr; flags interval; elements = {"
	for (i = 0; i < 1000000; i++)
		printf "%s-%s,\n", ip(16 * i), ip(16 * i + 7)
	print "}\n}\nchain through {\ntype filter hook forward priority 0; policy drop;"
	print "ip saddr @listed tcp dport 443 accept\n}\n}"
}' >set.nft
dump five
dump six
echo "(the kernel takes a minute to list a million intervals)"
dump set

"$measure" "verify, 10,000 rules of five fields" 300 0 5 sh five.sh || status=1
"$measure" "verify, 20,000 IPv6 rules" 2000 1024 3 sh six.sh || status=1
"$measure" "verify, a set of 1,000,000 intervals" 500 0 3 sh set.sh || status=1

# Z3 is asked for the part of one claim that is about addresses, and gets a
# minute.
beside() { # NAME WHAT
	awk -f "$here/smt.awk" "$1.nft" >"$1.smt"
	"$measure" "$2 by Z3" 0 0 1 timeout 60 z3 -T:60 "$1.smt" ||
		echo "$2: Z3 was not done after a minute"
	awk -F '\t' -v ours="verify, $2" -v theirs="$2 by Z3" '
		{ time[$1] = $2 }
		END {
			if (time[theirs])
				printf "%-44s %9.1f\n", "Z3 takes so many times as long", time[theirs] / time[ours]
		}' figures
}
if command -v z3 >/dev/null; then
	beside five "10,000 rules of five fields"
	beside six "20,000 IPv6 rules"
else
	echo "Z3: not measured, there is no 'z3' (Debian's package z3)"
fi
exit $status
