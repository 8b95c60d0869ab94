#!/bin/bash
# A bridge enters or leaves the cluster. Runs on the web host: a dead bridge cannot block it.
# Argument: enter (it takes people; with DRAINING it is emptied and stays), or drain: nobody is sent there any more,
# those on it are moved or waited for, then its program ends. Giving up puts the bridge back into service and fails.
# Inputs: NAME, NICKNAME, REST_ADDRESS, DRAINING (true or false).
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${REST_ADDRESS:?}" "${DRAINING:?}"
: "${drain_timeout:?}" "${force_drain:?}" "${left:?}" # web/empty.sh
: "${end_seconds:?}" # web/waits.sh

main() {
  use_bridge "$NAME" "$NICKNAME" "$REST_ADDRESS"
  case ${1:-} in
    enter) enter ;;
    drain) drain ;;
    *) fatal "unknown argument \"${1:-}\"" "enter or drain" ;;
  esac
}

enter() {
  if [[ $DRAINING == true ]]; then
    take_over drained
    empty_and_keep
  else
    take_over serving
    put_into_service
  fi
}

# Nobody is ever cut off here: the bridge stays, so those who cannot be moved stay on it until they leave.
empty_and_keep() {
  ensure_running
  take_out_of_service drained
  wait_until_jicofo_knows
  if wait_until_empty; then
    say_empty " and it stays so"
  elif [[ $force_drain == true ]] || ((drain_timeout == 0)); then
    info "$NAME takes nobody any more; participants who are still on it: $left"
  else
    fatal "participants on $NAME after $drain_timeout s: $left; it takes nobody any more, and they may stay" \
      "pulumi up waits for them again; with pulumi config set forceDrain true it does not"
  fi
}

drain() {
  local state
  read_policy
  take_over leaving
  state=$(bridge_state)
  case $state in
    gone | dead)
      if leave_unreachable "$state" "it does not answer and stays as it is"; then
        has_left
        return
      fi
      ;;
    alive) ;;
    *) fatal "$state" "repair it, then: pulumi up; or take the drain out: npm run drain:skip -- ${NAME##*-}" ;;
  esac
  expect_jicofo "$NAME stays in service"
  # However this ends, short of success: a bridge that stays must take people.
  trap 'back_in_service' EXIT
  take_out_of_service leaving
  wait_until_jicofo_knows
  if wait_until_empty; then
    say_empty ""
    end_program true
    # Somebody may have come in the very last moment.
    has_ended || wait_until_empty || cut_off
  else
    cut_off
  fi
  trap - EXIT
  has_left
}

has_left() {
  set_goal left
  forget_notes "$NICKNAME"
  if [[ $(jicofo_view) == dead ]]; then
    forget_occupant
  fi
}

# give_up CONSEQUENCE: only goes on where the operator wants people to be cut off.
give_up() {
  if ((drain_timeout == 0)); then
    info "drainTimeout is 0: participants cut off on $NAME: $left"
  elif [[ $force_drain == true ]]; then
    info "forceDrain, after $drain_timeout s: participants cut off on $NAME: $left"
  else
    fatal "participants on $NAME after $drain_timeout s: $left; $1" "$(printf '%s\n%s' \
      "pulumi up at a quieter time, or with a longer drainTimeout; pulumi config set forceDrain true cuts them off;" \
      "    or keep it: set jvbCount back, or take its number out of removedBridges")"
  fi
}

cut_off() {
  give_up "it goes back into service"
  end_program false
  has_ended || true
}

has_ended() {
  wait_for "$end_seconds" "$NAME to end" bridge_is_silent && return
  info "$NAME takes nobody, but its program does not end"
  return 1
}

# end_program GRACEFUL: a server that went before its program would leave its occupant in jicofo's room, and the people
# who were on it without another bridge, until prosody gives the connection up.
end_program() {
  if shut_down "$1"; then
    info "$NAME shuts down"
  elif [[ $(jicofo_view) =~ ^(gone|dead)$ ]]; then
    info "$NAME has ended already"
  else
    fatal "$NAME takes no graceful shutdown (POST /colibri/shutdown on $REST_ADDRESS:8080)" \
      "its jvb.conf needs apis.rest.enabled and rest.shutdown.enabled, and a restart: pulumi up with the bridge declared"
  fi
}

back_in_service() {
  trap '' PIPE
  if bridge_is_ending 2>/dev/null; then
    info "$NAME is in its graceful shutdown: it takes nobody, and ends when it is empty" || true
  else
    serve_again
  fi
}

main "$@"
