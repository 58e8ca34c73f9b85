#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Real packets over two gateways in a chain: hosts, `zwinger apply` of one policy
# for each gateway, and TCP connections between the hosts. Namespaces and
# their processes end with this script.
#
#	office ── lan0 hq tr0 ── tr0 shop lan0 ── tills
#	front ── dmz0 hq              shop dmz0 ── kiosk
set -eu
policy=tests/packets/policies/chain.zw
work=$(mktemp -d)
p=zwc$$
servers=

clean()
{
	for pid in $servers; do kill "$pid" 2>/dev/null || true; done
	for n in office front hq shop tills kiosk; do
		ip netns del $p-$n 2>/dev/null || true
	done
	rm -rf "$work"
}
trap clean EXIT INT TERM

in_ns() # NAMESPACE COMMAND...
{
	ns=$p-$1
	shift
	ip netns exec "$ns" "$@"
}

wire() # NAMESPACE INTERFACE ADDRESS NAMESPACE INTERFACE ADDRESS
{
	ip link add "$2" netns $p-$1 type veth peer name "$5" netns $p-$4
	in_ns "$1" ip addr add "$3" dev "$2"
	in_ns "$4" ip addr add "$6" dev "$5"
	in_ns "$1" ip link set "$2" up
	in_ns "$4" ip link set "$5" up
}

for n in office front hq shop tills kiosk; do
	ip netns add $p-$n
	in_ns $n ip link set lo up
done
wire office e0 10.1.0.2/24 hq lan0 10.1.0.1/24
wire front e0 10.2.0.2/24 hq dmz0 10.2.0.1/24
wire tills e0 10.30.0.2/24 shop lan0 10.30.0.1/24
wire kiosk e0 10.31.0.2/24 shop dmz0 10.31.0.1/24
wire hq tr0 10.255.0.1/29 shop tr0 10.255.0.2/29
in_ns office ip route add default via 10.1.0.1
in_ns front ip route add default via 10.2.0.1
in_ns tills ip route add default via 10.30.0.1
in_ns kiosk ip route add default via 10.31.0.1
in_ns hq ip addr add 10.1.0.99/24 dev lan0
in_ns hq ip route add 10.30.0.0/24 via 10.255.0.2
in_ns hq ip route add 10.31.0.0/24 via 10.255.0.2
in_ns shop ip route add default via 10.255.0.1
for g in hq shop; do
	in_ns $g sysctl -qw net.ipv4.ip_forward=1
	"$ZWINGER" apply $policy --gateway $g --netns $p-$g \
		--state "$work/$g" --audit "$work/$g.audit" >"$work/said" 2>&1 || {
		cat "$work/said"
		exit 1
	}
	"$ZWINGER" status --netns $p-$g --state "$work/$g" >"$work/said" 2>&1 ||
		{ cat "$work/said"; exit 1; }
	grep -q "gateway $g" "$work/said"
done

# Each host serves the ports with the address that it was asked from.
cat >"$work/serve.py" <<'EOF'
import select, signal, socket
signal.alarm(60)
listening = []
for port in (8080, 8081, 8083):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    s.listen(16)
    listening.append(s)
print("ready", flush=True)
while True:
    for s in select.select(listening, [], [], 60)[0]:
        c, peer = s.accept()
        c.sendall(peer[0].encode())
        c.close()
EOF
cat >"$work/ask.py" <<'EOF'
import socket, sys
try:
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)
    print(s.recv(64).decode())
except OSError:
    print("nothing")
EOF
for n in office front tills kiosk hq shop; do
	ip netns exec $p-$n python3 "$work/serve.py" >"$work/$n.ready" 2>&1 &
	servers="$servers $!"
done
for n in office front tills kiosk hq shop; do
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q ready "$work/$n.ready" && break
		sleep 0.2
	done
done

status=0
ask() # FROM ADDRESS PORT ANSWER
{
	answer=$(in_ns "$1" python3 "$work/ask.py" "$2" "$3")
	[ "$answer" = "$4" ] && return
	echo "chain: from $1 to $2 port $3: '$answer', not '$4'" >&2
	status=1
}
asks() # the same, beside others
{
	( ask "$@"; exit $status ) &
	asking="$asking $!"
}
asking=

asks tills 10.1.0.2 8080 10.1.0.99 # over both, translated by the last one
asks office 10.30.0.2 8081 10.1.0.2
asks kiosk 10.2.0.2 8080 10.31.0.2
asks tills 10.31.0.2 8080 10.30.0.2 # over one
asks tills 203.0.113.5 8082 10.30.0.2 # published by the first one
asks tills 10.2.0.2 8083 nothing # but not addressed directly
asks tills 10.1.0.2 8081 nothing
asks office 10.30.0.2 8080 nothing
asks kiosk 10.1.0.2 8080 nothing # a DMZ inward, at either gateway
asks kiosk 10.30.0.2 8080 nothing
asks front 10.30.0.2 8081 nothing
asks front 10.1.0.2 8080 nothing
asks office 10.1.0.1 8081 10.1.0.2 # self is each of the two
asks office 10.30.0.1 8081 10.1.0.2
asks office 10.255.0.2 8081 nothing # on the way it goes to 'core'
asks tills 10.30.0.1 8081 nothing
asks kiosk 203.0.113.5 8082 nothing
for pid in $asking; do
	wait "$pid" || status=1
done

# What check says of flows over both, with the packets that it names: one that
# refutes a claim is sent, as a host of that zone would.
printf 'never tills -> office : tcp/8080\nnever kiosk -> office\n' \
	>"$work/claims.zw"
"$ZWINGER" check $policy --claims "$work/claims.zw" --format json \
	>"$work/answer" && status=1
python3 - "$work/answer" >"$work/packet" <<'EOF'
import json, sys
claims = {c["claim"]: c for c in json.load(open(sys.argv[1]))["claims"]}
assert claims["never kiosk -> office"]["verdict"] == "proved", claims
assert claims["never dmz -> internal"]["verdict"] == "proved", claims
fallen = claims["never tills -> office : tcp/8080"]
assert fallen["verdict"] == "refuted", fallen
hops = fallen["witness"]["hops"]
assert [h["gateway"] for h in hops] == ["shop", "hq"], hops
assert hops[0]["link"] == "core", hops
print(fallen["witness"]["dst"], fallen["witness"]["dport"])
EOF
[ -s "$work/packet" ] || { echo "chain: no packet refutes it" >&2; status=1; }
read -r address port <"$work/packet" || status=1
in_ns office ip addr add "$address/24" dev e0
ask tills "$address" "$port" 10.1.0.99

# The way back knows which gateway it is of.
"$ZWINGER" apply tests/packets/policies/small.zw --netns $p-shop \
	--state "$work/shop" --audit "$work/shop.audit" >/dev/null 2>&1
ask kiosk 10.2.0.2 8080 nothing
"$ZWINGER" rollback 1 --netns $p-shop --state "$work/shop" \
	--audit "$work/shop.audit" >/dev/null
ask kiosk 10.2.0.2 8080 10.31.0.2
exit $status
