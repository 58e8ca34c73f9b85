/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements made at random from the grammar, with random blanks, line ends
 * and comments wherever these are free. */
#include "tests/unit/grammar/maker.h"

#include <string.h>

u32 maker_below(struct maker *maker, u32 bound)
{
	return zw_random_below(&maker->random, bound);
}

static bool maybe(struct maker *maker)
{
	return maker_below(maker, 2);
}

static void blank(struct maker *maker)
{
	static const char *const blanks[] = { " ", "  ", "\t", " \t " };

	if (maker->free_lines && !maker_below(maker, 6))
		zw_buf_puts(&maker->text, maybe(maker) ? "\n" : " # x;}\n ");
	else
		zw_buf_puts(&maker->text, blanks[maker_below(maker, 4)]);
}

static void word(struct maker *maker, const char *text)
{
	blank(maker);
	zw_buf_puts(&maker->text, text);
}

/* One of the words in LIST, which are separated by '|'. */
static void one_of(struct maker *maker, const char *list)
{
	u32 n = 1, pick;
	const char *p;

	for (p = list; *p; p++)
		n += *p == '|';
	pick = maker_below(maker, n);
	for (p = list; pick; p++)
		pick -= *p == '|';
	blank(maker);
	zw_buf_add(&maker->text, p, strcspn(p, "|"));
}

static void name(struct maker *maker)
{
	one_of(maker,
	       "a|web|office|x-1|_q|log9|from|file|limit|per|count|for|as|second|ipsec|abc|fe-ed");
}

static void number(struct maker *maker, u32 bound)
{
	blank(maker);
	zw_buf_printf(&maker->text, "%u", maker_below(maker, bound));
}

static void text(struct maker *maker)
{
	one_of(maker, "\"\"|\"x\"|\"a # b; c }\"|\"\xc3\xa9\"|\"-> \\\"");
}

static void list(struct maker *maker, void (*item)(struct maker *))
{
	u32 n = maker_below(maker, 3);

	item(maker);
	while (n--) {
		if (maybe(maker))
			blank(maker);
		zw_buf_puts(&maker->text, ",");
		if (!maker_below(maker, 5))
			zw_buf_puts(&maker->text,
				    maybe(maker) ? "\n" : "#,\r\n");
		item(maker);
	}
}

/* -- addresses -- */

static void literal(struct maker *maker)
{
	one_of(maker,
	       "10.0.0.0|192.0.2.255|0.0.0.0|255.255.255.255/32|10.0.0.0/8|10.1.2.3-10.1.2.9|1.2.3.4 / 30|1.1.1.1 - 0.0.0.0|2001:db8::1|::|::/0|fd00:1::/64|2001:DB8::A-2001:db8::F|::ffff:192.0.2.1|fe80::1/128");
}

static void address(struct maker *maker)
{
	if (maybe(maker))
		literal(maker);
	else
		name(maker);
}

static void defined(struct maker *maker)
{
	if (maker_below(maker, 4)) {
		address(maker);
		return;
	}
	word(maker, "file");
	text(maker);
	if (maybe(maker))
		word(maker, "allow-empty");
}

static void network(struct maker *maker)
{
	if (maker_below(maker, 4))
		address(maker);
	else {
		word(maker, "from");
		word(maker, "interface");
	}
}

/* -- sides -- */

static void bracketed(struct maker *maker, const char *open, const char *close,
		      void (*item)(struct maker *))
{
	zw_buf_puts(&maker->text, open);
	maker->free_lines++;
	list(maker, item);
	blank(maker);
	maker->free_lines--;
	zw_buf_puts(&maker->text, close);
}

static void term(struct maker *maker)
{
	if (maybe(maker))
		name(maker);
	else
		one_of(maker, "any|self|external|dmz|internal");
	switch (maker_below(maker, 5)) {
	case 0:
		bracketed(maker, "(", ")", address);
		break;
	case 1:
		zw_buf_putc(&maker->text, '.');
		name(maker);
		break;
	case 2:
		bracketed(maker, ".{", "}", name);
		break;
	}
}

static void side(struct maker *maker)
{
	list(maker, term);
	if (!maker_below(maker, 4)) {
		word(maker, "except");
		list(maker, term);
	}
}

static void sides(struct maker *maker)
{
	side(maker);
	if (maybe(maker))
		blank(maker);
	zw_buf_puts(&maker->text, "->");
	side(maker);
}

/* -- services -- */

static void ports(struct maker *maker)
{
	number(maker, 70000);
	if (maybe(maker)) {
		zw_buf_puts(&maker->text, maybe(maker) ? "-" : " - ");
		number(maker, 70000);
	}
}

static void service(struct maker *maker)
{
	switch (maker_below(maker, 5)) {
	case 0:
		one_of(maker, "tcp/|udp /|sctp/|udplite/");
		ports(maker);
		break;
	case 1:
		one_of(maker, "tcp/|udp/");
		bracketed(maker, "{", "}", ports);
		break;
	case 2:
		one_of(maker,
		       "icmp/8|icmpv6/nd-neighbor-solicit/0|icmp/echo-reply|icmp/3/4|proto/47|proto/0");
		break;
	case 3:
		word(maker, "any");
		break;
	default:
		name(maker);
	}
}

static void services(struct maker *maker)
{
	word(maker, ":");
	list(maker, service);
}

/* -- options -- */

static void rate(struct maker *maker)
{
	number(maker, 1000);
	zw_buf_puts(&maker->text, "/");
	one_of(maker, "second|minute|hour|day");
	if (maybe(maker)) {
		word(maker, "burst");
		number(maker, 5000);
	}
}

