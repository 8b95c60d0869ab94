#!/bin/bash
# Verbs of the two steps on the web host around a restart, web/out and web/in. A note for each bridge says with which
# settings it came into service last, and in which turn. Needs web/bridges.sh.
# Inputs: NAME, NICKNAME, REST_ADDRESS, SETTINGS_HASH, FORMER_HASH.
: "${NAME:?}" "${NICKNAME:?}" "${REST_ADDRESS:?}" "${SETTINGS_HASH:?}" "${FORMER_HASH:?}" "${notes:?}"

# note TURN: the bridge is in service with these settings.
note() {
  write_quietly "$notes/$NICKNAME" 0644 root:root "$SETTINGS_HASH $1"$'\n'
}

noted_hash() {
  if [[ -f $notes/$NICKNAME ]]; then
    awk '{ print $1 }' "$notes/$NICKNAME"
  fi
}

# Whether the note is of these settings; an older one may have the hash that the program before had for them.
noted_settings() {
  [[ $(noted_hash) =~ ^($SETTINGS_HASH|$FORMER_HASH)$ ]]
}

noted_turn() {
  awk '{ print $2 }' "$notes/$NICKNAME"
}

# set_goal_out: remembers the goal that it had before.
set_goal_out() {
  local goal
  goal=$(goal_of "$NICKNAME")
  if [[ $goal != out ]]; then
    write_quietly "$notes/$NICKNAME.before" 0644 root:root "${goal:-serving}"$'\n'
  fi
  set_goal out
}

# Whether it is in drain mode when it is not out for a restart (drainingBridges).
is_to_be_empty() {
  [[ -f $notes/$NICKNAME.before && $(<"$notes/$NICKNAME.before") == drained ]]
}
