#!/bin/bash
# Ends the SSH connection of the web host to an existing machine. Inputs: NAME, NICKNAME.
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}"

readonly units=/etc/systemd/system
readonly folder=/etc/jitsi-hetzner/forward/$NICKNAME
readonly unit=jitsi-hetzner-forward@$NICKNAME.service

main() {
  # The same machine gets the same nickname when it is declared again, and begins without these notes.
  jitsi-hetzner forget <<<"{\"version\": 1, \"nickname\": \"$NICKNAME\"}"
  systemctl disable --quiet --now "$unit" 2>/dev/null || true
  systemctl reset-failed "$unit" 2>/dev/null || true
  rm -rf "$folder"
  if [[ -z $(ls -A "${folder%/*}" 2>/dev/null) ]]; then
    rm -rf "${folder%/*}" "$units/jitsi-hetzner-forward@.service"
    systemctl daemon-reload
  fi
  info "removed the forward to $NAME"
}

main "$@"
