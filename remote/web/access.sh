#!/bin/bash
# Port 5222 of the web host for one existing machine, in this host's own packet filter. Argument: open or close. The first step
# of a machine: it refuses one that is in the cluster under another name, or in the other role, before anything is changed.
# Inputs: NAME, NICKNAME, ADDRESS; ROLE and RECORDER_PORT (absent when a step closes that an older version of this program has
# opened).
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${ADDRESS:?}" "${ROLE=}" "${RECORDER_PORT=}"

readonly folder=/etc/nftables.d
readonly rules=$folder/jitsi-hetzner.nft
readonly forward_conf=/etc/jitsi-hetzner/forward/$NICKNAME/config
readonly machine=$folder/jitsi-hetzner-node-$NICKNAME.nft
readonly main_file=/etc/nftables.conf
readonly all_machines="include \"$folder/jitsi-hetzner-node-*.nft\""

main() {
  case ${1:-} in
    open)
      expect_new
      open_port
      ;;
    close) close_port ;;
    *) fatal "unknown argument \"${1:-}\"" "pulumi up" ;;
  esac
}

# The steps of the former entry come last in an `up`. They would take away what those of the new one have just installed.
expect_new() {
  local file former
  for file in "${machine%"$NICKNAME.nft"}"*.nft; do
    if [[ $file != "$machine" ]] && grep -qsF " saddr $ADDRESS " "$file"; then
      former=$(sed -n 's/.* comment "\(.*\)"$/\1/p' "$file")
      fatal "the machine $ADDRESS is in the cluster already, as $former: its name cannot change to $NAME" "$(two_steps "name: $former")"
    fi
  done
  former=$(former_role)
  if [[ -n $former && $former != "$ROLE" ]]; then
    fatal "$NAME ($ADDRESS) is in the cluster already, with the role $former: its role cannot change to $ROLE" "$(two_steps "role: $former")"
  fi
}

# The role of the machine so far; empty for a new one. A file of an older version has no role, but the forward has the ports.
former_role() {
  if [[ -e $machine ]] && grep '^# role ' "$machine" | cut -d ' ' -f 3 | grep .; then
    return
  fi
  if [[ -e $forward_conf ]]; then
    grep -q ":$RECORDER_PORT\$" "$forward_conf" && printf 'jibri' || printf 'jvb'
  fi
}

two_steps() {
  printf 'in existingNodes, set %s again; or take the entry out, then: pulumi up, and add the entry with its new value after that' "$1"
}

# Before all other rules of the table, which refuse the port on public addresses.
open_port() {
  write_file "$machine" 0644 root:root \
    "# role $ROLE"$'\n'"insert rule inet jitsi_hetzner input ip saddr $ADDRESS tcp dport 5222 accept comment \"$NAME\""$'\n'
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