static void option(struct maker *maker, u32 which)
{
	static const char *const words[] = { "during", "owner", "ticket",
					     "because" };

	switch (which) {
	case 0:
		word(maker, "limit");
		rate(maker);
		if (maybe(maker))
			word(maker, "per source");
		break;
	case 1:
		word(maker, "limit connections");
		number(maker, 100);
		word(maker, "per source");
		break;
	case 2:
		word(maker, "log");
		if (maybe(maker))
			text(maker);
		if (maybe(maker)) {
			word(maker, "group");
			number(maker, 65536);
		}
		break;
	case 3:
		word(maker, "count");
		if (maybe(maker))
			text(maker);
		break;
	case 4:
		word(maker, "until 2027-01-31");
		break;
	default:
		word(maker, words[which - 5]);
		text(maker);
	}
}

static void options(struct maker *maker)
{
	u32 which, start = maker_below(maker, 9);

	for (which = 0; which < 9; which++) {
		if (!maker_below(maker, 4))
			option(maker, (start + which) % 9);
	}
}

/* -- statements -- */

static void interface(struct maker *maker)
{
	one_of(maker,
	       "eth0|\"vl*\"|\"eth0.1\"|6rd|12|any|\"x y\"|host|\"2027-01-01\"|a-b");
}

static void member(struct maker *maker)
{
	switch (maker_below(maker, 5)) {
	case 0: /* `network from interface x` would be something else */
		word(maker, ";");
		word(maker, "interface");
		list(maker, interface);
		break;
	case 1:
		word(maker, "network");
		list(maker, network);
		break;
	case 2:
		word(maker, "host");
		name(maker);
		word(maker, "=");
		list(maker, address);
		break;
	case 3:
		one_of(maker, "ipsec|ipsec reqid 5|not ipsec|spoofing allow");
		break;
	default:
		word(maker, ";");
	}
}

static void zone(struct maker *maker)
{
	u32 n = maker_below(maker, 6);

	one_of(maker, "zone|dmz zone|internal zone|external zone");
	name(maker);
	word(maker, "{");
	maker->free_lines++;
	while (n--)
		member(maker);
	blank(maker);
	maker->free_lines--;
	zw_buf_puts(&maker->text, "}");
}

static void binding(struct maker *maker)
{
	if (!maker_below(maker, 3))
		word(maker, ";");
	word(maker, "interface");
	name(maker);
	word(maker, "=");
	list(maker, interface);
	one_of(maker, "||ipsec|ipsec reqid 5|not ipsec");
}

static void gateway(struct maker *maker)
{
	u32 n = maker_below(maker, 4);

	word(maker, "gateway");
	name(maker);
	if (!maker_below(maker, 4))
		return;
	word(maker, "{");
	maker->free_lines++;
	while (n--)
		binding(maker);
	blank(maker);
	maker->free_lines--;
	zw_buf_puts(&maker->text, "}");
}

static void linked(struct maker *maker)
{
	word(maker, "link");
	name(maker);
	word(maker, "between");
	list(maker, name);
}

static void publish(struct maker *maker)
{
	word(maker, "publish");
	name(maker);
	zw_buf_puts(&maker->text, ".h");
	services(maker);
	word(maker, "as");
	if (maybe(maker)) {
		word(maker, "interface");
		interface(maker);
	} else {
		address(maker);
	}
	services(maker);
	word(maker, "for");
	side(maker);
	options(maker);
}

static void definition(struct maker *maker)
{
	bool addresses = maybe(maker);

	word(maker, addresses ? "define" : "service");
	name(maker);
	word(maker, "=");
	list(maker, addresses ? defined : service);
}

static void translation(struct maker *maker)
{
	switch (maker_below(maker, 3)) {
	case 0:
		word(maker, "masquerade");
		sides(maker);
		one_of(maker, "|ipv6|all");
		break;
	case 1:
		word(maker, "snat");
		sides(maker);
		word(maker, "as");
		address(maker);
		break;
	default:
		word(maker, "clamp-mss");
		sides(maker);
		if (maybe(maker))
			number(maker, 1500);
	}
}

static void log_drops(struct maker *maker)
{
	word(maker, "log drops");
	text(maker);
	if (maybe(maker)) {
		word(maker, "group");
		number(maker, 100);
	}
	if (maybe(maker)) {
		word(maker, "limit");
		rate(maker);
	}
}

static void rule(struct maker *maker)
{
	one_of(maker, "allow|deny|reject|never");
	sides(maker);
	if (maybe(maker))
		services(maker);
	options(maker);
}

static void claim(struct maker *maker)
{
	if (!maker_below(maker, 4)) {
		word(maker, "unspoofed");
		side(maker);
		return;
	}
	one_of(maker, "only|always|expect accept|expect drop|expect reject");
	sides(maker);
	services(maker);
}

static void statement(struct maker *maker)
{
	static void (*const kinds[])(struct maker *) = {
		zone, publish, definition, translation, log_drops,
		rule, rule,    claim,	   gateway,	linked,
	};

	kinds[maker_below(maker, 10)](maker);
	if (maybe(maker))
		blank(maker);
	zw_buf_puts(&maker->text, maybe(maker)	 ? ";"
				  : maybe(maker) ? "# end\n"
						 : "\r\n");
}

void maker_policy(struct maker *maker)
{
	u32 n = 1 + maker_below(maker, 5);

	while (n--)
		statement(maker);
}
