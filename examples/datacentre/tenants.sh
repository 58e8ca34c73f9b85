#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Write tenants.zw: thirty tenants, all alike. A tenant has a VLAN, a /24 and a
# /64, a web server behind the carriers, and nothing to do with other tenants.
echo "# tenants.zw: written by tenants.sh; change that"
for n in $(seq -w 1 30); do
	number=${n#0}
	cat <<END

dmz zone t$n {
    interface vlan1$n
    network   10.100.$number.0/24, 2001:db8:1$n::/64
    host www = 10.100.$number.10, 2001:db8:1$n::10
}
allow carrier-a, carrier-b -> t$n.www : web
never t$n -> dmz except t$n, balancer
END
done
