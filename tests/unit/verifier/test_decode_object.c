/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named objects that are declared twice: the kernel updates quotas and leaves
 * other kinds as they are (nf_tables_newobj: no update operation, no change).
 */
#include <libnftnl/object.h>
#include <linux/netfilter/nf_tables.h>

#include "tests/harness/harness.h"
#include "tests/unit/verifier/batch.h"
#include "verifier/decode.h"

void suite_decode_object(void);

static void put(struct nftnl_obj *object, u32 type, const char *name)
{
	nftnl_obj_set_str(object, NFTNL_OBJ_TABLE, "t");
	nftnl_obj_set_str(object, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(object, NFTNL_OBJ_TYPE, type);
}

static void put_limit(struct zw_batch *batch, u64 rate)
{
	struct nftnl_obj *object = nftnl_obj_alloc();

	put(object, NFT_OBJECT_LIMIT, "few");
	nftnl_obj_set_u64(object, NFTNL_OBJ_LIMIT_RATE, rate);
	nftnl_obj_set_u64(object, NFTNL_OBJ_LIMIT_UNIT, 60);
	nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_BURST, 5);
	nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_obj_set_u32(object, NFTNL_OBJ_LIMIT_FLAGS, 0);
	nftnl_obj_nlmsg_build_payload(
		zw_batch_message(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE), object);
	zw_batch_put(batch);
	nftnl_obj_free(object);
}

static void put_quota(struct zw_batch *batch, u64 bytes)
{
	struct nftnl_obj *object = nftnl_obj_alloc();

	put(object, NFT_OBJECT_QUOTA, "much");
	nftnl_obj_set_u64(object, NFTNL_OBJ_QUOTA_BYTES, bytes);
	nftnl_obj_set_u32(object, NFTNL_OBJ_QUOTA_FLAGS, 0);
	nftnl_obj_nlmsg_build_payload(
		zw_batch_message(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE), object);
	zw_batch_put(batch);
	nftnl_obj_free(object);
}

static void test_again(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_ruleset ruleset = { 0 };
	struct zw_batch batch = { .family = NFPROTO_INET };
	struct zw_diags diags;
	bool ok;

	zw_diags_init(&diags, arena);
	zw_batch_begin(&batch);
	zw_batch_table(&batch, "t");
	put_limit(&batch, 10);
	put_quota(&batch, 1000);
	zw_batch_end(&batch);
	zw_batch_begin(&batch);
	put_limit(&batch, 99);
	put_quota(&batch, 2000);
	zw_batch_end(&batch);
	ok = zw_decode(arena, &diags, batch.bytes, batch.n, NULL, &ruleset);
	ZW_CHECK(ok && ruleset.objects.n == 2, "%zu objects",
		 ruleset.objects.n);
	if (ok && ruleset.objects.n == 2) {
		ZW_CHECK(ruleset.objects.v[0].expr.limit.rate == 10,
			 "the limit changed");
		ZW_CHECK(ruleset.objects.v[1].expr.quota.bytes == 2000,
			 "the quota did not change");
	}
	zw_batch_free(&batch);
	zw_arena_free(arena);
}

void suite_decode_object(void)
{
	static CU_TestInfo tests[] = {
		{ "declared again", test_again },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/decode object", tests);
}
