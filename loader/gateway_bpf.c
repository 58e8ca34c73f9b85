/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF links, one by one (kernel/bpf/syscall.c, bpf_link_get_next_id). Those of
 * netfilter hang on hooks and tell no namespace, so each is listed; those of
 * tcx tell an interface's number, which may be another namespace's: it counts
 * here all the same. XDP is seen on the link itself. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader/gateway_internal.h"

/* Numbers that the headers of this system may not know yet. */
#define LINK_NETFILTER 10
#define LINK_TCX 11
#define LINK_NETKIT 13

static long call(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The first words of struct bpf_link_info, and of its parts for tcx (which
 * begins with the interface). */
struct info {
	u32 type, id, program, pad;
	u32 first;
	u32 rest[59];
};

static void see(struct zw_arena *arena, struct zw_gateway *gateway, u32 id)
{
	union bpf_attr attr = { .link_id = id };
	struct info info = { 0 };
	size_t i;
	long fd = call(BPF_LINK_GET_FD_BY_ID, &attr);

	if (fd < 0)
		return; /* gone by now */
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (u32)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (u64)(uintptr_t)&info;
	if (call(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		zw_gateway_unread(arena, gateway,
				  zw_strf(arena, "BPF link %u", id), -errno);
	close((int)fd);
	if (info.type == LINK_NETFILTER)
		zw_gateway_add(arena, gateway, ZW_BESIDE_BPF,
			       zw_strf(arena, "program %u", info.program));
	if (info.type != LINK_TCX && info.type != LINK_NETKIT)
		return;
	for (i = 0; i < gateway->links.n; i++) {
		if (gateway->links.v[i].index == info.first)
			gateway->links.v[i].flags |= ZW_LINK_TC;
	}
}

void zw_gateway_read_bpf(struct zw_arena *arena, struct zw_gateway *gateway)
{
	union bpf_attr attr;
	u32 id = 0;

	for (;;) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (call(BPF_LINK_GET_NEXT_ID, &attr) < 0)
			break;
		id = attr.next_id;
		see(arena, gateway, id);
	}
	/* ENOENT: that was the last; ENOSYS: a kernel without BPF. Older
	 * kernels than 5.7 have no links. */
	if (errno != ENOENT && errno != ENOSYS && errno != EINVAL)
		zw_gateway_unread(arena, gateway,
				  ZW_STR("the list of BPF links"), -errno);
}
