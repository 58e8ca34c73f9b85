#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every code of base/codes.def has a page docs/codes/Zdddd.md, a case
# tests/negative/Zdddd-*.zw (.args for the command line, .sh for what needs a
# set-up of its own), and is raised somewhere; no page and no case is about a
# code that does not exist, and codes stand in order. Prints what is missing;
# status 1 if anything is. Run from the root of the tree.
set -u
status=0

complain()
{
	echo "check-codes: $*" >&2
	status=1
}

codes=$(sed -n 's/^ZW_CODE(\(Z[0-9]*\),.*/\1/p' base/codes.def)
[ -n "$codes" ] || complain "base/codes.def holds no code"
if ! echo "$codes" | LC_ALL=C sort -c -u 2>/dev/null; then
	complain "base/codes.def is not in order, or names a code twice"
fi

for code in $codes; do
	page=docs/codes/$code.md
	if [ ! -f "$page" ]; then
		complain "$code: no page $page"
	elif ! head -n 1 "$page" | grep -q "^# $code: ."; then
		complain "$page: the first line is not '# $code: title'"
	fi
	found=no
	for case in tests/negative/"$code"-*.zw tests/negative/"$code"-*.args \
		tests/negative/"$code"-*.sh; do
		[ -f "$case" ] && found=yes
	done
	[ $found = yes ] || complain "$code: no case tests/negative/$code-*"
	if ! grep -rqw --include='*.[chyl]' --exclude-dir=tests \
		--exclude-dir=build "ZW_$code" .; then
		complain "$code: raised nowhere"
	fi
done

known=" $(echo "$codes" | tr '\n' ' ') "
for file in docs/codes/Z*.md tests/negative/Z*; do
	[ -e "$file" ] || continue
	code=$(basename "$file" | cut -c 1-5)
	case "$known" in
	*" $code "*) ;;
	*) complain "$file: there is no code $code" ;;
	esac
done
exit $status
