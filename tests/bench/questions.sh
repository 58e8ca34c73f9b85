#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of the questions, whole commands with reading and compiling: on a
# policy of 10,000 rules, also with a list of 100,000 addresses (for which twice
# the time is allowed), and on the dump of a ruleset of 5,000 rules. Status 1 when
# a bound is missed twofold.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}")
measure=$(realpath build/tests/measure)
here=$(realpath tests/bench)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
status=0

policy() { # LIST NAME; NAME-after has one rule that is another
	awk -v zones=40 -v rules=10000 -v list="$1" -f "$here/policy.awk" >"$2.zw"
	awk '/^allow/ && !n++ { $0 = "allow z15 -> z13 : ssh" } 1' \
		"$2.zw" >"$2-after.zw"
}

# A found difference or lint is no failure.
ask() { # WHAT BOUND COMMAND...
	what=$1 bound=$2
	shift 2
	printf '%s "$@" >/dev/null 2>&1; case $? in 0|1|5) ;; *) exit 1 ;; esac\n' \
		"$zwinger" >ask.sh
	"$measure" "$what" "$bound" 0 3 sh ask.sh "$@" || status=1
}

awk -v count=100000 -f "$here/addresses.awk" >list100k
policy "" rules
policy list100k listed
times=1
for p in rules listed; do
	ask "trace, 10,000 $p" $((500 * times)) trace $p.zw \
		'z1(10.1.2.3) -> z4(10.4.2.3) : tcp/8080'
	ask "matrix, 10,000 $p" $((500 * times)) matrix $p.zw
	ask "query, 10,000 $p" $((500 * times)) query $p.zw \
		'from z1 to z4 where proto tcp and dport < 1024'
	ask "diff, twice 10,000 $p" $((500 * times)) diff $p.zw $p-after.zw
	ask "smt, 10,000 $p" $((500 * times)) smt $p.zw 'never z1 -> z2'
	ask "matrix by address, 10,000 $p" $((1000 * times)) matrix $p.zw --by address
	ask "lint, 10,000 $p" $((1000 * times)) lint $p.zw
	times=2
done

if ! unshare -n true 2>/dev/null; then
	echo "questions about a dump: not measured, they need root"
	exit $status
fi
cat >two.zw <<'E2'
dmz zone front { interface dmz0; network 172.16.0.0/16, 2001:db8:1::/48 }
internal zone office { interface lan0; network 172.17.0.0/16, 2001:db8:2::/48 }
E2
dump() { # NAME
	unshare -n sh -c "ip link add dmz0 type bridge &&
		ip link add lan0 type bridge && nft -f $1.nft &&
		$zwinger dump -o $1.dump"
}
awk -v n=5000 -v seed=1 -f "$here/five.awk" >five.nft
awk 'NR == 100 { $0 = "ip saddr 192.0.2.1 accept" } 1' five.nft >after.nft
dump five && dump after || exit 1
ask "trace, dump of 5,000" 500 trace five.dump --zones two.zw \
	'in dmz0 192.0.2.10 > 10.2.0.5 : tcp/5432 out lan0'
ask "matrix, dump of 5,000" 500 matrix five.dump --zones two.zw
ask "query, dump of 5,000" 500 query five.dump --zones two.zw \
	'from front to office where proto tcp and dport < 1024'
ask "diff, dumps of 5,000" 500 diff five.dump after.dump --zones two.zw
ask "smt, dump of 5,000" 500 smt five.dump --zones two.zw 'never front -> office'
ask "matrix by address, dump of 5,000" 1000 matrix five.dump --by address \
	--zones two.zw
ask "lint, dump of 5,000" 1000 lint five.dump
exit $status
