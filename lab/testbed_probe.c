/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet in, all that comes of it out. Why that is known at once: a frame
 * sent on a veth end is queued on this processor's backlog (netif_rx in
 * veth_forward_skb) and worked through in the softirq that runs before the
 * system call returns, together with what the gateway sends on. Only under load
 * the kernel leaves the backlog to ksoftirqd. So when nothing has come we send
 * fences: frames over a pair within the neighbours' namespace. The backlog is
 * a queue, so when the first fence is through, the probe has been taken up; a
 * packet that the probe caused stands before the second fence, and one that
 * this caused before the third. A backlog belongs to a processor: if the
 * thread may have moved, the fences are sent on each.
 *
 * Frames are read from a ring shared with the kernel (TPACKET_V2), so a
 * forwarded probe costs two system calls: send, and ask the raw socket that
 * hears what was delivered to the gateway (raw_local_deliver and
 * raw6_local_deliver come after the input hook). */
#include "lab/testbed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "lab/testbed_inside.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	FENCE_TYPE = 0x88b5,
	FENCES = 3,
	FENCE_LIMIT_MS = 5000,
	/* Where the kernel puts the link-level address in a slot. */
	ADDRESS_AT = (sizeof(struct tpacket2_hdr) + TPACKET_ALIGNMENT - 1) /
		     TPACKET_ALIGNMENT * TPACKET_ALIGNMENT,
};

