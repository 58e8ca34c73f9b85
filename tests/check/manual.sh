#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Are the manual pages right? mandoc has nothing to say about them; the synopsis
# of zwinger(8) has each command with exactly its options, and OPTIONS explains
# each; README.md lists each command; zwinger-policy(5) has every word of the
# language, and docs/LANGUAGE.md an example for it; the examples run, and
# the policy in zwinger-policy(5) is proved. Run from the root of the tree.
set -u
zwinger=$(realpath "${ZW_BINARY:-build/zwinger}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
status=0

complain()
{
	echo "manual: $*" >&2
	status=1
}

mandoc -Tlint -Wwarning man/*.[58] || complain "mandoc warns"

# "command --option" for each, as the program has it, and as the page has it.
"$zwinger" help | sed -n 's/^  \([a-z]*\) .*/\1/p' > "$work/commands"
while read -r command; do
	echo "$command"
	"$zwinger" help "$command" |
		sed -n 's/^  \(-.,\|   \) --\([a-z-]*\).*/\2/p' |
		grep -vx 'help\|color' | sed "s/^/$command --/"
done < "$work/commands" | sort > "$work/program"
awk '/^\.Sh/ { on = ($2 == "SYNOPSIS") }
	on && /^\.Cm / { command = $2; print command }
	on && /^\.Op Fl -/ { print command " -" $3 }' man/zwinger.8 |
	sort > "$work/page"
diff "$work/program" "$work/page" > "$work/diff" || {
	complain "zwinger(8): its synopsis (>) is not what the program has (<)"
	cat "$work/diff" >&2
}
while read -r command; do
	grep -q "^\.It Cm $command\$" man/zwinger.8 ||
		complain "zwinger(8) does not explain '$command'"
	grep -q "^| \`zwinger ${command}[ \`]" README.md ||
		complain "README.md's table of commands lacks '$command'"
done < "$work/commands"
for option in $(sed -n 's/.* --//p' "$work/program" | sort -u) help color; do
	grep -q "^\.It .*Fl -$option" man/zwinger.8 ||
		complain "zwinger(8) does not explain --$option"
done

mandoc -Tascii man/zwinger-policy.5 | col -b > "$work/policy"
sed -n 's/^ZW_WORD([^,]*, "\([^"]*\)".*/\1/p' grammar/keywords.def > "$work/words"
while read -r word; do
	grep -qE "(^|[^a-z-])$word([^a-z-]|\$)" "$work/policy" ||
		complain "zwinger-policy(5) does not have '$word'"
done < "$work/words"

# Each word in the examples of docs/LANGUAGE.md, which a test checks.
awk '/^```zw/ { on = 1; next } /^```/ { on = 0 } on' docs/LANGUAGE.md \
	> "$work/language"
while read -r word; do
	[ "$word" = from ] ||
		grep -qE "(^|[^a-z-])$word([^a-z-]|\$)" "$work/language" ||
		complain "docs/LANGUAGE.md has no example with '$word'"
done < "$work/words"

awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 } on' \
	man/zwinger-policy.5 > "$work/policy.zw"
"$zwinger" check "$work/policy.zw" > "$work/out" 2>&1 || {
	complain "the policy in zwinger-policy(5) is not proved"
	cat "$work/out" >&2
}

cp examples/hq.zw "$work/gateway.zw"
cp examples/blocklist.txt "$work"
sed -n 's/^\.Dl //p' man/zwinger.8 > "$work/examples"
[ -s "$work/examples" ] || complain "zwinger(8) has no examples"
(
	cd "$work" || exit 1
	ZWINGER_STATE=$work/state PATH=$(dirname "$zwinger"):$PATH unshare --net sh -e examples
) > "$work/out" 2>&1 || {
	complain "the examples in zwinger(8) do not run"
	tail -5 "$work/out" >&2
}
exit $status
