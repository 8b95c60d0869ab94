#!/bin/bash
# The cluster works: jicofo finds every declared bridge, by its own nickname, ready for conferences, and https
# answers. Bridges that are leaving may be there too. Inputs: DOMAIN, BRIDGES (JSON: [{name, nickname}]).
set -euo pipefail
: "${DOMAIN:?}" "${BRIDGES:?}"

readonly accept_seconds=120

main() {
  jq -e 'type == "array"' <<<"$BRIDGES" >/dev/null || fatal "BRIDGES is no list: $BRIDGES" "it is [{name, nickname}]"
  wait_for 30 "https://$DOMAIN" https_answers || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer" "systemctl status nginx; then: pulumi up"
  }
  wait_for "$accept_seconds" "jicofo to find every bridge" all_found || red
  info "https://$DOMAIN answers; jicofo finds every declared bridge: $(jq -r 'map(.name) | join(", ")' <<<"$BRIDGES")"
  info "other bridges in its list: $(jicofo_bridges | jq -r --argjson declared "$BRIDGES" \
    'map(.nickname) - ($declared | map(.nickname)) | if length == 0 then "none" else join(", ") end')"
}

# Whether it answers, not by whose certificate: web/certificate checks that.
https_answers() {
  curl -fsSk --max-time 5 --noproxy '*' -o /dev/null --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/"
}

# [{nickname, state}] with state "ready" or what keeps the bridge from taking people.
jicofo_bridges() {
  curl -fsS --max-time 5 --noproxy '*' http://127.0.0.1:8888/debug | jq -e '
    [.bridge_selector.bridge // {} | to_entries[] | {
      nickname: (.key | split("/")[1:] | join("/")),
      state: (.value
        | [if .operational | not then "not operational" else empty end,
           if .healthy == false then "not healthy" else empty end,
           if .drain then "draining" else empty end,
           if .["graceful-shutdown"] or .["shutting-down"] then "shutting down" else empty end]
        | if length == 0 then "ready" else join(", ") end)
    }]'
}

# [{name, nickname, state}] of the declared bridges that are not ready.
missing() {
  jicofo_bridges | jq -e --argjson declared "$BRIDGES" '
    (map({key: .nickname, value: .state}) | from_entries) as $seen
    | [$declared[] | . + {state: ($seen[.nickname] // "not in the brewery")} | select(.state != "ready")]'
}

all_found() {
  missing | jq -e 'length == 0'
}

red() {
  local list bridges
  if ! list=$(missing); then
    last_lines /var/log/jitsi/jicofo.log
    fatal "jicofo does not answer on 127.0.0.1:8888" "systemctl restart jicofo; then: pulumi up"
  fi
  bridges=$(jq -r 'map("\(.name) (\(.nickname)): \(.state)") | join("; ")' <<<"$list")
  printf 'jicofo sees:\n'
  jicofo_bridges | jq -r '.[] | "  \(.nickname): \(.state)"'
  fatal "not ready after $accept_seconds s: $bridges" "$(printf '%s\n%s' \
    "repair it (on the bridge: journalctl -u jitsi-videobridge2 -n 50; tail /var/log/jitsi/jvb.log), then: pulumi up;" \
    "    or take it out of the declaration (pulumi config set jvbCount N), then: pulumi up")"
}

main "$@"
