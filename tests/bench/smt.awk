# SPDX-License-Identifier: GPL-2.0-or-later
# What five.awk and six.awk write, as a question to a solver of bit vectors: can
# a packet into the internal zone be accepted? Each rule is a condition, and the
# verdict from each rule on a Boolean, from the last one to the first. IPv6
# addresses that are written with :: are prefixes here.
/ saddr / {
	n++
	width = $1 == "ip" ? 32 : 128
	condition[n] = "(and " address("src", $3) " " address("dst", $6)
	proto = $7 == "meta" ? $9 : $7
	condition[n] = condition[n] " (= proto " bits(proto == "tcp" ? 6 : 17, 8) ")"
	if ($8 == "dport" || $8 == "sport") {
		count = split($9, range, "-")
		condition[n] = condition[n] " (bvuge " $8 " " bits(range[1], 16) \
			") (bvule " $8 " " bits(range[count], 16) ")"
	}
	condition[n] = condition[n] ")"
	accepts[n] = $NF == "accept"
}
END {
	print "(set-logic QF_BV)"
	printf "(declare-const src (_ BitVec %d))\n", width
	printf "(declare-const dst (_ BitVec %d))\n", width
	print "(declare-const proto (_ BitVec 8))"
	print "(declare-const sport (_ BitVec 16))"
	print "(declare-const dport (_ BitVec 16))"
	printf "(declare-const from%d Bool)\n(assert (not from%d))\n", n + 1, n + 1
	for (i = n; i; i--)
		printf "(declare-const from%d Bool)\n(assert (= from%d (ite %s %s from%d)))\n", \
			i, i, condition[i], accepts[i] ? "true" : "false", i + 1
	print "(assert " address("dst", width == 32 ? "172.17.0.0/16" : "2001:db8:2::/48") ")"
	print "(assert from1)\n(check-sat)"
}
function bits(value, width) { return sprintf("(_ bv%d %d)", value, width) }
function address(name, text,   part, value, length_, hex, i, count) {
	count = split(text, part, "/")
	length_ = count == 2 ? part[2] : width
	if (width == 32) {
		split(part[1], value, ".")
		for (i = 1; i <= 4; i++) hex = hex sprintf("%02x", value[i])
	} else {
		sub(/::$/, "", part[1])
		count = split(part[1], value, ":")
		for (i = 1; i <= count; i++)
			hex = hex substr("0000" value[i], length(value[i]) + 1)
	}
	# prefixes end at a digit of four bits
	hex = substr(hex, 1, length_ / 4)
	return sprintf("(= ((_ extract %d %d) %s) #x%s)", width - 1, width - length_, name, hex)
}
