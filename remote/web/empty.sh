#!/bin/bash
# Empties a bridge: jicofo moves people to others where it can, the rest are waited for. Needs web/bridges.sh, and a
# bridge in drain mode.

: "${policy:?}" "${jicofo_url:?}"

# At the end of wait_until_empty: how many people are left, or "unknown".
left=unknown

# read_policy sets these.
drain_timeout=0
force_drain=false

read_policy() {
  drain_timeout=$(jq -e .drainTimeoutSeconds "$policy") ||
    fatal "$policy is missing or says no drainTimeoutSeconds" "pulumi up writes it"
  force_drain=$(jq -r .forceDrain "$policy")
}

# wait_until_empty: 1 when the policy's time is over and people are left. The policy is read in each round: one that
# is written meanwhile is obeyed.
wait_until_empty() {
  local start=$SECONDS silent_since=$SECONDS report_at=0 move_at=0 move_pause=15 problem=""
  while true; do
    read_policy
    if left=$(participants 2>&1); then
      silent_since=$SECONDS
      problem=""
      if ((left == 0)); then
        return
      fi
    else
      problem=${left:-/metrics has no such figure}
      left=unknown
      if has_died $((SECONDS - silent_since)) "$problem"; then
        left=0
        return
      fi
    fi
    if ((SECONDS - start >= report_at)); then
      info "$NAME: participants left: $left ($((SECONDS - start)) of $drain_timeout s${problem:+, $problem})"
      report_at=$((SECONDS - start + 30))
    fi
    # A move that finds no better bridge disturbs those who stay: not too often.
    if [[ $left != unknown ]] && ((SECONDS - start >= move_at)); then
      move_at=$((SECONDS - start + move_pause))
      move_pause=$((move_pause * 2))
      if move_people; then
        sleep 2
        continue
      fi
    fi
    if ((SECONDS - start >= drain_timeout)); then
      return 1
    fi
    sleep 2
  done
}

# has_died SECONDS PROBLEM: whether a bridge that has been silent for so long is gone. Silent, but alive, it fails: to wait
# for hours for an answer that never comes helps nobody.
has_died() {
  local view
  if (($1 < 20)); then
    return 1
  fi
  view=$(jicofo_view)
  if [[ $view =~ ^(gone|dead)$ ]]; then
    info "$NAME died while it was emptied"
    return
  fi
  if (($1 >= 60)) && [[ $force_drain != true ]]; then
    fatal "$NAME does not say how many people are on it: $2" \
      "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"
  fi
  return 1
}

# move_people: jicofo takes them to other bridges; 1 when it moved nobody, which is said with the reason.
move_people() {
  local bridges jid others answer moved
  if ! bridges=$(jicofo_bridges 2>&1); then
    info "jicofo cannot be asked to move people off $NAME ($bridges); they are waited for"
    return 1
  fi
  jid=$(jq -r --arg nickname "$NICKNAME" '.[] | select(.nickname == $nickname) | .jid' <<<"$bridges")
  others=$(jq --arg nickname "$NICKNAME" 'map(select(.takesPeople and .nickname != $nickname)) | length' <<<"$bridges")
  if [[ -z $jid ]] || ((others == 0)); then
    info "no other bridge can take people from $NAME; they are waited for"
    return 1
  fi
  if ! answer=$(curl -fsS --max-time 30 --noproxy '*' --get --data-urlencode "bridge=$jid" -d fraction=1 \
    "$jicofo_url/move-endpoints/move-fraction" 2>&1) || ! moved=$(jq -e .movedEndpoints <<<"$answer" 2>/dev/null); then
    info "jicofo could not move people off $NAME ($answer); they are waited for"
    return 1
  fi
  info "$NAME: jicofo moves people to other bridges: $moved"
  ((moved > 0))
}

# jicofo learns of drain mode by the bridge's next presence: moved before that, people would come back.
wait_until_jicofo_knows() {
  wait_for 15 "jicofo to see that $NAME is draining" jicofo_sees_draining ||
    info "jicofo does not see that $NAME is draining ($(jicofo_view))"
}

jicofo_sees_draining() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" 'any(.[]; .nickname == $nickname and .draining)'
}
