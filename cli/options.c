/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options, and getopt_long over the ones a command takes. An
 * option that exists elsewhere says so; one that exists nowhere earns the
 * nearest as a suggestion. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct option_info {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: takes none */
	const char *summary;
	bool repeats; /* may be given several times */
};

static const struct option_info infos[] = {
	[ZW_OPT_FORMAT] = { "format", 0, "FORMAT", "form of the answer" },
	[ZW_OPT_OUTPUT] = { "output", 'o', "FILE",
			    "write the answer to FILE, whole or not at all" },
	[ZW_OPT_CLAIMS] = { "claims", 0, "FILE",
			    "claims to prove beside the policy's own" },
	[ZW_OPT_BATCH] = { "batch", 0, "FILE",
			   "prove these netlink bytes, not the compiler's" },
	[ZW_OPT_TODAY] = { "today", 0, "DATE",
			   "the day that 'until' is compared with" },
	[ZW_OPT_NETNS] = { "netns", 0, "NAME",
			   "the network namespace /run/netns/NAME" },
	[ZW_OPT_PERSIST] = { "persist", 0, NULL,
			     "make a new table one that a process can own later" },
	[ZW_OPT_KEEP_CONNECTIONS] = { "keep-connections", 0, NULL,
				      "list connections that are forbidden now, end none" },
	[ZW_OPT_RESTORE] = { "restore", 0, NULL,
			     "load the policy again when a claim falls" },
	[ZW_OPT_ONCE] = { "once", 0, NULL,
			  "look once and leave with what that says" },
	[ZW_OPT_EXEC] = { "exec", 0, "COMMAND",
			  "run this in a shell when a claim falls" },
	[ZW_OPT_STATS] = { "stats", 0, NULL,
			   "figures: sizes, and the longest paths of packets" },
	[ZW_OPT_STATEMENT] = { "statement", 0, NULL,
			       "print what is proved: zones, rules, claims" },
	[ZW_OPT_CHECK] = { "check", 0, NULL,
			   "write nothing; status 5 if a file would change" },
	[ZW_OPT_FAIL_ON] = { "fail-on", 0, "WHAT",
			     "what is reason enough to fail" },
	[ZW_OPT_LIVE] = { "live", 0, NULL, "what this kernel holds now" },
	[ZW_OPT_RULESET] = { "ruleset", 0, "FILE",
			     "text of nft; may be given several times", true },
	[ZW_OPT_DUMP] = { "dump", 0, "FILE",
			  "a state that 'zwinger dump' wrote" },
	[ZW_OPT_EXACT] = { "exact", 0, NULL,
			   "hold the ruleset to the file's rules as well" },
	[ZW_OPT_ZONES] = { "zones", 0, "FILE",
			   "the zones of a ruleset that is no policy" },
	[ZW_OPT_SERVICE] = { "service", 0, "SERVICE",
			     "of these services alone, as in a rule" },
	[ZW_OPT_BY] = { "by", 0, "WHAT", "by 'zone', or by 'address'" },
	[ZW_OPT_ASSUME] = { "assume", 0, "unspoofed",
			    "sources are their zone's own" },
	[ZW_OPT_SPORT] = { "sport", 0, "PORT", "source port (10000)" },
	[ZW_OPT_ADDRESSES] = { "addresses", 0, "FILE",
			       "the addresses of the gateway's interfaces" },
	[ZW_OPT_GATEWAY] = { "gateway", 0, "NAME",
			     "this one of the policy's gateways" },
	[ZW_OPT_SHARE] = { "share", 0, "NUMBER/OF",
			   "of the policy's gateways one share of several" },
	[ZW_OPT_STATE] = { "state", 0, "DIR",
			   "the folder of what is kept about loads" },
	[ZW_OPT_CONFIRM] = { "confirm", 0, "TIME",
			     "take it back unless it is confirmed in time" },
	[ZW_OPT_LOCKOUT_OK] = { "lockout-ok", 0, NULL,
				"even if it ends the SSH connection it comes by" },
	[ZW_OPT_MANAGEMENT] = { "management", 0, "FILE",
				"who may reach the gateway in the worst case" },
	[ZW_OPT_FORWARDING] = { "forwarding", 0, NULL,
				"forward packets once a policy is in force" },
	[ZW_OPT_AUDIT] = { "audit", 0, "FILE", "the audit trail" },
	[ZW_OPT_PROBES] = { "probes", 0, "N", "packets to send (10000)" },
	[ZW_OPT_SEED] = { "seed", 0, "N",
			  "draw the same as a former run" },
	[ZW_OPT_PCAP] = { "pcap", 0, "FILE", "keep the packets in FILE" },
	[ZW_OPT_AFTER_LOAD] = { "after-load", 0, "COMMAND",
				"run it in the gateway, to try the lab itself" },
	[ZW_OPT_SAMPLE] = { "sample", 0, "N", "try N faults, drawn at random" },
	[ZW_OPT_LAB] = { "lab", 0, NULL, "test it in a lab as well" },
	[ZW_OPT_LANG] = { "lang", 0, "LANGUAGE", "en or de" },
	[ZW_OPT_KEEP] = { "keep", 0, "N", "keep the last N records (1)" },
	[ZW_OPT_MODES] = { "modes", 0, "MODE,...", "faults of these modes alone" },
	[ZW_OPT_COLOR] = { "color", 0, "WHEN", "auto, always or never" },
	[ZW_OPT_HELP] = { "help", 'h', NULL, "print this page" },
};
_Static_assert(sizeof(infos) / sizeof(infos[0]) == ZW_OPT_COUNT,
	       "every option has an entry");

