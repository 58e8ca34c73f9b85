#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts of packaging/fleet on two machines of a network of their own, with
# GNU parallel over SSH and with Slurm: what a fleet says is what one machine
# says, byte for byte, and whatever goes wrong on the way is in the summary with
# its status. Needs root. Run from the root of the tree.
set -u
if [ "${1:-}" != inside ]; then
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM
	chmod 711 "$work"
	timeout 200 unshare --mount --net --uts --pid --fork --kill-child \
		--mount-proc sh "$0" inside "$work"
	exit $?
fi
work=$2
tests=tests/fleet
fleet=packaging/fleet
ZWINGER=$(realpath "${ZW_BINARY:-build/zwinger}")
export ZWINGER
status=0

complain()
{
	echo "fleet: $*" >&2
	status=1
}

# shellcheck source=tests/fleet/machines.sh
. "$tests/machines.sh"
# shellcheck source=tests/fleet/records.sh
. "$tests/records.sh"

# told NAME STATUS COMMAND...: the run NAME ends with STATUS; its summary is in
# $work/NAME.said.
told()
{
	told_name=$1 told_status=$2
	shift 2
	"$@" >"$work/$told_name.said" 2>"$work/$told_name.times"
	told_is=$?
	[ "$told_is" -eq "$told_status" ] || {
		complain "$told_name: status $told_is, not $told_status"
		cat "$work/$told_name.said" "$work/$told_name.times" \
			"$work/$told_name/said" >&2
	}
}

says() # NAME PATTERN
{
	grep -q -- "$2" "$work/$1.said" || {
		complain "$1: does not say '$2'"
		cat "$work/$1.said" >&2
	}
}

parallel_run() # NAME STATUS SHARES POLICY [OPTION...]
{
	parallel_name=$1 parallel_status=$2 parallel_shares=$3
	shift 3
	told "$parallel_name" "$parallel_status" "$fleet/zwinger-fleet-parallel" \
		-S node1,node2 -n "$parallel_shares" -t "${seconds:-60}" \
		"$work/$parallel_name" "$@"
}

slurm_run() # NAME STATUS SHARES POLICY [OPTION...]
{
	slurm_name=$1 slurm_status=$2 slurm_shares=$3
	shift 3
	told "$slurm_name" "$slurm_status" "$fleet/zwinger-fleet-slurm" \
		-n "$slurm_shares" -t "${seconds:-60}" "$work/$slurm_name" "$@"
}

# Do the runs NAME... say what one machine says of the policy $1?
same()
{
	same_policy=$1 same_status=$2
	shift 2
	"$ZWINGER" check --format json "$same_policy" >"$work/one.json"
	[ $? -eq "$same_status" ] || complain "$same_policy: not status $same_status"
	told one "$same_status" "$fleet/zwinger-fleet-parallel" "$work/one" "$same_policy"
	for same_name in one "$@"; do
		cmp "$work/one.json" "$work/$same_name/answer.json" ||
			complain "$same_name: another answer than one machine's"
		cmp "$work/one.said" "$work/$same_name.said" ||
			complain "$same_name: another summary than one machine's"
	done
	rm -r "$work/one"
}

# Did both machines take part in NAME?
both()
{
	grep -q '(node1, node2)' "$work/$1.times" ||
		complain "$1: not on both machines: $(cat "$work/$1.times")"
}

same_everywhere()
{
	policy=examples/chain.zw
	parallel_run over-ssh 0 2 "$policy"
	parallel_run over-ssh-5 0 5 "$policy"
	slurm_run by-slurm 0 3 "$policy"
	both over-ssh
	both by-slurm
	same "$policy" 0 over-ssh over-ssh-5 by-slurm
	policy=tests/negative/Z4001-end-to-end.zw
	parallel_run refuted-ssh 1 2 "$policy"
	slurm_run refuted-slurm 1 2 "$policy"
	same "$policy" 1 refuted-ssh refuted-slurm
	for name in refuted-ssh refuted-slurm; do
		says "$name" "refuted   shop  1 of 5 claims not proved"
		says "$name" "end to end: 2 of 3 claims not proved"
		says "$name" "packet: in lan0"
	done
}

# As many shares as machines unless somebody says how many.
shares_by_itself()
{
	told by-itself 0 "$fleet/zwinger-fleet-parallel" -S node1,node2 \
		"$work/by-itself" examples/chain.zw
	told by-nodes 0 "$fleet/zwinger-fleet-slurm" "$work/by-nodes" examples/chain.zw
	for name in by-itself by-nodes; do
		[ "$(jq .shares "$work/$name/fleet")" = 2 ] ||
			complain "$name: not a share for each machine"
	done
}

