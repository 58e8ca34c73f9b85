# SPDX-License-Identifier: GPL-2.0-or-later
# Write a policy: awk -v zones=40 -v rules=10000 -v list=FILE -f policy.awk
# Zone 0 is the internet, a third of the rest are DMZs, the others internal;
# each has 10.N.0.0/16 and fd00:N::/64. Rules go between random pairs that no
# claim forbids, from and to random parts, to random services. The same
# arguments give the same policy.
function random(n) { seed = (seed * 69069 + 1) % 4294967296; return int(seed / 65536) % n }
function kind(z) { return z == 0 ? "external" : z % 3 == 1 ? "dmz" : "internal" }
function part(z,   how) {
	if (z == 0)
		return "z0"
	how = random(4)
	if (how == 0)
		return "z" z
	if (how == 1)
		return sprintf("z%d(10.%d.%d.0/24)", z, z, random(256))
	if (how == 2)
		return sprintf("z%d(10.%d.%d.%d)", z, z, random(256), 1 + random(254))
	return sprintf("z%d(10.%d.%d.%d-10.%d.%d.255, fd00:%x::%x)", z, z, 128, random(256), z, 200, z, 1 + random(65535))
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
	print "external zone z0 { interface wan0 }"
	for (z = 1; z < zones; z++)
		printf "%s zone z%d { interface eth%d network 10.%d.0.0/16, fd00:%x::/64 }\n", kind(z), z, z, z, z
	if (list) {
		printf "define blocklist = file \"%s\"\n", list
		print "deny z0(blocklist) -> any, self"
	}
	for (r = 0; r < rules; ) {
		a = random(zones)
		b = random(zones)
		if (a == b || (kind(a) == "dmz" && kind(b) == "internal"))
			continue
		printf "allow %s -> %s : %s\n", part(a), part(b), service()
		r++
	}
	print "never z1 -> z2"
}
