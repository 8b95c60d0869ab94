#!/bin/bash
# Keeps one host running: boots it, boots it again after a reboot, and ends when the host powers
# off. It is a separate process, so that hosts keep running when the sandbox's server crashes.
#
# Arguments: FOLDER      the host's folder: upper/ work/ root/ kernel/ [network.batch]
#            LAYERS      root file systems that hosts share (read-only), as lowerdir of an overlay
#            NAMESPACE   network namespace of the host; also its machine name
#            HOSTNAME    its host name until cloud-init sets it
#            CGROUP...   its folder in each control group hierarchy that systemd uses
#
# Runs in its own mount namespace (unshare --mount), so its mounts are not visible outside and
# disappear with it.
set -euo pipefail

folder=$1 layers=$2 namespace=$3 hostname=$4
shift 4
cgroups=("$@")

# Exit code of nspawn when the host rebooted (systemd-nspawn(1)).
readonly rebooted=133

say() { echo "[sandbox] $*"; }

# A separate control group keeps the processes of hosts apart, and allows to end all processes of a
# host at once.
join_cgroups() {
  local group
  for group in "${cgroups[@]}"; do
    mkdir -p "$group/$1"
    echo "$BASHPID" >"$group/$1/cgroup.procs"
  done
}

boot() {
  join_cgroups machine
  # The host may write network settings below /proc/sys/net, like on a real server.
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
  # setpriv: the host ends with this script. suppress-sync: fsync protects against power loss only.
  # CAP_SYS_RESOURCE and the limit: units can raise their limits, like on a server.
  exec setpriv --pdeathsig KILL systemd-nspawn --quiet --boot --directory="$folder/root" \
    --machine="$namespace" --hostname="$hostname" --register=no --keep-unit \
    --network-namespace-path="/run/netns/$namespace" \
    --capability=CAP_NET_ADMIN,CAP_SYS_RESOURCE --rlimit=NOFILE=1024:1048576 \
    --bind-ro="$folder/kernel:/run/sandbox" \
    --resolv-conf=off --timezone=off --link-journal=no --suppress-sync=yes </dev/null
}

# choose_kernel: writes the kernel that programs on the host see until the next boot. Hangs like GRUB
# if it does not find the kernel.
choose_kernel() {
  local release
  if ! release="$(python3 "${BASH_SOURCE[0]%/*}/bootKernel.py" "$folder/root")"; then
    say "the boot loader waits for a key"
    exec sleep infinity
  fi
  echo "$release" >"$folder/kernel/release"
}

join_cgroups supervisor
mkdir -p "$folder/kernel"
mount -t overlay overlay \
  -o "lowerdir=$layers,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
# nspawn's lock files stay in this mount namespace.
mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd

while true; do
  # Private interfaces are configured from outside. A change inside the host is undone at its next
  # boot.
  if [[ -s $folder/network.batch ]]; then
    ip -n "$namespace" -batch "$folder/network.batch"
  fi
  choose_kernel
  (boot) &
  code=0
  wait "$!" || code=$?
  [[ $code -eq $rebooted ]] || break
  say "rebooted"
  while [[ -e $folder/kernel/hang ]]; do sleep 0.2; done
done
say "ended with code $code"
exit "$code"
