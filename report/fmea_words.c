/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults and effects in words. */
#include "base/assert.h"
#include "report/fmea.h"

static const struct {
	const char *many;
	const char *one; /* with the fault's own words in place of %s */
} modes[] = {
	[ZW_FAULT_TABLE_LOST] = { "tables lost", "%s is lost" },
	[ZW_FAULT_CHAIN_LOST] = { "base chains lost", "%s is lost" },
	[ZW_FAULT_POLICY_FLIPPED] = { "chain policies flipped",
				      "the policy of %s is flipped" },
	[ZW_FAULT_RULE_LOST] = { "rules lost", "%s is lost" },
	[ZW_FAULT_RULE_FLIPPED] = { "rules flipped",
				    "the verdict of %s is flipped" },
	[ZW_FAULT_ELEMENT_LOST] = { "set elements lost", "%s is lost" },
	[ZW_FAULT_ELEMENT_FLIPPED] = { "set elements flipped",
				       "the verdict of %s is flipped" },
	[ZW_FAULT_SPOOFING_LOST] = { "anti-spoofing entries lost",
				     "%s is lost" },
	[ZW_FAULT_ACCEPT_ADDED] = { "foreign accepts",
				    "a foreign accept in front of %s" },
	[ZW_FAULT_DNAT_ADDED] = { "foreign DNAT", "a foreign DNAT to %s" },
	[ZW_FAULT_NOTRACK_ADDED] = { "foreign notrack",
				     "a foreign notrack for %s" },
	[ZW_FAULT_CONNTRACK_OFF] = { "connection tracking off", "%s is off" },
	[ZW_FAULT_DEFRAGMENTATION_OFF] = { "defragmentation off", "%s is off" },
	[ZW_FAULT_INTERFACE_RENAMED] = { "interfaces renamed",
					 "%s has another name" },
	[ZW_FAULT_INTERFACES_SWAPPED] = { "interfaces swapped",
					  "%s have each other's names" },
	[ZW_FAULT_INTERFACE_BRIDGED] = { "interfaces bridged",
					 "%s is a port of a bridge" },
	[ZW_FAULT_NETWORK_WRONG] = { "networks mis-stated",
				     "%s are twice as large as stated" },
};
_Static_assert(sizeof(modes) / sizeof(modes[0]) == ZW_FAULT_MODES,
	       "every mode has its words");

static const char *const effects[] = {
	[ZW_EFFECT_ISOLATION] =
		"ends the isolation: a forbidden flow from a DMZ to an internal zone passes",
	[ZW_EFFECT_SAFETY] = "lets something else pass that a claim forbids",
	[ZW_EFFECT_DOUBT] = "leaves a claim without a proof",
	[ZW_EFFECT_SERVICE] = "refuses what a claim wants",
	[ZW_EFFECT_MORE] =
		"breaks no claim, but lets more pass than the policy says",
	[ZW_EFFECT_LESS] =
		"breaks no claim, but lets less pass than the policy says",
	[ZW_EFFECT_NONE] = "changes nothing",
};
_Static_assert(sizeof(effects) / sizeof(effects[0]) == ZW_EFFECTS,
	       "every effect has its words");

const char *zw_fault_mode_words(enum zw_fault_mode mode)
{
	ZW_ASSERT(mode < ZW_FAULT_MODES);
	return modes[mode].many;
}

const char *zw_effect_words(enum zw_effect effect)
{
	ZW_ASSERT(effect < ZW_EFFECTS);
	return effects[effect];
}

void zw_fault_text(struct zw_buf *out, const struct zw_fault *fault)
{
	const char *form = modes[fault->mode].one;
	const char *gap = strstr(form, "%s");

	ZW_ASSERT(gap);
	zw_buf_add(out, form, (size_t)(gap - form));
	zw_buf_add_escaped(out, fault->what);
	zw_buf_puts(out, gap + 2);
}
