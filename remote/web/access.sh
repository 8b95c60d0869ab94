#!/bin/bash
# Port 5222 of the web host for one existing machine, in this host's own packet filter. Argument: open or close.
# Inputs: NAME, NICKNAME, ADDRESS.
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${ADDRESS:?}"

readonly folder=/etc/nftables.d
readonly rules=$folder/jitsi-hetzner.nft
readonly machine=$folder/jitsi-hetzner-node-$NICKNAME.nft
readonly main_file=/etc/nftables.conf
readonly all_machines="include \"$folder/jitsi-hetzner-node-*.nft\""

main() {
  case ${1:-} in
    open) open_port ;;
    close) close_port ;;
    *) fatal "unknown argument \"${1:-}\"" "pulumi up" ;;
  esac
}

# Before all other rules of the table, which refuse the port on public addresses.
open_port() {
  write_file "$machine" 0644 root:root \
    "insert rule inet jitsi_hetzner input ip saddr $ADDRESS tcp dport 5222 accept comment \"$NAME\""$'\n'
  if ! grep -qF "$all_machines" "$main_file"; then
    printf '\n%s\n' "$all_machines" >>"$main_file"
  fi
  load_all
  info "port 5222 is open for $NAME ($ADDRESS)"
}

# A connection that is open stays open until the machine has left.
close_port() {
  rm -f "$machine"
  load_all
  info "port 5222 is closed for $NAME ($ADDRESS)"
}

# In one transaction: the file of the host empties the table first.
load_all() {
  printf 'include "%s"\n%s\n' "$rules" "$all_machines" | nft -f - ||
    fatal "nft refuses the rules" "repair what the lines above show, then: pulumi up"
}

main "$@"
