/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches into a kernel, by one raw socket as the kernel defines it, and
 * listings out of it in an order that does not depend on the kernel's hashes.
 */
#include "tests/unit/compiler/rulesets.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness/harness.h"

static struct answer read_answers(int fd)
{
	static char room[1 << 16];
	struct answer first = { 0, 0 };

	for (;;) {
		ssize_t got = recv(fd, room, sizeof(room), MSG_DONTWAIT);
		size_t at = 0;

		if (got <= 0)
			return first;
		while (at + sizeof(struct nlmsghdr) <= (size_t)got) {
			struct nlmsghdr header;
			struct nlmsgerr error;

			memcpy(&header, room + at, sizeof(header));
			if (header.nlmsg_type == NLMSG_ERROR) {
				memcpy(&error, room + at + NLMSG_HDRLEN,
				       sizeof(error));
				if (error.error && !first.error)
					first = (struct answer){
						error.error, header.nlmsg_seq
					};
			}
			at += NLMSG_ALIGN(header.nlmsg_len);
		}
	}
}

struct answer ruleset_send(int ns, const struct zw_buf *batch)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int home = zw_netns_enter(ns), size = 256 << 20;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct answer answer = { -EIO, 0 };

	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (fd >= 0 &&
	    sendto(fd, batch->data, batch->n, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) == (ssize_t)batch->n)
		answer = read_answers(fd);
	else
		answer.error = -errno;
	if (fd >= 0)
		close(fd);
	zw_netns_leave(home);
	return answer;
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The elements between braces, each without the blanks around it, sorted. */
static void put_elements(struct zw_buf *out, char *text)
{
	char **list = calloc(strlen(text) + 1, sizeof(*list)), *save = NULL;
	size_t n = 0;

	for (char *one = strtok_r(text, ",", &save); one;
	     one = strtok_r(NULL, ",", &save)) {
		one += strspn(one, " \t\n");
		for (size_t k = strlen(one); k && strchr(" \t\n", one[k - 1]);
		     k--)
			one[k - 1] = 0;
		list[n++] = one;
	}
	qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n; i++)
		zw_buf_printf(out, "%s%s", i ? ", " : "", list[i]);
	free(list);
}

void ruleset_sorted(struct zw_buf *out, const char *listing)
{
	static const char mark[] = "elements = { ";

	zw_buf_puts(out, "");
	for (;;) {
		const char *at = strstr(listing, mark), *end;
		char *copy;

		if (!at || !(end = strchr(at, '}')))
			break;
		at += strlen(mark);
		zw_buf_add(out, listing, (size_t)(at - listing));
		copy = strndup(at, (size_t)(end - at));
		put_elements(out, copy);
		free(copy);
		listing = end;
	}
	zw_buf_puts(out, listing);
}

void ruleset_ordered(struct zw_buf *out, const struct zw_buf *listing)
{
	const char *end = listing->data + listing->n;
	const char *at = strchr(listing->data, '\n');
	char **blocks = calloc(listing->n + 1, sizeof(*blocks));
	size_t n = 0;

	/* behind the line of the table, before its brace */
	while (at && ++at < end) {
		const char *stop = strstr(at, "\n\n");

		if (!stop)
			stop = end - strlen("\n}\n");
		blocks[n++] = strndup(at, (size_t)(stop - at));
		at = stop + 1;
		if (*at == '}')
			break;
	}
	qsort(blocks, n, sizeof(*blocks), by_text);
	zw_buf_puts(out, "");
	for (size_t i = 0; i < n; i++) {
		zw_buf_printf(out, "%s\n\n", blocks[i]);
		free(blocks[i]);
	}
	free(blocks);
}

void ruleset_list(int ns, struct zw_buf *out)
{
	const char *const argv[] = { "nft", "-s", "list", "ruleset", NULL };
	struct zw_ran ran = zw_netns_run(ns, argv, NULL);

	ZW_CHECK(ran.status == 0, "nft list ruleset: %d %s", ran.status,
		 ran.err);
	ruleset_sorted(out, ran.out);
	zw_ran_free(&ran);
}

void ruleset_load_text(int ns, const char *text, bool dry)
{
	const char *const argv[] = { "nft", dry ? "-cf" : "-f", "-", NULL };
	struct zw_ran ran = zw_netns_run(ns, argv, text);

	ZW_CHECK(ran.status == 0, "nft -f: %d %s", ran.status, ran.err);
	zw_ran_free(&ran);
}
