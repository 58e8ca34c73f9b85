/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fill this network namespace's conntrack table: `fill COUNT`. Every entry is
 * another TCP connection from 10.2.0.0/16 to a web server outside, one half to
 * port 80, the other to 443; every 64 of them travel together. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER 64
#define ROOM 1024 /* of one message */

static size_t put_entry(char *room, unsigned number, unsigned sequence)
{
	struct nf_conntrack *entry = nfct_new();
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;

	m->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE;
	m->nlmsg_seq = sequence;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->nfgen_family = AF_INET;
	nfct_set_attr_u8(entry, ATTR_L3PROTO, AF_INET);
	nfct_set_attr_u8(entry, ATTR_L4PROTO, IPPROTO_TCP);
	nfct_set_attr_u32(entry, ATTR_IPV4_SRC,
			  htonl(0x0a020100 + number % 5000));
	nfct_set_attr_u32(entry, ATTR_IPV4_DST,
			  htonl(0xc6336400 + number % 199));
	nfct_set_attr_u16(entry, ATTR_PORT_SRC,
			  htons((uint16_t)(1024 + number / 5000)));
	nfct_set_attr_u16(entry, ATTR_PORT_DST, htons(number & 1 ? 80 : 443));
	nfct_setobjopt(entry, NFCT_SOPT_SETUP_REPLY);
	nfct_set_attr_u8(entry, ATTR_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
	nfct_set_attr_u32(entry, ATTR_TIMEOUT, 3600);
	nfct_set_attr_u32(entry, ATTR_STATUS,
			  IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED);
	nfct_nlmsg_build(m, entry);
	nfct_destroy(entry);
	return m->nlmsg_len;
}

int main(int argc, char **argv)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	unsigned number = 0, i;
	char *room = calloc(TOGETHER, ROOM);

	if (!count || !room || !socket ||
	    mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("fill COUNT");
		return 2;
	}
	while (number < count) {
		size_t n = 0;

		for (i = 0; i < TOGETHER && number < count; i++, number++)
			n += put_entry(room + n, number, number + 1);
		if (mnl_socket_sendto(socket, room, n) < 0) {
			perror("conntrack");
			return 2;
		}
	}
	mnl_socket_close(socket);
	free(room);
	return 0;
}
