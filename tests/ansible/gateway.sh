#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One gateway of tests/ansible/role.sh: a mount namespace in which /etc, /root,
# /run, /tmp, /var/lib and /var/log are its own, with an account "ops" that may
# become root, and an sshd in the foreground.
# usage: gateway.sh FOLDER PROGRAM, within the gateway's namespaces. FOLDER has
# host_key and authorized_keys, and what is mounted is found in FOLDER/root.
set -eu
folder=$1
program=$2
mkdir "$folder/root"
mount -t tmpfs -o mode=755 none "$folder/root"
for own in etc root run tmp var-lib var-log; do
	mkdir -m 755 "$folder/root/$own"
done
chmod 1777 "$folder/root/tmp"
cp -a /etc/. "$folder/root/etc/"
rm -rf "$folder/root/etc/zwinger" "$folder/root/etc/systemd/system"
mkdir -p "$folder/root/etc/systemd/system" "$folder/root/run/sshd"
sed -i 's/^root:[^:]*:/root:*:/' "$folder/root/etc/shadow"
echo 'ops:x:59999:59999::/run/ops:/bin/sh' >>"$folder/root/etc/passwd"
echo 'ops:*:19000:0:99999:7:::' >>"$folder/root/etc/shadow"
echo 'ops ALL=(ALL) NOPASSWD: ALL' >"$folder/root/etc/sudoers.d/ops"
mkdir "$folder/root/run/ops"
chown 59999:59999 "$folder/root/run/ops"
cp packaging/systemd/zwinger.service "$folder/root/etc/systemd/system/"
install -D "$program" "$folder/root/root/sbin/zwinger"
cat >"$folder/root/etc/sshd" <<END
Port 22
HostKey $folder/root/etc/host_key
AuthorizedKeysFile $folder/root/etc/authorized_keys
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
END
cp "$folder/host_key" "$folder/authorized_keys" "$folder/root/etc/"
# FOLDER may lie below /tmp, so the binds are made from the inside
for own in etc root run; do
	mount --bind "$folder/root/$own" "/$own"
done
mount --bind "$folder/root/var-lib" /var/lib
mount --bind "$folder/root/var-log" /var/log
sed -i "s|$folder/root/etc|/etc|" /etc/sshd
mount --bind "$folder/root/tmp" /tmp
exec /usr/sbin/sshd -D -e -f /etc/sshd
