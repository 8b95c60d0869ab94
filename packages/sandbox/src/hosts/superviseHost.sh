#!/bin/bash
# Keeps one host running: boots it, boots it again when it rebooted itself, ends when it powered off.
# A process of its own, so that hosts outlive a crash of the sandbox's server.
#
# Arguments: FOLDER      the host's folder: upper/ work/ root/ [network.batch]
#            BASE        root file system that all hosts share (read only)
#            NAMESPACE   network namespace of the host; also its machine name
#            HOSTNAME    its host name until cloud-init sets it
#            CGROUP...   its own folder in each control group hierarchy that systemd uses
#
# Runs in a mount namespace of its own (unshare --mount): no mount is seen, or left behind, outside.
set -euo pipefail

folder=$1 base=$2 namespace=$3 hostname=$4
shift 4
cgroups=("$@")

# nspawn ends with this code when the host rebooted (systemd-nspawn(1)).
readonly rebooted=133

say() { echo "[sandbox] $*"; }

# In a group of its own a host's processes cannot be mixed up with another's, and all end at once.
join_cgroups() {
  local group
  for group in "${cgroups[@]}"; do
    mkdir -p "$group/$1"
    echo "$BASHPID" >"$group/$1/cgroup.procs"
  done
}

boot() {
  join_cgroups machine
  # The host may write its own network settings below /proc/sys/net, as on a server of its own.
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
  # setpriv: the host does not outlive this script. suppress-sync: fsync is for disks that lose power.
  # CAP_SYS_RESOURCE and the limit: units raise their limits, as on a server.
  exec setpriv --pdeathsig KILL systemd-nspawn --quiet --boot --directory="$folder/root" \
    --machine="$namespace" --hostname="$hostname" --register=no --keep-unit \
    --network-namespace-path="/run/netns/$namespace" \
    --capability=CAP_NET_ADMIN,CAP_SYS_RESOURCE --rlimit=NOFILE=1024:1048576 \
    --resolv-conf=off --timezone=off --link-journal=no --suppress-sync=yes </dev/null
}

join_cgroups supervisor
mount -t overlay overlay \
  -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
# nspawn's locks stay in this mount namespace.
mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd

while true; do
  # Private interfaces are configured from outside; what a host undid comes back with its next boot.
  if [[ -s $folder/network.batch ]]; then
    ip -n "$namespace" -batch "$folder/network.batch"
  fi
  (boot) &
  code=0
  wait "$!" || code=$?
  [[ $code -eq $rebooted ]] || break
  say "rebooted"
done
say "ended with code $code"
exit "$code"
