#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Gateways that speak iptables: 5,000 rules in 60 chains over some 20 interfaces,
# as iptables-save writes them; 21 zones are unspoofed or not. From the kernel's
# dump to the verdict, and the whole command with loading. Status 1 when a bound
# is missed twofold.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}")
measure=$(realpath build/tests/measure)
here=$(realpath tests/bench)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
status=0

awk -v nets=21 -v n=5000 -v seed=1 -f "$here/iptables.awk" >campus.save
printf '*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT ACCEPT\nCOMMIT\n' >six.save
{
	echo 'external zone internet { interface wan0 }'
	for i in $(seq 21); do
		echo "internal zone lan$i { interface lan$i; network 10.$i.0.0/16 }"
	done
} >campus.zw

unshare -n sh -c "for i in wan0 \$(seq -f lan%g 21); do
		ip link add \$i type bridge || exit 1
	done
	iptables-nft-restore <campus.save && ip6tables-nft-restore <six.save &&
	$zwinger dump -o campus.dump" || exit 1

"$measure" "verify, 5,000 rules of iptables, from the dump" 100 100 5 \
	"$zwinger" verify campus.zw --dump campus.dump || status=1
"$measure" "verify, the same with loading" 500 0 3 \
	"$zwinger" verify campus.zw --ruleset campus.save || status=1
exit $status
