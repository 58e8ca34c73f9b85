/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoded ruleset's text, without the elements of sets that change outside
 * transactions. */
#include "cli/live_digest.h"

#include "base/sha256.h"
#include "cli/confined.h"
#include "cli/input.h"
#include "verifier/ruleset.h"

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER 2
#endif

/* A copy of RULESET that shares all but what is taken out. */
static struct zw_ruleset lasting(struct zw_arena *arena,
				 const struct zw_ruleset *ruleset)
{
	struct zw_ruleset out = *ruleset;
	size_t i;

	out.sets.v = ZW_NEW_ARRAY(arena, struct zw_set, ruleset->sets.n);
	for (i = 0; i < out.sets.n; i++) {
		struct zw_set *set = &out.sets.v[i];

		*set = ruleset->sets.v[i];
		if (!(set->flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT)))
			continue;
		set->elements.n = 0;
		set->has_catchall = false;
	}
	out.tables.v = ZW_NEW_ARRAY(arena, struct zw_table, ruleset->tables.n);
	for (i = 0; i < out.tables.n; i++) {
		out.tables.v[i] = ruleset->tables.v[i];
		out.tables.v[i].flags &= ~(u32)NFT_TABLE_F_OWNER;
	}
	return out;
}

struct digesting {
	const void *dump;
	size_t n;
	struct zw_str digest;
};

static void digest_step(struct zw_cli *cli, void *context)
{
	struct digesting *d = context;
	struct zw_buf bytes = { 0 }, text = { 0 };
	const struct zw_ruleset *ruleset;
	struct zw_ruleset kept;
	u8 digest[ZW_SHA256_BYTES];
	char hex[ZW_SHA256_TEXT];

	zw_buf_add(&bytes, d->dump, d->n);
	ruleset = zw_input_decode(cli, &bytes);
	zw_buf_free(&bytes);
	if (!ruleset)
		return;
	kept = lasting(cli->arena, ruleset);
	zw_ruleset_print(&text, &kept);
	zw_sha256(text.data, text.n, digest);
	zw_buf_free(&text);
	d->digest = zw_strf(cli->arena, "%s", zw_sha256_text(digest, hex));
}

struct zw_str zw_live_digest(struct zw_cli *cli, const void *dump, size_t n)
{
	struct digesting d = { dump, n, { 0 } };

	zw_confined(cli, digest_step, &d, sizeof(d));
	return d.digest;
}
