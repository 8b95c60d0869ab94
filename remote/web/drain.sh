#!/bin/bash
# A bridge enters or leaves service. Runs on the web host: a dead bridge cannot block it.
# Argument: in-service, or drain: no new conferences, wait until nobody is left, at most the policy's
# drainTimeoutSeconds. Giving up puts the bridge back into service and fails.
# Inputs: NAME, NICKNAME, REST_ADDRESS.
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${REST_ADDRESS:?}"

readonly bridge_url=http://$REST_ADDRESS:8080
readonly policy=/etc/jitsi-hetzner/policy.json
# What to do when nobody can tell; the same in each such message.
readonly by_hand="repair it, then: pulumi up"

main() {
  # An interrupted drain may still be running.
  exec 9>"/run/lock/jitsi-hetzner-$NICKNAME"
  flock -w 90 9 || fatal "another step is at work on $NAME" "wait until it has ended (ps ax | grep 'bash -s'), then: pulumi up"
  case ${1:-} in
    in-service) in_service ;;
    drain) drain ;;
    *) fatal "unknown argument \"${1:-}\"" "in-service or drain" ;;
  esac
}

in_service() {
  wait_for 30 "$NAME on $bridge_url" bridge_get /colibri/drain ||
    fatal "$NAME does not answer on $bridge_url" "on the bridge: systemctl status jitsi-videobridge2; $by_hand"
  if bridge_is_draining; then
    set_drain disable || fatal "drain mode of $NAME cannot be switched off" "$by_hand"
    info "$NAME is in service again"
  else
    info "$NAME is in service"
  fi
}

drain() {
  local limit state
  limit=$(jq -e .drainTimeoutSeconds "$policy") || fatal "$policy is missing or says no drainTimeoutSeconds" "pulumi up writes it"
  state=$(bridge_state)
  case $state in
    gone)
      info "$NAME is gone: it neither answers nor is it in jicofo's list, so nobody is on it"
      return
      ;;
    dead)
      info "$NAME is dead: it does not answer and jicofo finds it not operational, so nobody is on it"
      return
      ;;
    alive) ;;
    *) fatal "$state" "$by_hand" ;;
  esac
  set_drain enable || fatal "drain mode of $NAME cannot be switched on through $bridge_url" "$by_hand"
  # However this ends, short of success: a bridge that stays must take people.
  trap 'back_in_service' EXIT
  wait_until_empty "$limit"
  trap - EXIT
  info "$NAME is empty"
}

# One word: alive (its REST answers), gone, dead; else the reason why nobody can tell. A bridge that is unplugged stays
# in jicofo's list for a while, and a jicofo that has just started has no list yet: both get 60 s to be clear.
bridge_state() {
  local start=$SECONDS state="jicofo's list was not seen"
  while true; do
    if bridge_get /colibri/drain >/dev/null 2>&1; then
      printf alive
      return
    fi
    state=$(jicofo_view)
    # Not listed may mean not listed yet: only believed after some time.
    if [[ $state == dead ]] || { [[ $state == gone ]] && ((SECONDS - start >= 20)); }; then
      printf '%s' "$state"
      return
    fi
    if ((SECONDS - start >= 60)); then
      printf '%s' "$state"
      return
    fi
    sleep 2
  done
}

jicofo_view() {
  local debug
  debug=$(curl -fsS --max-time 5 --noproxy '*' http://127.0.0.1:8888/debug 2>/dev/null) || {
    printf 'jicofo does not answer, so nobody can tell whether %s is busy (systemctl restart jicofo)' "$NAME"
    return
  }
  jq -r --arg nickname "$NICKNAME" --arg name "$NAME" '
    [.bridge_selector.bridge // {} | to_entries[] | select((.key | split("/")[1:] | join("/")) == $nickname) | .value]
    | if length == 0 then "gone"
      elif .[0].operational | not then "dead"
      else "jicofo finds \($name) operational, but its REST API does not answer: people may be on it" end' <<<"$debug"
}

wait_until_empty() {
  local limit=$1 start=$SECONDS next=0 left silent=0
  while true; do
    if left=$(participants 2>/dev/null); then
      silent=0
      if ((left == 0)); then
        return
      fi
    else
      silent=$((silent + 1))
      left=unknown
      if ((silent >= 5)) && [[ $(jicofo_view) =~ ^(gone|dead)$ ]]; then
        info "$NAME died while it was drained"
        return
      fi
    fi
    if ((SECONDS - start >= limit)); then
      fatal "participants on $NAME after $limit s: $left; it goes back into service" \
        "pulumi up at a quieter time, or with a longer drain timeout"
    fi
    if ((SECONDS - start >= next)); then
      info "$NAME: participants left: $left ($((SECONDS - start)) of $limit s)"
      next=$((SECONDS - start + 30))
    fi
    sleep 2
  done
}

# Nobody may listen to the output any more when this runs.
back_in_service() {
  trap '' PIPE
  if set_drain disable >/dev/null 2>&1; then
    info "$NAME is back in service" || true
  else
    info "$NAME is STILL in drain mode: curl -X POST $bridge_url/colibri/drain/disable" || true
  fi
}

main "$@"
