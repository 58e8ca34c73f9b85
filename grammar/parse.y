/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar. Each action is one call into grammar/build.c; nothing here
 * knows what a statement means. Statement ends, free lines inside brackets and
 * the skipping after a mistake are made by grammar/layout.c, so that here a
 * statement is simply followed by END. Words that are not reserved are names
 * wherever no statement starts: see `name`. */

%define api.pure full
%define api.prefix {zw_grammar_}
%define api.token.prefix {TOKEN_}
%define api.location.type {struct zw_span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct zw_parse *parse}

%code requires {
#include "grammar/build.h"
}

%code provides {
int zw_grammar_lex(ZW_GRAMMAR_STYPE *value, struct zw_span *span,
		   struct zw_parse *parse);
}

%code {
static void zw_grammar_error(struct zw_span *span, struct zw_parse *parse,
			     const char *message)
{
	zw_build_exhausted(parse, *span, message);
}

#define YYLLOC_DEFAULT(result, rhs, n)                                      \
	((result) = (n) ? zw_build_span(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) \
			: zw_build_span_behind(YYRHSLOC(rhs, 0)))
}

%union {
	struct zw_ast_name word;
	struct zw_ip ip;
	u64 number;
	int token;
	bool flag;
	struct zw_build_number optional;
	struct zw_ast_stmt *stmt;
	struct zw_ast_side *side;
	struct zw_ast_term *term;
	struct zw_ast_addr *addr;
	zw_ast_addrs *addrs;
	struct zw_ast_service *service;
	zw_ast_services *services;
	struct zw_ast_port_range ports;
	struct zw_ast_option *option;
	zw_ast_options *options;
	struct zw_ast_member *member;
}

%token <word> NAME "a name"
%token <word> STRING "a text in double quotes"
%token <word> DIGITS_NAME "a name that starts with a digit"
%token <word> DATE "a date"
%token <ip> ADDRESS "an address"
%token <number> NUMBER "a number"
%token END "the end of the statement"
%token UNCLOSED "an unclosed bracket"
%token ARROW "->" COMMA "," COLON ":" EQUALS "=" SLASH "/" DASH "-" DOT "."
%token SEMICOLON ";" STAR "*"
%token OPEN_PAREN "(" CLOSE_PAREN ")" OPEN_BRACE "{" CLOSE_BRACE "}"

%token <word> ACCEPT "accept" ALL "all" ALLOW "allow"
%token <word> ALLOW_EMPTY "allow-empty" ALWAYS "always" ANY "any" AS "as"
%token <word> BECAUSE "because" BETWEEN "between" BURST "burst"
%token <word> CLAMP_MSS "clamp-mss"
%token <word> CONNECTIONS "connections" COUNT "count" DAY "day"
%token <word> DEFINE "define" DENY "deny" DMZ "dmz" DROP "drop" DROPS "drops"
%token <word> DURING "during" EXCEPT "except" EXPECT "expect"
%token <word> EXTERNAL "external" FILE "file" FOR "for" FROM "from"
%token <word> GATEWAY "gateway" GROUP "group" HOST "host" HOUR "hour"
%token <word> INCLUDE "include" INTERFACE "interface" INTERNAL "internal"
%token <word> IPSEC "ipsec" IPV6 "ipv6" LIMIT "limit" LINK "link" LOG "log"
%token <word> MASQUERADE "masquerade" MINUTE "minute" NETWORK "network"
%token <word> NEVER "never" NOT "not" ONLY "only" OWNER "owner" PER "per"
%token <word> PUBLISH "publish" REJECT "reject" REQID "reqid"
%token <word> SECOND "second" SELF "self" SERVICE "service" SNAT "snat"
%token <word> SOURCE "source" SPOOFING "spoofing" TICKET "ticket"
%token <word> UNSPOOFED "unspoofed" UNTIL "until" ZONE "zone"

