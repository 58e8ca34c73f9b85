# SPDX-License-Identifier: GPL-2.0-or-later
# Records that do not belong to their run, or say two things: none of them may
# count as proved. Each is made from those of a good run by one change. Sourced
# by run.sh.
# shellcheck shell=sh
: "${work:?}" "${fleet:?}"

# changed STATUS PATTERN SCRIPT: in a copy of the good run the shell's SCRIPT
# changes what it likes; the summary says PATTERN, ends with STATUS, and has no
# verdict over all.
changed()
{
	changed_name=$(printf '%s' "$3" | cksum | cut -d' ' -f1)
	cp -r "$work/good" "$work/$changed_name"
	(cd "$work/$changed_name" && sh -c "$3") || complain "'$3' did nothing"
	! diff -r "$work/good" "$work/$changed_name" >/dev/null ||
		complain "'$3' changed nothing"
	told "$changed_name" "$1" "$fleet/zwinger-fleet-summary" "$work/$changed_name"
	says "$changed_name" "$2"
	[ "$(jq .verdict "$work/$changed_name/answer.json")" = null ] ||
		complain "'$3': there is a verdict"
}

# The answer of a record, changed by jq's FILTER; its end stays.
edit()
{
	echo "jq 'if has(\"host\") then . else $2 end' $1 >new; mv new $1"
}

# A share that could not decide, and none that did worse: so it is of all.
undecided()
{
	cp -r "$work/good" "$work/undecided"
	(cd "$work/undecided" && sh -c "$(edit share-2 \
		'.verdict = "undecided" | .gateways[0].verdict = "undecided"')" &&
		sed -i 's/"status": 0/"status": 3/' share-2)
	told undecided 3 "$fleet/zwinger-fleet-summary" "$work/undecided"
	says undecided "chain.zw: undecided, 2 of 3 gateways proved"
	says undecided " 1 undecided"
}

records()
{
	told good 0 "$fleet/zwinger-fleet-parallel" -n 2 "$work/good" examples/chain.zw
	changed 4 "share 1/2: no record" 'rm share-1'
	changed 4 "end to end: nothing is known of it" 'rm share-1; touch other'
	changed 4 "share 2/2: no record" ': >share-2'
	changed 4 "nothing is known of its gateways" 'rm share-1 share-2'
	changed 4 "share 2/2: it broke off" 'sed -i "\$d" share-2'
	changed 4 "share 2/2: no record" 'head -c 300 share-2 >new; mv new share-2'
	changed 4 "share 2/2: the record is of share 1/2" 'cp share-1 share-2'
	changed 4 "share 2/2: status 0, but no answer" 'tail -n 1 share-2 >new; mv new share-2'
	changed 4 "share 1/2: status 0, but the verdict none" \
		"$(edit share-1 '.verdict = null | .gateways = []')"
	changed 4 "share 2/2: status 0, but the verdict refuted" \
		"$(edit share-2 '.verdict = "refuted"')"
	changed 4 "share 2/2: status 0, but the verdict none" \
		"$(edit share-2 '.verdict = null')"
	changed 4 "share 2/2: status 0, but the answer is of no share" \
		"$(edit share-2 'del(.share)')"
	changed 4 "share 2/2: the answer is of share 1/2" \
		"$(edit share-2 '.share.number = 1')"
	changed 4 "share 2/2: made by zwinger 0.0.9, and share 1/2 by" \
		"$(edit share-2 '.share.version = "0.0.9"')"
	changed 2 "share 2/2: of other files than share 1/2" \
		"$(edit share-2 '.share.sources = "00"')"
	changed 2 "share 2/2: of other files than share 1/2" \
		"$(edit share-2 '.share.gateways += ["another"]')"
	changed 2 "share 2/2: of other files than share 1/2" \
		"$(edit share-2 '.share.linked = false')"
	changed 4 "gateway 'hq' was not checked" \
		"$(edit share-2 '.gateways = []')"
	changed 4 "gateway 'hq' is in 2 shares" \
		"$(edit share-1 '.gateways[0].gateway = "hq"')"
	changed 4 "share 2/2: zwinger was ended by signal 11" \
		'sed -i "s/\"status\": 0/\"status\": 139/" share-2'
	changed 4 "died      hq " "$(edit share-2 \
		'.verdict = null | .gateways[0].verdict = null') &&
		sed -i 's/\"status\": 0/\"status\": 4/' share-2"
	undecided
	changed 4 "share 2/3: " 'sed -i "s/2,/3,/" fleet'
}
