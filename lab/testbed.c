/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bed's making: two namespaces, veth pairs between them, addresses,
 * routes, and the settings without which the kernel itself would hold back
 * packets or answers (rp_filter, icmp_ratelimit and icmp_ratemask in
 * net/ipv4/icmp.c, DAD). Neighbour entries point to a hardware address that no
 * end has, so the neighbours' namespace takes every packet for another host's
 * and its IP code drops it unread; packet sockets hear it all the same. */
#include "lab/testbed.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "lab/links.h"
#include "lab/testbed_inside.h"

bool zw_testbed_fail(struct zw_testbed *bed, const char *format, ...)
{
	va_list args;

	free(bed->error);
	va_start(args, format);
	if (vasprintf(&bed->error, format, args) < 0)
		bed->error = NULL;
	va_end(args);
	return false;
}

const char *zw_testbed_error(const struct zw_testbed *bed)
{
	return bed->error ? bed->error : "";
}

void zw_testbed_mac(u8 mac[6], u8 side, unsigned i)
{
	mac[0] = 2;
	mac[1] = 0;
	mac[2] = 0;
	mac[3] = side;
	mac[4] = (u8)(i >> 8);
	mac[5] = (u8)i;
}

int zw_testbed_netns(const struct zw_testbed *bed)
{
	return bed->gateway;
}

unsigned zw_testbed_index(const struct zw_testbed *bed, const char *name)
{
	unsigned i;

	for (i = 0; i < bed->count; i++)
		if (!strcmp(bed->names[i], name))
			return i;
	zw_bug(__FILE__, __LINE__, name);
}

/* Settings of each namespace; later entries may rely on earlier ones. A '?' in
 * front: not in every kernel, or not for every user. */
static const char *const gateway_settings[] = {
	"net/ipv4/ip_forward=1",
	"net/ipv6/conf/all/forwarding=1",
	"net/ipv4/conf/all/rp_filter=0",
	"net/ipv4/conf/default/rp_filter=0",
	"net/ipv4/conf/all/send_redirects=0",
	"net/ipv4/conf/default/send_redirects=0",
	"net/ipv4/icmp_ratelimit=0",
	"net/ipv4/icmp_ratemask=0",
	"net/ipv6/icmp/ratelimit=0",
	"?net/ipv4/icmp_msgs_per_sec=1000000000",
	"?net/ipv4/icmp_msgs_burst=1000000000",
	/* fragments that wait for the rest must not fill the room that the
	 * kernel has for them: it drops others then */
	"?net/ipv4/ipfrag_high_thresh=268435456",
	"?net/ipv6/ip6frag_high_thresh=268435456",
	"?net/netfilter/nf_conntrack_frag6_high_thresh=268435456",
	"net/ipv4/ip_default_ttl=199",
	"net/ipv6/conf/all/hop_limit=199",
	"net/ipv6/conf/default/hop_limit=199",
	"net/ipv6/conf/all/accept_dad=0",
	"net/ipv6/conf/default/accept_dad=0",
	"net/ipv6/conf/all/accept_ra=0",
	"net/ipv6/conf/default/accept_ra=0",
	"net/ipv6/conf/default/addr_gen_mode=1",
	NULL,
};

static const char *const neighbour_settings[] = {
	"net/ipv6/conf/all/disable_ipv6=1",
	"net/ipv6/conf/default/disable_ipv6=1",
	NULL,
};

static bool settings(struct zw_testbed *bed, int ns, const char *const *list)
{
	char path[256];
	const char *equals;
	bool optional;
	int error;

	for (; list && *list; list++) {
		optional = (*list)[0] == '?';
		snprintf(path, sizeof(path), "%s", *list + optional);
		equals = strchr(*list, '=');
		ZW_ASSERT(equals && strlen(*list) < sizeof(path));
		path[equals - *list - optional] = '\0';
		error = zw_netns_sysctl(ns, path, equals + 1);
		if (error && !optional)
			return zw_testbed_fail(bed, "cannot set %s: %s", path,
					       strerror(-error));
	}
	return true;
}

static bool sent(struct zw_testbed *bed, struct zw_links *links,
		 const char *what)
{
	unsigned at;
	int error = zw_links_send(links, &at);

	if (!error)
		return true;
	return zw_testbed_fail(bed, "%s: request %u: %s", what, at,
			       strerror(-error));
}

static void pair(struct zw_testbed *bed, struct zw_links *links, unsigned i)
{
	u8 here[6], there[6];
	char name[16];

	zw_testbed_mac(here, 1, i);
	zw_testbed_mac(there, 2, i);
	snprintf(name, sizeof(name), "peer%u", i);
	zw_links_veth(
		links,
		(struct zw_veth){ bed->names[i], FIRST_INDEX + (int)i, here },
		bed->neighbours,
		(struct zw_veth){ name, FIRST_INDEX + (int)i, there });
}

static void fence_pair(struct zw_testbed *bed, struct zw_links *links)
{
	u8 here[6], there[6];

	zw_testbed_mac(here, 2, FENCE_OUT);
	zw_testbed_mac(there, 2, FENCE_IN);
	zw_links_veth(links, (struct zw_veth){ "fence0", FENCE_OUT, here },
		      bed->neighbours,
		      (struct zw_veth){ "fence1", FENCE_IN, there });
	zw_links_up(links, FENCE_OUT);
	zw_links_up(links, FENCE_IN);
}

static bool neighbours_up(struct zw_testbed *bed)
{
	struct zw_links *links = zw_links_new(bed->neighbours);
	unsigned i;
	bool ok;

	fence_pair(bed, links);
	for (i = 0; i < bed->count; i++)
		zw_links_up(links, FIRST_INDEX + (int)i);
	ok = sent(bed, links, "neighbours");
	zw_links_free(links);
	return ok;
}

