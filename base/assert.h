/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own mistakes end the process at once. Law: ZW_ASSERT stays on in release
 * builds, because a wrong verdict is worse than no answer; nothing has been
 * sent to the kernel when one fires before the loader's single send. */
#ifndef ZW_BASE_ASSERT_H
#define ZW_BASE_ASSERT_H

/* Print where and why on stderr and leave with status 70. Does not return. */
__attribute__((noreturn)) void zw_bug(const char *file, int line,
				      const char *what);

#define ZW_ASSERT(cond)                                   \
	do {                                              \
		if (!(cond))                              \
			zw_bug(__FILE__, __LINE__, #cond); \
	} while (0)

#endif
