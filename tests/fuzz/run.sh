#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run every fuzz target of tests/fuzz for SECONDS, from the inputs kept there;
# what it finds stays in BUILD/fuzz. Status 1 if one of them crashed.
set -u
build=$1
seconds=$2
status=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c | sed 's/^fuzz_//')
	work=$build/fuzz/$name
	mkdir -p "$work/found"
	# what a target shares with the tests
	more=
	[ "$name" != packets ] || more="tests/unit/verifier/world.c
		tests/unit/verifier/point.c tests/harness/harness.c -lcunit"
	clang-14 -std=c11 -D_GNU_SOURCE -O1 -g -I. \
		-fsanitize=fuzzer,address,undefined -o "$work/run" "$source" $more \
		"$build/libzwinger.a" -lnftnl -lmnl -lnetfilter_conntrack -ljansson || exit 1
	begin=tests/fuzz/$name
	# packets are drawn from a seed of eight bytes before the messages
	if [ "$name" = packets ]; then
		begin=$work/begin
		mkdir -p "$work/begin"
		for input in tests/fuzz/messages/*; do
			for seed in seed-one seed-two seed-six; do
				(printf %s $seed; cat "$input") \
					>"$work/begin/$seed-$(basename "$input")"
			done
		done
	fi
	"$work/run" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 \
		-timeout=20 -print_final_stats=1 -artifact_prefix="$work/" \
		"$work/found" "$begin" >"$work/log" 2>&1
	if [ $? -eq 0 ]; then
		sed -n 's/^stat::number_of_executed_units: */'"$name: inputs tried: "'/p' \
			"$work/log"
	else
		echo "fuzz: $name failed, see $work/log" >&2
		tail -15 "$work/log" >&2
		status=1
	fi
done
exit $status