%nterm <stmt> statement zone members bindings gateways
%nterm <token> verb nat_families verdict zone_kind unit
%nterm <side> side terms
%nterm <term> term who hosts
%nterm <addrs> addrs networks as_address public_address
%nterm <addr> addr network literal
%nterm <services> services opt_services
%nterm <service> service port_list
%nterm <ports> ports
%nterm <options> options drop_options
%nterm <option> option drop_option
%nterm <member> member interfaces binding
%nterm <word> name word interface_name opt_string
%nterm <flag> allow_empty per_source
%nterm <optional> burst group size reqid code

/* `network from interface` is what it says, never a define called `from` and
 * then another member. */
%precedence FROM
%precedence INTERFACE

%%

file:
	%empty
|	file statement END	{ zw_build_statement(parse, $2, @2); }
|	file error END		{ zw_build_failed(parse); yyerrok; }
;

statement:
	GATEWAY name
		{ $$ = zw_build_named(parse, ZW_AST_GATEWAY, @1, &$2); }
|	GATEWAY name OPEN_BRACE bindings CLOSE_BRACE
		{ $$ = zw_build_gateway($4, @1, &$2); }
|	LINK name BETWEEN gateways
		{ $$ = zw_build_link($4, @1, &$2); }
|	INCLUDE STRING
		{ $$ = zw_build_named(parse, ZW_AST_INCLUDE, @1, &$2); }
|	DEFINE name EQUALS addrs
		{ $$ = zw_build_define(parse, @1, &$2, $4); }
|	SERVICE name EQUALS services
		{ $$ = zw_build_service(parse, @1, &$2, $4); }
|	zone
|	verb side ARROW side opt_services options
		{ $$ = zw_build_flow(parse, $1, @1, $2, $4, $5, $6); }
|	EXPECT verdict side ARROW side opt_services options
		{ $$ = zw_build_flow(parse, TOKEN_EXPECT, @1, $3, $5, $6, $7);
		  zw_build_verdict($$, $2); }
|	UNSPOOFED side options
		{ $$ = zw_build_flow(parse, TOKEN_UNSPOOFED, @1, $2, NULL, NULL, $3); }
|	MASQUERADE side ARROW side nat_families
		{ $$ = zw_build_masquerade(parse, @1, $2, $4, $5); }
|	SNAT side ARROW side AS as_address
		{ $$ = zw_build_snat(parse, @1, $2, $4, $6); }
|	CLAMP_MSS side ARROW side size
		{ $$ = zw_build_clamp_mss(parse, @1, $2, $4, $5); }
|	PUBLISH term COLON services AS public_address COLON services FOR side options
		{ $$ = zw_build_publish(parse, @1, $2, $4, $10, $11);
		  zw_build_publish_as($$, $6, $8); }
|	LOG DROPS STRING drop_options
		{ $$ = zw_build_log_drops(parse, @1, @2, &$3, $4); }
;

verb:
	ALLOW	{ $$ = TOKEN_ALLOW; }
|	DENY	{ $$ = TOKEN_DENY; }
|	REJECT	{ $$ = TOKEN_REJECT; }
|	NEVER	{ $$ = TOKEN_NEVER; }
|	ONLY	{ $$ = TOKEN_ONLY; }
|	ALWAYS	{ $$ = TOKEN_ALWAYS; }
;

verdict:
	ACCEPT	{ $$ = TOKEN_ACCEPT; }
|	DROP	{ $$ = TOKEN_DROP; }
|	REJECT	{ $$ = TOKEN_REJECT; }
;

nat_families:
	%empty	{ $$ = 0; }
|	IPV6	{ $$ = TOKEN_IPV6; }
|	ALL	{ $$ = TOKEN_ALL; }
;

size:
	%empty	{ $$ = zw_build_no_number(); }
|	NUMBER	{ $$ = zw_build_number(parse, $1, @1); }
;

/* ---- zones ---- */

zone:
	ZONE name OPEN_BRACE members CLOSE_BRACE
		{ $$ = zw_build_zone($4, 0, @1, &$2); }
|	zone_kind ZONE name OPEN_BRACE members CLOSE_BRACE
		{ $$ = zw_build_zone($5, $1, @1, &$3); }
