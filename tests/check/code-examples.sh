#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Do the pages in docs/codes/ tell the truth? The first ```zw block of a page
# must earn its code from `zwinger check`, and no further one may. Pages without
# such a block are about what no policy can show. Run from the root of the tree;
# ZW_BINARY names another program than build/zwinger.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
status=0
run=0

complain()
{
	echo "check-code-examples: $*" >&2
	status=1
}

for page in docs/codes/Z*.md; do
	code=$(basename "$page" .md)
	rm -f "$work"/*
	awk -v work="$work" '
		/^```zw$/ { file = sprintf("%s/%d.zw", work, ++n); next }
		/^```/ { file = ""; next }
		file { print > file }' "$page"
	for policy in "$work"/*.zw; do
		[ -f "$policy" ] || continue
		run=$((run + 1))
		name=$(basename "$policy")
		said=$(cd "$work" && timeout 60 "$zwinger" check "$name" 2>&1)
		case "$said" in
		*"[$code]"*) earned=yes ;;
		*) earned=no ;;
		esac
		if [ "$name" = 1.zw ] && [ $earned = no ]; then
			complain "$page: the example does not earn $code:"
			echo "$said" | sed 's/^/    /' >&2
		elif [ "$name" != 1.zw ] && [ $earned = yes ]; then
			complain "$page: block $name still earns $code:"
			echo "$said" | sed 's/^/    /' >&2
		fi
	done
done
[ $run -gt 0 ] || complain "no page has an example"
exit $status
