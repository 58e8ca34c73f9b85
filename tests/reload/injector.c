/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames are sent in turn, a few dozen to a sendmmsg(), on one processor. A
 * frame sent on a veth end is queued on this processor's backlog and worked
 * through in the softirq before the system call returns, unless the kernel
 * leaves it to ksoftirqd. So if an allowed packet of the batch has not come,
 * fences follow: frames over a pair within the neighbours' namespace, which
 * stand in the same queue. A packet that the probe caused stands before the
 * second fence. What is missing after the third was dropped.
 *
 * Every payload ends in a tag with the stream's number, which address
 * translation leaves alone. Arrivals are read from a ring shared with the
 * kernel (TPACKET_V2); if it ever overflows the run says so. */
#include "tests/reload/injector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "lab/testbed_inside.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	BATCH = 48, /* frames in one sendmmsg(), far below the backlog's 1000 */
	SLOTS = 8192,
	SLOT_SIZE = 256,
	SLOT_BLOCK = 65536,
	FENCE_TYPE = 0x88b6,
	FENCES = 3,
	FENCE_LIMIT_MS = 5000,
	TAG = 8,
	ADDRESS_AT = (sizeof(struct tpacket2_hdr) + TPACKET_ALIGNMENT - 1) /
		     TPACKET_ALIGNMENT * TPACKET_ALIGNMENT,
};

static const u8 tag[TAG] = { 'Z', 'W', 'r', 'e', 'l', 'd', 0, 0 };

/* What the sending process shares with the one that reloads. */
struct shared {
	bool stop, running;
	struct zw_counts counts;
};

struct zw_injector {
	struct zw_testbed *bed;
	const struct zw_stream *streams;
	unsigned n;
	struct zw_frame frames[ZW_STREAMS];
	struct sockaddr_ll to[ZW_STREAMS];
	struct shared *shared;
	pid_t pid;

	/* Of the process that sends. */
	int sender, receiver;
	u8 *ring;
	unsigned next;
	u32 fence, fence_seen;
	struct zw_counts counts;
	u64 allowed_due, allowed_arrived; /* of the batch in hand */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void build(struct zw_injector *in, unsigned i)
{
	struct zw_frame_spec spec = in->streams[i].spec;
	u8 payload[TAG];

	memcpy(payload, tag, TAG);
	payload[TAG - 1] = (u8)i;
	spec.payload = payload;
	spec.payload_length = TAG;
	zw_frame_build(&spec, &in->frames[i]);
	zw_testbed_mac(in->frames[i].bytes, 1, in->streams[i].in);
	zw_testbed_mac(in->frames[i].bytes + 6, 2, in->streams[i].in);
	in->to[i] = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_ifindex = FIRST_INDEX + (int)in->streams[i].in,
	};
}

