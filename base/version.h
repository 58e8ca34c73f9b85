/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version of this program, unless the build says another. */
#ifndef ZW_BASE_VERSION_H
#define ZW_BASE_VERSION_H

#ifndef ZW_VERSION
#define ZW_VERSION "0.1.0"
#endif

#endif
