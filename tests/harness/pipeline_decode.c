/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stage that belongs to the verifier: bytes to a ruleset. Apart from the
 * others, since the words of the two sides are not meant to meet. */
#include "tests/harness/pipeline.h"
#include "verifier/decode.h"

void zw_pipeline_decode(struct zw_pipeline *p)
{
	struct zw_ruleset *ruleset = ZW_NEW(p->arena, struct zw_ruleset);

	p->ruleset = ruleset;
	p->valid = zw_decode(p->arena, &p->diags, (const u8 *)p->bytes.data,
			     p->bytes.n, NULL, ruleset);
}
