# SPDX-License-Identifier: GPL-2.0-or-later
# Text of nft: N rules of five fields in ClassBench's shape, prefixes of several
# lengths, ports exact, wide or in ranges. -v seed=N -v n=N
BEGIN {
	srand(seed)
	print "table inet bench {\nchain through {\ntype filter hook forward priority 0; policy drop;"
	for (i = 0; i < n; i++) {
		printf "ip saddr %s ip daddr %s ", prefix(), prefix()
		r = rand()
		proto = rand() < 0.75 ? "tcp" : "udp"
		if (r < 0.6) printf "%s dport %d ", proto, port()
		else if (r < 0.8) { a = int(rand() * 60000); printf "%s dport %d-%d ", proto, a, a + 1 + int(rand() * 5000) }
		else if (r < 0.9) printf "%s sport %d ", proto, port()
		else printf "meta l4proto %s ", proto
		print (rand() < 0.7 ? "accept" : "drop")
	}
	print "}\n}"
}
function port() { return rand() < 0.5 ? int(rand() * 1024) : int(rand() * 65536) }
function prefix(  len, a, b, c, d) {
	r = rand(); len = r < 0.5 ? 32 : r < 0.75 ? 24 : r < 0.9 ? 16 : 20
	a = 11 + int(rand() * 180); b = int(rand() * 256); c = int(rand() * 256); d = int(rand() * 256)
	if (len == 16) { c = 0; d = 0 } else if (len == 20) { c = c - c % 16; d = 0 } else if (len == 24) d = 0
	return sprintf("%d.%d.%d.%d/%d", a, b, c, d, len)
}