;

zone_kind:
	EXTERNAL	{ $$ = TOKEN_EXTERNAL; }
|	DMZ		{ $$ = TOKEN_DMZ; }
|	INTERNAL	{ $$ = TOKEN_INTERNAL; }
;

members:
	%empty			{ $$ = zw_build_new_zone(parse); }
|	members SEMICOLON
|	members member		{ $$ = zw_build_add_member(parse, $1, $2, @2); }
;

member:
	INTERFACE interfaces	{ $$ = $2; }
|	NETWORK networks
		{ $$ = zw_build_member(parse, ZW_MEMBER_NETWORK, NULL, $2); }
|	HOST name EQUALS addrs
		{ $$ = zw_build_member(parse, ZW_MEMBER_HOST, &$2, $4); }
|	IPSEC reqid
		{ $$ = zw_build_ipsec(parse, $2); }
|	NOT IPSEC
		{ $$ = zw_build_member(parse, ZW_MEMBER_NOT_IPSEC, NULL, NULL); }
|	SPOOFING ALLOW
		{ $$ = zw_build_member(parse, ZW_MEMBER_SPOOFING_ALLOW, NULL, NULL); }
;

reqid:
	%empty		{ $$ = zw_build_no_number(); }
|	REQID NUMBER	{ $$ = zw_build_number(parse, $2, @2); }
;

interfaces:
	interface_name
		{ $$ = zw_build_interface(parse, NULL, &$1, @1); }
|	interfaces COMMA interface_name
		{ $$ = zw_build_interface(parse, $1, &$3, @3); }
;

interface_name:
	name
|	STRING
|	DIGITS_NAME
|	NUMBER	{ $$ = zw_build_word_of_span(parse, @1); }
|	ANY | SELF | EXTERNAL | DMZ | INTERNAL | EXCEPT | ALL | IPV6
;

networks:
	network			{ $$ = zw_build_addr_list(parse, NULL, $1); }
|	networks COMMA network	{ $$ = zw_build_addr_list(parse, $1, $3); }
;

network:
	addr
|	FROM INTERFACE
		{ $$ = zw_build_addr(parse, ZW_ADDR_FROM_INTERFACE, NULL, @$); }
;

/* ---- gateways ---- */

bindings:
	%empty			{ $$ = zw_build_new_gateway(parse); }
|	bindings SEMICOLON
|	bindings binding	{ $$ = zw_build_add_member(parse, $1, $2, @2); }
;

binding:
	INTERFACE name EQUALS interfaces
		{ $$ = zw_build_binding($4, &$2); }
|	INTERFACE name EQUALS interfaces IPSEC reqid
		{ $$ = zw_build_binding_ipsec(zw_build_binding($4, &$2), $6); }
|	INTERFACE name EQUALS interfaces NOT IPSEC
		{ $$ = zw_build_binding_not_ipsec(zw_build_binding($4, &$2)); }
;

gateways:
	name			{ $$ = zw_build_linked(parse, NULL, &$1); }
|	gateways COMMA name	{ $$ = zw_build_linked(parse, $1, &$3); }
;

/* ---- addresses ---- */

addrs:
	addr			{ $$ = zw_build_addr_list(parse, NULL, $1); }
|	addrs COMMA addr	{ $$ = zw_build_addr_list(parse, $1, $3); }
;

addr:
	literal
|	name
		{ $$ = zw_build_addr(parse, ZW_ADDR_NAME, &$1, @$); }
|	FILE STRING allow_empty
		{ $$ = zw_build_file(parse, &$2, $3, @$); }
;

allow_empty:
	%empty		{ $$ = false; }
|	ALLOW_EMPTY	{ $$ = true; }
;

literal:
	ADDRESS
		{ $$ = zw_build_range(parse, $1, $1, @$); }
|	ADDRESS DASH ADDRESS
		{ $$ = zw_build_range(parse, $1, $3, @$); }
|	ADDRESS SLASH NUMBER
		{ $$ = zw_build_prefix(parse, $1, $3, @3, @$); }
