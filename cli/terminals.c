/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As wall(1) does: the lines of utmp(5), opened without waiting. */
#include "cli/terminals.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#include <utmpx.h>

static void tell_line(const char *line, size_t room, const char *text)
{
	char path[128], all[1024];
	struct stat st;
	int fd, n;

	snprintf(path, sizeof(path), "/dev/%.*s", (int)strnlen(line, room),
		 line);
	if (strstr(path, ".."))
		return;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = snprintf(all, sizeof(all), "\r\n\a%s\r\n", text);
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode) &&
	    write(fd, all,
		  (size_t)n < sizeof(all) ? (size_t)n : sizeof(all) - 1) < 0)
		(void)0; /* nobody reads there */
	close(fd);
}

void zw_tell_terminals(const char *text)
{
	const struct utmpx *entry;

	openlog("zwinger", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_WARNING, "%s", text);
	closelog();
	fprintf(stderr, "%s\n", text);
	setutxent();
	while ((entry = getutxent()))
		if (entry->ut_type == USER_PROCESS)
			tell_line(entry->ut_line, sizeof(entry->ut_line), text);
	endutxent();
}
