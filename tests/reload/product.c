/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parse, resolve, lower; dump the kernel's table; transactions; send. */
#include "tests/reload/product.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cli/transactions.h"
#include "compiler/compiler.h"
#include "compiler/emit_nft.h"
#include "grammar/grammar.h"
#include "loader/dump.h"
#include "loader/load.h"
#include "tests/harness/harness.h"

struct zw_product {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_plan *plan;
};

struct zw_product_loader {
	struct zw_socket *socket;
};

struct zw_product *zw_product_new(const char *path)
{
	struct zw_product *product = calloc(1, sizeof(*product));
	struct zw_resolve_options options = { 0 };
	struct zw_diags diags;
	struct zw_ast ast = { 0 };
	struct zw_model *model = NULL;

	ZW_ASSERT(product);
	product->arena = zw_arena_new();
	product->sources = zw_sources_new();
	zw_diags_init(&diags, product->arena);
	zw_parse_file(product->arena, product->sources, &diags, path, &ast);
	if (!diags.errors)
		model = zw_resolve(product->arena, product->sources, &diags,
				   &ast, &options);
	if (model) {
		product->plan = zw_lower(product->arena, model);
		return product;
	}
	ZW_CHECK(false, "%s: %.*s", path,
		 ZW_STR_ARG(diags.list.n ? diags.list.v[0]->message
					 : ZW_STR("")));
	zw_product_free(product);
	return NULL;
}

void zw_product_free(struct zw_product *product)
{
	if (!product)
		return;
	zw_sources_free(product->sources);
	zw_arena_free(product->arena);
	free(product);
}

struct zw_product_loader *zw_product_loader_new(const char *netns)
{
	struct zw_product_loader *loader = calloc(1, sizeof(*loader));
	int err;

	ZW_ASSERT(loader);
	err = zw_socket_open(netns, &loader->socket);
	ZW_CHECK(!err, "socket in %s: %s", netns, strerror(-err));
	return loader;
}

void zw_product_loader_free(struct zw_product_loader *loader)
{
	if (!loader)
		return;
	zw_socket_close(loader->socket);
	free(loader);
}

int zw_product_load(struct zw_product_loader *loader,
		    const struct zw_product *product, size_t *transactions)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_transactions t = { 0 };
	struct zw_load_result result;
	struct zw_transactions_options options = { 0 };
	struct zw_buf dump = { 0 };
	u32 generation;
	size_t done;
	int err;

	err = zw_dump_table(loader->socket, NFPROTO_INET, ZW_PLAN_TABLE, &dump,
			    &generation);
	if (!err) {
		options.room = zw_socket_enlarge(loader->socket, 64u << 20);
		zw_transactions_make(arena, product->plan,
				     (const u8 *)dump.data, dump.n, &options,
				     &t);
		zw_load_batches(arena, loader->socket, (const u8 *)t.bytes.data,
				t.bytes.n, &generation, &done, &result);
		err = result.error;
	}
	if (transactions)
		*transactions = t.list.n;
	zw_buf_free(&t.bytes);
	zw_buf_free(&dump);
	zw_arena_free(arena);
	return err;
}

char *zw_product_nft(const struct zw_product *product)
{
	struct zw_buf text = { 0 };
	char *copy;

	zw_buf_puts(&text, "add table inet " ZW_PLAN_TABLE
			   "\ndelete table inet " ZW_PLAN_TABLE "\n");
	zw_emit_nft(&text, product->plan, 0);
	copy = strdup(text.data);
	ZW_ASSERT(copy);
	zw_buf_free(&text);
	return copy;
}
