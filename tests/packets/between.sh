#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A DMZ between two gateways, with real packets: connections through one and
# through both, and a DMZ's host that sends inward with whatever source, as
# itself, as a guest, as somebody on the internet. None of it may arrive. That it
# would, were it let through, is seen with a policy that promises nothing.
#
#	world ── wan0 outer dmz0 ──┬── dmz0 inner lan0 ── office
#	guests ── wl0              web             lan1 ── data
set -eu
policy=tests/packets/policies/between.zw
work=$(mktemp -d)
p=zwb$$
servers=

clean()
{
	for pid in $servers; do kill "$pid" 2>/dev/null || true; done
	for n in world guests outer switch web inner office data; do
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

for n in world guests outer switch web inner office data; do
	ip netns add $p-$n
	in_ns $n ip link set lo up
done
in_ns switch ip link add br0 type bridge
in_ns switch ip link set br0 up

wire() # NAMESPACE INTERFACE ADDRESS NAMESPACE INTERFACE ADDRESS
{
	ip link add "$2" netns $p-$1 type veth peer name "$5" netns $p-$4
	in_ns "$1" ip addr add "$3" dev "$2"
	[ -z "$6" ] || in_ns "$4" ip addr add "$6" dev "$5"
	in_ns "$1" ip link set "$2" up
	in_ns "$4" ip link set "$5" up
}
plug() # NAMESPACE INTERFACE ADDRESS: into the DMZ
{
	wire "$1" "$2" "$3" switch "to-$1" ""
	in_ns switch ip link set "to-$1" master br0
}
wire world e0 198.51.100.2/24 outer wan0 198.51.100.1/24
wire guests e0 10.7.0.2/24 outer wl0 10.7.0.1/24
wire office e0 10.1.0.2/24 inner lan0 10.1.0.1/24
wire data e0 10.2.0.2/24 inner lan1 10.2.0.1/24
plug outer dmz0 192.0.2.1/28
plug inner dmz0 192.0.2.2/28
plug web e0 192.0.2.10/28
in_ns world ip route add default via 198.51.100.1
in_ns guests ip route add default via 10.7.0.1
in_ns office ip route add default via 10.1.0.1
in_ns data ip route add default via 10.2.0.1
in_ns web ip route add default via 192.0.2.1
in_ns web ip route add 10.1.0.0/16 via 192.0.2.2
in_ns web ip route add 10.2.0.0/16 via 192.0.2.2
in_ns inner ip route add default via 192.0.2.1
in_ns outer ip route add 10.1.0.0/16 via 192.0.2.2
in_ns outer ip route add 10.2.0.0/16 via 192.0.2.2

load() # POLICY GATEWAY
{
	"$ZWINGER" apply "$1" --gateway "$2" --netns $p-$2 \
		--state "$work/$2" --audit "$work/$2.audit" >"$work/said" 2>&1 || {
		cat "$work/said"
		exit 1
	}
}
"$ZWINGER" check $policy >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
for g in outer inner; do
	in_ns $g sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
	load $policy $g
done

cat >"$work/serve.py" <<'END'
import signal, socket
signal.alarm(60)
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 8080))
s.listen(16)
print("ready", flush=True)
while True:
    c, peer = s.accept()
    c.sendall(peer[0].encode())
    c.close()
END
cat >"$work/ask.py" <<'END'
import socket, sys
try:
    s = socket.create_connection((sys.argv[1], 8080), 1)
    print(s.recv(64).decode())
except OSError:
    print("nothing")
END
# Send a SYN from SOURCE to DESTINATION and port, five times.
cat >"$work/forge.py" <<'END'
import socket, struct, sys, time
src, dst = (socket.inet_aton(a) for a in sys.argv[1:3])
def checksum(b):
    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    while n >> 16:
        n = (n & 65535) + (n >> 16)
    return ~n & 65535
def segment(check):
    return struct.pack("!HHIIBBHHH", 40000, int(sys.argv[3]), 1, 0, 80, 2, 1024, check, 0)
pseudo = src + dst + struct.pack("!BBH", 0, 6, 20)
tcp = segment(checksum(pseudo + segment(0)))
head = struct.pack("!BBHHHBBH4s4s", 69, 0, 40, 7, 0, 64, 6, 0, src, dst)
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for _ in range(5):
    s.sendto(head + tcp, (sys.argv[2], 0))
    time.sleep(0.05)
END
# How many packets to PORT come in until nothing more is sent.
cat >"$work/listen.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
s.bind(("e0", 0))
s.settimeout(0.2)
print("ready", flush=True)
end, seen = time.time() + float(sys.argv[2]), 0
while time.time() < end:
    try:
        b = s.recv(2048)
    except socket.timeout:
        continue
    at = 4 * (b[0] & 15)
    seen += b[9] == 6 and int.from_bytes(b[at + 2:at + 4], "big") == int(sys.argv[1])
print(seen)
END

await() # FILE
{
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q ready "$1" 2>/dev/null && return
		sleep 0.2
	done
}
for n in world web office data; do
	ip netns exec $p-$n python3 "$work/serve.py" >"$work/$n.ready" 2>&1 &
	servers="$servers $!"
done
for n in world web office data; do await "$work/$n.ready"; done

status=0
ask() # FROM ADDRESS ANSWER
{
	answer=$(in_ns "$1" python3 "$work/ask.py" "$2")
	[ "$answer" = "$3" ] && return
	echo "between: from $1 to $2: '$answer', not '$3'" >&2
	status=1
}
forged() # ARE WHICH SOURCE...: of the SYNs of web to data in these names
{
	are=$1
	shift
	in_ns data python3 "$work/listen.py" 8080 2.5 >"$work/heard" &
	listener=$!
	await "$work/heard"
	for source; do
		in_ns web python3 "$work/forge.py" "$source" 10.2.0.2 8080
	done
	wait $listener
	heard=$(tail -n 1 "$work/heard")
	if [ "$are" = let ]; then [ "$heard" -gt 0 ]; else [ "$heard" -eq 0 ]; fi &&
		return
	echo "between: $heard forged packets arrive, and they are $are" >&2
	status=1
}

ask office 192.0.2.10 10.1.0.2
ask office 198.51.100.2 198.51.100.1
ask office 10.2.0.2 10.1.0.2
ask guests 198.51.100.2 198.51.100.1
ask world 192.0.2.10 198.51.100.2
ask world 10.1.0.2 nothing
ask web 10.1.0.2 nothing
ask web 10.2.0.2 nothing
ask guests 10.2.0.2 nothing
forged kept 192.0.2.10 192.0.2.1 10.7.0.2 10.1.0.2 198.51.100.2

# The same without a promise, and with a guest that may: so may a host of the DMZ
# that says it is one. With the promise that is refused.
sed -e 's/^dmz zone front/zone front/' -e 's/^internal zone/zone/' -e '/^never/d' \
	-e 's/^allow guests .*/allow guests -> internet, data : tcp\/8080/' \
	$policy >"$work/lax.zw"
load "$work/lax.zw" inner
forged let 10.7.0.2
sed -e 's/^zone front/dmz zone front/' -e 's/^zone data/internal zone data/' \
	"$work/lax.zw" >"$work/refused.zw"
if "$ZWINGER" check "$work/refused.zw" >"$work/said" 2>&1; then
	echo "between: the promise is proved and does not hold" >&2
	status=1
fi
grep -q "with a source of 'guests'" "$work/said" || {
	cat "$work/said" >&2
	status=1
}
exit $status
