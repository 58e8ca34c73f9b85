#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the Debian package from what git knows of this tree, changed or not, and
# have lintian look at it. usage: packaging/debian/build.sh FOLDER
set -eu
out=$1
rm -rf "$out"
mkdir -p "$out"
out=$(realpath "$out")
tree=$out/zwinger-0.1.0
mkdir "$tree"
git ls-files -z | tar -c --null -T - | tar -x -C "$tree"
cp -r "$tree/packaging/debian" "$tree/debian"
rm "$tree/debian/build.sh" "$tree/debian/check.sh"
cd "$tree"
unset CI
dpkg-buildpackage -us -uc -b -j"$(nproc)" >"$out/build.log" 2>&1 || {
	tail -40 "$out/build.log"
	exit 1
}
cd "$out"
rm -rf "$tree"
lintian --allow-root --fail-on error,warning zwinger_*.changes
ls zwinger_*.deb