static int make_ring(struct zw_testbed *bed)
{
	struct tpacket_req request = {
		.tp_block_size = RING_BLOCK,
		.tp_block_nr = RING_FRAMES * RING_FRAME_SIZE / RING_BLOCK,
		.tp_frame_size = RING_FRAME_SIZE,
		.tp_frame_nr = RING_FRAMES,
	};
	int version = TPACKET_V2, one = 1;
	void *ring;

	if (setsockopt(bed->receiver, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(bed->receiver, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(bed->receiver, SOL_PACKET, PACKET_RX_RING, &request,
		       sizeof(request)))
		return -errno;
	ring = mmap(NULL, (size_t)RING_FRAMES * RING_FRAME_SIZE,
		    PROT_READ | PROT_WRITE, MAP_SHARED, bed->receiver, 0);
	if (ring == MAP_FAILED)
		return -errno;
	bed->ring = ring;
	return 0;
}

static int open_neighbour_sockets(struct zw_testbed *bed)
{
	struct sockaddr_ll all = { .sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL) };
	int one = 1, error;

	bed->sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	bed->receiver = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (bed->sender < 0 || bed->receiver < 0)
		return -errno;
	if (setsockopt(bed->sender, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
		       sizeof(one)))
		return -errno;
	error = make_ring(bed);
	if (!error && bind(bed->receiver, (const void *)&all, sizeof(all)))
		error = -errno;
	return error;
}

int zw_testbed_open_sockets(struct zw_testbed *bed)
{
	int former = zw_netns_enter(bed->neighbours);
	int error;

	if (former < 0)
		return former;
	error = open_neighbour_sockets(bed);
	zw_netns_leave(former);
	if (error)
		return error;
	former = zw_netns_enter(bed->gateway);
	if (former < 0)
		return former;
	bed->emitters[ZW_IPV4] =
		socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	bed->emitters[ZW_IPV6] =
		socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (bed->emitters[0] < 0 || bed->emitters[1] < 0)
		error = -errno;
	zw_netns_leave(former);
	return error;
}

static void shut(int fd)
{
	if (fd >= 0)
		close(fd);
}

void zw_testbed_close_sockets(struct zw_testbed *bed)
{
	int i, k;

	if (bed->ring)
		munmap(bed->ring, (size_t)RING_FRAMES * RING_FRAME_SIZE);
	shut(bed->sender);
	shut(bed->receiver);
	for (i = 0; i < 2; i++) {
		shut(bed->emitters[i]);
		for (k = 0; k < 256; k++)
			shut(bed->listeners[i][k]);
	}
}

static int listener(struct zw_testbed *bed, enum zw_family family, u8 protocol)
{
	int *fd = &bed->listeners[family][protocol];
	int former;

	if (*fd >= 0)
		return *fd;
	former = zw_netns_enter(bed->gateway);
	ZW_ASSERT(former >= 0);
	*fd = socket(family == ZW_IPV4 ? AF_INET : AF_INET6,
		     SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	zw_netns_leave(former);
	return *fd;
}

/* How many packets the raw socket heard since last asked. */
static unsigned heard(int fd)
{
	unsigned n = 0;
	char byte;

	if (fd < 0)
		return 0;
	while (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0)
		n++;
	return n;
}

static struct tpacket2_hdr *slot(const struct zw_testbed *bed, unsigned i)
{
	return (void *)(bed->ring + (size_t)i * RING_FRAME_SIZE);
}

/* Give back to the kernel what the last probe showed. */
static void release(struct zw_testbed *bed)
{
	unsigned i;

	while (bed->ring_held) {
		i = (bed->ring_next + RING_FRAMES - bed->ring_held) %
		    RING_FRAMES;
		__atomic_store_n(&slot(bed, i)->tp_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		bed->ring_held--;
	}
}

/* What the gateway sends without being asked: multicast listener reports,
 * neighbour and router discovery of its own (hop limit 255 cannot have been
 * forwarded, nor can a link-local source), and whatever is not IP. */
static bool is_noise(const u8 *bytes, u32 length)
{
	const u8 *ip = bytes + ZW_ETHERNET_HEADER;
	u32 type = length < ZW_ETHERNET_HEADER
			   ? 0
			   : (u32)bytes[12] << 8 | bytes[13];

	if (type == ETH_P_IP)
		return false;
	if (type != ETH_P_IPV6 || length < ZW_ETHERNET_HEADER + 48)
		return type != ETH_P_IPV6;
	if (ip[6] == IPPROTO_HOPOPTS && ip[40] == IPPROTO_ICMPV6 &&
	    ip[7] == 1 && length >= ZW_ETHERNET_HEADER + 56)
		return (ip[48] >= 130 && ip[48] <= 132) || ip[48] == 143;
	return ip[6] == IPPROTO_ICMPV6 && ip[7] == 255 && ip[40] >= 133 &&
	       ip[40] <= 137;
}

static void note(struct zw_probe *probe, unsigned interface, const u8 *bytes,
		 u32 length)
{
	const u8 *ip = bytes + ZW_ETHERNET_HEADER;
	u8 ttl = ip[0] >> 4 == 4 ? ip[8] : ip[7];
	bool own = ttl == ZW_GATEWAY_TTL;

	if (own) {
		probe->answers++;
	} else {
		if (!probe->forwarded)
			probe->out = (int)interface;
		probe->forwarded++;
	}
	if (probe->count == ZW_PROBE_FRAMES) {
		probe->more++;
		return;
	}
	probe->frames[probe->count++] = (struct zw_probe_frame){
		.interface = interface,
		.own = own,
		.length = (u16)length,
		.bytes = bytes,
	};
}

/* Read what is in the ring; the number of the last fence seen, or 0. */
static u32 gather(struct zw_testbed *bed, struct zw_probe *probe)
{
	const struct sockaddr_ll *from;
	struct tpacket2_hdr *head;
	const u8 *bytes;
	u32 fence = 0;

	for (;;) {
		head = slot(bed, bed->ring_next);
		if (!(__atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER))
			return fence;
		/* All slots in hand: the rest would be lost unseen. */
		if (bed->ring_held + 1 >= RING_FRAMES) {
			probe->error = -ENOBUFS;
			return fence;
		}
		bed->ring_next = (bed->ring_next + 1) % RING_FRAMES;
		bed->ring_held++;
		from = (const void *)((const u8 *)head + ADDRESS_AT);
		bytes = (const u8 *)head + head->tp_mac;
		if (from->sll_ifindex == FENCE_IN)
			memcpy(&fence, bytes + ZW_ETHERNET_HEADER, 4);
		else if (from->sll_ifindex < FENCE_OUT &&
			 !is_noise(bytes, head->tp_snaplen))
			note(probe, (unsigned)from->sll_ifindex - FIRST_INDEX,
			     bytes, head->tp_snaplen);
	}
}

static ssize_t put_on_wire(struct zw_testbed *bed, int index, const u8 *header,
			   const u8 *body, size_t n)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = index };
	struct iovec parts[2] = {
		{ .iov_base = (void *)(uintptr_t)header,
		  .iov_len = ZW_ETHERNET_HEADER },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = n },
	};
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = parts,
		.msg_iovlen = 2,
	};

	return sendmsg(bed->sender, &message, 0);
}

static void one_fence(struct zw_testbed *bed, struct zw_probe *probe)
{
	struct pollfd ready = { .fd = bed->receiver, .events = POLLIN };
	u8 header[ZW_ETHERNET_HEADER] = { 0 };
	u8 body[46] = { 0 };

	zw_testbed_mac(header, 2, FENCE_IN);
	header[12] = FENCE_TYPE >> 8;
	header[13] = FENCE_TYPE & 0xff;
	bed->fence++;
	memcpy(body, &bed->fence, 4);
	if (put_on_wire(bed, FENCE_OUT, header, body, sizeof(body)) < 0) {
		probe->error = -errno;
		return;
	}
	while (gather(bed, probe) != bed->fence) {
		if (probe->error)
			return;
		if (poll(&ready, 1, FENCE_LIMIT_MS) > 0 || errno == EINTR)
			continue;
		probe->error = -ETIMEDOUT;
	}
}

static void fences(struct zw_testbed *bed, struct zw_probe *probe)
{
	int i;

	for (i = 0; i < FENCES && !probe->error; i++)
		one_fence(bed, probe);
}

