# SPDX-License-Identifier: GPL-2.0-or-later
# What iptables-save writes on a gateway of a campus: NETS networks, each with
# its interface, its list of hosts by hardware address, its chain of services;
# N rules in all. -v nets=21 -v n=5000 -v seed=1
BEGIN {
	srand(seed)
	hosts = int(n * 0.42 / nets)
	services = int(n * 0.52 / nets)
	raw(); mangle(); filter()
}
function raw(i) {
	print "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:untracked - [0:0]\n:early - [0:0]"
	print "-A PREROUTING -j early\n-A PREROUTING -p udp -j untracked"
	print "-A OUTPUT -p udp -m udp --sport 53 -j CT --notrack"
	for (i = 1; i <= nets; i++) {
		printf "-A early ! -i lan%d -s 10.%d.0.0/16 -j DROP\n", i, i
		printf "-A untracked -d 10.%d.0.53/32 -p udp -m udp --dport 53 -j CT --notrack\n", i
		printf "-A untracked -s 10.%d.0.53/32 -p udp -m udp --sport 53 -j CT --notrack\n", i
		printf "-A untracked -d 10.%d.0.%d/32 -p udp -m multiport --dports 123,514 -j CT --notrack\n", i, 60 + i
	}
	print "COMMIT"
}
function mangle() {
	print "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]"
	print "-A FORWARD -o wan0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT"
}
function filter(i, k) {
	print "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]"
	for (i = 1; i <= nets; i++)
		printf ":from%d - [0:0]\n:to%d - [0:0]\n", i, i
	for (i = 1; i <= 12; i++)
		printf ":common%d - [0:0]\n", i
	print ":refuse - [0:0]\n:bad - [0:0]"
	print "-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
	print "-A FORWARD -j bad"
	for (i = 1; i <= nets; i++)
		printf "-A INPUT -i lan%d -s 0.0.0.0/32 -d 255.255.255.255/32 -p udp -m udp --sport 68 --dport 67 -j ACCEPT\n-A INPUT -i lan%d -j from%d\n-A FORWARD -i lan%d -j from%d\n", i, i, i, i, i
	print "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
	for (i = 1; i <= nets; i++)
		printf "-A FORWARD -o lan%d -j to%d\n", i, i
	for (i = 1; i <= nets; i++)
		printf "-A FORWARD -i lan%d -o wan0 -j common%d\n", i, 1 + i % 12
	print "-A FORWARD -j refuse\n-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 10/sec -j ACCEPT\n-A INPUT -j refuse"
	for (i = 1; i <= nets; i++) {
		for (k = 0; k < hosts; k++)
			printf "-A from%d -s 10.%d.%d.%d/32 -m mac ! --mac-source %s -j bad\n", i, i, k % 4, 10 + int(k / 4), mac(i, k)
		printf "-A from%d ! -s 10.%d.0.0/16 -j DROP\n", i, i
		for (k = 0; k < services; k++)
			print "-A to" i service(i)
		print "-A to" i " -j refuse"
	}
	for (i = 1; i <= 12; i++)
		for (k = 0; k < 10; k++)
			printf "-A common%d -p %s -m multiport %s--dports %s -j ACCEPT\n", i, one("tcp tcp udp"), one("# # # !") == "!" ? "! " : "", ports()
	print "-A refuse -m limit --limit 5/min -j LOG --log-prefix \"refused \"\n-A refuse -p tcp -j REJECT --reject-with tcp-reset\n-A refuse -j REJECT --reject-with icmp-port-unreachable"
	print "-A bad -m conntrack --ctstate INVALID -j DROP\n-A bad -f -j DROP\n-A bad -j RETURN\nCOMMIT"
}
function mac(i, k) { return sprintf("52:54:%02x:%02x:%02x:%02x", i, k % 251, (k * 7) % 256, (i * k) % 256) }
function one(list, a, m) { m = split(list, a, " "); return a[1 + int(rand() * m)] }
function ports() { return one("22 80,443 25,465,587 993,995 3306 5432 1024:65535 53 389,636 8080,8443 5900:5910 80,443,8000:8100") }
function peer(i, o) { do o = 1 + int(rand() * nets); while (o == i); r = rand(); return r < 0.3 ? "10." o ".0.0/16" : r < 0.6 ? sprintf("10.%d.%d.0/24", o, int(rand() * 4)) : sprintf("10.%d.%d.%d/32", o, int(rand() * 4), 10 + int(rand() * 40)) }
function service(i, s) {
	s = sprintf(" -d 10.%d.%d.%d/32", i, int(rand() * 4), 10 + int(rand() * 60))
	if (rand() < 0.7)
		s = (rand() < 0.05 ? " ! -s " : " -s ") peer(i) s
	if (rand() < 0.1)
		s = s (rand() < 0.5 ? " ! -i wan0" : " -i wan0")
	if (rand() < 0.1)
		return s " -p icmp -m icmp --icmp-type 8 -j ACCEPT"
	s = s " -p " one("tcp tcp tcp udp") " -m multiport " (rand() < 0.04 ? "! " : "") "--dports " ports()
	if (rand() < 0.6)
		s = s " -m conntrack --ctstate NEW"
	return s " -j " (rand() < 0.9 ? "ACCEPT" : "DROP")
}
