#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A gateway with a host in each of its zones, in network namespaces: prove its
# policy, load it, send packets, and compare what arrives with what the policy
# says. Installs and builds what is missing. Needs root on Debian 12; leaves
# nothing behind, and touches no network but its own namespaces.
#
#	sh demo/demo.sh			or: make demo
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS
policy=examples/hq.zw
ns=zw-demo-$$
zones="gateway internet front mail office data vpn"
work=$(mktemp -d)
export ZWINGER_STATE="$work/state"

step() { printf '\n== %s\n\n' "$*"; }

clean_up()
{
	for zone in $zones; do
		# Only what the demo started lives in its namespaces.
		pids=$(ip netns pids "$ns-$zone" 2>/dev/null) || pids=
		# shellcheck disable=SC2086 # a list of numbers
		[ -z "$pids" ] || kill $pids 2>/dev/null || true
		ip netns del "$ns-$zone" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# ---- what it needs -----------------------------------------------------------

install_missing()
{
	missing=
	for package in gcc libc6-dev make flex bison libnftnl-dev libmnl-dev \
		libnetfilter-conntrack-dev libjansson-dev iproute2 nftables \
		netcat-openbsd; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
			grep -q '^install ok installed' ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || { echo "nothing"; return; }
	echo "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of words
	if ! { apt-get update -q && apt-get install -y -q \
		--no-install-recommends $missing; } > "$work/apt" 2>&1; then
		cat "$work/apt"
		exit 1
	fi
}

# ---- the gateway and its hosts -----------------------------------------------

on() { zone=$1; shift; ip netns exec "$ns-$zone" "$@"; }

# Addresses are ready at once, without looking for others who have them.
add_namespace()
{
	ip netns add "$ns-$1"
	for which in all default; do
		echo 0 | on "$1" tee \
			"/proc/sys/net/ipv6/conf/$which/accept_dad" > /dev/null
	done
}

# host ZONE INTERFACE GATEWAY/LEN HOST/LEN: a cable, an address at each end.
host()
{
	add_namespace "$1"
	ip -n "$ns-gateway" link add "$2" type veth \
		peer name eth0 netns "$ns-$1"
	ip -n "$ns-gateway" link set "$2" up
	ip -n "$ns-$1" link set lo up
	ip -n "$ns-$1" link set eth0 up
	address "$@"
}

address()
{
	case $3 in
	*:*) family=-6 nodad=nodad ;;
	*) family=-4 nodad= ;;
	esac
	ip -n "$ns-gateway" $family addr add "$3" dev "$2" $nodad
	ip -n "$ns-$1" $family addr add "$4" dev eth0 $nodad
	ip -n "$ns-$1" $family route add default via "${3%/*}"
}

build_network()
{
	add_namespace gateway
	ip -n "$ns-gateway" link set lo up
	on gateway sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
	host internet wan0 198.51.100.1/24 198.51.100.7/24
	address internet wan0 2001:db8:ffff::1/64 2001:db8:ffff::7/64
	host front dmz0 192.0.2.1/28 192.0.2.10/28
	address front dmz0 2001:db8:d::1/64 2001:db8:d::10/64
	host mail dmz1 192.0.2.17/28 192.0.2.20/28
	host office lan0 10.1.0.1/16 10.1.7.5/16
	address office lan0 fd00:1::1/64 fd00:1::5/64
	host data lan2 10.2.0.1/16 10.2.0.5/16
	host vpn wg0 10.9.0.1/24 10.9.0.5/24
	# The web server forges an address of the office; the answers go there,
	# so the other end counts what comes.
	ip -n "$ns-front" addr add 10.1.7.6/32 dev lo
	on data nft 'add table ip seen
		add chain ip seen input { type filter hook input priority 0; }
		add rule ip seen input ip saddr 10.1.7.6 counter'
}

serve()
{
	for zone in $zones; do
		for port in 22 25 443 5432; do
			on "$zone" nc -4 -lkn "$port" > /dev/null 2>&1 &
			on "$zone" nc -6 -lkn "$port" > /dev/null 2>&1 &
		done
	done
}

# ---- packets -----------------------------------------------------------------

failed=0

