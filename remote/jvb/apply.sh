#!/bin/bash
# Makes a bridge's settings effective: at once done where it has joined with them already, else out of service, wait
# until it is empty, restart, joined, back in service. The bridges do this one after the other.
# Argument: create or update. Inputs: NAME, BRIDGE_VERSION, SETTINGS_HASH, DRAIN_TIMEOUT_SECONDS.
set -euo pipefail
: "${NAME:?}" "${SETTINGS_HASH:?}" "${DRAIN_TIMEOUT_SECONDS:?}"
: "${bridge_url:?}" "${running_settings:?}" "${joined_once:?}" # join.sh

main() {
  if [[ -f $running_settings && $(<"$running_settings") == "$SETTINGS_HASH" ]] &&
    wait_for 20 "$NAME to be in the brewery" bridge_has_joined; then
    info "$NAME runs with its settings"
    return
  fi
  [[ -e $joined_once ]] || fatal "$NAME was never configured" "pulumi up"
  if bridge_get /about/version >/dev/null 2>&1; then
    empty_bridge
  else
    info "$NAME does not answer on $bridge_url: restarting it"
  fi
  install_version
  # A restart ends drain mode (videobridge.initial-drain-mode is off).
  restart_and_join
}

empty_bridge() {
  local start=$SECONDS next=30 left
  if ((DRAIN_TIMEOUT_SECONDS == 0)); then
    return
  fi
  set_drain enable || fatal "drain mode cannot be switched on" "journalctl -u jitsi-videobridge2 -n 50"
  trap 'set_drain disable || info "$NAME is still in drain mode"' EXIT
  while true; do
    left=$(participants) || fatal "$NAME stopped answering on $bridge_url" "journalctl -u jitsi-videobridge2 -n 50"
    if ((left == 0)); then
      break
    fi
    if ((SECONDS - start >= DRAIN_TIMEOUT_SECONDS)); then
      fatal "$left participants are on $NAME after $DRAIN_TIMEOUT_SECONDS s; it is back in service with its old settings" \
        "pulumi up at a quieter time"
    fi
    if ((SECONDS - start >= next)); then
      info "$NAME: $left participants left ($((SECONDS - start)) of $DRAIN_TIMEOUT_SECONDS s)"
      next=$((next + 30))
    fi
    sleep 2
  done
  trap - EXIT
}

main "$@"
