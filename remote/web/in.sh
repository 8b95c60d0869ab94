#!/bin/bash
# After a bridge's restart: it takes people again, unless it is to be empty. Only then the next one's turn comes.
# Argument: create (a new bridge, which its own steps put into service: noted only) or update.
# Inputs: NAME, NICKNAME, REST_ADDRESS, SETTINGS_HASH, FORMER_HASH, TURN (what web/out printed).
set -euo pipefail

: "${registry:?}" "${usable_seconds:?}" # web/bridges.sh, web/waits.sh

main() {
  use_bridge "$NAME" "$NICKNAME" "$REST_ADDRESS"
  case ${1:-} in
    create) ;;
    update) come_back ;;
    *) fatal "unknown argument \"${1:-}\"" "create or update" ;;
  esac
  note "${TURN:-0}"
}

come_back() {
  local since
  if [[ $(goal_of "$NICKNAME") != out ]]; then
    info "$NAME was not out of service"
    return
  fi
  since=$(stat -c %Y "$registry/$NICKNAME")
  take_over in
  if is_to_be_empty; then
    take_out_of_service drained
    wait_until_jicofo_knows
    # Its restart has ended drain mode: somebody may have come since.
    move_people || true
    info "$NAME is back, and takes nobody: it is in drainingBridges"
    return
  fi
  put_into_service
  # Else the next bridge would be emptied when nobody can take its people.
  wait_for "$usable_seconds" "jicofo to send people to $NAME" jicofo_sends_people || {
    expect_jicofo "$NAME waits for it"
    fatal "jicofo sends nobody to $NAME after $usable_seconds s ($(jicofo_view))" \
      "on the bridge: tail /var/log/jitsi/jvb.log; then: pulumi up"
  }
  info "$NAME was out of service for $(($(date +%s) - since)) s"
}

jicofo_sends_people() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" 'any(.[]; .nickname == $nickname and .takesPeople)'
}

main "$@"
