/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bad texts and exactly what is said about them: code, place, words. */
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/reading.h"

static const struct {
	const char *text, *mistakes;
} cases[] = {
	{ "alow a -> b", "Z0007 1:1+4 no statement starts with 'alow'\n" },
	{ "host x = 1", "Z0007 1:1+4 no statement starts with 'host'\n" },
	{ "allow office data",
	  "Z0008 1:14+4 expected '->' after 'office', found 'data'\n" },
	{ "gateway g { interface a = vl.1 }",
	  "Z0018 1:27+4 this interface name stands in quotes\n" },
	{ "gateway g { network 10.0.0.0/8 }",
	  "Z0001 1:13+7 expected '}' or 'interface' after '{', found 'network'\n" },
	{ "gateway g { interface = x }",
	  "Z0001 1:23+1 expected a zone name after 'interface', found '='\n" },
	{ "gateway g { interface a, b = x }",
	  "Z0001 1:24+1 expected '=' after 'a', found ','\n" },
	{ "gateway g { interface a = x not reqid 3 }",
	  "Z0001 1:33+5 expected 'ipsec' after 'not', found 'reqid'\n" },
	{ "gateway g { interface a = x spoofing allow }",
	  "Z0001 1:29+8 expected '}', 'interface', 'ipsec' or 'not' after 'x', found 'spoofing'\n" },
	{ "gateway { interface a = x }",
	  "Z0001 1:9+1 expected the gateway's name after 'gateway', found '{'\n" },
	{ "gateway g {\n  interface a = x\nlink a between g, h",
	  "Z0004 1:11+1 '{' is not closed\n" },
	{ "link a between",
	  "Z0001 1:15+0 expected a gateway's name after 'between', found the end of the file\n" },
	{ "link a betwen g, h",
	  "Z0001 1:8+6 expected 'between' after 'a', found 'betwen'\n" },
	{ "link a, b between g, h",
	  "Z0001 1:7+1 expected 'between' after 'a', found ','\n" },
	{ "allow a => b", "Z0008 1:9+1 expected '->' after 'a', found '='\n" },
	{ "allow a - > b", "Z0008 1:9+1 expected '->' after 'a', found '-'\n" },
	{ "allow a -> b : http limit 5/sec",
	  "Z0001 1:29+3 expected 'day', 'hour', 'minute' or 'second' after '/', found 'sec'\n" },
	{ "allow a -> b log \"x\" count log \"y\"",
	  "Z0009 1:28+7 an option is given twice: 'log \"y\"'\n" },
	{ "only a -> b", "Z0013 1:1+11 'only' needs services\n" },
	{ "expect drop a -> b", "Z0013 1:1+18 'expect' needs services\n" },
	{ "zone any { interface x }",
	  "Z0014 1:6+3 'any' is a reserved word and no name\n" },
	{ "zone x\n\n# so\n{\n  interface y\n}\nallow a b",
	  "Z0017 4:1+1 '{' does not stand on its statement's line\n"
	  "Z0008 7:9+1 expected '->' after 'a', found 'b'\n" },
	{ "zone q { interface eth0.100 }",
	  "Z0018 1:20+8 this interface name stands in quotes\n" },
	{ "zone q { interface vl* network 10.0.0.0/8 }",
	  "Z0018 1:20+3 this interface name stands in quotes\n" },
	{ "zone q { interfaces lan0 }",
	  "Z0001 1:10+10 expected '}' or a member of the zone after '{', found 'interfaces'\n" },
	{ "allow a(10.0.0.256) -> b",
	  "Z0012 1:9+10 not an address: '10.0.0.256'\n" },
	{ "allow a(10.0.0.0/33) -> b",
	  "Z0012 1:18+2 an IPv4 prefix has at most 32 bits, not 33\n" },
	{ "define x = fd00::/129",
	  "Z0012 1:19+3 an IPv6 prefix has at most 128 bits, not 129\n" },
	{ "define x = 10.0.0.1-fd00::1",
	  "Z0012 1:12+16 a range from one family to the other: '10.0.0.1-fd00::1'\n" },
	{ "publish a.b : http as 2001:db8::1: http for x",
	  "Z0012 1:23+12 not an address: '2001:db8::1:'\n" },
	{ "publish a.b : http as 2001:db8::1:http for x",
	  "Z0012 1:23+16 not an address: '2001:db8::1:http'\n" },
	{ "allow a -> b : tcp/https",
	  "Z0019 1:20+5 expected a port after 'tcp/', found 'https'\n" },
	{ "service x = icmp/{1, 2}",
	  "Z0019 1:13+11 'icmp/' is followed by one type, not by ports\n" },
	{ "service x = proto/gre",
	  "Z0019 1:19+3 expected a protocol number after 'proto/'\n" },
	{ "service x = tcp/80/1",
	  "Z0019 1:13+8 'tcp/' is followed by ports and no code\n" },
	{ "service x = tcp/",
	  "Z0001 1:17+0 expected an ICMP type, a port or '{' after '/', found the end of the file\n" },
	{ "allow a -> b until 2027-1-1",
	  "Z0015 1:20+8 not a date: '2027-1-1'\n" },
	{ "allow a -> b until tomorrow",
	  "Z0015 1:20+8 expected a date such as 2027-01-31, found 'tomorrow'\n" },
	{ "allow a ((x)) -> b",
	  "Z0005 1:10+1 '(' inside another bracket that takes none\n" },
	{ "allow a) -> b", "Z0004 1:8+1 ')' closes nothing\n" },
	{ "allow a(x} -> b", "Z0004 1:8+1 '(' is not closed\n" },
	{ "allow a(x -> b", "Z0004 1:8+1 '(' is not closed\n" },
	{ "allow front.{a, b -> c", "Z0004 1:13+1 '{' is not closed\n" },
	{ "allow a -> b owner netops",
	  "Z0001 1:20+6 expected a text in double quotes after 'owner', found 'netops'\n" },
	{ "allow a,\nallow b -> c\nallow d -> e",
	  "Z0008 2:7+1 expected '->' after 'allow', found 'b'\n" },
	{ "service s = tcp/99999999999999999999",
	  "Z0011 1:17+20 number too large: '99999999999999999999'\n" },
	{ "allow a -> b log group 4294967296",
	  "Z0011 1:24+10 number too large: '4294967296'\n" },
	{ "service s = tcp/{1, 4294967296}",
	  "Z0011 1:21+10 number too large: '4294967296'\n" },
	{ "allow a -> \"b\"",
	  "Z0001 1:12+3 expected a zone name after '->', found '\"b\"'\n" },
	{ "allow \303\251 -> b",
	  "Z0016 1:7+2 '\303\251' means nothing in a policy\n" },
	{ "allow a -> b log \"unclosed",
	  "Z0003 1:18+1 a text is not closed on its line\n" },
	{ "expect acept a(1.1.1.1) -> b : any",
	  "Z0001 1:8+5 expected 'accept', 'drop' or 'reject' after 'expect', found 'acept'\n" },
	{ "masquerade a -> b count",
	  "Z0001 1:19+5 expected the end of the statement, 'all' or 'ipv6' after 'b', found 'count'\n" },
	{ "zone z { network file \"x\" }",
	  "Z0020 1:18+8 'file' stands in a define only\n" },
	{ "allow a -> b c",
	  "Z0001 1:14+1 expected the end of the statement, ':' or an option after 'b', found 'c'\n" },
	{ "-> x", "Z0001 1:1+2 expected a statement, found '->'\n" },
	{ "log drop \"x\"",
	  "Z0001 1:5+4 expected 'drops' after 'log', found 'drop'\n" },
	{ "define x 10.0.0.1",
	  "Z0001 1:10+8 expected '=' after 'x', found '10.0.0.1'\n" },
	{ "define = 3",
	  "Z0001 1:8+1 expected a name after 'define', found '='\n" },
	{ "snat a -> b 1.2.3.4",
	  "Z0001 1:13+7 expected 'as' after 'b', found '1.2.3.4'\n" },
	{ "clamp-mss a -> b x",
	  "Z0001 1:18+1 expected a number or the end of the statement after 'b', found 'x'\n" },
	{ "zone z",
	  "Z0001 1:7+0 expected '{' after 'z', found the end of the file\n" },
	{ "include foo",
	  "Z0001 1:9+3 expected a text in double quotes after 'include', found 'foo'\n" },
	{ "gateway",
	  "Z0001 1:8+0 expected the gateway\'s name after 'gateway', found the end of the file\n" },
	{ "zone z { host h 1.2.3.4 }",
	  "Z0001 1:17+7 expected '=' after 'h', found '1.2.3.4'\n" },
	{ "zone z { interface a, }",
	  "Z0001 1:23+1 expected an interface name after ',', found '}'\n" },
	{ "zone z { interface a\nallow a -> b\nallow c d",
	  "Z0004 1:8+1 '{' is not closed\n"
	  "Z0008 3:9+1 expected '->' after 'c', found 'd'\n" },
	{ "zone z { interface a,\nallow a -> b",
	  "Z0004 1:8+1 '{' is not closed\n" },
	{ "zone z { interface a", "Z0004 1:8+1 '{' is not closed\n" },
	{ "zone z {\n host h = 1.2.3.4\n\ndmz zone q { interface b }",
	  "Z0004 1:8+1 '{' is not closed\n" },
	{ "} allow a -> b", "Z0004 1:1+1 '}' closes nothing\n" },
	{ "allow a -> b; allow c d; allow e -> f; alow g",
	  "Z0008 1:23+1 expected '->' after 'c', found 'd'\n"
	  "Z0007 1:40+4 no statement starts with 'alow'\n" },
	{ "allow a -> b\rallow c -> d",
	  "Z0002 1:13+1 a carriage return inside a line\n" },
	{ "allow a-> -> b",
	  "Z0001 1:11+2 expected a zone name after '->', found '->'\n" },
	{ "allow -> b",
	  "Z0001 1:7+2 expected a zone name after 'allow', found '->'\n" },
	{ "allow a ->",
	  "Z0001 1:11+0 expected a zone name after '->', found the end of the file\n" },
	{ "allow a, -> b",
	  "Z0001 1:10+2 expected a zone name after ',', found '->'\n" },
	{ "allow a.any -> b",
	  "Z0014 1:9+3 'any' is a reserved word and no name\n" },
	{ "allow a -> b : ",
	  "Z0001 1:16+0 expected a service after ':', found the end of the file\n" },
	{ "allow a -> b :: c",
	  "Z0001 1:14+2 expected the end of the statement, ':' or an option after 'b', found '::'\n" },
	{ "zone z { interface 'x' }",
	  "Z0016 1:20+1 ''' means nothing in a policy\n" },
	{ "allow a -> b until 2027-01-31 until 2027-02-28",
	  "Z0009 1:31+16 an option is given twice: 'until 2027-02-28'\n" },
	{ "allow a -> b limit connections 5",
	  "Z0001 1:33+0 expected 'per' after '5', found the end of the file\n" },
	{ "define x = 10.0.0.0/8-10.1.0.0",
	  "Z0001 1:22+1 expected the end of the statement or ',' after '8', found '-'\n" },
	{ "unspoofed a -> b",
	  "Z0001 1:13+2 expected the end of the statement or an option after 'a', found '->'\n" },
	{ "zone a { zone b { interface x } }\nallow c d",
	  "Z0001 1:10+4 expected '}' or a member of the zone after '{', found 'zone'\n"
	  "Z0008 2:9+1 expected '->' after 'c', found 'd'\n" },
	{ "zone a { interface x } zone b { interface y }",
	  "Z0001 1:24+4 expected the end of the statement after '}', found 'zone'\n" },
	{ "include \"", "Z0003 1:9+1 a text is not closed on its line\n" },
	{ "\"x\"", "Z0001 1:1+3 expected a statement, found '\"x\"'\n" },
	{ "allow 10.0.0.1 -> b",
	  "Z0001 1:7+8 expected a zone name after 'allow', found '10.0.0.1'\n" },
	{ "interface x", "Z0007 1:1+9 no statement starts with 'interface'\n" },
	{ "allow a -> b @ c @ d\nallow $x -> b",
	  "Z0016 1:14+1 '@' means nothing in a policy\n"
	  "Z0016 2:7+1 '$' means nothing in a policy\n" },
};

