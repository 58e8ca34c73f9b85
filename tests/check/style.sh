#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Rules of the house that a program can check: SPDX line first, a chapter
# comment in each .c, no printing or leaving in library folders, no TODO.
set -u
bad=0
for file in $(git ls-files '*.c' '*.h' '*.l' '*.y' '*.def'); do
	head -1 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || {
		echo "$file: no SPDX line"
		bad=1
	}
done
for file in $(git ls-files '*.sh' Makefile .ci/run); do
	head -3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || {
		echo "$file: no SPDX line"
		bad=1
	}
done
for file in $(git ls-files '*.c'); do
	sed -n 2p "$file" | grep -q '^/\*' || {
		echo "$file: no chapter comment"
		bad=1
	}
done
if grep -nE '\b(TODO|FIXME|XXX)\b' $(git ls-files '*.c' '*.h' '*.l' '*.y'); then
	echo "unfinished business in the source"
	bad=1
fi
if grep -nE '\b(printf|fprintf|puts|exit|abort)\(' \
	$(git ls-files grammar compiler statement verifier loader lab report state |
		grep '\.[chly]$'); then
	echo "library folders neither print nor leave"
	bad=1
fi
exit $bad