# arrives FROM ADDRESS PORT [FORGED]: does a connection open, or with a forged
# address, does its first packet get there?
arrives()
{
	if [ $# -lt 4 ]; then
		on "$1" nc -zn -w 1 "$2" "$3" 2> /dev/null
		return
	fi
	before=$(on data nft list chain ip seen input)
	on "$1" nc -zn -w 1 -s "$4" "$2" "$3" 2> /dev/null || true
	[ "$(on data nft list chain ip seen input)" != "$before" ]
}

# Before there is any rule every packet must arrive, or the rest would prove
# nothing; a link that is not ready yet gets time.
try_open()
{
	from=$1 address=$3 port=$4
	shift 6
	for again in 1 2 3 4 5; do
		arrives "$from" "$address" "$port" "$@" && return
	done
	echo "  $from does not reach $address port $port after $again attempts"
	failed=1
}

# try_policy FROM TO ADDRESS PORT passes|stops NOTE [FORGED]
try_policy()
{
	from=$1 to=$2 address=$3 port=$4 says=$5 note=$6
	shift 6
	does=stops
	! arrives "$from" "$address" "$port" "$@" || does=passes
	verdict=as
	[ "$does" = "$says" ] || { verdict='** NOT AS'; failed=1; }
	printf '  %-9s -> %-9s %-17s %5s  %-6s  %s the policy says%s\n' \
		"$from" "$to" "$address" "$port" "$does" "$verdict" \
		"${note:+ ($note)}"
}

# send_packets TRY: one line each, FROM TO ADDRESS PORT EXPECTED NOTE [FORGED]
send_packets()
{
	try=$1
	$try internet front 192.0.2.10 443 passes ''
	$try internet front 2001:db8:d::10 443 passes ''
	$try internet front 192.0.2.10 22 stops ''
	$try internet mail 192.0.2.20 25 passes ''
	$try internet office 10.1.7.5 22 stops ''
	$try internet office fd00:1::5 22 stops ''
	$try office internet 198.51.100.7 443 passes ''
	$try office internet 198.51.100.7 25 stops 'rejected: mail goes by the mail server'
	$try office front 192.0.2.10 22 passes 'an administrator'
	$try office front 2001:db8:d::10 443 stops ''
	$try office data 10.2.0.5 5432 passes ''
	$try office data 10.2.0.5 22 stops ''
	$try office gateway 10.1.0.1 22 passes 'an administrator'
	$try vpn data 10.2.0.5 5432 stops ''
}

send_inward()
{
	try=$1
	$try front data 10.2.0.5 5432 stops ''
	$try front office 10.1.7.5 443 stops ''
	$try front office fd00:1::5 443 stops ''
	$try front vpn 10.9.0.5 22 stops ''
	$try front data 10.2.0.5 5432 stops "with a forged address of the office" 10.1.7.6
	$try mail data 10.2.0.5 5432 stops ''
	$try mail office 10.1.7.5 443 stops ''
	$try front mail 192.0.2.20 25 stops "the house's own 'never front -> mail'"
}

# ---- all of it ---------------------------------------------------------------

[ "$(id -u)" -eq 0 ] || { echo "demo: needs root" >&2; exit 1; }
step "Debian packages that are missing"
install_missing

step "Building"
make -s -j"$(nproc)" all > "$work/build" 2>&1 || { tail "$work/build"; exit 1; }
zwinger=$PWD/build/zwinger
"$zwinger" --version

step "Policies that must not be loaded: examples/broken"
for broken in examples/broken/*.zw; do
	status=0
	"$zwinger" check "$broken" > /dev/null 2> "$work/said" || status=$?
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ] ||
		{ echo "$broken: status $status"; exit 1; }
	printf '  %-21s %s\n' "$(basename "$broken")" \
		"$(sed -n 's/^error\[\(Z....\)\]: /\1 /p' "$work/said" | head -n 1)"
	sed -n 's/^ *= packet: /                          /p' "$work/said"
done

step "Proving $policy"
"$zwinger" check "$policy"

step "A gateway with a host in each zone, and no rule: everything arrives"
build_network
serve
send_packets try_open
send_inward try_open
[ "$failed" -eq 0 ] || exit 1
echo "  it does"

step "Loading the policy"
"$zwinger" apply "$policy" --netns "$ns-gateway" > "$work/said" 2>&1 ||
	{ cat "$work/said"; exit 1; }
sed -n '/^loaded/,$p' "$work/said"

step "Packets"
send_packets try_policy
step "Packets from the DMZs to what is internal"
send_inward try_policy
if [ "$failed" -ne 0 ]; then
	step "Something is not as the policy says: please report it"
	exit 1
fi
step "All as the policy says. Next: README.md, 'The first policy'"
