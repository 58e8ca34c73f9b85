#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of `zwinger check`: small, large, ten times larger, and a list of
# a million addresses; and of `zwinger fmea`. Status 1 when a bound is missed twofold.
set -u
zwinger=$(realpath ${ZW_BINARY:-build/zwinger})
measure=$(realpath build/tests/measure)
here=$(realpath tests/bench)
hq=$(realpath examples/hq.zw)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
status=0
export ZW_FIGURES="$work/figures"

policy() { # ZONES RULES LIST NAME
	awk -v zones="$1" -v rules="$2" -v list="$3" -f "$here/policy.awk" >"$4"
}

awk -v count=100000 -f "$here/addresses.awk" >list100k
awk -v count=1000000 -f "$here/addresses.awk" >list1m
policy 40 1000 "" p1k.zw
policy 40 10000 list100k p10k.zw
policy 40 10000 "" rules10k.zw
policy 40 100000 "" rules100k.zw
policy 4 20 list1m million.zw

"$measure" "check of examples/hq.zw" 20 0 20 "$zwinger" check "$hq" || status=1
"$measure" "1,000 rules, 40 zones" 0 0 5 "$zwinger" check p1k.zw || status=1
"$measure" "10,000 rules, 40 zones, 100,000 addresses" 1000 300 3 \
	"$zwinger" check p10k.zw || status=1
"$measure" "10,000 rules" 0 0 3 "$zwinger" check rules10k.zw || status=1
"$measure" "100,000 rules" 0 0 1 "$zwinger" check rules100k.zw || status=1
"$measure" "a define of 1,000,000 addresses" 2000 500 3 \
	"$zwinger" check million.zw || status=1

# Each gateway in a process of its own; reading the policy takes most memory.
for links in 0 1; do
	awk -v gateways=200 -v rules=1000 -v links=$links \
		-f "$here/gateways.awk" >gateways$links.zw
done
"$measure" "200 gateways of 1,000 rules" 10000 1200 1 \
	"$zwinger" check gateways0.zw || status=1
"$measure" "200 gateways of 1,000 rules, with links" 10000 1200 1 \
	"$zwinger" check gateways1.zw || status=1

# Single faults, each proved again: of the first all, some 900, a hundred of
# them a second; of the second a sample.
"$measure" "fmea of examples/hq.zw" 9000 0 3 "$zwinger" fmea "$hq" || status=1
"$measure" "fmea of 10,000 rules, 100 faults" 0 0 1 \
	"$zwinger" fmea rules10k.zw --sample 100 || status=1

awk -F '\t' '
	{ time[$1] = $2 }
	END {
		ratio = time["100,000 rules"] / time["10,000 rules"]
		printf "%-44s %9.1f    of     15  %s\n",
			"ten times the rules cost", ratio,
			ratio <= 15 ? "ok" : ratio <= 30 ? "over the bound" : "MISSED"
		exit ratio > 30
	}' figures || status=1
exit $status
