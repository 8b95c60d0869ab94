#!/bin/bash
# What the drain of a bridge must know of the new state: it runs with the inputs of the old one.
# Input: POLICY, JSON: {bridges: [{name, nickname}], drainTimeoutSeconds}.
set -euo pipefail
: "${POLICY:?}"

main() {
  jq -e '(.bridges | type == "array") and (.drainTimeoutSeconds | type == "number" and . >= 0)' <<<"$POLICY" >/dev/null ||
    fatal "POLICY is no policy: $POLICY" "it is {bridges: [{name, nickname}], drainTimeoutSeconds: SECONDS}"
  write_file /etc/jitsi-hetzner/policy.json 0644 root:root "$(jq -S . <<<"$POLICY")"$'\n'
}

main "$@"
