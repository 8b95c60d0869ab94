#!/bin/bash
# Makes the written settings and the declared version of a bridge effective: installs that version and restarts the bridge if
# it does not already run with both, or if the argument is `restart`. The web host has this run (jitsi-hetzner-start), after it
# has emptied the bridge and before it returns it to service, with the values that jvb/files has written.
# Inputs: NAME, BRIDGE_VERSION, SETTINGS_HASH.
set -euo pipefail
: "${NAME:?}" "${SETTINGS_HASH:?}"
: "${bridge_url:?}" "${joined_once:?}" "${join_seconds:?}" # join.sh

main() {
  local people
  if [[ ${1:-} != restart ]] && runs_with_settings && wait_for "$join_seconds" "$NAME to be in the brewery" bridge_has_joined; then
    info "$NAME runs with its settings"
    return
  fi
  [[ -e $joined_once ]] || fatal "$NAME was never configured" "pulumi up"
  # The web host has seen to it. Somebody who runs this by hand may not.
  if people=$(participants 2>/dev/null) && ((people > 0)) && ! bridge_is_draining; then
    fatal "$NAME takes participants although it should be out of service; its restart would disconnect participants: $people" \
      "on the bridge: curl -X POST $bridge_url/colibri/drain/enable; when it is empty: pulumi up"
  fi
  install_version
  # A restart ends drain mode (videobridge.initial-drain-mode is off).
  restart_and_join
}

main "$@"
