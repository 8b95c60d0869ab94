#!/bin/bash
# Makes a bridge's settings effective by a restart, where it does not run with them already or jicofo cannot use it. It is
# the middle of three steps: web/out has emptied the bridge, web/in puts it back into service; the bridges do this one
# by one.
# Inputs: NAME, BRIDGE_VERSION, SETTINGS_HASH, FORMER_HASH, TURN (what web/out printed: another one makes this
# run, and one that ends with -restart asks for a restart).
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
  # The step before this one does not run again where only this one failed.
  if people=$(participants 2>/dev/null) && ((people > 0)) && ! bridge_is_draining; then
    fatal "$NAME takes people though it should be out of service, and its restart would cut them off: $people" \
      "curl -X POST $bridge_url/colibri/drain/enable on the bridge; when it is empty: pulumi up"
  fi
  install_version
  # A restart ends drain mode (videobridge.initial-drain-mode is off).
  restart_and_join
  remember "$turn_record" "$TURN"
}

# Once for each turn: with the same one this runs again for a changed script, when the bridge is in service.
restart_is_due() {
  [[ $TURN == *-restart && $(cat "$state_dir/$turn_record" 2>/dev/null) != "$TURN" ]]
}

# The same settings, noted by the program before: today's hash stands for them from here on.
adopt_former_hash() {
  if [[ -f $running_settings && $(<"$running_settings") == "$FORMER_HASH" ]]; then
    remember "${running_settings##*/}" "$SETTINGS_HASH"
  fi
}

main "$@"
