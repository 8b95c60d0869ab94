#!/bin/bash
# Empties a bridge: jicofo moves people to others where it can, the rest are waited for. Needs web/bridges.sh, and a
# bridge in drain mode.

: "${policy:?}" "${jicofo_url:?}" "${silent_seconds:?}" "${judge_seconds:?}" "${presence_seconds:?}" "${first_move_pause:?}"

# Set by count_left: how many participants are left, or "unknown"; and whether that is jicofo's word or the bridge's.
left=unknown
counted_by=bridge

# read_policy sets these.
drain_timeout=0
force_drain=false

read_policy() {
  drain_timeout=$(jq -e .drainTimeoutSeconds "$policy") ||
    fatal "$policy is missing or says no drainTimeoutSeconds" "pulumi up writes it"
  force_drain=$(jq -r .forceDrain "$policy")
}

# wait_until_empty [SECONDS]: 1 when the policy's time is over and participants are left. The policy is read in each
# round: one that is written meanwhile is obeyed. With SECONDS the bridge's REST API has been silent for so long already;
# 2 when it answers again, because it takes participants then.
wait_until_empty() {
  local start=$SECONDS silent_since=$((SECONDS - ${1:-0})) report_at=0 move_at=0 move_pause=$first_move_pause problem=""
  counted_by=bridge
  while true; do
    read_policy
    count_left
    if [[ -n ${1:-} && $counted_by == bridge && $left != unknown ]]; then
      return 2
    fi
    if [[ $left == 0 ]]; then
      return
    fi
    if ((SECONDS - start >= report_at)); then
      info "$NAME: participants left: $left ($((SECONDS - start)) of $drain_timeout s${problem:+, $problem})$(how_to_end "$drain_timeout")"
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

# count_left: sets left, counted_by and the caller's problem and silent_since. A bridge that is dead to REST and jicofo
# may still carry participants by its public address: jicofo's own count of them is believed then, and nothing less.
# Silent, but operational, it fails: to wait for hours for an answer that never comes helps no participant.
count_left() {
  local silent view
  if left=$(own_participants 2>&1); then
    counted_by=bridge
    silent_since=$SECONDS
    problem=""
    return
  fi
  problem=${left:-/metrics has no such figure}
  left=unknown
  silent=$((SECONDS - silent_since))
  if ((silent < silent_seconds)); then
    return
  fi
  view=$(jicofo_view)
  if [[ $view =~ ^(gone|dead)$ ]]; then
    if [[ $counted_by == bridge ]]; then
      counted_by=jicofo
      info "$NAME does not answer: participants are counted by jicofo"
    fi
    left=$(jicofo_participants 2>/dev/null) || left=unknown
    return
  fi
  if ((silent >= judge_seconds)) && [[ $force_drain != true ]]; then
    fatal "$NAME does not say how many people are on it: $problem" \
      "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"
  fi
}

# say_empty: only after wait_until_empty has returned 0.
say_empty() {
  if [[ $counted_by == bridge ]]; then
    info "$NAME is empty$1"
  else
    info "$NAME does not answer, and jicofo has no participants on it$1"
  fi
}

# leave_unreachable gone|dead CONSEQUENCE: a bridge whose REST API is silent has no participants, or the operator wants
# those that it has to be cut off (else give_up fails, with CONSEQUENCE). 1 when it answers again: it can be drained as
# any other then.
leave_unreachable() {
  local code=0 view="does not list it"
  if [[ $1 == dead ]]; then
    view="finds it not operational"
  fi
  info "$NAME is $1: it does not answer, and jicofo $view"
  wait_until_empty "$silent_seconds" || code=$?
  case $code in
    0) say_empty "" ;;
    1) give_up "$2" ;;
    *)
      info "$NAME answers again"
      return 1
      ;;
  esac
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
  if [[ -z $jid ]]; then
    info "jicofo does not list $NAME, so it moves no participants off it; they are waited for"
    return 1
  fi
  if ((others == 0)); then
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
  wait_for "$presence_seconds" "jicofo to see that $NAME is draining" jicofo_sees_draining ||
    info "jicofo does not see that $NAME is draining ($(jicofo_view))"
}

jicofo_sees_draining() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" 'any(.[]; .nickname == $nickname and .draining)'
}