struct zw_injector *zw_injector_new(struct zw_testbed *bed,
				    const struct zw_stream *streams, unsigned n)
{
	struct zw_injector *in = calloc(1, sizeof(*in));
	unsigned i;

	ZW_ASSERT(in && n && n <= ZW_STREAMS);
	in->bed = bed;
	in->streams = streams;
	in->n = n;
	in->sender = in->receiver = -1;
	in->shared = mmap(NULL, sizeof(*in->shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ZW_ASSERT(in->shared != MAP_FAILED);
	for (i = 0; i < n; i++)
		build(in, i);
	return in;
}

static void make_ring(struct zw_injector *in)
{
	struct tpacket_req request = {
		.tp_block_size = SLOT_BLOCK,
		.tp_block_nr = SLOTS * SLOT_SIZE / SLOT_BLOCK,
		.tp_frame_size = SLOT_SIZE,
		.tp_frame_nr = SLOTS,
	};
	int version = TPACKET_V2, one = 1;

	ZW_ASSERT(!setsockopt(in->receiver, SOL_PACKET, PACKET_VERSION,
			      &version, sizeof(version)));
	ZW_ASSERT(!setsockopt(in->receiver, SOL_PACKET, PACKET_IGNORE_OUTGOING,
			      &one, sizeof(one)));
	ZW_ASSERT(!setsockopt(in->receiver, SOL_PACKET, PACKET_RX_RING,
			      &request, sizeof(request)));
	in->ring = mmap(NULL, (size_t)SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED, in->receiver, 0);
	ZW_ASSERT(in->ring != MAP_FAILED);
}

static void open_sockets(struct zw_injector *in)
{
	struct sockaddr_ll all = { .sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL) };
	int former = zw_netns_enter(in->bed->neighbours), one = 1;

	ZW_ASSERT(former >= 0);
	in->sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	in->receiver = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ZW_ASSERT(in->sender >= 0 && in->receiver >= 0);
	ZW_ASSERT(!setsockopt(in->sender, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
			      sizeof(one)));
	make_ring(in);
	ZW_ASSERT(!bind(in->receiver, (const void *)&all, sizeof(all)));
	zw_netns_leave(former);
	in->next = 0;
	in->fence = in->fence_seen = 0;
	in->counts = (struct zw_counts){ 0 };
}

static void count_missed(struct zw_injector *in)
{
	struct tpacket_stats stats = { 0 };
	socklen_t length = sizeof(stats);

	ZW_ASSERT(!getsockopt(in->receiver, SOL_PACKET, PACKET_STATISTICS,
			      &stats, &length));
	in->counts.missed += stats.tp_drops;
}

static void close_sockets(struct zw_injector *in)
{
	munmap(in->ring, (size_t)SLOTS * SLOT_SIZE);
	close(in->sender);
	close(in->receiver);
	in->sender = in->receiver = -1;
}

static void take_frame(struct zw_injector *in, const u8 *bytes, u32 n)
{
	const u8 *ip = bytes + ZW_ETHERNET_HEADER, *mark;
	unsigned i;

	if (n < ZW_ETHERNET_HEADER + 4)
		return;
	if ((bytes[12] << 8 | bytes[13]) == FENCE_TYPE) {
		memcpy(&in->fence_seen, ip, 4);
		return;
	}
	if (n < ZW_ETHERNET_HEADER + 20 + TAG)
		return;
	mark = bytes + n - TAG;
	i = mark[TAG - 1];
	if (memcmp(mark, tag, TAG - 1) || i >= in->n)
		return;
	/* an ICMP error that quotes the packet ends in the tag as well */
	if ((ip[0] >> 4 == 4 ? ip[8] : ip[7]) == ZW_GATEWAY_TTL)
		return;
	in->counts.arrived[i]++;
	if (in->streams[i].kind == ZW_ALLOWED)
		in->allowed_arrived++;
}

static void gather(struct zw_injector *in)
{
	for (;;) {
		struct tpacket2_hdr *head =
			(void *)(in->ring + (size_t)in->next * SLOT_SIZE);

		if (!(__atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER))
			return;
		take_frame(in, (const u8 *)head + head->tp_mac,
			   head->tp_snaplen);
		__atomic_store_n(&head->tp_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		in->next = (in->next + 1) % SLOTS;
	}
}

static void one_fence(struct zw_injector *in)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = FENCE_OUT };
	struct pollfd ready = { .fd = in->receiver, .events = POLLIN };
	u8 frame[60] = { 0 };

	zw_testbed_mac(frame, 2, FENCE_IN);
	frame[12] = FENCE_TYPE >> 8;
	frame[13] = FENCE_TYPE & 0xff;
	in->fence++;
	memcpy(frame + ZW_ETHERNET_HEADER, &in->fence, 4);
	ZW_ASSERT(sendto(in->sender, frame, sizeof(frame), 0, (const void *)&to,
			 sizeof(to)) > 0);
	for (;;) {
		gather(in);
		if (in->fence_seen == in->fence)
			return;
		ZW_ASSERT(poll(&ready, 1, FENCE_LIMIT_MS) > 0);
	}
}

/* Send the streams in turn, N frames, FIRST the number of the first. */
static void send_batch(struct zw_injector *in, u64 first, unsigned n)
{
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	unsigned i, done = 0;

	in->allowed_due = in->allowed_arrived = 0;
	for (i = 0; i < n; i++) {
		unsigned s = (unsigned)((first + i) % in->n);

		parts[i] = (struct iovec){ in->frames[s].bytes,
					   in->frames[s].length };
		messages[i] = (struct mmsghdr){
			.msg_hdr = { .msg_name = &in->to[s],
				     .msg_namelen = sizeof(in->to[s]),
				     .msg_iov = &parts[i],
				     .msg_iovlen = 1 },
		};
		in->counts.sent[s]++;
		in->allowed_due += in->streams[s].kind == ZW_ALLOWED;
	}
	while (done < n) {
		int sent = sendmmsg(in->sender, messages + done, n - done, 0);

		ZW_ASSERT(sent > 0 || errno == EINTR);
		done += sent > 0 ? (unsigned)sent : 0;
	}
	in->counts.packets += n;
	gather(in);
	for (i = 0; i < FENCES && in->allowed_arrived < in->allowed_due; i++)
		one_fence(in);
}