static bool takes(const struct zw_command *command, size_t option)
{
	return option == ZW_OPT_HELP || option == ZW_OPT_COLOR ||
	       (command->options & UINT64_C(1) << option);
}

void zw_help_command(struct zw_buf *out, const struct zw_command *command)
{
	size_t i;

	zw_buf_printf(out, "zwinger %s: %s\n\nUsage: zwinger %s", command->name,
		      command->summary, command->name);
	zw_buf_printf(out, " [options] %s\n\nOptions:\n", command->operands);
	for (i = 0; i < ZW_OPT_COUNT; i++) {
		char left[64];

		if (!takes(command, i))
			continue;
		snprintf(left, sizeof(left), "%s%c%s--%s%s%s",
			 infos[i].letter ? "-" : "  ",
			 infos[i].letter ? infos[i].letter : ' ',
			 infos[i].letter ? ", " : " ", infos[i].name,
			 infos[i].argument ? " " : "",
			 infos[i].argument ? infos[i].argument : "");
		zw_buf_printf(out, "  %-22s %s\n", left, infos[i].summary);
	}
	zw_buf_printf(out, "\nExample:\n  %s\n", command->example);
}

static void unknown_option(struct zw_cli *cli, const struct zw_command *command,
			   const char *word)
{
	struct zw_str names[ZW_OPT_COUNT];
	struct zw_str near, text = zw_str_from(word);
	struct zw_diag *diag;
	size_t i, n = 0;

	while (text.n && *text.p == '-') {
		text.p++;
		text.n--;
	}
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '=')
			text.n = i;
	}
	for (i = 0; i < ZW_OPT_COUNT; i++) {
		if (takes(command, i))
			names[n++] = zw_str_from(infos[i].name);
	}
	near = zw_suggest(text, names, n);
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "'%s' has no option '%s'", command->name, word);
	if (near.n)
		zw_diag_help(&cli->diags, diag, "did you mean '--%.*s'?",
			     ZW_STR_ARG(near));
	else
		zw_diag_help(&cli->diags, diag,
			     "'zwinger %s --help' lists its options",
			     command->name);
}

static bool set_colour(struct zw_cli *cli, const char *when)
{
	if (!strcmp(when, "always"))
		cli->colour = cli->colour_out = true;
	else if (!strcmp(when, "never"))
		cli->colour = cli->colour_out = false;
	else if (strcmp(when, "auto")) {
		struct zw_diag *diag =
			zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				"--color cannot be '%s'", when);

		zw_diag_help(&cli->diags, diag, "auto, always or never");
		return false;
	}
	return true;
}

static bool check_operands(struct zw_cli *cli, const struct zw_command *command)
{
	struct zw_diag *diag;

	if (cli->values[ZW_OPT_HELP])
		return true;
	if (cli->operand_count < command->least) {
		diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			       "'%s' needs %s", command->name,
			       command->operands);
		zw_diag_help(&cli->diags, diag, "for example: %s",
			     command->example);
		return false;
	}
	if (command->most >= 0 && cli->operand_count > command->most) {
		diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			       "'%s' is one word too many for '%s'",
			       cli->operands[command->most], command->name);
		zw_diag_help(&cli->diags, diag, "for example: %s",
			     command->example);
		return false;
	}
	return true;
}

/* The option just read. One that says one thing must not say two. */
static bool keep(struct zw_cli *cli, size_t option)
{
	const char *value = optarg ? optarg : "";
	const char *before = cli->values[option];
	struct zw_diag *diag;

	cli->values[option] = value;
	zw_push(cli->arena, cli->given[option], value);
	if (!before || infos[option].repeats || !strcmp(before, value))
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "'--%s' is given twice, as '%s' and as '%s'",
		       infos[option].name, before, value);
	zw_diag_help(&cli->diags, diag, "give it once");
	return false;
}

bool zw_options_parse(struct zw_cli *cli, const struct zw_command *command,
		      int argc, char **argv)
{
	struct option longs[ZW_OPT_COUNT + 1] = { 0 };
	char letters[3 * ZW_OPT_COUNT + 2] = ":";
	size_t i, n = 0, at = 1;
	bool ok = true;
	int c;

	for (i = 0; i < ZW_OPT_COUNT; i++) {
		if (!takes(command, i))
			continue;
		longs[n++] = (struct option){
			.name = infos[i].name,
			.has_arg = infos[i].argument ? required_argument
						     : no_argument,
			.val = 256 + (int)i,
		};
		if (infos[i].letter) {
			letters[at++] = infos[i].letter;
			if (infos[i].argument)
				letters[at++] = ':';
		}
	}
	letters[at] = '\0';
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == '?') {
			unknown_option(cli, command, argv[optind - 1]);
			ok = false;
			continue;
		}
		if (c == ':') {
			struct zw_diag *diag =
				zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
					"option '%s' needs an argument",
					argv[optind - 1]);

			zw_diag_help(&cli->diags, diag,
				     "'zwinger %s --help' shows it",
				     command->name);
			ok = false;
			continue;
		}
		for (i = 0; c < 256 && i < ZW_OPT_COUNT; i++) {
			if (takes(command, i) && infos[i].letter == c) {
				c = 256 + (int)i;
				break;
			}
		}
		if (!keep(cli, (size_t)c - 256))
			ok = false;
	}
	cli->operands = argv + optind;
	cli->operand_count = argc - optind;
	if (cli->values[ZW_OPT_COLOR] &&
	    !set_colour(cli, cli->values[ZW_OPT_COLOR]))
		ok = false;
	/* After a mistake among the options the rest may have been theirs. */
	return ok && check_operands(cli, command);
}
