#!/bin/bash
# What the drain of a bridge must know of the new state, for it runs with the inputs of the old one; and declared
# bridges put right that a broken run left half way out.
# Input: POLICY, JSON: {bridges: [{name, nickname, draining}], drainTimeoutSeconds, forceDrain}.
set -euo pipefail
: "${POLICY:?}"
: "${policy:?}" "${registry:?}" # web/bridges.sh

main() {
  jq -e '(.bridges | type == "array") and (.drainTimeoutSeconds | type == "number" and . >= 0) and (.forceDrain | type == "boolean")' \
    <<<"$POLICY" >/dev/null ||
    fatal "POLICY is no policy: $POLICY" "it is {bridges: [{name, nickname, draining}], drainTimeoutSeconds: SECONDS, forceDrain}"
  write_file "$policy" 0644 root:root "$(jq -S . <<<"$POLICY")"$'\n'
  restore_all
}

# Side by side: one that has to be started again takes a minute or more.
restore_all() {
  local nickname goal job failed=0 jobs=()
  while read -r nickname goal; do
    restore "$nickname" "$goal" &
    jobs+=("$!")
  done < <(jq -r '.bridges[] | "\(.nickname) \(if .draining then "drained" else "serving" end)"' "$policy")
  for job in "${jobs[@]}"; do
    wait "$job" || failed=$((failed + 1))
  done
  if ((failed > 0)); then
    fatal "declared bridges that a broken run left out of service, and that cannot be put back: $failed" \
      "see the lines above; repair them or take them out of the declaration, then: pulumi up"
  fi
}

# restore NICKNAME GOAL: only what is known to be otherwise. A bridge without an entry is new, and its own step
# comes; one that is out for a restart comes back by its own step.
restore() {
  local name address now
  now=$(goal_of "$1")
  if [[ -z $now || $now == out || $now == "$2" ]]; then
    return
  fi
  read -r name address _ <"$registry/$1"
  use_bridge "$name" "$1" "$address"
  # Its own step, in this same `up`, may be at work, or may have been.
  if ! take_over restore "$2" || [[ $(goal_of "$1") == "$2" ]]; then
    return 0
  fi
  info "$name was $now and is declared: putting it right"
  if [[ $2 == drained ]]; then
    ensure_running
    take_out_of_service drained
  else
    put_into_service
  fi
}

main "$@"
