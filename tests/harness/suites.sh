#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Write a main program that runs the suites of the files named: test_x.c has
# `void suite_x(void)`, which registers its tests with CUnit.
set -eu
echo '#include "tests/harness/harness.h"'
for file; do
	name=$(basename "$file" .c)
	echo "void suite_${name#test_}(void);"
done
echo 'int main(int argc, char **argv)'
echo '{'
echo '	zw_test_begin(argc, argv);'
for file; do
	name=$(basename "$file" .c)
	echo "	suite_${name#test_}();"
done
echo '	return zw_test_run();'
echo '}'