static void further(struct zw_links *links, int index,
		    const struct zw_testbed_prefix *prefix)
{
	char address[46], text[64];

	snprintf(text, sizeof(text), "%s/%u", zw_ip_format(prefix->ip, address),
		 prefix->length);
	if (prefix->own)
		zw_links_address(links, index, text);
	if (!prefix->alone)
		zw_links_route(links, index, text);
}

static void behind(struct zw_links *links, unsigned i,
		   const struct zw_testbed_interface *interface)
{
	int index = FIRST_INDEX + (int)i;
	u8 nobody[6];
	unsigned k;
	size_t j;

	zw_testbed_mac(nobody, 3, i);
	zw_links_next_hop(links, index, nobody);
	for (k = 0; k < ZW_TESTBED_PREFIXES && interface->own[k]; k++) {
		zw_links_address(links, index, interface->own[k]);
		zw_links_route(links, index, interface->own[k]);
	}
	for (k = 0; k < ZW_TESTBED_PREFIXES && interface->routes[k]; k++)
		zw_links_route(links, index, interface->routes[k]);
	for (j = 0; j < interface->further_count; j++)
		further(links, index, &interface->further[j]);
}

/* Sums are written into the packets that leave: what comes out can be checked
 * without knowing the kernel's notion of a sum yet to be made. */
static void no_offload(const struct zw_testbed *bed, unsigned i, int fd)
{
	static const u32 what[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO,
				    ETHTOOL_SGRO };
	struct ethtool_value value = { .data = 0 };
	struct ifreq request = { .ifr_data = (char *)&value };
	size_t k;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
		 bed->names[i]);
	for (k = 0; k < sizeof(what) / sizeof(what[0]); k++) {
		value.cmd = what[k];
		/* Where it cannot be set there is nothing to switch off. */
		(void)ioctl(fd, SIOCETHTOOL, &request);
	}
}

static bool gateway_up(struct zw_testbed *bed,
		       const struct zw_testbed_spec *spec)
{
	struct zw_links *links = zw_links_new(bed->gateway);
	int former, fd;
	unsigned i;
	bool ok;

	for (i = 0; i < bed->count; i++)
		pair(bed, links, i);
	ok = sent(bed, links, "links") && neighbours_up(bed);
	for (i = 0; ok && i < bed->count; i++)
		zw_links_up(links, FIRST_INDEX + (int)i);
	ok = ok && sent(bed, links, "links up");
	for (i = 0; ok && i < bed->count; i++)
		behind(links, i, &spec->interfaces[i]);
	ok = ok && sent(bed, links, "addresses and routes");
	zw_links_free(links);
	if (!ok)
		return false;
	former = zw_netns_enter(bed->gateway);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (i = 0; i < bed->count; i++)
		no_offload(bed, i, fd);
	close(fd);
	zw_netns_leave(former);
	return settings(bed, bed->gateway, spec->sysctls);
}

static bool open_nfnetlink(struct zw_testbed *bed)
{
	int former = zw_netns_enter(bed->gateway);
	int room = 256 << 20;
	int fd;

	bed->nfnetlink = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	zw_netns_leave(former);
	if (!bed->nfnetlink ||
	    mnl_socket_bind(bed->nfnetlink, 0, MNL_SOCKET_AUTOPID))
		return zw_testbed_fail(bed, "nfnetlink: %s", strerror(errno));
	fd = mnl_socket_get_fd(bed->nfnetlink);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return true;
}

static bool make(struct zw_testbed *bed, const struct zw_testbed_spec *spec)
{
	int error;

	bed->gateway = zw_netns_new();
	bed->neighbours = zw_netns_new();
	if (bed->gateway < 0 || bed->neighbours < 0)
		return zw_testbed_fail(bed, "cannot make a namespace");
	if (!settings(bed, bed->gateway, gateway_settings) ||
	    !settings(bed, bed->neighbours, neighbour_settings) ||
	    !gateway_up(bed, spec) || !open_nfnetlink(bed))
		return false;
	error = zw_testbed_open_sockets(bed);
	if (error)
		return zw_testbed_fail(bed, "packet sockets: %s",
				       strerror(-error));
	return true;
}

struct zw_testbed *zw_testbed_make(const struct zw_testbed_spec *spec,
				   struct zw_buf *error)
{
	struct zw_testbed *bed = calloc(1, sizeof(*bed));
	unsigned i;

	ZW_ASSERT(bed && spec->count <= MOST_INTERFACES);
	bed->count = spec->count;
	bed->names = calloc(spec->count, sizeof(*bed->names));
	bed->sender = bed->receiver = -1;
	memset(bed->listeners, -1, sizeof(bed->listeners));
	memset(bed->emitters, -1, sizeof(bed->emitters));
	for (i = 0; i < spec->count; i++) {
		ZW_ASSERT(strlen(spec->interfaces[i].name) < 16);
		strcpy(bed->names[i], spec->interfaces[i].name);
	}
	if (make(bed, spec))
		return bed;
	zw_buf_puts(error, zw_testbed_error(bed));
	zw_testbed_free(bed);
	return NULL;
}

void zw_testbed_free(struct zw_testbed *bed)
{
	if (!bed)
		return;
	zw_testbed_close_sockets(bed);
	if (bed->nfnetlink)
		mnl_socket_close(bed->nfnetlink);
	if (bed->unname)
		bed->unname(bed->name);
	if (bed->gateway >= 0)
		close(bed->gateway);
	if (bed->neighbours >= 0)
		close(bed->neighbours);
	free(bed->names);
	free(bed->error);
	free(bed);
}
