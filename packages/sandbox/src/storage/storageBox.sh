#!/bin/bash
# Keeps the root file system of the storage box mounted: an overlay on the hosts' base, with a user
# that can log in by SSH. Prints "ready", and then waits. Commands for it run in its mount namespace.
#
# Arguments: FOLDER  upper/ work/ root/ data/ (the files of the user)
#            BASE    root file system of a host (read-only)
#            USER    name of the user
#
# Runs in its own mount namespace (unshare --mount), so its mounts disappear with it.
set -euo pipefail

folder=$1 base=$2 user=$3

mkdir -p "$folder"/{upper,work,root,data}
chmod 0755 "$folder/upper"
root=$folder/root
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mkdir -p "$root/run/sshd" "$root/dev/pts"
for device in null zero random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"

grep -q "^$user:" "$root/etc/passwd" || echo "$user:x:2000:2000::/srv/box/home:/bin/bash" >>"$root/etc/passwd"
grep -q "^$user:" "$root/etc/group" || echo "$user:x:2000:" >>"$root/etc/group"
# The user's files. The folder above belongs to root, as sshd wants it for a root of its own.
mkdir -p "$root/srv/box/home"
mount --bind "$folder/data" "$root/srv/box/home"
chown 2000:2000 "$root/srv/box/home"
chmod 0755 "$root/srv/box" "$root/srv/box/home"

echo ready
exec sleep infinity
