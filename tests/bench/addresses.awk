# SPDX-License-Identifier: GPL-2.0-or-later
# Write COUNT different addresses that no zone of policy.awk holds, unsorted:
# awk -v count=100000 -f addresses.awk
BEGIN {
	for (i = 0; i < count; i++) {
		n = (i * 40503 + 12345) % 16777216
		printf "%d.%d.%d.%d\n", 64 + int(n / 1048576) % 16, int(n / 4096) % 256, int(n / 16) % 256, n % 16 * 16
	}
}
