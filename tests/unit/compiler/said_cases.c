/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about policies: for each text the exact diagnostics, with their
 * places, labels and help. Generated once from the resolver, then read line by
 * line against the language page; from there on they are the law. */
#include "tests/unit/compiler/said_cases.h"

const struct said_case said_cases[] = {
	{ "Z1001-unknown-define",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define admins = 10.1.7.0/28\n"
	  "allow in(admin) -> out\n",
	  NULL,
	  "Z1001 4:10 unknown define 'admin'\n"
	  "  3:8 similar name declared here\n"
	  "  help: did you mean 'admins'\?\n" },
	{ "Z1001-zone-for-define",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in(out) -> out\n",
	  NULL,
	  "Z1001 3:10 unknown define 'out'\n"
	  "  1:15 a zone has this name, no define\n" },
	{ "Z1002-unknown-service",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "service intranet = tcp/8443\n"
	  "allow in -> out : intrantet\n",
	  NULL,
	  "Z1002 4:19 unknown service 'intrantet'\n"
	  "  3:9 similar name declared here\n"
	  "  help: did you mean 'intranet'\?\n" },
	{ "Z1003-unknown-zone",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow inn -> out\n",
	  NULL,
	  "Z1003 3:7 unknown zone 'inn'\n"
	  "  2:15 similar name declared here\n"
	  "  help: did you mean 'in'\?\n" },
	{ "Z1003-define-for-zone",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define admins = 10.1.7.0/28\n"
	  "allow admins -> out\n",
	  NULL,
	  "Z1003 4:7 unknown zone 'admins'\n"
	  "  3:8 a define has this name, no zone\n"
	  "  help: narrow a zone with it: ZONE(admins)\n" },
	{ "Z1004-unknown-host",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 host web = 192.0.2.10 }\n"
	  "allow out -> front.wep : http\n",
	  NULL,
	  "Z1004 5:20 unknown host 'wep'\n"
	  "  4:23 similar name declared here\n"
	  "  3:10 the zone that should have it\n"
	  "  help: did you mean 'web'\?\n" },
	{ "Z1004-host-of-any",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 host web = 192.0.2.10 }\n"
	  "allow out -> any.web : http\n",
	  NULL, "Z1004 5:14 'any' is no zone and has no hosts\n" },
	{ "Z1005-zone-twice",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "zone in { interface lan1 network 10.2.0.0/16 }\n",
	  NULL,
	  "Z1005 3:6 zone 'in' is declared twice\n"
	  "  2:15 first declared here\n" },
	{ "Z1005-define-twice",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 10.0.0.1\n"
	  "define a = 10.0.0.2\n",
	  NULL,
	  "Z1005 4:8 define 'a' is declared twice\n"
	  "  3:8 first declared here\n" },
	{ "Z1005-service-twice",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "service s = tcp/1\n"
	  "service s = tcp/2\n",
	  NULL,
	  "Z1005 4:9 service 's' is declared twice\n"
	  "  3:9 first declared here\n" },
	{ "Z1005-host-twice",
	  "zone z { interface e0 network 10.0.0.0/8\n"
	  "    host h = 10.0.0.1\n"
	  "    host h = 10.0.0.2 }\n",
	  NULL,
	  "Z1005 3:10 host 'h' is declared twice\n"
	  "  2:10 first declared here\n" },
	{ "Z1005-gateway-twice",
	  "gateway a\n"
	  "gateway b\n"
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n",
	  NULL,
	  "Z1005 2:9 gateway 'b' is declared twice\n"
	  "  1:9 first declared here\n" },
	{ "Z1007-interface-name", "zone z { interface abcdefghijklmnop }\n",
	  NULL, "Z1007 1:20 an interface's name has at most 15 bytes\n" },
	{ "Z1008-define-in-itself",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = b, 10.0.0.1\n"
	  "define b = c\n"
	  "define c = a\n",
	  NULL,
	  "Z1008 5:12 define 'a' contains itself\n"
	  "  3:8 on the way round\n"
	  "  4:8 on the way round\n"
	  "  5:8 on the way round\n" },
	{ "Z1008-service-in-itself",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "service a = tcp/1, b\n"
	  "service b = a\n",
	  NULL,
	  "Z1008 4:13 service 'a' contains itself\n"
	  "  3:9 on the way round\n"
	  "  4:9 on the way round\n" },
	{ "Z1010-unknown-protocol",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : tpc/80\n",
	  NULL,
	  "Z1010 3:19 unknown protocol 'tpc'\n"
	  "  help: did you mean 'tcp'\?\n" },
	{ "Z1011-unknown-type",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : icmp/echo-requst\n",
	  NULL,
	  "Z1011 3:24 unknown icmp type 'echo-requst'\n"
	  "  help: did you mean 'echo-request'\?\n" },
	{ "Z1012-interface-twice", "zone z { interface e0, e0 }\n", NULL,
	  "Z1012 1:24 interface 'e0' is named twice\n"
	  "  1:20 first named here\n" },
	{ "Z2001-host-bits",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 10.1.2.3/24\n",
	  NULL,
	  "Z2001 3:12 prefix has bits set behind its length of 24\n"
	  "  help: write 10.1.2.0/24\n" },
	{ "Z2001-host-bits-ipv6",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 2001:db8::1/64\n",
	  NULL,
	  "Z2001 3:12 prefix has bits set behind its length of 64\n"
	  "  help: write 2001:db8::/64\n" },
	{ "Z2002-range",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 10.0.0.9-10.0.0.1\n",
	  NULL, "Z2002 3:12 range ends before it begins\n" },
	{ "Z2002-ports",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : tcp/9000-8000\n",
	  NULL,
	  "Z2002 3:23 range ends before it begins\n"
	  "  help: write 8000-9000\n" },
	{ "Z2004-port",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : tcp/80, tcp/65536\n",
	  NULL, "Z2004 3:31 port 65536 is above 65535\n" },
	{ "Z2005-type",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : icmp/256\n",
	  NULL, "Z2005 3:24 type 256 is above 255\n" },
	{ "Z2005-protocol",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : proto/256\n",
	  NULL, "Z2005 3:19 protocol 256 is above 255\n" },
	{ "Z2006-ports-of-esp",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out : esp/500\n",
	  NULL,
	  "Z2006 3:19 protocol 'esp' has no ports here\n"
	  "  help: write 'esp' for every packet of it\n" },
	{ "Z2009-narrowing",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in(10.2.0.1) -> out : ssh\n",
	  NULL,
	  "Z2009 3:10 address is not in zone 'in'\n"
	  "  2:15 zone declared here\n" },
	{ "Z2009-part",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in(10.0.0.0/8) -> out : ssh\n",
	  NULL,
	  "Z2009 3:10 address range is not wholly in zone 'in'\n"
	  "  2:15 zone declared here\n"
	  "  help: a define in its place takes the part inside\n" },
	{ "Z2009-host",
	  "zone z { interface e0 network 10.1.0.0/16\n"
	  "    host h = 10.2.0.1 }\n",
	  NULL, "Z2009 2:14 host 'h' is not in its zone 'z'\n" },
	{ "Z2010-nothing-inside",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 10.2.0.1\n"
	  "allow in(a) -> out : ssh\n",
	  NULL, "Z2010 4:10 nothing of it lies in 'in'\n" },
	{ "Z2010-all-excepted",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in except in -> out\n",
	  NULL, "Z2010 3:7 nothing is left here\n" },
	{ "Z2011-one-zone",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in, in -> in\n",
	  NULL,
	  "Z2011 3:1 rule pairs no zones\n"
	  "  help: for traffic inside one zone write 'allow A -> A'\n" },
	{ "Z2011-no-such-kind",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow dmz -> out\n",
	  NULL, "Z2011 3:7 no zone is of the kind 'dmz'\n" },
	{ "Z2011-self-to-self",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow self -> self\n",
	  NULL, "Z2011 3:1 rule pairs no zones\n" },
	{ "Z2012-zones",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "zone six { interface e6 network fd00:6::/64 }\n"
	  "zone four { interface e4 network 10.4.0.0/16 }\n"
	  "allow six -> four\n",
	  NULL,
	  "Z2012 5:1 families exclude each other\n"
	  "  5:7 IPv6 alone\n"
	  "  5:14 IPv4 alone\n"
	  "  help: give both sides an address of one family\n" },
	{ "Z2012-service",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "zone four { interface e4 network 10.4.0.0/16 }\n"
	  "allow four -> out : icmpv6/echo-request\n",
	  NULL,
	  "Z2012 4:1 families exclude each other\n"
	  "  4:7 IPv4 alone\n"
	  "  4:15 both families\n"
	  "  help: give both sides an address of one family\n" },
	{ "Z2013-redirect",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow out -> in : icmp/redirect\n",
	  NULL, "Z2013 3:1 no rule decides about these messages\n" },
	{ "Z2014-no-interface", "zone z { network 10.0.0.0/8 }\n", NULL,
	  "Z2014 1:6 zone 'z' has no interface\n"
	  "  help: add 'interface NAME' to it\n" },
	{ "Z2015-blank", "zone z { interface \"eth 0\" }\n", NULL,
	  "Z2015 1:20 'eth 0' is no interface of a zone\n" },
	{ "Z2015-loopback", "zone z { interface lo }\n", NULL,
	  "Z2015 1:20 'lo' is no interface of a zone\n" },
	{ "Z2016-shared",
	  "zone a { interface e0 network 10.1.0.0/16 }\n"
	  "zone b { interface e0 }\n",
	  NULL,
	  "Z2016 2:20 zones 'a' and 'b' share an interface\n"
	  "  1:20 of zone 'a'\n"
	  "  help: zones may share one where each names its networks\n" },
	{ "Z2017-star", "zone z { interface \"*\" }\n", NULL,
	  "Z2017 1:20 '*' would take every interface\n" },
	{ "Z2017-overlap",
	  "zone a { interface \"eth*\" }\n"
	  "zone b { interface eth5 }\n",
	  NULL,
	  "Z2017 1:20 zones 'b' and 'a' claim the same interfaces\n"
	  "  2:20 of zone 'b'\n"
	  "  help: make the pattern narrower, or name its interfaces\n" },
	{ "Z2018-overlap",
	  "zone a { interface e0 network 10.0.0.0/8 }\n"
	  "zone b { interface e1 network 192.0.2.0/24, 10.9.0.0/16 }\n",
	  NULL,
	  "Z2018 2:45 networks of zones 'a' and 'b' overlap\n"
	  "  1:31 in zone 'a' here\n"
	  "  help: an address is in one zone: take it out of one of the two\n" },
	{ "Z2019-shared",
	  "dmz zone a { interface e0 network 10.1.0.0/16 }\n"
	  "internal zone b { interface e0 network 10.2.0.0/16 }\n",
	  NULL,
	  "Z2019 2:29 zones 'a' and 'b' share an interface\n"
	  "  1:24 of zone 'a'\n"
	  "  help: give the DMZ an interface of its own; only IPsec tells the two apart on one\n" },
	{ "Z2020-no-network",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 }\n"
	  "allow in -> out\n",
	  NULL,
	  "Z2020 2:15 internal zone 'in' names no network\n"
	  "  help: add 'network ...' to it\n" },
	{ "Z2023-february",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out until 2099-02-30\n",
	  NULL, "Z2023 3:23 '2099-02-30' is no date\n" },
	{ "Z2024-expired",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out until 2020-12-31\n",
	  NULL,
	  "Z2024 3:23 rule expired on 2020-12-31\n"
	  "  help: remove the rule, or give it a later date\n" },
	{ "Z2028-gre-to-dmz",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 host web = 192.0.2.10 }\n"
	  "allow in -> front : gre\n",
	  NULL,
	  "Z2028 5:21 protocol without ports from internal zone 'in' to DMZ 'front'\n" },
	{ "Z2029-families",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 host web = 192.0.2.10 }\n"
	  "expect drop front.web -> in(fd00:1::1) : ssh\n",
	  NULL, "Z2029 5:1 no packet is what this expects\n" },
	{ "Z2031-unspoofed-self",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "unspoofed self\n",
	  NULL, "Z2031 3:11 'self' forwards nothing of its own\n" },
	{ "Z2033-masquerade",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out\n"
	  "masquerade in -> out\n"
	  "snat in(10.1.2.0/24) -> out as 203.0.113.7\n",
	  NULL,
	  "Z2033 5:1 two translations can meet one flow\n"
	  "  4:1 the other one\n"
	  "  help: narrow one of them, for example with 'except'\n" },
	{ "Z2033-publish",
	  "external zone out { interface wan0 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "publish front.web : tcp/8080-8090 as 203.0.113.5 : tcp/8080-8090 for out\n"
	  "publish front.web : http as 203.0.113.5 : tcp/8085 for out(198.51.100.0/24)\n",
	  NULL,
	  "Z2033 4:1 two translations can meet one flow\n"
	  "  3:1 the other one\n"
	  "  help: name other zones, addresses or ports in one of them\n" },
	{ "Z2034-deny",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out\n"
	  "deny in -> out : smtp limit 10/second\n",
	  NULL,
	  "Z2034 4:1 limit that restrains nothing\n"
	  "  help: with 'log' it restrains the log\n" },
	{ "Z3003-no-dmz",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "never dmz -> in\n",
	  NULL, "Z3003 3:7 no zone is of the kind 'dmz'\n" },
	{ "Z3005-own-https",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "service https = tcp/8443\n"
	  "allow in -> out : https\n",
	  NULL, "Z3005 3:9 service 'https' hides the standard library's\n" },
	{ "Z3006-pattern", "zone z { interface \"vl*\", vl7 }\n", NULL,
	  "Z3006 1:27 a pattern of this zone covers it already\n"
	  "  1:20 this pattern\n" },
	{ "Z3007-not-among",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "zone dev { interface e9 network 10.9.0.0/16 }\n"
	  "allow in except dev -> out\n",
	  NULL, "Z3007 4:17 exception excepts nothing\n" },
	{ "Z3008-no-networks",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "unspoofed out\n",
	  NULL, "Z3008 3:11 'unspoofed' says nothing about 'out'\n" },
	{ "Z2021-dmz",
	  "external zone out { interface wan0 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 spoofing allow }\n"
	  "allow out -> front : http\n",
	  NULL, "Z2021 3:18 DMZ zone 'front' must not allow spoofing\n"
	  "  help: name all networks behind it instead\n" },
	{ "Z2022-no-reqid",
	  "zone a { interface e0 ipsec network 10.1.0.0/16 }\n"
	  "zone b { interface e0 ipsec network 10.2.0.0/16 }\n",
	  NULL,
	  "Z2022 2:20 zones 'a' and 'b' both take what comes through IPsec here\n"
	  "  1:20 of zone 'a'\n"
	  "  help: write 'ipsec reqid N' in both, with two numbers\n" },
	{ "Z2025-during",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out during \"weekdays\"\n",
	  NULL,
	  "Z2025 3:24 'weekdays' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n" },
	{ "Z2026-nothing",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out limit 0/second\n",
	  NULL, "Z2026 3:17 limit of nothing\n" },
	{ "Z2030-ports",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28\n"
	  "                 host web = 192.0.2.10 }\n"
	  "publish front.web : http as 203.0.113.5 : tcp/80-81 for out\n",
	  NULL, "Z2030 5:43 published services do not pair off\n" },
	{ "two zones without a host",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "allow out -> front.{web, wab}, nowhere : http\n"
	  "allow nowhere -> front\n",
	  NULL,
	  "Z1004 4:26 unknown host 'wab'\n"
	  "  3:60 similar name declared here\n"
	  "  3:10 the zone that should have it\n"
	  "  help: did you mean 'web'\?\n"
	  "Z1003 4:32 unknown zone 'nowhere'\n"
	  "Z1003 5:7 unknown zone 'nowhere'\n" },
	{ "one mistake, one diagnostic",
	  "zone z { interface e0 network 10.0.0.1/8 }\n"
	  "allow z(192.0.2.1) -> z\n",
	  NULL,
	  "Z2001 1:31 prefix has bits set behind its length of 8\n"
	  "  help: write 10.0.0.0/8\n" },
	{ "a bad define is silent where it is used",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "define a = 10.1.0.1/16\n"
	  "allow in(a) -> out\n"
	  "never out -> in(a)\n",
	  NULL,
	  "Z2001 3:12 prefix has bits set behind its length of 16\n"
	  "  help: write 10.1.0.0/16\n" },
	{ "forward references",
	  "allow in(b) -> out : s\n"
	  "service s = t\n"
	  "service t = tcp/1\n"
	  "define b = a\n"
	  "define a = 10.1.0.1\n"
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n",
	  NULL, "" },
	{ "except in pieces",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in except in(10.1.0.0/17), in(10.1.128.0/17), in(fd00:1::/64) -> out\n",
	  NULL, "Z2010 3:7 nothing is left here\n" },
	{ "self in except",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow any except self -> out\n",
	  NULL, "Z3007 3:18 exception excepts nothing\n" },
	{ "deny pairs a zone with itself",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "deny in, out -> in, out\n"
	  "reject any -> any\n",
	  NULL, "" },
	{ "pattern twice",
	  "zone a { interface \"e*\", \"eth*\" }\n"
	  "zone b { interface \"x*\" }\n"
	  "zone c { interface \"x*\" }\n",
	  NULL,
	  "Z3006 1:26 a pattern of this zone covers it already\n"
	  "  1:20 this pattern\n"
	  "Z2017 3:20 zones 'b' and 'c' claim the same interfaces\n"
	  "  2:20 of zone 'b'\n"
	  "  help: make the pattern narrower, or name its interfaces\n" },
	{ "three on an interface",
	  "zone a { interface e0 network 10.1.0.0/16 }\n"
	  "zone b { interface e0 network 10.2.0.0/16 }\n"
	  "zone c { interface e0 network 10.3.0.0/16 }\n",
	  NULL, "" },
	{ "behind IPsec and beside",
	  "dmz zone a { interface e0 ipsec network 10.1.0.0/16 }\n"
	  "internal zone b { interface e0 network 10.2.0.0/16 }\n"
	  "external zone c { interface e0 }\n",
	  NULL, "" },
	{ "request ids",
	  "zone a { interface e0 ipsec reqid 1; network 10.1.0.0/16 }\n"
	  "zone b { interface e0 ipsec reqid 2; network 10.2.0.0/16 }\n"
	  "zone c { interface e0 ipsec reqid 2; network 10.3.0.0/16 }\n",
	  NULL,
	  "Z2022 3:20 zones 'b' and 'c' both take what comes through IPsec here\n"
	  "  2:20 of zone 'b'\n"
	  "  help: write 'ipsec reqid N' in both, with two numbers\n" },
	{ "DMZ and internal zone, both by IPsec",
	  "dmz zone a { interface e0 ipsec reqid 1; network 10.1.0.0/16 }\n"
	  "internal zone b { interface e0 ipsec reqid 2; network 10.2.0.0/16 }\n",
	  NULL,
	  "Z2019 2:29 zones 'a' and 'b' share an interface\n"
	  "  1:24 of zone 'a'\n"
	  "  help: give the DMZ an interface of its own; only IPsec tells the two apart on one\n" },
	{ "one of two may forge",
	  "zone a { interface e0 network 10.1.0.0/16; spoofing allow }\n"
	  "zone b { interface e0 network 10.2.0.0/16 }\n",
	  NULL, "" },
	{ "both may forge",
	  "zone a { interface e0 network 10.1.0.0/16; spoofing allow }\n"
	  "zone b { interface e0 network 10.2.0.0/16; spoofing allow }\n",
	  NULL,
	  "Z2016 2:20 zones 'a' and 'b' share an interface and take the same sources\n"
	  "  1:20 of zone 'a'\n"
	  "  help: at most one of them may say 'spoofing allow'\n" },
	{ "forging beside the rest",
	  "zone a { interface e0 ipsec; network 10.1.0.0/16 }\n"
	  "zone b { interface e0 network 10.2.0.0/16; spoofing allow }\n"
	  "zone c { interface e0 }\n",
	  NULL,
	  "Z2016 3:20 zones 'b' and 'c' share an interface and take the same sources\n"
	  "  2:20 of zone 'b'\n"
	  "  help: at most one of them may say 'spoofing allow'\n" },
	{ "forged sources may be named, as sources",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16 }\n"
	  "zone lab { interface lab0 network 10.5.0.0/16; spoofing allow }\n"
	  "allow lab(198.51.100.7) -> out\n"
	  "allow lab(10.1.0.7) -> out\n"
	  "allow in -> lab(198.51.100.7)\n",
	  NULL,
	  "Z2009 5:11 address is not in zone 'lab'\n"
	  "  3:6 zone declared here\n"
	  "Z2009 6:17 address is not in zone 'lab'\n"
	  "  3:6 zone declared here\n" },
	{ "translated behind IPsec",
	  "external zone out { interface wan0 }\n"
	  "zone branch { interface wan0 ipsec }\n"
	  "zone site { interface wan0 ipsec reqid 7; network 10.7.0.0/16 }\n",
	  NULL,
	  "Z2022 3:23 zones 'branch' and 'site' both take what comes through IPsec here\n"
	  "  2:25 of zone 'branch'\n"
	  "  help: write 'ipsec reqid N' in both, with two numbers\n" },
	{ "two without networks beside IPsec",
	  "zone a { interface e0 ipsec network 10.1.0.0/16 }\n"
	  "zone b { interface e0 }\n"
	  "zone c { interface e0 }\n",
	  NULL,
	  "Z2016 3:20 zones 'b' and 'c' share an interface\n"
	  "  2:20 of zone 'b'\n"
	  "  help: zones may share one where each names its networks\n" },
	{ "ipsec twice",
	  "zone a { interface e0; ipsec; not ipsec; network 10.1.0.0/16 }\n",
	  NULL,
	  "Z1012 1:31 a zone says this once\n"
	  "  1:24 first said here\n" },
	{ "network from interface",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "zone z { interface e7 network from interface }\n"
	  "allow z -> out\n",
	  NULL,
	  "Z2041 3:31 the addresses of the gateway's interfaces are not known here\n"
	  "  help: give them with '--addresses FILE', one 'wan0 203.0.113.5/24' a line\n" },
	{ "range over the border",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in(10.1.255.0-10.2.0.1) -> out\n",
	  NULL,
	  "Z2009 3:10 address range is not wholly in zone 'in'\n"
	  "  2:15 zone declared here\n"
	  "  help: a define in its place takes the part inside\n" },
	{ "family of a narrowing",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "allow in(fd00:1::1) -> front\n",
	  NULL,
	  "Z2012 4:1 families exclude each other\n"
	  "  4:7 IPv6 alone\n"
	  "  4:24 IPv4 alone\n"
	  "  help: give both sides an address of one family\n" },
	{ "esp to a DMZ from any",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "allow any -> front : esp\n",
	  NULL,
	  "Z2028 4:22 protocol without ports from internal zone 'in' to DMZ 'front'\n" },
	{ "esp to a DMZ from outside",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "allow out -> front : esp\n",
	  NULL, "" },
	{ "dates",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out until 2027-01-15\n"
	  "allow in -> out until 2027-02-14\n"
	  "allow in -> out until 2027-02-15\n"
	  "allow in -> out until 2027-01-14\n",
	  NULL,
	  "Z3004 3:23 rule expires on 2027-01-15\n"
	  "Z3004 4:23 rule expires on 2027-02-14\n"
	  "Z2024 6:23 rule expired on 2027-01-14\n"
	  "  help: remove the rule, or give it a later date\n" },
	{ "windows",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out during \"mon\"\n"
	  "allow in -> out during \"mon-fri\"\n"
	  "allow in -> out during \"sat,sun 10:00-12:00\"\n"
	  "allow in -> out during \"22:00-06:00\"\n"
	  "allow in -> out during \"00:00-24:00\"\n"
	  "allow in -> out during \"mon 24:00-06:00\"\n"
	  "allow in -> out during \"07:00-07:00\"\n"
	  "allow in -> out during \"mon-\"\n"
	  "allow in -> out during \"mon  07:00-08:00 \"\n"
	  "allow in -> out during \"25:00-26:00\"\n"
	  "allow in -> out during \"7:00-8:00\"\n"
	  "allow in -> out during \"\"\n",
	  NULL,
	  "Z2025 8:24 'mon 24:00-06:00' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 9:24 '07:00-07:00' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 10:24 'mon-' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 11:24 'mon  07:00-08:00 ' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 12:24 '25:00-26:00' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 13:24 '7:00-8:00' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n"
	  "Z2025 14:24 '' is no time window\n"
	  "  help: write it as \"mon-fri 07:00-20:00\"\n" },
	{ "limits",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow in -> out limit 5/second burst 0\n"
	  "allow in -> out limit connections 0 per source\n"
	  "allow in -> out limit 4294967296/day\n",
	  NULL,
	  "Z2026 3:17 limit of nothing\n"
	  "Z2026 4:17 limit of no connections\n"
	  "Z2026 5:17 limit above 4294967295\n" },
	{ "a claims file",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "define a = 10.1.0.1\n"
	  "service ssh = tcp/2222\n",
	  "never front -> in(a) : ssh\n"
	  "allow out -> in\n"
	  "zone x { interface e }\n"
	  "service mine = tcp/5\n"
	  "always out -> front.web : mine, nonesuch\n",
	  "Z1014 c.zw:2:1 a claims file holds claims, defines and services only\n"
	  "Z1014 c.zw:3:1 a claims file holds claims, defines and services only\n"
	  "Z3005 5:9 service 'ssh' hides the standard library's\n"
	  "Z1002 c.zw:5:33 unknown service 'nonesuch'\n" },
	{ "claims keep the standard library",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "service ssh = tcp/2222\n",
	  "never out -> in : ssh\n",
	  "Z3005 3:9 service 'ssh' hides the standard library's\n" },
	{ "expectations",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "expect drop out(198.51.100.1) -> front(web) : http\n"
	  "expect accept out(10.1.0.1) -> front.web : http\n"
	  "expect reject in -> front.web : icmp/echo-request\n"
	  "expect drop in(fd00:1::5) -> front.web : ping\n",
	  NULL,
	  "Z2009 5:19 address is not in zone 'out'\n"
	  "  1:15 zone declared here\n"
	  "Z2029 7:1 no packet is what this expects\n" },
	{ "unspoofed kinds",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "unspoofed any\n"
	  "unspoofed internal except in\n",
	  NULL,
	  "Z3008 4:11 'unspoofed' says nothing about 'out'\n"
	  "Z2010 5:11 nothing is left here\n" },
	{ "publish",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28; host web = 192.0.2.10 }\n"
	  "publish front.web : tcp/80 as 203.0.113.5 : udp/80 for out\n"
	  "publish front : tcp/80 as 203.0.113.5 : http for out\n"
	  "publish front.web : ping as 203.0.113.5 : ping for out\n"
	  "publish front.web : http as 2001:db8::1 : http for out\n"
	  "publish front.web : http as 203.0.113.0/24 : http for out\n",
	  NULL,
	  "Z2030 4:45 published services do not pair off\n"
	  "Z2030 5:9 what is published is no host\n"
	  "Z2030 6:43 published service without ports\n"
	  "Z2030 7:9 host has not exactly one address to publish\n"
	  "Z2030 8:29 publication at more than one address\n" },
	{ "snat and mss",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "snat in -> out as 203.0.113.1-203.0.113.9\n"
	  "snat in -> self as 203.0.113.1\n"
	  "clamp-mss in -> out 20\n"
	  "masquerade nowhere -> out\n",
	  NULL,
	  "Z2031 4:12 'self' cannot stand here\n"
	  "Z2005 5:1 segment size 20 is not within 88 and 65535\n"
	  "Z1003 6:12 unknown zone 'nowhere'\n" },
	{ "twenty and no more",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "allow nowhere0 -> out\n"
	  "allow nowhere1 -> out\n"
	  "allow nowhere2 -> out\n"
	  "allow nowhere3 -> out\n"
	  "allow nowhere4 -> out\n"
	  "allow nowhere5 -> out\n"
	  "allow nowhere6 -> out\n"
	  "allow nowhere7 -> out\n"
	  "allow nowhere8 -> out\n"
	  "allow nowhere9 -> out\n"
	  "allow nowhere10 -> out\n"
	  "allow nowhere11 -> out\n"
	  "allow nowhere12 -> out\n"
	  "allow nowhere13 -> out\n"
	  "allow nowhere14 -> out\n"
	  "allow nowhere15 -> out\n"
	  "allow nowhere16 -> out\n"
	  "allow nowhere17 -> out\n"
	  "allow nowhere18 -> out\n"
	  "allow nowhere19 -> out\n"
	  "allow nowhere20 -> out\n"
	  "allow nowhere21 -> out\n"
	  "allow nowhere22 -> out\n"
	  "allow nowhere23 -> out\n"
	  "allow nowhere24 -> out\n"
	  "allow nowhere25 -> out\n"
	  "allow nowhere26 -> out\n"
	  "allow nowhere27 -> out\n"
	  "allow nowhere28 -> out\n"
	  "allow nowhere29 -> out\n",
	  NULL,
	  "Z1003 3:7 unknown zone 'nowhere0'\n"
	  "Z1003 4:7 unknown zone 'nowhere1'\n"
	  "Z1003 5:7 unknown zone 'nowhere2'\n"
	  "Z1003 6:7 unknown zone 'nowhere3'\n"
	  "Z1003 7:7 unknown zone 'nowhere4'\n"
	  "Z1003 8:7 unknown zone 'nowhere5'\n"
	  "Z1003 9:7 unknown zone 'nowhere6'\n"
	  "Z1003 10:7 unknown zone 'nowhere7'\n"
	  "Z1003 11:7 unknown zone 'nowhere8'\n"
	  "Z1003 12:7 unknown zone 'nowhere9'\n"
	  "Z1003 13:7 unknown zone 'nowhere10'\n"
	  "Z1003 14:7 unknown zone 'nowhere11'\n"
	  "Z1003 15:7 unknown zone 'nowhere12'\n"
	  "Z1003 16:7 unknown zone 'nowhere13'\n"
	  "Z1003 17:7 unknown zone 'nowhere14'\n"
	  "Z1003 18:7 unknown zone 'nowhere15'\n"
	  "Z1003 19:7 unknown zone 'nowhere16'\n"
	  "Z1003 20:7 unknown zone 'nowhere17'\n"
	  "Z1003 21:7 unknown zone 'nowhere18'\n"
	  "Z1003 22:7 unknown zone 'nowhere19'\n" },
	{ "beside a syntax error nothing is missed",
	  "zone z { interfaces e0 }\n"
	  "zone y { interface e1 network 10.0.0.1/8 }\n"
	  "allow z -> y : ssh\n"
	  "allow dmz -> y(nowhere) : nothing\n"
	  "never any except z -> y\n"
	  "define a = 10.0.0.9-10.0.0.1\n"
	  "define a = 10.0.0.1\n",
	  NULL,
	  "Z0001 1:10 expected '}' or a member of the zone after '{', found 'interfaces'\n"
	  "  help: did you mean 'interface'\?\n"
	  "Z1005 7:8 define 'a' is declared twice\n"
	  "  6:8 first declared here\n"
	  "Z2002 6:12 range ends before it begins\n"
	  "Z2001 2:31 prefix has bits set behind its length of 8\n"
	  "  help: write 10.0.0.0/8\n" },
	{ "two networks against one",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16 }\n"
	  "zone c { interface e2 network 10.1.4.0/24, 10.1.0.0/24 }\n"
	  "zone d { interface e3 network 10.1.4.128/25 }\n",
	  NULL,
	  "Z2018 3:31 networks of zones 'in' and 'c' overlap\n"
	  "  2:43 in zone 'in' here\n"
	  "  help: an address is in one zone: take it out of one of the two\n"
	  "Z2018 4:31 networks of zones 'in' and 'd' overlap\n"
	  "  2:43 in zone 'in' here\n"
	  "  help: an address is in one zone: take it out of one of the two\n"
	  "Z2018 4:31 networks of zones 'c' and 'd' overlap\n"
	  "  3:31 in zone 'c' here\n"
	  "  help: an address is in one zone: take it out of one of the two\n" },
	{ "a host of the policy in a claim",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16 }\n"
	  "zone c { interface e2 network 10.3.0.0/16\n"
	  " host h = 10.3.0.1 }\n",
	  "never out -> c.h : ssh\n"
	  "never out -> c.g\n",
	  "Z1004 c.zw:2:16 unknown host 'g'\n"
	  "  3:6 the zone that should have it\n" },
	{ "names of four kinds",
	  "zone x { interface x network x\n"
	  " host x = x }\n"
	  "define x = 10.0.0.1\n"
	  "service x = tcp/1\n"
	  "zone y { interface y }\n"
	  "allow x.x -> y : x\n",
	  NULL, "" },
	{ "protocols by number and name",
	  "external zone out { interface wan0 }\n"
	  "internal zone in { interface lan0 network 10.1.0.0/16 }\n"
	  "allow in -> out : proto/6, esp, ah, ospf\n"
	  "allow in -> out : icmpv6/nd-router-advert, icmp/redirect\n",
	  NULL, "Z2013 4:1 no rule decides about these messages\n" },
};

const size_t said_case_count = sizeof(said_cases) / sizeof(said_cases[0]);
