#!/bin/bash
# Restarts the bridge, so that it uses its new settings. Does nothing if the bridge runs with them already and jicofo can use
# it. This is the middle step of a rolling restart: restart-begin has emptied the bridge, and restart-end returns it to service. The
# bridges take these steps one after the other.
# Inputs: NAME, BRIDGE_VERSION, SETTINGS_HASH, FORMER_HASH, TURN (the output of restart-begin: a new value makes this step run, and
# a value that ends with -restart asks for a restart).
set -euo pipefail
: "${NAME:?}" "${SETTINGS_HASH:?}" "${FORMER_HASH:?}"
: "${bridge_url:?}" "${joined_once:?}" "${running_settings:?}" "${join_seconds:?}" "${state_dir:?}" # join.sh, lib.sh

readonly turn_record=restarted-for-turn

main() {
  local people
  adopt_former_hash
  if ! restart_is_due && runs_with_settings && wait_for "$join_seconds" "$NAME to be in the brewery" bridge_has_joined; then
    info "$NAME runs with its settings"
    return
  fi
  [[ -e $joined_once ]] || fatal "$NAME was never configured" "pulumi up"
  # If only this step failed, the step before it does not run again.
  if people=$(participants 2>/dev/null) && ((people > 0)) && ! bridge_is_draining; then
    fatal "$NAME takes participants although it should be out of service; its restart would disconnect participants: $people" \
      "on the bridge: curl -X POST $bridge_url/colibri/drain/enable; when it is empty: pulumi up"
  fi
  install_version
  # A restart ends drain mode (videobridge.initial-drain-mode is off).
  restart_and_join
  remember "$turn_record" "$TURN"
}

# Once for each value of TURN. This step also runs with the same value if its script changed. The bridge is in service then.
restart_is_due() {
  [[ $TURN == *-restart && $(cat "$state_dir/$turn_record" 2>/dev/null) != "$TURN" ]]
}

# Older versions recorded another hash of the same settings. It is replaced by the hash of today.
adopt_former_hash() {
  if [[ -f $running_settings && $(<"$running_settings") == "$FORMER_HASH" ]]; then
    remember "${running_settings##*/}" "$SETTINGS_HASH"
  fi
}

main "$@"
