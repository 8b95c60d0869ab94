#!/bin/bash
# Verbs of the web host about the bridges: which there are, what each was last told to do, one step at a time on each,
# and what jicofo sees. Needs lib.sh, bridge.sh, focus.sh and waits.sh.
#
# The registry has a file for each bridge, NICKNAME, with its name, the address of its REST API and its goal:
#   serving   it takes people
#   drained   it is declared, and shall be empty (drainingBridges)
#   leaving   it is no longer declared: it takes nobody, and goes when it is empty
#   left      it is empty and its program ends: the server may go
#   out       it is out of service for a restart; the steps of that restart answer for it, and nobody else
# A goal is written down before anything is done for it (serving: after), so that a later step finds what a killed
# one began.

: "${state_dir:?}" "${jicofo_url:?}" # lib.sh, focus.sh
: "${silent_seconds:?}" "${judge_seconds:?}" "${forget_seconds:?}" "${start_seconds:?}" "${end_seconds:?}" # waits.sh
readonly registry=$state_dir/bridges
# Of each bridge, by its nickname: with which settings it came into service last (web/turn.sh).
readonly notes=$state_dir/running-settings.d
# shellcheck disable=SC2034 # read by the scripts
readonly policy=/etc/jitsi-hetzner/policy.json

# use_bridge NAME NICKNAME ADDRESS: the bridge that the verbs below and those of bridge.sh are about.
use_bridge() {
  NAME=$1 NICKNAME=$2 REST_ADDRESS=$3
  # shellcheck disable=SC2034 # read by bridge.sh
  bridge_url=http://$REST_ADDRESS:8080
}

# goal_of NICKNAME: nothing for a bridge that was never registered.
goal_of() {
  if [[ -f $registry/$1 ]]; then
    awk '{ print $3 }' "$registry/$1"
  fi
}

# set_goal GOAL
set_goal() {
  local entry
  install -d -m 0755 "$registry"
  # Addresses are given out again: an entry that a skipped drain left behind belongs to no bridge any more. One that
  # leaves may be the old one itself.
  if [[ ! $1 =~ ^(leaving|left)$ ]]; then
    while read -r entry; do
      forget_bridge "$entry"
    done < <(others_at_address)
  fi
  write_quietly "$registry/$NICKNAME" 0644 root:root "$NAME $REST_ADDRESS $1"$'\n'
}

# others_at_address: nicknames of registered bridges that have this bridge's address.
others_at_address() {
  local entry
  while read -r entry; do
    if [[ $(awk '{ print $2 }' "$registry/$entry" 2>/dev/null) == "$REST_ADDRESS" && $entry != "$NICKNAME" ]]; then
      printf '%s\n' "$entry"
    fi
  done < <(registered)
}

# forget_bridge NICKNAME: it is gone, and so is all that is known of it here.
forget_bridge() {
  rm -f -- "$registry/${1:?}"
  forget_notes "$1"
}

forget_notes() {
  rm -f -- "$notes/${1:?}" "$notes/$1.before"
}

# registered: nicknames, one a line. (A name with a dot is a file that is being written.)
registered() {
  find "$registry" -maxdepth 1 -type f ! -name '*.*' -printf '%f\n' 2>/dev/null | sort
}

# take_over GOAL [OWN-GOAL]: from here on this step alone works on the bridge. One that still does belongs to an `up`
# that was interrupted, for the engine runs one at a time: it is ended, and leaves the bridge as it is. Only two are of
# the same `up`: a `restore` (web/policy), which is soon done and waited for, and, for a restore, the bridge's own step
# with OWN-GOAL, which may begin at any moment: 1 then, for that one does the work.
take_over() {
  local lock=/run/lock/jitsi-hetzner-$NICKNAME holder goal attempt=0 ended=""
  exec 9>>"$lock"
  until flock -w 1 9; do
    read -r holder goal <"$lock" || true
    # What stands there may be of the one before: whoever has just taken it writes a moment later.
    if has_lock "$holder" "$lock" && [[ $goal != restore && $holder != "$ended" ]]; then
      if [[ $goal == "${2:-}" ]]; then
        return 1
      fi
      info "ending a step on $NAME that was interrupted (process $holder)"
      kill -HUP "$holder" 2>/dev/null || true
      ended=$holder
    fi
    ((++attempt < 60)) || fatal "another step is at work on $NAME (process ${holder:-unknown})" \
      "wait until it has ended, or end it, on the web host; then: pulumi up"
  done
  printf '%s %s\n' "$BASHPID" "$1" >"$lock"
  # Not TERM, by which an operator ends a step: that one puts the bridge back, this one leaves it to the step that follows.
  trap 'trap - EXIT; exit 129' HUP
}