# What is wrong with the policy itself is said once, however many shares say it.
malformed()
{
	parallel_run malformed-ssh 2 2 tests/negative/Z1003-unknown-zone.zw
	slurm_run malformed-slurm 2 2 tests/negative/Z1003-unknown-zone.zw
	for name in malformed-ssh malformed-slurm; do
		says "$name" "unknown zone 'inn'"
		[ "$(grep -c 'unknown zone' "$work/$name.said")" -eq 1 ] ||
			complain "$name: not said once: $(cat "$work/$name.said")"
	done
	parallel_run no-file 2 2 "$work/no-such.zw"
	says no-file "cannot read"
}

# In the background: once the second share hangs, the command.
when_it_hangs()
{
	rm -f "$work/hangs"
	{
		wait_for 30 "a share that hangs" test -s "$work/hangs" && "$@"
	} &
}

kill_share() # all of it, as it happens when memory is short
{
	kill -s KILL -- "-$(cat "$work/hangs")"
}

kill_task()
{
	scancel --signal=KILL --full "$(cat "$work/killed-slurm/job")_2"
}

# A worker is killed while zwinger is at work.
killed()
{
	when_it_hangs kill_share
	ZWINGER=$work/hanging parallel_run killed-ssh 4 2 examples/chain.zw
	when_it_hangs kill_task
	ZWINGER=$work/hanging slurm_run killed-slurm 4 2 examples/chain.zw
	for name in killed-ssh killed-slurm; do
		says "$name" "chain.zw: not proved, 1 of 3 gateways proved"
		says "$name" "died      hq     nothing is known of it"
		says "$name" "died      depot  nothing is known of it"
		says "$name" " 2 without an answer"
		says "$name" "share 2/2: "
	done
}

lose_machine()
{
	ip link set "to-$(cat "$work/hangs-on")" down
}

lose_node()
{
	lose_machine
	scontrol update nodename="$(cat "$work/hangs-on")" state=down reason="it is cut off"
}

# A machine is cut off from the others: Slurm gives it up, here as soon as it is
# told, and over SSH the time of a share ends.
cut_off()
{
	when_it_hangs lose_node
	ZWINGER=$work/hanging slurm_run cut-slurm 4 2 examples/chain.zw
	ip link set "to-$(cat "$work/hangs-on")" up
	scontrol update nodename="$(cat "$work/hangs-on")" state=resume
	wait_for 20 "a node that is back" nodes_idle
	when_it_hangs lose_machine
	seconds=6
	ZWINGER=$work/hanging parallel_run cut-ssh 4 2 examples/chain.zw
	ip link set "to-$(cat "$work/hangs-on")" up
	seconds=60
	for name in cut-slurm cut-ssh; do
		says "$name" " 1 proved"
		says "$name" "share 2/2: "
	done
}

# Time is up: what runs is ended, and what did not begin never does.
time_is_up()
{
	seconds=3
	ZWINGER=$work/hanging slurm_run late 4 4 examples/chain.zw
	seconds=60
	says late "share 2/4: "
	wait_for 20 "an empty queue" queue_empty
}

queue_empty()
{
	[ -z "$(squeue --noheader)" ]
}

# Machines that are not there, a zwinger that is not there.
not_there()
{
	told no-machine 4 "$fleet/zwinger-fleet-parallel" -S node1,node3 \
		-t 20 "$work/no-machine" examples/chain.zw
	ZWINGER=$work/no-zwinger slurm_run no-zwinger 4 2 examples/chain.zw
	says no-zwinger "share 1/2: zwinger could not be run"
	says no-zwinger "nothing is known of its gateways"
}

# What is wrong with the command line is said before any machine is asked.
refused()
{
	for launcher in parallel slurm; do
		program=$fleet/zwinger-fleet-$launcher
		told usage 2 "$program"
		told no-shares 2 "$program" -n 0 "$work/refused" examples/chain.zw
		told no-option 2 "$program" -x "$work/refused" examples/chain.zw
		told used-folder 2 "$program" -n 1 "$work/log" examples/chain.zw
	done
	told no-run 2 "$fleet/zwinger-fleet-summary" "$work/log"
}

step() # NAME
{
	step_began=$(date +%s%N)
	"$1"
	echo "fleet: $1: $((($(date +%s%N) - step_began) / 1000000)) ms"
}

cat >"$work/hanging" <<END
#!/bin/sh
# The second share hangs, and says that it has begun.
case "\$*" in
*"--share 2/"*)
	uname -n >"$work/hangs-on"
	cut -d' ' -f5 "/proc/\$\$/stat" >"$work/hangs"
	sleep 100
	;;
esac
exec "$ZWINGER" "\$@"
END
chmod +x "$work/hanging"
machines_begin && ssh_begin && slurm_begin || exit 1
shellcheck -x "$fleet"/zwinger-fleet* "$fleet/begin.sh" || status=1
step same_everywhere
step shares_by_itself
step malformed
step killed
step cut_off
step time_is_up
step not_there
step refused
step records
exit $status
