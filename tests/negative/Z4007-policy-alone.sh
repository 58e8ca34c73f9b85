#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A chain that leaves denying to its policy, and one that does not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >zones.zw <<'E'
dmz zone front { interface dmz0 }
internal zone office { interface lan0; network 10.1.0.0/16 }
E
cat >rules.nft <<'E'
table inet gate {
	chain forward {
		type filter hook forward priority 0; policy drop;
	}
	chain input {
		type filter hook input priority 0; policy drop;
		iifname lo accept
		counter drop
	}
	chain output {
		type filter hook output priority 0; policy drop;
		oifname lo accept
	}
}
E
"$ZWINGER" verify zones.zw --ruleset rules.nft
