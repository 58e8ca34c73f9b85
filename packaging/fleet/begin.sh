# SPDX-License-Identifier: GPL-2.0-or-later
# What the launchers have in common; sourced by them. They have read their
# options; fleet_begin makes the folder of a run, and what it does not get right
# ends with status 2 before any machine is asked.
# shellcheck shell=sh

# fleet_usage TEXT: the command line is wrong.
fleet_usage()
{
	echo "usage: $1" >&2
	exit 2
}

# fleet_needs PROGRAM PACKAGE
fleet_needs()
{
	command -v "$1" >/dev/null && return
	echo "$0: '$1' is not there; Debian has it in the package $2" >&2
	exit 4
}

# fleet_number WHAT VALUE: a number from 1 with up to six digits.
fleet_number()
{
	case $2 in
	'' | 0* | *[!0-9]* | ???????*)
		echo "$0: $1 cannot be '$2'; a number from 1" >&2
		exit 2
		;;
	esac
}

# fleet_begin FOLDER SHARES POLICY: a new folder, so that no record in it is of
# another run.
fleet_begin()
{
	mkdir -p "$1" || exit 4
	if [ -n "$(ls -A "$1")" ]; then
		echo "$0: '$1' is not empty; the records of a run need a folder of their own" >&2
		exit 2
	fi
	jq -n --arg policy "$3" --argjson shares "$2" \
		--argjson began "$(date +%s.%N)" \
		'{ $policy, $shares, $began }' >"$1/fleet" || exit 4
}

# fleet_today OPTION...: "--today DATE" unless it is among them. Shares that
# begin before and after midnight must not differ.
fleet_today()
{
	for fleet_word in "$@"; do
		case $fleet_word in --today | --today=*) return ;; esac
	done
	date -u +--today=%Y-%m-%d
}
