/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands, in the order in which a newcomer meets them, and the
 * page that lists them. */
#include "cli/cli.h"

#define OPTION(name) (UINT64_C(1) << ZW_OPT_##name)

static const struct zw_command commands[] = {
	{ "init", "", "write a first policy for this host",
	  "zwinger init --output first.zw", OPTION(OUTPUT) | OPTION(NETNS), 0,
	  0, zw_cmd_init },
	{ "check", "POLICY", "compile a policy and prove its claims",
	  "zwinger check examples/hq.zw",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(CLAIMS) | OPTION(BATCH) | OPTION(TODAY) |
		  OPTION(STATS) | OPTION(STATEMENT) | OPTION(ADDRESSES) |
		  OPTION(SHARE),
	  1, 1, zw_cmd_check },
	{ "compile", "POLICY", "write the nftables ruleset of a policy",
	  "zwinger compile examples/hq.zw --format nft",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(OUTPUT) | OPTION(TODAY) | OPTION(STATS) |
		  OPTION(ADDRESSES),
	  1, 1, zw_cmd_compile },
	{ "plan", "POLICY", "say what applying a policy would change here",
	  "zwinger plan examples/hq.zw --netns test",
	  OPTION(GATEWAY) | OPTION(OUTPUT) | OPTION(FORMAT) | OPTION(CLAIMS) | OPTION(NETNS) |
		  OPTION(PERSIST) | OPTION(TODAY),
	  1, 1, zw_cmd_plan },
	{ "apply", "POLICY|PLAN", "prove a policy and load it into the kernel",
	  "zwinger apply examples/hq.zw --netns test",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(CLAIMS) | OPTION(NETNS) | OPTION(PERSIST) |
		  OPTION(TODAY) | OPTION(KEEP_CONNECTIONS) | OPTION(STATE) |
		  OPTION(AUDIT) | OPTION(CONFIRM) | OPTION(LOCKOUT_OK) |
		  OPTION(MANAGEMENT),
	  1, 1, zw_cmd_apply },
	{ "confirm", "", "keep what was loaded with --confirm",
	  "zwinger apply examples/branch.zw --confirm 60s --netns test && zwinger confirm --netns test",
	  OPTION(NETNS) | OPTION(STATE) | OPTION(AUDIT) | OPTION(MANAGEMENT), 0,
	  0, zw_cmd_confirm },
	{ "rollback", "[N]", "prove a former generation and load it again",
	  "zwinger rollback --netns test",
	  OPTION(FORMAT) | OPTION(NETNS) | OPTION(PERSIST) |
		  OPTION(KEEP_CONNECTIONS) | OPTION(STATE) | OPTION(AUDIT) |
		  OPTION(CONFIRM) | OPTION(LOCKOUT_OK) | OPTION(MANAGEMENT),
	  0, 1, zw_cmd_rollback },
	{ "boot", "", "load what was confirmed, or a policy that drops all",
	  "zwinger boot --netns test",
	  OPTION(NETNS) | OPTION(STATE) | OPTION(AUDIT) | OPTION(MANAGEMENT) |
		  OPTION(FORWARDING),
	  0, 0, zw_cmd_boot },
	{ "status", "", "say what is in force, and whether it should be",
	  "zwinger status --netns test",
	  OPTION(FORMAT) | OPTION(NETNS) | OPTION(STATE), 0, 0, zw_cmd_status },
	{ "audit", "[verify]", "show who loaded what, or if the trail is whole",
	  "zwinger audit verify --netns test",
	  OPTION(NETNS) | OPTION(STATE) | OPTION(AUDIT), 0, 1, zw_cmd_audit },
	{ "watch", "[POLICY]", "prove again whenever anybody changes anything",
	  "zwinger watch examples/hq.zw --netns test --once",
	  OPTION(GATEWAY) | OPTION(CLAIMS) | OPTION(NETNS) | OPTION(TODAY) | OPTION(RESTORE) |
		  OPTION(EXEC) | OPTION(ONCE) | OPTION(STATE) | OPTION(AUDIT),
	  0, 1, zw_cmd_watch },
	{ "trace", "X FLOW", "show the way of one packet, and what decides",
	  "zwinger trace examples/hq.zw 'front -> data : tcp/5432'",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(ADDRESSES), 2,
	  2, zw_cmd_trace },
	{ "matrix", "X", "show who may reach whom, with which services",
	  "zwinger matrix examples/hq.zw --service ssh",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(SERVICE) |
		  OPTION(BY) | OPTION(ASSUME) | OPTION(SPORT) |
		  OPTION(ADDRESSES),
	  1, 1, zw_cmd_matrix },
	{ "query", "X QUERY", "list the flows that pass, of those asked for",
	  "zwinger query examples/hq.zw 'from dmz where dport < 1024'",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(ADDRESSES), 2,
	  2, zw_cmd_query },
	{ "lint", "X", "find rules and names that change nothing",
	  "zwinger lint examples/hq.zw",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(CLAIMS) | OPTION(FAIL_ON) |
		  OPTION(ADDRESSES),
	  1, 1, zw_cmd_lint },
	{ "fmea", "X", "prove again with each single fault made",
	  "zwinger fmea examples/hq.zw --sample 200",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(FAIL_ON) |
		  OPTION(SAMPLE) | OPTION(SEED) | OPTION(MODES) |
		  OPTION(ADDRESSES),
	  1, 1, zw_cmd_fmea },
	{ "report", "POLICY", "write the acceptance record of a policy",
	  "zwinger report examples/hq.zw -o build/record",
	  OPTION(GATEWAY) | OPTION(OUTPUT) | OPTION(LAB) | OPTION(LANG) | OPTION(KEEP) |
		  OPTION(SAMPLE) | OPTION(SEED) | OPTION(PROBES) |
		  OPTION(CLAIMS) | OPTION(TODAY) | OPTION(STATE) |
		  OPTION(AUDIT) | OPTION(ADDRESSES),
	  1, 1, zw_cmd_report },
	{ "diff", "X Y", "say what changes for packets from X to Y",
	  "zwinger diff examples/hq.zw examples/hq.zw",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(FAIL_ON) |
		  OPTION(ADDRESSES),
	  2, 2, zw_cmd_diff },
	{ "verify", "ZONES", "prove a zones file's claims on any ruleset",
	  "zwinger verify examples/hq.zw --live",
	  OPTION(GATEWAY) | OPTION(LIVE) | OPTION(NETNS) | OPTION(RULESET) | OPTION(DUMP) |
		  OPTION(EXACT) | OPTION(FORMAT) | OPTION(CLAIMS) |
		  OPTION(TODAY) | OPTION(STATS) | OPTION(STATEMENT) |
		  OPTION(ADDRESSES),
	  1, 1, zw_cmd_verify },
	{ "lab", "X", "test a policy or ruleset in a network of its own",
	  "zwinger lab examples/hq.zw --probes 2000",
	  OPTION(GATEWAY) | OPTION(FORMAT) | OPTION(TODAY) | OPTION(ZONES) | OPTION(CLAIMS) |
		  OPTION(ADDRESSES) | OPTION(PROBES) | OPTION(SEED) |
		  OPTION(PCAP) | OPTION(AFTER_LOAD),
	  1, 1, zw_cmd_lab },
	{ "dump", "", "write this kernel's ruleset and links to a file",
	  "zwinger dump -o gateway.dump", OPTION(OUTPUT) | OPTION(NETNS), 0, 0,
	  zw_cmd_dump },
	{ "smt", "X CLAIM", "write a claim's negation for an SMT solver",
	  "zwinger smt examples/hq.zw 'never dmz -> internal'",
	  OPTION(GATEWAY) | OPTION(TODAY) | OPTION(ZONES), 2, 2, zw_cmd_smt },
	{ "fmt", "FILE...", "put policy files in canonical layout",
	  "zwinger fmt --check tests/golden/fmt/hq.fmt",
	  OPTION(OUTPUT) | OPTION(CHECK), 1, -1, zw_cmd_fmt },
	{ "services", "[NAME...]", "list the services that policies may name",
	  "zwinger services dns https", 0, 0, -1, zw_cmd_services },
	{ "explain", "[CODE]", "explain a diagnostic by its code",
	  "zwinger explain Z4001", 0, 0, 1, zw_cmd_explain },
	{ "help", "[COMMAND]", "explain a command", "zwinger help check", 0, 0,
	  1, zw_cmd_help },
};

const struct zw_command *zw_commands(size_t *n)
{
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}

void zw_help_all(struct zw_buf *out)
{
	size_t i, n;
	const struct zw_command *c = zw_commands(&n);

	zw_buf_puts(out,
		    "zwinger: zone policies, proved before they are loaded\n\n"
		    "Usage: zwinger COMMAND [options] ...\n\nCommands:\n");
	for (i = 0; i < n; i++)
		zw_buf_printf(out, "  %-9s %-10s %s\n", c[i].name,
			      c[i].operands, c[i].summary);
	zw_buf_puts(
		out,
		"\n'zwinger COMMAND --help' explains one.\n\n"
		"Exit status: 0 proved, done; 1 a claim is refuted; 2 the "
		"policy, a file or the\ncommand line is wrong; 3 undecided; "
		"4 the kernel or the system refused; 5 differs.\n");
}