static void stay_on_one_processor(void)
{
	cpu_set_t allowed, single;
	size_t cpu;

	ZW_ASSERT(!sched_getaffinity(0, sizeof(allowed), &allowed));
	for (cpu = CPU_SETSIZE - 1; !CPU_ISSET(cpu, &allowed); cpu--)
		ZW_ASSERT(cpu > 0);
	CPU_ZERO(&single);
	CPU_SET(cpu, &single);
	ZW_ASSERT(!sched_setaffinity(0, sizeof(single), &single));
}

static void settle(struct zw_injector *in, double start)
{
	unsigned i;

	for (i = 0; i < FENCES; i++)
		one_fence(in);
	count_missed(in);
	in->counts.seconds = now() - start;
	for (i = 0; i < in->n; i++) {
		if (in->streams[i].kind == ZW_FORBIDDEN)
			in->counts.leaks += in->counts.arrived[i];
		if (in->streams[i].kind == ZW_ALLOWED)
			in->counts.losses +=
				in->counts.sent[i] - in->counts.arrived[i];
	}
}

static void run(struct zw_injector *in)
{
	struct shared *shared = in->shared;
	double start;
	u64 at = 0;

	stay_on_one_processor();
	open_sockets(in);
	start = now();
	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE) &&
	       (at % 1024 || now() - start < ZW_INJECTOR_SECONDS)) {
		send_batch(in, at, BATCH);
		at += BATCH;
		__atomic_store_n(&shared->running, true, __ATOMIC_RELEASE);
	}
	settle(in, start);
	shared->counts = in->counts;
}

void zw_injector_start(struct zw_injector *in)
{
	pid_t parent = getpid();

	ZW_ASSERT(!in->pid);
	*in->shared = (struct shared){ 0 };
	fflush(NULL);
	in->pid = fork();
	ZW_ASSERT(in->pid >= 0);
	if (!in->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			run(in);
		_exit(0);
	}
	while (!__atomic_load_n(&in->shared->running, __ATOMIC_ACQUIRE)) {
		ZW_ASSERT(waitpid(in->pid, NULL, WNOHANG) == 0);
		sched_yield();
	}
}

void zw_injector_stop(struct zw_injector *in, struct zw_counts *counts)
{
	int status;

	__atomic_store_n(&in->shared->stop, true, __ATOMIC_RELEASE);
	while (waitpid(in->pid, &status, 0) < 0)
		ZW_ASSERT(errno == EINTR);
	ZW_ASSERT(WIFEXITED(status) && !WEXITSTATUS(status));
	in->pid = 0;
	*counts = in->shared->counts;
}

void zw_injector_burst(struct zw_injector *in, unsigned times,
		       struct zw_counts *counts)
{
	u64 at, n = (u64)times * in->n;
	cpu_set_t former;
	double start;

	ZW_ASSERT(!sched_getaffinity(0, sizeof(former), &former));
	stay_on_one_processor();
	open_sockets(in);
	start = now();
	for (at = 0; at < n; at += BATCH)
		send_batch(in, at, n - at < BATCH ? (unsigned)(n - at) : BATCH);
	settle(in, start);
	*counts = in->counts;
	close_sockets(in);
	sched_setaffinity(0, sizeof(former), &former);
}

void zw_injector_free(struct zw_injector *in)
{
	if (!in)
		return;
	if (in->pid) {
		kill(in->pid, SIGKILL);
		waitpid(in->pid, NULL, 0);
	}
	munmap(in->shared, sizeof(*in->shared));
	free(in);
}

char *zw_counts_format(const struct zw_injector *in, const struct zw_counts *c,
		       char out[ZW_COUNTS_TEXT])
{
	struct zw_buf text = { 0 };
	unsigned i;

	zw_buf_printf(
		&text, "%llu packets at %.0f k/s, %llu leaks, %llu losses",
		(unsigned long long)c->packets,
		(double)c->packets / (c->seconds * 1000 + 1e-9),
		(unsigned long long)c->leaks, (unsigned long long)c->losses);
	if (c->missed)
		zw_buf_printf(&text, ", %llu frames not seen",
			      (unsigned long long)c->missed);
	for (i = 0; i < in->n; i++) {
		bool odd = in->streams[i].kind == ZW_FORBIDDEN
				   ? c->arrived[i] > 0
				   : c->arrived[i] < c->sent[i];

		if (odd && in->streams[i].kind != ZW_SOMETIMES)
			zw_buf_printf(&text, "; %s: %llu of %llu arrived",
				      in->streams[i].name,
				      (unsigned long long)c->arrived[i],
				      (unsigned long long)c->sent[i]);
	}
	snprintf(out, ZW_COUNTS_TEXT, "%s", text.data);
	zw_buf_free(&text);
	return out;
}