# has_lock PROCESS LOCK: whether it is one of these steps, and no other program with a number that is given out again.
has_lock() {
  [[ $1 =~ ^[0-9]+$ && $(readlink "/proc/$1/fd/9") == "$2" ]]
}

# put_into_service: the bridge takes people.
put_into_service() {
  ensure_running
  set_drain disable || fatal "drain mode of $NAME cannot be switched off through $bridge_url" \
    "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"
  set_goal serving
  info "$NAME is in service"
}

# serve_again: what a step does at its end that gives up. Nobody may listen to its output any more.
serve_again() {
  if set_drain disable >/dev/null 2>&1; then
    set_goal serving || true
    info "$NAME is back in service" || true
  else
    info "$NAME is STILL in drain mode: curl -X POST $bridge_url/colibri/drain/disable" || true
  fi
}

# take_out_of_service GOAL: the bridge takes nobody new; those on it stay.
take_out_of_service() {
  set_goal "$1"
  set_drain enable || fatal "drain mode of $NAME cannot be switched on through $bridge_url" \
    "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"
}

# ensure_running: a bridge whose program was ended by a drain is started again.
ensure_running() {
  if bridge_is_silent 2>/dev/null || bridge_is_ending; then
    revive
  fi
}

# Nobody can take back a shutdown: the program is started again once it has ended.
revive() {
  wait_for "$end_seconds" "$NAME to end its shutdown" bridge_is_silent ||
    fatal "$NAME is in its graceful shutdown, which nobody can take back, and people are on it: $(participants)" \
      "once they have left, or with systemctl restart jitsi-videobridge2 on the bridge: pulumi up"
  info "$NAME does not answer on $bridge_url: starting it"
  wait_for "$start_seconds" "$NAME to start" start_bridge ||
    fatal "$NAME does not answer on $bridge_url ($(rest_problem))" \
      "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"
}

# bridge_answers: whether this bridge answers at its address, and not another that the address was given to.
bridge_answers() {
  bridge_get /colibri/drain >/dev/null && is_own_bridge
}

bridge_is_silent() {
  ! bridge_answers
}

# rest_problem: why bridge_answers fails.
rest_problem() {
  bridge_answers 2>&1 || true
}

# own_participants: how many participants this bridge says it carries; fails when it cannot tell.
own_participants() {
  is_own_bridge && participants
}

# The bridge's systemd starts the program for whoever connects (jitsi-hetzner-start.socket).
start_bridge() {
  timeout 5 bash -c "exec 8<>'/dev/tcp/$REST_ADDRESS/8081'" || true
  sleep 1
  bridge_answers
}

# forget_occupant: a host that died has closed no connection, and prosody would keep the bridge in jicofo's room, perhaps
# for hours: not operational, so harmless, but counted. Its connection is closed for it.
forget_occupant() {
  # An address that has been given out again has another bridge's connection.
  if [[ $REST_ADDRESS != 127.* && -z $(others_at_address) ]]; then
    ss -K -H -t dst "$REST_ADDRESS" sport = :5222 >/dev/null || true
  fi
  wait_for "$forget_seconds" "jicofo to forget $NAME" jicofo_has_forgotten ||
    info "$NAME stays in jicofo's list, not operational, until prosody gives its connection up"
}

jicofo_has_forgotten() {
  [[ $(jicofo_view) == gone ]]
}

# One word: alive (its REST answers), gone, dead; else the reason why nobody can tell. A bridge that is unplugged stays
# in jicofo's list for a while, and a jicofo that has just started has no list yet: both get time to be clear.
bridge_state() {
  local start=$SECONDS state
  while true; do
    if bridge_answers >/dev/null 2>&1; then
      printf alive
      return
    fi
    state=$(jicofo_view)
    if [[ $state =~ ^(gone|dead)$ ]] && ((SECONDS - start >= silent_seconds)); then
      printf '%s' "$state"
      return
    fi
    if ((SECONDS - start >= judge_seconds)); then
      if [[ $state == operational ]]; then
        state="jicofo finds $NAME operational, so people may be on it, but its REST API fails: $(rest_problem)"
      fi
      printf '%s' "$state"
      return
    fi
    sleep 5
  done
}
