#!/bin/bash
# Looks whether a machine can be taken into the cluster, before anything is changed on it. Changes nothing, and tells all that
# it finds at once. The machine has no program yet. Prints its memory and cores as JSON to stdout.
# Inputs: NAME, ROLE, ADDRESS (the machine's), DOMAIN, WEB_ADDRESS (the web host's), ADOPT (yes or no), FORWARD_PORTS.
set -euo pipefail
: "${NAME:?}" "${ROLE:?}" "${ADDRESS:?}" "${DOMAIN:?}" "${WEB_ADDRESS:?}" "${ADOPT:?}" "${FORWARD_PORTS:?}"

readonly os_release=/etc/os-release
readonly meminfo=/proc/meminfo
readonly program=/usr/local/sbin/jitsi-hetzner
readonly node_conf=/etc/jitsi-hetzner/node.conf
readonly forward_user=jitsi-hetzner-forward
readonly debian_releases='12 13'
readonly media_port=10000
# Of jibri, on loopback.
readonly jibri_ports='2222 3333'
readonly display_socket=/tmp/.X11-unix/X0
readonly xorg_wrapper=/usr/lib/xorg/Xorg.wrap
readonly xwrapper_conf=/etc/X11/Xwrapper.config
# The kernel keeps a part of the memory for itself.
case $ROLE in
  jvb) readonly least_memory_mb=1800 least_cores=2 least_disk_mb=2000 ;;
  # It runs a browser and encodes video: as the default type of servers at Hetzner.
  *) readonly least_memory_mb=7500 least_cores=4 least_disk_mb=8000 ;;
esac
# The clocks of two hosts that check each other's certificates and logs may differ by so much.
readonly most_clock_seconds=60
readonly python_test='import sys; raise SystemExit(sys.version_info < (3, 11))'

findings=()

