#!/bin/bash
# Prints the facts for `npm run status` as one JSON object to stdout: what jicofo sees, and what is installed. Changes nothing.
# Input: BRIDGES (JSON: [{nickname, restAddress}]), for facts that only a bridge knows.
set -euo pipefail
: "${BRIDGES:?}"

main() {
  local jicofo versions conferences problem
  jicofo=$(jicofo_view) || jicofo=null
  problem=$(jicofo_problem)
  versions=$(versions)
  conferences=$(conferences)
  result "$(jq -n --argjson jicofo "$jicofo" --argjson versions "$versions" --argjson conferences "$conferences" \
    --arg problem "$problem" --arg expired "$(expired_certificates)" --argjson health "$(health)" \
    '{$jicofo, jicofoProblem: $problem, $versions, $conferences, expiredCertificates: ($expired | split("\n")), $health}')"
}

# Prints {version, bridges: {JID: state}}. Fails if jicofo does not answer.
jicofo_view() {
  local version bridges
  version=$(jicofo_get /about/version | jq -e .version) || return 1
  bridges=$(jicofo_get /debug | jq -e '.bridge_selector.bridge // {}') || return 1
  jq -n --argjson version "$version" --argjson bridges "$bridges" '{version: $version, bridges: $bridges}'
}

# Prints the expired certificates of the XMPP accounts, one in each line, with name and end. They continue to work.
expired_certificates() {
  local file
  for file in /var/lib/prosody/auth.*.crt; do
    if [[ -s $file ]] && ! openssl x509 -in "$file" -noout -checkend 0 >/dev/null; then
      printf '%s (%s)\n' "$(basename "$file" .crt)" "$(openssl x509 -in "$file" -noout -enddate)"
    fi
  done
}

# Prints {package: version} of Jitsi's packages and of the programs that they run on.
versions() {
  # dpkg-query fails for a pattern without a match, such as jibri on this host.
  { dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' 'jitsi-*' jicofo jibri prosody nginx 2>/dev/null || true; } |
    jq -Rn '[inputs | split(" ") | select(.[2] == "installed") | {key: .[0], value: .[1]}] | from_entries'
}

# Prints {nickname: number}, with null for a bridge that does not answer. Asks in parallel, because each dead bridge takes 5 s.
conferences() {
  local nickname address
  while read -r nickname address; do
    count_of "$nickname" "$address" &
  done < <(jq -r '.[] | "\(.nickname) \(.restAddress)"' <<<"$BRIDGES") | jq -Rn \
    '[inputs | split(" ") | {key: .[0], value: (.[1] | fromjson)}] | from_entries'
  wait
}

count_of() {
  # shellcheck disable=SC2034 # read by bridge_metric
  local count bridge_url=http://$2:8080
  count=$(bridge_metric conferences 2>/dev/null) || count=null
  printf '%s %s\n' "$1" "$count"
}

main "$@"