static void table(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading reading;

		reading_of(&reading, "t.zw", cases[i].text,
			   strlen(cases[i].text));
		ZW_CHECK(!strcmp(reading_mistakes(&reading), cases[i].mistakes),
			 "%s:\n%s", cases[i].text, reading_mistakes(&reading));
		reading_free(&reading);
	}
}

/* What stands around a mistake is read all the same. */
static void the_rest_is_read(void)
{
	static const struct {
		const char *text, *printed;
	} around[] = {
		{ "gateway a\nalow x\ngateway b", "gateway a\ngateway b\n" },
		{ "gateway a;alow x;gateway b", "gateway a\ngateway b\n" },
		{ "zone z {\n interfaces x\n host h = 1.2.3.4\n}\ngateway b",
		  "gateway b\n" },
		{ "zone z {\n interfaces x\ngateway b", "gateway b\n" },
		{ "allow a(\nallow x -> y\ngateway b", "gateway b\n" },
		{ "zone z\n{\n interface x\n}\ngateway b", "gateway b\n" },
		{ "allow a((((((\ngateway b", "gateway b\n" },
		{ "allow a))))\ngateway b", "gateway b\n" },
		{ "define x = 10.0.0.300, 10.0.0.0/40\ngateway b",
		  "gateway b\n" },
	};
	size_t i;

	for (i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		struct reading reading;

		reading_of(&reading, "t.zw", around[i].text,
			   strlen(around[i].text));
		ZW_CHECK(reading.diags.errors == 1, "%s:\n%s", around[i].text,
			 reading_mistakes(&reading));
		ZW_CHECK(!strcmp(reading_printed(&reading), around[i].printed),
			 "%s:\n%s", around[i].text, reading_printed(&reading));
		reading_free(&reading);
	}
}

void suite_mistakes(void);
void suite_mistakes(void)
{
	static CU_TestInfo tests[] = {
		{ "what is said", table },
		{ "the rest is read", the_rest_is_read },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: mistakes", tests);
}
