#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of loading: a finished batch beside `nft -f` of the same text, and
# reloads that change little. Needs root. Status 1 when a bound is missed
# twofold.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}")
measure=$(realpath build/tests/measure)
send=$(realpath build/tests/bench-send)
fill=$(realpath build/tests/bench-fill)
if ! unshare -n true 2>/dev/null; then
	echo "loading: not measured, it needs root"
	exit 0
fi
work=$(mktemp -d) || exit 1
name=zw-bench-$$
ip netns add "$name" || exit 1
trap 'ip netns del "$name"; rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
export ZWINGER_STATE="$work/state"
status=0
export ZW_FIGURES="$work/figures"

ranges() { # COUNT FIRST
	awk -v n="$1" -v first="$2" 'BEGIN {
		for (i = first; i < first + n; i++) {
			a = i * 16
			printf "%d.%d.%d.%d-%d.%d.%d.%d\n",
				20 + int(a / 16777216), int(a / 65536) % 256,
				int(a / 256) % 256, a % 256,
				20 + int(a / 16777216), int(a / 65536) % 256,
				int(a / 256) % 256, a % 256 + 7
		}
	}'
}

policy() { # LIST PORT
	cat <<END
external zone net { interface wan0 }
dmz zone front { interface dmz0 network 10.1.0.0/16 }
internal zone office { interface lan0 network 10.2.0.0/16 }
define list = file "$1"
allow net -> front : tcp/$2
allow office -> net : any
deny net(list) -> front : any
END
}

judge='function judge(value, bound) {
	return value <= bound ? "ok" : value <= 2 * bound ? "over the bound" : "MISSED"
}'

beside() { # FACTOR COLUMN WHAT OF THAN
	awk -F '\t' -v factor="$1" -v column="$2" -v what="$3" -v small="$4" \
		-v large="$5" "$judge"'
		{ value[$1] = $column }
		END {
			ratio = value[large] / value[small]
			printf "%-44s %9.1f    of at least %3d  %s\n", what, ratio, factor, judge(factor, ratio)
			exit 2 * ratio < factor
		}' figures || status=1
}

for count in 100000 1000000; do
	ranges $count 0 >"list$count"
	policy "list$count" 443 >"p$count.zw"
	"$zwinger" compile --format netlink -o "p$count.batch" "p$count.zw" &&
		"$zwinger" compile --format nft -o "p$count.nft" "p$count.zw" ||
		exit 1
	runs=$((count > 100000 ? 1 : 3))
	"$measure" "a batch of $count intervals" 0 0 $runs \
		"$send" "p$count.batch" || status=1
	"$measure" "nft -f of $count intervals" 0 0 $runs \
		unshare -n nft -f "p$count.nft" || status=1
done
beside 2 2 "nft takes so many times as long" \
	"a batch of 100000 intervals" "nft -f of 100000 intervals"
beside 10 3 "nft takes so many times the memory" \
	"a batch of 1000000 intervals" "nft -f of 1000000 intervals"

# What `apply` says of its own transactions, from the first byte sent to the last
# answer; the least of five.
sent() { # NAME BOUND FOLDER OTHER
	(cd "$3" && "$zwinger" apply gw.zw --netns "$name") >/dev/null 2>&1 ||
		exit 1
	for _ in 1 2 3 4 5; do
		for p in "$4" "$3"; do
			(cd "$p" && "$zwinger" apply gw.zw --netns "$name" \
				--format json) |
				sed -n 's/.*"sent_ms": \([0-9.]*\),*/\1/p'
		done
	done | sort -n | head -1 | awk -v name="$1" -v bound="$2" "$judge"'
		{
			printf "%-44s %9.1f ms of %6d  %s\n", name, $1, bound, judge($1, bound)
			exit $1 > 2 * bound
		}' || status=1
}

ranges 100000 0 >list
ranges 100001 0 >list-more
# of one name, since rules carry it
mkdir a b c
policy ../list 443 >a/gw.zw
policy ../list 444 >b/gw.zw
policy ../list-more 443 >c/gw.zw
sent "one rule beside 100,000 elements" 50 a b
sent "one element more of 100,000" 20 a c

# 100,000 connections, half of which another policy forbids.
connections() { # COUNT BOUND
	cat >web.zw <<END
external zone net { interface wan0 }
internal zone office { interface lan0 network 10.2.0.0/16 }
allow office -> net : tcp/443, tcp/80
END
	sed 's,/443\, tcp/80,/443,' web.zw >less.zw
	for link in wan0 lan0; do
		ip -n "$name" link add "$link" type bridge &&
			ip -n "$name" link set "$link" up || return 1
	done
	ip -n "$name" addr add 10.2.0.1/16 dev lan0 &&
		ip -n "$name" route add default dev wan0 || return 1
	for _ in 1 2 3; do
		"$zwinger" apply web.zw --netns "$name" >/dev/null 2>&1 &&
			ip netns exec "$name" "$fill" "$1" || return 1
		"$zwinger" apply less.zw --netns "$name" --format json |
			sed -n 's/.*"looked_after_ms": \([0-9.]*\).*/\1/p'
	done | sort -n | head -1 | awk -v bound="$2" -v name="$1 connections" "$judge"'
		{
			printf "%-44s %9.1f ms of %6d  %s\n", name, $1, bound, judge($1, bound)
			exit $1 > 2 * bound
		}'
}
connections 100000 1000 || status=1
exit $status
