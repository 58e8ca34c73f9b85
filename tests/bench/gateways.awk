# SPDX-License-Identifier: GPL-2.0-or-later
# Write a policy of several gateways:
# awk -v gateways=200 -v rules=1000 -v links=1 -f gateways.awk
# Each has an internal zone, a DMZ, a further zone and the internet, and RULES
# rules. With links the first one is the hub of the others: five rules of each
# of these are towards the hub's zones, and so the hub's as well. The same
# arguments give the same policy.
function random(n) { seed = (seed * 69069 + 1) % 4294967296; return int(seed / 65536) % n }
function part(name, g, third,   how) {
	how = random(4)
	if (how == 0)
		return name g
	if (how == 1)
		return sprintf("%s%d(10.%d.%d.0/26)", name, g, g, third + random(64))
	if (how == 2)
		return sprintf("%s%d(10.%d.%d.%d)", name, g, g, third + random(64), random(256))
	return sprintf("%s%d(10.%d.%d.7-10.%d.%d.200)", name, g, g, third + random(8), g, third + 8 + random(50))
}
function service(   how) {
	how = random(5)
	if (how == 0)
		return "https"
	if (how == 1)
		return sprintf("tcp/%d-%d", 8000 + random(100), 9000 + random(100))
	if (how == 2)
		return sprintf("udp/%d", 1024 + random(60000))
	return sprintf("tcp/%d", 1 + random(65000))
}
BEGIN {
	seed = 7
	for (g = 0; g < gateways; g++) {
		printf "gateway g%d {\n", g
		printf "    interface shop%d = lan0\n    interface kiosk%d = dmz0\n    interface guests%d = wl0\n", g, g, g
		printf "    interface internet = wan0\n"
		for (i = 1; links && i < gateways; i++)
			if (!g || i == g)
				printf "    interface line%d = tr%d\n", i, i
		print "}"
	}
	print "external zone internet { }"
	for (g = 0; g < gateways; g++) {
		printf "internal zone shop%d { network 10.%d.0.0/18 }\n", g, g
		printf "dmz zone kiosk%d { network 10.%d.64.0/18 }\n", g, g
		printf "zone guests%d { network 10.%d.128.0/18 }\n", g, g
		if (links && g) {
			printf "zone line%d { network 172.16.%d.0/30 }\n", g, g
			printf "link line%d between g0, g%d\n", g, g
		}
	}
	for (g = 0; g < gateways; g++) {
		for (r = 0; r < rules; r++) {
			how = random(4)
			if (links && g && r < 5)
				printf "allow %s -> %s : %s\n", part("shop", g, 0), part("kiosk", 0, 64), service()
			else if (how == 0)
				printf "allow %s -> %s : %s\n", part("shop", g, 0), part("kiosk", g, 64), service()
			else if (how == 1)
				printf "allow %s -> %s : %s\n", part("guests", g, 128), part("kiosk", g, 64), service()
			else if (how == 2)
				printf "allow internet -> %s : %s\n", part("kiosk", g, 64), service()
			else
				printf "allow %s -> internet : %s\n", part("shop", g, 0), service()
		}
	}
}
