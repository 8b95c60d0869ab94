#!/bin/bash
# Before a bridge restarts, to take new settings or because jicofo cannot use it: it takes no new participants, and those
# on it are moved or waited for. Giving up puts it back as it was, and fails. Prints the turn: jvb/apply and web/in have
# it in their inputs, so they run whenever this has done something, even if their own settings went back to what they
# were. A turn that ends with -restart asks jvb/apply for a restart with the same settings.
# Inputs: NAME, NICKNAME, REST_ADDRESS, SETTINGS_HASH, FORMER_HASH.
set -euo pipefail
: "${usable_seconds:?}" # web/waits.sh

main() {
  local suffix=""
  use_bridge "$NAME" "$NICKNAME" "$REST_ADDRESS"
  if [[ $(goal_of "$NICKNAME") != out ]] && noted_settings; then
    if is_usable; then
      info "$NAME runs with its settings"
      result "$(noted_turn)"
      return
    fi
    info "jicofo cannot use $NAME ($(jicofo_state)): it restarts"
    suffix=-restart
  fi
  take_over out
  take_out
  result "$(date +%s%N)$suffix"
}

# By jicofo's word: a bridge that has lost its connection says itself that it has joined. Where jicofo cannot tell, no
# bridge is to blame.
is_usable() {
  wait_for "$usable_seconds" "jicofo to find $NAME operational" jicofo_finds_usable && return
  [[ ! $(jicofo_view) =~ ^(gone|dead|operational)$ ]]
}

jicofo_finds_usable() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" 'any(.[]; .nickname == $nickname and .usable)'
}

jicofo_state() {
  jicofo_bridges | jq -r --arg nickname "$NICKNAME" \
    'map(select(.nickname == $nickname) | .state) | .[0] // "not in its list"'
}

take_out() {
  local state
  state=$(bridge_state)
  case $state in
    gone | dead)
      if leave_unreachable "$state" "it does not answer and is not restarted"; then
        set_goal_out
        return
      fi
      ;;
    alive) ;;
    *) fatal "$state" "repair it, then: pulumi up" ;;
  esac
  expect_jicofo "$NAME stays in service, with its old settings"
  # However this ends, short of success: a bridge that does not restart must take people.
  trap 'back_as_it_was' EXIT
  set_goal_out
  take_out_of_service out
  wait_until_jicofo_knows
  if wait_until_empty; then
    say_empty ", and it is out of service for its restart"
  else
    give_up "it goes back into service with its old settings"
  fi
  trap - EXIT
}

# give_up CONSEQUENCE: only goes on where the operator wants people to be cut off.
# shellcheck disable=SC2154 # drain_timeout, force_drain and left are set by empty.sh
give_up() {
  if ((drain_timeout == 0)); then
    info "drainTimeout is 0: participants cut off by the restart of $NAME: $left"
  elif [[ $force_drain == true ]]; then
    info "forceDrain, after $drain_timeout s: participants cut off by the restart of $NAME: $left"
  else
    fatal "participants on $NAME after $drain_timeout s: $left; $1" \
      "pulumi up at a quieter time, or with a longer drainTimeout; pulumi config set forceDrain true cuts them off"
  fi
}

back_as_it_was() {
  trap '' PIPE
  if is_to_be_empty; then
    set_goal drained || true
  else
    serve_again
  fi
}

main "$@"