main() {
  local memory_mb cores
  check_system
  check_root
  memory_mb=$(awk '/^MemTotal:/ { printf "%d", $2 / 1024 }' "$meminfo")
  cores=$(nproc)
  check_size "$memory_mb" "$cores"
  check_network
  check_ports
  if [[ $ROLE == jvb ]]; then
    check_filters
  else
    check_display
  fi
  check_forward
  check_jitsi
  check_clock
  if ((${#findings[@]} > 0)); then
    tell_findings
  fi
  tell_closed_ports
  result "{\"memoryMb\":$memory_mb,\"cores\":$cores}"
}

# find_problem WHAT FIX
find_problem() {
  findings+=("$1: $2")
}

tell_findings() {
  local one
  trap - ERR
  printf '%s failed on %s (%s): this machine cannot be taken into the cluster as it is; nothing was changed on it.\n' \
    "$STEP" "$NAME" "$ADDRESS" >&4
  for one in "${findings[@]}"; do
    printf '  %s\n' "$one" >&4
  done
  printf '  What to do: repair these, then: pulumi up; or take it out of existingNodes\n' >&4
  exit 1
}

check_system() {
  local id release architecture
  id=$(os_value ID)
  release=$(os_value VERSION_ID)
  if [[ $id != debian || " $debian_releases " != *" $release "* ]]; then
    find_problem "its system is ${id:-unknown} ${release:-}, but must be Debian ${debian_releases// / or }" "install one of these"
    return
  fi
  architecture=$(dpkg --print-architecture)
  if [[ $architecture != amd64 ]]; then
    find_problem "its architecture is $architecture, but must be amd64" "take another machine"
  fi
  if [[ ! -d /run/systemd/system ]]; then
    find_problem "systemd is not running" "boot the machine with systemd"
  fi
  if ! python3 -c "$python_test" 2>/dev/null; then
    find_problem "python3 is missing or older than 3.11" "apt-get install -y python3"
  fi
  if ! command -v ip >/dev/null || ! command -v ss >/dev/null; then
    find_problem "the programs ip and ss are missing" "apt-get install -y iproute2"
  fi
  if [[ -n $(dpkg --audit 2>&1) ]]; then
    find_problem "an installation of packages was interrupted (dpkg --audit)" "dpkg --configure -a"
  fi
}

os_value() {
  # shellcheck source=/dev/null
  (. "$os_release" && printf '%s' "${!1:-}")
}

check_root() {
  if ((EUID != 0)); then
    find_problem "the script runs as $(id -un), not as root" "allow it sudo without a password"
  fi
}

# check_size MEMORY_MB CORES
check_size() {
  local disk_mb
  if (($1 < least_memory_mb)); then
    find_problem "it has $1 MB of memory, but needs $least_memory_mb" "take a larger machine"
  fi
  if (($2 < least_cores)); then
    find_problem "it has $2 processor cores, but needs $least_cores" "take a larger machine"
  fi
  disk_mb=$(df -Pm /var | awk 'NR == 2 { print $4 }')
  if ((disk_mb < least_disk_mb)); then
    find_problem "$disk_mb MB are free in /var, but $least_disk_mb are needed" "make room"
  fi
}

check_network() {
  if command -v ip >/dev/null && ! ip -o -4 addr show | grep -qF " $ADDRESS/"; then
    find_problem "none of its interfaces has the address $ADDRESS, so it is behind a NAT, and participants would not reach it" \
      "give it the address itself, or set the right host in existingNodes (ip -4 addr)"
  fi
  if ! reaches "$WEB_ADDRESS" 5222; then
    find_problem "it does not reach port 5222 of the web host ($WEB_ADDRESS), which is open for $ADDRESS alone" \
      "does it leave with another address (curl -4 https://ifconfig.co)? Does a firewall of its provider stop TCP 5222 out?"
  fi
}

reaches() {
  timeout 10 bash -c "exec 9<>'/dev/tcp/$1/$2'" 2>/dev/null
}

check_ports() {
  local port used
  if ! command -v ss >/dev/null; then
    return
  fi
  for port in $(private_ports); do
    used=$(ss -Hltnp "sport = :$port" | grep -vE '(\[::1\]|127\.0\.0\.[2-9])' | head -n 1) || true
    tell_used "tcp $port" "$used"
  done
  if [[ $ROLE == jvb ]]; then
    used=$(ss -Hlunp "sport = :$media_port" | head -n 1)
    tell_used "udp $media_port" "$used"
  fi
}

private_ports() {
  printf '%s\n' "$FORWARD_PORTS"
  if [[ $ROLE == jibri ]]; then
    printf '%s\n' "$jibri_ports"
  fi
}

# tell_used PORT LINE: LINE is of ss; empty if the port is free. A bridge that is taken over may use its own ports.
tell_used() {
  local who
  if [[ -z $2 ]] || { [[ $ADOPT == yes ]] && { systemctl is-active --quiet jitsi-videobridge2 || systemctl is-active --quiet jibri; }; } || is_ours; then
    return
  fi
  who=$(sed -nE 's/.*users:\(\("([^"]+)",pid=([0-9]+).*/\1 (process \2)/p' <<<"$2")
  find_problem "its port $1 is used by ${who:-another program}, but the role $ROLE needs it" "stop that program, or move it to another port"
}

# Whether an earlier run of this cluster has set the machine up.
is_ours() {
  [[ -r $node_conf && $(sed -n 's/^DOMAIN=//p' "$node_conf") == "$DOMAIN" ]]
}

# A recorder has an X server of its own at display :0, which the user jibri starts without a console.
check_display() {
  if is_ours; then
    return
  fi
  if [[ -e $display_socket && $ADOPT != yes ]]; then
    find_problem "it has a display :0 already, which a recorder needs for itself" \
      "end its graphical desktop for good (systemctl set-default multi-user.target; reboot)"
  fi
  if [[ -x $xorg_wrapper ]] && ! grep -qsE '^allowed_users *= *anybody' "$xwrapper_conf"; then
    find_problem "its package xserver-xorg-legacy lets only users at its console start an X server, but the role $ROLE needs one" \
      "apt-get purge xserver-xorg-legacy, or set allowed_users=anybody in $xwrapper_conf"
  fi
}

# The rules of others count beside ours: whatever they drop does not arrive.
check_filters() {
  local rules
  if command -v ufw >/dev/null && [[ $(ufw status 2>/dev/null) == *'Status: active'* ]]; then
    rules=$(ufw status | grep -v '/tcp')
    if ! names_media_port <<<"$rules"; then
      find_problem "its firewall ufw does not let in UDP $media_port, the media of participants" "ufw allow $media_port/udp"
    fi
    return
  fi
  if command -v nft >/dev/null; then
    rules=$(nft list ruleset 2>/dev/null) || true
    if [[ $rules == *'hook input'*'policy drop'* ]] && ! names_media_port <<<"$rules" && ! is_ours; then
      find_problem "its packet filter (nft list ruleset) drops what it does not name, and does not name UDP $media_port, the media of participants" \
        "let in udp dport $media_port there"
    fi
  fi
}

# names_media_port: whether the text on stdin has the port, or a range around it (nft: 9000-11000, ufw: 9000:11000).
names_media_port() {
  local first last
  while IFS=-: read -r first last; do
    if ((10#$first <= media_port && media_port <= 10#${last:-$first})); then
      return 0
    fi
  done < <(grep -oE '[0-9]+([-:][0-9]+)?')
  return 1
}

# The web host reaches the private ports over an SSH connection of a user of its own.
check_forward() {
  local sshd setting list
  sshd=$(sshd -T -C "user=$forward_user,host=$WEB_ADDRESS,addr=$WEB_ADDRESS" 2>/dev/null) || {
    find_problem "sshd -T does not say how sshd is configured" "repair what sshd -t shows"
    return
  }
  setting=$(sshd_value allowtcpforwarding "$sshd")
  if [[ $setting != yes && $setting != local && $setting != all ]] || [[ $(sshd_value disableforwarding "$sshd") == yes ]]; then
    find_problem "its sshd does not allow forwards for the user $forward_user (AllowTcpForwarding $setting)" \
      "add to /etc/ssh/sshd_config: Match User $forward_user, and below it: AllowTcpForwarding local"
  fi
  if [[ $(sshd_value permitopen "$sshd") != any ]]; then
    find_problem "its sshd restricts forwards (PermitOpen)" "add to /etc/ssh/sshd_config: Match User $forward_user, and below it: PermitOpen any"
  fi
  if [[ $(sshd_value pubkeyauthentication "$sshd") == no ]]; then
    find_problem "its sshd accepts no public keys for $forward_user" "set PubkeyAuthentication yes"
  fi
  if [[ $(sshd_value authorizedkeysfile "$sshd") != *.ssh/authorized_keys* ]]; then
    find_problem "its sshd does not read .ssh/authorized_keys of users (AuthorizedKeysFile)" "add .ssh/authorized_keys to AuthorizedKeysFile"
  fi
  for list in allowusers allowgroups; do
    setting=$(sshd_values "$list" "$sshd")
    if [[ -n $setting && " $setting " != *" $forward_user "* ]]; then
      find_problem "its sshd lets in only ${list#allow}: $setting" "add $forward_user to that list, and: systemctl reload ssh"
    fi
  done
}

# sshd_value KEY TEXT: one value of what sshd -T prints.
sshd_value() {
  sed -n "s/^$1 //p" <<<"$2" | head -n 1
}

# sshd_values KEY TEXT: all values of a list, of which sshd -T prints one in each line.
sshd_values() {
  sed -n "s/^$1 //p" <<<"$2" | paste -sd ' '
}

check_jitsi() {
  local other found
  if [[ -r $node_conf ]]; then
    other=$(sed -n 's/^DOMAIN=//p' "$node_conf")
    if [[ $other != "$DOMAIN" ]]; then
      find_problem "it belongs to the cluster of ${other:-another domain} already ($node_conf)" "take it out of existingNodes there first"
    fi
    return
  fi
  if [[ -e $program ]]; then
    find_problem "it is a host of a cluster of this program already ($program)" "take another machine"
    return
  fi
  if [[ $ADOPT == yes ]]; then
    return
  fi
  found=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -nE 's/^(installed|config-files|half-[a-z]+|unpacked) (jicofo|jibri|jitsi-.*)$/\2/p' | paste -sd ' ') || true
  if [[ -n $found ]]; then
    find_problem "packages of Jitsi are there, or were and have left their settings: $found" \
      "remove them (apt-get purge $found), or set adopt: true to take them over"
  elif [[ -e /etc/jitsi ]]; then
    find_problem "/etc/jitsi is there, but no package of Jitsi" "remove it, or set adopt: true"
  fi
}

# By the date that the web host's nginx tells. Without an answer, nothing is said.
check_clock() {
  local date there difference
  date=$(timeout 10 bash -c "exec 9<>'/dev/tcp/$WEB_ADDRESS/80' && printf 'HEAD / HTTP/1.0\r\n\r\n' >&9 && cat <&9" 2>/dev/null |
    tr -d '\r' | sed -n 's/^[Dd]ate: //p' | head -n 1) || true
  there=$(date -d "$date" +%s 2>/dev/null) || return 0
  [[ -n $date ]] || return 0
  difference=$(($(date +%s) - there))
  if ((${difference#-} > most_clock_seconds)); then
    find_problem "its clock differs by $difference seconds from the web host's" "timedatectl set-ntp true"
  fi
}

# Ports that the packet filter will close. For information: a machine can have services that nobody else needs.
tell_closed_ports() {
  local ports
  ports=$(ss -Hltn 2>/dev/null | awk '{ print $4 }' | grep -vE '^(127\.|\[::1\]|\[::ffff:127\.)' | sed -E 's/.*:([0-9]+)$/\1/' | sort -un |
    grep -vxF "$(sshd -T 2>/dev/null | sed -n 's/^port //p')" | paste -sd ' ') || true
  if [[ -n $ports ]]; then
    info "the packet filter will close these TCP ports of $NAME to others: $ports"
  fi
}

main "$@"
