/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts that deploy into a namespace of their own. Law: a case finds
 *
 *	$Z	zwinger, which acts in the namespace and keeps its state in $S
 *	$N $X	the namespace, and what runs a command in it
 *	$T $S	folders of its own, $S for the state
 *	$A $B $C	three policies that differ
 *	guard	prints the process id of the guard in the namespace, if there is
 *one runs PID	is it there, and no zombie? until_gone PID	waits for a
 *process to end, thirty seconds at most listing	prints the table sorted,
 *without handles and generations
 *
 * and nothing of it is left when it has ended, however it ends. */
#ifndef ZW_TESTS_DEPLOY_SCENE_H
#define ZW_TESTS_DEPLOY_SCENE_H

#include "tests/harness/harness.h"

struct zw_deploy_case {
	const char *what, *script;
};

void zw_deploy_cases(const struct zw_deploy_case *cases, size_t n);

#endif
