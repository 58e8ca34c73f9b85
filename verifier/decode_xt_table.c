/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The look-up of an extension of iptables: the first row that has its name,
 * family and revision.
 *
 * The kernel gives each structure back padded to eight bytes (nft_compat.c,
 * nft_extension_dump_info), its own pointers as zeros. */
#include <linux/netfilter/xt_u32.h>

#include "base/arena.h"
#include "verifier/decode_xt.h"

#define LARGEST (sizeof(struct xt_u32) + 64)

static const struct zw_xt_extension *find(const struct zw_xt_extension *table,
					  size_t n,
					  const struct zw_xt_blob *blob)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct zw_xt_extension *e = &table[i];

		if (zw_str_is(blob->name, e->name) &&
		    (e->family == ZW_XT_ANY || e->family == blob->family) &&
		    (e->revision == ZW_XT_ANY || e->revision == blob->revision))
			return e;
	}
	return NULL;
}

const struct zw_xt *zw_xt_decode(struct zw_arena *arena,
				 const struct zw_xt_extension *table, size_t n,
				 const struct zw_xt_blob *blob)
{
	const struct zw_xt_extension *e = find(table, n, blob);
	_Alignas(8) u8 room[LARGEST];
	size_t size = blob->info.n;
	struct zw_xt *xt;
	u8 *info = room;

	if (!e)
		return NULL;
	xt = ZW_NEW(arena, struct zw_xt);
	xt->kind = e->kind;
	xt->what = e->what;
	if (!e->read)
		return xt;
	if ((e->size && size != ((e->size + 7) & ~(size_t)7)) ||
	    size > sizeof(room))
		return NULL;
	if (e->keeps)
		info = (u8 *)ZW_NEW_ARRAY(arena, u64, size / 8 + 1);
	if (size)
		memcpy(info, blob->info.p, size);
	return e->read(xt, info) ? xt : NULL;
}
