#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Are the editors' syntax files what editors/generate.sh writes from the table
# of words, and do they hold every word of it? With UPDATE=1 write them. Run
# from the root of the tree.
set -u
status=0

same() # editor, file
{
	if [ -n "${UPDATE:-}" ]; then
		sh editors/generate.sh "$1" > "$2"
	fi
	sh editors/generate.sh "$1" | diff -u "$2" - || {
		echo "editors: $2 is not what generate.sh writes" >&2
		status=1
	}
	sed -n 's/^ZW_WORD([^,]*, "\([^"]*\)".*/\1/p' grammar/keywords.def |
		while read -r word; do
			grep -qE "(^|[^a-z-])$word([^a-z-]|\$)" "$2" ||
				echo "editors: $2 lacks $word"
		done | grep . >&2 && status=1
	return 0
}

same vim editors/vim/syntax/zwinger.vim
same vscode editors/vscode/syntaxes/zwinger.tmLanguage.json
for file in editors/vscode/package.json \
	editors/vscode/language-configuration.json \
	editors/vscode/syntaxes/zwinger.tmLanguage.json; do
	python3 -m json.tool "$file" > /dev/null || status=1
done

# Completion asks the program, so all there is to test is that it does.
completes() # words..., then what must be among the answers
{
	wanted=$1
	shift
	PATH=$(dirname "$(realpath "${ZW_BINARY:-build/zwinger}")"):$PATH \
		bash -c '. completion/zwinger
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_zwinger
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@" |
		grep -qx -- "$wanted" || {
		echo "editors: bash does not complete '$*' to '$wanted'" >&2
		status=1
	}
}
completes check zwinger ch
completes --claims zwinger check --cl
completes --netns zwinger apply examples/hq.zw --ne
completes apply zwinger help a
completes Z4001 zwinger explain Z4
completes https zwinger services http
exit $status
