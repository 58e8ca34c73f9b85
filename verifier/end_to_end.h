/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims over all gateways of a network: where packets of one zone can come to
 * in another, from gateway to gateway, with the addresses that each of them
 * gives and takes. Law: as of one gateway (verifier/prove.h): proved only if no
 * packet can break the claim on any way that the links allow, refuted only with
 * one that the interpreter took through each gateway's own bytes, each hop's
 * packet being what the hop before sent. Only packets that come or leave by a
 * link are asked about; the rest is each gateway's own proof.
 *
 * never and only speak of every way from where the packets come from to where
 * they must not arrive, and of packets that begin a flow at each gateway on it;
 * the built-in claim, of all that is no reply. always and expect speak of the
 * shortest ways between gateways that have the two zones, each the nearest to
 * the other; where self is one of the ends nothing but the gateway itself can
 * be asked, and what nobody knows of the way (the addresses of gateways) is not
 * decided here. unspoofed is about a packet's first gateway alone. */
#ifndef ZW_VERIFIER_END_TO_END_H
#define ZW_VERIFIER_END_TO_END_H

#include "statement/network.h"
#include "verifier/verify.h"

/* Decode BATCHES, one for each gateway of NETWORK, each onto an empty kernel,
 * and decide those of the network's claims that are about ends. Of OPTIONS the
 * node limit and the progress count. The result lives in ARENA; its digest is
 * that of the batches' own, one after the other. */
struct zw_verification *zw_verify_network(
	struct zw_arena *arena, struct zw_diags *diags,
	const struct zw_sources *sources, const struct zw_network *network,
	const struct zw_str *batches, const struct zw_verify_options *options);

#endif
