/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Good texts and what they are in canonical spelling. What is printed is read
 * again and must be the same tree and the same text. */
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

static const struct {
	const char *text, *printed;
} cases[] = {
	{ "", "" },
	{ "\n\n;;\n;", "" },
	{ "# nothing", "" },
	{ "gateway hq", "gateway hq\n" },
	{ "gateway hq # here\r\ngateway b\r\n", "gateway hq\ngateway b\n" },
	{ "gateway a;gateway b ; gateway c",
	  "gateway a\ngateway b\ngateway c\n" },
	{ "\xef\xbb\xbfgateway hq", "gateway hq\n" },
	{ "allow office->data:any", "allow office -> data : any\n" },
	{ "allow a,\n\n  # of the list\n b -> c", "allow a, b -> c\n" },
	{ "allow a(\n10.0.0.1\n,\nd\n) -> c", "allow a(10.0.0.1, d) -> c\n" },
	{ "allow a.{\n x,\n log\n} -> c", "allow a.{x, log} -> c\n" },
	{ "deny any except a, b -> dmz, self except c",
	  "deny any except a, b -> dmz, self except c\n" },
	{ "reject internal(x) -> external.h : http, any, esp",
	  "reject internal(x) -> external.h : http, any, esp\n" },
	{ "allow a -> b : tcp/80,udp/{ 53 ,100 - 200 },icmp/8,proto/47",
	  "allow a -> b : tcp/80, udp/{53, 100-200}, icmp/8, proto/47\n" },
	{ "allow a -> b : icmpv6/nd-neighbor-solicit/0, icmp/echo-request",
	  "allow a -> b : icmpv6/nd-neighbor-solicit/0, icmp/echo-request\n" },
	{ "allow a -> b : icmp/3/4, tcp/8000-8080, sctp/{1}",
	  "allow a -> b : icmp/3/4, tcp/8000-8080, sctp/1\n" },
	{ "allow a -> b log count", "allow a -> b log count\n" },
	{ "allow a -> b log \"p\" group 3 limit 5/minute burst 7 per source",
	  "allow a -> b log \"p\" group 3 limit 5/minute burst 7 per source\n" },
	{ "allow a -> b limit connections 9 per source limit 1/day",
	  "allow a -> b limit connections 9 per source limit 1/day\n" },
	{ "allow a -> b during \"mon-fri 07:00-20:00\" until 2027-01-31",
	  "allow a -> b during \"mon-fri 07:00-20:00\" until 2027-01-31\n" },
	{ "allow a -> b owner \"o\" ticket \"t\" because \"b # c; d\" count \"n\"",
	  "allow a -> b owner \"o\" ticket \"t\" because \"b # c; d\" count \"n\"\n" },
	{ "define x = 10.0.0.0/8,2001:DB8:0::/32, 10.0.0.1-10.0.0.9,y",
	  "define x = 10.0.0.0/8, 2001:db8::/32, 10.0.0.1-10.0.0.9, y\n" },
	{ "define x = 2001:db8::1-2001:db8::9, ::, ::ffff:1.2.3.4",
	  "define x = 2001:db8::1-2001:db8::9, ::, ::ffff:1.2.3.4\n" },
	{ "define x = file \"a b.txt\" allow-empty, file",
	  "define x = file \"a b.txt\" allow-empty, file\n" },
	{ "service web = http, tcp/8443", "service web = http, tcp/8443\n" },
	{ "zone a { }", "zone a { }\n" },
	{ "zone a {}", "zone a { }\n" },
	{ "dmz zone m { interface dmz1 network 192.0.2.16/28; host mx = 192.0.2.20 }",
	  "dmz zone m { interface dmz1; network 192.0.2.16/28; host mx = 192.0.2.20 }\n" },
	{ "internal zone b { interface wan0 ipsec reqid 7\nnot ipsec\n\nspoofing allow;; }",
	  "internal zone b { interface wan0; ipsec reqid 7; not ipsec; spoofing allow }\n" },
	{ "zone n { network from interface interface x }",
	  "zone n { network from interface; interface x }\n" },
	{ "zone n { network from, from interface host from = from }",
	  "zone n { network from, from interface; host from = from }\n" },
	{ "zone i { interface \"vl*\", \"eth0\", \"eth0.1\", 6rd, 007, any, dmz, \"1-2\" }",
	  "zone i { interface \"vl*\", eth0, \"eth0.1\", 6rd, 007, any, dmz, \"1-2\" }\n" },
	{ "masquerade a, b -> c", "masquerade a, b -> c\n" },
	{ "masquerade a -> c ipv6;masquerade a -> c all",
	  "masquerade a -> c ipv6\nmasquerade a -> c all\n" },
	{ "snat a -> b as 192.0.2.1 - 192.0.2.9",
	  "snat a -> b as 192.0.2.1-192.0.2.9\n" },
	{ "clamp-mss a -> b;clamp-mss a -> b 1400",
	  "clamp-mss a -> b\nclamp-mss a -> b 1400\n" },
	{ "publish f.w:alt as 203.0.113.5:https for x,y log",
	  "publish f.w : alt as 203.0.113.5 : https for x, y log\n" },
	{ "publish f.w : alt as 2001:db8::5 : https for x",
	  "publish f.w : alt as 2001:db8::5 : https for x\n" },
	{ "publish f.w : a as interface wan0 : b for any",
	  "publish f.w : a as interface wan0 : b for any\n" },
	{ "publish f.w : a as interface : b for any",
	  "publish f.w : a as interface : b for any\n" },
	{ "never dmz -> internal because \"x\"",
	  "never dmz -> internal because \"x\"\n" },
	{ "only a -> b : x; always a -> b : y; unspoofed a, dmz",
	  "only a -> b : x\nalways a -> b : y\nunspoofed a, dmz\n" },
	{ "expect accept i(198.51.100.7) -> f.w : https",
	  "expect accept i(198.51.100.7) -> f.w : https\n" },
	{ "expect reject a.h -> b.h : any; expect drop a -> b : x",
	  "expect reject a.h -> b.h : any\nexpect drop a -> b : x\n" },
	{ "log drops \"zw\" group 5 limit 10/second burst 3",
	  "log drops \"zw\" limit 10/second burst 3 group 5\n" },
	{ "log drops \"zw\"", "log drops \"zw\"\n" },
	{ "allow abc->fe:dead", "allow abc -> fe : dead\n" },
};

static void table(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading reading;

		reading_of(&reading, "t.zw", cases[i].text,
			   strlen(cases[i].text));
		ZW_CHECK(!reading.diags.errors, "%s: %s", cases[i].text,
			 reading_mistakes(&reading));
		ZW_CHECK(!strcmp(reading_printed(&reading), cases[i].printed),
			 "%s: printed as %s", cases[i].text,
			 reading_printed(&reading));
		reading_check_again(&reading, cases[i].text);
		reading_free(&reading);
	}
}

void suite_print(void);
void suite_print(void)
{
	static CU_TestInfo tests[] = {
		{ "canonical spelling", table },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: print", tests);
}
