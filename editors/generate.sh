#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Write an editor's syntax file from the one table of words,
# grammar/keywords.def: "vim" or "vscode", to standard output. Run from the root
# of the tree; `sh tests/check/editors.sh` compares, with UPDATE=1 writes.
set -eu

# words CLASS...: the words that have one of the classes, each once, in order.
words()
{
	awk -F'[(),]' -v want="$*" '
		/^ZW_WORD\(/ {
			n = split(want, w, " ")
			for (i = 1; i <= n; i++)
				if ($0 ~ "ZW_WORD_" w[i] "[ )]") {
					gsub(/[" ]/, "", $3)
					print $3
					next
				}
		}' grammar/keywords.def
}

# A word that is a kind or a value besides is coloured as what it is first.
statements=$(words STATEMENT | grep -vxF "$(words KIND)")
kinds=$(words KIND)
members=$(words MEMBER | grep -vxF "$statements")
options=$(words OPTION | grep -vxF "$statements")
places=$(words PLACE | grep -vxF "$(printf '%s\n' "$statements" "$members")")
values=$(words VALUE | grep -vxF "$statements")

line() { echo "$1" | tr '\n' ' ' | sed 's/ $//'; }
bar() { echo "$1" | tr '\n' '|' | sed 's/|$//'; }

vim()
{
	cat <<END
" Vim syntax file: Zwinger policies (*.zw)
" Written by editors/generate.sh from grammar/keywords.def; change that.
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-

syn keyword zwStatement $(line "$statements")
syn keyword zwKind      $(line "$kinds")
syn keyword zwMember    $(line "$members")
syn keyword zwOption    $(line "$options")
syn keyword zwPlace     $(line "$places")
syn keyword zwValue     $(line "$values")
syn match   zwArrow     "->"
syn match   zwAddress   "\\<\\d\\+\\.\\d\\+\\.\\d\\+\\.\\d\\+\\%(/\\d\\+\\)\\?"
syn match   zwAddress   "\\<\\x*:\\x*:[0-9A-Fa-f:.]*\\%(/\\d\\+\\)\\?"
syn region  zwString    start=+"+ skip=+\\\\.+ end=+"+ oneline
syn match   zwComment   "#.*\$" contains=@Spell

hi def link zwStatement Statement
hi def link zwKind      StorageClass
hi def link zwMember    Type
hi def link zwOption    PreProc
hi def link zwPlace     Keyword
hi def link zwValue     Constant
hi def link zwArrow     Operator
hi def link zwAddress   Number
hi def link zwString    String
hi def link zwComment   Comment

let b:current_syntax = "zwinger"
END
}

rule() # scope, words
{
	printf '\t\t{ "name": "%s", "match": "(?<![\\\\w-])(%s)(?![\\\\w-])" },\n' \
		"$1" "$(bar "$2")"
}

vscode()
{
	cat <<'END'
{
	"$comment": "Written by editors/generate.sh from grammar/keywords.def; change that.",
	"name": "Zwinger policy",
	"scopeName": "source.zwinger",
	"fileTypes": ["zw"],
	"patterns": [
		{ "name": "comment.line.number-sign.zwinger", "match": "#.*$" },
		{ "name": "string.quoted.double.zwinger", "begin": "\"", "end": "\"|$" },
END
	rule keyword.control.zwinger "$statements"
	rule storage.modifier.zwinger "$kinds"
	rule storage.type.zwinger "$members"
	rule support.function.zwinger "$options"
	rule keyword.other.zwinger "$places"
	rule constant.language.zwinger "$values"
	cat <<'END'
		{ "name": "keyword.operator.zwinger", "match": "->" },
		{ "name": "constant.numeric.zwinger", "match": "\\b\\d+\\.\\d+\\.\\d+\\.\\d+(/\\d+)?|\\b[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(/\\d+)?" }
	]
}
END
}

case "${1:-}" in
vim) vim ;;
vscode) vscode ;;
*) echo "generate.sh: vim or vscode" >&2; exit 2 ;;
esac
