# SPDX-License-Identifier: GPL-2.0-or-later
# Two machines to prove on, node1 and node2, and this one, on a network of their
# own: each has its name, its interface and an sshd; Slurm is a controller
# here and a slurmd on each. Everything lives in namespaces of the process that
# runs this, with a /run of their own, and ends with it. Sourced by run.sh, with
# $work, a folder that all of them see.
# shellcheck shell=sh
: "${work:?}"

# The processes of machine $1 run in its network and under its name.
on()
{
	on_machine=$1
	shift
	ip netns exec "$on_machine" nsenter --uts="$work/$on_machine.uts" "$@"
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds.
wait_for()
{
	wait_left=$(($1 * 10)) wait_what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		wait_left=$((wait_left - 1))
		[ "$wait_left" -gt 0 ] || {
			echo "$wait_what: not in time" >&2
			tail -n 20 "$work"/log/* >&2
			return 1
		}
		sleep 0.1
	done
}

machine() # NAME NUMBER
{
	ip netns add "$1"
	ip link add "to-$1" type veth peer name eth0 netns "$1"
	ip link set "to-$1" master fleet up
	ip -n "$1" link set lo up
	ip -n "$1" addr add "10.99.0.$2/24" dev eth0
	ip -n "$1" link set eth0 up
	touch "$work/$1.uts"
	unshare --uts="$work/$1.uts" hostname "$1"
	# what a machine keeps for itself
	mkdir -p "$work/$1"
}

machines_begin()
{
	mount --make-rprivate /
	mount -t tmpfs none /run
	# a namespace is kept by a mount, and that of a folder must be private
	mount --bind "$work" "$work"
	mount --make-private "$work"
	mkdir "$work/log"
	hostname head
	ip link set lo up
	ip link add fleet type bridge
	ip addr add 10.99.0.1/24 dev fleet
	ip link set fleet up
	machine node1 11
	machine node2 12
}

ssh_begin()
{
	mkdir -m 700 "$work/ssh"
	mkdir /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
	ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/user"
	cat >"$work/ssh/sshd_config" <<-END
		HostKey $work/ssh/host
		AuthorizedKeysFile $work/ssh/user.pub
		PermitRootLogin prohibit-password
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		StrictModes no
		UsePAM no
		PidFile none
	END
	cat >"$work/ssh/config" <<-END
		Host node1
			HostName 10.99.0.11
		Host node2
			HostName 10.99.0.12
		Host *
			User root
			IdentityFile $work/ssh/user
			IdentitiesOnly yes
			BatchMode yes
			UserKnownHostsFile $work/ssh/known
			StrictHostKeyChecking accept-new
			LogLevel ERROR
	END
	printf '#!/bin/sh\nexec ssh -F "%s" "$@"\n' "$work/ssh/config" >"$work/ssh/to"
	chmod +x "$work/ssh/to"
	PARALLEL_SSH=$work/ssh/to
	export PARALLEL_SSH
	for ssh_machine in node1 node2; do
		on "$ssh_machine" /usr/sbin/sshd -D -e -f "$work/ssh/sshd_config" \
			2>"$work/log/sshd-$ssh_machine" &
	done
	for ssh_machine in node1 node2; do
		wait_for 10 "sshd of $ssh_machine" "$PARALLEL_SSH" "$ssh_machine" true
	done
}

slurm_begin()
{
	mkdir -m 711 "$work/munge" "$work/slurm" "$work/slurm/state"
	dd if=/dev/urandom of="$work/munge/key" bs=64 count=1 2>/dev/null
	chmod 600 "$work/munge/key"
	munged --foreground --force --key-file="$work/munge/key" \
		--socket="$work/munge/socket" --pid-file="$work/munge/pid" \
		--log-file="$work/log/munged" --seed-file="$work/munge/seed" 2>"$work/log/munged-said" &
	SLURM_CONF=$work/slurm/slurm.conf
	export SLURM_CONF
	cat >"$SLURM_CONF" <<-END
		ClusterName=fleet
		SlurmctldHost=head(10.99.0.1)
		AuthInfo=socket=$work/munge/socket
		SlurmUser=root
		SlurmdUser=root
		StateSaveLocation=$work/slurm/state
		SlurmdSpoolDir=$work/%n
		SlurmctldPidFile=$work/slurm/slurmctld.pid
		SlurmdPidFile=$work/%n/slurmd.pid
		ProctrackType=proctrack/pgid
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		SelectType=select/cons_tres
		MpiDefault=none
		ReturnToService=2
		MessageTimeout=5
		KillWait=1
		SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
		NodeName=node1 NodeAddr=10.99.0.11 CPUs=1
		NodeName=node2 NodeAddr=10.99.0.12 CPUs=1
		PartitionName=all Nodes=node1,node2 Default=YES MaxTime=10 State=UP
	END
	echo 'CgroupPlugin=cgroup/v1' >"$work/slurm/cgroup.conf"
	wait_for 10 munged test -S "$work/munge/socket"
	slurmctld -D -c >"$work/log/slurmctld" 2>&1 &
	for slurm_node in node1 node2; do
		on "$slurm_node" slurmd -D -N "$slurm_node" \
			>"$work/log/slurmd-$slurm_node" 2>&1 &
	done
	wait_for 20 "Slurm's nodes" nodes_idle
}

nodes_idle()
{
	[ "$(sinfo --noheader --Node --format=%t | grep -c '^idle$')" -eq 2 ]
}
