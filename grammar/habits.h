/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that people bring from other languages. Law: a word is looked up only
 * where it was wrong, so none of them is reserved. */
#ifndef ZW_GRAMMAR_HABITS_H
#define ZW_GRAMMAR_HABITS_H

#include "base/str.h"

/* The word of this language for TEXT, or an empty string. */
struct zw_str zw_habit(struct zw_str text);

#endif