static void fences_everywhere(struct zw_testbed *bed, struct zw_probe *probe)
{
	cpu_set_t allowed, single;
	size_t cpu;

	ZW_ASSERT(!sched_getaffinity(0, sizeof(allowed), &allowed));
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&single);
		CPU_SET(cpu, &single);
		if (!sched_setaffinity(0, sizeof(single), &single))
			fences(bed, probe);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
}

/* All that is still on its way when the packet has been sent on CPU. */
static void settle(struct zw_testbed *bed, struct zw_probe *probe, int cpu)
{
	gather(bed, probe);
	if (probe->count)
		return;
	fences(bed, probe);
	if (sched_getcpu() != cpu)
		fences_everywhere(bed, probe);
}

static void start(struct zw_testbed *bed, struct zw_probe *probe)
{
	release(bed);
	probe->out = ZW_NOWHERE;
	probe->forwarded = probe->answers = 0;
	probe->local = probe->sent = false;
	probe->error = 0;
	probe->count = probe->more = 0;
}

/* The number behind IPv6's extension headers; the next one where the packet
 * ends before. */
static u8 last_header(const u8 *ip, size_t n)
{
	u8 next = ip[6];
	size_t at = 40;

	while (at + 8 <= n &&
	       (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
		next == IPPROTO_FRAGMENT || next == IPPROTO_AH ||
		next == IPPROTO_DSTOPTS)) {
		size_t step = next == IPPROTO_FRAGMENT ? 8
			      : next == IPPROTO_AH     ? 4u * (ip[at + 1] + 2u)
						       : 8u * (ip[at + 1] + 1u);

		next = ip[at];
		at += step;
	}
	return next;
}

/* The socket that would hear the packet, by its protocol. */
static int listener_of(struct zw_testbed *bed, const struct zw_frame *frame)
{
	const u8 *ip = frame->bytes + ZW_ETHERNET_HEADER;
	size_t n = frame->length - (size_t)ZW_ETHERNET_HEADER;

	if (ip[0] >> 4 == 4)
		return listener(bed, ZW_IPV4, ip[9]);
	if (ip[0] >> 4 == 6 && n >= 40)
		return listener(bed, ZW_IPV6, last_header(ip, n));
	return -1;
}

void zw_testbed_probe(struct zw_testbed *bed, unsigned in,
		      const struct zw_frame *frame, struct zw_probe *probe)
{
	const u8 *ip = frame->bytes + ZW_ETHERNET_HEADER;
	u8 header[ZW_ETHERNET_HEADER];
	int cpu = sched_getcpu();
	int raw = listener_of(bed, frame);

	ZW_ASSERT(in < bed->count && frame->length > ZW_ETHERNET_HEADER);
	start(bed, probe);
	/* What answers to earlier packets left there, such as the gateway's to
	 * itself. */
	heard(raw);
	zw_testbed_mac(header, 1, in);
	zw_testbed_mac(header + 6, 2, in);
	memcpy(header + 12, ip - 2, 2);
	if (put_on_wire(bed, FIRST_INDEX + (int)in, header, ip,
			frame->length - (size_t)ZW_ETHERNET_HEADER) < 0) {
		/* The gateway's end is down: the frame is lost on the wire. */
		if (errno != ENOBUFS && errno != ENETDOWN && errno != ENXIO)
			probe->error = -errno;
		return;
	}
	probe->sent = true;
	probe->local = heard(raw);
	settle(bed, probe, cpu);
	/* Late delivery: the fences have seen to it by now. */
	if (!probe->local && !probe->forwarded)
		probe->local = heard(raw);
}

void zw_testbed_send(struct zw_testbed *bed, unsigned in,
		     const struct zw_frame_spec *spec, struct zw_probe *probe)
{
	struct zw_frame frame;

	zw_frame_build(spec, &frame);
	zw_testbed_probe(bed, in, &frame, probe);
}

void zw_testbed_emit(struct zw_testbed *bed, const struct zw_frame *frame,
		     struct zw_probe *probe)
{
	const u8 *ip = frame->bytes + ZW_ETHERNET_HEADER;
	size_t n = frame->length - (size_t)ZW_ETHERNET_HEADER;
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	int raw = listener_of(bed, frame);
	int cpu = sched_getcpu();
	ssize_t taken;

	start(bed, probe);
	heard(raw);
	if (ip[0] >> 4 == 4) {
		memcpy(&to4.sin_addr, ip + 16, 4);
		taken = sendto(bed->emitters[ZW_IPV4], ip, n, 0,
			       (const void *)&to4, sizeof(to4));
	} else {
		memcpy(&to6.sin6_addr, ip + 24, 16);
		taken = sendto(bed->emitters[ZW_IPV6], ip, n, 0,
			       (const void *)&to6, sizeof(to6));
	}
	probe->sent = taken >= 0;
	probe->local = heard(raw);
	settle(bed, probe, cpu);
}
