#!/bin/bash
# Functions for the interface of the host in the private network. The interface appears after the host has started, and can
# lack its address after a boot. Input: state_dir.
: "${state_dir:?}"

# Bytes. Private networks of Hetzner silently drop larger packets: connections open, but TLS hangs.
readonly private_mtu=1450
readonly private_seconds=60
# The note in which host/setup records the private address of the host for later steps.
readonly private_note=private-address

# private_interface ADDRESS: the interface with this address. Fails if there is none.
private_interface() {
  ip -o -4 addr show | awk -v address="$1" '
    { split($4, part, "/") }
    part[1] == address { print $2; found = 1; exit }
    END { exit !found }'
}

# bare_interface: an interface that can belong to the private network, because it has no IPv4 address and no default route.
# Prints nothing if there is none.
bare_interface() {
  local path name out
  out="$(ip -o route show default) $(ip -o -6 route show default) "
  for path in /sys/class/net/*; do
    name=${path##*/}
    if [[ $name != lo && $out != *" dev $name "* && -z $(ip -o -4 addr show dev "$name") ]]; then
      printf '%s' "$name"
      return
    fi
  done
}

# bring_up_command INTERFACE: the command that configures it, with the tool that this system uses.
bring_up_command() {
  local up="ip link set $1 up"
  if systemctl is-active --quiet systemd-networkd && [[ $(networkctl --no-legend list "$1") != *unmanaged* ]]; then
    printf '%s && networkctl reconfigure %s' "$up" "$1"
  elif command -v ifquery >/dev/null && ifquery "$1" >/dev/null 2>&1; then
    printf '%s && ifup --force %s' "$up" "$1"
  elif command -v dhclient >/dev/null; then
    printf '%s && dhclient -1 %s' "$up" "$1"
  elif command -v dhcpcd >/dev/null; then
    printf '%s && dhcpcd --oneshot --nogateway %s' "$up" "$1"
  else
    printf '%s' "$up"
  fi
}

# expect_private_address ADDRESS: waits for the address, tries once to bring its interface up, and records the address.
expect_private_address() {
  local name command
  if ! wait_for "$private_seconds" "the private address $1" private_interface "$1"; then
    name=$(bare_interface)
    [[ -n $name ]] ||
      fatal "no interface of this host has its private address $1, and no interface lacks an address ($(ip -br link | awk '{ print $1 }' | paste -sd ' '))" \
        "reboot the server (hcloud server reboot NAME), so that the interface of the private network appears; then: pulumi up"
    command=$(bring_up_command "$name")
    info "the interface $name has no address; running once: $command"
    timeout 30 bash -c "$command" || true
    wait_for 10 "the private address $1" private_interface "$1" ||
      fatal "the interface $name of the private network has no address; $1 is expected" \
        "on $HOSTNAME: $command; ip addr show $name must show $1; then: pulumi up"
  fi
  remember "$private_note" "$1"
}

# private_problem PEER: why this host cannot reach PEER in the private network. Prints nothing if its own interface is not
# the reason.
private_problem() {
  local address name
  if [[ ! -r $state_dir/$private_note ]]; then
    return
  fi
  address=$(<"$state_dir/$private_note")
  if ! name=$(private_interface "$address"); then
    name=$(bare_interface)
    if [[ -n $name ]]; then
      printf 'the interface %s of the private network has no address, %s is expected: %s' "$name" "$address" "$(bring_up_command "$name")"
    else
      printf 'no interface has the private address %s: reboot the server' "$address"
    fi
  else
    large_packets_problem "$name" "$1"
  fi
}

# largest_packet INTERFACE PEER: bytes of the largest packet that this host sends to PEER. dhcpcd, the DHCP client of Debian
# 13, sets the network's MTU at the routes. The interface keeps 1500 then, and nothing is wrong.
largest_packet() {
  local mtu
  mtu=$(ip -o route get "$2" | sed -nE 's/.* mtu (lock )?([0-9]+).*/\2/p')
  printf '%s' "${mtu:-$(ip -o link show dev "$1" | sed -nE 's/.* mtu ([0-9]+) .*/\1/p')}"
}

# large_packets_problem INTERFACE PEER: prints nothing if large packets arrive, or if PEER answers no pings at all.
large_packets_problem() {
  local mtu
  mtu=$(largest_packet "$1" "$2")
  # One lost packet proves nothing.
  if command -v ping >/dev/null && answers_ping 1 "$2" && ! answers_ping 1 "$2" "$mtu" && ! answers_ping 4 "$2" "$mtu"; then
    printf 'packets of %d bytes are lost between the interface %s and %s, but small packets arrive' "$mtu" "$1" "$2"
    if ((mtu > private_mtu)); then
      printf '; its MTU is %d, but the network carries at most %d: ip link set %s mtu %d' "$mtu" "$private_mtu" "$1" "$private_mtu"
    fi
  fi
}

# answers_ping TIMES PEER [BYTES]: succeeds if PEER answers one of TIMES pings of this size, unfragmented.
answers_ping() {
  ping -q -c "$1" -i 0.2 -W 1 -M "do" -s "$((${3:-84} - 28))" "$2" >/dev/null 2>&1
}
