#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install the packages of tests/packages.txt that are missing. Without root it
# only says which are.
set -eu
list=$(dirname "$0")/../packages.txt
missing=
while read -r package; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
		grep -q '^install ok installed' || missing="$missing $package"
done <"$list"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "missing packages:$missing" >&2
	echo "install them with: apt-get install$missing" >&2
	exit 1
fi
# Tests take programs from packages, no services: none is started.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT INT TERM
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
# shellcheck disable=SC2086 # a list of words
apt-get install -y -q --no-install-recommends $missing >/dev/null
