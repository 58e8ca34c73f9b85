# SPDX-License-Identifier: GPL-2.0-or-later
# Text of nft: N random IPv6 rules of five fields. -v seed=N -v n=N
BEGIN {
	srand(seed)
	print "table inet bench {\nchain through {\ntype filter hook forward priority 0; policy drop;"
	for (i = 0; i < n; i++)
		printf "ip6 saddr %s ip6 daddr %s %s dport %d %s\n", prefix(), prefix(), rand() < 0.7 ? "tcp" : "udp", int(rand() * 65536), rand() < 0.7 ? "accept" : "drop"
	print "}\n}"
}
function h() { return sprintf("%x", int(rand() * 65536)) }
function prefix() { r = rand(); if (r < 0.5) return sprintf("2001:%s:%s:%s:%s:%s:%s:%s", h(), h(), h(), h(), h(), h(), h()); if (r < 0.8) return sprintf("2001:%s:%s:%s::/64", h(), h(), h()); return sprintf("2001:%s:%s::/48", h(), h()) }