;

as_address:
	literal	{ $$ = zw_build_addr_list(parse, NULL, $1); }
|	name
		{ $$ = zw_build_as(parse, ZW_ADDR_NAME, &$1, @$); }
;

public_address:
	as_address
|	INTERFACE interface_name
		{ $$ = zw_build_as(parse, ZW_ADDR_INTERFACE, &$2, @$); }
;

/* ---- sides ---- */

side:
	terms
		{ $$ = zw_build_side($1, NULL, @$); }
|	terms EXCEPT terms
		{ $$ = zw_build_side($1, $3, @$); }
;

terms:
	term			{ $$ = zw_build_terms(parse, NULL, $1); }
|	terms COMMA term	{ $$ = zw_build_terms(parse, $1, $3); }
;

term:
	who		{ $$ = zw_build_term($1, @$); }
|	who OPEN_PAREN addrs CLOSE_PAREN
		{ $$ = zw_build_narrowed(parse, $1, $3, @$); }
|	who DOT name
		{ $$ = zw_build_hosts($1, zw_build_host(parse, NULL, &$3), @$); }
|	who DOT OPEN_BRACE hosts CLOSE_BRACE
		{ $$ = zw_build_hosts($1, $4, @$); }
;

hosts:
	name			{ $$ = zw_build_host(parse, NULL, &$1); }
|	hosts COMMA name	{ $$ = zw_build_host(parse, $1, &$3); }
;

who:
	name		{ $$ = zw_build_who(parse, ZW_WHO_NAME, &$1); }
|	ANY		{ $$ = zw_build_who(parse, ZW_WHO_ANY, &$1); }
|	SELF		{ $$ = zw_build_who(parse, ZW_WHO_SELF, &$1); }
|	EXTERNAL	{ $$ = zw_build_who(parse, ZW_WHO_EXTERNAL, &$1); }
|	DMZ		{ $$ = zw_build_who(parse, ZW_WHO_DMZ, &$1); }
|	INTERNAL	{ $$ = zw_build_who(parse, ZW_WHO_INTERNAL, &$1); }
;

/* ---- services ---- */

opt_services:
	%empty			{ $$ = NULL; }
|	COLON services		{ $$ = $2; }
;

services:
	service			{ $$ = zw_build_services(parse, NULL, $1); }
|	services COMMA service	{ $$ = zw_build_services(parse, $1, $3); }
;

service:
	name
		{ $$ = zw_build_service_name(parse, ZW_SERVICE_NAME, &$1); }
|	ANY
		{ $$ = zw_build_service_name(parse, ZW_SERVICE_ANY, &$1); }
|	name SLASH NUMBER
		{ $$ = zw_build_numbered(parse, &$1, $3, @3, @$); }
|	name SLASH NUMBER DASH NUMBER
		{ $$ = zw_build_one_range(parse, &$1, zw_build_ports(parse, $3, $5, zw_build_span(@3, @5)), @$); }
|	name SLASH OPEN_BRACE port_list CLOSE_BRACE
		{ $$ = zw_build_port_list(parse, &$1, $4, @$); }
|	name SLASH NUMBER SLASH NUMBER
		{ $$ = zw_build_type_code(parse, &$1, zw_build_word_of_span(parse, @3), zw_build_number(parse, $5, @5), @$); }
|	name SLASH name code
		{ $$ = zw_build_type_code(parse, &$1, $3, $4, @$); }
;

code:
	%empty		{ $$ = zw_build_no_number(); }
|	SLASH NUMBER	{ $$ = zw_build_number(parse, $2, @2); }
;

port_list:
	ports			{ $$ = zw_build_add_ports(parse, NULL, $1); }
|	port_list COMMA ports	{ $$ = zw_build_add_ports(parse, $1, $3); }
;

ports:
	NUMBER			{ $$ = zw_build_ports(parse, $1, $1, @$); }
|	NUMBER DASH NUMBER	{ $$ = zw_build_ports(parse, $1, $3, @$); }
;

