/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The product's own path from a policy file to the kernel, in the test's
 * process: what `zwinger apply` does but for the proof, which takes longer than
 * all the rest, so that hundreds of reloads take seconds. */
#ifndef ZW_TESTS_RELOAD_PRODUCT_H
#define ZW_TESTS_RELOAD_PRODUCT_H

#include "base/types.h"

struct zw_product;

/* Read and lay out the policy PATH; a diagnostic fails the test, and NULL is
 * returned. */
struct zw_product *zw_product_new(const char *path);
void zw_product_free(struct zw_product *product);

/* A loader in the namespace NETNS that remembers nothing between loads. */
struct zw_product_loader;
struct zw_product_loader *zw_product_loader_new(const char *netns);
void zw_product_loader_free(struct zw_product_loader *loader);

/* Bring the kernel from what it holds to PRODUCT: 0 or a negative errno.
 * *TRANSACTIONS (may be NULL) is how many it took. */
int zw_product_load(struct zw_product_loader *loader,
		    const struct zw_product *product, size_t *transactions);

/* The policy as `compile --format nft` prints it, in the usual file that
 * replaces a table; the caller frees it. */
char *zw_product_nft(const struct zw_product *product);

#endif
