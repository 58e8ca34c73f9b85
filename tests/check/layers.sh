#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The layers of the tree, checked on its includes and on its objects:
# each folder may include only the folders below it; nothing in verifier/
# refers to libnftnl; grammar/, compiler/ and verifier/ have no state of their
# own (nothing in .data or .bss).
set -eu
build=${1:-build}
bad=0

# allowed FOLDER "FOLDERS..."
allowed() {
	folder=$1
	for used in $(grep -h '^#include "' "$folder"/*.[chly] 2>/dev/null |
		sed 's/^#include "\([^/"]*\).*/\1/' | sort -u); do
		case " $folder $2 " in
		*" $used "*) ;;
		*)
			grep -n "^#include \"$used/" "$folder"/*.[chly] |
				sed "s|\$|: $folder/ must not use $used/|"
			bad=1
			;;
		esac
	done
}

# headers FOLDER PATTERN: no system header that matches
headers() {
	if grep -nE "^#include <($2)" "$1"/*.[chly]; then
		echo "$1/ must not use these headers"
		bad=1
	fi
}

allowed base ""
allowed grammar "base"
allowed statement "base"
allowed compiler "base grammar statement"
allowed verifier "base statement"
allowed loader "base statement"
allowed lab "base statement verifier loader"
allowed state "base"
allowed cli "base grammar statement compiler verifier loader lab report state"
allowed report "base statement verifier compiler lab"

headers base 'libnftnl|libmnl|jansson|linux/netfilter'
headers grammar 'libnftnl|libmnl|jansson|linux/netfilter'
headers verifier 'libnftnl|jansson'
headers compiler 'jansson'
headers loader 'jansson'
headers lab 'libnftnl|jansson'
headers state 'libnftnl|libmnl|linux/netfilter'

for object in "$build"/verifier/*.o; do
	if nm -u "$object" | grep -E ' nftnl_'; then
		echo "$object: the verifier must not call libnftnl"
		bad=1
	fi
done
for object in "$build"/grammar/*.o "$build"/gen/grammar/*.o \
	"$build"/compiler/*.o "$build"/verifier/*.o; do
	if size -A "$object" |
		awk '($1 ~ /^\.(data|bss)(\.|$)/ &&
		      $1 !~ /^\.data\.rel\.ro/ && $2 > 0) { print; n = 1 }
		     END { exit !n }'; then
		echo "$object: has state of its own"
		bad=1
	fi
done
exit $bad