/* ---- options ---- */

options:
	%empty		{ $$ = zw_build_no_options(parse); }
|	options option	{ $$ = zw_build_add_option(parse, $1, $2, @2); }
;

option:
	LIMIT NUMBER SLASH unit burst per_source
		{ $$ = zw_build_limit(parse, $2, $4, $5, $6); }
|	LIMIT CONNECTIONS NUMBER PER SOURCE
		{ $$ = zw_build_connections(parse, $3, @3); }
|	LOG opt_string group
		{ $$ = zw_build_log(parse, &$2, $3); }
|	COUNT opt_string
		{ $$ = zw_build_text(parse, ZW_OPTION_COUNT, &$2); }
|	DURING STRING
		{ $$ = zw_build_text(parse, ZW_OPTION_DURING, &$2); }
|	UNTIL DATE
		{ $$ = zw_build_until(parse, &$2); }
|	OWNER STRING
		{ $$ = zw_build_text(parse, ZW_OPTION_OWNER, &$2); }
|	TICKET STRING
		{ $$ = zw_build_text(parse, ZW_OPTION_TICKET, &$2); }
|	BECAUSE STRING
		{ $$ = zw_build_text(parse, ZW_OPTION_BECAUSE, &$2); }
;

unit:
	SECOND	{ $$ = ZW_PER_SECOND; }
|	MINUTE	{ $$ = ZW_PER_MINUTE; }
|	HOUR	{ $$ = ZW_PER_HOUR; }
|	DAY	{ $$ = ZW_PER_DAY; }
;

burst:
	%empty		{ $$ = zw_build_no_number(); }
|	BURST NUMBER	{ $$ = zw_build_wide_number($2); }
;

per_source:
	%empty		{ $$ = false; }
|	PER SOURCE	{ $$ = true; }
;

opt_string:
	%empty		{ $$ = zw_build_no_word(); }
|	STRING
;

group:
	%empty		{ $$ = zw_build_no_number(); }
|	GROUP NUMBER	{ $$ = zw_build_number(parse, $2, @2); }
;

drop_options:
	%empty				{ $$ = zw_build_no_options(parse); }
|	drop_options drop_option
		{ $$ = zw_build_add_option(parse, $1, $2, @2); }
;

drop_option:
	LIMIT NUMBER SLASH unit burst
		{ $$ = zw_build_limit(parse, $2, $4, $5, false); }
|	GROUP NUMBER
		{ $$ = zw_build_group(parse, zw_build_number(parse, $2, @2)); }
;

/* ---- names: every word that is not reserved ---- */

name:
	word
|	FROM
;

word:
	NAME | ACCEPT | ALLOW | ALLOW_EMPTY | ALWAYS | AS | BECAUSE | BETWEEN
|	BURST | CLAMP_MSS | CONNECTIONS | COUNT | DAY | DEFINE | DENY | DROP
|	DROPS | DURING | EXPECT | FILE | FOR | GATEWAY | GROUP | HOST | HOUR
|	INCLUDE | INTERFACE | IPSEC | LIMIT | LINK | LOG | MASQUERADE | MINUTE
|	NETWORK
|	NEVER | NOT | ONLY | OWNER | PER | PUBLISH | REJECT | REQID | SECOND
|	SERVICE | SNAT | SOURCE | SPOOFING | TICKET | UNSPOOFED | UNTIL | ZONE
;

%%

/* Tell grammar/report.c what was found and what could have stood there. */
static int yyreport_syntax_error(const yypcontext_t *context,
				 struct zw_parse *parse)
{
	enum { MOST = YYNTOKENS };
	yysymbol_kind_t kinds[MOST];
	const char *expected[MOST];
	int i, n = yypcontext_expected_tokens(context, kinds, MOST);

	if (n < 0) /* no memory: yyparse() says so */
		return n;
	for (i = 0; i < n; i++)
		expected[i] = yysymbol_name(kinds[i]);
	zw_report_syntax(parse, parse->layout.last, expected, (size_t)n);
	return 0;
}
