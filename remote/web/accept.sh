#!/bin/bash
# The cluster works: jicofo finds every declared bridge, by its own nickname, as it is declared (ready for conferences,
# or draining), and https answers. Then, and not earlier, for a replacement must be in service first, all others stop
# taking people before any of them is emptied.
# Inputs: DOMAIN, BRIDGES (JSON: [{name, nickname, draining}]).
set -euo pipefail
: "${DOMAIN:?}" "${BRIDGES:?}"
: "${registry:?}" "${jicofo_url:?}" "${jicofo_seconds:?}" "${jicofo_repair:?}" # web/bridges.sh, web/focus.sh

readonly accept_seconds=120

main() {
  jq -e 'type == "array"' <<<"$BRIDGES" >/dev/null ||
    fatal "BRIDGES is no list: $BRIDGES" "it is [{name, nickname, draining}]"
  wait_for 30 "https://$DOMAIN" https_answers || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer" "systemctl status nginx; then: pulumi up"
  }
  wait_for "$jicofo_seconds" "jicofo" jicofo_works || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "$(jicofo_problem); nobody can tell where participants are, so nothing is removed" "$jicofo_repair"
  }
  wait_for "$accept_seconds" "jicofo to find every bridge" all_found || red
  info "https://$DOMAIN answers; jicofo finds every declared bridge: $(jq -r 'map(.name) | join(", ")' <<<"$BRIDGES")"
  send_leaving_away
}

# Whether it answers, not by whose certificate: web/certificate checks that.
https_answers() {
  curl -fsSk --max-time 5 --noproxy '*' -o /dev/null --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/"
}

# [{name, nickname, state, wanted}] of the declared bridges that are not as declared.
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

red() {
  local list bridges problem
  # Without jicofo or prosody every bridge is missing, and no bridge is to blame.
  problem=$(jicofo_problem)
  [[ -z $problem ]] || fatal "$problem" "$jicofo_repair"
  list=$(missing) || fatal "jicofo stopped answering on $jicofo_url" "$jicofo_repair"
  bridges=$(jq -r 'map("\(.name) (\(.nickname)): \(.state), not \(.wanted)") | join("; ")' <<<"$list")
  printf 'jicofo sees:\n'
  jicofo_bridges | jq -r '.[] | "  \(.nickname): \(.state)"'
  fatal "not as declared after $accept_seconds s: $bridges" "$(printf '%s\n%s' \
    "repair it (on the bridge: journalctl -u jitsi-videobridge2 -n 50; tail /var/log/jitsi/jvb.log), then: pulumi up;" \
    "    or take it out of the declaration (pulumi config set jvbCount N, or removedBridges), then: pulumi up")"
}

# Side by side: one that is dead takes seconds, and must not hold up the others.
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

# send_away NICKNAME. One that does not answer is left to its drain, which looks closer.
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
    info "$name takes nobody any more"
  elif [[ $(jicofo_view) == gone ]]; then
    # Removed without a drain. Should one come after all, it registers the bridge again.
    forget_bridge "$1"
    info "$name does not answer, and jicofo does not list it: it is forgotten"
  else
    info "$name does not take drain mode through its REST API ($address); participants that jicofo has on it: $(jicofo_participants 2>/dev/null || printf unknown); its drain looks closer"
  fi
}

main "$@"
