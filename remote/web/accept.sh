#!/bin/bash
# The acceptance: https answers, and jicofo finds every declared bridge by its nickname and in its declared state (ready for
# conferences, or draining). Only then, because a replacement must be in service first, all other bridges stop taking
# participants. This happens before the drain of any of them.
# Inputs: DOMAIN, BRIDGES (JSON: [{name, nickname, draining}]).
set -euo pipefail
: "${DOMAIN:?}" "${BRIDGES:?}"
: "${registry:?}" "${jicofo_url:?}" "${jicofo_seconds:?}" "${jicofo_repair:?}" # web/bridges.sh, web/focus.sh

readonly accept_seconds=120

main() {
  jq -e 'type == "array"' <<<"$BRIDGES" >/dev/null ||
    fatal "BRIDGES is no list: $BRIDGES" "give [{name, nickname, draining}]"
  wait_for 30 "https://$DOMAIN" https_answers || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer" "systemctl status nginx; then: pulumi up"
  }
  wait_for "$jicofo_seconds" "jicofo" jicofo_works || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "$(jicofo_problem); it is unknown where participants are, so nothing is removed" "$jicofo_repair"
  }
  wait_for "$accept_seconds" "jicofo to find every bridge" all_found || fail_with_missing
  info "https://$DOMAIN answers; jicofo finds every declared bridge: $(jq -r 'map(.name) | join(", ")' <<<"$BRIDGES")"
  send_leaving_away
}

# Succeeds with any certificate, because web/certificate checks the certificate.
https_answers() {
  curl -fsSk --max-time 5 --noproxy '*' -o /dev/null --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/"
}

# Prints [{name, nickname, state, wanted}]: the declared bridges that are not in their declared state.
missing() {
  jicofo_bridges | jq -e --argjson declared "$BRIDGES" '
    (map({key: .nickname, value: .state}) | from_entries) as $seen
    | [$declared[]
       | . + {state: ($seen[.nickname] // "not in the brewery"), wanted: (if .draining then "draining" else "ready" end)}
       | select(.state != .wanted)]'
}

all_found() {
  missing | jq -e 'length == 0'
}

fail_with_missing() {
  local list bridges problem
  # Without jicofo or prosody every bridge is missing, and the cause is not a bridge.
  problem=$(jicofo_problem)
  [[ -z $problem ]] || fatal "$problem" "$jicofo_repair"
  list=$(missing) || fatal "jicofo stopped answering on $jicofo_url" "$jicofo_repair"
  bridges=$(jq -r 'map("\(.name) (\(.nickname)): \(.state), not \(.wanted)") | join("; ")' <<<"$list")
  printf 'jicofo sees:\n'
  jicofo_bridges | jq -r '.[] | "  \(.nickname): \(.state)"'
  fatal "not as declared after $accept_seconds s: $bridges" "$(printf '%s\n%s' \
    "repair it (on the bridge: journalctl -u jitsi-videobridge2 -n 50; tail /var/log/jitsi/jvb.log), then: pulumi up;" \
    "    or remove it from the declaration (pulumi config set jvbCount N, or removedBridges), then: pulumi up")"
}

# In parallel, because a dead bridge takes seconds and must not delay the others.
send_leaving_away() {
  local nickname leaving=()
  while read -r nickname; do
    if jq -e --arg nickname "$nickname" 'all(.[]; .nickname != $nickname)' <<<"$BRIDGES" >/dev/null; then
      leaving+=("$nickname")
      send_away "$nickname" &
    fi
  done < <(registered)
  wait
  info "bridges that are leaving: ${leaving[*]:-none}"
}

# send_away NICKNAME: the bridge takes no new participants. If it does not answer, its drain examines it later.
send_away() {
  local name address goal
  read -r name address goal <"$registry/$1"
  if [[ $goal == left ]]; then
    forget_bridge "$1"
    return
  fi
  use_bridge "$name" "$1" "$address"
  set_goal leaving
  if set_drain enable; then
    info "$name takes no new participants"
  elif [[ $(jicofo_view) == gone ]]; then
    # The bridge was removed without a drain. If a drain follows, it registers the bridge again.
    forget_bridge "$1"
    info "$name does not answer, and jicofo does not list it: removed it from the registry"
  else
    info "$name does not accept drain mode through its REST API ($address); its drain examines it later; participants on it, as jicofo counts: $(jicofo_participants 2>/dev/null || printf unknown)"
  fi
}

main "$@"
