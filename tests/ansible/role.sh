#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The Ansible role against five gateways, each a network and a mount namespace
# with an sshd of its own, from a namespace for the controller: what check mode
# shows, a load, nothing to do, a policy that is refused, and one that locks the
# controller out of one gateway, which comes back by itself. Run from the root of
# the tree, as root; prints what is wrong.
set -u
if ! unshare -n -m true 2>/dev/null; then
	[ "${CI:-}" = true ] && { echo "ansible: namespaces need root" >&2; exit 1; }
	echo "skipped: namespaces need root"
	exit 0
fi
here=$(pwd)
program=$(realpath "${ZW_BINARY:-build/zwinger}") || exit 1
work=$(mktemp -d /tmp/zw-ansible.XXXXXX) || exit 1
name=zw-ansible-$$
gateways="gw1 gw2 gw3 gw4 gw5"
status=0

in_gateway()
{
	gateway=$1
	shift
	nsenter -n -m -t "$(cat "$work/$gateway/pid")" -- "$@"
}

# shellcheck disable=SC2317 # the trap comes to it
clean()
{
	for space in controller $gateways; do
		for pid in $(ip netns pids "$name-$space" 2>/dev/null); do
			kill -9 "$pid" 2>/dev/null
		done
		ip netns del "$name-$space" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

complain()
{
	echo "ansible: $*" >&2
	status=1
}

# ---- five gateways and a controller

ssh-keygen -q -t ed25519 -N '' -f "$work/key" || exit 1
ip netns add "$name-controller" || exit 1
number=0
for gateway in $gateways; do
	number=$((number + 1))
	space=$name-$gateway
	mkdir "$work/$gateway"
	ssh-keygen -q -t ed25519 -N '' -f "$work/$gateway/host_key" || exit 1
	cp "$work/key.pub" "$work/$gateway/authorized_keys"
	ip netns add "$space" || exit 1
	ip -n "$space" link set lo up
	ip -n "$space" link add lan0 type bridge
	ip -n "$space" link add mg0 type veth peer name "$gateway" netns "$name-controller" || exit 1
	ip -n "$space" addr add "10.9.$number.1/24" dev mg0
	ip -n "$space" addr add "10.1.$number.1/24" dev lan0
	ip -n "$space" link set mg0 up
	ip -n "$space" link set lan0 up
	ip -n "$name-controller" addr add "10.9.$number.254/24" dev "$gateway"
	ip -n "$name-controller" link set "$gateway" up
	echo "10.9.$number.1 $(cut -d' ' -f1,2 "$work/$gateway/host_key.pub")" >>"$work/known"
	ip netns exec "$space" unshare -m --propagation private \
		sh tests/ansible/gateway.sh "$work/$gateway" "$program" 2>"$work/$gateway/log" &
	echo $! >"$work/$gateway/pid"
	echo "$gateway ansible_host=10.9.$number.1" >>"$work/hosts"
done
sed -i "s|^gw[12] .*|& zwinger_claims=house.zw zwinger_management=$work/management.zw|" "$work/hosts"
sed -i 's/^gw1 .*/& zwinger_gateway=gw1/; s/^gw2 .*/& ansible_user=ops ansible_become=true/
	s/^gw5 .*/& zwinger_lockout_ok=true/' "$work/hosts"

cat >>"$work/hosts" <<END
[all:vars]
ansible_user=root
ansible_python_interpreter=/usr/bin/python3
ansible_ssh_private_key_file=$work/key
ansible_ssh_common_args=-o UserKnownHostsFile=$work/known
zwinger_program=/root/sbin/zwinger
zwinger_operator=alice
zwinger_confirm=12
zwinger_reconnect=4
zwinger_connect_timeout=3
zwinger_files=["services/own.zw"]
END
cat >"$work/ansible.cfg" <<END
[defaults]
inventory = $work/hosts
roles_path = $here/packaging/ansible/roles
local_tmp = $work/local
forks = 5
nocows = true
retry_files_enabled = false
[ssh_connection]
pipelining = true
control_path_dir = $work/c
END
cat >"$work/play.yml" <<END
- hosts: all
  gather_facts: false
  roles: [zwinger]
  post_tasks:
    - ansible.builtin.debug:
        msg: "{{ zwinger_result.verdict }} {{ zwinger_result.changed }} number {{ zwinger_result.number }} {{ zwinger_result.gateway }}, {{ zwinger_result.claims | join('; ') }}"
END
cat >"$work/check.yml" <<END
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: zwinger
        tasks_from: check
END

# play BOOK WORD...: what it says is in $work/said
play()
{
	book=$1
	shift
	HOME=$work ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_NOCOLOR=1 \
		ip netns exec "$name-controller" timeout 100 \
		ansible-playbook "$work/$book.yml" "$@" >"$work/said" 2>&1 </dev/null
}

# recap WHAT GATEWAY KEY=N...: what the play counts for a gateway
recap()
{
	what=$1
	gateway=$2
	shift 2
	for count; do
		grep -q "^$gateway  *:.* $count " "$work/said" && continue
		complain "$what: $gateway is not $count"
		tail -60 "$work/said" >&2
		return
	done
}

says()
{
	grep -q "$2" "$work/said" && return
	complain "$1: it does not say '$2'"
	tail -60 "$work/said" >&2
}

# The ruleset, without the number of the load that the names in it end with.
rules()
{
	in_gateway "$1" nft -s list ruleset | sed 's/_g[0-9]*//g' | sort
}

# Everything of a gateway that a play could touch.
look()
{
	in_gateway "$1" nft list ruleset
	in_gateway "$1" sh -c 'find /etc/zwinger /etc/systemd /var/lib /var/log /run/zwinger /tmp -name lock -o \
			-type f -exec sha256sum {} + 2>/dev/null | sort -k 2
		find /tmp /etc/zwinger 2>/dev/null | sort'
}

look_at_all()
{
	for gateway in $gateways; do
		look "$gateway" >"$work/$gateway/before"
	done
}

# same WHAT GATEWAY: as it was at look_at_all
same()
{
	look "$2" >"$work/now"
	diff "$work/$2/before" "$work/now" >"$work/difference" && return
	complain "$1: $2 is not as it was"
	cat "$work/difference" >&2
}

# holds WHAT GATEWAY POLICY: it is in force, confirmed, and in place
holds()
{
	in_gateway "$2" /root/sbin/zwinger status >"$work/status" 2>&1 ||
		complain "$1: $2: $(cat "$work/status")"
	grep 'not confirmed\|waits' "$work/status" && complain "$1: $2 is not confirmed"
	in_gateway "$2" cmp /etc/zwinger/policy.zw - <"$work/$3" ||
		complain "$1: $2 has another policy in place"
}

# policy FILE GATEWAYS RULE...: those let the controller in
policy()
{
	file=$1
	into=$2
	shift 2
	{
		number=0
		for gateway in $gateways; do
			number=$((number + 1))
			echo "gateway $gateway { interface mg$number = mg0; interface office$number = lan0; interface front = dmz0 }"
			echo "zone mg$number { network 10.9.$number.0/24 }"
			echo "internal zone office$number { network 10.1.$number.0/24 }"
		done
		echo 'dmz zone front { network 192.0.2.0/28 }'
		echo 'include "services/own.zw"'
		echo "allow $into -> self : ssh, ping"
		for rule; do
			echo "$rule"
		done
	} >"$work/$file"
}
mkdir "$work/services"
echo 'service backup = tcp/4444' >"$work/services/own.zw"
echo 'never front -> self : ssh because "it is in everybody'"'"'s reach"' >"$work/house.zw"
printf '%s\n' 'zone m { interface mg0 network 10.9.0.0/16 }' 'allow m -> self : ssh' >"$work/management.zw"
policy one.zw "mg1, mg2, mg3, mg4, mg5"
policy refuted.zw "mg1, mg2, mg3, mg4, mg5" 'allow front -> office3 : https'
policy two.zw "mg1, mg2" 'allow mg3 -> self : ssh limit 1/day burst 1' 'allow office1, office2, office3, office4, office5 -> front : https'

# ---- what is played

for gateway in $gateways; do
	i=0
	until grep -q 'Server listening' "$work/$gateway/log"; do
		[ $((i += 1)) -lt 100 ] || { cat "$work/$gateway/log" >&2; exit 1; }
		sleep 0.1
	done
done
look_at_all

cp packaging/ansible/gateways.yml "$work/"
play gateways --syntax-check || complain "gateways.yml: $(cat "$work/said")"

what="check mode"
play play -e zwinger_policy="$work/one.zw" --check --diff --limit gw1,gw2
says "$what" 'would be generation 1 of table inet zwinger'
says "$what" 'no longer allowed'
for gateway in gw1 gw2; do
	recap "$what" "$gateway" failed=0 unreachable=0 'changed=[1-9]'
	same "$what" "$gateway"
done
[ $status = 0 ] || exit 1

what="a first load"
play play -e zwinger_policy="$work/one.zw"
for gateway in $gateways; do
	recap "$what" "$gateway" failed=0 unreachable=0 'changed=[1-9]'
	holds "$what" "$gateway" one.zw
	in_gateway "$gateway" /root/sbin/zwinger audit >"$work/$gateway/trail"
	grep -q 'confirm done  generation 1  by root,.* for alice' "$work/$gateway/trail" ||
		complain "$what: $gateway does not know who: $(cat "$work/$gateway/trail")"
	in_gateway "$gateway" test -L /etc/systemd/system/sysinit.target.wants/zwinger.service ||
		complain "$what: $gateway does not load it at boot"
done
says "$what" "proved True number 1 gw1, .*never front -> self : ssh"
says "$what" "proved True number 1 gw3, never"
grep -q 'confirm done  generation 1  by root, .*sudo from ops, for alice' "$work/gw2/trail" ||
	complain "$what: gw2 does not know by which account: $(cat "$work/gw2/trail")"
[ $status = 0 ] || exit 1

what="nothing to do"
look_at_all
play play -e zwinger_policy="$work/one.zw" --diff --limit gw1,gw2,gw3
for gateway in gw1 gw2 gw3; do
	recap "$what" "$gateway" failed=0 unreachable=0 changed=0
	same "$what" "$gateway"
done
[ $status = 0 ] || exit 1

what="a policy that is refuted at gw3 while gw2 waits for somebody"
in_gateway gw2 tee /etc/zwinger/next.zw <"$work/two.zw" >/dev/null
in_gateway gw2 /root/sbin/zwinger apply /etc/zwinger/next.zw --gateway gw2 --confirm 100s >/dev/null 2>&1 ||
	complain "$what: nothing waits"
look_at_all
play play -e zwinger_policy="$work/refuted.zw"
says "$what" 'Z4001'
says "$what" 'the policy is refused at gw2, gw3; nothing was touched'
says "$what" 'the policy is refused: it is not proved; nothing was touched'
says "$what" 'the policy is refused: number 2 waits there'
for gateway in $gateways; do
	recap "$what" "$gateway" failed=1 unreachable=0 changed=0
	same "$what" "$gateway"
done
in_gateway gw2 /root/sbin/zwinger rollback >/dev/null 2>&1 || complain "$what: no way back"

what="the proof alone, of a policy of one gateway that asks the kernel for addresses"
printf '%s\n' 'zone m { interface mg0 network from interface }' 'allow m -> self : ssh' >"$work/alone.zw"
look_at_all
play check -e zwinger_policy="$work/alone.zw" -e '{"zwinger_files": []}' --limit gw4 --diff
recap "$what" gw4 failed=0 unreachable=0 changed=0
says "$what" 'would be generation 2 of table inet zwinger'
same "$what" gw4
[ $status = 0 ] || exit 1

# gw3 takes one more connection and goes on with those that it has; gw4 knows
# that it would end the one it is asked over; gw5 does not ask.
what="a policy that locks out"
for gateway in gw3 gw4 gw5; do
	rules "$gateway" >"$work/$gateway/former"
done
play play -e zwinger_policy="$work/two.zw"
for gateway in gw1 gw2; do
	recap "$what" "$gateway" failed=0 unreachable=0 'changed=[1-9]'
	holds "$what" "$gateway" two.zw
done
says "$what" 'gw4.*nothing was loaded, what was in force still is: the policy forbids the SSH connection'
recap "$what" gw4 failed=1 unreachable=0 changed=0
for gateway in gw3 gw5; do
	recap "$what" "$gateway" failed=1 unreachable=0
	says "$what" "$gateway.*the former ruleset is back, number 1 (policy.zw, gateway $gateway), proved, and is what boots"
done
for gateway in gw3 gw4 gw5; do
	holds "$what" "$gateway" one.zw
	rules "$gateway" | diff "$work/$gateway/former" - || complain "$what: $gateway has another ruleset"
done
ip netns exec "$name-controller" ssh -F none -i "$work/key" -o UserKnownHostsFile="$work/known" \
	-o ConnectTimeout=5 root@10.9.5.1 true || complain "$what: gw5 lets nobody in"
in_gateway gw5 nft flush ruleset
in_gateway gw5 /root/sbin/zwinger boot >"$work/status" 2>&1 || complain "$what: $(cat "$work/status")"
rules gw5 | diff "$work/gw5/former" - || complain "$what: gw5 boots another ruleset"
exit $status
